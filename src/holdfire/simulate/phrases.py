"""Phrases: the words of rich texts in English, Ukrainian and Russian.

Rule: phrase k says the same in every language, so that a translation keeps it; slots carry their own punctuation,
so that what is not said leaves no hole. Slots: act, Act (capital letter), nom, gen, loc, ins (cases of the place),
when, rounds, hit, harm, who; and count in round-ups. Source: none; the phrases are ours.
"""

from __future__ import annotations

__all__ = ["ACTS", "ANY_ACT", "DAY_PARTS", "HARM", "HITS", "ROUNDS", "ROUND_UPS", "TEMPLATES", "WHO"]

TEMPLATES = {
    "en": (
        "{Act} near {gen}{when}{hit}{harm}, {who}",
        "{nom}: {act}{when}{rounds}{hit}{harm}",
        "{Act} in {loc}, {who}{rounds}{harm}",
        "The outskirts of {gen} came under fire: {act}{when}{hit}",
        "Around {gen} {act} was recorded{when}{rounds}",
        "{nom} district, {who}: {act}{hit}{harm}",
        "Once more {act} by {ins}{rounds}{hit}",
        "Near {gen}: {act}{harm}. Details are being checked, {who}",
        "{Act}{when} at {ins}. {nom} has lost power{hit}",
        "{nom} reports {act}{rounds}{harm}",
        "Update on {loc}: {act}{when}{hit}{harm}",
        "The ceasefire was broken near {gen}: {act}{rounds}, {who}",
        "People in {loc} heard {act}{when}, {who}",
        "{Act} on the road to {gen}{hit}{harm}",
    ),
    "uk": (
        "{Act} біля {gen}{when}{hit}{harm}, {who}",
        "{nom}: {act}{when}{rounds}{hit}{harm}",
        "{Act} у {loc}, {who}{rounds}{harm}",
        "Околиці {gen} потрапили під вогонь: {act}{when}{hit}",
        "В районі {gen} зафіксовано: {act}{when}{rounds}",
        "{nom} та околиці, {who}: {act}{hit}{harm}",
        "Знову {act} під {ins}{rounds}{hit}",
        "Поблизу {gen}: {act}{harm}. Деталі уточнюють, {who}",
        "{Act}{when} під {ins}. {nom} без світла{hit}",
        "{nom} повідомляє: {act}{rounds}{harm}",
        "Оновлено, у {loc}: {act}{when}{hit}{harm}",
        "Порушено режим тиші біля {gen}: {act}{rounds}, {who}",
        "Люди у {loc} чули: {act}{when}, {who}",
        "{Act} на дорозі до {gen}{hit}{harm}",
    ),
    "ru": (
        "{Act} возле {gen}{when}{hit}{harm}, {who}",
        "{nom}: {act}{when}{rounds}{hit}{harm}",
        "{Act} в {loc}, {who}{rounds}{harm}",
        "Окраины {gen} попали под огонь: {act}{when}{hit}",
        "В районе {gen} зафиксировано: {act}{when}{rounds}",
        "{nom} и окрестности, {who}: {act}{hit}{harm}",
        "Снова {act} под {ins}{rounds}{hit}",
        "Вблизи {gen}: {act}{harm}. Детали уточняются, {who}",
        "{Act}{when} под {ins}. {nom} без света{hit}",
        "{nom} сообщает: {act}{rounds}{harm}",
        "Обновлено, в {loc}: {act}{when}{hit}{harm}",
        "Нарушен режим тишины возле {gen}: {act}{rounds}, {who}",
        "Люди в {loc} слышали: {act}{when}, {who}",
        "{Act} на дороге у {gen}{hit}{harm}",
    ),
}

ROUND_UPS = {
    "en": (
        "Over the day, {count} violations around {gen}: {act}",
        "Daily summary, {nom} district: {act}, {count} cases in all, {who}",
        "{count} times in one day {loc} and its surroundings saw {act}",
    ),
    "uk": (
        "За добу {count} порушень навколо {gen}: {act}",
        "Зведення за день, {nom} та район: {act}, усього випадків {count}, {who}",
        "{count} разів за добу у {loc} та околицях: {act}",
    ),
    "ru": (
        "За сутки {count} нарушений вокруг {gen}: {act}",
        "Сводка за день, {nom} и район: {act}, всего случаев {count}, {who}",
        "{count} раз за сутки в {loc} и окрестностях: {act}",
    ),
}

