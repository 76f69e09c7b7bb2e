"""Sensitivity: the same trial in worlds that are less kind, one thing changed at a time.

Turns settings into changed ones, and figures into one line for each change. Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from holdfire.trial.settings import TrialSettings

__all__ = ["MAX_WORLDS", "changes_of", "short_figures"]

MAX_WORLDS = 200
"""Worlds for each change: enough to tell a doubled delay from chance."""
MISSION = ("mission-cameras", "mission-patrols")
SIDES = ("side-a-command", "side-b-command")
PUBLIC = ("agency-north", "agency-south", "agency-world", "channel-local")


def changes_of(settings: TrialSettings) -> dict[str, TrialSettings]:
    """Return the changed settings by name, the unchanged ones first; what cannot be changed further is left out."""
    base = replace(settings, n_worlds=min(settings.n_worlds, MAX_WORLDS))
    changed = {
        "base": base,
        "error_x2": replace(base, error_scale=min(2.0 * base.error_scale, 20.0)),
        "error_x4": replace(base, error_scale=min(4.0 * base.error_scale, 20.0)),
        "late_12": replace(base, lag_extra_h=base.lag_extra_h + 12.0),
        "late_36": replace(base, lag_extra_h=base.lag_extra_h + 36.0),
        "review_fast": replace(base, review_h=base.review_h / 4.0),
        "review_slow": replace(base, review_h=base.review_h * 4.0),
        "review_none": replace(base, review_share=0.0),
    }
    for name, gone in (("no_mission", MISSION), ("no_sides", SIDES), ("no_public", PUBLIC)):
        changed[name] = replace(base, without=tuple(sorted({*base.without, *gone})))
    return {name: one for name, one in changed.items() if name == "base" or one != base}


def short_figures(rungs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is compared between changes: false alarms, median delay in an attack, share that is reached."""
    return [
        {
            "rung_id": rung["rung_id"],
            "false_per_30_days": rung["false_per_30_days"]["value"],
            "delay_h": rung["attack"]["delay_h"]["median"],
            "delay_in_90_h": rung["attack"]["delay_h"]["in_90"],
            "power": rung["attack"]["power"]["value"],
            "n_worlds": rung["n_worlds"],
        }
        for rung in rungs
    ]
