"""Presets: ready-made worlds by name, each hard in a way of its own.

Rule: a preset is knobs and nothing else, so that it can be written down, varied and made again; only ``front``
needs an agreement, since its watchers and lines come from one. The figures are our choice and fitted to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from holdfire.basics.documents import nearest_name
from holdfire.errors import InputError
from holdfire.simulate.knobs import Knobs, SourceKnobs
from holdfire.simulate.source_knobs import LANGUAGES
from holdfire.simulate.source_sets import CURATED_SOURCES, MIXED_SOURCES

__all__ = ["NEEDS_AGREEMENT", "PRESETS", "preset"]

_MIXED = Knobs(
    incidents_per_day=10.0,
    n_places=300,
    hot_spots=1.6,
    aftershocks=0.15,
    aftershock_h=4.0,
    aftershock_same_kind=0.75,
    size_spread=0.7,
    quiet_share=1.0,
    blunders=0.02,
    snap_unstated=0.1,
    lie_together=0.15,
    n_cameras=0,
    n_patrols=0,
    wording="rich",
    sources=MIXED_SOURCES,
)


def _each(knobs: Knobs, change: Callable[[SourceKnobs], SourceKnobs]) -> Knobs:
    return replace(knobs, sources=tuple(change(source) for source in knobs.sources))


def _lying(source: SourceKnobs) -> SourceKnobs:
    """Let a source lie some three times as much, so that about a quarter of all reports are lies."""
    return replace(source, lies=source.lies * 2.8 + 0.05)


def _summing_up(source: SourceKnobs) -> SourceKnobs:
    sums_up = source.kind in ("media", "party")
    return replace(source, roundups=0.5, coverage=source.coverage * 0.8) if sums_up else source


def _in_many_languages(source: SourceKnobs) -> SourceKnobs:
    others = tuple(code for code in LANGUAGES if code != source.language)
    return replace(source, kind="media", other_languages=others, other_share=0.5, precise=0.1, settlement=0.8)


def _adding_up(source: SourceKnobs) -> SourceKnobs:
    return replace(source, district=round(1.0 - source.precise - source.settlement, 6))


PRESETS: dict[str, Knobs] = {
    "front": Knobs(),
    "mixed": _MIXED,
    "curated": replace(_MIXED, sources=CURATED_SOURCES, lie_together=0.0),
    "hard": replace(_MIXED, incidents_per_day=20.0, error_scale=1.5, aftershocks=0.3, blunders=0.05),
    "quiet": replace(_MIXED, incidents_per_day=2.0),
    "dense": replace(_MIXED, incidents_per_day=60.0),
    "storm": replace(_MIXED, incidents_per_day=200.0),
    "tails": replace(_MIXED, place_errors="mixture", wide_share=0.12, wide_scale=6.0, snap_scale=0.6),
    "grid": replace(_MIXED, snap_to="grid", grid_km=5.0, snap_scale=1.3),
    "liars": _each(replace(_MIXED, lie_together=0.5), _lying),
    "roundups": _each(replace(_MIXED, incidents_per_day=20.0), _summing_up),
    "languages": _each(_MIXED, lambda source: _adding_up(_in_many_languages(source))),
}
"""Knobs by name: ``front`` is a mission's front under an agreement; ``mixed`` is 8 sources of all kinds over
120,000 km2 with 10 incidents a day; ``curated`` 4 data sets by the day; ``hard`` doubles the density with errors
1.5 times as stated and more second salvos and blunders; ``quiet``, ``dense`` and ``storm`` are 2, 60 and 200 a
day; ``tails`` and ``grid`` err by other laws; in ``liars`` about a quarter of the reports are lies, many told
together; ``roundups`` sums up days; ``languages`` has words in three languages in every report."""

NEEDS_AGREEMENT = frozenset({"front"})
"""Presets that make no world without an agreement."""


def preset(name: str) -> Knobs:
    """Return the knobs of a ready-made world.

    Raises
    ------
    InputError
        There is no preset of that name.

    Examples
    --------
    >>> preset("storm").incidents_per_day
    200.0
    """
    if name not in PRESETS:
        near = nearest_name(name, list(PRESETS))
        mend = f"Write '{near}'." if near else f"Presets are {', '.join(PRESETS)}."
        raise InputError(f"No preset is called {name!r}.", "--preset", mend)
    return PRESETS[name]