ACTS: dict[str, dict[str, tuple[str, str, str]]] = {
    "en": {
        "explosion": ("an explosion", "a blast", "a strike"),
        "explosion/shelling": ("shelling", "artillery fire", "incoming rounds"),
        "explosion/shelling/mortar": ("mortar shelling", "120 mm mortar fire", "shelling with mortar rounds"),
        "explosion/shelling/artillery": ("artillery shelling", "152 mm howitzer fire", "shelling with heavy guns"),
        "explosion/shelling/rocket": ("rocket fire", "a salvo of rockets", "shelling with multiple rocket launchers"),
        "explosion/shelling/tank": ("tank fire", "shelling from a tank", "tank rounds"),
        "explosion/missile": ("a missile strike", "a missile hit", "a long-range strike"),
        "explosion/air_strike": ("an air strike", "a glide bomb strike", "bombing from the air"),
        "explosion/drone_strike": ("a drone strike", "a drone attack", "an unmanned aircraft hit"),
        "explosion/drone_strike/dropped": (
            "a drone dropping grenades",
            "a drone strike",
            "munitions dropped by a drone",
        ),
        "explosion/mine": ("a mine blast", "a vehicle on a mine", "an explosive device"),
        "gunfire": ("gunfire", "shooting", "bursts of fire"),
        "gunfire/heavy_machine_gun": ("heavy machine-gun fire", "large-calibre bursts", "machine-gun bursts"),
        "gunfire/sniper": ("sniper fire", "single aimed shots", "a sniper's shot"),
        "clash": ("a clash", "fighting", "an exchange of fire"),
        "flight": ("a drone flight", "an unmanned aircraft overhead", "a flight over the line"),
        "movement": ("a column of vehicles", "moving hardware", "a convoy with trucks"),
        "presence": ("heavy weapons", "hardware in position", "weapons in the zone"),
    },
    "uk": {
        "explosion": ("вибух", "потужний вибух", "удар"),
        "explosion/shelling": ("обстріл", "артилерійський вогонь", "прильоти"),
        "explosion/shelling/mortar": ("мінометний обстріл", "вогонь зі 120-мм мінометів", "обстріл мінами"),
        "explosion/shelling/artillery": ("артобстріл", "вогонь гаубиць 152 мм", "обстріл зі ствольної артилерії"),
        "explosion/shelling/rocket": ("вогонь РСЗВ", "залп ракет", "обстріл з реактивних систем"),
        "explosion/shelling/tank": ("танковий вогонь", "обстріл з танка", "танкові снаряди"),
        "explosion/missile": ("ракетний удар", "приліт ракети", "далекобійний удар"),
        "explosion/air_strike": ("авіаудар", "удар керованою бомбою", "бомбардування з повітря"),
        "explosion/drone_strike": ("удар дрона", "атака безпілотника", "влучання безпілотного апарата"),
        "explosion/drone_strike/dropped": ("скид з дрона", "удар дрона", "скидання боєприпасів з безпілотника"),
        "explosion/mine": ("підрив на міні", "авто на міні", "вибуховий пристрій"),
        "gunfire": ("стрілянина", "постріли", "черги"),
        "gunfire/heavy_machine_gun": ("вогонь великокаліберного кулемета", "кулеметні черги", "кулеметний вогонь"),
        "gunfire/sniper": ("вогонь снайпера", "поодинокі прицільні постріли", "постріл снайпера"),
        "clash": ("сутичка", "бій", "перестрілка"),
        "flight": ("політ дрона", "безпілотник у небі", "проліт над лінією"),
        "movement": ("колона техніки", "рух техніки", "конвой з вантажівками"),
        "presence": ("важке озброєння", "техніка на позиції", "зброя у зоні"),
    },
    "ru": {
        "explosion": ("взрыв", "мощный взрыв", "удар"),
        "explosion/shelling": ("обстрел", "артиллерийский огонь", "прилёты"),
        "explosion/shelling/mortar": ("миномётный обстрел", "огонь из 120-мм миномётов", "обстрел минами"),
        "explosion/shelling/artillery": ("артобстрел", "огонь гаубиц 152 мм", "обстрел из ствольной артиллерии"),
        "explosion/shelling/rocket": ("огонь РСЗО", "залп ракет", "обстрел из реактивных систем"),
        "explosion/shelling/tank": ("танковый огонь", "обстрел из танка", "танковые снаряды"),
        "explosion/missile": ("ракетный удар", "прилёт ракеты", "дальнобойный удар"),
        "explosion/air_strike": ("авиаудар", "удар управляемой бомбой", "бомбардировка с воздуха"),
        "explosion/drone_strike": ("удар дрона", "атака беспилотника", "попадание беспилотного аппарата"),
        "explosion/drone_strike/dropped": ("сброс с дрона", "удар дрона", "сброс боеприпасов с беспилотника"),
        "explosion/mine": ("подрыв на мине", "машина на мине", "взрывное устройство"),
        "gunfire": ("стрельба", "выстрелы", "очереди"),
        "gunfire/heavy_machine_gun": ("огонь крупнокалиберного пулемёта", "пулемётные очереди", "пулемётный огонь"),
        "gunfire/sniper": ("огонь снайпера", "одиночные прицельные выстрелы", "выстрел снайпера"),
        "clash": ("столкновение", "бой", "перестрелка"),
        "flight": ("полёт дрона", "беспилотник в небе", "пролёт над линией"),
        "movement": ("колонна техники", "движение техники", "конвой с грузовиками"),
        "presence": ("тяжёлое вооружение", "техника на позиции", "оружие в зоне"),
    },
}
ANY_ACT = {
    "en": ("an incident", "an attack", "a violation"),
    "uk": ("інцидент", "напад", "порушення"),
    "ru": ("инцидент", "нападение", "нарушение"),
}
DAY_PARTS = {
    "en": (" during the day", " at night", " in the morning", " in the afternoon", " in the evening"),
    "uk": (" протягом дня", " уночі", " вранці", " удень", " увечері"),
    "ru": (" в течение дня", " ночью", " утром", " днём", " вечером"),
}
"""A day as a whole, then four parts of six hours of UTC from midnight."""
HITS = {
    "en": (
        "a house", "a school", "a farm", "the power line", "a shop", "the station", "a warehouse", "the bridge",
        "a hospital", "a garage", "the water tower", "a field",
    ),
    "uk": (
        "будинок", "школу", "ферму", "лінію електропередач", "магазин", "станцію", "склад", "міст",
        "лікарню", "гараж", "водонапірну вежу", "поле",
    ),
    "ru": (
        "дом", "школу", "ферму", "линию электропередач", "магазин", "станцию", "склад", "мост",
        "больницу", "гараж", "водонапорную башню", "поле",
    ),
}  # fmt: skip
HIT_FORMS = {"en": "; it hit {}", "uk": "; влучили у {}", "ru": "; попали в {}"}
ROUNDS = {"en": ", {} rounds", "uk": ", пострілів: {}", "ru": ", выстрелов: {}"}
HARM = {
    "en": (", nobody hurt", ", {} hurt"),
    "uk": (", без потерпілих", ", потерпілих: {}"),
    "ru": (", без пострадавших", ", пострадавших: {}"),
}
"""Words for nobody, and for a number of persons."""
WHO = {
    "en": ("residents say", "officials say", "several sources report", "eyewitnesses write", "the duty desk reports"),
    "uk": ("кажуть мешканці", "кажуть посадовці", "пишуть джерела", "пишуть очевидці", "доповідає чергова частина"),
    "ru": ("говорят жители", "говорят чиновники", "пишут источники", "пишут очевидцы", "докладывает дежурная часть"),
}
