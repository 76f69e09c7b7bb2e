"""Propose: a first mapping for a table of the user's own, from its header and a sample of its cells.

Turns a file into the text of a mapping that a person then looks over. Rules: it is a proposal: what it guesses it marks
as a guess, what it cannot know (a zone, an error, a side) it asks for; nothing is read by it before a person has passed
it on. Headers may be English, Ukrainian, Russian or French. Source: tables/words.yaml.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz

from holdfire.readers.formats import READERS
from holdfire.readers.probe import Probe, probe_file
from holdfire.readers.refusals import UNDECODABLE
from holdfire.readers.tables import error_models, fold, load_table, slug

__all__ = ["DATE_FORMATS", "propose_mapping"]

N_SAMPLE = 5_000
MAX_WORDS = 80
"""Distinct words up to which a column of kinds gets a table of values."""
NEAR = 90
"""rapidfuzz ratio from which a header is the mistyped form of a known word."""
DATE_FORMATS = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%Y%m%d",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%d %B %Y",
    "%d.%m.%y",
    "%d.%m.%y %H:%M",
)
_PAIR = re.compile(r"^\s*-?\d{1,3}[.]\d+\s*([,;])\s*-?\d{1,3}[.]\d+\s*$")
_TIME = re.compile(r"^\d{1,2}:\d{2}(:\d{2})?$")
_COMMA = re.compile(r"^-?\d+,\d+$")
_UKRAINIAN = re.compile("[іїєґ]|подія|дата та час|широта.*довгота")
PLAIN = ("place_name", "actor", "weapon", "casualties_best", "count_best", "language", "document", "text")


@dataclass(slots=True)
class _Sample:
    """Hold a file's columns with some of their cells."""

    names: tuple[str, ...]
    cells: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, name: str) -> list[str]:
        return [text for text in self.cells.get(name, []) if text]


def _sample(probe: Probe) -> _Sample:
    sample = _Sample(names=probe.names, cells={name: [] for name in probe.names})
    for batch in probe.batches():
        for name, column in zip(batch.names, batch.columns, strict=True):
            sample.cells[name] += [(text or "").strip() for text in column.slice(0, N_SAMPLE).to_pylist()]
        if len(sample.cells[probe.names[0]]) >= N_SAMPLE:
            break
    return sample


def _plain(text: str) -> str:
    return re.sub(r"[^\w]+", " ", fold(text).replace("_", " ")).strip()


@cache
def _header_words() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = load_table("words")["headers"]
    return {name: tuple(_plain(word) for word in (name, *words)) for name, words in table.items()}


def _score(header: str, words: Sequence[str]) -> int:
    plain = _plain(header)
    if plain in words:
        return 100 - words.index(plain)
    parts = plain.split()
    if any(word in parts or (" " in word and word in plain) for word in words if len(word) > 2):
        return 40
    return 20 if len(plain) > 4 and max(fuzz.ratio(plain, word) for word in words) >= NEAR else 0


def _fitting(name: str, texts: Sequence[str]) -> bool:
    """Say whether cells can be what their header says."""
    if not texts:
        return True
    if name in ("lon", "lat"):
        limit = 180.0 if name == "lon" else 90.0
        return sum(_is_degree(text, limit) for text in texts) >= 0.8 * len(texts)
    if name in ("casualties_best", "count_best"):
        return sum(text.isdigit() for text in texts) >= 0.8 * len(texts)
    if name in ("occurred_start", "occurred_end"):
        return date_format(texts) is not None
    return True


def _is_degree(text: str, limit: float) -> bool:
    try:
        return abs(float(text.replace(",", "."))) <= limit
    except ValueError:
        return False


def _assign(sample: _Sample) -> dict[str, str]:
    """Return the columns that fields are likely to stand in, each used once."""
    ranked = sorted(
        (-_score(header, words), order, position, name, header)
        for order, (name, words) in enumerate(_header_words().items())
        for position, header in enumerate(sample.names)
    )
    found: dict[str, str] = {}
    for negative, _, _, name, header in ranked:
        if (
            negative < 0
            and name not in found
            and header not in found.values()
            and _fitting(name, sample.filled(header))
        ):
            found[name] = header
    return found


