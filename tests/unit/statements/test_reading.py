"""Hold attribution to sentences of every kind, and every span to the document."""

from __future__ import annotations

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfire.app.statements import read_content
from holdfire.errors import ReadError
from holdfire.records.statement import FORMS, POLARITIES, ReadDocument, Span, Statement, public_json


@cache
def read(text: str) -> ReadDocument:
    """Return what is read from a text."""
    return read_content("case.txt", text.encode())


def parts(statement: Statement) -> tuple[str | None, str | None, list[str]]:
    """Return a statement's source, cue and content as text."""
    source = None if statement.source_span is None else statement.source_span.text
    cue = None if statement.cue_span is None else statement.cue_span.text
    return source, cue, [span.text for span in statement.content_spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The minister said that it was over.", ("The minister", "said", ["that it was over"])),
        ("“It is over,” said Jan Wolski, the minister.", ("Jan Wolski, the minister", "said", ["“It is over,”"])),
        ("“It,” she said, “is over.”", ("she", "said", ["“It,”", "“is over.”"])),
        ("The deal, he said, was dead.", ("he", "said", ["The deal", "was dead"])),
        ("It is over, according to two officials.", ("two officials", "according to", ["It is over"])),
        ("According to the army, nobody was hurt.", ("the army", "According to", ["nobody was hurt"])),
        ("Poland promised to send observers.", ("Poland", "promised", ["to send observers"])),
        ("The envoy did not say that it was over.", ("The envoy", "did not say", ["that it was over"])),
        ("Kyiv accused Moscow of cheating.", ("Kyiv", "accused", ["Moscow of cheating"])),
        ("He is confident that it will hold.", ("He", "is confident", ["that it will hold"])),
        ("The senator called the plan a trap.", ("The senator", "called", ["the plan a trap"])),
        ("She declined to say whether it was over.", ("She", "declined to say", ["whether it was over"])),
        ("The general is said to have fled.", (None, "is said", ["The general", "to have fled"])),
        ("Rome ruled out sending troops.", ("Rome", "ruled out", ["sending troops"])),
    ],
)
def test_parts(text: str, expected: tuple[str | None, str | None, list[str]]) -> None:
    """Source, cue and content are cut where the conventions cut them."""
    assert expected == parts(read(text).statements[0])


def test_a_quotation_of_two_paragraphs_is_one_content() -> None:
    """A quotation that runs on belongs to one statement."""
    text = "“We lost the bridge,” he said. “We lost the road.\n\n“We kept the hill.”"
    (statement,) = read(text).statements
    assert ["“We lost the bridge,”", "“We lost the road.", "“We kept the hill.”"] == parts(statement)[2]


def test_speakers_are_resolved() -> None:
    """A pronoun, an office and a surname mean the person named before, with office and state."""
    text = (
        "Finland's finance minister, Jukka Halme, said no.\n\n“We wait,” he said.\n\nThe minister added that it was "
        "late.\n\nHalme denied that it mattered."
    )
    speakers = [s.speaker for s in read(text).statements]
    assert 4 == len([s for s in speakers if s == speakers[0]]) or 3 == len(speakers)
    assert ("Jukka Halme", "finance minister", "Finland") == (
        speakers[-1].name,
        speakers[-1].office,
        speakers[-1].country,
    )
    assert 1 == len(set(speakers))


def test_hearsay_is_counted() -> None:
    """Who relays another's word, and the word relayed, are both hearsay; a word of one's own is not."""
    text = (
        "The Finnish minister Jukka Halme said that President Vega told him that he would agree. "
        "Halme said it was late."
    )
    levels = [s.hearsay_level for s in read(text).statements]
    assert [1, 1, 0] == levels


