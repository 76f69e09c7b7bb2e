"""Narrowing: what information would narrow an assessment's range, most of all first.

Turns an assessment and its incident into factors with what knowing each would be worth, and into what of it is not said
yet. Rule: it names what the records leave open and guesses nothing; a factor without a range is left out. Leaves the
factors themselves to ``assessment``. Source: DESIGN, sections 4 (Assessment) and 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from holdfire.assessment.rows import narrowing_gains
from holdfire.records.assessment import FACTORS

__all__ = ["Narrowing", "narrowings_of"]

Row = Mapping[str, Any]

LEAST_GAIN = 0.0005
"""What narrows by less is not told: probabilities are shown to three places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Say what knowing one factor would be worth.

    Attributes
    ----------
    factor : str
        One of ``FACTORS``.
    gain : float, 0..1
        By how much the range would shrink, were the factor known at its middle.
    asked : str
        What of it nobody has said yet.
    """

    factor: str
    gain: float
    asked: str


def _real(incident: Row) -> str:
    n = incident["n_independent"]
    return f"a further source that copies none of the {n} independent {'one' if n == 1 else 'ones'} so far"


def _act(incident: Row) -> str:
    kinds = [share["name"] or "something unnamed" for share in incident["kinds"] or ()]
    told = f"now {' or '.join(kinds)}" if kinds else f"now {incident['kind'] or 'nothing'}"
    weapon = "" if incident["weapon"] else ", and with what weapon, which nobody names"
    return f"what exactly happened ({told}){weapon}"


def _place_time(incident: Row) -> str:
    # A known place and time give one probability, however coarse they are: their range has another reason.
    asked = []
    if incident["lon"] is None or incident["sigma_m"] is None:
        asked.append("where it was, which nobody says")
    if incident["occurred_start"] is None or incident["occurred_end"] is None:
        asked.append("when it was, which nobody says")
    if asked:
        return " and ".join(asked)
    told = f"now {incident['target_kind']}" if incident["target_kind"] else "no report names it"
    return f"what it struck ({told}), or whether the clause bound there and then, such as whether its gate was met"


def _actor(incident: Row) -> str:
    names = [share["name"] for share in incident["actors"] or () if share["name"]]
    told = f"reports name {' or '.join(names)}" if names else "no report names anybody"
    return f"who did it ({told}): a claim, a direction of fire, a range of the weapon"


def _no_exemption(incident: Row) -> str:
    lower, upper = incident["involved_excluded_lower"], incident["involved_excluded_upper"]
    group = "" if lower is not None and lower == upper else ", or whether an excluded group was its target"
    return f"whether it answered the other side's fire or was excused otherwise{group}"


ASKED: Mapping[str, Callable[[Row], str]] = {
    "real": _real,
    "act": _act,
    "place_time": _place_time,
    "actor": _actor,
    "no_exemption": _no_exemption,
}

OMISSION = {
    "act": "whether it was done: reports of it in time, or of its being done late",
    "no_exemption": "whether an exemption excuses that it was not done",
}
"""What is asked of a duty to do something."""


def narrowings_of(assessment: Row, incident: Row | None) -> tuple[Narrowing, ...]:
    """Return what would narrow an assessment's range, most of all first; empty where it has none.

    Parameters
    ----------
    assessment : mapping
        A row of ``ASSESSMENT_SCHEMA``.
    incident : mapping or None
        Its row of ``INCIDENT_SCHEMA``; None for a duty to do something.
    """
    bounds = [np.array([[assessment[f"{factor}_{end}"]] for factor in FACTORS]) for end in ("lower", "upper")]
    gains = narrowing_gains(bounds[0], bounds[1])[:, 0]
    found = [
        Narrowing(
            factor=factor,
            gain=float(gain),
            asked=OMISSION.get(factor, factor) if incident is None else ASKED[factor](incident),
        )
        for factor, gain in zip(FACTORS, gains, strict=True)
        if gain >= LEAST_GAIN
    ]
    return tuple(sorted(found, key=lambda one: -one.gain))
