"""Calibration: how often a condition fires wrongly where its inputs are right by construction.

Turns worlds in which every finding holds just as often as it says into the share of windows in which a condition fired
and did not hold. Rules: whether an incident counts is drawn anew, with the lower bound of its probability - the least
favourable case that the bounds allow, whatever standard of proof the condition asks for; when it was, evenly from its
interval; where it was, from its zones; everything is known at once and nothing is reviewed. Windows do not overlap. By
the tail's meaning, a condition that asks for probability p is then wrong in at most a share of 1 - p of the windows in
which it fires; what a standard of proof leaves out makes it less. Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfire.guarantee.ledger import NEVER
from holdfire.records.ladder import RungCondition
from holdfire.trial.chain import Bench
from holdfire.trial.draw import Deck, Part, draw_world, joined
from holdfire.trial.figures import share_of
from holdfire.trial.fold import Counted, asked_of, counted_for
from holdfire.trial.kernel import Rows, judge_rows
from holdfire.trial.pool import Outcomes, Pool
from holdfire.trial.settings import TrialSettings

__all__ = ["wrong_windows"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def wrong_windows(
    pool: Pool, bench: Bench, when: RungCondition, settings: TrialSettings
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the share of wrong windows of those in which a condition fired, and of all windows.

    Parameters
    ----------
    when : RungCondition
        Persistence is left out; one that counts verified findings only is asked without that.
    settings : TrialSettings
        Worlds are drawn by it; its reviews and delays play no part.
    """
    when = when.model_copy(update={"persistence": None, "verified_only": False})
    asked = asked_of(when, bench.ladder)
    deck = Deck.of(pool)
    counted = [_both(when, half, bench) for half in (pool.quiet, pool.broken)]
    n_windows, n_fired, n_wrong = 0, 0, 0
    for number in range(settings.n_worlds):
        drawn = draw_world(deck, settings, number)
        rng = np.random.default_rng([settings.seed, 6, number])
        instants = np.arange(deck.force_us + asked.window, drawn.end_us + 1, asked.window, dtype=np.int64)
        parts = list(zip((drawn.quiet, drawn.broken), counted, strict=True))
        rows = joined([_known(part, proved) for part, (proved, _) in parts])
        fires, _ = judge_rows(rows, asked, instants)
        told = [_truth(part, raw, rng) for part, (_, raw) in parts]
        at, zone = (np.concatenate([one[index] for one in told]) for index in (0, 1))
        n_windows += instants.size
        for t in instants[fires].tolist():
            inside = (at >= t - asked.window) & (at < t)
            zones = np.unique(zone[inside])
            holds = int(inside.sum()) >= asked.at_least and int((zones >= 0).sum()) >= asked.spread
            n_fired, n_wrong = n_fired + 1, n_wrong + (not holds)
    return share_of(n_wrong, n_fired), share_of(n_wrong, n_windows)


def _both(when: RungCondition, half: Outcomes, bench: Bench) -> tuple[Counted, Counted]:
    # What counts to the standard, and what may be true whatever the standard.
    findings = half.judged.findings
    return (
        counted_for(when, findings, half.judged, bench),
        counted_for(when, findings, half.judged, bench, threshold=0.0),
    )


def _known(part: Part, counted: Counted) -> Rows:
    taken = counted.take(part.found)
    n = part.found.size
    return Rows(
        start=part.start,
        end=part.end,
        known_from=np.full(n, -NEVER),
        known_until=np.full(n, NEVER),
        rate=taken.rate,
        zones=taken.zones,
        upper=taken.upper,
        verified_at=np.full(n, NEVER),
    )


def _truth(part: Part, counted: Counted, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return instant and zone (-1 = none) of what is true, drawn with the lower bounds."""
    taken = counted.take(part.found)
    at = part.start + (rng.random(part.found.size) * (part.end - part.start)).astype(np.int64)
    true = rng.random(part.found.size) < taken.rate
    zone = np.full(part.found.size, -1)
    if taken.zones.shape[1]:
        share = np.divide(
            taken.zones, taken.rate[:, None], out=np.zeros_like(taken.zones), where=taken.rate[:, None] > 0
        )
        reach = np.cumsum(share, axis=1)
        draw = rng.random(part.found.size)
        zone = np.where(draw < reach[:, -1], (draw[:, None] >= reach).sum(axis=1), -1)
    return at[true], zone[true]
