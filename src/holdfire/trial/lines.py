"""Lines: a trial's document as plain English lines for a terminal.

Rule: one fact a line; what was not measured is said to be so. Leaves the page to ``page``.
"""

from __future__ import annotations

from typing import Any

from holdfire.trial.words import CHANGES, WORDS, Say

__all__ = ["trial_lines"]

SAY = Say("en")


def trial_lines(document: dict[str, Any]) -> list[str]:
    """Return what a trial found, for people."""
    settings = document["settings"]
    head = f"{settings['n_worlds']:,} worlds of {settings['n_days']} days, {settings['per_day']:g} harmless incidents "
    head += "a day"
    lines = [f"{document['agreement']['id']}, reading {document['reading']}, breaches by {document['against']}", head]
    for rung in document["rungs"]:
        lines += _rung(rung)
    for one in document.get("sensitivity") or []:
        lines += [f"  {CHANGES[one['change']][0]}", *(_short(rung) for rung in one["rungs"])]
    for one in document.get("search") or []:
        lines += _searched(one)
    for one in document.get("lies") or []:
        lines.append(_lie(one))
    for one in document.get("replays") or []:
        lines.append(f"  {one['title']}: {one['n_days']} days from {one['first_day']}")
        lines += [f"    {r['rung_id']:<20} stood on {r['n_days_stood']:,} days, perhaps on {r['n_days_perhaps']:,}, "
                  f"began {r['n_began']:,} times, "
                  f"first {r['first_on'] or 'never'}" for r in one["rungs"]]  # fmt: skip
        lines += [f"    {line}" for line in one["left_out"]]
    return lines + _whole(document.get("whole"))


def _rung(rung: dict[str, Any]) -> list[str]:
    false, attack, windows = rung["false_per_30_days"], rung["attack"], rung["windows"]["wrong_of_fired"]
    delay = attack["delay_h"]
    late = (
        f"{SAY.hours(delay['median'])} (9 of 10 within {SAY.hours(delay['in_90'])})" if delay["n"] else "not measured"
    )
    lines = [
        f"  {rung['rung_id']}",
        f"    false alarms   {false['value']:.2f} in 30 quiet days ({false['low']:.2f} to {false['high']:.2f}); "
        f"stands {SAY.percent(rung['false_time_share'])} of that time",
        f"    attack         reached in {SAY.percent(attack['power']['value'])} of the worlds; delay {late}",
    ]
    if attack["shares"] is not None:
        parts = [f"{WORDS[name][0]} {SAY.percent(share)}" for name, share in attack["shares"].items()]
        lines.append(f"    its time       {', '.join(parts)}")
    reached = [f"{one['per_day']:g} a day {SAY.percent(one['power_in_7_days']['value'])}" for one in rung["sustained"]]
    lines.append(f"    sustained      reached within 7 days: {', '.join(reached)}")
    lines.append(
        f"    wrong          {windows['n_hit']:,} of {windows['n']:,} windows in which it fired "
        f"({SAY.percent(windows['low'])} to {SAY.percent(windows['high'])})"
    )
    return lines


def _short(rung: dict[str, Any]) -> str:
    return (
        f"    {rung['rung_id']:<20} {rung['false_per_30_days']:.2f} false in 30 days, "
        f"delay {SAY.hours(rung['delay_h'])}, reached in {SAY.percent(rung['power'])}"
    )


def _searched(one: dict[str, Any]) -> list[str]:
    best = [rule for rule in one["rules"] if not rule["dominated"]]
    lines = [f"  {one['rung_id']}: {len(one['rules'])} rules, {len(best)} that no other beats"]
    for rule in sorted(best, key=lambda rule: (rule["false"], rule["delay_h"])):
        written = "  as written" if rule["is_written"] else ""
        lines.append(
            f"    at least {rule['at_least']:>2} in {rule['window']}, probability {rule['prob']:g}, "
            f"{rule['standard']:<8} {rule['false']:6.2f} false days in 30, {rule['delay_h']:5.1f} h{written}"
        )
    return lines


def _lie(one: dict[str, Any]) -> str:
    aim = "stands falsely" if one["aim"] == "fire" else "stays silent"
    what = f"  {one['rung_id']} {aim} by {WORDS['way_' + one['way']][0]} ({WORDS['model_' + one['model']][0]}): "
    if one["without_lies"]:
        return what + WORDS["anyway_" + one["aim"]][0]
    if one["n_reports"] is None:
        return what + f"not found up to {one['tried_up_to']:,} reports"
    return what + f"{one['n_reports']:,} reports, {one['n_sources']} sources, {one['n_days']} days"


def _whole(whole: dict[str, Any] | None) -> list[str]:
    if not whole:
        return []
    lines = [f"  {whole['n_worlds']} worlds of {whole['n_days']} days by the whole chain, beside the fast way"]
    for rung in whole["rungs"]:
        pair = " | ".join(
            f"{one['false_per_30_days']:.2f} false in 30 days, delay {SAY.hours(one['delay_h'])}, "
            f"reached {SAY.percent(one['power'])}"
            for one in (rung["by_whole"], rung["by_fast"])
        )
        lines.append(f"    {rung['rung_id']:<20} {pair}")
    return lines
