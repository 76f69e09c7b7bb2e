"""Whatever bytes come as an agreement: faults in plain words, never anything else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfire.agreement.diff import diff_agreements
from holdfire.agreement.in_force import force_intervals, text_on
from holdfire.agreement.load import load_agreement
from holdfire.agreement.names import resolve_names
from holdfire.errors import DocumentError
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import table_from
from tests.unit.agreement.two_islands import BASE, JUDGED, TREES, check, load

DOCUMENT = yaml.safe_load(BASE)
RAW = BASE.encode()
SOUND = load()
REPORTS = table_from({"report_id": ["r"], "source_id": ["s"], "involved": [["Northland", "x"]]}, REPORT_SCHEMA)
JARGON = ("Input should", "validation error", "Traceback", "NoneType", "pydantic")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -1, 0, 2**63, 1e308, -0.0]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=20),
    st.sampled_from([
        "9999-12-31", "0001-01-01T00:00+14:00", "1e999", "P999999999D", "2031-13-01", "northland", "strait", "~",
        "explosion", "../../etc", "\x00", "\u202e", "50 km", "999999999 week",
    ]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += paths_of(item, (*path, key))
    return found


PATHS = paths_of(DOCUMENT)


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def assert_plain(content: bytes) -> None:
    agreement, faults = check(content)
    assert agreement is not None or faults
    for fault in faults:
        assert fault.what and fault.mend and fault.where.startswith("case.yaml")
        assert not any(word in fault.what + fault.mend for word in JARGON)
        str(fault).encode("utf-8")
    if agreement is not None and not faults:
        for reading in agreement.readings:
            force_intervals(agreement, reading.id)
        text_on(agreement, date(2031, 4, 1))
        diff_agreements(SOUND, agreement)
        diff_agreements(agreement, SOUND)
        resolve_names(REPORTS, agreement)
    if faults:
        with pytest.raises(DocumentError):
            load_agreement(content, "case.yaml", kernels=JUDGED, **TREES)


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    """Random bytes are refused in plain words."""
    assert_plain(content)


@given(st.integers(0, len(RAW)))
def test_truncated(n_bytes: int) -> None:
    """A file that breaks off anywhere is refused in plain words."""
    assert_plain(RAW[:n_bytes])


@given(st.integers(0, len(RAW) - 1), st.binary(max_size=4), st.integers(0, 4))
def test_damaged(place: int, put: bytes, n_cut: int) -> None:
    """A file with some bytes exchanged is read, or refused in plain words."""
    assert_plain(RAW[:place] + put + RAW[place + n_cut :])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1", "cp1251", "utf-8-sig"])
def test_other_encodings(encoding: str) -> None:
    """A file in another encoding is refused in plain words, or read where it happens to be UTF-8."""
    assert_plain(BASE.encode(encoding, "replace"))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PATHS), values)
def test_any_value_at_any_field(path: tuple[Any, ...], value: Any) -> None:
    """Whatever stands in a field, every fault is told in plain words."""
    broken = replaced(DOCUMENT, path, value)
    assert_plain(yaml.safe_dump(broken, allow_unicode=True, sort_keys=False).encode("utf-8", "replace"))


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(PATHS), values), min_size=2, max_size=6))
def test_many_values_at_many_fields(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """Several wrong fields at once are told in plain words too."""
    broken = DOCUMENT
    for path, value in changes:
        try:
            broken = replaced(broken, path, value)
        except (KeyError, IndexError, TypeError):
            continue
    assert_plain(yaml.safe_dump(broken, allow_unicode=True, sort_keys=False).encode("utf-8", "replace"))


@given(values)
def test_any_document(value: Any) -> None:
    """Any document that is no agreement is refused in plain words."""
    assert_plain(yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "replace"))


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\n" + "".join(f"b{k}: &b{k} [*{'a' if k == 0 else f'b{k - 1}'}, *a]\n" for k in range(40)),
        "a: &a {b: *a}\n",
        "[" * 5000,
        "{a: " * 5000,
        "- " * 5000,
        "a: !!python/object/apply:os.system [echo]\n",
        "a: !!int ''\nb: !!bool maybe\nc: !!float x\nd: !!str [a]\n",
        'a: "\\U00110000"\n',
        'a: "\\ud800"\n',
        "? [a, b]\n: c\n",
        "<<: {a: b}\n",
        "a: 1\n---\na: 2\n",
        "\ufeffholdfire: agreement/1\n",
        "title: {en: " + "x" * 100_000 + "}\n",
        "zones: [" + "{id: a}, " * 3000 + "]\n",
        "clauses: [" + "{id: a, scope: {zones: [b]}}, " * 3000 + "]\n",
    ],
    ids=range(16),
)
def test_bombs(text: str) -> None:
    """Aliases that multiply, nests without end and strange tags are refused in plain words."""
    assert_plain(text.encode("utf-8"))
