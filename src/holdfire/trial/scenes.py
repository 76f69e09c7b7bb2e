"""Scenes: simulated worlds in which we decide what is breached, and when.

Turns a world with known truth into the reports that its sources would have sent had only some of it happened: what
breaches nothing goes on, lies go on, breaches are left or taken out. Rule: a report of what did not happen is taken
away whole, so that nothing about it is learned. Leaves the chain to ``chain``. Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, parse_instant, to_us
from holdfire.errors import InputError
from holdfire.records.agreement import Agreement
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.source_sets import DEFAULT_SOURCES
from holdfire.simulate.world import World, simulate
from holdfire.trial.chain import Bench
from holdfire.trial.settings import TrialSettings

__all__ = ["Scene", "force_us", "make_scene", "party_against", "reading_of", "received_us"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAD_DAYS = 2
"""Days of a simulated world before the agreement is in force."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """Hold a world from the entry into force on, with what each thing is.

    Attributes
    ----------
    world : World
    force_us : int, microseconds
    at_us : int64, (n_true,)
        Instants of ``world.true_incidents``.
    breaches : bool, (n_true,)
        It breaches some clause under the reading.
    by_party, grave : bool, (n_true,)
        It is a breach by the party that breaches in the trial; and of a severity that only an attack has.
    """

    world: World
    force_us: int
    at_us: Ints
    breaches: Flags
    by_party: Flags
    grave: Flags

    def live(self) -> Flags:
        """Return which true incidents lie at or after the entry into force."""
        return self.at_us >= self.force_us

    def reports_of(self, kept: Flags) -> pa.Table:
        """Return the reports of the true incidents kept, and all lies, from the entry into force on."""
        truth, ids = self.world.true_memberships, self.world.true_incidents["truth_id"]
        gone = ids.filter(pa.array(~kept))
        out = pc.fill_null(pc.is_in(truth["truth_id"], value_set=gone.combine_chunks()), False)
        dropped = pc.unique(truth["report_id"].filter(out))
        reports = self.world.reports
        reports = reports.filter(pc.invert(pc.is_in(reports["report_id"], value_set=dropped)))
        return reports.filter(pa.array(received_us(reports) >= self.force_us))


def received_us(reports: pa.Table) -> Ints:
    """Return when each report was there, microseconds: received, else published, else the end of what it tells."""
    columns = [pc.cast(reports[name], pa.int64()) for name in ("received_at", "reported_end", "occurred_end")]
    return np.asarray(pc.fill_null(pc.coalesce(*columns), 0).to_numpy(), dtype=np.int64)


def reading_of(agreement: Agreement, wanted: str | None) -> str:
    """Return the reading asked for, else the first.

    Raises
    ------
    InputError
        The agreement has no such reading.
    """
    known = [reading.id for reading in agreement.readings]
    if wanted is None:
        return known[0]
    if wanted not in known:
        raise InputError(f"This agreement has no reading {wanted!r}.", "--reading", f"It has {', '.join(known)}.")
    return wanted


def party_against(agreement: Agreement, wanted: str | None) -> str:
    """Return the party that breaches in the trial: the one asked for, else the one that most rungs name.

    Raises
    ------
    InputError
        The agreement has no such party, or fewer than two.
    """
    parties = [party.id for party in agreement.parties][:2]
    if len(parties) < 2:
        raise InputError("A trial needs two parties.", f"the agreement {agreement.id!r}", "Name both sides.")
    if wanted is not None:
        if wanted not in parties:
            raise InputError(
                f"No side of this trial is called {wanted!r}.", "--against", f"Write {' or '.join(parties)}."
            )
        return wanted
    rungs = () if agreement.ladder is None else agreement.ladder.rungs
    named = [sum(party in rung.when.parties for rung in rungs) for party in parties]
    return parties[0] if named[0] > named[1] else parties[1]


def force_us(agreement: Agreement, reading: str) -> int:
    """Return when the agreement enters into force under a reading, microseconds."""
    found = next(one for one in agreement.readings if one.id == reading)
    return to_us(parse_instant(found.enters_into_force, agreement.time_zone))


def scene_knobs(settings: TrialSettings, n_days: int, incidents_per_day: float) -> Knobs:
    """Return the knobs of a trial's worlds: a front told by the default sources, less those that are missing.

    Raises
    ------
    InputError
        A source to leave out is not among them, or none is left.
    """
    known = [source.source_id for source in DEFAULT_SOURCES]
    for name in settings.without:
        if name not in known:
            raise InputError(f"No source is called {name!r}.", "--without", f"Sources are {', '.join(known)}.")
    left = tuple(source for source in DEFAULT_SOURCES if source.source_id not in settings.without)
    left = tuple(replace(s, copies_from=tuple(c for c in s.copies_from if c not in settings.without)) for s in left)
    if not left:
        raise InputError("No source is left.", "--without", "Leave at least one.")
    left = tuple(s if s.copies_from else replace(s, copies=0.0) for s in left)
    return Knobs(
        n_days=n_days + LEAD_DAYS,
        incidents_per_day=incidents_per_day,
        kind_mix=20.0,
        quiet_share=1.0,
        texts=False,
        error_scale=settings.error_scale,
        sources=left,
    )


def make_scene(bench: Bench, settings: TrialSettings, n_days: int, seed: int) -> Scene:
    """Make a world in which about ``per_day`` incidents a day breach nothing, and many others breach something.

    The share that breaches nothing follows from the agreement; a first, short world measures it.
    """
    agreement, party = bench.agreement, party_against(bench.agreement, settings.against)
    rate = settings.per_day
    first = _scene(bench, scene_knobs(settings, min(n_days, 20), max(rate, 25.0)), seed, party)
    harmless = max(float(1.0 - first.breaches.mean()) if first.breaches.size else 1.0, 0.05)
    scene = _scene(bench, scene_knobs(settings, n_days, rate / harmless), seed, party)
    if not scene.by_party.any():
        raise InputError(
            f"In this world {party!r} breaches nothing, so that the ladder cannot be tried.",
            f"the agreement {agreement.id!r}",
            "Try the other party (--against), more incidents a day, or check that clauses name it as addressee.",
        )
    return scene


def _scene(bench: Bench, knobs: Knobs, seed: int, party: str) -> Scene:
    world = simulate(bench.agreement, bench.shapes, bench.kinds, knobs, seed)
    begins = force_us(bench.agreement, bench.reading)
    truth = world.true_incidents
    at = np.asarray(pc.cast(truth["at"], pa.int64()).to_numpy(), dtype=np.int64)
    told = world.true_breaches
    told = told.filter(pc.equal(told["reading"], bench.reading))
    severity = {clause.id: clause.severity for clause in bench.agreement.clauses}
    worst = max((severity[name] for name in pc.unique(told["clause_id"]).to_pylist()), default=1)
    bar = min(4, worst)
    named = told.filter(pc.equal(told["party"], party))
    heavy = pa.array([name for name, value in severity.items() if value >= bar], pa.string())
    grave = named.filter(pc.is_in(named["clause_id"], value_set=heavy))
    ids, live = truth["truth_id"], at >= begins
    return Scene(
        world=world,
        force_us=begins,
        at_us=at,
        breaches=_among(ids, told) & live,
        by_party=_among(ids, named) & live,
        grave=_among(ids, grave) & live,
    )


def _among(ids: pa.ChunkedArray, table: pa.Table) -> Flags:
    found = pc.is_in(ids, value_set=table["truth_id"].combine_chunks())
    return np.asarray(found.to_numpy(), dtype=np.bool_)


def day_of(at_us: Ints, begins: int) -> Ints:
    """Return the number of days since the entry into force."""
    return np.asarray((at_us - begins) // DAY_US, dtype=np.int64)
