"""Incident: what we believe happened, and which reports say so.

Rule: an incident lists its reports with membership probabilities; a probability of what it was is a list of
bounds by name, where the null name carries what nobody says. Source: DESIGN, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from holdfire.records.schema import INSTANT, SHARES

__all__ = ["INCIDENT_SCHEMA", "MEMBERSHIP_SCHEMA", "Incident", "Membership", "Share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Bound the probability of one name; a null name is 'somebody or something not named'."""

    name: str | None
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Hold one incident; the fields are the columns of ``INCIDENT_SCHEMA``.

    Attributes
    ----------
    incident_id : str
        ``i`` and 16 hexadecimal digits; never given to another incident.
    prob_real, prob_real_lower, prob_real_upper : float, 0..1
        That it happened: point value and its bounds.
    occurred_start, occurred_end : datetime or None
        Posterior interval ``[start, end)``, UTC; None = nobody says.
    place_model, lon, lat, sigma_m, area_id
        Posterior place, as in a report.
    kind : str or None
        The likeliest path of event kind, as deep as the reports bear.
    kinds, actors : list of Share
        Bounds by kind path and by party or excluded group. What is not listed has lower 0; its upper is the
        upper of the null name (0 where there is no null name).
    target : str or None
        Party or excluded group that it was done to.
    involved_excluded_lower, involved_excluded_upper : float, 0..1
        Bounds of the probability that an excluded group did it or was its target, from the reports'
        ``excluded_lower`` and ``excluded_upper``. Null = no report was resolved against an agreement.
    target_kind, prob_target_kind : str or None, float
        Likeliest path of the target tree, and the share of the naming reports that fit it.
    weapon : str or None
        Path in the tree of weapons.
    casualties_low, casualties_best, casualties_high : int or None
    count_low, count_high : int or None
        Single events that the incident consists of (rounds, explosions), or persons freed by a release, from its
        reports: ``count_low`` is the least that any of them says, ``count_high`` the most that all of them allow, or
        where they clash the most that any of them does. None = nobody says.
    fired_from_deg, fired_from_sigma_deg : float or None
        Mean of the bearings from where fire fell towards whoever fired that its reports state, degrees clockwise from
        true north, 0 <= x < 360, and its 1-sigma error, 0 < x <= 180. None = nobody says, or they contradict each
        other.
    n_reports, n_sources, n_independent : int
        Reports, sources, and sources that do not copy one another.
    languages : str
        BCP 47 codes of its reports' languages, sorted, joined by a space.
    explanation : str
        Canonical JSON: how the reports were joined and weighed.
    """

    incident_id: str
    prob_real: float
    prob_real_lower: float
    prob_real_upper: float
    occurred_start: datetime | None = None
    occurred_end: datetime | None = None
    place_model: str = "unknown"
    lon: float | None = None
    lat: float | None = None
    sigma_m: float | None = None
    area_id: str | None = None
    place_name: str | None = None
    kind: str | None = None
    kinds: list[Share] | None = None
    actor: str | None = None
    actors: list[Share] | None = None
    target: str | None = None
    involved_excluded_lower: float | None = None
    involved_excluded_upper: float | None = None
    target_kind: str | None = None
    prob_target_kind: float | None = None
    weapon: str | None = None
    casualties_low: int | None = None
    casualties_best: int | None = None
    casualties_high: int | None = None
    count_low: int | None = None
    count_high: int | None = None
    fired_from_deg: float | None = None
    fired_from_sigma_deg: float | None = None
    n_reports: int
    n_sources: int
    n_independent: int
    languages: str = ""
    explanation: str = "{}"


INCIDENT_SCHEMA = pa.schema(
    [
        pa.field("incident_id", pa.string(), nullable=False),
        pa.field("prob_real", pa.float64(), nullable=False),
        pa.field("prob_real_lower", pa.float64(), nullable=False),
        pa.field("prob_real_upper", pa.float64(), nullable=False),
        ("occurred_start", INSTANT),
        ("occurred_end", INSTANT),
        pa.field("place_model", pa.string(), nullable=False),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("sigma_m", pa.float64()),
        ("area_id", pa.string()),
        ("place_name", pa.string()),
        ("kind", pa.string()),
        ("kinds", SHARES),
        ("actor", pa.string()),
        ("actors", SHARES),
        ("target", pa.string()),
        ("involved_excluded_lower", pa.float64()),
        ("involved_excluded_upper", pa.float64()),
        ("target_kind", pa.string()),
        ("prob_target_kind", pa.float64()),
        ("weapon", pa.string()),
        ("casualties_low", pa.int32()),
        ("casualties_best", pa.int32()),
        ("casualties_high", pa.int32()),
        ("count_low", pa.int32()),
        ("count_high", pa.int32()),
        ("fired_from_deg", pa.float64()),
        ("fired_from_sigma_deg", pa.float64()),
        pa.field("n_reports", pa.int32(), nullable=False),
        pa.field("n_sources", pa.int32(), nullable=False),
        pa.field("n_independent", pa.int32(), nullable=False),
        pa.field("languages", pa.string(), nullable=False),
        pa.field("explanation", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """State with which probability a report belongs to an incident.

    A report that corroborates nothing (a lone siren, a lone thermal point) has a null incident and prob 0. Rows are
    sorted by report_id, then by falling prob, then by incident_id.

    Attributes
    ----------
    report_id : str
        A round-up, which tells of several incidents, has a row for each of them, every other report one row.
    incident_id : str or None
        None = it belongs to no incident.
    prob : float, 0..1
        Chance that the report tells of that incident; only a round-up's add up to more than 1. The first row of a
        report is its main one. Incidents that others tell of do not count round-ups in ``n_reports``.
    """

    report_id: str
    incident_id: str | None
    prob: float


MEMBERSHIP_SCHEMA = pa.schema(
    [
        pa.field("report_id", pa.string(), nullable=False),
        ("incident_id", pa.string()),
        pa.field("prob", pa.float64(), nullable=False),
    ]
)
