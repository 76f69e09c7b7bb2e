"""Read the lawyers' cases of the guarantee: findings, dates and people in, expectations out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from holdfire.basics.instants import local_day_bounds, parse_instant
from holdfire.guarantee.reviewed import words_of
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import STANDARDS
from holdfire.records.finding import FINDING_SCHEMA, Review
from holdfire.records.guarantee import Authorisation, RungUse
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.zone_membership import ZONE_MEMBERSHIP_SCHEMA

__all__ = ["CASES", "Facts", "agreement_of", "base_agreement", "finding_row", "incident_row", "plain_text", "tables"]

CASES = Path(__file__).resolve().parents[2] / "cases" / "guarantee"


class _Loader(yaml.SafeLoader):
    """Keep days as text."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def plain_text(path: Path) -> Any:
    """Return a YAML file's content, its days as text."""
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader without dates


def base_agreement() -> dict[str, Any]:
    """Return the invented agreement as plain values."""
    content: dict[str, Any] = plain_text(CASES / "agreement.yaml")
    return content


def agreement_of(changes: dict[str, Any] | None = None) -> Agreement:
    """Return the invented agreement with some of its sections replaced."""
    return Agreement.model_validate(base_agreement() | (changes or {}))


@dataclass(slots=True, kw_only=True)
class Facts:
    """Hold what a case tells, ready for the stage."""

    agreement: Agreement
    findings: list[dict[str, Any]] = field(default_factory=list)
    reviews: tuple[Review, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    used: tuple[RungUse, ...] = ()
    watched: dict[str, float] = field(default_factory=dict)

    @staticmethod
    def of(case: dict[str, Any], agreement: Agreement) -> Facts:
        """Return the facts of a case."""
        zone = agreement.time_zone
        reviews = tuple(
            Review(
                review_id=f"review-{index}",
                finding_id=f"f/{one['finding']}",
                reviewer=one["by"],
                made_at=parse_instant(one["at"], zone),
                decision=one["says"],
                reason="Invented.",
            )
            for index, one in enumerate(case.get("reviews", []))
        )
        decided = tuple(
            Authorisation(
                decision=one["says"],
                by=one["by"],
                made_at=parse_instant(one["at"], zone),
                reason=one.get("because", "Invented."),
                rung_id=one.get("rung"),
                gate_id=one.get("gate"),
                requirement=one.get("requirement"),
                party=one.get("against"),
            )
            for one in case.get("decided", [])
        )
        used = tuple(
            RungUse(
                rung_id=one["rung"],
                used_at=parse_instant(one["at"], zone),
                by=one["by"],
                evidence="Invented",
                party=one.get("against"),
            )
            for one in case.get("used", [])
        )
        return Facts(
            agreement=agreement,
            findings=case.get("findings", []),
            reviews=reviews,
            authorisations=decided,
            used=used,
            watched=case.get("watched", {}),
        )

    def arguments(self, as_of: datetime, reading: str) -> dict[str, Any]:
        """Return the stage's arguments at an instant, with the findings as they were decided by then."""
        findings, incidents, membership = tables(self, as_of)
        return {
            "findings": findings,
            "incidents": incidents,
            "zone_membership": membership,
            "as_of": as_of,
            "reading": reading,
            "authorisations": self.authorisations,
            "used": self.used,
            "reviews": self.reviews,
            "watched_share": self.watched,
        }


def _bounds(value: float | list[float]) -> tuple[float, float]:
    return (value[0], value[1]) if isinstance(value, list) else (value, value)


def _interval(told: dict[str, Any], zone: str) -> tuple[datetime | None, datetime | None]:
    if told.get("standing") or told.get("undated") or told.get("blind"):
        return None, None
    if "day" in told:
        return local_day_bounds(date.fromisoformat(told["day"]), zone)
    start = parse_instant(told["at"], zone)
    return start, parse_instant(told["until"], zone) if "until" in told else start


def finding_row(told: dict[str, Any], reading: str, agreement: Agreement) -> dict[str, Any]:
    """Return a finding before any review; what is not told of its factors is certain."""
    clause = agreement.clause(told["clause"])
    lower, upper = (None, None) if told.get("blind") else _bounds(told.get("prob", 1.0))
    row: dict[str, Any] = dict.fromkeys(FINDING_SCHEMA.names)
    if lower is not None and upper is not None:
        proof = STANDARDS[clause.standard]
        verdict = "established" if lower >= proof else "not established" if upper < proof else "cannot determine"
        row |= {f"{factor}_{side}": 1.0 for factor in ("act", "place_time", "actor", "no_exemption") for side in _SIDES}
        row |= {"real_lower": lower, "real_upper": upper, "verdict": verdict, "basis": "probability"}
    else:
        row |= {"verdict": "cannot determine", "basis": "no evidence"}
    no_incident = told.get("standing") or told.get("blind")
    return row | {
        "finding_id": f"f/{told['id']}",
        "assessment_ids": [told["id"]],
        "incident_id": None if no_incident else told.get("incident", told["id"]),
        "clause_id": clause.id,
        "reading": reading,
        "party": told["party"],
        "standard": clause.standard,
        "prob_lower": lower,
        "prob_upper": upper,
        "verified": False,
        "reviewers": [],
        "reason": "Invented.",
    }


_SIDES = ("lower", "upper")


def incident_row(incident_id: str, start: datetime | None, end: datetime | None) -> dict[str, Any]:
    """Return an incident of which only the time matters."""
    row: dict[str, Any] = dict.fromkeys(INCIDENT_SCHEMA.names)
    counts = {"n_reports": 1, "n_sources": 1, "n_independent": 1}
    probs = {"prob_real": 1.0, "prob_real_lower": 1.0, "prob_real_upper": 1.0}
    times = {"occurred_start": start, "occurred_end": end}
    return (
        row
        | counts
        | probs
        | times
        | {
            "incident_id": incident_id,
            "place_model": "unknown",
            "languages": "",
            "explanation": "{}",
        }
    )


def tables(facts: Facts, as_of: datetime) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return findings, incidents and memberships as they are known at an instant."""
    agreement, words = facts.agreement, words_of(facts.reviews, as_of)
    findings, incidents, memberships = [], {}, {}
    for told in facts.findings:
        known_at = parse_instant(told.get("known", "1950-01-01"), agreement.time_zone)
        if known_at > as_of:
            continue
        start, end = _interval(told, agreement.time_zone)
        for reading in told.get("readings", [one.id for one in agreement.readings]):
            row = finding_row(told, reading, agreement)
            word = words.get(row["finding_id"])
            if word is not None and word.decision is not None:
                verdict = {"confirm": "established", "reject": "not established"}.get(word.decision, word.decision)
                row |= {"verified": word.decision == "confirm", "basis": "review", "verdict": verdict}
            findings.append(row)
            if row["incident_id"] is not None:
                incidents[row["incident_id"]] = incident_row(row["incident_id"], start, end)
                for zone_id, share in told.get("zones", {}).items():
                    key = (row["incident_id"], zone_id, reading)
                    memberships[key] = dict(zip(("prob_lower", "prob_upper"), _bounds(share), strict=True))
    named = [
        {"incident_id": incident, "zone_id": zone, "reading": reading, **bounds}
        for (incident, zone, reading), bounds in memberships.items()
    ]
    return (
        pa.Table.from_pylist(findings, schema=FINDING_SCHEMA),
        pa.Table.from_pylist(list(incidents.values()), schema=INCIDENT_SCHEMA),
        pa.Table.from_pylist(named, schema=ZONE_MEMBERSHIP_SCHEMA),
    )


def utc(text: str) -> datetime:
    """Return an instant written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
