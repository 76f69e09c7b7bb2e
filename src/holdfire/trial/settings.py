"""Settings: what a trial is run with.

Rule: every number that shapes a trial is a field here, so that a trial is a pure function of agreement and settings.
The defaults are our choice and are fitted to nothing; a mission puts in its own. Source: DESIGN, section 5 (Trial).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from holdfire.basics.canonical import canonical_json, sha256_hex
from holdfire.errors import InputError

__all__ = ["TrialSettings", "check_settings", "settings_digest"]

MAX_INCIDENTS = 2_000_000
"""Incidents of one world at most: beyond, one world does not fit beside another into a machine's memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSettings:
    """Describe a trial.

    Attributes
    ----------
    n_worlds : int, >= 1
        Half of them end in an attack, half in sustained breaches.
    n_days : int, 15..3650
        Length of each world; two thirds are quiet.
    per_day : float, > 0
        Incidents a day that breach nothing: they go on all the time, and sources tell of them, and lie.
    seed : int, >= 0
    step_h : float, hours, 1..24
        The ladder is asked so often.
    sustained_per_day : tuple of float, > 0
        Breaches a day below an attack, from the onset on; each world has one of these rates.
    attack_per_day : float, > 0
        Grave breaches a day while an attack lasts.
    attack_days : int, >= 1
    lag_scale : float, >= 0
        Factor on the time from an event to its reports.
    lag_extra_h : float, hours, >= 0
        Added to it.
    review_h : float, hours, > 0
        Mean time from the first report to the second confirmation (exponential).
    review_share : float, 0..1
        Share of the findings that may be breaches which two persons review at all.
    review_right : float, 0..1
        Chance that one reviewer is right; two have to confirm, and one who does not takes a finding back.
    decision_h : float, hours, >= 0
        From the instant at which nothing is missing to the decision to use a rung.
    error_scale : float, 0.05..20
        True errors of place over the stated ones.
    without : tuple of str
        Sources that are missing.
    against : str or None
        Party that breaches after the onset; None = the one that most rungs name, else the second.
    reading : str or None
        None = the first.
    pool_days : int, 5..365
        Days of the worlds in which the whole chain is run to learn what becomes of an event.
    """

    n_worlds: int = 1000
    n_days: int = 90
    per_day: float = 100.0
    seed: int = 1
    step_h: float = 6.0
    sustained_per_day: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0)
    attack_per_day: float = 30.0
    attack_days: int = 3
    lag_scale: float = 1.0
    lag_extra_h: float = 0.0
    review_h: float = 36.0
    review_share: float = 0.6
    review_right: float = 0.95
    decision_h: float = 12.0
    error_scale: float = 1.0
    without: tuple[str, ...] = ()
    against: str | None = None
    reading: str | None = None
    pool_days: int = 60


_BOUNDS: dict[str, tuple[float, float]] = {
    "n_worlds": (1, 1_000_000),
    "n_days": (15, 3650),
    "per_day": (0.01, 100_000.0),
    "seed": (0, 2**63 - 1),
    "step_h": (1.0, 24.0),
    "attack_per_day": (0.01, 10_000.0),
    "attack_days": (1, 365),
    "lag_scale": (0.0, 1000.0),
    "lag_extra_h": (0.0, 10_000.0),
    "review_h": (0.01, 10_000.0),
    "review_share": (0.0, 1.0),
    "review_right": (0.0, 1.0),
    "decision_h": (0.0, 10_000.0),
    "error_scale": (0.05, 20.0),
    "pool_days": (5, 365),
}
_OPTION = {"n_worlds": "--worlds", "n_days": "--days"}


def check_settings(settings: TrialSettings) -> TrialSettings:
    """Return the settings, where they make sense.

    Raises
    ------
    InputError
        A number is out of its range, or a world would be too large.
    """
    for name, (low, high) in _BOUNDS.items():
        value = getattr(settings, name)
        if not low <= value <= high:
            where = _OPTION.get(name, "--" + name.replace("_", "-"))
            raise InputError(f"This is out of range: {value:g}.", where, f"Write {low:g} to {high:g}.")
    if any(not 0.0 < rate <= 10_000.0 for rate in settings.sustained_per_day) or not settings.sustained_per_day:
        raise InputError(
            f"Rates of sustained breaches lie above 0: {settings.sustained_per_day}.", "--sustained", "Write 1 or more."
        )
    if settings.n_days * settings.per_day > MAX_INCIDENTS:
        raise InputError(
            f"One world would hold {settings.n_days * settings.per_day:,.0f} incidents.",
            "--days, --per-day",
            f"Stay under {MAX_INCIDENTS:,}.",
        )
    return settings


def settings_digest(settings: TrialSettings, agreement: bytes, version: str) -> str:
    """Return what tells one trial from another: SHA-256 over settings, agreement and code version."""
    value: dict[str, Any] = {**asdict(settings), "agreement": sha256_hex(agreement), "version": version}
    return sha256_hex(canonical_json(value))
