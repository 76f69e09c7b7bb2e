"""Facts about the check of a whole agreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfire.agreement.load import load_agreement
from holdfire.errors import DocumentError
from tests.unit.agreement.two_islands import BASE, JUDGED, TREES, changed, check, load


def test_sound_agreement_has_no_fault() -> None:
    """An agreement without faults is returned, and nothing is said of it."""
    agreement, faults = check(BASE)
    assert ("two-islands", ()) == (None if agreement is None else agreement.id, faults)


def test_sound_agreement_against_itself() -> None:
    """A version that is the older one again reuses no id."""
    assert () == check(BASE, previous=load())[1]


def test_faults_are_told_in_the_order_of_their_lines() -> None:
    """Faults of all kinds come in the order of the file, whichever check found them."""
    text = changed(
        ("prob: 0.9", "prob: 0"),
        ("south: 40.6, east: -28.9, north: 40.9", "south: 40.9, east: -28.9, north: 40.6"),
        ("    severity: 5", "    severety: 5"),
        ('  - id: "4.2"', '  - id: "4.1"'),
        ("time_zone: Atlantic/Azores", "time_zone: Atlantic/Azoren"),
        ("rung_used: warning", "rung_used: alarm"),
    )
    lines = [fault.line or 0 for fault in check(text)[1]]
    assert (6, sorted(lines)) == (len(set(lines)), lines)


def test_each_fault_says_what_where_and_how_to_mend() -> None:
    """A fault's place is file, line and field, and no part of it is empty."""
    (fault,) = check(changed(("zones: [strait]}\n    observable_by", "zones: [straight]}\n    observable_by")))[1]
    assert "case.yaml:158, clauses[6].rule.zones[0]" == fault.where
    assert str(fault).split("\n") == [
        "Clause 5 names zone 'straight', which this agreement does not define.",
        "  At case.yaml:158, clauses[6].rule.zones[0].",
        "  Add it under 'zones', or write 'strait' (the nearest name).",
    ]


def test_a_doubled_key_hides_no_other_fault() -> None:
    """A key that stands twice is told beside the faults of the rest."""
    text = changed(("status: in_force", "status: in_force\nstatus: draft"), ("rung_used: warning", "rung_used: alarm"))
    assert ["status", "gates[1].requires[0].rung_used"] == [fault.field for fault in check(text)[1]]


def test_load_raises_all_faults_at_once() -> None:
    """Loading raises one error that holds every fault of the file."""
    text = changed(("prob: 0.9", "prob: 0"), ("rung_used: warning", "rung_used: alarm"))
    with pytest.raises(DocumentError) as raised:
        load_agreement(text.encode(), "case.yaml", kernels=JUDGED, **TREES)
    assert ("case.yaml has 2 faults.", check(text)[1]) == (raised.value.what, raised.value.faults)


def test_json_is_yaml() -> None:
    """An agreement may be written as JSON."""
    text = load().model_dump_json(by_alias=True, exclude_none=True)
    assert load() == check(text)[0]


@pytest.mark.parametrize(
    ("given", "is_fault"),
    [
        # Beirut's surroundings: exchanged they lie in the sea, some 290 km away.
        ("[[35.4, 33.2], [35.6, 33.2], [35.6, 33.4], [35.4, 33.4], [35.4, 33.2]]", False),
        ("[[33.2, 35.4], [33.2, 35.6], [33.4, 35.6], [33.4, 35.4], [33.2, 35.4]]", True),
        # A far zone that the exchange brings no nearer is its author's own affair.
        ("[[10.0, 60.0], [11.0, 60.0], [11.0, 61.0], [10.0, 61.0], [10.0, 60.0]]", False),
    ],
)
def test_swapped_near_the_diagonal(given: str, is_fault: bool) -> None:
    """Exchanged numbers are found where longitude and latitude are nearly alike, and only there."""
    rest = "[[35.2, 33.3], [35.3, 33.3], [35.3, 33.5], [35.2, 33.5], [35.2, 33.3]]"
    zones = f"""
zones:
  - {{id: a, title: {{en: a}}, polygons: [[{rest}]]}}
  - {{id: b, title: {{en: b}}, box: {{west: 35.3, south: 33.0, east: 35.6, north: 33.3}}}}
  - {{id: c, title: {{en: c}}, polygons: [[{given}]]}}
"""
    found = [fault for fault in check(zones)[1] if "swapped" in fault.what]
    assert is_fault == bool(found)


def test_seven_example_agreements_have_no_fault() -> None:
    """Every agreement that is shipped as an example is sound."""
    folder = Path(__file__).resolve().parents[3] / "examples" / "agreements"
    faults = {path.name: check(path.read_bytes())[1] for path in sorted(folder.glob("*.yaml"))}
    assert dict.fromkeys(faults, ()) == faults
