"""Waterfall: why reports were joined into an incident, pair by pair, as lines and as data.

Rule: the numbers are computed again from the case's own reports, sources, parameters and reviews, and come out as in
the run; a case that lacks them says so. Leaves the evidence to ``fusion.explain``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from holdfire.app.wire import load_trees
from holdfire.errors import HoldfireError
from holdfire.fusion.explain import PairEvidence, explain_incident
from holdfire.fusion.fuse import FusionParameters
from holdfire.records.incident_review import IncidentReview
from holdfire.store.case_folder import CaseFolder

__all__ = ["MOST_REPORTS", "review_settings", "waterfall"]

MOST_REPORTS = 60
"""An incident of more reports is shown by its likeliest ones."""
SHOWN_NATS = 0.05
"""Parts that weigh less are left out of the lines, not of the data."""


def review_settings(reviews: Sequence[IncidentReview]) -> list[dict[str, Any]]:
    """Return reviews as the manifest of a run keeps them."""
    return [
        {**asdict(review), "made_at": review.made_at.isoformat(), "reports": [*review.reports]} for review in reviews
    ]


def _reviews(settings: Mapping[str, Any]) -> list[IncidentReview]:
    return [
        IncidentReview(
            **{**entry, "made_at": datetime.fromisoformat(entry["made_at"]), "reports": tuple(entry["reports"])}
        )
        for entry in settings.get("incident_reviews", ())
    ]


def _parameters(settings: Mapping[str, Any]) -> FusionParameters:
    known = {field.name for field in fields(FusionParameters)}
    return FusionParameters(**{name: value for name, value in settings.get("fusion", {}).items() if name in known})


def _pair_lines(pair: PairEvidence) -> list[str]:
    lines = [f"  {pair.report_a} with {pair.report_b}: {pair.total_nats:+.1f} nats"]
    lines += [f"    {part.nats:+6.1f}  {part.name}: {part.why}" for part in pair.parts if abs(part.nats) >= SHOWN_NATS]
    return lines


def waterfall(case: CaseFolder, report_ids: Sequence[str], data: dict[str, Any]) -> list[str]:
    """Return the lines that say why reports stand together, and put the same into ``data``.

    Parameters
    ----------
    case : CaseFolder
    report_ids : sequence of str
        The incident's reports, likeliest first.
    data : dict
        Gets ``waterfall``: a list of pairs with their parts.
    """
    if len(report_ids) < 2 or not case.has("sources"):
        return []
    try:
        settings = case.read_document("run.json").get("parameters", {})
        pairs = explain_incident(
            case.read("reports"),
            case.read("sources"),
            load_trees(None).kinds,
            list(report_ids[:MOST_REPORTS]),
            _parameters(settings),
            _reviews(settings),
        )
    except HoldfireError as error:
        return [f"  The evidence cannot be computed again: {error.what}"]
    once = {frozenset((pair.report_a, pair.report_b)): pair for pair in reversed(pairs)}
    pairs = tuple(pair for pair in pairs if once[frozenset((pair.report_a, pair.report_b))] is pair)
    data.setdefault("waterfall", []).extend(asdict(pair) for pair in pairs)
    lines = ["Why together: nats of evidence, above 0 for one incident, below for two"]
    for pair in pairs:
        lines += _pair_lines(pair)
    return lines
