"""Facts about following ids through a case's lineage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from holdfire.app.lineage import history_lines, history_rows, retired_story
from holdfire.app.steps import count_changes
from holdfire.records.lineage import LINEAGE_SCHEMA
from holdfire.store.case_folder import CaseFolder

START = datetime(2030, 1, 1, tzinfo=UTC)

# step, incident, earlier incident, change, reports, shared, new
ROWS = [
    (1, "a", "a", "same", 4, 4, 0),
    (1, "b", "b", "grown", 3, 2, 1),
    (1, "c", None, "new", 1, 0, 1),
    (2, "a1", "a", "split", 3, 3, 0),
    (2, "a2", "a", "split", 1, 1, 0),
    (2, "b", "b", "reopened", 5, 3, 2),
    (2, "c", "c", "same", 1, 1, 0),
    (3, "m", "a2", "merged", 6, 1, 0),
    (3, "m", "b", "merged", 6, 5, 0),
    (3, None, "a1", "ended", 0, 0, 0),
    (3, "c", "c", "same", 1, 1, 0),
]


def case_of(folder: Path) -> CaseFolder:
    """Write the rows as the lineage of a case."""
    names = LINEAGE_SCHEMA.names
    rows = [dict(zip(names, (n, START + timedelta(days=n), *rest), strict=True)) for n, *rest in ROWS]
    case = CaseFolder(folder)
    case.write("lineage", pa.Table.from_pylist(rows, LINEAGE_SCHEMA))
    return case


def test_a_retired_id_leads_over_all_steps_to_what_holds_its_reports(tmp_path: Path) -> None:
    """An id that was split, whose parts then ended and merged, leads to the one current id."""
    story = retired_story(case_of(tmp_path), "a")
    assert story is not None
    rows, current, lines = story
    assert ["m"] == current
    assert [("a", "a1"), ("a", "a2"), ("a1", None), ("a2", "m")] == [(r["earlier_id"], r["incident_id"]) for r in rows]
    assert lines[1:] == [
        "  step 2, 2030-01-03 00:00:00+00:00: a was split; a part is a1 (3 of its reports)",
        "  step 2, 2030-01-03 00:00:00+00:00: a was split; a part is a2 (1 of its reports)",
        "  step 3, 2030-01-04 00:00:00+00:00: a1 ended: no incident holds a report of it",
        "  step 3, 2030-01-04 00:00:00+00:00: a2 merged into m (1 of its reports)",
        "Its reports are now in m; explain those.",
    ]


def test_an_id_whose_reports_are_gone_leads_nowhere(tmp_path: Path) -> None:
    """An id that ended has no current one."""
    story = retired_story(case_of(tmp_path), "a1")
    assert story is not None
    assert ([], "None of its reports is left.") == (story[1], story[2][-1])


def test_a_current_or_unknown_id_is_not_retired(tmp_path: Path) -> None:
    """An id that is current, one that never was, and a case without lineage have no such story."""
    case = case_of(tmp_path / "case")
    assert [None, None] == [retired_story(case, "c"), retired_story(case, "nobody")]
    assert retired_story(CaseFolder(tmp_path / "other"), "a") is None


def test_a_history_leaves_out_steps_that_changed_nothing(tmp_path: Path) -> None:
    """The lines of an id say how it came about and grew; a step in which it stayed the same has no line."""
    case = case_of(tmp_path)
    at = "  lineage    step {}, 2030-01-0{} 00:00:00+00:00: {}"
    assert [at.format(1, 2, "1 report joined"), at.format(2, 3, "reopened by 2 reports")] == history_lines(
        history_rows(case, "b")
    )
    assert [at.format(3, 4, "made of a2, b, which merged")] == history_lines(history_rows(case, "m"))
    assert [at.format(2, 3, "made of a part of a")] == history_lines(history_rows(case, "a2"))
    assert [at.format(1, 2, "new, 1 report")] == history_lines(history_rows(case, "c"))


def test_changes_are_counted_by_incident(tmp_path: Path) -> None:
    """A merger of two counts once, an end counts the earlier one, and both of a merger are retired."""
    told = count_changes(tmp_path, case_of(tmp_path).read("lineage"))
    changes = {change: n for change, n in told["changes"].items() if n}
    assert {"same": 1, "merged": 1, "ended": 1} == changes
    assert (3, "2030-01-04T00:00:00+00:00", 3) == (told["step"], told["step_at"], told["n_retired"])


def test_no_rows_count_nothing(tmp_path: Path) -> None:
    """A lineage without rows counts no change."""
    told = count_changes(tmp_path, LINEAGE_SCHEMA.empty_table())
    assert (None, None, 0, {0}) == (told["step"], told["step_at"], told["n_retired"], set(told["changes"].values()))
