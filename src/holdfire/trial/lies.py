"""Lies: the least that one side has to forge so that a rung stands without reason, or stays silent though there is one.

Turns a small simulated world and forged reports into a price. Rules:

1. Forged reports go through the same fusion and assessment as all others; nothing knows that they are forged.
2. *Invented breaches* accuse the party of the trial: they repeat, with small errors, breaches that could have been, on
   the last days of a world in which nothing is breached. *Blaming the other side* answers true breaches of an attack
   with reports of the same event that name the other party. A *flood* invents breaches by the party itself during an
   attack, so that its accusers look like liars.
3. Forgers use the command of a side and as many new public channels, of which nobody knows anything (grade F), as it
   takes; all tell each lie, each in its own report.
4. A price is found by doubling and bisection over the number of lies for each number of sources and of days; of all,
   the one with the fewest reports, then sources, then days, is kept. It holds for this world and seed: another world
   has another price.
5. Reliability models: *learned* - fusion as it is; *by grade only* - what fusion joins is as real as the Admiralty
   grades of its independent sources say; *all alike* - the same with grade C for everybody; *each claim counts* - no
   report is joined with another, and each is taken as true, with the party that it names.

Nobody verifies a lie, and a rung that counts verified findings only stands by true ones alone. Source: DESIGN, section
5 (Trial).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.agreement.names import resolve_names, resolve_sides
from holdfire.assessment.membership import zone_memberships
from holdfire.basics.instants import DAY_US, from_us
from holdfire.fusion.fuse import FusionParameters, fuse
from holdfire.guarantee.ladder import judge_ladder
from holdfire.guarantee.zones import zones_asked
from holdfire.records.schema import INSTANT
from holdfire.records.source import ADMIRALTY_PRIOR
from holdfire.trial.chain import Bench, judge_incidents
from holdfire.trial.forged import Forgery, forge
from holdfire.trial.scenes import Scene, make_scene
from holdfire.trial.settings import TrialSettings

__all__ = ["MODELS", "PAIRS", "PRICE_SCHEMA", "WAYS", "Stage", "price_of", "prices", "stage_of"]

Flags = NDArray[np.bool_]

MODELS = ("learned", "prior", "equal", "naive")
WAYS = {"forge": "fire", "deny": "silence", "flood": "silence"}
"""Ways to lie, and what each is for."""
PAIRS = tuple((way, model) for way in WAYS for model in MODELS)
PRICE_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("rung_id", "aim", "way", "model")),
        *((name, pa.int64()) for name in ("n_reports", "n_sources", "n_days", "n_lies", "tried_up_to")),
        ("without_lies", pa.bool_()),
    ]
)
MOST_LIES = 32
N_SOURCES = (1, 2, 3)
N_DAYS = (1, 3)
WORLD_DAYS = 16
ATTACK_DAYS = 2
HARMLESS_PER_DAY = 20.0
NEVER_JOINED = 1e9
"""Nats that no evidence reaches."""


@dataclass(slots=True, kw_only=True, eq=False)
class Stage:
    """Hold the world of a price: quiet, or under attack in its last days.

    Attributes
    ----------
    scene : Scene
    quiet, attacked : pyarrow.Table
        Reports of both.
    attack : bool, (n_true,)
        The breaches of the attack.
    end_us : int, microseconds
        The last instant at which the ladder is asked; each day's end before it is asked too, as long as lies are told.
    """

    scene: Scene
    bench: Bench
    quiet: pa.Table
    attacked: pa.Table
    attack: Flags
    end_us: int
    known: dict[tuple[Any, ...], tuple[bool, ...]] = field(default_factory=dict)


def stage_of(bench: Bench, settings: TrialSettings) -> Stage:
    """Return the world in which prices are found: sixteen days, 20 incidents a day, attacked in its last two days."""
    dense = replace(settings, per_day=100.0)
    scene = make_scene(bench, dense, WORLD_DAYS, settings.seed + 1)
    end = scene.force_us + WORLD_DAYS * DAY_US
    chosen = np.random.default_rng([settings.seed, 5]).random(scene.at_us.size) < HARMLESS_PER_DAY / dense.per_day
    harmless = scene.live() & ~scene.breaches & chosen
    attack = scene.grave & (scene.at_us >= end - ATTACK_DAYS * DAY_US)
    return Stage(
        scene=scene,
        bench=bench,
        quiet=scene.reports_of(harmless),
        attacked=scene.reports_of(harmless | attack),
        attack=attack,
        end_us=end,
    )


def _incidents(reports: pa.Table, sources: pa.Table, bench: Bench, model: str) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return incidents as a reliability model has them, with the resolved reports and sources (rule 5)."""
    named, sides = resolve_names(reports, bench.agreement), resolve_sides(sources, bench.agreement)
    parameters = FusionParameters(n_threads=1)
    if model == "naive":
        parameters = replace(parameters, merge_nats=NEVER_JOINED, learn_rounds=0)
    fused = fuse(named, sides, bench.kinds, parameters)
    incidents = fused.incidents
    if model == "learned":
        return incidents, named, sides
    real = np.ones(incidents.num_rows)
    if model == "naive":
        incidents = _as_claimed(incidents)
    else:
        real = _by_grade(incidents, fused.memberships, named, sides, equal=model == "equal")
    for name in ("prob_real", "prob_real_lower", "prob_real_upper"):
        index = incidents.schema.get_field_index(name)
        incidents = incidents.set_column(index, incidents.schema.field(name), pa.array(real))
    return incidents, named, sides


