"""Summary: what fusion counted and learned, and what it could not know, ready for JSON.

Rule: every number that shaped the result is told, with what the data could not settle in words.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfire.fusion.parameters import ATTRIBUTES, Learned
from holdfire.fusion.prepare import Prepared
from holdfire.fusion.realness import Realness
from holdfire.fusion.rehearse import Rehearsal

__all__ = ["summarise"]

SINGLE = (
    "prob_equal", "equal_own", "tail", "late", "late_own", "late_s", "related", "related_own", "related_m", "related_s",
    "unseen", "size",
)  # fmt: skip
SEEN = 0.5
"""Weight of the data below which a source's grade decides what its lone reports are worth."""


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value.tolist()]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _sources(names: list[str], learned: Learned) -> dict[str, dict[str, float]]:
    columns = {
        "coverage": learned.coverage,
        "repeat": learned.repeat,
        "error_scale": learned.scale,
        "article_nats": learned.article_nats,
        "false_alone": learned.false_rate,
        "false_alone_accusing": learned.accuse_rate,
    }
    return {name: {key: _plain(float(values[k])) for key, values in columns.items()} for k, name in enumerate(names)}


def _unknown(prepared: Prepared, learned: Learned, realness: Realness, names: list[str]) -> list[str]:
    """Return in words what the data could not settle."""
    notes = [f"{key}: {text}" for key, text in learned.notes.items() if isinstance(text, str)]
    if not learned.notes.get("settled", True):
        notes.append(f"learning did not settle within {learned.notes['rounds']} rounds")
    weak = sorted(name for name, trust in zip(names, realness.trust, strict=True) if trust < SEEN)
    if weak:
        more = f" and {len(weak) - 5} more" if len(weak) > 5 else ""
        notes.append(
            f"lone reports of {', '.join(weak[:5])}{more} are judged by the grade: others are too seldom beside them"
        )
    if len(names) < 3:
        notes.append("with fewer than three sources, coverage and invention cannot be told apart")
    return notes


def summarise(
    prepared: Prepared,
    learned: Learned | None,
    n_incidents: int,
    n_attached: int,
    rehearsal: Rehearsal | None = None,
    realness: Realness | None = None,
) -> dict[str, Any]:
    """Return what was counted and learned.

    Parameters
    ----------
    prepared : Prepared
    learned, rehearsal, realness : optional
        None where no report could open an incident.
    n_incidents, n_attached : int
        Incidents, and signals attached to them.
    """
    counts: dict[str, Any] = {
        "n_reports": prepared.n,
        "n_incidents": n_incidents,
        "n_signals": int(prepared.is_signal.sum()),
        "n_signals_attached": n_attached,
        "n_duplicates": prepared.n_duplicates,
    }
    if learned is None or rehearsal is None or realness is None:
        return counts
    names = prepared.sources.column("source_id").to_pylist()
    copies = np.argwhere(np.triu(realness.copies & ~prepared.copies))
    told = {name: _plain(getattr(learned, name)) for name in SINGLE}
    return counts | {
        "learned": {
            **told,
            "agree": dict(zip(ATTRIBUTES, _plain(learned.agree), strict=True)),
            "inherit": dict(zip(ATTRIBUTES, _plain(learned.inherit), strict=True)),
            "sources": _sources(names, learned),
            "copies_found": sorted(sorted((names[a], names[b])) for a, b in copies.tolist()),
            "notes": {key: value for key, value in learned.notes.items() if not isinstance(value, str)},
        },
        "rehearsal": {
            "n_reports": rehearsal.n_reports,
            "mistaken": _plain(rehearsal.mistaken),
            "lost": _plain(rehearsal.lost),
            "taken": _plain(rehearsal.taken),
        },
        "not_known": _unknown(prepared, learned, realness, names),
    }
