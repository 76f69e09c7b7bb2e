"""Update catalogues: every string of the bulletin into its gettext catalogues, and these into binary form.

Turns the Python files of ``holdfire.publication`` into ``locale/*/LC_MESSAGES/holdfire.po``, keeping what was
translated, and each catalogue into ``holdfire.mo`` beside it. Rule: no clock and no line numbers enter a catalogue,
so the same strings give the same bytes. ``--check`` changes nothing and says what is out of date or untranslated.

Run it as ``python scripts/update_catalogues.py`` from the checkout after strings were changed.
"""

from __future__ import annotations

import argparse
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOM = Path(__file__).resolve().parents[1] / "src" / "holdfire" / "publication"
LANGUAGES = ("en", "uk")
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}
NO_CLOCK = datetime(2000, 1, 1, tzinfo=UTC)
HEADER = """# Words of the Holdfire bulletin.
# Licensed under the Apache License, Version 2.0, as the rest of the project.
"""


def extract() -> Catalog:
    """Return a catalogue of every string that the bulletin's files mark."""
    found = Catalog(project="holdfire", charset="utf-8", creation_date=NO_CLOCK, fuzzy=False)
    for path in sorted(ROOM.glob("*.py")):
        for _, message, comments, context in extract_from_file(
            "python", path, keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            found.add(message, None, [(path.name, None)], auto_comments=comments, context=context)
    return found


def path_of(language: str, ending: str) -> Path:
    return ROOM / "locale" / language / "LC_MESSAGES" / f"holdfire.{ending}"


def updated(language: str, found: Catalog) -> Catalog:
    """Return the catalogue of a language with the strings found, keeping their translations."""
    path = path_of(language, "po")
    held = Catalog(locale=language)
    if path.is_file():
        with path.open("rb") as stream:
            held = read_po(stream, locale=language)
    result = Catalog(
        locale=language,
        project="holdfire",
        version="1",
        charset="utf-8",
        creation_date=NO_CLOCK,
        revision_date=NO_CLOCK,
        last_translator="Holdfire",
        language_team=language,
        header_comment=HEADER.strip(),
        fuzzy=False,
    )
    for message in found:
        if not message.id:
            continue
        known = held.get(message.id, message.context)
        string = known.string if known is not None else None
        if language == "en" and (not string or not any(string)):
            string = message.id
        result.add(message.id, string, message.locations, flags=message.flags, auto_comments=message.auto_comments)
    return result


def po_bytes(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_po(stream, catalog, width=110, sort_output=True, no_location=False, include_lineno=False)
    return stream.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """Return the strings that lack a translation or one of its plural forms."""
    missing = []
    for message in catalog:
        if message.id:
            strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
            if not strings or not all(strings):
                missing.append(str(message.id))
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(description="Update or check the bulletin's catalogues.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where something is out of date")
    check = parser.parse_args().check
    found, faults = extract(), []
    for language in LANGUAGES:
        catalog = updated(language, found)
        faults += [f"{language}: no translation of {text}" for text in untranslated(catalog)]
        for ending, content in (("po", po_bytes(catalog)), ("mo", mo_bytes(catalog))):
            path = path_of(language, ending)
            if path.is_file() and path.read_bytes() == content:
                continue
            if check:
                faults.append(f"{path.relative_to(ROOM)} is out of date: run scripts/update_catalogues.py")
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                print(f"{len(catalog):>4} strings  {path.relative_to(ROOM)}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
