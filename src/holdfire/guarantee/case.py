"""Case: what a gate or a ladder is judged by at an instant, under one reading, against one party or all.

Turns tables and what people did into one value. Rule: what is later than the instant, of another reading or about
another party's ladder is not in it. Leaves judging to ``gates`` and ``ladder``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from holdfire.guarantee.ledger import open_ledger, reading_named
from holdfire.guarantee.zones import Zoning
from holdfire.records.agreement import Agreement, Reading
from holdfire.records.finding import Review
from holdfire.records.force import Interval, force_intervals
from holdfire.records.guarantee import Authorisation, RungUse

__all__ = ["Case"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """Hold what a gate or a ladder is judged by.

    Attributes
    ----------
    agreement : Agreement
    zoning : Zoning
    reading : Reading
    as_of : datetime
        UTC.
    used : tuple of RungUse
        Until ``as_of``, under this reading.
    authorisations : tuple of Authorisation
        Until ``as_of``, under this reading, oldest first.
    watch : pyarrow.Table or None
        By ``WATCH_SCHEMA``.
    watched_share : mapping of str to float
        Zone id, or ``*``, to the share noticed; goes before ``watch``.
    """

    agreement: Agreement
    zoning: Zoning
    reading: Reading
    as_of: datetime
    used: tuple[RungUse, ...]
    authorisations: tuple[Authorisation, ...]
    watch: pa.Table | None
    watched_share: Mapping[str, float]

    @staticmethod
    def opened(
        agreement: Agreement,
        findings: pa.Table,
        incidents: pa.Table,
        zone_membership: pa.Table,
        *,
        as_of: datetime,
        reading: str,
        authorisations: Iterable[Authorisation] = (),
        used: Iterable[RungUse] = (),
        reviews: Iterable[Review] = (),
        watch: pa.Table | None = None,
        watched_share: Mapping[str, float] | None = None,
        party: str | None = None,
    ) -> Case:
        """Return the case of one reading at an instant; see ``gates.judge_gate`` for the parameters.

        Parameters
        ----------
        party : str, optional
            Only what people did about this party's ladder, or about every one's; None = all of it.
        """
        ledger = open_ledger(agreement, findings, incidents, as_of=as_of, reading=reading, reviews=reviews)
        here = [one for one in used if one.reading in (None, reading) and one.used_at <= as_of]
        said = [one for one in authorisations if one.reading in (None, reading) and one.made_at <= as_of]
        if party is not None:
            here = [one for one in here if one.party in (None, party)]
            said = [one for one in said if one.party in (None, party)]
        return Case(
            agreement=agreement,
            zoning=Zoning(agreement=agreement, ledger=ledger, membership=zone_membership, reading=reading),
            reading=reading_named(agreement, reading),
            as_of=as_of,
            used=tuple(sorted(here, key=lambda one: (one.used_at, one.rung_id, one.by))),
            authorisations=tuple(sorted(said, key=lambda one: (one.made_at, one.by, one.decision))),
            watch=watch,
            watched_share={} if watched_share is None else watched_share,
        )

    def force_span(self) -> Interval | None:
        """Return the interval of force that holds ``as_of``; None where the agreement is not in force."""
        for start, end in force_intervals(self.reading, self.agreement):
            if (start is None or start <= self.as_of) and (end is None or self.as_of < end):
                return start, end
        return None
