"""Facts about knobs and presets."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, get_args, get_type_hints

import pytest

from holdfire.errors import DocumentError, InputError
from holdfire.records.source import SOURCE_KINDS
from holdfire.simulate.check_knobs import check_knobs, read_knobs
from holdfire.simulate.knobs import DEFAULT_SOURCES, Knobs, SourceKnobs
from holdfire.simulate.presets import NEEDS_AGREEMENT, PRESETS, preset


def test_all_faults_of_knobs_are_named_at_once() -> None:
    """Knobs out of range are all named, each with its range and the value seen."""
    with pytest.raises(DocumentError) as caught:
        check_knobs(replace(Knobs(), blunders=1.5, n_days=0, error_scale=float("nan"), wording="grand"))  # type: ignore[arg-type]
    said = [fault.what for fault in caught.value.faults]
    assert "Knob 'n_days' is 1 to 70,000: 0." in said
    assert "Knob 'blunders' is 0 to 1: 1.5." in said
    assert "Knob 'error_scale' is 0.05 to 20: nan." in said
    assert 4 == len(said)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"blunder: 0.1", "No knob is called 'blunder'."),
        (b"n_days: 2.5", "Knob 'n_days' is 1 to 70,000: 2.5."),
        (b"incidents_per_day: 0", "Knob 'incidents_per_day' is above 0 to 1,000,000: 0."),
        (b"place_errors: cauchy", "Knob 'place_errors' is none of its choices: 'cauchy'."),
        (b"[1, 2]", "Knobs are a mapping of names and values."),
        (b"sources: []", "A world needs at least one source."),
        (b"sources: [{kind: media}]", "Knob 'sources[0]' lacks its 'source_id'."),
        (
            b"sources: [{source_id: a, kind: media, precise: 0.9}]",
            "Source 'a': precise, settlement and district add up to 1: 1.4.",
        ),
        (
            b"sources: [{source_id: a, kind: media, daily: 0.9}]",
            "Source 'a': hourly and daily are at most 1 together: 1.2.",
        ),
        (
            b"sources: [{source_id: a, kind: media, copies_from: [b]}]",
            "Source 'a': It cannot copy the source 'b': the world has no other of that name.",
        ),
        (
            b"sources: [{source_id: a, kind: dataset, curated: true, roundups: 0.5}]",
            "Source 'a': A curated source tells an incident once: it has no copies, roundups or repeats.",
        ),
        (
            b"sources: [{source_id: a, kind: media}, {source_id: a, kind: media}]",
            "Two sources are called 'a'.",
        ),
        (
            b"sources: [{source_id: a, kind: media, other_share: 0.5}]",
            "Source 'a': It has no other languages: 0.5.",
        ),
    ],
)
def test_a_faulty_document_of_knobs_says_what_is_wrong(text: bytes, words: str) -> None:
    """A document of knobs with a fault is refused in plain words, with the line."""
    with pytest.raises(DocumentError) as caught:
        read_knobs(text, "knobs.yaml")
    assert words in [fault.what for fault in caught.value.faults]
    assert caught.value.faults[0].where.startswith("knobs.yaml")
    assert caught.value.faults[0].mend


def test_a_document_changes_only_what_it_names() -> None:
    """Knobs that a document does not name stay as in its base."""
    base = preset("hard")
    assert replace(base, blunders=0.2, n_places=7) == read_knobs(b"{blunders: 0.2, n_places: 7}", "k.json", base)
    assert base == read_knobs(b"", "k.yaml", base)


def test_a_document_may_name_its_sources() -> None:
    """Sources of a document take the place of the base's, with defaults for what they do not name."""
    knobs = read_knobs(b"sources: [{source_id: one, kind: media, coverage: 1, side: 1}]", "k.yaml")
    assert (SourceKnobs(source_id="one", kind="media", coverage=1, side=1),) == knobs.sources


def test_every_knob_is_described() -> None:
    """The docstrings of knobs name every field."""
    for owner in (Knobs, SourceKnobs):
        words = str(owner.__doc__)
        assert [] == [f.name for f in fields(owner) if f.name not in words]


def test_sources_may_be_of_every_kind_of_the_records() -> None:
    """The kinds of a world's sources are those of source records."""
    hint: Any = get_type_hints(SourceKnobs)["kind"]
    assert SOURCE_KINDS == get_args(hint)


def test_every_preset_holds_to_the_ranges() -> None:
    """The ready-made worlds are there, and their knobs pass the check."""
    wanted = {"front", "mixed", "curated", "hard", "quiet", "dense", "storm", "tails", "grid", "liars", "roundups"}
    assert wanted | {"languages"} == set(PRESETS)
    for knobs in PRESETS.values():
        assert knobs == check_knobs(knobs)
    assert Knobs() == preset("front")
    assert {"front"} == NEEDS_AGREEMENT


def test_an_unknown_preset_names_the_nearest() -> None:
    """A preset that is not known is refused with the nearest name."""
    with pytest.raises(InputError, match="No preset is called 'mixd'") as caught:
        preset("mixd")
    assert "Write 'mixed'." == caught.value.mend


def test_default_sources_are_those_of_the_default_world() -> None:
    """The default world has the default sources."""
    assert DEFAULT_SOURCES == Knobs().sources
