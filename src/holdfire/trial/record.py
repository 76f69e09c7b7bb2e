"""Record: what a ladder did in one world of a trial.

Turns a drawn world into one record for each rung. Rules:

1. The ladder is asked at fixed instants, ``step_h`` apart, each time with what is known then.
2. In the quiet part nothing is breached: each time the rung begins to stand there is a false alarm.
3. The rung's *true* instant is when its condition, but for verification, held by the truth. The delay from there is
   cut in three: *reporting* until it would stand if every review came with the first report; *verification* until it
   stands; *order* until what it waits for (rungs before it, time that must pass) is done.
4. People use a rung ``decision_h`` after it may be used; gates that ask for a mandate or for quiet days are taken as
   open. What is left of the binding clock then is its *clock* part; a clock that has run out leaves none.
5. For the share of wrong windows only windows that do not overlap are taken: each rung's own, one after another.

Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.basics.units import parse_duration_h
from holdfire.guarantee.ledger import NEVER
from holdfire.records.ladder import Ladder, Rung
from holdfire.records.schema import table_from
from holdfire.trial.chain import Bench
from holdfire.trial.draw import Deck, Drawn, draw_world, joined, rows_of, truth_rows
from holdfire.trial.fold import Folded, asked_of, fold
from holdfire.trial.kernel import Asked, Rows, judge_rows
from holdfire.trial.pool import Pool
from holdfire.trial.settings import TrialSettings

__all__ = ["RECORD_SCHEMA", "Course", "Tried", "course_in", "prepare", "run_worlds"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RECORD_SCHEMA = pa.schema(
    [
        pa.field("world", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("per_day", pa.float64(), nullable=False),
        pa.field("rung_id", pa.string(), nullable=False),
        pa.field("quiet_days", pa.float64(), nullable=False),
        pa.field("n_false", pa.int64(), nullable=False),
        pa.field("false_share", pa.float64(), nullable=False),
        pa.field("stood_before", pa.bool_(), nullable=False),
        ("true_h", pa.float64()),
        ("stands_h", pa.float64()),
        ("reporting_h", pa.float64()),
        ("verification_h", pa.float64()),
        ("order_h", pa.float64()),
        ("clock_h", pa.float64()),
        ("overdue", pa.bool_()),
        pa.field("n_windows", pa.int64(), nullable=False),
        pa.field("n_fired", pa.int64(), nullable=False),
        pa.field("n_wrong", pa.int64(), nullable=False),
    ]
)
"""One row for each world and rung. ``true_h`` and ``stands_h`` count from the onset; the parts of the delay are null
where the rung did not get so far, or stood when the breaches began."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tried:
    """Hold what a rung needs in every world: what it asks for, and what the pool's incidents count for."""

    rung: Rung
    asked: Asked
    quiet: Folded
    broken: Folded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """Hold how a rung fared in one world, at the instants at which it was asked."""

    fires: Flags
    stands: Flags
    at_once: Flags
    truth: Rows
    verified: Ints


def prepare(pool: Pool, bench: Bench, ladder: Ladder) -> tuple[Tried, ...]:
    """Return what each rung needs in every world."""
    return tuple(
        Tried(
            rung=rung,
            asked=asked_of(rung.when, ladder),
            quiet=fold(rung.when, pool.quiet, bench),
            broken=fold(rung.when, pool.broken, bench),
        )
        for rung in ladder.rungs
    )


def run_worlds(deck: Deck, tried: tuple[Tried, ...], settings: TrialSettings, numbers: range) -> pa.Table:
    """Return the records of some worlds.

    Returns
    -------
    pyarrow.Table
        By ``RECORD_SCHEMA``, ordered by world, then as the ladder's rungs.
    """
    rows: list[dict[str, object]] = []
    for number in numbers:
        drawn = draw_world(deck, settings, number)
        instants = instants_of(drawn, deck.force_us, settings)
        courses = [course_in(drawn, one, deck, instants) for one in tried]
        rows += _records(number, drawn, tried, courses, instants, deck, settings)
    return table_from({name: [row[name] for row in rows] for name in RECORD_SCHEMA.names}, RECORD_SCHEMA)


def instants_of(drawn: Drawn, force_us: int, settings: TrialSettings) -> Ints:
    """Return the instants at which the ladder is asked, the world's end the last possible one."""
    step = round(settings.step_h * HOUR_US)
    return np.arange(force_us + step, drawn.end_us + 1, step, dtype=np.int64)


def course_in(drawn: Drawn, tried: Tried, deck: Deck, instants: Ints) -> Course:
    """Return how a rung fared in a world."""
    verified_only = tried.rung.when.verified_only

    def known(*, at_once: bool) -> Rows:
        return joined(
            [
                rows_of(part, folded, at_once=at_once, verified_only=verified_only)
                for part, folded in ((drawn.quiet, tried.quiet), (drawn.broken, tried.broken))
            ]
        )

    rows = known(at_once=False)
    fires, stands = judge_rows(rows, tried.asked, instants)
    at_once = judge_rows(known(at_once=True), tried.asked, instants)[1] if verified_only else stands
    return Course(
        fires=fires,
        stands=stands,
        at_once=at_once,
        truth=truth_rows(drawn.broken, deck.broken.trace, tried.broken.truth),
        verified=np.sort(rows.verified_at[(rows.verified_at < NEVER) & (rows.start >= drawn.onset_us)]),
    )


