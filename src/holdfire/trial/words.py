"""Words: what the trial's page says, in English and in Ukrainian.

Rule: every sentence stands here in both languages, with its numbers by name; numbers are written as each language
writes them. Ukrainian sentences avoid forms that follow a number. Leaves what is said to ``page``.
"""

from __future__ import annotations

from dataclasses import dataclass

from babel.numbers import format_decimal

__all__ = ["LANGUAGES", "Say"]

LANGUAGES = ("en", "uk")

WORDS: dict[str, tuple[str, str]] = {
    "kicker": ("Trial of a response ladder", "Випробування драбини реагування"),
    "made": (
        "{worlds} invented worlds of {days} days, each with about {per_day} incidents a day that breach nothing",
        "Вигадані світи: {worlds}, по {days} діб, у кожному близько {per_day} подій на добу, що нічого не порушують",
    ),
    "not_real": (
        "Nothing on this page happened. It says how the ladder would behave, so that it can be changed "
        "before it is signed.",
        "Нічого з цієї сторінки не сталося. Вона показує, як поводилася б драбина, щоб її можна було "
        "змінити до підписання.",
    ),
    "short": ("In short", "Коротко"),
    "lede_false": (
        "While nothing is breached, {rung} stands without reason {rate} times in 30 days.",
        "Поки нічого не порушено, щабель «{rung}» спрацьовує без підстав; разів за 30 діб: {rate}.",
    ),
    "lede_quiet": (
        "While nothing is breached, {rung} never stood without reason in {days} days.",
        "Поки нічого не порушено, щабель «{rung}» жодного разу не спрацював без підстав; діб: {days}.",
    ),
    "lede_attack": (
        "In a sudden attack, {rung} is reached {delay} after the event itself would have reached it, in 9 "
        "of 10 worlds within {late}.",
        "У разі раптового нападу щабля «{rung}» досягнуто через {delay} після того, як його досягли самі "
        "події, у 9 світах із 10 не пізніше ніж через {late}.",
    ),
    "lede_missed": (
        "In a sudden attack, {rung} was not reached in {missed} of 100 worlds.",
        "У разі раптового нападу щабля «{rung}» не досягнуто; світів зі 100: {missed}.",
    ),
    "hours": ("{n} h", "{n} год"),
    "rungs": ("Each rung", "Кожен щабель"),
    "asks": ("Asks for", "Вимагає"),
    "asks_count": (
        "at least {n} breaches in {window}, with probability {prob}",
        "порушень щонайменше {n} за {window}, з імовірністю {prob}",
    ),
    "asks_spread": ("in at least {n} sectors", "щонайменше в секторах: {n}"),
    "asks_verified": ("verified by two persons", "перевірених двома особами"),
    "asks_persistence": ("holding for {time}", "що тривають {time}"),
    "asks_party": ("by {party}", "з боку: {party}"),
    "rung": ("Rung", "Щабель"),
    "false": ("False alarms in 30 quiet days", "Хибних спрацювань за 30 тихих діб"),
    "false_note": (
        "Nothing was breached in these {days} days. The smaller numbers are the range within which the "
        "true rate lies (95 %).",
        "У ці доби ({days}) нічого не порушено. Менші числа - межі, у яких лежить справжня частота (95 %).",
    ),
    "standing": ("Share of quiet time in which it stands", "Частка тихого часу, коли щабель діє"),
    "attack": ("Sudden attack", "Раптовий напад"),
    "attack_note": (
        "{per_day} grave breaches a day for {days} days.",
        "Тяжких порушень на добу: {per_day}, діб: {days}.",
    ),
    "reached": ("Reached in", "Досягнуто"),
    "of_worlds": ("{share} of the worlds", "{share} світів"),
    "delay": ("Delay", "Затримка"),
    "delay_half": ("half of the worlds within", "у половині світів не пізніше ніж"),
    "delay_most": ("9 of 10 within", "у 9 з 10 не пізніше ніж"),
    "where": ("Where the time goes", "На що йде час"),
    "where_note": (
        "From the instant at which the events themselves reached the rung to the end of its clock, on the "
        "mean over the worlds of an attack.",
        "Від миті, коли щабля досягли самі події, до кінця його строку; у середньому за світами з нападом.",
    ),
    "reporting_h": ("reports come in", "надходять повідомлення"),
    "verification_h": ("two persons verify", "дві особи перевіряють"),
    "order_h": ("rungs before it are used", "вживають попередні щаблі"),
    "clock_h": ("clock of the responder", "строк виконавця"),
    "overdue": (
        "In {share} of the worlds the clock had run out before the rung could be used.",
        "Частка світів, де строк минув раніше, ніж щабель можна було вжити: {share}.",
    ),
    "no_delay": ("not measured: it stood before, or was not reached", "не виміряно: вже діяв або не досягнуто"),
    "sustained": ("Breaches that go on below an attack", "Порушення, що тривають без нападу"),
    "sustained_note": (
        "Share of worlds in which the rung is reached within seven days, by the number of breaches a day.",
        "Частка світів, де щабля досягнуто за сім діб, залежно від кількості порушень на добу.",
    ),
    "per_day": ("{n} a day", "{n} на добу"),
    "windows": ("When a rung's condition holds, is it right?", "Коли умова щабля виконується, чи вона правильна?"),
    "windows_note": (
        "Windows that do not overlap. Wrong: the truth does not meet the condition.",
        "Проміжки часу, що не перетинаються. Хибно: насправді умова не виконується.",
    ),
    "n_windows": ("windows", "проміжків"),
    "n_fired": ("it held in", "виконана в"),
    "wrong_fired": ("wrong, of those", "хибно, з них"),
    "wrong_all": ("wrong, of all", "хибно, з усіх"),
    "sensitivity": ("What if the world is less kind?", "А якщо світ менш сприятливий?"),
    "sensitivity_note": (
        "One thing is changed at a time. False alarms in 30 quiet days; delay in an attack (half of the worlds).",
        "Щоразу змінено щось одне. Хибні спрацювання за 30 тихих діб; затримка під час нападу (половина світів).",
    ),
    "search": ("Other thresholds", "Інші пороги"),
    "search_note": (
        "Each point is one rule for {rung}. To the left: fewer days on which it stands without reason; "
        "lower: sooner. Rules on the line are beaten by no other; the grey ones are. The ring is the rule "
        "as it is written.",
        "Кожна точка - одне правило для щабля «{rung}». Лівіше: менше діб, коли він діє без підстав; "
        "нижче: швидше. Правил на лінії не перевершує жодне інше, сірі перевершено. Кільце - чинне правило.",
    ),
    "search_none": (
        "No rule for {rung} is reached in at least 9 of 10 attacks.",
        "Жодне правило для щабля «{rung}» не досягається щонайменше в 9 нападах із 10.",
    ),
    "axis_false": ("false days in 30 quiet days", "хибних діб за 30 тихих діб"),
    "axis_delay": ("hours until it is reached", "годин до досягнення"),
    "at_least": ("breaches", "порушень"),
    "window": ("window", "проміжок"),
    "prob": ("probability", "імовірність"),
    "standard": ("standard", "стандарт"),
    "dominated": ("beaten", "перевершено"),
    "lies": ("What a lie costs", "Ціна брехні"),
    "lies_note": (
        "The least that one side has to forge, over so many days, so that a rung stands without reason - "
        "or stays silent though there is reason. Found by trying, through fusion and assessment of forged "
        "reports.",
        "Найменше, що одна сторона мусить підробити, щоб щабель спрацював без підстав - або мовчав, хоча "
        "підстави є. Знайдено пробами: підроблені повідомлення пройшли злиття та оцінювання.",
    ),
    "lie_fire": ("to make it stand", "щоб спрацював"),
    "lie_silence": ("to keep it silent", "щоб мовчав"),
    "not_found": ("not found up to {n}", "не знайдено до {n}"),
    "price": (
        "{n_reports} reports, sources: {n_sources}, days: {n_days}",
        "повідомлень: {n_reports}, джерел: {n_sources}, діб: {n_days}",
    ),
    "anyway_fire": ("stands without any forger", "діє й без підробок"),
    "anyway_silence": ("is silent anyway", "мовчить і так"),
    "model_learned": ("learned from the reports", "вивчено з повідомлень"),
    "model_prior": ("by grade only", "лише за класом джерела"),
    "model_equal": ("all alike", "усі однаково"),
    "model_naive": ("each claim counts", "рахується кожна заява"),
    "way_forge": ("invented breaches", "вигадані порушення"),
    "way_deny": ("blaming the other side", "звинувачення іншої сторони"),
    "way_flood": ("flood of false claims", "потік хибних заяв"),
    "replay": ("On real records", "На справжніх записах"),
    "replay_note": (
        "What was known each day, judged by this ladder; what really happened is not known for certain, so "
        "that nothing here is called false.",
        "Відоме на кожну добу, оцінене за цією драбиною; що сталося насправді, напевно не відомо, тож тут "
        "ніщо не названо хибним.",
    ),
    "replay_days": ("days", "діб"),
    "replay_stood": ("days on which it stood", "діб, коли діяв"),
    "replay_perhaps": ("days on which nobody can say", "діб, про які не можна сказати"),
    "replay_began": ("times it began", "разів починав діяти"),
    "replay_first": ("first", "уперше"),
    "whole": ("Check by the whole chain", "Перевірка повним ланцюгом"),
    "whole_note": (
        "{n} worlds of {days} days were run day by day through fusion, assessment and the ladder itself, "
        "and beside them the same number by the fast way of this page, asked as often.",
        "Світи ({n}) по {days} діб пройшли добу за добою злиття, оцінювання й саму драбину, а поруч "
        "стільки ж - швидким способом цієї сторінки, з тією самою частотою запитів.",
    ),
    "by_whole": ("whole chain", "повний ланцюг"),
    "by_fast": ("fast way", "швидкий спосіб"),
    "limits": ("What this page cannot tell", "Чого ця сторінка не скаже"),
    "limit_1": (
        "The worlds are invented. Their sources, delays and errors are stated settings, not measurements "
        "of any war; put in your own.",
        "Світи вигадані. Їхні джерела, затримки й похибки - задані налаштування, а не виміри якоїсь війни; "
        "підставте свої.",
    ),
    "limit_2": (
        "People decide. The trial lets them take {decision} for each decision and takes every mandate as given.",
        "Рішення ухвалюють люди. Випробування дає їм на кожне рішення {decision} і вважає кожен мандат наданим.",
    ),
    "limit_3": (
        "Where nobody watches, nothing is reported: a silent rung is no proof of quiet.",
        "Де ніхто не стежить, нічого не повідомляють: мовчання щабля не доводить тиші.",
    ),
    "limit_4": (
        "Breaches come independently of one another. A campaign, or one source that errs for weeks, is worse.",
        "Порушення стаються незалежно одне від одного. Кампанія або джерело, що помиляється тижнями, - гірше.",
    ),
    "settings": ("Settings", "Налаштування"),
    "method": (
        "How it is computed: docs/explanation/trial.md. Seed {seed}; the same seed gives the same page.",
        "Як це обчислено: docs/explanation/trial.md. Зерно {seed}; те саме зерно дає ту саму сторінку.",
    ),
}

