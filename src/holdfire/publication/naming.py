"""Naming: what an agreement calls its parties, clauses, zones and readings, in one language.

Turns ids into names. Rule: an id that the agreement does not define is told as it is. Leaves the house's own words
to ``words``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from holdfire.publication.language import Speech
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import STANDARDS, Clause
from holdfire.records.fields import Text, in_language

__all__ = ["Names", "place_text"]

NUMBER = re.compile(r"(?:[Aa]rt\.?|§)?\s*(?:[0-9]+|[IVXLC]+)(?:[.()-]+[0-9a-zA-Z]{1,2})*\)?")
"""A clause's id that is a number of the text: 4, 4.2, 12(a), IV.3."""


@dataclass(frozen=True, slots=True)
class Names:
    """Name what an agreement defines.

    Parameters
    ----------
    agreement : Agreement
    speech : Speech
    cell_m : float
        Size of the cells at whose centres places stand, metres; 0 = places stand where they are.
    """

    agreement: Agreement
    speech: Speech
    cell_m: float = 0.0
    _known: dict[tuple[str, str], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Gather every name once."""
        held = self.agreement
        known: dict[tuple[str, str], str] = {}
        known.update({("party", one.id): self.text(one.name) for one in held.others})
        known.update({("party", one.id): self.text(one.name) for one in held.excluded_groups})
        known.update({("party", one.id): self.text(one.name) for one in held.parties})
        known.update({("reading", one.id): self.text(one.title) for one in held.readings})
        known.update({("zone", one.id): self.text(one.title) for one in held.zones})
        known.update({("line", one.id): self.text(one.title) for one in held.lines})
        known.update({("watcher", one.id): self.text(one.name) for one in held.watchers})
        known.update({("clause", one.id): self.text(one.title) for one in held.clauses})
        object.__setattr__(self, "_known", known)

    def text(self, text: Text) -> str:
        """Return a localised text of the agreement."""
        return in_language(text, self.speech.language)

    def of(self, what: str, name: str | None) -> str:
        """Return the name of a party, reading, zone, line, watcher or clause; empty for None."""
        return "" if name is None else self._known.get((what, name), name)

    def zone(self, name: str) -> str:
        """Return a zone's name; ``*`` is everywhere."""
        return self.speech.gettext("everywhere") if name == "*" else self.of("zone", name)

    def number(self, clause: str) -> str:
        """Return a clause's id where it is a number of the text, such as ``4.2``; empty where it is a word."""
        return clause if NUMBER.fullmatch(clause) else ""

    def short(self, clause: str) -> str:
        """Return a clause's number, or its title where it has none."""
        return self.number(clause) or self.of("clause", clause)

    def full(self, clause: str) -> str:
        """Return a clause's number and title."""
        return f"{self.number(clause)} {self.of('clause', clause)}".strip()

    def clause(self, name: str) -> Clause | None:
        """Return the clause of an id, if the agreement has it."""
        return next((one for one in self.agreement.clauses if one.id == name), None)

    def threshold(self, clause: str) -> float | None:
        """Return from which probability a clause's standard of proof holds."""
        found = self.clause(clause)
        return None if found is None else STANDARDS[found.standard]

    def readings(self, names: Sequence[str], clause: str | None = None) -> str:
        """Return the names of readings; empty where they are all under which the clause stands."""
        found = None if clause is None else self.clause(clause)
        scope = found.scope.readings if found is not None else []
        every = [one.id for one in self.agreement.readings if not scope or one.id in scope]
        if set(every) <= set(names):
            return ""
        return self.speech.together([self.of("reading", name) for name in names])


def place_text(speech: Speech, lon: float, lat: float) -> str:
    """Return a place in degrees with two decimals, south and west by their letters.

    Examples
    --------
    >>> place_text(Speech("en"), 70.219, -49.351)
    '49.35° S, 70.22° E'
    """
    north, east = (speech.gettext("N"), speech.gettext("E"))
    south, west = (speech.gettext("S"), speech.gettext("W"))
    return (
        f"{speech.number(abs(lat), 2)}° {north if lat >= 0 else south}, "
        f"{speech.number(abs(lon), 2)}° {east if lon >= 0 else west}"
    )
