"""Hold quotations to their marks, across paragraphs too."""

from __future__ import annotations

import pytest

from holdfire.statements.english.quotes import quotes_in
from holdfire.statements.english.skeleton import skeleton_of


def cut(*texts: str) -> list[list[str]]:
    """Return each paragraph's quotations as text."""
    return [[text[q.start : q.end] for q in here] for text, here in zip(texts, quotes_in(texts), strict=True)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“Go,” he said. “Stay.”", ["“Go,”", "“Stay.”"]),
        ('"Go," he said, and called it "a trap".', ['"Go,"', '"a trap"']),
        ("He said, “She told me ‘no’ and left.”", ["“She told me ‘no’ and left.”"]),
        ("‘We will,’ said the ministers’ aide.", ["‘We will,’"]),
        ("«Go», he said; „Stay“ was not heard.", ["«Go»"]),
        ("The rock 'n' roll of it, the states' rights", []),
        ("“Never closed, he went on and on.", []),
        ("", []),
    ],
)
def test_quotations_of_a_paragraph(text: str, found: list[str]) -> None:
    """Quotations are cut with their marks; what never closes is none."""
    assert [found] == cut(text)


def test_a_quotation_goes_on_in_the_next_paragraph() -> None:
    """A quotation left open goes on where the next paragraph opens again."""
    first, second = quotes_in(["He said: “One.", "“Two.”"])
    assert (True, True) == (first[0].goes_on, second[0].continues)


def test_a_skeleton_has_a_clause_for_a_whole_quotation() -> None:
    """A whole quotation becomes a clause that stands for all of it; a fragment keeps its words without marks."""
    text = "“We went. We came back,” she said, and called it “a trap”."
    skeleton = skeleton_of(text, quotes_in([text])[0])
    assert '"It works," she said, and called it a trap.' == skeleton.text
    at = skeleton.text.index("works")
    assert "“We went. We came back,”" == text[skeleton.starts[at] : skeleton.ends[at]]
    at = skeleton.text.index("trap")
    assert "trap" == text[skeleton.starts[at] : skeleton.ends[at + 3]]
