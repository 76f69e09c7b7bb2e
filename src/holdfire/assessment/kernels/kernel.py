"""Kernel: what judges one kind of clause, what it reads, and what it says.

Turns a clause, a reading and a chunk of incidents into judgements, one for each addressee. Rule: a judgement holds the
five factors of DESIGN, section 5, each with its bounds; a kernel says only which acts breach the clause, where and when
it binds, and what exempts. Leaves products and verdicts to ``assess``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from holdfire.assessment.acts import Bounds, act_bounds, held_bounds, party_bounds
from holdfire.assessment.attribution import Evidence, evidence_of, posterior_bounds
from holdfire.assessment.facts import Facts
from holdfire.assessment.kernels.exemptions import no_exemption
from holdfire.assessment.kernels.replies import FindsReplies
from holdfire.assessment.place_time import Places, place_time_bounds
from holdfire.assessment.regions import NOWHERE, Atlas, Region
from holdfire.assessment.times import Spans, force_spans, intersect_spans, scope_spans
from holdfire.basics.instants import HOUR_US
from holdfire.basics.units import parse_duration_h, parse_length_m
from holdfire.errors import ModelError
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.assessment import LISTED_FROM
from holdfire.records.attribution import Attribution
from holdfire.records.clauses import Clause, Exemption
from holdfire.records.fields import Model
from holdfire.records.taxonomy import Taxonomy
from holdfire.records.zones import Holder

__all__ = [
    "Duty", "Judgement", "Kernel", "Scene", "Setting", "bound_spans", "clause_acts", "in_scope", "judge_acts",
    "own_zones", "rule_of", "scoped",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rule = TypeVar("Rule", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Duty:
    """Say where and when a clause binds a party.

    Attributes
    ----------
    certain, possible : Region
        Where it binds for certain, and where it may bind; equal but for gates of which nobody told.
    """

    certain: Region
    possible: Region


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """Hold what a whole assessment rests on.

    Attributes
    ----------
    agreement : Agreement
    atlas : Atlas
    kinds, weapons, targets : Taxonomy
    kind_weapons : mapping of kind path to weapon path
    replies : FindsReplies
        Where fire may be a reply, found once for all incidents.
    as_of_us : int or None
        Until when incidents could be known, microseconds since 1970, UTC; None = not known.
    evidence_kinds : frozenset of str or None
        Paths of the kinds of event that the sources tell of at all; None = of every kind.
    """

    agreement: Agreement
    atlas: Atlas
    kinds: Taxonomy
    weapons: Taxonomy
    targets: Taxonomy
    kind_weapons: Mapping[str, str]
    replies: FindsReplies
    as_of_us: int | None
    evidence_kinds: frozenset[str] | None
    _duties: dict[tuple[str, str, str], Duty] = field(default_factory=dict)

    def acts(self, facts: Facts, acts: Iterable[str], weapons: Iterable[str]) -> Bounds:
        """Return bounds of the probability that incidents are one of the acts with one of the weapons."""
        return act_bounds(
            facts,
            acts=acts,
            weapons=weapons,
            kinds=self.kinds,
            weapon_tree=self.weapons,
            kind_weapons=self.kind_weapons,
            told=self.evidence_kinds,
        )

    def duty(self, clause: Clause, reading: Reading, party: str, find: Callable[[], Duty]) -> Duty:
        """Return a duty, found once; ``party`` is empty where the clause binds every addressee alike."""
        key = (clause.id, reading.id, party)
        if key not in self._duties:
            self._duties[key] = find()
        return self._duties[key]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """Hold a chunk of incidents in its setting.

    Attributes
    ----------
    setting : Setting
    facts : Facts
        The chunk.
    places : Places
    position : int64, (n,)
        Position of each incident of the chunk among those that may have drawn its fire.
    """

    setting: Setting
    facts: Facts
    places: Places
    position: Ints
    _parties: dict[tuple[str, str], Bounds] = field(default_factory=dict)
    _evidence: dict[str, dict[str, Evidence]] = field(default_factory=dict)

    def acts(self, acts: Iterable[str], weapons: Iterable[str]) -> Bounds:
        """Return bounds of the probability that each incident is one of the acts with one of the weapons."""
        return self.setting.acts(self.facts, acts, weapons)

    def done_by(self, party: str, reading: Reading) -> Bounds:
        """Return bounds of the probability that a party did each incident, under a reading."""
        stated = self.setting.agreement.attribution
        key = (party, "" if stated is None else reading.id)
        if key not in self._parties:
            if stated is None:
                self._parties[key] = party_bounds(self.facts.actors, party)
            else:
                self._parties[key] = posterior_bounds(self.facts, party, self.evidence(stated, reading), stated)
        return self._parties[key]

    def evidence(self, stated: Attribution, reading: Reading) -> dict[str, Evidence]:
        """Return the likelihoods of every party that holds a zone, under a reading."""
        if reading.id not in self._evidence:
            atlas = self.setting.atlas
            fell, stood = self.acts(stated.fell, ()), self.acts(stated.stood, ())
            self._evidence[reading.id] = {
                party: evidence_of(
                    atlas.zones(zones, reading.id),
                    stated,
                    self.facts,
                    atlas,
                    self.places.bounds,
                    fell,
                    stood,
                    self.setting.kind_weapons,
                )
                for party, zones in stated.held.items()
            }
        return self._evidence[reading.id]

    def replies(self, clause: Clause, exemption: Exemption, party: str, rows: Ints) -> Floats:
        """Return how likely it can at most be that incidents of the chunk are a party's replies."""
        acts, weapons = clause_acts(clause)
        return self.setting.replies.upper(
            clause.id,
            party,
            self.position[rows],
            acts=lambda facts: self.setting.acts(facts, acts, weapons),
            window_us=round(parse_duration_h(exemption.window) * HOUR_US),
            distance_m=parse_length_m(exemption.distance),
            claims_decide=self.setting.agreement.attribution is None,
        )


