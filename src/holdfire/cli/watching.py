"""Commands on what was watched and what changed: coverage, compare, trend."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from holdfire.app.watching import WatchAnswer, changes_of_case, trend_of_case, watch_of_case
from holdfire.cli.options import FILE, FOLDER, json_option
from holdfire.records.change import RateBreak, RateChange
from holdfire.records.exposure import Undercount, ZoneRate
from holdfire.records.plain import plain

__all__ = ["COMMANDS"]

N_SILENCES_SHOWN = 12


def _finite(value: Any) -> Any:
    """Return a value with null in the place of infinity, which JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def _echo_json(value: Any) -> None:
    click.echo(json.dumps(_finite(plain(value)), ensure_ascii=False, indent=2))


def _number(value: float) -> str:
    if math.isinf(value):
        return "any number"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _span(low: float, high: float) -> str:
    if low <= 0.0 and math.isinf(high):
        return "not known"
    first, second = _number(low), _number(high)
    return first if first == second else f"{first} to {second}"


def _percent(low: float, high: float) -> str:
    first, second = f"{100 * low:.0f}", f"{100 * high:.0f}"
    return f"{first} %" if first == second else f"{first} to {second} %"


def _rate_lines(rate: ZoneRate) -> Iterator[str]:
    one = rate.exposure
    name = "everywhere" if one.zone_id == "*" else one.zone_id
    unit = "hours" if one.km2_hours is None else "km2-hours"
    yield f"{name} (reading {one.reading}): {_number(one.whole)} {unit} in {one.n_days} days"
    if one.whole <= 0.0:
        yield "  the zone was nowhere in this period"
        return
    watched, noticed = (
        _percent(low / one.whole, high / one.whole)
        for low, high in ((one.watched_low, one.watched_high), (one.noticed_low, one.noticed_high))
    )
    yield f"  watched {watched}, with the chance to notice {noticed}"
    seen, by_watchers = _span(rate.seen_low, rate.seen_high), _span(rate.watchers_low, rate.watchers_high)
    yield f"  told of {seen} incidents, {by_watchers} of them by those who watched"
    yield f"  per 1,000 noticed {unit} {_span(rate.rate_low, rate.rate_high)} (90 %)"
    yield f"  in all of it, were the rest no busier, {_span(rate.per_day_low, rate.per_day_high)} a day"
    worth = _percent(rate.prob_quiet_low, rate.prob_quiet_high)
    yield f"  a day of which those who watched told nothing was quiet with {worth}"
    if rate.quiet_day_high is not None:
        yield f"    and by itself excludes more than {_number(rate.quiet_day_high)} a day (95 %)"


def _undercount_lines(under: Undercount) -> Iterator[str]:
    yield f"Not told of by anybody ({len(under.sources)} independent sources)"
    yield f"  told of: {_span(under.n_seen_low, under.n_seen_high)} incidents,"
    yield f"    {_number(under.n_once)} by one source alone, {_number(under.n_twice)} by two"
    yield f"  there were at least {_number(under.n_all_low)} (Chao's bound; its estimate {_number(under.n_all)})"
    if under.classes is not None:
        fit = under.classes
        yield f"  by two classes of incidents {_number(fit.n_all)} ({_span(fit.n_all_low, fit.n_all_high)}, 90 %);"
        yield f"    {100 * fit.share_easy:.0f} % easy to see; deviance {fit.deviance:.0f} on {fit.n_degrees} degrees"
    else:
        yield f"  no estimate by classes: {under.why_no_classes}"
    for sentence in under.assumptions:
        yield f"  assumes: {sentence}"


def _watch_lines(answer: WatchAnswer) -> Iterator[str]:
    yield f"From {answer.start.isoformat()} to {answer.end.isoformat()}"
    if not answer.has_log:
        yield "This case has no watch log: what was watched is not known. Name one with 'holdfire assess --coverage'."
    for rate in answer.rates:
        yield from _rate_lines(rate)
    for sentence in answer.assumptions:
        yield f"  assumes: {sentence}"
    if answer.restrictions:
        yield "Kept from watching"
    for one in answer.restrictions:
        whom = one.restricted_by or "nobody is named"
        yield f"  {one.restriction}, {whom}: {one.reason or 'no reason is given'}"
        yield f"    {one.n_entries} times, {_number(one.watch_hours)} hours; {', '.join(one.watchers)}"
    yield from _undercount_lines(answer.undercount)
    for gap in answer.silences[:N_SILENCES_SHOWN]:
        yield f"Silent: {gap.source_id}, {gap.n_days} days, {gap.first_on} to {gap.last_on}"
    if len(answer.silences) > N_SILENCES_SHOWN:
        yield f"… and {len(answer.silences) - N_SILENCES_SHOWN} further silences; --json names them."


