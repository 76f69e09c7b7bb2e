"""Reviews: named humans' words on findings and on incidents, as a file into records.

Rule: one file holds both, since both are entries that are added and never changed; all faults are named at once,
each with its line. Source: DESIGN, sections 1 (rule 5) and 4 (Finding).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfire.app.wire import read_file
from holdfire.basics.documents import Document, nearest_name, read_document
from holdfire.basics.instants import parse_instant
from holdfire.errors import DocumentError, Fault, InputError
from holdfire.records.finding import Review
from holdfire.records.incident_review import INCIDENT_DECISIONS, IncidentReview

__all__ = ["Reviews", "load_reviews"]

DECISIONS = ("confirm", "reject", "cannot determine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """Hold the reviews of a file, by what they are about."""

    findings: tuple[Review, ...] = ()
    incidents: tuple[IncidentReview, ...] = ()


_REVIEW_TEXTS = ("review_id", "finding_id", "reviewer", "reason")
_INCIDENT_TEXTS = ("review_id", "reviewer", "reason")
_REVIEW_OPTIONAL = ("standard", "dissent", "party_reply", "remedy", "supersedes")


def _check_fields(
    entry: dict[str, Any],
    index: int,
    known: set[str],
    texts: tuple[str, ...],
    document: Document,
    faults: list[Fault],
) -> None:
    for key in entry:
        if key not in known:
            near = nearest_name(key, sorted(known))
            mend = f"Write '{near}'." if near else "Remove it."
            faults.append(document.fault((index, key), f"A review has no field {key!r}.", mend))
    for key in texts:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            faults.append(document.fault((index, key), f"A review needs its {key}: {entry.get(key)!r}.", "Fill it in."))


def _instant(entry: dict[str, Any], index: int, key: str, document: Document, faults: list[Fault]) -> datetime | None:
    try:
        return parse_instant(str(entry.get(key)))
    except InputError as error:
        faults.append(document.fault((index, key), error.what, error.mend))
        return None


def _review(entry: Any, index: int, document: Document, faults: list[Fault]) -> Review | None:
    n_before = len(faults)
    if not isinstance(entry, dict):
        faults.append(document.fault((index,), "A review is a mapping of fields.", "Write review_id: … and so on."))
        return None
    known = {*_REVIEW_TEXTS, *_REVIEW_OPTIONAL, "made_at", "decision", "remedy_deadline"}
    _check_fields(entry, index, known, _REVIEW_TEXTS, document, faults)
    if entry.get("decision") not in DECISIONS:
        mend = f"Write one of {', '.join(DECISIONS)}."
        faults.append(document.fault((index, "decision"), f"This is no decision: {entry.get('decision')!r}.", mend))
    made_at = _instant(entry, index, "made_at", document, faults)
    deadline = None
    if entry.get("remedy_deadline") is not None:
        deadline = _instant(entry, index, "remedy_deadline", document, faults)
    if len(faults) > n_before or made_at is None:
        return None
    optional: dict[str, str | None] = {key: entry.get(key) for key in _REVIEW_OPTIONAL}
    return Review(
        review_id=entry["review_id"],
        finding_id=entry["finding_id"],
        reviewer=entry["reviewer"],
        reason=entry["reason"],
        decision=entry["decision"],
        made_at=made_at,
        remedy_deadline=deadline,
        standard=optional["standard"],
        dissent=optional["dissent"],
        party_reply=optional["party_reply"],
        remedy=optional["remedy"],
        supersedes=optional["supersedes"],
    )


def _incident_review(
    entry: dict[str, Any], index: int, document: Document, faults: list[Fault]
) -> IncidentReview | None:
    n_before = len(faults)
    known = {*_INCIDENT_TEXTS, "reports", "made_at", "decision", "supersedes"}
    _check_fields(entry, index, known, _INCIDENT_TEXTS, document, faults)
    decision, reports = entry.get("decision"), entry.get("reports")
    if decision not in INCIDENT_DECISIONS:
        mend = f"Write one of {', '.join(INCIDENT_DECISIONS)}."
        faults.append(document.fault((index, "decision"), f"This is no decision on reports: {decision!r}.", mend))
    least = 2 if decision in INCIDENT_DECISIONS[:2] else 1
    listed = isinstance(reports, list) and all(isinstance(name, str) and name.strip() for name in reports)
    if not listed or len(set(reports or ())) < least:
        mend = f"List at least {least} different report ids, as in memberships.parquet."
        faults.append(document.fault((index, "reports"), f"These are no reports to review: {reports!r}.", mend))
    made_at = _instant(entry, index, "made_at", document, faults)
    if len(faults) > n_before or made_at is None:
        return None
    return IncidentReview(
        review_id=entry["review_id"],
        reviewer=entry["reviewer"],
        made_at=made_at,
        decision=str(decision),
        reports=tuple(reports or ()),
        reason=entry["reason"],
        supersedes=entry.get("supersedes"),
    )


def load_reviews(path: Path | None) -> Reviews:
    """Return the reviews of a YAML or JSON file (a list), each kind ordered by instant and id.

    An entry with ``reports`` is a review of incidents, one with ``finding_id`` a review of a finding.

    Raises
    ------
    DocumentError
        Entries are wrong; all faults are named.
    """
    if path is None:
        return Reviews()
    document = read_document(read_file(path), str(path))
    entries = document.value if document.value is not None else []
    if not isinstance(entries, list):
        raise DocumentError(
            str(path), (document.fault((), "A file of reviews is a list.", "Begin each review with '- '."),)
        )
    faults: list[Fault] = []
    findings: list[Review] = []
    incidents: list[IncidentReview] = []
    for index, entry in enumerate(entries):
        if isinstance(entry, dict) and "reports" in entry and "finding_id" not in entry:
            one = _incident_review(entry, index, document, faults)
            incidents += [one] if one is not None else []
        else:
            other = _review(entry, index, document, faults)
            findings += [other] if other is not None else []
    if faults:
        raise DocumentError(str(path), tuple(faults))
    return Reviews(
        findings=tuple(sorted(findings, key=lambda r: (r.made_at, r.review_id))),
        incidents=tuple(sorted(incidents, key=lambda r: (r.made_at, r.review_id))),
    )
