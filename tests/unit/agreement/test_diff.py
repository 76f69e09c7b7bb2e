"""Facts about the comparison of two versions; the sentences are in tests/cases/agreement/diff.yaml."""

from __future__ import annotations

from holdfire.agreement.diff import Change, diff_agreements
from tests.unit.agreement.two_islands import load

DEADLINE = ('deadline: "2031-03-25"', 'deadline: "2031-03-28"')


def test_change_holds_its_parts() -> None:
    """A change names the subject, its id, the field and both values beside the sentence."""
    expected = Change(
        subject="clause",
        id="2.1",
        field="rule.deadline",
        kind="changed",
        before="2031-03-25",
        after="2031-03-28",
        sentence="Clause 2.1: its deadline moved from 2031-03-25 to 2031-03-28.",
    )
    assert (expected,) == diff_agreements(load(), load(DEADLINE))


def test_the_way_back_tells_the_same_fields() -> None:
    """From the newer to the older version the same fields change, with the values exchanged."""
    there, back = diff_agreements(load(), load(DEADLINE)), diff_agreements(load(DEADLINE), load())
    assert [(c.field, c.before, c.after) for c in there] == [(c.field, c.after, c.before) for c in back]


def test_order_of_members_is_no_substance() -> None:
    """The same addressees in another order are no change."""
    newer = load(
        (
            "source: Article 1\n    addressees: [northland, southland]",
            "source: Article 1\n    addressees: [southland, northland]",
        )
    )
    assert () == diff_agreements(load(), newer)


def test_another_time_zone_moves_local_times() -> None:
    """Where the time zone changes, local times move with it and times with an offset stay."""
    found = diff_agreements(load(), load(("time_zone: Atlantic/Azores", "time_zone: Europe/Kyiv")))
    moved = {change.id for change in found if change.field == "enters_into_force"}
    assert {"northern"} == moved


def test_inserted_rung_moves_no_other() -> None:
    """A rung that comes first is told as added, and the others are not told at all."""
    rung = """    - id: notice
      title: {en: Notice}
      when: {prob: 0.5}
      responder: ombudsman
      duty: {en: Take note.}
      clock: {starts_at: breach, within: 2 h}
"""
    found = diff_agreements(load(), load(("    - id: warning\n", rung + "    - id: warning\n")))
    assert ["Rung 'notice' was added (Notice)."] == [change.sentence for change in found]
