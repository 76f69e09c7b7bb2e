"""Hold proposals to what may be proposed, with their evidence."""

from __future__ import annotations

import pytest

from holdfire.app.statements import read_content
from holdfire.errors import InputError
from holdfire.records.statement import ReadDocument
from holdfire.statements.propose import entry_of

PROMISE = "14 March 2031\n\nNorway pledged to train 500 soldiers for the truce force once parliament has voted."


def read(text: str) -> ReadDocument:
    """Return what is read from a text."""
    return read_content("case.txt", text.encode())


def test_a_promise_becomes_an_entry_with_its_evidence() -> None:
    """Capability, number, condition and the stated step come from the words, and the evidence names their place."""
    document = read(PROMISE)
    (commitment,) = document.commitments
    entry = entry_of(document, commitment, "norway")
    (step,) = entry.steps
    assert ("norway", "training", 500.0, "soldiers") == (entry.guarantor, entry.capability, entry.pledged, entry.unit)
    assert [{"en": "once parliament has voted"}] == entry.conditions
    assert ("stated", "2031-03-14") == (step.status, step.on)
    span = commitment.span
    assert step.evidence.startswith(f"case.txt:{span.start}-{span.end}: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PROMISE.replace("Norway pledged", "Norway wants"), "no promise"),
        (PROMISE.replace("14 March 2031\n\n", ""), "no day"),
    ],
)
def test_what_is_no_promise_or_has_no_day_is_refused(text: str, words: str) -> None:
    """A wish is no promise, and a promise stands on a day."""
    document = read(text)
    with pytest.raises(InputError, match=words):
        entry_of(document, document.commitments[0], "norway")