def test_the_news_article_of_the_finance_minister() -> None:
    """All five speak, every condition stands, and neither hearsay nor belief nor exploring is a proposal."""
    text = (
        "HELSINKI, 14 March 2031 — Finland's finance minister, Jukka Halme, said on Thursday that European states are "
        "prepared to send troops to guarantee a ceasefire “with the expectation” of an American backup.\n\n"
        "Halme said that President Ramon Vega “said he would agree” to the plan. He believes that “they have agreed” "
        "on the essentials.\n\nNorway's prime minister, Ann Holm, announced that her country “is ready” to "
        "contribute 200 observers once a truce is signed, subject to approval by parliament.\n\n"
        "Turkey “is exploring” the use of its bases for the mission, according to two diplomats."
    )
    document = read(text)
    assert {"Jukka Halme", "Ramon Vega", "Ann Holm", "two diplomats"} <= {
        s.speaker.name or (s.source_span.text if s.source_span else "") for s in document.statements
    } | {s.source_span.text for s in document.statements if s.source_span}
    proposals = [c for c in document.commitments if c.may_be_proposed]
    assert [(("Norway",), "prepared", "monitoring", 200.0, "observers")] == [
        (c.actors, c.modality, c.capability, c.quantity, c.unit) for c in proposals
    ]
    assert [("European states",), ("Ramon Vega",), ("they",), ("Norway",), ("Türkiye",)] == [
        c.actors for c in document.commitments
    ]
    types = [(one.type, one.span.text) for c in document.commitments for one in c.conditions]
    assert [
        ("expectation", "“with the expectation” of an American backup"),
        ("temporal", "once a truce is signed"),
        ("legal", "subject to approval by parliament"),
    ] == types


def spans_of(document: ReadDocument) -> list[Span]:
    """Return every span of a document."""
    found = [] if document.headline is None else [document.headline]
    for s in document.statements:
        found += [one for one in (s.source_span, s.cue_span, *s.content_spans) if one is not None]
    for c in document.commitments:
        found += [c.span, *(one.span for one in c.conditions)]
    return found


WORDS = st.lists(
    st.sampled_from(
        [
            "said", "that", "he", "The minister", "“", "”", '"', "‘", "’", ",", ".", ";", ":", "will send troops",
            "truce",
            "according to", "told", "\n\n", "\r\n", " \u200f", "cafe\u0301", "if", "Poland", "not", "agreed to", "—",
        ]
    ),
    max_size=40,
)  # fmt: skip


@given(WORDS)
@settings(max_examples=60)
def test_every_span_stands_in_the_document(words: list[str]) -> None:
    """Whatever the text, each span is cut exactly out of it, and each field has a value of its list."""
    text = " ".join(words)
    document = read_content("case.txt", text.encode())
    assert all(text[span.start : span.end] == span.text and span.text for span in spans_of(document))
    assert all(s.form in FORMS and s.polarity in POLARITIES and 0 <= s.prob <= 1 for s in document.statements)
    ids = {s.id for s in document.statements}
    assert {c.statement for c in document.commitments} <= ids


def test_public_json_has_the_named_fields() -> None:
    """The JSON of a statement and of a commitment has its fields, and no other in a statement."""
    shape = public_json(read("Norway pledged to train 500 soldiers for the truce force."))
    (statement,) = shape["statements"]
    assert [
        "id", "speaker", "source_span", "cue_span", "content_spans", "form", "hearsay_level", "polarity", "prob"
    ] == list(statement)  # fmt: skip
    assert {"name": "Norway", "office": None, "country": "Norway"} == statement["speaker"]
    (commitment,) = shape["commitments"]
    assert {
        "statement", "actors", "capability", "modality", "span", "conditions", "own", "polarity", "prob"
    } <= set(commitment)  # fmt: skip
    assert json.loads(json.dumps(shape)) == shape


def test_another_script_is_refused() -> None:
    """A text in letters that no rules read is refused, not read as English."""
    with pytest.raises(ReadError, match="Cyrillic"):
        read_content("a.txt", "Міністр сказав, що війська готові.".encode())


def test_an_empty_document_has_no_statement() -> None:
    """No text, no statement."""
    assert () == read("").statements == read("  \n ").statements
