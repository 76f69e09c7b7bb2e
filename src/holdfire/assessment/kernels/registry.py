"""Registry: the kernel of each kind of clause.

Rule: a kind without an entry cannot be judged, and a document that uses it is refused by ``agreement.check``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from holdfire.assessment.kernels.access import ACCESS
from holdfire.assessment.kernels.cessation import CESSATION
from holdfire.assessment.kernels.corridor import CORRIDOR
from holdfire.assessment.kernels.disengagement import DISENGAGEMENT
from holdfire.assessment.kernels.exchange import EXCHANGE
from holdfire.assessment.kernels.kernel import Kernel
from holdfire.assessment.kernels.no_approach import NO_APPROACH
from holdfire.assessment.kernels.no_fly import NO_FLY
from holdfire.assessment.kernels.no_reinforcement import NO_REINFORCEMENT
from holdfire.assessment.kernels.obligation import OBLIGATION
from holdfire.assessment.kernels.protected import PROTECTED
from holdfire.assessment.kernels.withdrawal import WITHDRAWAL

__all__ = ["KERNELS"]

KERNELS: Mapping[str, Kernel] = MappingProxyType(
    {
        kernel.kind: kernel
        for kernel in (
            CESSATION,
            WITHDRAWAL,
            DISENGAGEMENT,
            PROTECTED,
            NO_FLY,
            NO_APPROACH,
            NO_REINFORCEMENT,
            ACCESS,
            OBLIGATION,
            EXCHANGE,
            CORRIDOR,
        )
    }
)
"""Kernels by the kind that a clause's rule names."""
