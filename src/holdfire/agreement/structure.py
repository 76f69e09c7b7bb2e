"""Structure: what the agreement's model refuses, in plain words.

Turns the model's complaints into faults with the line, the field and the way to mend it. Rule: no word of the
validator reaches the reader; every field is called as the file spells it. Leaves faults between fields to the
other checks. Source: ``records.agreement`` and its JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from holdfire.agreement.draft import Draft, Path, seen
from holdfire.agreement.fields import fields_at, hint_at, rule_fields
from holdfire.basics.documents import field_text
from holdfire.errors import Fault, InputError
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import CLAUSE_KINDS
from holdfire.records.fields import Model

__all__ = ["read_as", "read_model"]

M = TypeVar("M", bound=Model)
MAX_FAULTS = 2_000
"""So many faults are told where no other number is named."""

SYNONYMS = {"start": "from", "end": "to", "since": "from", "until": "to", "name": "title", "party": "addressees"}
"""Words that people write for a field of ours, where that field is known at the place."""


def read_model(draft: Draft, skip: Collection[Path], most: int) -> tuple[Agreement | None, tuple[Fault, ...]]:
    """Validate the draft of an agreement; see :func:`read_as`."""
    return read_as(draft, Agreement, skip, most)


def read_as(
    draft: Draft, model: type[M], skip: Collection[Path] = (), most: int = MAX_FAULTS
) -> tuple[M | None, tuple[Fault, ...]]:
    """Validate a draft and say in plain words what its model refuses.

    Parameters
    ----------
    draft : Draft
        Of that model.
    model : type of Model
    skip : collection of Path
        Fields whose inside another check has already judged.
    most : int
        So many faults are told.

    Returns
    -------
    (model or None, tuple of Fault)
        None where there is a fault.
    """
    try:
        return model.model_validate(draft.document.value), ()
    except ValidationError as error:
        found: list[Fault] = []
        for details in error.errors(include_url=False):
            if len(found) >= most:
                break
            path, is_key = _path_of(draft, details["loc"])
            if not any(path[: len(skipped)] == skipped for skipped in skip):
                found.append(_fault(draft, path, is_key, details))
        return None, tuple(found)


def _path_of(draft: Draft, loc: tuple[str | int, ...]) -> tuple[Path, bool]:
    """Return the field of a complaint, and whether it is about a key; the rule's kind is no part of a path."""
    is_key = bool(loc) and loc[-1] == "[key]"
    parts = list(loc[:-1] if is_key else loc)
    if len(parts) > 3 and parts[0] == "clauses" and parts[2] == "rule" and parts[3] in CLAUSE_KINDS:
        del parts[3]
    return tuple(parts), is_key


def _fault(draft: Draft, path: Path, is_key: bool, details: ErrorDetails) -> Fault:
    if is_key:
        what, mend = _key_fault(draft, path)
    elif path[-1:] == ("rule",) and details["type"].startswith("union_tag"):
        return _kind_fault(draft, path)
    else:
        say = SAYINGS.get(details["type"], _other)
        what, mend = say(draft, path, details)
    return draft.fault(path, what, mend)


def _subject(draft: Draft, path: Path) -> str:
    """Return the field with what it belongs to: ``Clause 4.2: 'rule.acts[0]'``."""
    depth = 3 if path[:2] == ("ladder", "rungs") and len(path) > 3 else 2 if _is_entry(path) else 0
    if path and path[0] in ("ladder", "publication") and depth == 0:
        depth = 1
    inner = field_text(path[depth:])
    label = draft.label(path)
    return f"{label}: '{inner}'" if inner else label


def _is_entry(path: Path) -> bool:
    return len(path) > 1 and isinstance(path[1], int)


def _kind_fault(draft: Draft, path: Path) -> Fault:
    label, kind = draft.label(path), draft.at((*path, "kind"))
    if kind is None:
        mend = f"Add 'kind', one of {', '.join(CLAUSE_KINDS)}."
        return draft.fault((*path, "kind"), f"{label}: the rule lacks its 'kind'.", mend)
    near = draft.names.nearest(kind, CLAUSE_KINDS) if isinstance(kind, str) else None
    mend = f"Write '{near}' (the nearest kind)." if near else f"Kinds are {', '.join(CLAUSE_KINDS)}."
    return draft.fault((*path, "kind"), f"{label} is of a kind that is not known: {seen(kind)}.", mend)


def _key_fault(draft: Draft, path: Path) -> tuple[str, str]:
    key = str(path[-1]) if path else ""
    subject = _subject(draft, path[:-1])
    if "language" in hint_at(path[:-1], draft):
        mend = "Write two or three small letters, such as en, uk or ar."
        return f"{subject} names a language by what is no language code: {seen(key)}.", mend
    return f"{subject} has a key that is no id: {seen(key)}.", _id_mend(key)


def _id_mend(text: str) -> str:
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:80]
    rule = "Ids are letters, digits, '.', '_' and '-', without spaces, at most 80."
    return f"Write '{slug}'. {rule}" if slug and slug != text else rule


