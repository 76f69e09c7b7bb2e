"""Figures: what a trial found, from the records of its worlds.

Turns records into shares, rates and delays with their intervals. Rules: a share or rate stands beside its 95 %
interval; a delay is a median and a 90 % point over the worlds in which it could be measured, and says how many those
were; a figure that rests on nothing is null, never 0. Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.trial.intervals import rate_interval, share_interval

__all__ = ["delay_of", "rung_figures", "share_of", "trial_figures"]

PARTS = ("reporting_h", "verification_h", "order_h", "clock_h")


def share_of(n_hit: int, n: int) -> dict[str, Any]:
    """Return a share with its interval; null where it rests on nothing."""
    low, high = share_interval(n_hit, n)
    return {"value": n_hit / n if n else None, "low": low, "high": high, "n_hit": n_hit, "n": n}


def trial_figures(records: pa.Table) -> list[dict[str, Any]]:
    """Return the figures of each rung, in the ladder's order."""
    names = list(dict.fromkeys(records["rung_id"].to_pylist()))
    return [rung_figures(records.filter(pc.equal(records["rung_id"], name)), name) for name in names]


def rung_figures(records: pa.Table, rung_id: str) -> dict[str, Any]:
    """Return the figures of one rung.

    Parameters
    ----------
    records : pyarrow.Table
        By ``RECORD_SCHEMA``, of this rung only.
    """
    days = float(np.sum(records["quiet_days"].to_numpy()))
    n_false = int(np.sum(records["n_false"].to_numpy()))
    low, high = rate_interval(n_false, days)
    n_windows, n_fired, n_wrong = (
        int(np.sum(records[name].to_numpy())) for name in ("n_windows", "n_fired", "n_wrong")
    )
    attack = records.filter(pc.equal(records["kind"], "attack"))
    sustained = records.filter(pc.equal(records["kind"], "sustained"))
    rates = sorted(set(sustained["per_day"].to_pylist()))
    return {
        "rung_id": rung_id,
        "n_worlds": records.num_rows,
        "quiet_days": days,
        "false_per_30_days": {"value": 30.0 * n_false / days, "low": 30.0 * low, "high": 30.0 * high, "n": n_false},
        "false_time_share": float(np.average(records["false_share"].to_numpy(), weights=records["quiet_days"])),
        "false_worlds": share_of(int((records["n_false"].to_numpy() > 0).sum()), records.num_rows),
        "windows": {
            "wrong_of_fired": share_of(n_wrong, n_fired),
            "wrong_of_all": share_of(n_wrong, n_windows),
        },
        "attack": _after(attack),
        "sustained": [
            {"per_day": rate, **_after(sustained.filter(pc.equal(sustained["per_day"], rate)))} for rate in rates
        ],
    }


def _after(records: pa.Table) -> dict[str, Any]:
    """Return what happened after the breaches began."""
    free = records.filter(pc.invert(records["stood_before"]))
    truly = free.filter(pc.is_valid(free["true_h"]))
    parts = {name: _numbers(truly, name) for name in PARTS}
    whole = truly.filter(pc.is_valid(truly["clock_h"]))
    means = {name: float(np.mean(_numbers(whole, name))) for name in PARTS} if whole.num_rows else {}
    total = sum(means.values())
    overdue = [value for value in truly["overdue"].to_pylist() if value is not None]
    return {
        "n_worlds": records.num_rows,
        "stood_before": share_of(records.num_rows - free.num_rows, records.num_rows),
        "reached_truly": share_of(truly.num_rows, free.num_rows),
        "power": share_of(free.num_rows - free["stands_h"].null_count, free.num_rows),
        "power_where_true": share_of(truly.num_rows - truly["stands_h"].null_count, truly.num_rows),
        "power_in_7_days": share_of(int((_numbers(free, "stands_h") <= 168.0).sum()), free.num_rows),
        "delay_h": delay_of(parts["reporting_h"] + parts["verification_h"]),
        "reporting_h": delay_of(parts["reporting_h"]),
        "verification_h": delay_of(parts["verification_h"]),
        "order_h": delay_of(parts["order_h"]),
        "clock_h": delay_of(parts["clock_h"]),
        "shares": {name: means[name] / total for name in PARTS} if total > 0.0 else None,
        "overdue": share_of(sum(overdue), len(overdue)),
    }


def _numbers(table: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.asarray(table[name].drop_null().to_numpy(), dtype=np.float64)


def delay_of(hours: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    """Return the median and the 90 % point of delays, hours; null where there is none.

    Examples
    --------
    >>> delay_of(np.array([1.0, 2.0, 3.0])), delay_of(np.array([]))["median"] is None
    ({'median': 2.0, 'in_90': 2.8, 'n': 3}, True)
    """
    if not hours.size:
        return {"median": None, "in_90": None, "n": 0}
    median, late = (round(float(np.quantile(hours, level)), 6) for level in (0.5, 0.9))
    return {"median": median, "in_90": late, "n": int(hours.size)}
