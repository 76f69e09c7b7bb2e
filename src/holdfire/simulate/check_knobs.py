"""Check knobs: whether a world can be made from them, with all faults at once.

Turns knobs, or a document of them, into knobs that hold to their ranges, or into faults that name the knob, its
range and the value seen. Rule: the ranges are those of the fields' types; what a type cannot say (shares that add
up, names that must exist) is said here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from holdfire.basics.documents import Document, field_text, nearest_name, read_document
from holdfire.errors import DocumentError, Fault
from holdfire.simulate.knobs import Knobs, SourceKnobs

__all__ = ["check_knobs", "read_knobs"]

Path = tuple[str | int, ...]
_ADAPTER: TypeAdapter[Knobs] = TypeAdapter(Knobs)
_LIMITS = ("ge", "gt", "le", "lt")


def _limits(name: str, owner: type) -> str | None:
    """Return the range of a knob in words; None where it is no number."""
    hint = get_type_hints(owner, include_extras=True).get(name)
    found: dict[str, float] = {}
    for part in (hint, *get_args(hint)):
        for note in getattr(part, "__metadata__", ()):
            for constraint in getattr(note, "metadata", ()):
                found.update({key: getattr(constraint, key) for key in _LIMITS if hasattr(constraint, key)})
    if not found:
        return None
    low = f"above {_number(found['gt'])}" if "gt" in found else _number(found.get("ge", 0.0))
    return f"{low} to {_number(found['le'])}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"


def _owner(path: Path) -> type:
    return SourceKnobs if path[:1] == ("sources",) and len(path) > 1 else Knobs


def _subject(path: Path) -> str:
    return f"Knob '{field_text(path)}'" if path else "This document of knobs"


def _unknown(path: Path) -> tuple[str, str]:
    known = [f.name for f in fields(_owner(path))]
    near = nearest_name(str(path[-1]), known)
    return f"No knob is called '{field_text(path)}'.", f"Write '{near}'." if near else f"Knobs: {', '.join(known)}."


def _words(path: Path, details: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong with a knob, and how to mend it."""
    kind, seen = details["type"], repr(details.get("input"))[:60]
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return _unknown(path)
    if kind in ("missing", "missing_argument"):
        return f"{_subject(path[:-1])} lacks its '{path[-1]}'.", f"Add '{path[-1]}'."
    if kind == "literal_error":
        choices = details.get("ctx", {}).get("expected", "")
        return f"{_subject(path)} is none of its choices: {seen}.", f"Write one of {choices}."
    limits = _limits(str(path[-1]), _owner(path)) if path else None
    if limits is None and len(path) > 1 and isinstance(path[-1], int):
        limits = _limits(str(path[-2]), _owner(path))
    if limits is not None:
        whole = "a whole number" if kind.startswith("int") else "a number"
        return f"{_subject(path)} is {limits}: {seen}.", f"Write {whole}, {limits}."
    message = details["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{_subject(path)} cannot be used: {message}: {seen}.", "See docs/how-to/measure-fusion.md."


def _together(source: SourceKnobs, known: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield field, what and mend of what a source's knobs say against each other."""
    places = source.precise + source.settlement + source.district
    if abs(places - 1.0) > 1e-6:
        yield "precise", f"precise, settlement and district add up to 1: {places:.6g}.", "Change one of the three."
    for first, second in (("hourly", "daily"), ("copy_verbatim", "copy_paraphrase")):
        total = getattr(source, first) + getattr(source, second)
        if total > 1.0 + 1e-9:
            yield first, f"{first} and {second} are at most 1 together: {total:.6g}.", "Lower one of the two."
    for name in source.copies_from:
        if name not in known or name == source.source_id:
            near = nearest_name(name, sorted(known - {source.source_id}))
            mend = f"Write '{near}'." if near else "Add that source, or copy another."
            yield "copies_from", f"It cannot copy the source {name!r}: the world has no other of that name.", mend
    if source.curated and (source.copies or source.roundups or source.repeats):
        what = "A curated source tells an incident once: it has no copies, roundups or repeats."
        yield "curated", what, "Set the three to 0, or curated to false."
    if source.other_share and not source.other_languages:
        yield "other_share", f"It has no other languages: {source.other_share}.", "Add other_languages."


def _joint_faults(knobs: Knobs) -> Iterator[tuple[Path, str, str]]:
    names = [source.source_id for source in knobs.sources]
    if not names:
        yield ("sources",), "A world needs at least one source.", "Add one."
    for number, source in enumerate(knobs.sources):
        if source.source_id in names[:number]:
            yield ("sources", number, "source_id"), f"Two sources are called {source.source_id!r}.", "Rename one."
        for name, what, mend in _together(source, set(names)):
            yield ("sources", number, name), f"Source {source.source_id!r}: {what}", mend


def _validated(value: Any, document: Document) -> Knobs:
    try:
        knobs = _ADAPTER.validate_python(value)
    except ValidationError as error:
        found: list[Fault] = []
        for details in error.errors(include_url=False):
            path: Path = tuple(details["loc"])
            fault = document.fault(path, *_words(path, details))
            if fault not in found:
                found.append(fault)
        raise DocumentError(document.name, tuple(found)) from error
    faults = tuple(document.fault(path, what, mend) for path, what, mend in _joint_faults(knobs))
    if faults:
        raise DocumentError(document.name, faults)
    return knobs


def check_knobs(knobs: Knobs) -> Knobs:
    """Return the knobs, if a world can be made from them.

    Raises
    ------
    DocumentError
        Knobs are out of their range or contradict each other; all are named.

    Examples
    --------
    >>> check_knobs(Knobs()) == Knobs()
    True
    """
    return _validated(asdict(knobs), Document(name="knobs", value=None))


def read_knobs(content: bytes, name: str, base: Knobs | None = None) -> Knobs:
    """Return the knobs of YAML or JSON bytes: any fields of ``Knobs``; the others stay as in ``base``.

    Parameters
    ----------
    content : bytes
    name : str
        The name to show in messages.
    base : Knobs, optional
        Default: ``Knobs()``.

    Raises
    ------
    DocumentError
        The document is no mapping, or knobs are unknown or out of range; all are named, with their lines.

    Examples
    --------
    >>> read_knobs(b"blunders: 0.2", "knobs.yaml").blunders
    0.2
    """
    document = read_document(content, name)
    value = {} if document.value is None else document.value
    if not isinstance(value, dict):
        fault = document.fault((), "Knobs are a mapping of names and values.", "Write 'blunders: 0.02' and so on.")
        raise DocumentError(name, (fault,))
    return _validated({**asdict(base or Knobs()), **value}, document)
