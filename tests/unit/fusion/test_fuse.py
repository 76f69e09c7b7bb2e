"""Fusion keeps its promises on small tables."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from holdfire.fusion.fuse import Fused, fuse
from holdfire.records.incident import INCIDENT_SCHEMA, MEMBERSHIP_SCHEMA
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.records.taxonomy import builtin_tree
from tests.unit.fusion.reports import DAY, make_reports, make_sources

KINDS = builtin_tree("kinds")
ODESA = {"lon": 30.73, "lat": 46.48}
NO_SOURCES = SOURCE_SCHEMA.empty_table()


def run(rows: list[dict[str, Any]], sources: list[dict[str, Any]] | None = None) -> Fused:
    return fuse(make_reports(rows), make_sources(sources) if sources else NO_SOURCES, KINDS)


def incident_of(fused: Fused, report_id: str) -> str | None:
    rows = {row["report_id"]: row["incident_id"] for row in fused.memberships.to_pylist()}
    value: str | None = rows[report_id]
    return value


def test_an_empty_table_gives_empty_tables() -> None:
    """No reports give no incidents and no memberships, in their schemas."""
    fused = fuse(REPORT_SCHEMA.empty_table(), NO_SOURCES, KINDS)
    assert (INCIDENT_SCHEMA, 0) == (fused.incidents.schema, fused.incidents.num_rows)
    assert (MEMBERSHIP_SCHEMA, 0) == (fused.memberships.schema, fused.memberships.num_rows)


def test_one_report_is_one_incident_at_its_own_place_and_time() -> None:
    """A report alone opens an incident that repeats what it says."""
    fused = run([{**ODESA, "actor": "RU"}])
    row = fused.incidents.to_pylist()[0]
    assert (30.73, 46.48, DAY + timedelta(hours=8), DAY + timedelta(hours=9), 1) == (
        row["lon"],
        row["lat"],
        row["occurred_start"],
        row["occurred_end"],
        row["n_reports"],
    )
    assert "RU" == row["actor"]


def test_reports_of_nothing_known_stay_apart() -> None:
    """Reports without place, time, kind and text are not joined."""
    fused = run([{"at": None, "kind": None, "sigma_m": None}] * 3)
    assert 3 == fused.incidents.num_rows
    assert ["unknown"] * 3 == fused.incidents.column("place_model").to_pylist()
    assert [None] * 3 == fused.incidents.column("occurred_start").to_pylist()


def test_two_media_that_tell_of_one_strike_are_joined() -> None:
    """Two sources with like place, time and kind give one incident."""
    fused = run([{**ODESA, "source_id": "a"}, {**ODESA, "lon": 30.74, "source_id": "b"}])
    assert 1 == fused.incidents.num_rows
    assert (2, 2, 2) == tuple(
        fused.incidents.to_pylist()[0][name] for name in ("n_reports", "n_sources", "n_independent")
    )


def test_precise_incompatible_reports_stay_apart() -> None:
    """Two exact reports ten kilometres apart are two incidents."""
    fused = run(
        [
            {**ODESA, "source_id": "a", "sigma_m": 100.0},
            {**ODESA, "lon": 30.86, "source_id": "b", "sigma_m": 100.0},
        ]
    )
    assert 2 == fused.incidents.num_rows


def test_a_curated_source_never_stands_twice_in_an_incident() -> None:
    """Two equal reports of a curated source are two incidents."""
    fused = run([ODESA, ODESA], [{"source_id": "s1", "curated": True}])
    assert 2 == fused.incidents.num_rows


def test_the_null_name_carries_what_nobody_says() -> None:
    """Where nobody names the doer, anybody may have done it."""
    fused = run([ODESA])
    assert [{"name": None, "lower": 0.0, "upper": 1.0}] == fused.incidents.to_pylist()[0]["actors"]


def test_candidates_restrict_the_doers() -> None:
    """Where a report names candidates, each may have done it and nobody else."""
    fused = run([{**ODESA, "actor_candidates": ["A", "B"]}])
    assert [("A", 0.0, 1.0), ("B", 0.0, 1.0)] == [
        (share["name"], share["lower"], share["upper"]) for share in fused.incidents.to_pylist()[0]["actors"]
    ]


def test_an_allegation_weighs_less_than_an_admission() -> None:
    """A side that accuses its opponent gives a weaker lower bound than a side that speaks of itself."""
    sources = [{"source_id": "s1", "side": "RU"}]

    def lower(actor: str) -> float:
        shares = run([{**ODESA, "actor": actor}], sources).incidents.to_pylist()[0]["actors"]
        return next(float(share["lower"]) for share in shares if share["name"] == actor)

    assert lower("UA") < 0.6 < 0.9 < lower("RU")


def test_a_coarse_kind_gives_way_to_a_finer_one_that_fits() -> None:
    """The kind is the deepest path that the reports agree on."""
    fused = run(
        [
            {**ODESA, "source_id": "a", "kind": "explosion"},
            {**ODESA, "source_id": "b", "kind": "explosion/shelling/mortar"},
        ]
    )
    assert ["explosion/shelling/mortar"] == fused.incidents.column("kind").to_pylist()


def test_signals_never_open_an_incident() -> None:
    """A lone siren and a lone thermal point have no incident and probability 0."""
    fused = run([{**ODESA, "kind": "signal/thermal"}, {**ODESA, "kind": "signal/air_raid_alert"}])
    assert 0 == fused.incidents.num_rows
    assert [(None, 0.0)] * 2 == [(row["incident_id"], row["prob"]) for row in fused.memberships.to_pylist()]


def test_a_thermal_point_attaches_to_the_strike_that_explains_it() -> None:
    """A thermal point at the place and hour of a strike is listed with it and not counted as a report."""
    far = [
        {"lon": 31.0 + k, "lat": 48.0, "kind": "signal/thermal", "at": 24.0 * k, "report_id": f"t{k}"} for k in range(5)
    ]
    fused = run(
        [
            {**ODESA, "report_id": "a"},
            {**ODESA, "kind": "signal/thermal", "report_id": "b", "source_id": "sensor"},
            *far,
        ]
    )
    assert incident_of(fused, "a") == incident_of(fused, "b")
    assert (1, 1) == (fused.incidents.num_rows, fused.incidents.to_pylist()[0]["n_reports"])
    assert 1 == json.loads(fused.incidents.to_pylist()[0]["explanation"])["n_signals"]


def test_known_copies_count_once() -> None:
    """A source known to repeat another adds a report and a source, not an independent witness."""
    sources = [{"source_id": "a"}, {"source_id": "b", "copies_from": ["a"]}]
    row = run([{**ODESA, "source_id": "a"}, {**ODESA, "source_id": "b", "hours": 24.0}], sources).incidents.to_pylist()[
        0
    ]
    assert (2, 2, 1) == (row["n_reports"], row["n_sources"], row["n_independent"])


def test_equal_words_from_two_media_count_once() -> None:
    """Near-equal texts are one text, whoever prints it."""
    text = "Ворог атакував Одеський торговельний порт крилатими ракетами, є влучання у насосну станцію"
    rows = [{**ODESA, "source_id": name, "text": text, "language": "uk"} for name in "ab"]
    assert [1] == run(rows).incidents.column("n_independent").to_pylist()


@pytest.mark.parametrize("sigma", [0.0, 1e6, 1e12, float("nan")])
def test_extreme_errors_of_place_are_read(sigma: float) -> None:
    """An error of nothing, of a continent or not a number ends in an incident with a finite error."""
    fused = run([{**ODESA, "sigma_m": sigma}, {"lon": 36.0, "lat": 49.0}])
    assert all(np.isfinite(fused.incidents.column("sigma_m").to_pylist()))


def test_an_interval_of_no_length_is_read_to_the_minute() -> None:
    """A report that states an instant gives an incident of one minute."""
    row = run([{**ODESA, "hours": 0.0}]).incidents.to_pylist()[0]
    assert timedelta(minutes=1) == row["occurred_end"] - row["occurred_start"]


def test_repeated_ids_are_one_report() -> None:
    """Rows with one id are one report, and the summary says how many were dropped."""
    fused = run([{**ODESA, "report_id": "x"}, {**ODESA, "report_id": "x", "lon": 31.0}])
    assert (1, 1, 1) == (fused.memberships.num_rows, fused.incidents.num_rows, fused.summary["n_duplicates"])


def test_the_seam_of_longitude_is_no_wall() -> None:
    """Two reports on both sides of 180 degrees are joined."""
    fused = run([{"lon": 179.999, "lat": 10.0, "source_id": "a"}, {"lon": -179.999, "lat": 10.0, "source_id": "b"}])
    assert 1 == fused.incidents.num_rows


def test_the_summary_is_ready_for_json() -> None:
    """What was learned can be written down."""
    fused = run([{**ODESA, "source_id": "a"}, {**ODESA, "source_id": "b"}])
    assert 2 == json.loads(json.dumps(fused.summary, allow_nan=False))["n_reports"]


def test_carried_columns_do_no_harm() -> None:
    """Columns that fusion does not know are passed over."""
    table = make_reports([ODESA]).append_column("mine", pa.array([1]))
    assert 1 == fuse(table, NO_SOURCES, KINDS).incidents.num_rows
