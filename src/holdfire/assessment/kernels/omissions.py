"""Omissions: what the kernels of duties to do something share.

Turns a deadline into whether the duty has fallen due, and bounds into a judgement without an incident. Rule: before the
deadline there is nothing to judge, and what nobody reported may have been done all the same. Leaves what counts as
doing it to the kernels. Source: DESIGN, section 4.
"""

from __future__ import annotations

import numpy as np

from holdfire.assessment.acts import Bounds
from holdfire.assessment.kernels.exemptions import stated_shares
from holdfire.assessment.kernels.kernel import Judgement, Scene, bound_spans
from holdfire.records.agreement import Reading
from holdfire.records.clauses import Clause

__all__ = ["is_due", "not_done"]


def is_due(clause: Clause, reading: Reading, scene: Scene, deadline_us: int) -> bool:
    """Say whether the deadline has passed, and the reading held the agreement in force just before it."""
    setting = scene.setting
    bound = bound_spans(clause, reading, setting.agreement)
    binds = bool(((bound.start < deadline_us) & (bound.end >= deadline_us)).any())
    return binds and setting.as_of_us is not None and setting.as_of_us >= deadline_us


def not_done(clause: Clause, party: str, lower: float, upper: float) -> Judgement:
    """Return the judgement that a party did not do what it owed, with bounds 0..1; lower is cut to upper."""
    one, nothing = Bounds(np.ones(1), np.ones(1)), np.array([-1])
    return Judgement(
        party=party,
        rows=nothing,
        real=one,
        act=Bounds(np.array([min(lower, upper)]), np.array([upper])),
        place_time=one,
        actor=one,
        no_exemption=stated_shares(clause, party),
    )
