"""Turn counts of two periods into how a rate changed.

Rules: a rate is what the watchers of the log told of, over what they noticed; where that is not known the ratio is a
range, and beside it stands by how much the watch must have changed to explain what was seen. Days that scatter wider
than Poisson widen the interval. A clause's watch is that of its own zones, added; zones that overlap are added twice in
both periods. Leaves the days on which a rate changed to ``breaks`` and the arithmetic to ``basics``. Source: DESIGN,
section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.assessment.counts import claim_ranks
from holdfire.assessment.coverage import EVERYWHERE_ID
from holdfire.assessment.windows import Chances
from holdfire.basics.rates import Range, dispersion_of, ratio_range, rise_range
from holdfire.records.change import RateChange
from holdfire.records.clauses import Clause
from holdfire.records.exposure import Exposure

__all__ = ["daily_means", "exposure_ratio", "rate_changes", "zones_of"]

Floats = NDArray[np.float64]
Claim = tuple[str, str, str]

NO_EVENTS = Chances(np.empty(0), np.empty(0))


def zones_of(clause: Clause, party: str) -> tuple[str, ...]:
    """Return the zones in which a clause binds a party; ``*`` where it binds everywhere."""
    rule = clause.rule
    by_party: Mapping[str, list[str]] = getattr(rule, "zones_by_party", {})
    own = by_party.get(party) or getattr(rule, "zones", None) or getattr(rule, "areas", None)
    named = clause.scope.zones or own or [EVERYWHERE_ID]
    return tuple(sorted(set(named)))


def exposure_ratio(before: Iterable[Exposure], after: Iterable[Exposure]) -> Range:
    """Return the least and the most of what was noticed an hour after over before, some zones added.

    Returns
    -------
    Range
        (0, infinity) where nothing is known.
    """
    first, second = tuple(before), tuple(after)
    parts = [
        (sum(one.noticed_low for one in some), sum(one.noticed_high for one in some), max(one.hours for one in some))
        if some
        else (0.0, 1.0, 1.0)
        for some in (first, second)
    ]
    (low_before, high_before, hours_before), (low_after, high_after, hours_after) = parts
    hours = hours_before / hours_after if hours_after > 0.0 else 1.0
    low = low_after / high_before * hours if high_before > 0.0 else 0.0
    high = high_after / low_before * hours if low_before > 0.0 else float("inf")
    return Range(low, high)


def daily_means(counts: pa.Table, days: list[date]) -> dict[Claim, tuple[Floats, Floats]]:
    """Return the mean number of breaches of each claim on each of some days: lower, upper.

    Parameters
    ----------
    counts : pyarrow.Table
        By ``COUNT_SCHEMA``; a day without a row has none.
    days : list of date
        In a row.
    """
    found: dict[Claim, tuple[Floats, Floats]] = {}
    if not days:
        return found
    table = counts.filter(pc.is_in(counts["on"], value_set=pa.array(days, pa.date32())))
    for row in table.to_pylist():
        claim = (row["clause_id"], row["reading"], row["party"])
        lower, upper = found.setdefault(claim, (np.zeros(len(days)), np.zeros(len(days))))
        at = (row["on"] - days[0]).days
        lower[at], upper[at] = row["mean_lower"], row["mean_upper"]
    return found


def _events(assessments: pa.Table, chances: Chances) -> dict[Claim, Chances]:
    # Each claim's events that may lie in the window.
    key, claims = claim_ranks(assessments)
    kept = np.flatnonzero(chances.upper > 0.0)
    order = kept[np.argsort(key[kept], kind="stable")]
    cuts = np.searchsorted(key[order], np.arange(len(claims) + 1))
    found = {}
    for rank, claim in enumerate(claims):
        rows = order[cuts[rank] : cuts[rank + 1]]
        if rows.size:
            found[claim] = Chances(chances.lower[rows], chances.upper[rows])
    return found


def rate_changes(
    assessments: pa.Table,
    before: Chances,
    after: Chances,
    *,
    days: tuple[float, float],
    watch: Mapping[tuple[str, str, str], Range],
    daily: tuple[Mapping[Claim, tuple[Floats, Floats]], Mapping[Claim, tuple[Floats, Floats]]],
    told: Floats | None = None,
    zone_id: str | None = None,
) -> Iterator[RateChange]:
    """Yield how the rate of each claim changed, of those that may have been breached in either period.

    Parameters
    ----------
    assessments : pyarrow.Table
        By ``ASSESSMENT_SCHEMA``.
    before, after : Chances, (n,)
        Of each assessment, from :func:`~holdfire.assessment.windows.window_chances`.
    days : (float, float), > 0
        Length of either period.
    watch : mapping of claim to Range
        Noticed exposure a day, after over before; a claim that is not listed is not known.
    daily : (mapping, mapping)
        :func:`daily_means` of either period, for the dispersion.
    told : float64, (n,), 0 or 1, optional
        Which assessments are of incidents of which a watcher of the log told: only these are held against the watch.
        None = no watcher is one of the sources, so the ratio for what was noticed is not known.
    zone_id : str, optional
        The zone to which the chances belong.
    """
    if not assessments.num_rows:
        return
    first, second = _events(assessments, before), _events(assessments, after)
    mask = np.zeros(assessments.num_rows) if told is None else told
    watched = [_events(assessments, Chances(part.lower * mask, part.upper * mask)) for part in (before, after)]
    unknown = Range(0.0, float("inf"))
    for claim in sorted({*first, *second}):
        pair = (first.get(claim, NO_EVENTS), second.get(claim, NO_EVENTS))
        series = [part[claim][1] for part in daily if claim in part]
        dispersion = max((dispersion_of(one) for one in series), default=1.0)
        against = watch.get(claim, unknown) if told is not None else unknown
        by_watch = (watched[0].get(claim, NO_EVENTS), watched[1].get(claim, NO_EVENTS))
        yield _change(claim, zone_id, pair, by_watch, days, against, dispersion)


def _change(
    claim: Claim,
    zone_id: str | None,
    pair: tuple[Chances, Chances],
    by_watch: tuple[Chances, Chances],
    days: tuple[float, float],
    watch: Range,
    dispersion: float,
) -> RateChange:
    before, after = pair
    time = days[1] / days[0]
    seen = ratio_range(before, after, Range(time, time), dispersion=dispersion)
    more = rise_range(before, after, Range(time, time), dispersion=dispersion)
    noticed = Range(time * watch.low, time * watch.high)
    ratio = ratio_range(*by_watch, noticed, dispersion=dispersion)
    rose = rise_range(*by_watch, noticed, dispersion=dispersion)
    needed = seen.low if seen.low > 1.0 else seen.high if seen.high < 1.0 else None
    return RateChange(
        clause_id=claim[0],
        reading=claim[1],
        party=claim[2],
        zone_id=zone_id,
        before_low=float(before.lower.sum()),
        before_high=float(before.upper.sum()),
        after_low=float(after.lower.sum()),
        after_high=float(after.upper.sum()),
        dispersion=dispersion,
        seen_low=seen.low,
        seen_high=seen.high,
        prob_seen_more_low=more.low,
        prob_seen_more_high=more.high,
        watch_low=watch.low,
        watch_high=watch.high,
        ratio_low=ratio.low,
        ratio_high=ratio.high,
        prob_rose_low=rose.low,
        prob_rose_high=rose.high,
        watch_needed=needed,
    )
