"""Names: from the names that sources write to the parties and groups that the agreement knows.

Turns reports into reports whose ``actor``, ``actor_candidates`` and ``target`` are ids, with bounds of the
probability that an excluded group did it or was its target. Rules: the source's own words stay in ``involved``;
a name that resolves to nobody may be anybody's, so it leaves the actor open and never rules a party out; of two
sides who fought, each may have fired. Work is done once for each combination of names, not for each report.
Leaves what a name means to ``groups``, and who of the candidates it was to fusion and assessment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.agreement.groups import Directory, Meaning
from holdfire.agreement.naming import normal_name
from holdfire.records.agreement import Agreement
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import NAMES, conform

__all__ = ["resolve_names", "resolve_sides", "unresolved_names"]

UNRESOLVED_SCHEMA = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("n_reports", pa.int64(), nullable=False),
    ]
)
_COLUMNS = ("actor", "target", "actor_candidates", "involved")


@dataclass(frozen=True, slots=True)
class Named:
    """Hold the names of a report, as they came."""

    actor: str | None
    target: str | None
    candidates: tuple[str, ...] | None
    involved: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """Hold what a combination of names means; the fields are columns of a report."""

    actor: str | None
    target: str | None
    actor_candidates: list[str] | None
    involved: list[str] | None
    excluded_lower: float
    excluded_upper: float


def resolve_names(reports: pa.Table, agreement: Agreement) -> pa.Table:
    """Return the reports with groups as ids.

    Parameters
    ----------
    reports : pyarrow.Table
        By ``REPORT_SCHEMA``; further columns are carried.
    agreement : Agreement

    Returns
    -------
    pyarrow.Table
        The same rows in the same order, with these columns set:

        - ``actor``, ``target``: id of a party, excluded group or other group; null = not said, or not known here.
          Where exactly two groups are involved and one of them is the actor, the other is the target.
        - ``actor_candidates``: ids one of which did it, where the actor is not said and every name of two or more
          sides is known; null = anybody.
        - ``involved``: as it came, with the words of ``actor`` and ``target`` added where they are no ids.
        - ``excluded_lower``, ``excluded_upper``: 0..1, never null. (1, 1) where an involved group is excluded;
          the share that a party's ``may_include`` gives; (0, 0) where the agreement excludes nobody or each of
          two sides is known and none may be excluded; up to 1 where nothing is known of one side.

    Examples
    --------
    Resolving twice changes nothing: ids resolve to themselves.
    """
    table = conform(reports, REPORT_SCHEMA)
    directory = Directory(agreement)
    codes, combinations = _combinations(table)
    found = [_resolve(named, directory) for named in combinations]
    columns = {
        "actor": pa.array([r.actor for r in found], pa.string()),
        "target": pa.array([r.target for r in found], pa.string()),
        "actor_candidates": pa.array([r.actor_candidates for r in found], NAMES),
        "involved": pa.array([r.involved for r in found], NAMES),
        "excluded_lower": pa.array([r.excluded_lower for r in found], pa.float64()),
        "excluded_upper": pa.array([r.excluded_upper for r in found], pa.float64()),
    }
    for name, values in columns.items():
        index = table.schema.get_field_index(name)
        table = table.set_column(index, table.schema.field(index), values.take(codes))
    return table


def resolve_sides(sources: pa.Table, agreement: Agreement) -> pa.Table:
    """Return the sources with their sides as ids of parties, where the agreement knows the name.

    Parameters
    ----------
    sources : pyarrow.Table
        By ``SOURCE_SCHEMA``.
    agreement : Agreement

    Returns
    -------
    pyarrow.Table
        The same rows. A side that the agreement does not know stays as it was: its source still depends on somebody.
    """
    directory = Directory(agreement)
    sides = [None if side is None else _single(side, directory) or side for side in sources["side"].to_pylist()]
    index = sources.schema.get_field_index("side")
    return sources.set_column(index, sources.schema.field(index), pa.array(sides, pa.string()))


def unresolved_names(reports: pa.Table, agreement: Agreement) -> pa.Table:
    """Return the names that resolve to nobody, with the number of reports that hold them.

    Returns
    -------
    pyarrow.Table
        ``name`` (the first of its spellings in alphabetical order) and ``n_reports``, the most frequent first.
        A list of names ("A, B") counts for its unresolved parts.
    """
    directory = Directory(agreement)
    codes, combinations = _combinations(conform(reports, REPORT_SCHEMA))
    n_rows = np.bincount(codes.to_numpy(), minlength=len(combinations)).tolist()
    counts: dict[str, int] = {}
    spelling: dict[str, str] = {}
    for named, n in zip(combinations, n_rows, strict=True):
        keys = set()
        for word in _words(named):
            for part in directory.meaning(word).unresolved:
                key = normal_name(part)
                keys.add(key)
                spelling[key] = min(spelling.get(key, part), part)
        for key in keys:
            counts[key] = counts.get(key, 0) + n
    rows = sorted(((spelling[key], n) for key, n in counts.items()), key=lambda row: (-row[1], row[0]))
    return pa.table({"name": [name for name, _ in rows], "n_reports": [n for _, n in rows]}, schema=UNRESOLVED_SCHEMA)


def _words(named: Named) -> list[str]:
    words = [word for word in (named.actor, named.target) if word is not None]
    return [*words, *(named.candidates or ()), *(named.involved or ())]


def _digits(values: pa.Array) -> pa.Array:
    """Return a column of texts as texts of digits, equal where the texts are equal; null = ``-``."""
    encoded = values.dictionary_encode()
    digits = pa.array([str(code) for code in range(len(encoded.dictionary))], pa.string())
    return pc.fill_null(digits.take(encoded.indices), "-")


def _list_digits(lists: pa.Array) -> pa.Array:
    """Return a column of lists as texts of digits; null = ``-``."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, _digits(lists.flatten())), ",")
    return pc.if_else(pc.is_null(lists), "-", joined)


