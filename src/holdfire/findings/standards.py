"""Standards of proof: what a verdict rests on, in one short sentence.

Turns a verdict, a standard and the factor that would narrow most into words. Rule: a verdict by probability compares
both bounds with the standard's threshold; where they straddle it, it cannot be determined, and the sentence
says what one would have to know. Leaves the bounds to ``assessment`` and people's word to ``review``. Source:
``records.clauses.STANDARDS``; the thresholds are explained in docs/explanation/standards-of-proof.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfire.records.agreement import Agreement
from holdfire.records.assessment import FACTORS
from holdfire.records.clauses import STANDARDS
from holdfire.records.finding import EXCLUDED_BELOW, VERDICTS

__all__ = ["FACTOR_WORDS", "OMISSION_WORDS", "reason_of", "reasons", "standards_of"]

FACTOR_WORDS: Mapping[str, str] = {
    "real": "whether it happened",
    "act": "what was done",
    "place_time": "where and when it happened",
    "actor": "who did it",
    "no_exemption": "whether an exemption applies",
}
"""What one would have to know, for each factor of an incident."""
OMISSION_WORDS: Mapping[str, str] = {**FACTOR_WORDS, "act": "whether it was done in time"}
"""The same for a duty that is breached by what did not happen."""


def standards_of(agreement: Agreement) -> dict[str, str]:
    """Return the standard of proof that each clause asks for."""
    return {clause.id: clause.standard for clause in agreement.clauses}


def reason_of(verdict: str, standard: str, narrows: str | None, *, omission: bool = False) -> str:
    """Return one sentence that says why bounds give a verdict.

    Parameters
    ----------
    verdict : str
        One of ``VERDICTS``.
    standard : str
        A name in ``STANDARDS``.
    narrows : str or None
        The factor that would narrow the bounds most; None = they have no range.
    omission : bool
        True where the duty is to do something.

    Examples
    --------
    >>> reason_of("established", "clear", "actor")
    'Even the lower bound reaches 0.75 (clear).'
    >>> reason_of("cannot determine", "balance", "actor")
    'The bounds straddle 0.5 (balance); knowing who did it would narrow them most.'
    """
    threshold = f"{STANDARDS[standard]:g} ({standard})"
    if verdict == "established":
        return f"Even the lower bound reaches {threshold}."
    if verdict == "not established":
        return f"Even the upper bound stays below {threshold}."
    if verdict == "excluded":
        return f"Even the upper bound stays below {EXCLUDED_BELOW:g}."
    unknown = (OMISSION_WORDS if omission else FACTOR_WORDS)[narrows or "real"]
    return f"The bounds straddle {threshold}; knowing {unknown} would narrow them most."


def _index(column: pa.Array, names: tuple[str, ...]) -> np.ndarray:
    # Position among the names; the number of names stands for null.
    found = pc.fill_null(pc.index_in(column, value_set=pa.array(names, pa.string())), len(names))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)


def reasons(verdict: pa.Array, standard: pa.Array, narrows: pa.Array, omission: pa.Array) -> pa.Array:
    """Return :func:`reason_of` for every row, each distinct sentence made once.

    Parameters
    ----------
    verdict, standard, narrows : pyarrow string array, (n,)
        Narrows may be null.
    omission : pyarrow boolean array, (n,)
    """
    names = tuple(STANDARDS)
    sentences = [
        reason_of(said, by, factor, omission=omitted)
        for omitted in (False, True)
        for said in VERDICTS
        for by in names
        for factor in (*FACTORS, None)
    ]
    place = np.asarray(omission.to_numpy(zero_copy_only=False), dtype=np.int64)
    for column, known in ((verdict, VERDICTS), (standard, names)):
        place = place * len(known) + _index(column, known)
    place = place * (len(FACTORS) + 1) + _index(narrows, FACTORS)
    return pa.array(sentences, pa.string()).take(pa.array(place))
