"""Propose: from a commitment that was read to an entry of the guarantee's register, for a named person to confirm.

Turns ``ProposedCommitment`` into ``CommitmentEntry``. Rules: only what may be proposed is turned; the one step is
*stated*, on the day that the document states, and its evidence names document and characters; nothing is added that the
document does not say. Leaves confirming to a named person and the register to ``guarantee``.
"""

from __future__ import annotations

from hashlib import sha256

from holdfire.errors import InputError
from holdfire.records.promises import CAPABILITIES, CommitmentEntry, StatusStep
from holdfire.records.statement import ProposedCommitment, ReadDocument

__all__ = ["entry_of"]


def entry_of(document: ReadDocument, commitment: ProposedCommitment, guarantor: str) -> CommitmentEntry:
    """Return the entry that a commitment proposes.

    Parameters
    ----------
    guarantor : str
        Id in the agreement of whom the commitment binds.

    Raises
    ------
    InputError
        It may not be proposed, names no capability of the register, or the document states no day.
    """
    where = f"{document.name}:{commitment.span.start}-{commitment.span.end}"
    if not commitment.may_be_proposed:
        raise InputError(
            f"This is no promise of the speaker's own: {commitment.modality}, {commitment.polarity}.",
            where,
            "Only an own, positive commitment of 'will' to 'planned' may be proposed.",
        )
    if commitment.capability not in CAPABILITIES:
        raise InputError(
            f"The register has no capability {commitment.capability!r}.", where, "Name the capability by hand."
        )
    if document.published_on is None:
        raise InputError("The document states no day.", where, "Give the day by hand: a commitment stands on a day.")
    words = " ".join(commitment.span.text.split())
    mark = sha256(f"{where}\n{commitment.span.text}".encode()).hexdigest()[:8]
    return CommitmentEntry(
        id=f"{guarantor[:50]}-{commitment.capability}-{mark}",
        guarantor=guarantor,
        capability=commitment.capability,  # type: ignore[arg-type]
        text={document.language: words},
        pledged=commitment.quantity,
        unit=commitment.unit,
        conditions=[{document.language: " ".join(one.span.text.split())} for one in commitment.conditions],
        steps=[StatusStep(status="stated", on=document.published_on.isoformat(), evidence=f"{where}: {words}")],
    )