@click.command()
@click.argument("case", type=FOLDER)
@click.option("--from", "start", metavar="INSTANT", help="Start of the period; default: the first incident's day.")
@click.option("--to", "end", metavar="INSTANT", help="End of the period; default: that of the last incident's day.")
@click.option("--zone", help="One zone; default: all.")
@click.option("--kind", help="A kind of event: only watches that can notice it count.")
@click.option("--areas", type=FILE, help="Polygons of named areas (GeoJSON).")
@json_option
def coverage(case: Path, as_json: bool, **options: Any) -> None:
    """Say what was watched, what a quiet day is worth, who was kept out, and what nobody saw."""
    answer = watch_of_case(case, **options)
    if as_json:
        _echo_json(answer)
    else:
        click.echo("\n".join(_watch_lines(answer)))


def _change_lines(change: RateChange) -> Iterator[str]:
    where = f" in {change.zone_id}" if change.zone_id else ""
    yield f"{change.clause_id}, {change.party}{where} (reading {change.reading})"
    before, after = _span(change.before_low, change.before_high), _span(change.after_low, change.after_high)
    yield f"  breaches {before} before, {after} after"
    yield (
        f"  seen a day: {_span(change.seen_low, change.seen_high)} times as many (90 %); more with "
        f"{_percent(change.prob_seen_more_low, change.prob_seen_more_high)}"
    )
    if change.watch_low > 0.0 or math.isfinite(change.watch_high):
        yield (
            f"  the watch was {_span(change.watch_low, change.watch_high)} times as good; for what was noticed "
            f"{_span(change.ratio_low, change.ratio_high)} times as many; more with "
            f"{_percent(change.prob_rose_low, change.prob_rose_high)}"
        )
    else:
        yield "  what was watched is not known, so whether there were more cannot be determined"
    if change.watch_needed is not None:
        times = max(change.watch_needed, 1.0 / change.watch_needed)
        when = "after" if change.watch_needed > 1.0 else "before"
        yield f"  a watch {_number(times)} times as good {when} would explain it"


@click.command()
@click.argument("case", type=FOLDER)
@click.option("--from", "start", metavar="INSTANT", required=True, help="Start of the period asked about.")
@click.option("--to", "end", metavar="INSTANT", required=True, help="Its end.")
@click.option("--with-from", metavar="INSTANT", required=True, help="Start of the period it is held against.")
@click.option("--with-to", metavar="INSTANT", required=True, help="Its end.")
@click.option("--clause", help="One clause; default: all.")
@click.option("--reading", help="One reading; default: all.")
@click.option("--zone", help="Only what lies in this zone.")
@click.option("--areas", type=FILE, help="Polygons of named areas (GeoJSON).")
@json_option
def compare(case: Path, start: str, end: str, with_from: str, with_to: str, as_json: bool, **options: Any) -> None:
    """Say how often clauses were breached in one period against another, and what the watch has to do with it."""
    changes = changes_of_case(case, after=(start, end), before=(with_from, with_to), **options)
    if as_json:
        _echo_json(changes)
        return
    click.echo("\n".join(line for change in changes for line in _change_lines(change)) or "No breach in either period.")


def _break_lines(one: RateBreak) -> Iterator[str]:
    yield f"{one.on}  {one.clause_id}, {one.party} (reading {one.reading})"
    before, after = _span(one.before_low, one.before_high), _span(one.after_low, one.after_high)
    chance = _percent(one.prob_low, one.prob_high)
    yield f"  as seen a day: {before} before, {after} after; a change within two days with {chance}"
    if one.prob_noticed_low <= 0.0 and one.prob_noticed_high >= 1.0:
        yield "  what was watched is not known, so whether the rate changed cannot be determined"
        return
    before = _span(one.noticed_before_low, one.noticed_before_high)
    after = _span(one.noticed_after_low, one.noticed_after_high)
    chance = _percent(one.prob_noticed_low, one.prob_noticed_high)
    yield f"  for what was noticed: {before} before, {after} after, had all been noticed; a change with {chance}"
    if not one.is_noticed:
        yield "    no change of the rate is reported: the watch, or chance, may explain what was seen"
    elif not one.is_seen:
        yield "    what anybody told of does not show it: the watch changed the other way"


@click.command()
@click.argument("case", type=FOLDER)
@click.option("--from", "start", metavar="INSTANT", help="Start of the series; default: the first incident's day.")
@click.option("--to", "end", metavar="INSTANT", help="End of the series; default: that of the last incident's day.")
@click.option("--clause", help="One clause; default: all.")
@click.option("--every", "every_days", default=30.0, show_default=True, help="Days in which one change is expected.")
@json_option
def trend(case: Path, as_json: bool, **options: Any) -> None:
    """Say on which days clauses began to be breached more, or less, often, with probabilities."""
    period, breaks, looked_at = trend_of_case(case, **options)
    if as_json:
        series = [
            {"clause_id": claim[0], "reading": claim[1], "party": claim[2], "n_days": n}
            for claim, n in looked_at.items()
        ]
        _echo_json({"start": period.start, "end": period.end, "series": series, "breaks": breaks})
        return
    click.echo(f"From {period.start.isoformat()} to {period.end.isoformat()}: {len(looked_at)} series by day")
    click.echo("\n".join(line for one in breaks for line in _break_lines(one)) or "No day stands out.")
    click.echo("As seen, a change of the watch looks like one of the rate. 'holdfire coverage' says what was watched.")


COMMANDS = (coverage, compare, trend)
