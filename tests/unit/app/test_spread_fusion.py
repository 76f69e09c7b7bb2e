"""Facts about fusion in parts: the same bytes as on all reports at once, whatever the number of parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from holdfire.app.commands import InputFiles, fuse_files
from holdfire.app.engines import EngineChoice
from holdfire.app.spread import Spread
from holdfire.app.spread_fusion import fusion_work
from holdfire.app.worlds import simulate_files
from holdfire.basics.canonical import sha256_file
from holdfire.engine.local import LocalEngine
from holdfire.engine.port import Part, PartFunction, Written
from holdfire.fusion.fuse import Fused, fuse
from holdfire.readers.registry import read_files
from holdfire.records.incident_review import IncidentReview
from holdfire.records.taxonomy import builtin_tree
from holdfire.simulate.presets import preset
from tests.unit.fusion.reports import make_reports, make_sources

KINDS = builtin_tree("kinds")
DECISIONS = (("same incident", 2), ("different incidents", 3), ("happened", 2), ("did not happen", 1))


class Watched(LocalEngine):
    """The local engine, which counts what goes into each step and which pairs cross an edge of the parts."""

    def __init__(self) -> None:
        super().__init__()
        self.n_parts: dict[str, int] = {}
        self.n_crossing = 0

    def map_parts(self, function: PartFunction, parts: Sequence[Part], folder: Path) -> list[Written]:
        for part in parts:
            step = part.name.split("-")[0]
            self.n_parts[step] = self.n_parts.get(step, 0) + 1
        asking = [pq.read_table(part.files["reports"]) for part in parts if part.name.startswith("find")]
        written = super().map_parts(function, parts, folder)
        for table, one in zip(asking, written, strict=False):
            row = table["row"].to_numpy()
            owned = row[table["asks"].to_numpy()]
            edges = pq.read_table(one.tables["edges"])
            ends = [np.isin(edges[end].to_numpy(), owned) for end in ("left", "right")]
            self.n_crossing += int((ends[0] != ends[1]).sum())
        return written


def world(folder: Path, name: str, n_reports: int) -> tuple[pa.Table, pa.Table, list[IncidentReview]]:
    """Return reports of a simulated world, some turned into signals, some with bearings; sources; reviews of some."""
    simulate_files(None, preset(name), 7, folder, n_reports)
    read = read_files([folder / "reports.parquet"], sources=folder / "sources.json", kinds=KINDS)
    rng = np.random.default_rng(1)
    signal = pa.array(rng.random(read.reports.num_rows) < 0.03)
    kind = pc.if_else(signal, "signal/thermal", pc.cast(read.reports["kind"], pa.string()))
    reports = read.reports.set_column(read.reports.column_names.index("kind"), "kind", kind)
    # Bearings of several decimals, so that another order of sums would show.
    bearing, sigma = rng.uniform(0.0, 360.0, len(reports)), rng.uniform(1.0, 40.0, len(reports))
    for name, values in (("fired_from_deg", bearing), ("fired_from_sigma_deg", sigma)):
        said = pa.array(values, mask=rng.random(len(reports)) < 0.5)
        reports = reports.set_column(reports.column_names.index(name), name, said)
    ids = reports["report_id"].to_pylist()
    reviews = [
        IncidentReview(
            review_id=f"v{number}",
            reviewer="A. Fictional",
            made_at=datetime(2030, 1, 1, tzinfo=UTC),
            decision=decision,
            reports=tuple(ids[row] for row in rng.integers(0, len(ids), n).tolist()),
            reason="Seen on the spot.",
        )
        for number, (decision, n) in enumerate(DECISIONS * 3)
    ]
    return reports, read.sources, reviews


@pytest.fixture(scope="module", params=["roundups", "languages"])
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[pa.Table, pa.Table, list[IncidentReview], Fused]]:
    """A world with round-ups or texts, signals and reviews, and what fusion makes of it at once."""
    reports, sources, reviews = world(tmp_path_factory.mktemp(request.param), request.param, 2500)
    yield reports, sources, reviews, fuse(reports, sources, KINDS, reviews=reviews)


def in_parts(reports: pa.Table, sources: pa.Table, reviews: Sequence[IncidentReview], spread: Spread) -> Fused:
    with fusion_work(spread) as work:
        return fuse(reports, sources, KINDS, reviews=reviews, work=work)


def same(one: Fused, other: Fused) -> bool:
    return (
        one.incidents.equals(other.incidents, check_metadata=True)
        and one.memberships.equals(other.memberships, check_metadata=True)
        and one.summary == other.summary
    )


@pytest.mark.parametrize("n_parts", [1, 3, 7])
def test_fusion_in_parts_is_fusion_at_once(
    told: tuple[pa.Table, pa.Table, list[IncidentReview], Fused], n_parts: int, tmp_path: Path
) -> None:
    """Incidents, memberships and summary are the same, though pairs cross the parts' edges; nothing is left behind."""
    *given, whole = told
    engine = Watched()
    made = in_parts(*given, Spread(engine=engine, folder=tmp_path, n_parts=n_parts))
    assert whole.summary["n_signals_attached"] > 0
    assert 12 == whole.summary["reviews"]["n_reviews"]
    assert same(whole, made)
    assert n_parts == engine.n_parts["join"] == engine.n_parts["describe"]
    assert (engine.n_crossing > 100) == (n_parts > 1)
    assert [] == list(tmp_path.iterdir())