def _combinations(table: pa.Table) -> tuple[pa.Array, list[Named]]:
    """Return each row's combination of names by number, and the combinations.

    Returns
    -------
    (int64, (n,)), list of Named
        Numbers are in the order of first appearance.
    """
    columns = {name: table[name].combine_chunks() for name in _COLUMNS}
    parts = [_digits(columns["actor"]), _digits(columns["target"])]
    parts += [_list_digits(columns["actor_candidates"]), _list_digits(columns["involved"])]
    encoded = pc.binary_join_element_wise(*parts, "|").dictionary_encode()
    codes = encoded.indices.to_numpy().astype(np.int64)
    first = np.empty(len(encoded.dictionary), dtype=np.int64)
    # Written from the end, so that the first row of each combination stands last and stays.
    first[codes[::-1]] = np.arange(codes.size - 1, -1, -1)
    rows = {name: column.take(pa.array(first)).to_pylist() for name, column in columns.items()}
    combinations = [
        Named(_text(actor), _text(target), _texts(candidates), _texts(involved))
        for actor, target, candidates, involved in zip(*(rows[name] for name in _COLUMNS), strict=True)
    ]
    return pa.array(codes), combinations


def _text(value: str | None) -> str | None:
    return value if value is not None and value.strip() else None


def _texts(values: Sequence[str | None] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(value for value in values if value is not None and value.strip())


def _resolve(named: Named, directory: Directory) -> Resolved:
    actor, target = _single(named.actor, directory), _single(named.target, directory)
    involved = list(named.involved or ())
    for word, group in ((named.actor, actor), (named.target, target)):
        if word is not None and word != group and word not in involved:
            involved.append(word)
    sides = _sides(involved, (actor, target), directory)
    if actor is not None and target is None and named.target is None and len(sides) == 2:
        target = _other_side(actor, sides)
    lower, upper = _excluded(sides, directory)
    return Resolved(
        actor=actor,
        target=target,
        actor_candidates=None if actor is not None else _candidates(named, sides, target, directory),
        involved=involved if involved or named.involved is not None else None,
        excluded_lower=lower,
        excluded_upper=upper,
    )


def _single(word: str | None, directory: Directory) -> str | None:
    """Return the one group that a word means; None where it means several, or nobody known."""
    if word is None:
        return None
    meaning = directory.meaning(word)
    return meaning.ids[0] if meaning.is_known and len(meaning.ids) == 1 else None


def _sides(involved: list[str], groups: tuple[str | None, ...], directory: Directory) -> list[Meaning]:
    """Return what the involved names mean, each name once, and the groups that no name among them means."""
    by_name = {normal_name(word): directory.meaning(word) for word in involved}
    sides = list(by_name.values())
    for group in groups:
        if group is not None and not any(group in side.ids for side in sides):
            sides.append(directory.meaning(group))
    return sides


def _other_side(actor: str, sides: list[Meaning]) -> str | None:
    others = [side for side in sides if side.ids != (actor,)] or sides[1:]
    if len(others) != 1 or not others[0].is_known or len(others[0].ids) != 1:
        return None
    return others[0].ids[0]


def _candidates(named: Named, sides: list[Meaning], target: str | None, directory: Directory) -> list[str] | None:
    """Return who may have done it, the one to whom it was done aside; None where that may be anybody."""
    if named.actor is not None:
        sides = [directory.meaning(named.actor)]
    elif named.candidates:
        sides = [directory.meaning(word) for word in named.candidates]
    elif len(sides) < 2:
        return None
    else:
        sides = [side for side in sides if target is None or side.ids != (target,)]
    ids = sorted({group for side in sides for group in side.ids})
    return ids if ids and all(side.is_known for side in sides) else None


def _excluded(sides: list[Meaning], directory: Directory) -> tuple[float, float]:
    """Return the bounds of the probability that an excluded group is on either side (Frechet's bounds)."""
    if not directory.has_excluded:
        return (0.0, 0.0)
    unknown = [(0.0, 1.0)] if len(sides) < 2 else []
    bounds = [(side.lower, side.upper) for side in sides] + unknown
    return max(lower for lower, _ in bounds), min(1.0, sum(upper for _, upper in bounds))
