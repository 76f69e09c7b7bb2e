"""Source knobs: what one source of a simulated world is like.

Rule: every share and scale of a source is a field here, with its range in its type, so that a document of knobs
can be checked as a whole. Leaves the world's own knobs to ``knobs`` and what a source says to ``telling``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

__all__ = ["CONFIG", "LANGUAGES", "Amount", "Factor", "Language", "Name", "Share", "SourceKnobs"]

CONFIG = ConfigDict(extra="forbid", allow_inf_nan=False)
Share = Annotated[float, Field(strict=True, ge=0.0, le=1.0)]
Amount = Annotated[float, Field(strict=True, ge=0.0, le=100.0)]
Factor = Annotated[float, Field(strict=True, ge=0.05, le=20.0)]
Name = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
Language = Literal["en", "ru", "uk"]
LANGUAGES: tuple[Language, ...] = ("en", "ru", "uk")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKnobs:
    """Describe one source.

    Attributes
    ----------
    source_id, kind, reliability : str
        As in a source record.
    side : int or None, 0..1
        Index of the party that it belongs to; None = independent.
    curated : bool
        Never reports one incident twice; it neither copies nor rounds up.
    coverage : float, 0..1
        Share of incidents that it reports (before its side and the watch log are asked).
    by_watch : bool
        Reports only what the watch log's watchers could have noticed.
    precise, settlement, district : float, 0..1
        Shares of places given to some hundred metres, snapped to a settlement, snapped to a district. They add up
        to 1.
    hourly, daily : float, 0..1
        Shares of times given by the hour and by the day; the rest are given by the minute. At most 1 together.
    kind_depth, kind_middle, kind_unknown : float, 0..1
        Share of kinds told to the leaf; share of the rest told one level up, the others at the root; and share of
        reports that name no kind at all.
    kind_wrong, near_kinds : float, 0..1
        Share of kinds confused; share of those confusions that stay under the same parent, where it has siblings.
    names_actor, actor_wrong : float, 0..1
        Share of reports that name who did it, and of names that are wrong.
    repeats : float, 0..100
        Mean number of further reports of one incident.
    lies : float, 0..100
        Fabricated reports for each true one.
    own_silence : float, 0..1
        Share of its own side's acts that a partisan source does not tell.
    sigma_stated : float, 0.05..20
        Errors of place as stated over what they should be: 0.5 = understates them by half.
    wrong_day, late, local_time : float, 0..1
        Shares of times that are by the day and off by a day; told hours too late; and written as local time where
        UTC is meant (2 or 3 hours ahead; only times finer than a day).
    late_h : float, hours, 0..100
        Mean lateness of those that are late.
    casualties : float, 0..1
        Share of reports that number casualties, where the act could have any.
    casualty_scale, casualty_noise : float, 0.05..20 and 0..100
        Factor on the true number, and spread of its logarithm.
    roundups : float, 0..1
        Share of days and districts, or settlements, with two or more incidents that it sums up in one report.
    copies_from : tuple of str
    copies : float, 0..1
        Share of the copied sources' reports that it repeats.
    copy_delay_h : float, hours, 0..100
        Mean delay of a copy.
    copy_coarse_time, copy_coarse_place : float, 0..1
        Shares of copies told by the day only, and moved to the district.
    copy_verbatim, copy_paraphrase : float, 0..1
        Shares of copies word for word in the original's language, and in words of their own; the rest are
        translated phrase by phrase into the copier's language. At most 1 together.
    language, other_languages, other_share
        en, ru or uk: its texts' language, further ones, and the share (0..1) of texts in one of those.
    """

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    source_id: Name
    kind: Literal["patrol", "camera", "satellite", "sensor", "media", "party", "public", "dataset"]
    reliability: Literal["A", "B", "C", "D", "E", "F"] = "C"
    side: Annotated[int, Field(strict=True, ge=0, le=1)] | None = None
    curated: bool = False
    coverage: Share = 0.3
    by_watch: bool = False
    precise: Share = 0.5
    settlement: Share = 0.4
    district: Share = 0.1
    hourly: Share = 0.3
    daily: Share = 0.3
    kind_depth: Share = 0.6
    kind_middle: Share = 0.5
    kind_unknown: Share = 0.0
    kind_wrong: Share = 0.05
    near_kinds: Share = 0.0
    names_actor: Share = 0.5
    actor_wrong: Share = 0.05
    repeats: Amount = 0.0
    lies: Amount = 0.0
    own_silence: Share = 0.0
    sigma_stated: Factor = 1.0
    wrong_day: Share = 0.0
    late: Share = 0.0
    late_h: Amount = 6.0
    local_time: Share = 0.0
    casualties: Share = 0.0
    casualty_scale: Factor = 1.0
    casualty_noise: Amount = 0.3
    roundups: Share = 0.0
    copies_from: tuple[Name, ...] = ()
    copies: Share = 0.0
    copy_delay_h: Amount = 3.0
    copy_coarse_time: Share = 0.6
    copy_coarse_place: Share = 0.0
    copy_verbatim: Share = 0.0
    copy_paraphrase: Share = 0.0
    language: Language = "en"
    other_languages: tuple[Language, ...] = ()
    other_share: Share = 0.0
