"""Pool: what becomes of an event on its way through reports, fusion and assessment, measured once and drawn many times.

Turns two simulated worlds - one in which nothing is breached, one in which a party breaches - into outcomes: which
incidents were found, with which findings, known when. Rules:

1. An outcome is that of the whole chain on a real run: place in zone, act, actor, exemptions, copies, lies and learned
   reliability are those of ``fusion`` and ``assessment``, not a formula of the trial's own.
2. A *story* is one true incident, or one lie, with all incidents that fusion made of it: a story told as two incidents
   stays two, one that nobody told stays none.
3. An incident is known from its first report on, at the mean probability of a lone incident of that source; with the
   second source's report it has the probability that it has in the end.

Leaves drawing worlds from it to ``draw``. Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.assessment.membership import zone_memberships
from holdfire.basics.instants import DAY_US
from holdfire.guarantee.zones import zones_asked
from holdfire.records.finding import FINDING_SCHEMA
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.schema import INSTANT, table_from
from holdfire.simulate.matching import match
from holdfire.trial.chain import Bench, Judged, judge_reports
from holdfire.trial.scenes import Scene, make_scene, received_us
from holdfire.trial.settings import TrialSettings

__all__ = [
    "Outcomes",
    "Pool",
    "Trace",
    "certain_findings",
    "make_pool",
    "outcomes_of",
    "shifted_days",
    "tells_of",
    "truth_of",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """Hold when things were and became known, of one half of the pool.

    Attributes
    ----------
    start, end : int64, (n_found,), microseconds
        Posterior intervals of the incidents found.
    first, full : int64, (n_found,), microseconds
        First report, and first report of a second source; equal where there is one source only.
    at : int64, (n_stories,), microseconds
        When it truly was; of a lie, the start of what was told.
    true_row : int64, (n_stories,)
        Row among the true incidents; -1 = a lie.
    members, begins : int64, (n_found,) and (n_stories + 1,)
        The incidents ordered by what they mostly tell of, and where each story's begin among them.
    """

    start: Ints
    end: Ints
    first: Ints
    full: Ints
    at: Ints
    true_row: Ints
    members: Ints
    begins: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """Hold what the chain made of a world.

    Attributes
    ----------
    judged : Judged
        Findings with an incident only.
    truth : Judged
        The same tables as the truth would give them: one incident for each true one, its breaches certain.
    trace : Trace
    story : int64, (n_found,)
        What each incident mostly tells of.
    lone : float64, (n_found,), 0..1
        Probability after the first report over the final one.
    """

    judged: Judged
    truth: Judged
    trace: Trace
    story: Ints
    lone: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Hold the outcomes of a world without breaches and of one with them.

    Attributes
    ----------
    quiet, broken : Outcomes
    force_us : int, microseconds
    quiet_stories : int64, (n,)
        All stories of the world without breaches; so many of them a day as ``stories_per_incident`` says.
    stories_per_incident : float
        Stories, with lies, for each true incident that breaches nothing.
    minor, grave : int64, (n,)
        Stories of ``broken`` that are breaches by the party: below an attack, and of an attack's severity.
    party : str
    """

    quiet: Outcomes
    broken: Outcomes
    force_us: int
    quiet_stories: Ints
    stories_per_incident: float
    minor: Ints
    grave: Ints
    party: str


def make_pool(bench: Bench, settings: TrialSettings, party: str) -> Pool:
    """Run the chain over two worlds of one seed and keep what became of each event."""
    scene = make_scene(bench, settings, settings.pool_days, settings.seed)
    live = scene.at_us >= scene.force_us
    quiet = outcomes_of(scene, live & ~scene.breaches, bench)
    kept = live & (~scene.breaches | _thinned(scene, settings))
    broken = outcomes_of(scene, kept, bench)
    minor, grave = _stories(broken, scene.by_party & ~scene.grave), _stories(broken, scene.grave)
    n_true = max(int((live & ~scene.breaches).sum()), 1)
    return Pool(
        quiet=quiet,
        broken=broken,
        force_us=scene.force_us,
        quiet_stories=np.arange(quiet.trace.at.size),
        stories_per_incident=quiet.trace.at.size / n_true,
        minor=minor if minor.size else grave,
        grave=grave if grave.size else minor,
        party=party,
    )


