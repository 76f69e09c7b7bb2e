"""Hold the corpus view: one statement told often is one, changes have days, contradictions name both sides."""

from __future__ import annotations

from itertools import permutations

import pytest

from holdfire.app.statements import read_in_corpus
from holdfire.records.statement_corpus import CorpusDocument, CorpusView, Series, corpus_json
from holdfire.statements.timeline import corpus_view

PROMISE = "“We will send 500 troops once the truce is signed by all,” German Chancellor Otto Brandt said."
FILL = {
    "a.txt": "The hall was cold and the talks went on for eleven hours, with two short breaks for tea and a quarrel.",
    "b.txt": "Markets hardly moved that morning; traders had long ago stopped listening to speeches from that town.",
}


def read(name: str, day: str, *paragraphs: str) -> CorpusDocument:
    """Return an article of some day."""
    return read_in_corpus(name, "\n\n".join([day, *paragraphs]).encode())


def series(view: CorpusView, actor: str, capability: str) -> Series:
    """Return the one series of an actor and a capability."""
    (one,) = [one for one in view.timeline if (one.actor, one.capability) == (actor, capability)]
    return one


def test_independent_tellings_are_joined_and_counted() -> None:
    """Two articles that share the quotation alone are two tellings of one statement; the earliest stands."""
    later = read("a.txt", "15 March 2031", FILL["a.txt"], PROMISE)
    earlier = read("b.txt", "14 March 2031", FILL["b.txt"], PROMISE)
    (one,) = corpus_view([later, earlier]).statements
    assert ("b.txt", ["a.txt"], 2) == (one.first.document, [r.document for r in one.repeated_by], one.n_independent)


def test_whoever_copies_counts_once() -> None:
    """A reprint is listed among the tellings and adds no independent one."""
    view = corpus_view(
        [read(name, f"{day} March 2031", FILL["a.txt"], PROMISE) for name, day in (("a.txt", 14), ("copy.txt", 15))]
    )
    (one,) = view.statements
    assert (1, 1, 1) == (len(one.repeated_by), one.n_independent, view.n_copies)


def test_the_unnamed_are_joined_in_copies_alone() -> None:
    """What officials without a name say in two articles may be two officials' word; in a reprint it is one."""
    words = "“The force will leave before the winter,” said an official who asked not to be named."
    first = read("a.txt", "14 March 2031", FILL["a.txt"], words)
    other = read("b.txt", "15 March 2031", FILL["b.txt"], words)
    copy = read("c.txt", "15 March 2031", FILL["a.txt"], words)
    assert [2, 1] == [len(corpus_view([first, one]).statements) for one in (other, copy)]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("15 March 2031", PROMISE.replace("500", "900")),
        ("15 March 2031", PROMISE.replace("will send", "will not send")),
        ("15 March 2031", PROMISE.replace("German Chancellor Otto Brandt", "Polish Foreign Minister Ewa Nowak")),
        ("15 May 2031", PROMISE),
    ],
    ids=["number", "negation", "speaker", "weeks later"],
)
def test_what_differs_is_not_joined(day: str, words: str) -> None:
    """Another number, a negation, another speaker and another month each make another statement."""
    first = read("a.txt", "14 March 2031", FILL["a.txt"], PROMISE)
    assert 2 == len(corpus_view([first, read("b.txt", day, FILL["b.txt"], words)]).statements)


def test_own_words_change_over_time() -> None:
    """Exploring, then planned, then refused: each change has its days, its direction and its statements."""
    said = {
        "1 March 2031": "German Chancellor Otto Brandt said Germany is exploring sending 500 troops to Ukraine.",
        "9 March 2031": "“We will send 500 troops to Ukraine,” German Chancellor Otto Brandt said.",
        "20 March 2031": "“We will not send troops to Ukraine,” German Chancellor Otto Brandt said.",
    }
    view = corpus_view([read(f"{n}.txt", day, words) for n, (day, words) in enumerate(said.items())])
    first, second = series(view, "Germany", "reassurance_force").changes
    assert (("exploring",), ("will",), "stronger") == (first.before, first.after, first.direction)
    assert (("refused",), "taken back", "2031-03-20") == (second.after, second.direction, second.on.isoformat())


def test_a_claim_about_another_and_its_denial_contradict() -> None:
    """X says that Y had agreed, Y refuses: both sides are named, and X's word changes nothing of Y's."""
    claim = read(
        "a.txt", "14 March 2031", "French President Luc Martin said that Germany had agreed to send 500 troops."
    )
    denial = read("b.txt", "15 March 2031", "“We will not send troops,” German Chancellor Otto Brandt said.")
    one = series(corpus_view([claim, denial]), "Germany", "reassurance_force")
    (found,) = one.contradictions
    assert ("denied", ()) == (found.kind, one.changes)
    assert "Luc Martin says of Germany: agreed" in found.text
    assert "(Otto Brandt) is: refused" in found.text


def test_the_order_of_documents_is_immaterial() -> None:
    """Any order of reading gives the same view."""
    documents = [
        read("a.txt", "14 March 2031", FILL["a.txt"], PROMISE),
        read("b.txt", "15 March 2031", FILL["b.txt"], PROMISE),
        read("c.txt", "no day here", "“We will not send troops,” German Chancellor Otto Brandt said."),
    ]
    views = [corpus_json(corpus_view(order)) for order in permutations(documents)]
    assert all(view == views[0] for view in views)
    assert 1 == views[0]["n_undated"]


def test_no_document_gives_an_empty_view() -> None:
    """Nothing read is an empty view."""
    view = corpus_view([])
    assert (0, (), ()) == (view.n_documents, view.statements, view.timeline)
