"""Search: other counts, windows, probabilities and standards for a rung, and which of them no other rule beats.

Turns worlds into false days - on which a rule stands without reason - and delay by rule. Rules: all rules see the same
worlds; the delay counts from the first breach of an attack, so that rules that ask for different things can be
compared; a rule that stands in fewer than nine of ten attacks has none. A rule is *dominated* where another has no
more false days and no more delay, and less of one. Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US
from holdfire.guarantee.breaches import duration_us
from holdfire.records.ladder import Rung, RungCondition
from holdfire.trial.chain import Bench
from holdfire.trial.draw import Deck, Drawn, draw_world, joined, rows_of
from holdfire.trial.fold import Folded, asked_of, fold
from holdfire.trial.kernel import Asked, Rows, judge_rows
from holdfire.trial.pool import Pool
from holdfire.trial.record import instants_of
from holdfire.trial.settings import TrialSettings

__all__ = ["MAX_WORLDS", "RULE_SCHEMA", "Rule", "Searched", "frontier_of", "prepare_search", "search_worlds"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MAX_WORLDS = 100
"""Worlds of a search; every rule sees them all."""
COUNTS = (1, 2, 3, 5, 8, 12)
WINDOWS = ("24 h", "48 h", "72 h")
PROBS = (0.5, 0.75, 0.9, 0.95)
PROOFS = ("balance", "clear", "beyond")
ENOUGH = 0.9
"""Share of attacks in which a rule has to stand, so that it has a delay."""

RULE_SCHEMA = pa.schema(
    [
        pa.field("world", pa.int64(), nullable=False),
        pa.field("rung_id", pa.string(), nullable=False),
        pa.field("rule", pa.int64(), nullable=False),
        pa.field("attack", pa.bool_(), nullable=False),
        pa.field("quiet_days", pa.float64(), nullable=False),
        pa.field("false_days", pa.float64(), nullable=False),
        ("delay_h", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Hold one rule: what it changes of the rung's condition, and whether it is the one that is written."""

    at_least: int
    window: str
    prob: float
    standard: str
    is_written: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Searched:
    """Hold what a search over one rung needs in every world."""

    rung_id: str
    verified_only: bool
    rules: tuple[Rule, ...]
    asked: tuple[Asked, ...]
    quiet: dict[str, Folded]
    broken: dict[str, Folded]


def rules_of(when: RungCondition) -> tuple[Rule, ...]:
    """Return the rules that are tried for a condition, the written one among them."""
    written = (when.at_least, when.window, when.prob, when.standard)
    grid = {(n, window, prob, proof) for n in COUNTS for window in WINDOWS for prob in PROBS for proof in PROOFS}
    if when.verified_only:
        # What is verified counts with certainty, so that neither probability nor standard changes anything.
        grid = {(n, window, when.prob, when.standard) for n in COUNTS for window in WINDOWS}
    return tuple(
        Rule(at_least=n, window=window, prob=prob, standard=proof, is_written=(n, window, prob, proof) == written)
        for n, window, prob, proof in sorted(grid | {written}, key=lambda one: (one[0], duration_us(one[1]), *one[2:]))
    )


def prepare_search(pool: Pool, bench: Bench, rung: Rung) -> Searched:
    """Return what a search over a rung needs in every world."""
    rules = rules_of(rung.when)
    proofs = sorted({rule.standard for rule in rules})
    conditions = {proof: rung.when.model_copy(update={"standard": proof}) for proof in proofs}
    asked = tuple(
        asked_of(
            rung.when.model_copy(update={"at_least": rule.at_least, "window": rule.window, "prob": rule.prob}),
            bench.ladder,
        )
        for rule in rules
    )
    return Searched(
        rung_id=rung.id,
        verified_only=rung.when.verified_only,
        rules=rules,
        asked=asked,
        quiet={proof: fold(when, pool.quiet, bench) for proof, when in conditions.items()},
        broken={proof: fold(when, pool.broken, bench) for proof, when in conditions.items()},
    )


