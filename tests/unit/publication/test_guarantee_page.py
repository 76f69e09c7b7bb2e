"""Facts about the bulletin's guarantee page: what stands, changed and is owed, and what the public sees of it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from holdfire.guarantee.gates import judge_gate
from holdfire.guarantee.ladder import judge_ladders
from holdfire.guarantee.register import judge_commitments
from holdfire.publication.bulletin import compose
from holdfire.publication.redact import redact
from holdfire.publication.render import render_html, render_pdf
from holdfire.publication.views import page_of
from holdfire.records.bulletin import Bulletin, BulletinInputs
from holdfire.records.guarantee_day import GuaranteeDay
from tests.unit.guarantee.casefile import Facts, agreement_of
from tests.unit.publication.case_factory import DAY_END, DAY_START
from tests.unit.publication.test_render import SNAPSHOTS, visible

SECTIONS = ("guarantors", "needs", "commitments", "gates", "ladder")
CHANGES: dict[str, Any] = {
    "needs": [{"id": "n", "capability": "sea", "quantity": 6, "unit": "ships", "wanted_by": "2031-06-01"}],
    "commitments": [
        {
            "id": "ships",
            "guarantor": "force",
            "capability": "sea",
            "text": {"en": "Ships in the strait.", "uk": "Кораблі в протоці."},
            "unit": "ships",
            "gates": ["in-force"],
            "expires": "2031-12-31",
            "steps": [
                {"status": "stated", "on": "2031-01-01", "evidence": "Letter", "pledged": 4},
                {"status": "resourced", "on": "2031-05-14 09:00", "evidence": "Budget", "allocated": 1.5},
            ],
        },
        {
            "id": "tugs",
            "guarantor": "envoys",
            "capability": "sea",
            "text": {"en": "Tugs.", "uk": "Буксири."},
            "unit": "ships",
            "steps": [
                {"status": "stated", "on": "2031-02-01", "evidence": "TV", "by": "Minister A", "pledged": 1},
                {"status": "refused", "on": "2031-02-02", "evidence": "TV", "by": "Spokesperson B"},
            ],
        },
    ],
    "gates": [
        {"id": "in-force", "title": {"en": "Only in force"}, "requires": [{"in_force": True}]},
        {
            "id": "backup",
            "title": {"en": "Backup"},
            "requires": [
                {"any_of": [{"rung_used": "response"}, {"breaches": {"min_severity": 4}}]},
                {"quiet_days": 2, "zone": "area"},
                {"mandate": {"en": "Parliament", "uk": "Парламент"}},
            ],
        },
    ],
}
FACTS: dict[str, Any] = {
    "findings": [
        {"id": "a", "clause": "fire", "party": "north", "at": "2031-05-13 21:00", "prob": 0.97},
        {"id": "b", "clause": "fire", "party": "south", "at": "2031-05-14 03:00", "prob": [0.7, 0.97]},
    ],
    "decided": [{"rung": "warning", "says": "given", "by": "Envoy Fictional", "at": "2031-05-14 10:00"}],
    "used": [{"rung": "warning", "at": "2031-05-14 11:00", "by": "Envoy Fictional"}],
}


def guarantee() -> GuaranteeDay:
    """Return the invented guarantee at both ends of the day."""
    agreement = agreement_of(CHANGES)
    facts = Facts.of(FACTS, agreement)

    def states(at: datetime) -> tuple[Any, Any, Any]:
        arguments = facts.arguments(at, "main")
        gates = tuple(judge_gate(agreement, gate.id, **arguments) for gate in agreement.gates)
        return judge_ladders(agreement, **arguments), gates, judge_commitments(agreement, valid_at=at, known_at=at)

    now, before = states(DAY_END), states(DAY_START)
    return GuaranteeDay(
        as_of=DAY_END,
        before_at=DAY_START,
        ladders=now[0],
        gates=now[1],
        register=now[2],
        ladders_before=before[0],
        gates_before=before[1],
        register_before=before[2],
    )


@pytest.fixture(scope="module")
def inputs(case: BulletinInputs) -> BulletinInputs:
    """Return the fictional case with the invented guarantee in its agreement."""
    held = agreement_of(CHANGES)
    agreement = case.agreement.model_copy(update={name: getattr(held, name) for name in SECTIONS})
    return replace(case, agreement=agreement, guarantee=guarantee())


@pytest.fixture(scope="module")
def restricted(inputs: BulletinInputs) -> Bulletin:
    """Return the restricted bulletin in English."""
    return compose(inputs, start=DAY_START, end=DAY_END, language="en")


@pytest.fixture(scope="module")
def public(inputs: BulletinInputs) -> Bulletin:
    """Return the public bulletin in Ukrainian."""
    return compose(redact(inputs, audience="public", end=DAY_END), start=DAY_START, end=DAY_END, language="uk")


def test_an_agreement_without_a_guarantee_has_no_such_page(bulletin: Bulletin) -> None:
    """Without ladder, gates and commitments nothing is said of a guarantee, and the clauses stay the third part."""
    page = render_html(bulletin)
    assert page_of(bulletin).guarantee is None
    assert b'id="guarantee"' not in page
    assert b'<h2 id="clauses"><span class="no">3</span>' in page


def test_the_parts_after_the_guarantee_count_on(restricted: Bulletin) -> None:
    """The guarantee is the third part, the clauses are the fourth, the data the twelfth."""
    page = render_html(restricted).decode()
    for name, number in (("guarantee", 3), ("clauses", 4), ("data", 12)):
        assert f'<h2 id="{name}"><span class="no">{number}</span>' in page


def test_what_changed_since_yesterday_is_told(restricted: Bulletin) -> None:
    """The warning was owed and is done, the gate is as it was, a commitment got its budget."""
    view = page_of(restricted).guarantee
    assert view is not None
    assert [
        "Rung “Warning” (main): was due, to be decided, is done.",
        "Rung “Response” (main): was quiet, is cannot be determined.",
        "Commitment “Ships in the strait”: was stated (4 / – / – ships), is resourced (4 / 1.5 / – ships).",
    ] == [note.text for note in view.changes]


def test_a_day_on_which_nothing_changed_says_so(inputs: BulletinInputs) -> None:
    """Where both ends of the period are the same, one sentence says so."""
    day = inputs.guarantee
    assert day is not None
    same = replace(day, ladders_before=day.ladders, gates_before=day.gates, register_before=day.register)
    view = page_of(compose(replace(inputs, guarantee=same), start=DAY_START, end=DAY_END, language="en")).guarantee
    assert view is not None
    assert ["Nothing changed: every rung, gate and commitment stands as it stood."] == [n.text for n in view.changes]


def test_what_is_due_and_what_is_contradicted_stands_out(restricted: Bulletin) -> None:
    """Ships whose gate is open are due; words that contradict each other stand side by side with their speakers."""
    view = page_of(restricted).guarantee
    assert view is not None
    assert "Due now, since every gate before it is open: Ships in the strait." == view.commitments.notes[0].text
    said = "stated (Minister A, 1 February 2031); refused (Spokesperson B, 2 February 2031)"
    assert f"Side by side, “Tugs”: {said}." == view.commitments.after[0].text
    assert ("sea (by 1 June 2031, 02:00)", "6", "1.5", "0", "2.5", "1", "1", "ships") == view.needs.rows[0].cells


def test_the_public_sees_no_person_and_no_finding(public: Bulletin) -> None:
    """Names of those who acted or spoke, and ids of findings, are in neither the page nor the print."""
    pages = [
        render_html(public).decode(),
        " ".join(p.extract_text() for p in PdfReader(io.BytesIO(render_pdf(public))).pages),
    ]
    hidden = ("Envoy Fictional", "Minister A", "Spokesperson B", "f/a", "Budget")
    assert [] == [name for page in pages for name in hidden if name in page]
    assert "названа особа" in pages[0]


def test_the_digest_depends_on_the_guarantee(inputs: BulletinInputs, restricted: Bulletin) -> None:
    """Another state of the guarantee is another content."""
    other = compose(replace(inputs, guarantee=None), start=DAY_START, end=DAY_END, language="en")
    assert other.content_sha256 != restricted.content_sha256


@pytest.mark.parametrize("name", ["guarantee.en.txt", "guarantee.public.uk.txt"])
def test_the_guarantee_page_says_what_it_said(name: str, restricted: Bulletin, public: Bulletin) -> None:
    """What a reader sees is what was looked over; after a wanted change, write the file anew."""
    whole = visible(render_html(public if "public" in name else restricted))
    head, end = ("Гарантія", "За положеннями угоди") if "public" in name else ("The guarantee", "Clause by clause")
    found = whole[whole.index(f"3{head}") : whole.index(f"4{end}")]
    assert (SNAPSHOTS / name).read_text(encoding="utf-8") == found


def test_the_print_has_the_page_too(restricted: Bulletin) -> None:
    """The PDF tells the ladder, its gates and the commitments."""
    text = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(render_pdf(restricted))).pages)
    for words in (
        "The guarantee",
        "Rung “Warning” (main): was due, to be decided, is done.",
        "Envoy Fictional",
        "Side by side",
    ):
        assert words in text


UTC_DAY = datetime(2031, 5, 14, 19, tzinfo=UTC)


def test_the_day_ends_where_the_period_ends(restricted: Bulletin) -> None:
    """The page states the instant that it is judged at."""
    view = page_of(restricted).guarantee
    assert view is not None
    assert UTC_DAY == DAY_END
    assert "As it stands on 15 May 2031, 00:00, by what is known now." == view.as_of
