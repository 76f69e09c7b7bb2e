"""Commitment: where each promise stood on a day, as it was known on another, and what that adds up to.

Rule: two time axes - ``valid_at`` is the day asked about, ``known_at`` the day of the knowledge; contradictory
statements stand side by side, and what is disputed covers no need. Leaves the folding to ``guarantee.register``.
Source: DESIGN, section 4 (Commitment).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["CapabilityTotal", "Claim", "CommitmentState", "CommitmentStep", "NeedState", "Register"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentStep:
    """Hold one dated event of a commitment; ``known_at`` is when it became known.

    ``by`` is who said it, None = the record's own entry; quantities are None where the step states none.
    """

    status: str
    on: datetime
    known_at: datetime
    evidence: str
    evidence_kind: str = "statement"
    by: str | None = None
    pledged: float | None = None
    allocated: float | None = None
    deployed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Hold what one speaker says of a quantity; ``quantity`` is ``pledged``, ``allocated`` or ``deployed``."""

    quantity: str
    amount: float
    by: str | None
    on: datetime | None
    evidence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentState:
    """Hold one commitment as it stood.

    Attributes
    ----------
    statuses : tuple of str
        One status; several where the latest statements contradict each other; none where nothing was known yet.
    contradictory : bool
    live : bool
        It was promised and not refused, withdrawn or expired by every one of its statuses.
    steps : tuple of CommitmentStep
        What was known, by date; the latest last.
    words : tuple of CommitmentStep
        The last word of everybody whose word stands; several where they are side by side.
    pledged, allocated, deployed : float or None
        Quantities in ``unit``; None = not stated. Where speakers state different ones, the least.
    claims : tuple of Claim
        Every quantity that stands, by quantity and speaker.
    disputed : tuple of str
        The quantities of which speakers state different amounts.
    gates : tuple of str
    expires_at : datetime or None
    """

    commitment_id: str
    guarantor: str
    capability: str
    statuses: tuple[str, ...]
    contradictory: bool
    live: bool
    steps: tuple[CommitmentStep, ...]
    words: tuple[CommitmentStep, ...]
    pledged: float | None
    allocated: float | None
    deployed: float | None
    unit: str | None
    claims: tuple[Claim, ...]
    disputed: tuple[str, ...]
    gates: tuple[str, ...]
    expires_at: datetime | None
    legal_basis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityTotal:
    """Add up the live commitments of one guarantor, capability and unit.

    Attributes
    ----------
    pledged, allocated, deployed : float or None
        Sums of what is stated; None = nobody states one.
    promised_only : float or None
        Pledged and neither allocated nor deployed.
    commitment_ids, without_quantity : tuple of str
        What was added; what is live and states no quantity.
    contradictory : tuple of str
        Those among them whose statements contradict each other.
    """

    guarantor: str
    capability: str
    unit: str | None
    pledged: float | None
    allocated: float | None
    deployed: float | None
    promised_only: float | None
    commitment_ids: tuple[str, ...]
    without_quantity: tuple[str, ...]
    contradictory: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedState:
    """Hold what covers a need. ``covered``, ``promised_only``, ``disputed`` and ``missing`` add up to ``quantity``.

    Attributes
    ----------
    quantity : float
        What is needed, in ``unit``.
    covered : float
        Allocated or deployed, by promises that nobody disputes; ``deployed`` is the part of it that is there.
    promised_only : float
        Pledged and not yet allocated.
    disputed : float
        Pledged, but somebody says that the promise does not stand.
    missing : float
    totals : tuple of CapabilityTotal
        The guarantors that contribute.
    other_units : tuple of str
        Live commitments of this capability that state another unit or none, and cannot be held against it.
    """

    need_id: str
    capability: str
    unit: str
    quantity: float
    deployed: float
    covered: float
    promised_only: float
    disputed: float
    missing: float
    wanted_by: datetime | None
    totals: tuple[CapabilityTotal, ...]
    other_units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Hold every commitment of an agreement at an instant, as known at another."""

    agreement_id: str
    valid_at: datetime
    known_at: datetime
    commitments: tuple[CommitmentState, ...]
    totals: tuple[CapabilityTotal, ...]
    needs: tuple[NeedState, ...] = ()

    def commitment(self, commitment_id: str) -> CommitmentState:
        """Return the commitment of that id; KeyError where there is none."""
        for state in self.commitments:
            if state.commitment_id == commitment_id:
                return state
        raise KeyError(commitment_id)