def true_instant(truth: Rows, asked: Asked) -> int | None:
    """Return the first instant at which a condition held by the truth; None where it never did."""
    begins = np.unique(truth.start + 1) + asked.wait
    held = np.flatnonzero(judge_rows(truth, asked, begins)[0])
    return int(begins[held[0]]) if held.size else None


def _records(
    number: int,
    drawn: Drawn,
    tried: tuple[Tried, ...],
    courses: list[Course],
    instants: Ints,
    deck: Deck,
    settings: TrialSettings,
) -> list[dict[str, object]]:
    used: dict[str, int] = {}
    rows = []
    for position, (one, course) in enumerate(zip(tried, courses, strict=True)):
        quiet = instants <= drawn.onset_us
        stood = course.stands[quiet]
        begins = stood & ~np.append(False, stood[:-1])
        true_at = true_instant(course.truth, one.asked)
        row: dict[str, object] = {
            "world": number,
            "kind": drawn.kind,
            "per_day": drawn.per_day,
            "rung_id": one.rung.id,
            "quiet_days": (drawn.onset_us - deck.force_us) / DAY_US,
            "n_false": int(begins.sum()),
            "false_share": float(stood.mean()),
            "stood_before": bool(stood[-1]) if stood.size else False,
            "true_h": None if true_at is None else (true_at - drawn.onset_us) / HOUR_US,
            **dict.fromkeys(("stands_h", "reporting_h", "verification_h", "order_h", "clock_h", "overdue")),
            **_windows(course, one.asked, instants, deck.force_us),
        }
        below = tried[position - 1].rung.id if position else None
        row |= _delays(drawn, one, course, true_at, instants, settings, used, below)
        rows.append(row)
    return rows


def _windows(course: Course, asked: Asked, instants: Ints, force_us: int) -> dict[str, object]:
    """Count windows that do not overlap, those in which the condition fired, and the wrong ones among them (rule 5)."""
    wanted = np.arange(force_us + asked.window, int(instants[-1]) + 1, asked.window + asked.wait)
    place = np.unique(np.searchsorted(instants, wanted))
    place = place[place < instants.size]
    fired = place[course.fires[place]]
    right = judge_rows(course.truth, asked, instants[fired])[0]
    return {"n_windows": int(place.size), "n_fired": int(fired.size), "n_wrong": int((~right).sum())}


def _delays(
    drawn: Drawn,
    tried: Tried,
    course: Course,
    true_at: int | None,
    instants: Ints,
    settings: TrialSettings,
    used: dict[str, int],
    below: str | None,
) -> dict[str, object]:
    """Return the parts of the delay (rules 3 and 4), and enter the rung's use."""
    later = instants > drawn.onset_us
    stands = _first(instants, course.stands & later)
    found: dict[str, object] = {}
    if stands is None:
        return found
    found["stands_h"] = (stands - drawn.onset_us) / HOUR_US
    free = _free(tried.rung, course, used)
    may = None if free is None else _first(instants, course.stands & later & (instants >= free))
    if may is not None:
        used[tried.rung.id] = may + round(settings.decision_h * HOUR_US)
    before = instants <= drawn.onset_us
    if true_at is None or bool(course.stands[before][-1:].any()):
        return found
    soonest = _first(instants, course.at_once & later)
    soon = stands if soonest is None else min(soonest, stands)
    found["reporting_h"] = max(soon - true_at, 0) / HOUR_US
    found["verification_h"] = (stands - max(soon, min(true_at, stands))) / HOUR_US
    if may is None:
        return found
    found["order_h"] = (may - stands) / HOUR_US
    due = _due(tried, course, true_at, used, below)
    if due is not None:
        found["clock_h"] = max(due - may, 0) / HOUR_US
        found["overdue"] = due < may
    return found


def _first(instants: Ints, when: Flags) -> int | None:
    at = np.flatnonzero(when)
    return int(instants[at[0]]) if at.size else None


def _free(rung: Rung, course: Course, used: dict[str, int]) -> int | None:
    """Return from when on nothing else is missing: the rungs before it are used, the time has passed."""
    if any(name not in used for name in rung.after):
        return None
    free = max((used[name] for name in rung.after), default=0)
    if rung.after_elapsed is not None:
        if not course.truth.start.size:
            return None
        free = max(free, int(course.truth.start.min()) + round(parse_duration_h(rung.after_elapsed) * HOUR_US))
    return free


def _due(tried: Tried, course: Course, true_at: int, used: dict[str, int], below: str | None) -> int | None:
    """Return when the binding clock runs out."""
    rung = tried.rung
    within = round(parse_duration_h(rung.clock.within) * HOUR_US)
    if rung.clock.starts_at == "verification":
        return int(course.verified[0]) + within if course.verified.size else None
    if rung.clock.starts_at == "previous_rung":
        follows = rung.after or ([] if below is None else [below])
        before = [used[name] for name in follows if name in used]
        return max(before) + within if before else None
    reach = true_at - tried.asked.window - tried.asked.wait
    return int(course.truth.start[course.truth.start >= reach].min()) + within