def _missing(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    if path and isinstance(path[-1], int):
        return _position(draft, path[:-1], details)
    name = str(path[-1]) if path else ""
    hint = hint_at(path, draft)
    inner = _subject(draft, path[:-1])
    if name == "responder" and path[:2] == ("ladder", "rungs"):
        mend = "Add 'responder': the guarantor, party or watcher who owes the duty."
        return f"{draft.label(path)} has a clock without an owner: it lacks its field 'responder'.", mend
    return f"{inner} lacks its field '{name}'.", f"Add '{name}'{f': {hint}' if hint else ''}."


def _unknown(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    name = str(path[-1])
    known = fields_at(path[:-1], draft)
    what = f"{_subject(draft, path[:-1])} has a field that is not known: {seen(name)}."
    if SYNONYMS.get(name) in known:
        return what, f"Write '{SYNONYMS[name]}'."
    near = draft.names.nearest(name, known)
    if near:
        return what, f"Write '{near}' (the nearest field)."
    if path[0] == "clauses" and len(path) == 3 and name in rule_fields():
        return what, f"Move '{name}' under 'rule'."
    return what, f"Remove it. Fields here are {', '.join(known)}." if known else "Remove it."


def _no_text(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    value = draft.at(path)
    if isinstance(value, bool):
        return (
            f"{_subject(draft, path)} is read as {seen(value)}, not as text.",
            "Put the word in quotes: YAML takes yes, no, on and off for true and false.",
        )
    if isinstance(value, int | float):
        number = seen(value)
        return (
            f"{_subject(draft, path)} is a bare number, not text: {number}.",
            f"Put it in quotes, with all its digits: '{number}'.",
        )
    hint = hint_at(path, draft)
    return f"{_subject(draft, path)} must be text; here stands {seen(value)}.", f"Write {hint or 'one text'}."


def _pattern(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    value = str(draft.at(path))
    if "/" in str(details.get("ctx", {}).get("pattern")):
        mend = "Write small letters, digits and '_', with '/' between levels: explosion/shelling/mortar."
        return f"{_subject(draft, path)} is no path in a tree: {seen(value)}.", mend
    return f"{_subject(draft, path)} is no id: {seen(value)}.", _id_mend(value)


def _choice(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    allowed = re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", "")))
    value = draft.at(path)
    near = draft.names.nearest(value, allowed) if isinstance(value, str) else None
    many = f"Write one of {', '.join(allowed)}." if len(allowed) > 1 else f"Write {', '.join(allowed)}."
    mend = f"Write '{near}' (the nearest)." if near and len(allowed) > 1 else many
    return f"{_subject(draft, path)} is none of its choices: {seen(value)}.", mend


def _list(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    value = draft.at(path)
    mend = "Begin each entry with '- '."
    if isinstance(value, str | int | float):
        mend = f"Put it in brackets: [{seen(value).strip(chr(39)) if isinstance(value, str) else seen(value)}]."
    return f"{_subject(draft, path)} must be a list; here stands {seen(value)}.", mend


def _mapping(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    value = draft.at(path)
    hint = hint_at(path, draft)
    if "language" in hint:
        return f"{_subject(draft, path)} is written by language; here stands {seen(value)}.", "Write it as en: …"
    known = fields_at(path, draft)
    mend = f"Fields here are {', '.join(known)}." if known else "Write it as name: value."
    return f"{_subject(draft, path)} must be a mapping of fields; here stands {seen(value)}.", mend


def _position(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    value = draft.at(path)
    if path and (path[-1] == "share" or path[0] == "attribution"):
        mend = "Write the lower and the upper bound: [0.2, 0.6]."
        return f"{_subject(draft, path)} is no pair of bounds: {seen(value)}.", mend
    mend = "Write [longitude, latitude] in degrees, and nothing else."
    return f"{_subject(draft, path)} is no position: {seen(value)}.", mend


def _number(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    value, whole = draft.at(path), details["type"].startswith("int")
    noun = "a whole number" if whole else "a number"
    return f"{_subject(draft, path)} must be {noun}; here stands {seen(value)}.", f"Write {noun} without quotes."


def _bound(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    context = details.get("ctx", {})
    if "ge" in context:
        return f"{_subject(draft, path)} is too small: {seen(draft.at(path))}.", f"The least is {context['ge']:g}."
    return f"{_subject(draft, path)} is too large: {seen(draft.at(path))}.", f"The most is {context.get('le', 0):g}."


def _empty(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    least = details.get("ctx", {}).get("min_length", 1)
    if isinstance(draft.at(path), list):
        noun = "entry" if least == 1 else "entries"
        return f"{_subject(draft, path)} has too few entries: {len(draft.at(path))}.", f"Give at least {least} {noun}."
    return f"{_subject(draft, path)} is empty: {seen(draft.at(path))}.", "Fill it in, or leave the field out."


def _truth(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    return f"{_subject(draft, path)} must be true or false; here stands {seen(draft.at(path))}.", "Write true or false."


def _meaning(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    cause = getattr(details.get("ctx", {}).get("error"), "__cause__", None)
    if isinstance(cause, InputError):
        what = cause.what.removeprefix("This ")
        return f"{_subject(draft, path)}{' ' if what != cause.what else ': '}{what}", cause.mend
    return _other(draft, path, details)


def _other(draft: Draft, path: Path, details: ErrorDetails) -> tuple[str, str]:
    hint = hint_at(path, draft)
    mend = f"Write {hint}." if hint else "See the reference of the agreement's format."
    return f"{_subject(draft, path)} does not fit here: {seen(draft.at(path))}.", mend


Say = Callable[[Draft, Path, ErrorDetails], tuple[str, str]]
SAYINGS: dict[str, Say] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "string_type": _no_text,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _empty,
    "too_short": _empty,
    "literal_error": _choice,
    "list_type": _list,
    "dict_type": _mapping,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "tuple_type": _position,
    "too_long": _position,
    "int_type": _number,
    "int_from_float": _number,
    "int_parsing": _number,
    "float_type": _number,
    "float_parsing": _number,
    "finite_number": _number,
    "bool_type": _truth,
    "greater_than_equal": _bound,
    "less_than_equal": _bound,
    "value_error": _meaning,
}
"""The validator's types of complaint, each with who says it in plain words."""
