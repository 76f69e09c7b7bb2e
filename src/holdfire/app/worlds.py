"""Worlds: make a simulated world's files, and hold a case against a world's truth.

Rule: what a mission would get and what is true lie in different files; only ``evaluate`` reads the truth.
"""

from __future__ import annotations

import json
import logging
import math
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.assessment.shapes import zone_shapes
from holdfire.basics.instants import DAY_US, MAX_US, parse_instant, to_us
from holdfire.errors import InputError
from holdfire.records.agreement import Agreement
from holdfire.simulate.breach_score import BreachScore, score_breaches
from holdfire.simulate.check_knobs import check_knobs
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.length import days_for_reports, expected_reports
from holdfire.simulate.lines import move_lines
from holdfire.simulate.posterior_score import PosteriorScore, score_posterior
from holdfire.simulate.score import FusionScore, RoundupScore, score_fusion, score_roundups
from holdfire.simulate.world import World, simulate
from holdfire.store.case_folder import CaseFolder

__all__ = ["Evaluation", "evaluate_case", "simulate_files"]

log = logging.getLogger("holdfire")

SIMULATED = {"en": "Simulated world", "uk": "Змодельований світ"}

MAX_REPORTS = 50_000_000
"""Worlds beyond this are refused: they would not fit into one machine's memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Hold how right a case was against a world's truth.

    Attributes
    ----------
    fusion : FusionScore
    posterior : PosteriorScore
    roundups : RoundupScore or None
        None where no report tells of several incidents.
    breaches : BreachScore or None
        None where the case was not assessed, or the world has no agreement.
    """

    fusion: FusionScore
    posterior: PosteriorScore
    roundups: RoundupScore | None
    breaches: BreachScore | None

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values; what could not be computed is None."""
        value: dict[str, Any] = _plain(asdict(self))
        return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _agreement_bytes(agreement: Agreement) -> bytes:
    value = json.loads(agreement.model_dump_json(by_alias=True, exclude_none=True, exclude_defaults=True))
    text: str = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100, default_flow_style=None)
    return text.encode()


def _marked(agreement: Agreement) -> Agreement:
    """Return the agreement marked as fictional, so that no bulletin of a made world passes for a real one."""
    title = {
        language: f"{SIMULATED.get(language, SIMULATED['en'])}: {text}" for language, text in agreement.title.items()
    }
    return agreement.model_copy(update={"fictional": True, "title": title, "version": f"{agreement.version}+simulated"})


def _check(agreement: Agreement | None, knobs: Knobs, seed: int) -> None:
    if seed < 0:
        raise InputError(f"A seed is a whole number from 0: {seed}.", "--seed", "Write 0 or more.")
    expected = expected_reports(knobs)
    if expected > MAX_REPORTS:
        raise InputError(
            f"This world would hold about {expected:,.0f} reports.",
            "--days, --per-day, --reports",
            f"Stay under {MAX_REPORTS:,}, or make several worlds.",
        )
    if agreement is None:
        return
    force = min(to_us(parse_instant(r.enters_into_force, agreement.time_zone)) for r in agreement.readings)
    most = (MAX_US - force) // DAY_US - 30
    if knobs.n_days > most:
        raise InputError(
            f"This world would pass the year 2100: {knobs.n_days:,} days.",
            "--days, --reports",
            f"Take at most {most:,} days, and more incidents a day.",
        )


def simulate_files(
    agreement_path: Path | None, knobs: Knobs, seed: int, out: Path, n_reports: int | None = None
) -> dict[str, Any]:
    """Make a world and write what a mission would get, and the truth beside it.

    Parameters
    ----------
    agreement_path : Path or None
        The agreement; None = a plain rectangle, where nothing is a breach.
    knobs : Knobs
    seed : int
        Any integer >= 0.
    out : Path
        Folder of the world; its tables are replaced.
    n_reports : int, optional
        Choose the number of days so that about so many reports come out.

    Returns
    -------
    dict
        Where things lie, how many there are, and how dense the world is.

    Raises
    ------
    DocumentError
        Knobs are out of their range or contradict each other; all are named.
    InputError
        The world would be too large or too long.
    """
    started = time.perf_counter()
    check_knobs(knobs)
    trees = load_trees()
    base = None if agreement_path is None else load_agreement_file(agreement_path, trees)
    if n_reports is not None:
        shapes = None if base is None else zone_shapes(base)
        knobs = replace(knobs, n_days=days_for_reports(base, shapes, trees.kinds, knobs, seed, n_reports))
    _check(base, knobs, seed)
    agreement = None if base is None else move_lines(base, knobs)
    world = simulate(agreement, None if agreement is None else zone_shapes(agreement), trees.kinds, knobs, seed)
    density = knobs.incidents_per_day / world.area_km2 * 1000.0
    shape = {"area_km2": round(world.area_km2), "incidents_per_day_per_1000_km2": float(f"{density:.4g}")}
    _write(out, world, agreement, {"seed": seed, "knobs": asdict(knobs), **shape})
    fields = {"n_in": world.true_incidents.num_rows, "n_out": world.reports.num_rows, "n_refused": 0}
    log.info("simulate", extra={"fields": {**fields, "seconds": round(time.perf_counter() - started, 3)}})
    n_rows = {name: table.num_rows for name, table in _tables(world, agreement).items()}
    return {"out": str(out), "n_rows": n_rows, "n_days": knobs.n_days, **shape}


def _write(out: Path, world: World, agreement: Agreement | None, made: dict[str, Any]) -> None:
    folder = CaseFolder(out)
    _drop_stale(out, keeps_agreement=agreement is not None)
    if agreement is not None:
        folder.write_bytes("agreement.yaml", _agreement_bytes(_marked(agreement)))
    for name, table in _tables(world, agreement).items():
        folder.write(name, table)
    folder.write_document("sources.json", _sources_document(world.sources))
    folder.write_document("world.json", {**made, "agreement_id": None if agreement is None else agreement.id})


def _drop_stale(out: Path, *, keeps_agreement: bool) -> None:
    """Remove what an earlier world with an agreement left in the folder of one without."""
    if not keeps_agreement:
        for name in ("agreement.yaml", "true_breaches.parquet"):
            (out / name).unlink(missing_ok=True)


def _tables(world: World, agreement: Agreement | None) -> dict[str, pa.Table]:
    tables = {
        "reports": world.reports,
        "coverage": world.coverage,
        "true_incidents": world.true_incidents,
        "true_memberships": world.true_memberships,
    }
    return tables if agreement is None else tables | {"true_breaches": world.true_breaches}


def _sources_document(sources: pa.Table) -> list[dict[str, Any]]:
    return [{"id": row.pop("source_id"), **row} for row in sources.to_pylist()]


def evaluate_case(case_folder: Path, world_folder: Path) -> Evaluation:
    """Hold a case against the truth of the world whose reports it read.

    Raises
    ------
    MissingInputError
        A table of the case or of the world is not there.
    """
    case, world = CaseFolder(case_folder), CaseFolder(world_folder)
    truth, true_incidents = world.read("true_memberships"), world.read("true_incidents")
    memberships, incidents = case.read("memberships"), case.read("incidents")
    breaches = None
    if case.has("assessments") and world.has("true_breaches"):
        breaches = score_breaches(case.read("assessments"), memberships, truth, world.read("true_breaches"))
    return Evaluation(
        fusion=score_fusion(incidents, memberships, case.read("reports"), case.read("sources"), truth),
        posterior=score_posterior(incidents, memberships, truth, true_incidents, load_trees().kinds),
        roundups=score_roundups(memberships, truth),
        breaches=breaches,
    )