def _as_claimed(incidents: pa.Table) -> pa.Table:
    """Return incidents done by whom they are said to be done."""
    said = [[] if name is None else [{"name": name, "lower": 1.0, "upper": 1.0}] for name in
            incidents["actor"].to_pylist()]  # fmt: skip
    index = incidents.schema.get_field_index("actors")
    actors = pa.chunked_array([pa.array(said, incidents.schema.field(index).type)])
    keep = pc.is_valid(incidents["actor"])
    return incidents.set_column(index, incidents.schema.field(index), pc.if_else(keep, actors, incidents["actors"]))


def _by_grade(
    incidents: pa.Table, memberships: pa.Table, reports: pa.Table, sources: pa.Table, *, equal: bool
) -> NDArray[np.float64]:
    """Return one less the chance that every source of an incident is wrong; copies count once."""
    grade = dict(zip(sources["source_id"].to_pylist(), sources["reliability"].to_pylist(), strict=True))
    copies = dict(zip(sources["source_id"].to_pylist(), sources["copies_from"].to_pylist(), strict=True))
    teller = dict(zip(reports["report_id"].to_pylist(), reports["source_id"].to_pylist(), strict=True))
    told: dict[str, set[str]] = {}
    for report, incident in zip(
        memberships["report_id"].to_pylist(), memberships["incident_id"].to_pylist(), strict=True
    ):
        if incident is not None:
            told.setdefault(incident, set()).add(teller[report])
    real = []
    for incident in incidents["incident_id"].to_pylist():
        names = told.get(incident, set())
        own = [name for name in sorted(names) if not names & set(copies.get(name) or ())]
        wrong = [1.0 - ADMIRALTY_PRIOR["C" if equal else grade.get(name, "F")] for name in own]
        real.append(1.0 - float(np.prod(wrong)) if wrong else 0.0)
    return np.array(real)


def _stood(reports: pa.Table, stage: Stage, model: str, forgery: Forgery | None, *, since: int) -> tuple[bool, ...]:
    """Return which rungs stood at the end of a day from ``since`` on."""
    bench = stage.bench
    sources = stage.scene.world.sources if forgery is None else forgery.sources_beside(stage.scene.world.sources)
    incidents, named, sides = _incidents(reports, sources, bench, model)
    findings = judge_incidents(incidents, named, sides, bench)
    zones = zone_memberships(incidents, bench.shapes, zones_asked(bench.agreement), bench.reading)
    stood = np.zeros(len(bench.ladder.rungs), dtype=np.bool_)
    for t in range(since, stage.end_us + 1, DAY_US):
        at = from_us(t)
        begun = pc.fill_null(pc.less(incidents["occurred_start"], pa.scalar(at, INSTANT)), True)
        known = incidents.filter(begun)
        kept = pc.is_in(findings["incident_id"], value_set=known["incident_id"].combine_chunks())
        state = judge_ladder(bench.agreement, findings.filter(kept), known, zones, as_of=at, reading=bench.reading)
        stood |= np.array([rung.answer == "fires" for rung in state.rungs])
    return tuple(bool(one) for one in stood)


