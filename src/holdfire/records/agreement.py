"""The agreement: parties, readings, zones, lines, clauses, watchers, guarantee and publication policy as data.

Rule: an agreement is data beside its text; rival claims of its entry into force stand side by side as
*readings*, and everything is judged under each. Leaves checks across fields to ``agreement.check``. Source:
DESIGN, section 4.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from holdfire.records.attribution import Attribution
from holdfire.records.clauses import Clause
from holdfire.records.fields import Bounds, Duration, Id, Instant, Length, Model, Text
from holdfire.records.ladder import Gate, Ladder
from holdfire.records.promises import CommitmentEntry, Guarantor, Meeting, Need, RegisterFile
from holdfire.records.zones import Line, Zone

__all__ = [
    "Agreement",
    "ExcludedGroup",
    "MayInclude",
    "OtherGroup",
    "Party",
    "PublicationPolicy",
    "Reading",
    "Reference",
    "RetiredClause",
    "Suspension",
    "Watcher",
    "agreement_schema",
]


class Reference(Model):
    """Name a document that the encoding rests on."""

    id: Id
    citation: str
    note: str | None = None


class MayInclude(Model):
    """Say that a party's label may cover members of an excluded group, with bounds of their share."""

    group: Id
    labels: list[str] = Field(
        default=[], description="Names and aliases of the party for which this holds; empty for all of them."
    )
    share: Bounds = (0.0, 1.0)


class Party(Model):
    """Name who is bound.

    ``aliases`` are the names that sources use; ``proxies`` are names of groups whose acts count as the party's.
    """

    id: Id
    name: Text
    aliases: list[str] = []
    proxies: list[str] = []
    may_include: list[MayInclude] = []


class ExcludedGroup(Model):
    """Name a group that the agreement neither binds nor protects."""

    id: Id
    name: Text
    aliases: list[str] = []
    basis: str


class OtherGroup(Model):
    """Name a group that is neither bound nor excluded, so that what it does is known to be nobody's breach."""

    id: Id
    name: Text
    aliases: list[str] = []


class Suspension(Model):
    """State when somebody declared the agreement suspended; the reading says whether it counts."""

    start: Instant = Field(alias="from")
    end: Instant | None = Field(default=None, alias="to")
    by: Id
    note: Text | None = None


class Reading(Model):
    """State one claim of when the agreement is in force, who makes it, and which lines it measures from.

    ``lines`` maps a line's id, as clauses and zones name it, to the line that this reading puts in its place.
    """

    id: Id
    title: Text
    claimed_by: list[Id] = Field(min_length=1)
    enters_into_force: Instant
    ends: Instant | None = None
    suspensions: list[Suspension] = []
    lines: dict[Id, Id] = {}
    source: str | None = None


class Watcher(Model):
    """Name who watches, by which means, where, and under which mandate."""

    id: Id
    name: Text
    mandate: Text
    means: list[str] = []
    zones: list[Id] = []


class RetiredClause(Model):
    """Keep the id of a clause that an older version held, so that it is never reused."""

    id: Id
    last_version: str
    title: Text


class PublicationPolicy(Model):
    """State how coarse and how late something may leave the house."""

    delay: Duration = "24 h"
    cell: Length = Field(default="5 km", description="Places are published at the centre of cells of this size.")
    min_count: int = Field(default=1, ge=1, description="Counts below this are suppressed.")
    base_map: Literal["land_only"] = "land_only"
    time_zone: str | None = Field(default=None, description="Zone in which days are told; else the agreement's.")


class Agreement(Model):
    """State what exactly was agreed."""

    holdfire: Literal["agreement/1"]
    id: Id
    version: Annotated[str, Field(min_length=1)]
    title: Text
    status: Literal["draft", "signed", "in_force", "suspended", "expired", "superseded"]
    fictional: bool = False
    summary: Text
    time_zone: str = Field(description="IANA zone of the texts' local times and days.")
    references: list[Reference] = Field(min_length=1)
    parties: list[Party] = Field(min_length=1)
    excluded_groups: list[ExcludedGroup] = []
    others: list[OtherGroup] = []
    readings: list[Reading] = Field(min_length=1)
    zones: list[Zone] = []
    lines: list[Line] = []
    clauses: list[Clause] = Field(min_length=1)
    retired_clauses: list[RetiredClause] = []
    attribution: Attribution | None = Field(
        default=None, description="Likelihoods of who did it, beside what reports claim."
    )
    watchers: list[Watcher] = []
    guarantors: list[Guarantor] = []
    needs: list[Need] = []
    commitments: list[CommitmentEntry] = []
    gates: list[Gate] = []
    ladder: Ladder | None = None
    meetings: list[Meeting] = []
    publication: PublicationPolicy = PublicationPolicy()
    notes: Text | None = None

    def own_register(self) -> RegisterFile:
        """Return what the text itself holds of guarantors, needs, commitments and meetings, as a register."""
        return RegisterFile(
            holdfire="register/1",
            agreement=self.id,
            time_zone=self.time_zone,
            guarantors=self.guarantors,
            needs=self.needs,
            commitments=self.commitments,
            meetings=self.meetings,
        )

    def clause(self, clause_id: str) -> Clause:
        """Return the clause of that id; KeyError where there is none."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)

    def zone(self, zone_id: str) -> Zone:
        """Return the zone of that id; KeyError where there is none."""
        for zone in self.zones:
            if zone.id == zone_id:
                return zone
        raise KeyError(zone_id)


def agreement_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an agreement file."""
    schema = Agreement.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "holdfire:agreement/1",
        **schema,
    }
