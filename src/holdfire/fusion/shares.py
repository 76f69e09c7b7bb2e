"""Shares: what a group's reports name, into bounds of probability by name.

Rule: a report that names something is right with its own chance; a name that lies above another in the tree
supports it; what nobody is sure of is left to the null name, as a range and not as a guess. A party's word about
its opponent weighs less than a party's word about itself, and one side counts once. Source: DESIGN, section 4.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.fusion.compare import compatible
from holdfire.fusion.compiled import compiled
from holdfire.records.schema import SHARES

__all__ = ["NamedShares", "name_shares", "shares_array"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

MOST_NAMES = 12
"""Names kept for one incident; the likelihood of further ones goes to the null name."""


class NamedShares:
    """Hold bounds by name for each group, flattened.

    Attributes
    ----------
    first : int64, (n_groups + 1,)
        Where each group's entries begin.
    code : int32, (m,)
        Code of the name; -1 = the null name.
    lower, upper : float64, (m,), 0..1
    best : int32, (n_groups,)
        Code of the likeliest name; -1 = nobody names one.
    """

    def __init__(self, first: NDArray[np.int64], code: Ints, lower: Floats, upper: Floats, best: Ints) -> None:
        self.first, self.code, self.lower, self.upper, self.best = first, code, lower, upper, best


@compiled
def _candidates(codes: Ints, n: int, fits: NDArray[np.bool_], depth: Ints, out: Ints) -> int:
    """Collect the distinct names that are not above another one present."""
    n_out = 0
    for a in range(n):
        keep = True
        for b in range(n):
            if codes[a] == codes[b]:
                keep = keep and a <= b
            elif fits[codes[a], codes[b]] and depth[codes[b]] > depth[codes[a]]:
                keep = False
        if keep and n_out < out.size:
            out[n_out] = codes[a]
            n_out += 1
    return n_out


@compiled
def _group_shares(
    codes: Ints, right: Floats, n: int, names: Ints, n_names: int, fits: NDArray[np.bool_], prob: Floats
) -> float:
    """Fill the names' probabilities; return that of something else."""
    other = 0.0
    for a in range(n):
        other += np.log(1.0 - right[a])
    top = other
    for c in range(n_names):
        prob[c] = 0.0
        for a in range(n):
            prob[c] += np.log(right[a]) if fits[names[c], codes[a]] else np.log(1.0 - right[a])
        top = max(top, prob[c])
    total = np.exp(other - top)
    for c in range(n_names):
        total += np.exp(prob[c] - top)
    for c in range(n_names):
        prob[c] = np.exp(prob[c] - top) / total
    return float(np.exp(other - top) / total)


@compiled
def _all_shares(
    first: NDArray[np.int64],
    members: Ints,
    code: Ints,
    right: Floats,
    voice: Ints,
    fits: NDArray[np.bool_],
    depth: Ints,
    out_first: NDArray[np.int64],
    out_code: Ints,
    lower: Floats,
    upper: Floats,
    best: Ints,
) -> int:
    codes, chances, voices = np.empty(256, np.int32), np.empty(256), np.empty(256, np.int32)
    names, prob = np.empty(12, np.int32), np.empty(12)
    at = 0
    for g in range(first.size - 1):
        n = 0
        for k in range(first[g], first[g + 1]):
            row = members[k]
            if code[row] < 0 or n >= codes.size:
                continue
            again = False
            for a in range(n):
                if voices[a] == voice[row] and codes[a] == code[row]:
                    chances[a] = max(chances[a], right[row])
                    again = True
            if not again:
                codes[n], chances[n], voices[n] = code[row], right[row], voice[row]
                n += 1
        out_first[g] = at
        n_names = _candidates(codes, n, fits, depth, names)
        other = _group_shares(codes, chances, n, names, n_names, fits, prob) if n else 1.0
        best[g], top = -1, -1.0
        for c in range(n_names):
            out_code[at], lower[at], upper[at] = names[c], prob[c], min(1.0, prob[c] + other)
            if prob[c] > top:
                best[g], top = names[c], prob[c]
            at += 1
        out_code[at], lower[at], upper[at] = -1, 0.0, other
        at += 1
    out_first[first.size - 1] = at
    return at


def name_shares(
    first: NDArray[np.int64], members: Ints, code: Ints, right: Floats, voice: Ints, words: list[str]
) -> NamedShares:
    """Return bounds by name for each group.

    Parameters
    ----------
    first, members
        Groups as in ``Groups``.
    code : int32, (n,)
        What each report names; -1 = nothing.
    right : float64, (n,), 0..1
        Chance that the report names it rightly; below 1.
    voice : int32, (n,)
        Who speaks; one voice saying a thing twice counts once.
    words : list of str
        Paths behind the codes.
    """
    n_groups = first.size - 1
    depth = np.array([word.count("/") for word in words] or [0], np.int32)
    fits = compatible(words) if words else np.ones((1, 1), bool)
    room = members.size + n_groups
    out_first, out_code = np.zeros(n_groups + 1, np.int64), np.zeros(room, np.int32)
    lower, upper, best = np.zeros(room), np.zeros(room), np.full(n_groups, -1, np.int32)
    used = _all_shares(
        first, members, np.ascontiguousarray(code), right, voice, fits, depth, out_first, out_code, lower, upper, best
    )
    return NamedShares(out_first, out_code[:used], lower[:used], upper[:used], best)


def shares_array(shares: NamedShares, words: list[str]) -> pa.Array:
    """Return the bounds as an Arrow list of structs, rounded to six digits."""
    names = pa.array([*words, None], pa.string()).take(pa.array(np.where(shares.code < 0, len(words), shares.code)))
    fields = [SHARES.value_type.field(k) for k in range(3)]
    entries = pa.StructArray.from_arrays(
        [names, pa.array(np.round(shares.lower, 6)), pa.array(np.round(shares.upper, 6))], fields=fields
    )
    return pa.ListArray.from_arrays(pa.array(shares.first, pa.int32()), entries, type=SHARES)
