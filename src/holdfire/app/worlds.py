"""Worlds: make a simulated world's files, and hold a case against a world's truth.

Rule: what a mission would get and what is true lie in different files; only ``evaluate`` reads the truth.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.assessment.shapes import zone_shapes
from holdfire.errors import InputError
from holdfire.records.agreement import Agreement
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.score import BreachScore, FusionScore, score_breaches, score_fusion
from holdfire.simulate.lines import move_lines
from holdfire.simulate.world import World, simulate
from holdfire.store.case_folder import CaseFolder

__all__ = ["Evaluation", "evaluate_case", "simulate_files"]

log = logging.getLogger("holdfire")

SIMULATED = {"en": "Simulated world", "uk": "Змодельований світ"}

MAX_REPORTS = 50_000_000
"""Worlds beyond this are refused: they would not fit into one machine's memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Hold how right a case was against a world's truth."""

    fusion: FusionScore
    breaches: BreachScore | None

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {"fusion": asdict(self.fusion), "breaches": None if self.breaches is None else asdict(self.breaches)}


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


def _check(knobs: Knobs, seed: int) -> None:
    if knobs.n_days < 1 or knobs.incidents_per_day <= 0 or seed < 0:
        raise InputError(
            f"A world needs at least one day, some incidents and a seed from 0: "
            f"{knobs.n_days} days, {knobs.incidents_per_day} a day, seed {seed}.",
            "--days, --per-day, --seed",
            "Write positive numbers.",
        )
    told = sum(source.coverage * (1 + source.repeats + source.lies) for source in knobs.sources)
    expected = knobs.n_days * knobs.incidents_per_day * (1 + knobs.aftershocks) * told
    if expected > MAX_REPORTS:
        raise InputError(
            f"This world would hold about {expected:,.0f} reports.",
            "--days, --per-day",
            f"Stay under {MAX_REPORTS:,}, or make several worlds.",
        )


def simulate_files(agreement_path: Path, knobs: Knobs, seed: int, out: Path) -> dict[str, Any]:
    """Make a world from an agreement and write what a mission would get, and the truth beside it.

    Returns
    -------
    dict
        Where things lie and how many there are.
    """
    _check(knobs, seed)
    started = time.perf_counter()
    trees = load_trees()
    agreement = move_lines(load_agreement_file(agreement_path, trees), knobs)
    world = simulate(agreement, zone_shapes(agreement), trees.kinds, knobs, seed)
    folder = CaseFolder(out)
    folder.write_bytes("agreement.yaml", _agreement_bytes(_marked(agreement)))
    for name, table in _tables(world).items():
        folder.write(name, table)
    folder.write_document("sources.json", _sources_document(world.sources))
    folder.write_document("world.json", {"seed": seed, "agreement_id": agreement.id, "knobs": asdict(knobs)})
    fields = {"n_in": world.true_incidents.num_rows, "n_out": world.reports.num_rows, "n_refused": 0}
    log.info("simulate", extra={"fields": {**fields, "seconds": round(time.perf_counter() - started, 3)}})
    return {"out": str(out), "n_rows": {name: table.num_rows for name, table in _tables(world).items()}}


def _tables(world: World) -> dict[str, pa.Table]:
    return {
        "reports": world.reports,
        "coverage": world.coverage,
        "true_incidents": world.true_incidents,
        "true_memberships": world.true_memberships,
        "true_breaches": world.true_breaches,
    }


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
    truth = world.read("true_memberships")
    memberships = case.read("memberships")
    fusion = score_fusion(case.read("incidents"), memberships, case.read("reports"), case.read("sources"), truth)
    if not case.has("assessments"):
        return Evaluation(fusion=fusion, breaches=None)
    breaches = score_breaches(case.read("assessments"), memberships, truth, world.read("true_breaches"))
    return Evaluation(fusion=fusion, breaches=breaches)