def _stories(outcomes: Outcomes, wanted: Flags) -> Ints:
    true_row = outcomes.trace.true_row
    return np.flatnonzero((true_row >= 0) & np.append(wanted, False)[true_row])


def _thinned(scene: Scene, settings: TrialSettings) -> Flags:
    # Breaches by the party, at a fifth of the other incidents' rate, so that the chain learns in a world that is
    # mostly no breach, as in the trial.
    wanted = max(settings.per_day * 0.2, 2.0) * settings.pool_days
    chosen = np.random.default_rng([settings.seed, 1]).random(scene.by_party.size)
    return scene.by_party & (chosen < wanted / max(int(scene.by_party.sum()), 1))


def outcomes_of(scene: Scene, kept: Flags, bench: Bench) -> Outcomes:
    """Run the chain over the reports of what is kept, and say what became of each story."""
    judged = judge_reports(scene.reports_of(kept), scene.world.sources, bench)
    judged = Judged(
        reports=judged.reports,
        incidents=judged.incidents,
        memberships=judged.memberships,
        findings=judged.findings.filter(pc.is_valid(judged.findings["incident_id"])),
        zones=judged.zones,
    )
    truth = truth_of(scene, bench)
    first, full, teller = _known(judged)
    start, end = (_us(judged.incidents[name]) for name in ("occurred_start", "occurred_end"))
    story, at, true_row = _told(scene, kept, judged, start)
    members = np.argsort(story, kind="stable")
    trace = Trace(
        start=start,
        end=np.maximum(end, start + 1),
        first=first,
        full=full,
        at=at,
        true_row=true_row,
        members=members,
        begins=np.searchsorted(story[members], np.arange(at.size + 1)),
    )
    return Outcomes(judged=judged, truth=truth, trace=trace, story=story, lone=_lone(judged, teller))


def _us(column: pa.ChunkedArray) -> Ints:
    return np.asarray(pc.fill_null(pc.cast(column, pa.int64()), 0).to_numpy(), dtype=np.int64)


def _known(judged: Judged) -> tuple[Ints, Ints, Ints]:
    """Return for each incident its first report, the first one of a second source, and the first one's source."""
    reports, members = judged.reports, judged.memberships
    members = members.filter(pc.is_valid(members["incident_id"]))
    row = pc.index_in(members["report_id"], value_set=reports["report_id"].combine_chunks()).to_numpy()
    incident = pc.index_in(
        members["incident_id"], value_set=judged.incidents["incident_id"].combine_chunks()
    ).to_numpy()
    source = reports["source_id"].combine_chunks().dictionary_encode().indices.to_numpy()[row]
    at = received_us(reports)[row]
    order = np.lexsort((source, at, incident))
    incident, at, source = incident[order], at[order], source[order]
    n = judged.incidents.num_rows
    first, full, teller = np.zeros(n, np.int64), np.zeros(n, np.int64), np.full(n, -1)
    leads = np.flatnonzero(np.append(True, incident[1:] != incident[:-1])) if incident.size else np.zeros(0, np.int64)
    first[incident[leads]], teller[incident[leads]] = at[leads], source[leads]
    other = np.flatnonzero(source != teller[incident])
    full[:] = first
    if other.size:
        begins = other[np.append(True, incident[other][1:] != incident[other][:-1])]
        full[incident[begins]] = at[begins]
    return first, full, teller


def _lone(judged: Judged, teller: Ints) -> Floats:
    """Return the probability after the first report over the final one, for each incident."""
    real = judged.incidents["prob_real"].to_numpy()
    single = judged.incidents["n_sources"].to_numpy() == 1
    n = int(teller.max(initial=0)) + 2
    total = np.bincount(teller[single] + 1, weights=real[single], minlength=n)
    count = np.bincount(teller[single] + 1, minlength=n)
    usual = float(real[single].mean()) if single.any() else 1.0
    mean = np.divide(total, count, out=np.full(n, usual), where=count > 0)
    ratio = np.minimum(np.divide(mean[teller + 1], real, out=np.ones(real.size), where=real > 0.0), 1.0)
    return np.where(single, 1.0, ratio)


