"""Signals: thermal points and sirens beside incidents.

Turns signals into attachments to incidents that stand already. Rule: a signal never opens an incident and never
establishes one; it attaches to the incident that explains it best, if that is likelier than the signals that come
anyway at that place; it weighs little. Source: DESIGN, section 4; the traps in what the sensors see.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from holdfire.fusion.block import Located, build_blocks, candidate_pairs
from holdfire.fusion.compare import EXTENT_M
from holdfire.fusion.crowding import count_crowding, local_rates
from holdfire.fusion.kernels import H_PLACE
from holdfire.fusion.parameters import FusionParameters
from holdfire.fusion.prepare import Prepared

__all__ = ["Attached", "attach_signals"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

PRODUCES = 0.1
"""Chance that an incident shows in a given kind of signal."""
LEAST_PROB = 0.1
GAP_H = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Hold the signals' attachments.

    Attributes
    ----------
    row : int64, (m,)
        Rows of the signals that attach.
    group : int32, (m,)
        The incident's group.
    prob : float64, (m,), 0..1
    """

    row: NDArray[np.int64]
    group: Ints
    prob: Floats


def _located(prepared: Prepared, signal: NDArray[np.int64], G: Floats, H: Ints) -> tuple[Located, Floats]:
    radius = np.linalg.norm(G[:, :3], axis=1)
    placed = H[:, H_PLACE] != -1
    safe = np.where(placed, radius, 1.0)
    lat = np.where(placed, np.degrees(np.arcsin(np.clip(G[:, 2] / safe, -1, 1))), np.nan)
    lon = np.where(placed, np.degrees(np.arctan2(G[:, 1], G[:, 0])), np.nan)
    sigma = np.concatenate([np.nan_to_num(prepared.sigma[signal]), np.sqrt(G[:, 3])])
    variance = sigma**2 + EXTENT_M**2
    n = sigma.size
    return Located(
        lon=np.concatenate([prepared.lon[signal], lon]),
        lat=np.concatenate([prepared.lat[signal], lat]),
        xyz=np.concatenate([prepared.xyz[signal], G[:, :3]]),
        start=np.concatenate([prepared.start[signal], G[:, 4]]),
        end=np.concatenate([prepared.end[signal], G[:, 5]]),
        reach_m=3.0 * np.sqrt(variance) + 500.0,
        open=np.ones(n, bool),
    ), variance


def attach_signals(prepared: Prepared, G: Floats, H: Ints, parameters: FusionParameters) -> Attached:
    """Attach each signal to the incident that explains it best, or to none.

    Parameters
    ----------
    prepared : Prepared
    G, H : float64 (n_groups, 8), int32 (n_groups, 9)
        The incidents' places and times.
    parameters : FusionParameters
    """
    signal = np.flatnonzero(prepared.is_signal & (prepared.coordinate >= 0) & prepared.has_time)
    none = Attached(row=np.zeros(0, np.int64), group=np.zeros(0, np.int32), prob=np.zeros(0))
    if signal.size == 0 or G.shape[0] == 0:
        return none
    located, variance = _located(prepared, signal, G, H)
    log_rate = np.zeros(signal.size)
    for kind in np.unique(prepared.names[signal, 0]):
        rows = np.flatnonzero(prepared.names[signal, 0] == kind)
        crowding = count_crowding(located, np.sqrt(variance), rows, parameters.n_threads)
        log_rate[rows] = local_rates(crowding, 1.0, rows)[0][rows]
    m = signal.size
    found: list[tuple[Ints, Ints, Floats]] = []
    blocks = build_blocks(located, np.arange(located.lon.size), parameters.n_threads)
    for left, right in chain.from_iterable(candidate_pairs(block, GAP_H) for block in blocks):
        low, high = np.minimum(left, right), np.maximum(left, right)
        chosen = (low < m) & (high >= m)
        s, g = low[chosen], high[chosen]
        total = variance[s] + variance[g]
        d2 = ((located.xyz[s] - located.xyz[g]) ** 2).sum(axis=1)
        longer = np.maximum(located.end[s] - located.start[s], located.end[g] - located.start[g]) + 3600.0
        apart = np.maximum(
            0.0, np.maximum(located.start[s], located.start[g]) - np.minimum(located.end[s], located.end[g])
        )
        nats = np.log(PRODUCES) - np.log(2 * np.pi * total) - 0.5 * d2 / total - np.log(longer) - apart / 7200.0
        found.append((s, g - m, nats - log_rate[s]))
    if not found:
        return none
    s, g, nats = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((g, -nats, s))
    s, g, nats = s[order], g[order], nats[order]
    prob = 1.0 / (1.0 + np.exp(-np.clip(nats, -40, 40)))
    keep = np.concatenate([[True], s[1:] != s[:-1]]) & (prob >= LEAST_PROB) if s.size else np.zeros(0, bool)
    return Attached(row=signal[s[keep]], group=g[keep].astype(np.int32), prob=np.round(prob[keep], 6))
