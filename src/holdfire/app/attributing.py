"""Attributing: who did it, piece of evidence by piece, for one assessment.

Turns an incident and the agreement's stated evidence into lines: what reports claim, and what each likelihood says for
each party, with its source. Rule: the figures are made by the code that made the assessment. Leaves how they are joined
to ``assessment.attribution``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from holdfire.assessment.acts import Bounds, act_bounds, party_bounds
from holdfire.assessment.attribution import Evidence, evidence_of, posterior_bounds
from holdfire.assessment.facts import facts_of
from holdfire.assessment.place_time import Places
from holdfire.assessment.regions import Atlas
from holdfire.records.agreement import Agreement
from holdfire.records.taxonomy import builtin_tree, kind_weapons

__all__ = ["Likelihood", "likelihoods_of"]

PIECES = (
    ("claims", "what reports claim"),
    ("side", "the side of the line"),
    ("reach", "the reach of the weapon"),
    ("joined", "all of it"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """Say what one piece of evidence tells of one party.

    Attributes
    ----------
    party, piece : str
        ``claims`` and ``joined`` are probabilities, ``side`` and ``reach`` likelihoods relative to other parties.
    lower, upper : float, 0..1
    source : str
        Where it comes from.
    """

    party: str
    piece: str
    lower: float
    upper: float
    source: str

    def as_line(self) -> str:
        """Return it as a line of an explanation."""
        words = dict(PIECES)[self.piece]
        low, high = f"{self.lower:.3f}", f"{self.upper:.3f}"
        bounds = low if low == high else f"{low} to {high}"
        return f"    {self.party}, by {words}: {bounds} ({self.source})"

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def likelihoods_of(incidents: pa.Table, agreement: Agreement, shapes: pa.Table, reading: str) -> tuple[Likelihood, ...]:
    """Return what each piece of evidence tells of each party that holds a zone.

    Parameters
    ----------
    incidents : pyarrow.Table
        One row by ``INCIDENT_SCHEMA``.
    agreement : Agreement
    shapes : pyarrow.Table
        By ``ZONE_SHAPE_SCHEMA``.
    reading : str

    Returns
    -------
    tuple of Likelihood
        Empty where the agreement states no evidence of this sort.
    """
    stated = agreement.attribution
    if stated is None or not incidents.num_rows:
        return ()
    facts, atlas = facts_of(incidents), Atlas.of(shapes)
    places = Places(facts=facts, atlas=atlas, areas={}, area_shares={})

    def acts(kinds: list[str]) -> Bounds:
        return act_bounds(
            facts,
            acts=kinds,
            weapons=(),
            kinds=builtin_tree("kinds"),
            weapon_tree=builtin_tree("weapons"),
            kind_weapons=kind_weapons(),
        )

    fell, stood = acts(stated.fell), acts(stated.stood)
    evidence: dict[str, Evidence] = {}
    for party, zones in stated.held.items():
        held = atlas.zones(zones, reading)
        evidence[party] = evidence_of(held, stated, facts, atlas, places.bounds, fell, stood, kind_weapons())
    reaches = "; ".join(sorted({one.source for one in stated.reaches})) or "no reach is stated"
    found = []
    for party, one in evidence.items():
        pieces = {
            "claims": (party_bounds(facts.actors, party), "the incident's reports"),
            "side": (one.side, stated.source),
            "reach": (one.reach, reaches),
            "joined": (posterior_bounds(facts, party, evidence, stated), "Bayes' rule"),
        }
        for piece, (bounds, source) in pieces.items():
            lower, upper = float(bounds.lower[0]), float(bounds.upper[0])
            found.append(Likelihood(party=party, piece=piece, lower=lower, upper=upper, source=source))
    return tuple(found)
