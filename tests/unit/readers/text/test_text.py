"""Facts about places, acts and times in short messages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.geoparse import annotated, measure
from holdfire.errors import MissingInputError, ReadError
from holdfire.readers.text.acts import read_act
from holdfire.readers.text.gazetteer import Gazetteer, Place
from holdfire.readers.text.gazetteer_files import default_gazetteer, katotth_gazetteer, load_gazetteer
from holdfire.readers.text.inflect import case_forms, fold_name
from holdfire.readers.text.lexicon import KINDS, WEAPONS
from holdfire.readers.text.places import Mention, find_places
from holdfire.readers.text.regions import find_regions
from holdfire.readers.text.times import read_time
from holdfire.records.taxonomy import builtin_tree
from tests.unit.readers.samples import write

CAME = datetime(2031, 5, 2, 12, 0, tzinfo=UTC)
"""15:00 on a Friday in Kyiv."""


def place(number: int, region: str, *, lon: float = 30.0, lat: float = 48.0, population: int = 0) -> Place:
    return Place(
        place_id=f"x:{number}", name="Mykolaivka", country="UA", region=region, lon=lon, lat=lat, population=population
    )


def mentions(text: str) -> list[Mention]:
    return find_places(text, default_gazetteer())


def test_the_annotated_messages_meet_the_bars() -> None:
    """98 % of sure places are right, every ambiguous or unknown name is flagged, 0.92 of inflected forms resolved."""
    score = measure(list(annotated()), default_gazetteer())
    assert score.n_messages >= 160
    assert score.n_high >= 100
    assert score.n_high_right >= 0.98 * score.n_high
    assert score.n_flagged == score.n_ambiguous
    assert score.n_inflected_right >= 0.92 * score.n_inflected
    assert score.n_precision_right == score.n_found


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Покровськ", "покровська покровську покровськом"),
        ("Харків", "харкова харкову харковом харкові"),
        ("Миколаїв", "миколаєва миколаєву миколаєвом миколаєві"),
        ("Авдіївка", "авдіївки авдіївці авдіївку авдіївкою"),
        ("Марганець", "марганця марганцю марганцем марганці"),
        ("Рубіжне", "рубіжного рубіжному рубіжним"),
        ("Липці", "липців липцям липцями липцях"),
        ("Запоріжжя", "запоріжжю запоріжжям запоріжжі"),
        ("Тернопіль", "тернополя тернополю тернополем тернополі"),
        ("Харьков", "харькова харькову харьковом харькове"),
        ("Горловка", "горловки горловке горловку горловкой"),
        ("Сумы", "сум сумам сумами сумах"),
        ("Мариуполь", "мариуполя мариуполю мариуполем мариуполе"),
        ("Ясиноватая", "ясиноватой ясиноватую"),
    ],
)
def test_endings_follow_the_grammar(name: str, forms: str) -> None:
    """Each case of a name is among its forms."""
    assert set(forms.split()) <= set(case_forms(fold_name(name)))


def test_two_bearers_are_both_named_and_none_is_taken() -> None:
    """A name with two bearers far apart is ambiguous, whatever their size; the region settles it."""
    index = Gazetteer(
        [(place(1, "UA-14", population=90_000), ["Миколаївка"]), (place(2, "UA-59", lon=34.0), ["Миколаївка"])], "t", ""
    )
    (found,) = find_places("Обстріл Миколаївки", index)
    assert ("ambiguous", "none", ["x:1", "x:2"]) == (
        found.status, found.confidence, [one.place_id for one in found.candidates],
    )  # fmt: skip
    (settled,) = find_places("Обстріл Миколаївки на Сумщині", index)
    assert ("resolved", "high", "x:2") == (settled.status, settled.confidence, settled.candidates[0].place_id)
    (against,) = find_places("Обстріл Миколаївки Одеської області", index)
    assert ("unresolved", "none") == (against.status, against.confidence)


def test_entries_of_one_settlement_are_one_place() -> None:
    """Two entries of a name within 3 km are one place: the larger."""
    index = Gazetteer(
        [
            (place(1, "UA-14", population=5), ["Миколаївка"]),
            (place(2, "UA-14", lon=30.02, population=9), ["Миколаївка"]),
        ],
        "t",
        "",
    )
    assert ["x:2"] == [one.place_id for one in index.find("миколаївка")]


@pytest.mark.parametrize("mark", ["\u200f", "\u202b", "\u200b", "\u00ad", "\u0301"])
def test_unseen_marks_hide_no_place_and_shift_no_span(mark: str) -> None:
    """Right-to-left marks, soft hyphens and stress within a name leave its span exact."""
    text = f"{mark}Вибухи в Покр{mark}овську"
    (found,) = mentions(text)
    assert ("resolved", f"Покр{mark}овську") == (found.status, text[found.start : found.end])


def test_a_near_miss_is_never_sure() -> None:
    """A name with two letters exchanged is found with medium confidence; an ordinary word is no place."""
    (found,) = mentions("Обстріл Покрвоська")
    assert ("resolved", "medium") == (found.status, found.confidence)
    assert [] == mentions("Вчора була гарна погода, а щастя немає")


def test_a_region_alone_is_no_town() -> None:
    """'Donetsk region' names no town."""
    assert [] == mentions("Shelling in Donetsk region")
    assert ["UA-14"] == [code for code, _, _ in find_regions("Shelling in Donetsk region")]


def test_the_lexicon_names_only_what_the_trees_hold() -> None:
    """Each kind and weapon of the lexicon is a node of its tree."""
    kinds, weapons = builtin_tree("kinds"), builtin_tree("weapons")
    assert [] == [path for path, _ in KINDS if path not in kinds] + [path for path, _ in WEAPONS if path not in weapons]


@pytest.mark.parametrize(
    ("text", "actor", "weapon"),
    [
        ("Russian forces shelled Kherson with mortars", "Russia", "mortar"),
        ("Російські війська обстріляли Херсон з РСЗВ", "Russia", "rocket_launcher"),
        ("ВСУ нанесли удар из HIMARS", "Ukraine", "rocket_launcher/heavy/himars"),
        ("Обстрел со стороны ВСУ", "Ukraine", None),
        ("Ворог обстріляв місто", None, None),
        ("Обстріл міста", None, None),
    ],
)
def test_a_side_acts_only_where_the_words_say_so(text: str, actor: str | None, weapon: str | None) -> None:
    """The actor is who does the act; 'the enemy' is nobody."""
    act = read_act(text)
    assert (actor, weapon) == (act.actor, act.weapon)


@pytest.mark.parametrize(
    ("text", "hurt"),
    [
        ("A strike killed two and wounded five people", (7, 7, 7)),
        ("Удар: загинули двоє людей, ще 3 поранено", (5, 5, 5)),
        ("Shelling: at least three people were injured", (3, 3, None)),
        ("Удар: до 10 поранених", (0, None, 10)),
        ("Взрыв, пострадавших нет", (0, 0, 0)),
        ("Взрыв", (None, None, None)),
    ],
)
def test_casualties_are_bounds_as_said(text: str, hurt: tuple[int | None, ...]) -> None:
    """'At least' has no upper bound, 'up to' no lower one, silence neither."""
    found = read_act(text).casualties
    assert hurt == (found.low, found.best, found.high)


@pytest.mark.parametrize(
    ("text", "start", "end", "said"),
    [
        ("Explosion at 14:20", "2031-05-02T10:50", "2031-05-02T11:50", "clock"),
        ("Вибух о 23:50", "2031-05-01T20:20", "2031-05-01T21:20", "clock"),
        ("Вчора обстріл", "2031-04-30T21:00", "2031-05-01T21:00", "day"),
        ("Обстрел 28 апреля", "2031-04-27T21:00", "2031-04-28T21:00", "date"),
        ("Вночі вибухи", "2031-05-01T17:00", "2031-05-02T04:00", "part"),
        ("Fired two hours ago", "2031-05-02T09:00", "2031-05-02T11:00", "ago"),
        ("Сьогодні обстріл", "2031-05-01T21:00", "2031-05-02T12:00", "day"),
        ("Обстріл", "2031-05-01T12:00", "2031-05-02T12:00", "none"),
    ],
)
def test_times_are_relative_to_the_report(text: str, start: str, end: str, said: str) -> None:
    """A clock time, a day or its part is read in Kyiv; nothing happens after the message came."""
    found = read_time(text, CAME, "Europe/Kyiv")
    assert (start, end, said) == (found.start.isoformat()[:16], found.end.isoformat()[:16], found.said)


def dump_line(number: int, name: str, alternates: str, kind: str = "P") -> str:
    cells = [str(number), name, name, alternates, "48.5", "37.5", kind, "PPL", "UA", "", "05"]
    cells += ["", "", "", "700", "", "0", "", ""]
    return "\t".join(cells) + "\n"


def test_a_dump_is_read_by_its_19_columns(tmp_path: Path) -> None:
    """Populated places of a GeoNames dump are taken, hills are not; a line of another width is named."""
    path = write(tmp_path, "UA.txt", dump_line(1, "Robotyne", "Роботине") + dump_line(2, "Hora", "Гора", "T"))
    index = load_gazetteer(path)
    assert (1, ["UA-14"]) == (index.n_places, [one.region for one in index.find("роботиного")])
    broken = write(tmp_path, "b.txt", dump_line(1, "Robotyne", "Роботине") + "2\tshort\n")
    with pytest.raises(ReadError, match="19 columns, this one 2"):
        load_gazetteer(broken)


def test_the_codifier_takes_coordinates_only_where_there_is_no_doubt(tmp_path: Path) -> None:
    """A unit is placed by the one place of its name in its region; twins and strangers have a region alone."""
    head = "Перший рівень,Другий рівень,Третій рівень,Четвертий рівень,Додатковий рівень,Категорія,Назва об’єкта\n"
    rows = (
        "UA14000000000091971,,,,,O,Донецька\n"
        "UA14000000000091971,UA1,UA2,UA14160210010000001,,С,Миколаївка\n"
        "UA23000000000064947,UA1,UA2,UA23000000000000002,,C,Роботине\n"
    )
    index = katotth_gazetteer(
        write(tmp_path, "k.csv", head + rows), [(place(1, "UA-14"), ["Миколаївка", "Nikolaevka"])]
    )
    assert [(30.0, "UA-14")] == [(one.lon, one.region) for one in index.find("nikolaevka")]
    assert [(None, "UA-23")] == [(one.lon, one.region) for one in index.find("роботиному")]
    assert 2 == index.n_places


def test_another_file_is_no_gazetteer(tmp_path: Path) -> None:
    """A table of something else, and a file that is not there, are named as such."""
    with pytest.raises(ReadError, match="neither a GeoNames dump nor"):
        load_gazetteer(write(tmp_path, "t.csv", "a,b\n1,2\n"))
    with pytest.raises(MissingInputError):
        load_gazetteer(tmp_path / "none.txt")


def test_a_direction_whose_noun_is_left_out_is_no_village() -> None:
    """'На Ізюмському' after another direction is not the village Ізюмське; the village takes 'в'."""
    text = "На Харківському напрямку тихо, на Ізюмському бої"
    assert "Ізюмському" not in [found.text for found in mentions(text)]
    assert ["Iziumske"] == [found.candidates[0].name for found in mentions("Вибух в Ізюмському")]


def test_a_former_name_is_never_sure() -> None:
    """A name that a town once had resolves with medium confidence."""
    (found,) = mentions("Взрыв в Красноармейске Донецкой области")
    assert ("Pokrovsk", "medium") == (found.candidates[0].name, found.confidence)
    (both,) = mentions("Взрыв в Артемовске Донецкой области")
    assert ("ambiguous", True) == (both.status, "Bakhmut" in [place.name for place in both.candidates])


def test_a_town_called_by_an_adjective_is_kept() -> None:
    """Kropyvnytskyi is a town, and no village of a like name takes its place."""
    (found,) = mentions("Біля Кропивницького росіяни влучили у військовий аеродром")
    assert "Kropyvnytskyi" in [place.name for place in found.candidates]
