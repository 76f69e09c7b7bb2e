"""Knobs: what a simulated world is like.

Rule: everything that shapes a world is a field here or in ``SourceKnobs``, so that a world is a pure function of
agreement, knobs and seed. The defaults describe a front of middling activity told by a mission, satellites, media
and both sides; they are our choice and are fitted to nothing. Leaves checks to ``check_knobs``, ready-made worlds
to ``presets``. Source: DESIGN, section 3 (simulate).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from holdfire.simulate.source_knobs import CONFIG, Amount, Factor, Share, SourceKnobs
from holdfire.simulate.source_sets import DEFAULT_SOURCES

__all__ = ["DEFAULT_SOURCES", "Knobs", "SourceKnobs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """Describe a world.

    Attributes
    ----------
    n_days : int, 1..70,000
        Length; it begins two days before the first claimed entry into force.
    incidents_per_day : float, above 0 to 1,000,000
        Mean number of incidents, second salvos not counted.
    width_km, height_km : float, km, 10..1,000
        Sides of the rectangle where a world without an agreement lies.
    n_places : int, 1..5,000
        Settlements near which things happen.
    hot_spots : float, 0.3..20
        Exponent of the Pareto law of the settlements' activity: near 1, a few hot spots hold most of it; at 20, all
        are nearly alike.
    spread_km : float, km, 0..100
        1-sigma distance of an incident from its settlement.
    kind_mix : float, 0.05..20
        Evenness of the kinds of event (Dirichlet): small = a few kinds make up nearly all.
    aftershocks : float, 0..100
        Mean number of related incidents soon after and near one.
    aftershock_km, aftershock_h : float, km and hours, 0..100
        1-sigma distance on each axis and mean delay of a related incident.
    aftershock_same_kind : float, 0..1
        Share of related incidents of the same kind.
    size_spread : float, 0..5
        Standard deviation of how visible incidents are, with mean 1; 0 = all are seen alike.
    in_zones : float, 0..1
        Share of settlements that lie in zones of the agreement; the rest lie around them.
    quiet_share : float, 0..1
        Share of the activity before entry into force that remains after it.
    blunders : float, 0..1
        Share of reports whose place is grossly wrong.
    error_scale : float, 0.05..20
        True errors of place over the stated ones.
    place_errors : str
        Law of precise places' errors: ``normal``, ``student``, ``laplace``, ``uniform``, all of one standard
        deviation, or ``mixture``, a normal of which a share is wider.
    error_df : float, 2.1..100
        Degrees of freedom of ``student``.
    wide_share, wide_scale : float, 0..1 and 0.05..20
        Of ``mixture``: share of errors that are wider, and how many times.
    heavy_tails : bool
        Short for ``place_errors`` student with ``error_df`` 3.
    snap_to : str
        ``settlement``, or ``grid``: snapped places lie on nodes of a grid.
    grid_km : float, km, 0.1..100
        Step of that grid; places snapped to a district lie on one four times as wide.
    snap_scale : float, 0.05..20
        Factor on every source's shares of snapped places.
    snap_unstated : float, 0..1
        Share of snapped places that are stated as if they were precise.
    lie_together : float, 0..1
        Share of a side's lies that its other sources tell too, each with errors of its own.
    drift_km_per_day : float, km, -100..100
        How far the agreement's lines move each day, to the left of their direction.
    n_cameras, n_patrols : int, 0..1,000
        Watchers of the mission.
    denied_share : float, 0..1
        Share of patrols that are denied access.
    texts : bool
        Reports of media, parties and the public have words.
    wording : str
        ``plain``: three phrases to a language; ``rich``: many, with inflected names, weapons, numbers and harm.
    sources : tuple of SourceKnobs
        Their order changes nothing.
    """

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    n_days: Annotated[int, Field(strict=True, ge=1, le=70_000)] = 30
    incidents_per_day: Annotated[float, Field(strict=True, gt=0.0, le=1_000_000.0)] = 20.0
    width_km: Annotated[float, Field(strict=True, ge=10.0, le=1_000.0)] = 400.0
    height_km: Annotated[float, Field(strict=True, ge=10.0, le=1_000.0)] = 300.0
    n_places: Annotated[int, Field(strict=True, ge=1, le=5_000)] = 60
    hot_spots: Annotated[float, Field(strict=True, ge=0.3, le=20.0)] = 1.2
    spread_km: Amount = 3.0
    kind_mix: Factor = 0.6
    aftershocks: Amount = 0.25
    aftershock_km: Amount = 2.5
    aftershock_h: Amount = 3.0
    aftershock_same_kind: Share = 0.6
    size_spread: Annotated[float, Field(strict=True, ge=0.0, le=5.0)] = 0.0
    in_zones: Share = 0.7
    quiet_share: Share = 0.5
    blunders: Share = 0.01
    error_scale: Factor = 1.0
    place_errors: Literal["normal", "student", "laplace", "uniform", "mixture"] = "normal"
    error_df: Annotated[float, Field(strict=True, ge=2.1, le=100.0)] = 3.0
    wide_share: Share = 0.1
    wide_scale: Factor = 5.0
    heavy_tails: bool = False
    snap_to: Literal["settlement", "grid"] = "settlement"
    grid_km: Annotated[float, Field(strict=True, ge=0.1, le=100.0)] = 5.0
    snap_scale: Factor = 1.0
    snap_unstated: Share = 0.0
    lie_together: Share = 0.0
    drift_km_per_day: Annotated[float, Field(strict=True, ge=-100.0, le=100.0)] = 0.0
    n_cameras: Annotated[int, Field(strict=True, ge=0, le=1_000)] = 12
    n_patrols: Annotated[int, Field(strict=True, ge=0, le=1_000)] = 6
    denied_share: Share = 0.15
    texts: bool = True
    wording: Literal["plain", "rich"] = "plain"
    sources: tuple[SourceKnobs, ...] = field(default=DEFAULT_SOURCES)