STANDARDS = {
    "indication": ("reasonable indication", "обґрунтована ознака"),
    "balance": ("balance of probabilities", "баланс імовірностей"),
    "clear": ("clear and convincing", "ясний і переконливий"),
    "beyond": ("beyond reasonable doubt", "поза розумним сумнівом"),
}
CHANGES = {
    "base": ("as set", "як задано"),
    "error_x2": ("places twice as wrong as stated", "місця вдвічі менш точні, ніж заявлено"),
    "error_x4": ("places four times as wrong", "місця вчетверо менш точні"),
    "late_12": ("reports 12 h later", "повідомлення на 12 год пізніше"),
    "late_36": ("reports 36 h later", "повідомлення на 36 год пізніше"),
    "review_fast": ("verification four times as fast", "перевірка вчетверо швидша"),
    "review_slow": ("verification four times as slow", "перевірка вчетверо повільніша"),
    "review_none": ("nothing is verified", "нічого не перевіряють"),
    "no_mission": ("without the mission's patrols and cameras", "без патрулів і камер місії"),
    "no_sides": ("without the sides' own reports", "без повідомлень сторін"),
    "no_public": ("without media and public channels", "без медіа та каналів громадян"),
}


@dataclass(frozen=True, slots=True)
class Say:
    """Say things in one language."""

    language: str

    def __call__(self, key: str, **values: str) -> str:
        """Return a sentence with its values."""
        return self.pick(WORDS[key]).format(**values)

    def pick(self, pair: tuple[str, str]) -> str:
        """Return the words of this language."""
        return pair[LANGUAGES.index(self.language)]

    def number(self, value: float, n_digits: int = 1) -> str:
        """Return a number with at most so many decimals, as the language writes it.

        Examples
        --------
        >>> Say("en").number(1234.56), Say("uk").number(0.5)
        ('1,234.6', '0,5')
        """
        pattern = "#,##0." + "#" * n_digits if n_digits else "#,##0"
        return format_decimal(value, format=pattern, locale=self.language)

    def percent(self, share: float | None) -> str:
        """Return a share in per cent; a dash where it is not known; never 0 or 100 where it is not.

        Examples
        --------
        >>> Say("en").percent(0.0004), Say("en").percent(1.0), Say("en").percent(None)
        ('<0.1 %', '100 %', '–')
        """
        if share is None:
            return "–"
        if 0.0 < share < 0.001:
            return f"<{self.number(0.1)} %"
        if 0.999 < share < 1.0:
            return f">{self.number(99.9)} %"
        return f"{self.number(100.0 * share, 1 if share < 0.1 or share > 0.9 else 0)} %"

    def hours(self, value: float | None) -> str:
        """Return a time in hours; a dash where it is not known."""
        return "–" if value is None else self("hours", n=self.number(value, 1 if value < 10 else 0))