def date_format(texts: Sequence[str]) -> str | None:
    """Return the format that fits nearly all texts; ``""`` for ISO 8601, None where none fits.

    Examples
    --------
    >>> date_format(["23.07.2022 11:00"]), date_format(["2022-07-23T08:00:00Z"]), date_format(["soon"])
    ('%d.%m.%Y %H:%M', '', None)
    """
    shown = texts[:400]
    for form in ("", *DATE_FORMATS):
        n_read = 0
        for text in shown:
            try:
                if form:
                    datetime.strptime(text, form)  # noqa: DTZ007 - only its shape is looked at
                else:
                    datetime.fromisoformat(text)
            except ValueError:
                continue
            n_read += not (form == "" and text.isdigit())
        if shown and n_read >= 0.95 * len(shown):
            return form
    return None


def _quoted(value: str | None) -> str:
    return "null" if value is None else json.dumps(value, ensure_ascii=False)


def _times(sample: _Sample, found: Mapping[str, str]) -> list[str]:
    """Return the lines of the time fields."""
    lines = []
    for name in ("occurred_start", "occurred_end"):
        if name not in found:
            continue
        column = found[name]
        form = date_format(sample.filled(column))
        clock = _clock_column(sample, found) if name == "occurred_start" and form and "%H" not in form else None
        if clock is not None:
            seconds = ":%S" if any(text.count(":") == 2 for text in sample.filled(clock)) else ""
            lines.append(
                f"  {name}: {{columns: [{_quoted(column)}, {_quoted(clock)}], formats: ['{form} %H:%M{seconds}']}}"
            )
            continue
        formats = f", formats: ['{form}']" if form else ""
        note = "  # day first, or month first?" if form and form[:2] in ("%d", "%m") and "/" in form else ""
        lines.append(f"  {name}: {{column: {_quoted(column)}{formats}}}{note}")
    if not lines:
        lines.append("  # occurred_start: {column: …}  # no column of times was found")
    return lines


def _clock_column(sample: _Sample, found: Mapping[str, str]) -> str | None:
    for name in sample.names:
        texts = sample.filled(name)
        if texts and all(_TIME.match(text) for text in texts[:400]) and name not in found.values():
            return name
    return None


def _places(sample: _Sample, found: Mapping[str, str]) -> list[str]:
    """Return the lines of the place."""
    lines = [f"  {name}: {{column: {_quoted(found[name])}}}" for name in ("lon", "lat") if name in found]
    if len(lines) < 2:
        lines = []
        for name in sample.names:
            matches = [_PAIR.match(text) for text in sample.filled(name)[:400]]
            pair = matches[0] if matches else None
            if pair is not None and all(matches):
                rule = f"column: {_quoted(name)}, separator: '{pair[1]}'"
                lines = [f"  lat: {{{rule}, part: 1}}", f"  lon: {{{rule}, part: 2}}  # or the other way round?"]
                break
    if not lines and "geometry.lon" in sample.names:
        lines = ["  lon: {column: geometry.lon}", "  lat: {column: geometry.lat}"]
    if not lines:
        return ["  # lon: {column: …}  # no columns of coordinates were found", "  # lat: {column: …}"]
    return [*lines, _error(sample, found)]


def _error(sample: _Sample, found: Mapping[str, str]) -> str:
    column = found.get("sigma_m")
    if column is None:
        return "  sigma_m: {constant: 1000}  # nothing says how well places are known: state it, in metres (1 sigma)"
    texts = sample.filled(column)
    words = {fold(code) for code in error_models("words")}
    if texts and all(fold(text) in words for text in texts):
        return f"  sigma_m: {{column: {_quoted(column)}, table: words}}"
    unit = "km" if re.search(r"\b(km|км)\b", _plain(column)) else "m"
    return f"  sigma_m: {{column: {_quoted(column)}, unit: {unit}}}  # 1 sigma; if it bounds the error, halve it"


