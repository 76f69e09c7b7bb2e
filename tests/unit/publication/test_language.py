"""Facts about words, numbers and days in English and Ukrainian."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from holdfire.errors import InputError
from holdfire.publication.labels import LABELS
from holdfire.publication.language import Speech, catalogue
from holdfire.publication.words import KIND_WORDS, TARGET_WORDS, kind_word
from holdfire.records.taxonomy import builtin_tree

ROOT = Path(__file__).resolve().parents[3]
ROOM = ROOT / "src" / "holdfire" / "publication"


def script(name: str) -> ModuleType:
    """Return a script of the project as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def asked_for() -> set[str]:
    """Return every string that the room asks a catalogue for, in f-strings too."""
    found = set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in ("gettext", "N_") and node.args and isinstance(node.args[0], ast.Constant):
                    found.add(node.args[0].value)
                if name == "ngettext" and isinstance(node.args[0], ast.Constant):
                    found.add(node.args[0].value)
    return found


@pytest.mark.parametrize("language", ["en", "uk"])
def test_every_string_is_in_the_catalogue(language: str) -> None:
    """No string is asked for that a catalogue lacks."""
    held = {key[0] if isinstance(key, tuple) else key for key in catalogue(language)._catalog}
    assert set() == asked_for() - held


def test_the_catalogues_are_up_to_date_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The committed catalogues hold every string, translated, and the binary ones are made from them."""
    module = script("update_catalogues")
    monkeypatch.setattr(sys, "argv", ["update_catalogues.py", "--check"])
    assert 0 == module.main()


def test_every_string_is_ukrainian() -> None:
    """No Ukrainian translation is left out or left in English."""
    same = [
        key
        for key, text in catalogue("uk")._catalog.items()
        if isinstance(key, str) and key == text and re.search(r"[A-Za-z]{2}", re.sub(r"%\(\w+\)s", "", key))
    ]
    assert [] == same


@pytest.mark.parametrize(
    ("n", "expected"),
    [(1, "1 інцидент"), (2, "2 інциденти"), (5, "5 інцидентів"), (11, "11 інцидентів"), (21, "21 інцидент"),
     (22, "22 інциденти"), (25, "25 інцидентів"), (112, "112 інцидентів"), (0, "0 інцидентів")],
)  # fmt: skip
def test_ukrainian_plurals(n: int, expected: str) -> None:
    """Ukrainian has three forms: 1 інцидент, 2 інциденти, 5 інцидентів."""
    assert expected == Speech("uk").ngettext("%(n)s incident", "%(n)s incidents", n)


def test_decimal_marks() -> None:
    """A decimal comma in Ukrainian, a point in English."""
    assert ("3,5", "3.5") == (Speech("uk").number(3.5), Speech("en").number(3.5))


def test_days_as_people_write_them() -> None:
    """The month stands in the genitive in Ukrainian."""
    day = date(2022, 7, 23)
    assert ("23 липня 2022\xa0р.", "23 July 2022") == (Speech("uk").day(day), Speech("en").day(day))


def test_hours_are_local() -> None:
    """An instant is told in the zone that is spoken, over the change of a day."""
    speech = Speech("en", "Europe/Kyiv")
    at = datetime(2022, 7, 22, 21, 30, tzinfo=UTC)
    assert "23 July 2022, 00:30" == speech.instant(at)
    assert "UTC+03:00" == speech.offset(at)


def test_a_whole_day_has_no_hours() -> None:
    """An interval of a day is told as the day, one of hours with its hours, an unknown one not at all."""
    speech = Speech("en", "UTC")
    start = datetime(2022, 7, 23, tzinfo=UTC)
    assert "23 Jul" == speech.when(start, start + timedelta(days=1))
    assert "23–24 Jul" == speech.when(start, start + timedelta(days=2))
    assert "23 Jul, 00:00–03:00" == speech.when(start, start + timedelta(hours=3)).replace("\u2060", "")
    assert "" == speech.when(None, None)


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [(0.0, 1.0, "0–100%"), (0.934, 0.998, "93–99%"), (0.998, 0.999, ">99%"), (0.001, 0.002, "<1%"),
     (1.0, 1.0, "100%"), (0.0, 0.0, "0%"), (0.5, 0.5, "50%"), (None, None, "?"), (0.9951, 1.0, "99–100%")],
)  # fmt: skip
def test_what_is_not_certain_never_reads_as_certain(lower: float | None, upper: float | None, expected: str) -> None:
    """Only 0 and 1 read 0% and 100%."""
    assert expected == Speech("en").percent(lower, upper)


def test_every_node_of_our_trees_has_a_word() -> None:
    """Each kind of event and of target in our trees is told in words, not by its path."""
    assert set() == set(builtin_tree("kinds")) - set(KIND_WORDS)
    assert set() == set(builtin_tree("targets")) - set(TARGET_WORDS)


def test_a_node_of_another_tree_is_told_by_its_name() -> None:
    """A kind of somebody else's tree is told by the nearest word above it, or by its own name."""
    speech = Speech("en")
    assert "shelling (howitzer)" == kind_word(speech, "explosion/shelling/howitzer")
    assert "tunnel works" == kind_word(speech, "digging/tunnel_works")


def test_templates_hold_no_words() -> None:
    """Neither template says anything by itself: its texts come from the page."""
    html = (ROOM / "templates" / "bulletin.html").read_text(encoding="utf-8")
    bare = re.sub(r"<[^>]*>", " ", re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", html, flags=re.DOTALL))
    assert [] == re.findall(r"[A-Za-z]{2,}", re.sub(r"[▲▼≈–—·…]", " ", bare))
    script_text = (ROOM / "templates" / "bulletin.js").read_text(encoding="utf-8")
    assert [] == re.findall(r'textContent = "[^"]+"', script_text)


def test_every_label_is_used() -> None:
    """No label is kept that no template asks for."""
    used = "".join(path.read_text(encoding="utf-8") for path in (ROOM / "templates").iterdir())
    used += (ROOM / "render.py").read_text(encoding="utf-8") + (ROOM / "views.py").read_text(encoding="utf-8")
    assert [] == [key for key in LABELS if not re.search(rf"L\.{key}\b|\"{key}\"|words\.{key}\b", used)]


def test_a_language_without_a_catalogue_is_refused() -> None:
    """Only languages with a catalogue are spoken."""
    with pytest.raises(InputError, match="'fr'"):
        Speech("fr")
