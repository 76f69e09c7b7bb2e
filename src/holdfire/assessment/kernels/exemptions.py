"""Exemptions: the probability that nothing excuses an act that would breach a clause.

Turns a clause's exemptions and an incident's facts into bounds. Rules: what may excuse widens the range downward; it
narrows it only where it is shown. Several exemptions are joined without assuming independence (Frechet's bounds): at
least one of them holds with at most the sum, and at least the largest, of their probabilities. An excluded group is no
party, so what it did itself is judged by the actor factor; here counts that the target is excluded, given that somebody
bound by the agreement acted. Leaves where fire may be a reply to ``replies``. Source: DESIGN, sections 4 and 5.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.acts import Bounds, share_bounds
from holdfire.assessment.facts import UNNAMED, Facts
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import Clause, Exemption

__all__ = ["excluded_bounds", "no_exemption", "stated_shares"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def excluded_bounds(exemption: Exemption, agreement: Agreement, facts: Facts) -> Bounds:
    """Return bounds of the probability that an act's target is an excluded group, given that a party acted.

    Parameters
    ----------
    exemption : Exemption
        Of kind ``excluded_groups``.
    agreement : Agreement
    facts : Facts

    Returns
    -------
    Bounds, (n,)
        With E in [El, Eu] that a group did it or was its target, and x in [xl, xu] that a group did it:
        [1 - (1 - El) / (1 - xu), 1 - (1 - Eu) / (1 - xl)], cut to 0..1. (0, 1) where no report was held against the
        agreement; (0, 0) where the agreement excludes nobody.
    """
    groups = tuple(group.id for group in agreement.excluded_groups)
    if not groups:
        return Bounds(np.zeros(facts.n), np.zeros(facts.n))
    actors = facts.actors
    is_group = np.array([name in groups for name in actors.names] + [False])[actors.code]
    may_be = is_group | (actors.code == UNNAMED)
    by_group = share_bounds(actors, Bounds(is_group.astype(np.float64), may_be.astype(np.float64)))
    either_lower = np.nan_to_num(facts.excluded_lower, nan=0.0)
    either_upper = np.nan_to_num(facts.excluded_upper, nan=1.0)
    lower = 1.0 - _ratio(1.0 - either_lower, 1.0 - by_group.upper)
    upper = 1.0 - _ratio(1.0 - either_upper, 1.0 - by_group.lower)
    if exemption.groups and set(exemption.groups) < set(groups):
        # The incident says that some group was involved, not which.
        lower = np.zeros(facts.n)
    upper = np.clip(upper, 0.0, 1.0)
    return Bounds(np.minimum(np.clip(lower, 0.0, 1.0), upper), upper)


def _ratio(part: Floats, whole: Floats) -> Floats:
    # part / whole, at most 1; 0 where there is no part.
    ratio = np.where(part > 0.0, 1.0, 0.0)
    np.divide(part, whole, out=ratio, where=whole > part)
    return ratio


def no_exemption(
    clause: Clause,
    party: str,
    *,
    agreement: Agreement,
    facts: Facts,
    rows: Ints,
    replies: Callable[[Exemption, str, Ints], Floats],
) -> Bounds:
    """Return bounds of the probability that no exemption of a clause excuses what a party did.

    Parameters
    ----------
    clause : Clause
    party : str
        Who would claim the exemption.
    agreement : Agreement
    facts : Facts
        The chunk's incidents.
    rows : int64, (m,)
        Incidents of the chunk.
    replies : function of (exemption, party, rows) to float64, (m,)
        The greatest probability that incidents of the chunk answer the other side's fire.
    """
    least, most = np.zeros(rows.size), np.zeros(rows.size)
    for exemption in clause.exemptions:
        if exemption.parties and party not in exemption.parties:
            continue
        if exemption.kind == "excluded_groups":
            excuses = excluded_bounds(exemption, agreement, facts)
            lower, upper = excuses.lower[rows], excuses.upper[rows]
        elif exemption.kind == "return_fire":
            lower = np.zeros(rows.size)
            upper = replies(exemption, party, rows) * exemption.share[1]
        else:
            lower, upper = (np.full(rows.size, bound) for bound in exemption.share)
        least, most = np.maximum(least, lower), most + upper
    return Bounds(np.maximum(0.0, 1.0 - most), 1.0 - least)


def stated_shares(clause: Clause, party: str) -> Bounds:
    """Return bounds of the probability that no exemption excuses an omission: one element.

    Only exemptions that state their share can; the others speak of an act and its target.
    """
    shares = [
        exemption.share
        for exemption in clause.exemptions
        if exemption.kind in ("self_defence", "notified_works")
        and (party in exemption.parties or not exemption.parties)
    ]
    most = sum(upper for _, upper in shares)
    least = max((lower for lower, _ in shares), default=0.0)
    return Bounds(np.array([max(0.0, 1.0 - most)]), np.array([1.0 - least]))