def _kinds(sample: _Sample, found: Mapping[str, str]) -> list[str]:
    column = found.get("kind")
    if column is None:
        return ["  # kind: {column: …}  # no column of kinds was found; a path such as explosion/shelling"]
    words = sorted(set(sample.filled(column)))
    if not words or len(words) > MAX_WORDS:
        return [f"  kind: {{column: {_quoted(column)}, values: {{}}, otherwise: null}}  # add your words to 'values'"]
    stems: dict[str, list[str]] = load_table("words")["kinds"]
    lines = ["  kind:", f"    column: {_quoted(column)}", "    values:  # guesses; null is 'unknown'"]
    for word in words:
        plain = fold(word)
        path = next((path for path, known in stems.items() if any(fold(stem) in plain for stem in known)), None)
        lines.append(f"      {_quoted(word)}: {_quoted(path)}")
    return lines


def _ids(sample: _Sample, found: Mapping[str, str], probe: Probe) -> list[str]:
    lines = []
    column = found.get("report_id")
    texts = sample.cells.get(column, []) if column is not None else []
    if column is not None and texts and all(texts) and len(set(texts)) == len(texts):
        lines.append(f"  report_id: {{column: {_quoted(column)}}}")
    else:
        lines.append("  # report_id is left out: each report gets the hash of its row")
    if "source_id" in found:
        lines.append(f"  source_id: {{column: {_quoted(found['source_id'])}}}")
    else:
        lines.append(f"  source_id: {{constant: {_quoted(slug(probe.path.stem))}}}  # who reports?")
    return lines


def _form(sample: _Sample, found: Mapping[str, str], probe: Probe) -> list[str]:
    texts = [text for name in ("lon", "lat") if name in found for text in sample.filled(found[name])[:400]]
    lines = []
    if texts and sum(bool(_COMMA.match(text)) for text in texts) > 0.5 * len(texts):
        lines.append("  decimal: ','")
    delimiter = getattr(probe.opened, "delimiter", ",")
    if delimiter != ",":
        lines.append(f"  delimiter: {json.dumps(delimiter)}")
    unread = any(UNDECODABLE in name for name in sample.names)
    if unread:
        lines.append("  encoding: cp1251  # the header is no UTF-8: a guess")
    return ["file:", *lines] if lines else []


def propose_mapping(path: Path) -> str:
    """Return the text of a mapping for a file.

    Parameters
    ----------
    path : Path
        CSV, GeoJSON, XLSX or Parquet.

    Raises
    ------
    MissingInputError, ReadError, LimitError, UnknownFormatError
        The file cannot be looked at.
    """
    probe = probe_file(path)
    sample = _sample(probe)
    found = _assign(sample)
    known = [reader.name for reader in READERS if reader.recognise(probe).ok]
    head = " ".join(_plain(name) for name in sample.names)
    zone = "Europe/Kyiv" if _UKRAINIAN.search(head) else "UTC"
    lines = [
        f"# A mapping proposed for {probe.name.encode('ascii', 'backslashreplace').decode()}. Look it over.",
        *([f"# This file is of the format '{known[0]}' and needs no mapping."] if known else []),
        "holdfire: mapping/1",
        f"name: {_mapping_name(probe)}",
        "attribution: ''  # the line that the data's licence asks to show",
        f"zone: {zone}  # a guess: state the zone of the times",
        *_form(sample, found, probe),
        "fields:",
        *_ids(sample, found, probe),
        *_times(sample, found),
        *_places(sample, found),
        *_kinds(sample, found),
        *(f"  {name}: {{column: {_quoted(found[name])}}}" for name in PLAIN if name in found),
    ]
    text = "\n".join(lines) + "\n"
    left = [name for name in sample.names if json.dumps(name, ensure_ascii=False) not in text]
    if left:
        text += "carry: [" + ", ".join(_quoted(name) for name in left) + "]  # kept beside the reports, as text\n"
    return text


def _mapping_name(probe: Probe) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", probe.path.stem.lower()).strip("-")[:40].strip("-")
    return plain or "table"
