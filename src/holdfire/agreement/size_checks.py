"""Size checks: numbers, durations and lengths that something on Earth can have, and texts that are there.

Turns a draft into faults of size: a number that is not finite, a count of millions, a duration of centuries, a
length beyond the Earth, a text in no language. Rule: what a later stage could not compute with is named here.
Leaves the least and the most of a field to its model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from holdfire.agreement.draft import Draft, Path, seen
from holdfire.errors import Fault

__all__ = ["list_faults", "size_faults"]

MAX_COUNT = 1_000_000
MAX_DURATION_H = 100 * 366 * 24.0
"""A hundred years of 366 days, hours: longer than any instant that the house takes can be apart."""
MAX_LENGTH_M = 20_100_000.0
"""A little more than half of the Earth's circumference, metres: nothing is farther away."""

MAX_ENTRIES = {
    "parties": 1_000,
    "excluded_groups": 1_000,
    "others": 1_000,
    "readings": 100,
    "clauses": 2_000,
    "needs": 1_000,
    "meetings": 1_000,
    "gates": 1_000,
    "ladder.rungs": 1_000,
}
"""The most entries of lists that are held against each other; the longest agreements known have some hundreds."""

COUNTS = (
    "clauses.*.rule.at_least",
    "clauses.*.rule.quiet_days",
    "clauses.*.rule.count",
    "ladder.rungs.*.when.at_least",
    "ladder.rungs.*.when.spread",
    "gates.*.requires.*.quiet_days",
    "gates.*.requires.*.any_of.*.quiet_days",
    *(f"gates.*.requires.*.{way}breaches.{field}" for way in ("", "any_of.*.") for field in ("at_least", "spread")),
    "publication.min_count",
)
DURATIONS = (
    "clauses.*.exemptions.*.window",
    "ladder.rungs.*.when.window",
    "ladder.rungs.*.when.persistence",
    "ladder.rungs.*.after_elapsed",
    "ladder.rungs.*.clock.within",
    "ladder.stand_down",
    *(f"gates.*.requires.*.{way}breaches.{field}" for way in ("", "any_of.*.") for field in ("window", "persistence")),
    "meetings.*.lasts",
    "publication.delay",
)
LENGTHS = (
    "zones.*.buffer.distance",
    "zones.*.radius",
    "zones.*.objects.*.radius",
    "clauses.*.rule.distance",
    "clauses.*.rule.named_within",
    "clauses.*.exemptions.*.distance",
    "publication.cell",
)
TEXTS = (
    "title", "summary", "notes", "parties.*.name", "excluded_groups.*.name", "others.*.name", "readings.*.title",
    "readings.*.suspensions.*.note", "zones.*.title", "zones.*.objects.*.name", "lines.*.title", "clauses.*.title",
    "clauses.*.text", "retired_clauses.*.title", "watchers.*.name", "watchers.*.mandate", "guarantors.*.name",
    "guarantors.*.role", "commitments.*.text", "commitments.*.conditions.*", "gates.*.title",
    "needs.*.text", "meetings.*.title", "meetings.*.place", "gates.*.requires.*.any_of.*.mandate",
    "gates.*.requires.*.mandate", "ladder.title", "ladder.rungs.*.title", "ladder.rungs.*.duty",
    "ladder.rungs.*.authorised_by",
)  # fmt: skip
SHARES = (
    "parties.*.may_include.*.share",
    "clauses.*.exemptions.*.share",
    "attribution.own_fire",
    "attribution.strays",
    "attribution.direction",
    "attribution.base.*",
)


def list_faults(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for every list that is too long to be an agreement's; such a draft is not checked further."""
    for section, most in MAX_ENTRIES.items():
        for path, value in draft.each(section):
            if isinstance(value, list) and len(value) > most:
                what = f"{draft.label(path)} has more than {most} {path[-1]}: {len(value)}."
                yield draft.fault(path, what, "Check whether this is an agreement; split it if it is.")


def size_faults(draft: Draft) -> Iterator[Fault]:
    """Yield every fault of size."""
    for path in _not_finite((), draft.document.value):
        if path[0] not in ("zones", "lines"):
            what = f"{draft.label(path)} holds what is no finite number: {seen(draft.at(path))}."
            yield draft.fault(path, what, "Write a finite number, or leave the field out.")
    for pattern in COUNTS:
        for path, value in draft.each(pattern):
            if isinstance(value, int) and value > MAX_COUNT:
                what = f"{draft.label(path)} asks for more than {MAX_COUNT} of something: {seen(value)}."
                yield draft.fault(path, what, "Check the number.")
    for pattern in DURATIONS:
        for path, value in draft.each(pattern):
            if (draft.hours(path) or 0.0) > MAX_DURATION_H:
                yield draft.fault(
                    path, f"{draft.label(path)} has a duration of more than a century: {seen(value)}.", "Check it."
                )
    for pattern in LENGTHS:
        for path, value in draft.each(pattern):
            if (draft.metres(path) or 0.0) > MAX_LENGTH_M:
                yield draft.fault(
                    path, f"{draft.label(path)} has a length beyond the Earth: {seen(value)}.", "Check its unit."
                )
    for pattern in TEXTS:
        for path, value in draft.each(pattern):
            if value == {}:
                what = f"{draft.label(path)} has a text in no language: {seen(value)}."
                yield draft.fault(path, what, "Write it as en: …, or leave the field out.")
    yield from _share_faults(draft)


def _not_finite(path: Path, value: Any) -> Iterator[Path]:
    if isinstance(value, float) and not math.isfinite(value):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _not_finite((*path, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _not_finite((*path, index), item)


def _share_faults(draft: Draft) -> Iterator[Fault]:
    for pattern in SHARES:
        for path, value in draft.each(pattern):
            lower, upper = draft.number((*path, 0)), draft.number((*path, 1))
            if lower is not None and upper is not None and lower > upper:
                what = f"{draft.label(path)} has a share whose lower bound is above its upper one: {seen(value)}."
                yield draft.fault(path, what, f"Write [{seen(upper)}, {seen(lower)}].")