def search_worlds(deck: Deck, searched: tuple[Searched, ...], settings: TrialSettings, numbers: range) -> pa.Table:
    """Return how each rule fared in some worlds, by ``RULE_SCHEMA``."""
    columns: dict[str, list[Any]] = {name: [] for name in RULE_SCHEMA.names}
    for number in numbers:
        drawn = draw_world(deck, settings, number)
        instants = instants_of(drawn, deck.force_us, settings)
        for one in searched:
            for index, (false_days, delay_h) in enumerate(_fared(drawn, one, instants, deck.force_us)):
                row = (number, one.rung_id, index, drawn.kind == "attack", (drawn.onset_us - deck.force_us) / DAY_US)
                for name, value in zip(RULE_SCHEMA.names, (*row, false_days, delay_h), strict=True):
                    columns[name].append(value)
    return pa.table(columns, schema=RULE_SCHEMA)


def _fared(drawn: Drawn, searched: Searched, instants: Ints, begins_us: int) -> list[tuple[float, float | None]]:
    rows: dict[str, Rows] = {}
    for proof in searched.quiet:
        halves = ((drawn.quiet, searched.quiet[proof]), (drawn.broken, searched.broken[proof]))
        rows[proof] = joined(
            [rows_of(part, folded, at_once=False, verified_only=searched.verified_only) for part, folded in halves]
        )
    begins = int(drawn.broken.start.min()) if drawn.broken.start.size else drawn.onset_us
    begins = max(begins, drawn.onset_us)
    quiet = instants <= drawn.onset_us
    found = []
    for rule, asked in zip(searched.rules, searched.asked, strict=True):
        stands = judge_rows(rows[rule.standard], asked, instants)[1]
        before = stands[quiet]
        false_days = float(before.mean()) * (drawn.onset_us - begins_us) / DAY_US
        after = np.flatnonzero(stands & ~quiet)
        delay = None if not after.size else max(int(instants[after[0]]) - begins, 0) / HOUR_US
        found.append((false_days, 0.0 if before.size and before[-1] else delay))
    return found


def frontier_of(records: pa.Table, searched: Searched) -> list[dict[str, Any]]:
    """Return every rule of a rung: its false days in 30 quiet ones, its median delay, and whether it is beaten."""
    chosen = np.asarray(records["rung_id"].to_numpy(zero_copy_only=False) == searched.rung_id)
    table = records.filter(pa.array(chosen))
    index, attack = table["rule"].to_numpy(), table["attack"].to_numpy(zero_copy_only=False)
    days, false = table["quiet_days"].to_numpy(), table["false_days"].to_numpy()
    delay = table["delay_h"].to_numpy(zero_copy_only=False)
    rules = []
    for number, rule in enumerate(searched.rules):
        mine = index == number
        hours = delay[mine & attack]
        reached = hours[~np.isnan(hours)]
        enough = hours.size > 0 and reached.size >= ENOUGH * hours.size
        rules.append(
            {
                "at_least": rule.at_least,
                "window": rule.window,
                "prob": rule.prob,
                "standard": rule.standard,
                "is_written": rule.is_written,
                "false": 30.0 * float(false[mine].sum()) / float(days[mine].sum()),
                "delay_h": float(np.median(hours[~np.isnan(hours)])) if enough else None,
                "power": reached.size / hours.size if hours.size else None,
            }
        )
    for one in rules:
        one["dominated"] = one["delay_h"] is None or any(_beats(other, one) for other in rules)
    return rules


def _beats(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one["delay_h"] is None or other["delay_h"] is None:
        return False
    no_worse = one["false"] <= other["false"] and one["delay_h"] <= other["delay_h"]
    return bool(no_worse and (one["false"] < other["false"] or one["delay_h"] < other["delay_h"]))
