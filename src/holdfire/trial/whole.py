"""Whole: worlds run day by day through fusion, assessment and the ladder itself, to check the fast way.

Turns a simulated world into the same record that a drawn one gives. Rule: at each instant only the reports that have
come by then are fused, learned from and assessed, anew; the ladder is ``judge_ladder``, with reviews by named persons.
What the fast way leaves out is all here: reports that change older incidents, reliability that is learned as time goes
by, findings that lose their incident. Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, HOUR_US, from_us
from holdfire.guarantee.ladder import judge_ladder
from holdfire.guarantee.ledger import NEVER
from holdfire.records.finding import Review
from holdfire.trial.chain import Bench, Judged, judge_reports
from holdfire.trial.draw import QUIET_UNTIL
from holdfire.trial.fold import REVIEWED_FROM, asked_of, counted_for
from holdfire.trial.kernel import Rows
from holdfire.trial.pool import tells_of, truth_of
from holdfire.trial.record import true_instant
from holdfire.trial.scenes import Scene, make_scene, received_us
from holdfire.trial.settings import TrialSettings

__all__ = ["WHOLE_SCHEMA", "compared", "run_whole", "whole_settings"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

WHOLE_SCHEMA = pa.schema(
    [
        pa.field("world", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("rung_id", pa.string(), nullable=False),
        pa.field("quiet_days", pa.float64(), nullable=False),
        pa.field("n_false", pa.int64(), nullable=False),
        pa.field("stood_before", pa.bool_(), nullable=False),
        ("true_h", pa.float64()),
        ("stands_h", pa.float64()),
    ]
)


def whole_settings(settings: TrialSettings) -> TrialSettings:
    """Return the settings of the check: shorter and sparser worlds, looked at once a day, and milder breaches."""
    return replace(
        settings,
        n_days=min(settings.n_days, 30),
        per_day=min(settings.per_day, 40.0),
        step_h=24.0,
        attack_per_day=min(settings.attack_per_day, 3.0),
        attack_days=min(settings.attack_days, 3),
        sustained_per_day=(min(max(settings.sustained_per_day), 2.0),),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Play:
    """Hold one world: what of it happens, and when breaches may begin."""

    scene: Scene
    kept: Flags
    onset_us: int
    kind: str
    reports: pa.Table
    received: Ints
    right: frozenset[tuple[str, str, str]]


def _play(bench: Bench, settings: TrialSettings, number: int) -> _Play:
    rng = np.random.default_rng([settings.seed, 3, number])
    scene = make_scene(bench, settings, settings.n_days, int(rng.integers(1, 2**31)))
    days = settings.n_days
    onset_day = int(rng.integers(int(days * QUIET_UNTIL[0]), int(days * QUIET_UNTIL[1]) + 1))
    onset = scene.force_us + onset_day * DAY_US
    attack = number % 2 == 0
    lasts = settings.attack_days if attack else days - onset_day
    rate = settings.attack_per_day if attack else settings.sustained_per_day[0]
    able = scene.grave if attack else scene.by_party & ~scene.grave
    able = able & (scene.at_us >= onset) & (scene.at_us < onset + lasts * DAY_US)
    wanted = min(int(rng.poisson(rate * lasts)), int(able.sum()))
    chosen = np.zeros(able.size, dtype=np.bool_)
    chosen[rng.choice(np.flatnonzero(able), wanted, replace=False)] = True
    kept = scene.live() & (~scene.breaches | chosen)
    reports = scene.reports_of(kept)
    told = truth_of(scene, bench).memberships
    return _Play(
        scene=scene,
        kept=kept & scene.breaches,
        onset_us=onset,
        kind="attack" if attack else "sustained",
        reports=reports,
        received=received_us(reports),
        right=frozenset(zip(*(told[name].to_pylist() for name in ("truth_id", "clause_id", "party")), strict=True)),
    )


def run_whole(bench: Bench, settings: TrialSettings, numbers: range) -> pa.Table:
    """Return the records of some worlds, by ``WHOLE_SCHEMA``.

    Parameters
    ----------
    settings : TrialSettings
        As :func:`whole_settings` makes them.
    """
    rows: list[dict[str, Any]] = []
    for number in numbers:
        play = _play(bench, settings, number)
        step = round(settings.step_h * HOUR_US)
        end = play.scene.force_us + settings.n_days * DAY_US
        instants = np.arange(play.scene.force_us + step, end + 1, step)
        stands = np.array([_stands(play, bench, settings, number, int(t)) for t in instants])
        for index, rung in enumerate(bench.ladder.rungs):
            rows.append(_row(number, play, bench, index, instants, stands[:, index]) | {"rung_id": rung.id})
    columns = {name: [row[name] for row in rows] for name in WHOLE_SCHEMA.names}
    return pa.table(columns, schema=WHOLE_SCHEMA)


def _stands(play: _Play, bench: Bench, settings: TrialSettings, number: int, t: int) -> list[bool]:
    """Return which rungs stand at an instant, by all that has come until then."""
    known = play.reports.filter(pa.array(play.received <= t))
    if not known.num_rows:
        return [False] * len(bench.ladder.rungs)
    judged = judge_reports(known, play.scene.world.sources, bench)
    state = judge_ladder(
        bench.agreement,
        judged.findings,
        judged.incidents,
        judged.zones,
        as_of=from_us(t),
        reading=bench.reading,
        reviews=_reviews(judged, play, settings, number, t),
    )
    return [rung.stands == "yes" for rung in state.rungs]


def _reviews(judged: Judged, play: _Play, settings: TrialSettings, number: int, t: int) -> list[Review]:
    """Return what two persons said by an instant of what the findings tell of; of one story always the same."""
    tells = tells_of(judged, play.scene.world.true_memberships)
    story = dict(zip(judged.incidents["incident_id"].to_pylist(), tells.tolist(), strict=True))
    first = _first_known(judged)
    likeliest: dict[str, float] = {}
    table = judged.findings.select(["finding_id", "incident_id", "clause_id", "party", "prob_upper"]).to_pylist()
    rows = [row for row in table if row["incident_id"] is not None and row["prob_upper"] is not None]
    for row in rows:
        likeliest[row["incident_id"]] = max(likeliest.get(row["incident_id"], 0.0), row["prob_upper"])
    has_right = {
        row["incident_id"] for row in rows if (story[row["incident_id"]], row["clause_id"], row["party"]) in play.right
    }
    said: list[Review] = []
    for row in rows:
        name = story[row["incident_id"]]
        if likeliest[row["incident_id"]] < REVIEWED_FROM:
            continue
        chance = np.random.default_rng([settings.seed, 4, number, zlib.crc32(str(name).encode())])
        if chance.random() >= settings.review_share:
            continue
        at = first[row["incident_id"]] + int(chance.exponential(settings.review_h) * HOUR_US) + 1
        if at > t:
            continue
        right = settings.review_right
        is_breach = row["incident_id"] in has_right
        well = chance.random() < (right**2 if is_breach else 1.0 - (1.0 - right) ** 2)
        is_right = (name, row["clause_id"], row["party"]) in play.right
        confirmed = is_right if well else not is_breach and row["prob_upper"] == likeliest[row["incident_id"]]
        said += [_review(row["finding_id"], who, at, confirmed=confirmed) for who in ("first", "second")]
    return said


def _review(finding_id: str, who: str, at: int, *, confirmed: bool) -> Review:
    return Review(
        review_id=f"{finding_id}/{who}",
        finding_id=finding_id,
        reviewer=who,
        made_at=from_us(at),
        decision="confirm" if confirmed else "reject",
        reason="Simulated.",
    )


def _first_known(judged: Judged) -> dict[str, int]:
    received = dict(zip(judged.reports["report_id"].to_pylist(), received_us(judged.reports).tolist(), strict=True))
    first: dict[str, int] = {}
    for report, incident in zip(
        judged.memberships["report_id"].to_pylist(), judged.memberships["incident_id"].to_pylist(), strict=True
    ):
        if incident is not None:
            first[incident] = min(first.get(incident, NEVER), received[report])
    return first


def _row(number: int, play: _Play, bench: Bench, index: int, instants: Ints, stands: Flags) -> dict[str, Any]:
    rung = bench.ladder.rungs[index]
    truth = truth_of(play.scene, bench)
    counted = counted_for(rung.when, truth.findings, truth, bench)
    kept = np.flatnonzero(play.kept & (counted.rate > 0.0))
    at = play.scene.at_us[kept]
    rows = Rows(
        start=at,
        end=at + 1,
        known_from=np.full(kept.size, -NEVER),
        known_until=np.full(kept.size, NEVER),
        rate=np.ones(kept.size),
        zones=(counted.zones[kept] > 0.0).astype(np.float64),
        upper=np.ones(kept.size),
        verified_at=np.full(kept.size, NEVER),
    )
    true_at = true_instant(rows, asked_of(rung.when, bench.ladder))
    quiet = instants <= play.onset_us
    before = stands[quiet]
    after = np.flatnonzero(stands & ~quiet)
    return {
        "world": number,
        "kind": play.kind,
        "quiet_days": (play.onset_us - play.scene.force_us) / DAY_US,
        "n_false": int((before & ~np.append(False, before[:-1])).sum()),
        "stood_before": bool(before[-1]) if before.size else False,
        "true_h": None if true_at is None else (true_at - play.onset_us) / HOUR_US,
        "stands_h": float(instants[after[0]] - play.onset_us) / HOUR_US if after.size else None,
    }


def compared(whole: pa.Table, fast: pa.Table, settings: TrialSettings) -> dict[str, Any]:
    """Return the figures of both ways side by side."""
    names = list(dict.fromkeys(whole["rung_id"].to_pylist()))
    return {
        "n_worlds": len(set(whole["world"].to_pylist())),
        "n_days": settings.n_days,
        "n_worlds_fast": len(set(fast["world"].to_pylist())),
        "rungs": [{"rung_id": name, "by_whole": _short(whole, name), "by_fast": _short(fast, name)} for name in names],
    }


def _short(records: pa.Table, rung_id: str) -> dict[str, Any]:
    rows = [row for row in records.to_pylist() if row["rung_id"] == rung_id]
    free = [row for row in rows if not row["stood_before"]]
    true = [row for row in free if row["true_h"] is not None]
    delays = [max(row["stands_h"] - row["true_h"], 0.0) for row in true if row["stands_h"] is not None]
    days = sum(row["quiet_days"] for row in rows)
    return {
        "false_per_30_days": 30.0 * sum(row["n_false"] for row in rows) / days,
        "delay_h": float(np.median(delays)) if delays else None,
        "n_delays": len(delays),
        "power": len(delays) / len(true) if true else None,
    }