def test_a_few_lone_reports_are_the_same_in_more_parts_than_there_are(tmp_path: Path) -> None:
    """Where no two reports have anything in common, parts without pairs and steps without parts change nothing."""
    rows = [{"lon": 30.0 + k, "lat": 48.0, "at": 100.0 * k} for k in range(4)]
    reports, sources = make_reports(rows), make_sources([{"source_id": "s1"}])
    engine = Watched()
    made = in_parts(reports, sources, (), Spread(engine=engine, folder=tmp_path, n_parts=7))
    assert same(fuse(reports, sources, KINDS), made)
    assert 4 == made.incidents.num_rows
    assert "join" not in engine.n_parts


def test_what_a_review_parts_stays_apart_in_parts_too(tmp_path: Path) -> None:
    """Two reports that a human holds for two incidents are not joined by a third one, which is like both."""
    near = {"lon": 30.73, "lat": 46.48, "sigma_m": 300.0, "at": 1.0, "hours": 1.0, "kind": "explosion/shelling"}
    rows = [{"report_id": name, "source_id": name, **near} for name in "abc"]
    rows += [{"report_id": f"{name}{k}", "source_id": name, **near, "at": 90.0 * k} for k in (1, 2, 3) for name in "ab"]
    reports, sources = make_reports(rows), make_sources([{"source_id": name} for name in "abc"])
    parted = IncidentReview(
        review_id="v1",
        reviewer="A. Fictional",
        made_at=datetime(2030, 1, 1, tzinfo=UTC),
        decision="different incidents",
        reports=("a", "b"),
        reason="Seen on the spot.",
    )
    made = in_parts(reports, sources, [parted], Spread(engine=LocalEngine(), folder=tmp_path, n_parts=3))
    assert same(fuse(reports, sources, KINDS, reviews=[parted]), made)
    held = dict(
        zip(made.memberships["report_id"].to_pylist(), made.memberships["incident_id"].to_pylist(), strict=True)
    )
    assert held["c"] in (held["a"], held["b"])
    assert held["a"] != held["b"]


def test_no_report_is_no_part(tmp_path: Path) -> None:
    """Where nothing was reported, nothing is spread."""
    engine = Watched()
    made = in_parts(make_reports([]), make_sources([]), (), Spread(engine=engine, folder=tmp_path, n_parts=3))
    assert 0 == made.incidents.num_rows
    assert {} == engine.n_parts


def test_candidates_and_languages_are_named_as_by_all(tmp_path: Path) -> None:
    """Candidates come in the order in which all reports name them, and languages beyond the 62nd are left out."""
    rows = [
        {
            "report_id": f"r{k:03d}",
            "lon": 30.0 + (k // 2) * 0.5,
            "lat": 48.0,
            "actor_candidates": [["b", "a"], ["a", "c", "b"], ["c", "a"]][k % 3],
            "language": f"l{(k * 37) % 90:02d}",
        }
        for k in range(180)
    ]
    reports, sources = make_reports(rows), make_sources([{"source_id": "s1"}])
    whole = fuse(reports, sources, KINDS)
    made = in_parts(reports, sources, (), Spread(engine=LocalEngine(), folder=tmp_path, n_parts=5))
    assert same(whole, made)
    assert "l61" == max(" ".join(whole.incidents["languages"].to_pylist()).split())


def test_the_command_writes_the_same_case_in_parts(tmp_path: Path) -> None:
    """Every file of a fused case is the same in parts, run.json with it."""
    simulate_files(None, replace(preset("mixed"), n_days=10), 4, tmp_path / "world")
    inputs = InputFiles(reports=(tmp_path / "world" / "reports.parquet",), sources=tmp_path / "world" / "sources.json")
    fuse_files(inputs, tmp_path / "whole")
    fuse_files(inputs, tmp_path / "parts", engine=EngineChoice(n_parts=3))
    hashes = [
        {path.name: sha256_file(path) for path in sorted(folder.iterdir())}
        for folder in (tmp_path / "whole", tmp_path / "parts")
    ]
    assert hashes[0] == hashes[1]
