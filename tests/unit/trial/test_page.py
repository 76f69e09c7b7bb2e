"""Facts about the trial's page: it stands alone, it escapes, and it says what was not measured."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from holdfire.trial.page import render_trial
from holdfire.trial.words import CHANGES, LANGUAGES, STANDARDS, WORDS


def delay(median: float | None) -> dict[str, Any]:
    return {"median": median, "in_90": median, "n": 0 if median is None else 5}


def share(n_hit: int, n: int) -> dict[str, Any]:
    return {"value": n_hit / n if n else None, "low": 0.0, "high": 1.0, "n_hit": n_hit, "n": n}


def after(median: float | None) -> dict[str, Any]:
    shares = None if median is None else {"reporting_h": 0.5, "verification_h": 0.25, "order_h": 0.0, "clock_h": 0.25}
    return {
        "power": share(3, 4),
        "power_in_7_days": share(2, 4),
        "delay_h": delay(median),
        "shares": shares,
        "overdue": share(1, 4),
    }


def document(title: str = "A ladder", median: float | None = 12.0) -> dict[str, Any]:
    """Return a small document with every section."""
    rung = {
        "rung_id": "warning",
        "quiet_days": 600.0,
        "false_per_30_days": {"value": 0.5, "low": 0.2, "high": 1.1, "n": 10},
        "false_time_share": 0.01,
        "windows": {"wrong_of_fired": share(1, 40), "wrong_of_all": share(1, 900)},
        "attack": after(median),
        "sustained": [{"per_day": 1.0, **after(median)}],
    }
    when = {"at_least": 3, "window": "24 h", "prob": 0.9, "parties": ["north"], "verified_only": True, "spread": 2,
            "persistence": "12 h"}  # fmt: skip
    rule = {"at_least": 1, "window": "24 h", "prob": 0.9, "standard": "clear", "false": 0.5, "delay_h": 6.0,
            "power": 1.0, "dominated": False, "is_written": True}  # fmt: skip
    short = {"rung_id": "warning", "false_per_30_days": 0.1, "delay_h": None, "power": 0.5, "n_delays": 0}
    lie = {"rung_id": "warning", "aim": "fire", "way": "forge", "model": "learned", "tried_up_to": 96,
           "without_lies": False}  # fmt: skip
    return {
        "agreement": {"id": "a", "version": "1", "title": {"en": title}, "ladder": {"en": "Steps"},
                      "parties": {"north": {"en": "North"}}},
        "settings": {"n_worlds": 10, "n_days": 90, "per_day": 5.0, "decision_h": 12.0, "seed": 1},
        "ladder": [{"id": "warning", "title": {"en": "Warning", "uk": "Попередження"}, "when": when}],
        "rungs": [rung],
        "sensitivity": [{"change": "base", "rungs": [short]}],
        "search": [{"rung_id": "warning", "rules": [rule, {**rule, "dominated": True, "false": 0.9}]}],
        "lies": [
            {**lie, "n_reports": 6, "n_sources": 2, "n_days": 1},
            {**lie, "n_reports": None, "n_sources": None, "n_days": None},
            {**lie, "n_reports": None, "n_sources": None, "n_days": None, "without_lies": True, "tried_up_to": 0},
        ],
        "replays": [
            {"title": "Syria", "first_day": "2016-02-27", "last_day": "2016-05-26", "n_days": 90, "attribution": "UCDP",
             "left_out": ["warning: gates"], "rungs": [{"rung_id": "warning", "n_days_stood": 2, "n_days_perhaps": 3,
             "n_began": 1, "first_on": None}]},
        ],
        "whole": {"n_worlds": 4, "n_days": 30, "rungs": [{"rung_id": "warning", "by_whole": short, "by_fast": short}]},
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_alone(language: str) -> None:
    """No script, no address and no picture from elsewhere; the policy forbids them all."""
    page = html.unescape(render_trial(document(), language).decode())
    assert "default-src 'none'" in page
    assert [] == re.findall(r"<script|<link|<img|https?://(?!www\.w3\.org/2000/svg)", page)


def test_the_same_document_gives_the_same_bytes() -> None:
    """A page is a function of its document."""
    assert render_trial(document(), "uk") == render_trial(document(), "uk")


def test_texts_of_an_agreement_are_escaped() -> None:
    """A title that looks like markup is shown as text."""
    page = render_trial(document("<script>alert(1)</script>"), "en").decode()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_what_was_not_measured_is_said_to_be_so() -> None:
    """Without a delay the page has no number there."""
    page = render_trial(document(median=None), "en").decode()
    assert WORDS["no_delay"][0] in page
    said = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert "None" not in said and "nan " not in said


def test_a_lie_that_was_not_needed_is_told_apart_from_one_that_was_not_found() -> None:
    """The price of a lie says whether nothing was found, or nothing was needed."""
    page = render_trial(document(), "en").decode()
    assert "not found up to 96" in page
    assert WORDS["anyway_fire"][0] in page


def test_every_sentence_is_there_in_both_languages_with_the_same_values() -> None:
    """The Ukrainian sentence names just the values that the English one names."""
    for pair in (*WORDS.values(), *CHANGES.values(), *STANDARDS.values()):
        assert all(pair)
        english, ukrainian = (sorted(set(re.findall(r"\{(\w+)\}", words))) for words in pair)
        assert english == ukrainian