def _tried(stage: Stage, model: str, way: str, n_lies: int, n_sources: int, n_days: int) -> tuple[bool, ...]:
    """Return which rungs stand when so many lies are told; each trial is run once."""
    key = (model, way, n_lies, n_sources, n_days)
    if key not in stage.known:
        base = stage.quiet if way == "forge" else stage.attacked
        since = stage.end_us - (n_days - 1) * DAY_US
        if n_lies == 0:
            stage.known[key] = _stood(base, stage, model, None, since=since)
        else:
            forgery = forge(stage.scene, stage.bench, stage.attack, way, n_lies, n_sources, n_days, stage.end_us)
            reports = pa.concat_tables([base, forgery.reports])
            stage.known[key] = _stood(reports, stage, model, forgery, since=since)
    return stage.known[key]


def price_of(stage: Stage, model: str, way: str, rung: int) -> dict[str, Any]:
    """Return the least lie of a way that turns a rung, under a model (rule 4).

    Returns
    -------
    dict
        ``n_reports``, ``n_sources``, ``n_days`` and ``n_lies``, null where none was found up to ``tried_up_to``
        reports, or where there is nothing to turn: the rung stands, or is silent, without any lie.
    """
    turned: Callable[[tuple[bool, ...]], bool] = (lambda s: s[rung]) if way == "forge" else (lambda s: not s[rung])
    most = MOST_LIES if way != "deny" else int(stage.attack.sum())
    found: dict[str, Any] = dict.fromkeys(("n_reports", "n_sources", "n_days", "n_lies"))
    aim = {"aim": WAYS[way], "way": way, "model": model, "rung_id": stage.bench.ladder.rungs[rung].id}
    best: tuple[int, int, int] | None = None
    days = N_DAYS if way == "forge" else (ATTACK_DAYS,)
    if way == "forge" and stage.bench.ladder.rungs[rung].when.verified_only:
        # What nobody verified counts for nothing, however often it is told.
        return {**aim, **found, "tried_up_to": most * max(N_SOURCES), "without_lies": False}
    if turned(_tried(stage, model, way, 0, 1, days[0])):
        return {**aim, **found, "tried_up_to": 0, "without_lies": True}
    for n_days in days:
        for n_sources in N_SOURCES:
            limit = most if best is None else min(most, best[0] // n_sources)
            trials = partial(_tried, stage, model, way, n_sources=n_sources, n_days=n_days)
            n_lies = _least(trials, turned, limit)
            if n_lies is not None and (best is None or (n_lies * n_sources, n_sources, n_days) < best):
                best = (n_lies * n_sources, n_sources, n_days)
                found = {"n_reports": best[0], "n_sources": n_sources, "n_days": n_days, "n_lies": n_lies}
    return {**aim, **found, "tried_up_to": most * max(N_SOURCES), "without_lies": False}


def _least(
    trials: Callable[[int], tuple[bool, ...]], turned: Callable[[tuple[bool, ...]], bool], limit: int
) -> int | None:
    """Return the least number up to a limit that turns, by doubling and bisection; None where none does."""
    low, high = 0, 1
    while high <= limit and not turned(trials(high)):
        low, high = high, high * 2
    if high > limit:
        if low >= limit or not turned(trials(limit)):
            return None
        high = limit
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if turned(trials(middle)) else (middle, high)
    return high


def prices(stage: Stage, numbers: range) -> pa.Table:
    """Return the prices of every rung for some of the pairs of way and model, numbered through ``PAIRS``."""
    rungs = range(len(stage.bench.ladder.rungs))
    rows = [price_of(stage, model, way, rung) for way, model in PAIRS[numbers.start : numbers.stop] for rung in rungs]
    return pa.table({name: [row[name] for row in rows] for name in PRICE_SCHEMA.names}, schema=PRICE_SCHEMA)
