"""Knobs: what a simulated world is like.

Rule: everything that shapes a world is a field here, so that a world is a pure function of agreement, knobs
and seed. The defaults describe a front of middling activity told by a mission, satellites, media and both
sides; they are our choice and are fitted to nothing. Source: DESIGN, section 3 (simulate).
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["DEFAULT_SOURCES", "Knobs", "SourceKnobs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKnobs:
    """Describe one source.

    Attributes
    ----------
    source_id, kind, reliability : str
        As in a source record.
    side : int or None
        Index of the party that it belongs to; None = independent.
    curated : bool
        Never reports one incident twice.
    coverage : float, 0..1
        Share of incidents that it reports (before its side and the watch log are asked).
    by_watch : bool
        Reports only what the watch log's watchers could have noticed.
    precise, settlement, district : float, 0..1
        Shares of places given to some hundred metres, snapped to a settlement, snapped to a district.
    hourly, daily : float, 0..1
        Shares of times given by the hour and by the day; the rest are given by the minute.
    kind_depth : float, 0..1
        Share of kinds told to the leaf; half of the rest one level up, the others at the root.
    kind_wrong, names_actor, actor_wrong : float, 0..1
        Share of kinds confused with a sibling, of reports that name who did it, of names that are wrong.
    repeats : float
        Mean number of further reports of one incident.
    lies : float
        Fabricated reports for each true one.
    own_silence : float, 0..1
        Share of its own side's acts that a partisan source does not tell.
    copies_from : tuple of str
    copies : float, 0..1
        Share of the copied sources' reports that it repeats.
    language : str
        en, uk or ru; its texts' language.
    """

    source_id: str
    kind: str
    reliability: str = "C"
    side: int | None = None
    curated: bool = False
    coverage: float = 0.3
    by_watch: bool = False
    precise: float = 0.5
    settlement: float = 0.4
    district: float = 0.1
    hourly: float = 0.3
    daily: float = 0.3
    kind_depth: float = 0.6
    kind_wrong: float = 0.05
    names_actor: float = 0.5
    actor_wrong: float = 0.05
    repeats: float = 0.0
    lies: float = 0.0
    own_silence: float = 0.0
    copies_from: tuple[str, ...] = ()
    copies: float = 0.0
    language: str = "en"


DEFAULT_SOURCES = (
    SourceKnobs(
        source_id="mission-patrols",
        kind="patrol",
        reliability="A",
        curated=True,
        coverage=0.75,
        by_watch=True,
        precise=0.85,
        settlement=0.15,
        district=0.0,
        hourly=0.2,
        daily=0.0,
        kind_depth=0.8,
        kind_wrong=0.03,
        names_actor=0.25,
        actor_wrong=0.01,
    ),
    SourceKnobs(
        source_id="mission-cameras",
        kind="camera",
        reliability="A",
        curated=True,
        coverage=0.9,
        by_watch=True,
        precise=0.6,
        settlement=0.4,
        district=0.0,
        hourly=0.0,
        daily=0.0,
        kind_depth=0.3,
        kind_wrong=0.05,
        names_actor=0.05,
        actor_wrong=0.0,
    ),
    SourceKnobs(
        source_id="side-a-command",
        kind="party",
        reliability="D",
        side=0,
        coverage=0.55,
        precise=0.3,
        settlement=0.6,
        district=0.1,
        hourly=0.2,
        daily=0.6,
        names_actor=1.0,
        actor_wrong=0.02,
        lies=0.10,
        own_silence=0.95,
        language="uk",
    ),
    SourceKnobs(
        source_id="side-b-command",
        kind="party",
        reliability="D",
        side=1,
        coverage=0.5,
        precise=0.3,
        settlement=0.6,
        district=0.1,
        hourly=0.2,
        daily=0.6,
        names_actor=1.0,
        actor_wrong=0.02,
        lies=0.15,
        own_silence=0.95,
        language="ru",
    ),
    SourceKnobs(
        source_id="agency-north",
        kind="media",
        reliability="C",
        coverage=0.25,
        precise=0.15,
        settlement=0.7,
        district=0.15,
        hourly=0.2,
        daily=0.7,
        repeats=0.15,
        copies_from=("side-a-command",),
        copies=0.25,
        language="uk",
    ),
    SourceKnobs(
        source_id="agency-south",
        kind="media",
        reliability="C",
        coverage=0.2,
        precise=0.15,
        settlement=0.7,
        district=0.15,
        hourly=0.2,
        daily=0.7,
        repeats=0.15,
        copies_from=("side-b-command",),
        copies=0.3,
        language="ru",
    ),
    SourceKnobs(
        source_id="agency-world",
        kind="media",
        reliability="B",
        coverage=0.12,
        precise=0.1,
        settlement=0.7,
        district=0.2,
        hourly=0.1,
        daily=0.85,
        kind_depth=0.4,
        names_actor=0.3,
    ),
    SourceKnobs(
        source_id="channel-local",
        kind="public",
        reliability="E",
        coverage=0.4,
        precise=0.35,
        settlement=0.6,
        district=0.05,
        hourly=0.5,
        daily=0.1,
        repeats=0.4,
        lies=0.05,
        kind_wrong=0.12,
        names_actor=0.4,
        actor_wrong=0.12,
        language="uk",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """Describe a world.

    Attributes
    ----------
    n_days : int
        Length; it begins two days before the first claimed entry into force.
    incidents_per_day : float
        Mean number of incidents, second salvos not counted.
    n_places : int
        Settlements near which things happen.
    spread_km : float
        1-sigma distance of an incident from its settlement.
    aftershocks : float
        Mean number of related incidents within hours and some kilometres of one.
    in_zones : float, 0..1
        Share of settlements that lie in zones of the agreement; the rest lie around them.
    quiet_share : float, 0..1
        Share of the activity before entry into force that remains after it.
    blunders : float, 0..1
        Share of reports whose place is grossly wrong.
    error_scale : float
        True errors of place over the stated ones.
    heavy_tails : bool
        Errors of place by Student's t with 3 degrees of freedom, in place of the normal.
    drift_km_per_day : float
        How far the agreement's lines move each day, to the left of their direction.
    n_cameras, n_patrols : int
        Watchers of the mission.
    denied_share : float, 0..1
        Share of patrols that are denied access.
    texts : bool
        Reports of media and parties have words.
    sources : tuple of SourceKnobs
    """

    n_days: int = 30
    incidents_per_day: float = 20.0
    n_places: int = 60
    spread_km: float = 3.0
    aftershocks: float = 0.25
    in_zones: float = 0.7
    quiet_share: float = 0.5
    blunders: float = 0.01
    error_scale: float = 1.0
    heavy_tails: bool = False
    drift_km_per_day: float = 0.0
    n_cameras: int = 12
    n_patrols: int = 6
    denied_share: float = 0.15
    texts: bool = True
    sources: tuple[SourceKnobs, ...] = field(default=DEFAULT_SOURCES)