def tells_of(judged: Judged, truth: pa.Table) -> NDArray[np.object_]:
    """Return the true incident, or the lie, that most reports of each incident found tell of, by id."""
    matched = match(judged.memberships, truth)
    table = matched.table.filter(pa.array(matched.held & matched.is_right))
    name = pc.coalesce(table["truth_id"], table["lie_id"])
    row = pc.index_in(table["incident_id"], value_set=judged.incidents["incident_id"].combine_chunks()).to_numpy()
    tells = np.full(judged.incidents.num_rows, "", dtype=object)
    tells[row] = name.to_numpy(zero_copy_only=False)
    return tells


def _told(scene: Scene, kept: Flags, judged: Judged, start: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the story of each incident found, and of each story its instant and its row among the true ones."""
    tells = tells_of(judged, scene.world.true_memberships)
    ids = scene.world.true_incidents["truth_id"].to_numpy(zero_copy_only=False)[kept]
    lies = np.unique(tells[~np.isin(tells, ids)])
    names = np.concatenate([ids, lies])
    number = {name: index for index, name in enumerate(names.tolist())}
    story = np.array([number[name] for name in tells.tolist()], dtype=np.int64)
    at = np.concatenate([scene.at_us[kept], np.full(lies.size, np.iinfo(np.int64).max)])
    lie = story >= ids.size
    np.minimum.at(at, story[lie], start[lie])
    true_row = np.concatenate([np.arange(scene.at_us.size)[kept], np.full(lies.size, -1)])
    return story, at, true_row.astype(np.int64)


def truth_of(scene: Scene, bench: Bench) -> Judged:
    """Return the truth as a run would, had it seen everything: rows as in the world's true incidents."""
    happened, told = scene.world.true_incidents, scene.world.true_breaches
    n = happened.num_rows
    told = told.filter(pc.equal(told["reading"], bench.reading))
    sure = {name: np.ones(n) for name in ("prob_real", "prob_real_lower", "prob_real_upper", "sigma_m")}
    incidents = table_from(
        {
            "incident_id": happened["truth_id"],
            **sure,
            "occurred_start": happened["at"],
            "occurred_end": pa.array(scene.at_us + 1).cast(INSTANT),
            "place_model": pa.repeat("point", n),
            "lon": happened["lon"],
            "lat": happened["lat"],
            "kind": happened["kind"],
            "actor": happened["actor"],
            **{name: np.ones(n, np.int32) for name in ("n_reports", "n_sources", "n_independent")},
            "languages": pa.repeat("", n),
            "explanation": pa.repeat("{}", n),
        },
        INCIDENT_SCHEMA,
    )
    zones = zone_memberships(incidents, bench.shapes, zones_asked(bench.agreement), bench.reading)
    inside = zones["prob_upper"].to_numpy() >= 0.5
    zones = zones.filter(pa.array(inside))
    for column in ("prob_lower", "prob_upper"):
        index = zones.schema.get_field_index(column)
        zones = zones.set_column(index, zones.schema.field(column), pa.array(np.ones(zones.num_rows)))
    findings = certain_findings(told["truth_id"], told["clause_id"], told["party"], bench.reading)
    return Judged(reports=incidents, incidents=incidents, memberships=told, findings=findings, zones=zones)


def certain_findings(
    incident: pa.ChunkedArray, clause: pa.ChunkedArray, party: pa.ChunkedArray, reading: str
) -> pa.Table:
    """Return verified findings, one for each incident, clause and party."""
    n = len(incident)
    names = pa.array([[] for _ in range(n)], pa.list_(pa.string()))
    ones = {name: np.ones(n) for name in FINDING_SCHEMA.names if name.endswith(("_lower", "_upper"))}
    return table_from(
        {
            "finding_id": pc.binary_join_element_wise("f", incident, clause, reading, party, "/"),
            "assessment_ids": names,
            "incident_id": incident,
            "clause_id": clause,
            "reading": pa.repeat(reading, n),
            "party": party,
            "standard": pa.repeat("clear", n),
            **ones,
            "verdict": pa.repeat("established", n),
            "basis": pa.repeat("review", n),
            "verified": pa.repeat(True, n),
            "reviewers": names,
            "reason": pa.repeat("Two persons confirmed it.", n),
        },
        FINDING_SCHEMA,
    )


def shifted_days(at: Ints, day: Ints, begins: int) -> Ints:
    """Return by how much stories move so that they fall on days counted from the entry into force, microseconds."""
    return np.asarray((day - (at - begins) // DAY_US) * DAY_US, dtype=np.int64)