def clause_acts(clause: Clause) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the paths of acts and of weapons that a clause's rule names; empty where its kind has none."""
    return tuple(getattr(clause.rule, "acts", ())), tuple(getattr(clause.rule, "weapons", ()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgement:
    """Hold what a kernel says of some incidents and one party.

    Attributes
    ----------
    party : str
    rows : int64, (m,)
        Incidents of the chunk; -1 where there is no incident.
    real, act, place_time, actor, no_exemption : Bounds, (m,)
        The factors of ``records.assessment.FACTORS``.
    """

    party: str
    rows: Ints
    real: Bounds
    act: Bounds
    place_time: Bounds
    actor: Bounds
    no_exemption: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """Name what judges a kind of clause.

    Attributes
    ----------
    kind : str
        As in ``CLAUSE_KINDS``.
    judge : function of (clause, reading, scene) to judgements
    per_incident : bool
        False where it judges all incidents together, in one chunk.
    omission : function of (clause, reading, scene) to judgements, optional
        What it says, besides, of all incidents together, in one chunk.
    """

    kind: str
    judge: Callable[[Clause, Reading, Scene], Iterator[Judgement]]
    per_incident: bool = True
    omission: Callable[[Clause, Reading, Scene], Iterator[Judgement]] | None = None


def bound_spans(clause: Clause, reading: Reading, agreement: Agreement) -> Spans:
    """Return when a clause binds under a reading: in force, and within the clause's scope."""
    return intersect_spans(force_spans(reading, agreement), scope_spans(clause.scope, agreement))


def scoped(region: Region, clause: Clause, reading: Reading, scene: Scene) -> Region:
    """Return what of a region the clause's scope binds under a reading."""
    atlas = scene.setting.atlas
    if clause.scope.zones:
        region = atlas.within(region, atlas.zones(clause.scope.zones, reading.id))
    return atlas.during(region, bound_spans(clause, reading, scene.setting.agreement))


def rule_of(clause: Clause, kind: type[Rule]) -> Rule:
    """Return a clause's rule as the kind that the kernel judges.

    Raises
    ------
    ModelError
        The clause is of another kind.
    """
    if not isinstance(clause.rule, kind):
        raise ModelError(
            f"Clause {clause.id!r} was given to the kernel of another kind: {clause.rule.kind!r}.",
            f"clause {clause.id!r}",
            "Take the kernel from the registry by the rule's kind.",
        )
    return clause.rule


def own_zones(zone_ids: Iterable[str], reading: Reading, scene: Scene) -> Region:
    """Return the zones that a clause's rule names; nowhere where it names none."""
    wanted = tuple(zone_ids)
    return scene.setting.atlas.zones(wanted, reading.id) if wanted else NOWHERE


def in_scope(clause: Clause, reading: Reading, scene: Scene, region: Callable[[], Region]) -> Duty:
    """Return the duty that binds every addressee alike: what of a region the clause's scope binds."""

    def find() -> Duty:
        bound = scoped(region(), clause, reading, scene)
        return Duty(certain=bound, possible=bound)

    return scene.setting.duty(clause, reading, "", find)


def judge_acts(
    clause: Clause,
    reading: Reading,
    scene: Scene,
    *,
    acts: Iterable[str],
    weapons: Iterable[str],
    duty: Duty | Callable[[str], Duty],
    place: Callable[[int, Ints], Bounds] | None = None,
    holder: Holder | None = None,
) -> Iterator[Judgement]:
    """Judge every addressee of a clause that prohibits acts.

    Parameters
    ----------
    clause, reading, scene
    acts, weapons : iterable of str
        Paths of what breaches the clause.
    duty : Duty, or function of party to Duty
        Where and when the clause binds the party.
    place : function of (shape, rows) to Bounds, optional
        The probability of places within a shape, where it is not simply that of the incident's place.
    holder : Holder, optional
        The party that holds what the clause protects.

    Yields
    ------
    Judgement
        Without incidents whose upper bound is certain to stay below ``LISTED_FROM``.
    """
    facts = scene.facts
    asked = place if place is not None else scene.places.bounds
    act = scene.acts(acts, weapons)
    found: dict[int, tuple[Duty, Ints, Bounds]] = {}
    for party in clause.addressees:
        binding = duty if isinstance(duty, Duty) else duty(party)
        if id(binding) not in found:
            rows = np.flatnonzero(facts.real_upper * act.upper >= LISTED_FROM)
            found[id(binding)] = (binding, *_met(binding, facts, rows, asked))
        _, rows, place_time = found[id(binding)]
        actor = _attacker(clause, party, reading, scene, holder)
        reach = facts.real_upper[rows] * act.upper[rows] * place_time.upper * actor.upper[rows]
        kept = np.flatnonzero(reach >= LISTED_FROM)
        kept_place = Bounds(place_time.lower[kept], place_time.upper[kept])
        yield _judgement(clause, party, scene, rows[kept], act, kept_place, actor)


def _attacker(clause: Clause, party: str, reading: Reading, scene: Scene, holder: Holder | None) -> Bounds:
    # That the party did it, where one party holds the place; where the agreement states who holds what, that counts.
    stated = scene.setting.agreement.attribution
    if holder is None or stated is not None or holder.party not in clause.addressees:
        return scene.done_by(party, reading)
    rest = [other for other in clause.addressees if other not in (party, holder.party)]
    uppers = [scene.done_by(other, reading).upper for other in rest]
    others = np.sum(uppers, axis=0) if rest else np.zeros(scene.facts.n)
    return held_bounds(scene.done_by(party, reading), others, party == holder.party, holder.own_fire)


def _judgement(
    clause: Clause, party: str, scene: Scene, rows: Ints, act: Bounds, place_time: Bounds, actor: Bounds
) -> Judgement:
    # act and actor are by incident of the chunk, place_time by row.
    facts = scene.facts
    return Judgement(
        party=party,
        rows=rows,
        real=Bounds(facts.real_lower[rows], facts.real_upper[rows]),
        act=Bounds(act.lower[rows], act.upper[rows]),
        place_time=place_time,
        actor=Bounds(actor.lower[rows], actor.upper[rows]),
        no_exemption=no_exemption(
            clause,
            party,
            agreement=scene.setting.agreement,
            facts=facts,
            rows=rows,
            replies=lambda one, who, at: scene.replies(clause, one, who, at),
        ),
    )


def _met(binding: Duty, facts: Facts, rows: Ints, place: Callable[[int, Ints], Bounds]) -> tuple[Ints, Bounds]:
    # Incidents that may lie where the duty binds, with their bounds.
    possible = place_time_bounds(binding.possible, facts, rows, place)
    kept = np.flatnonzero(possible.upper > 0.0)
    rows, upper = rows[kept], possible.upper[kept]
    if binding.certain is binding.possible:
        return rows, Bounds(possible.lower[kept], upper)
    return rows, Bounds(np.minimum(place_time_bounds(binding.certain, facts, rows, place).lower, upper), upper)
