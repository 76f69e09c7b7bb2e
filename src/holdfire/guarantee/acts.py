"""Acts: what people decided and did about a rung in its own episode, and what was irregular about it.

Turns authorisations and uses into the acts that count for one rung. The rules are those of ``ladder``, numbers 4, 7, 11
and 14. Leaves what others wait for to ``ladder``. Source: DESIGN, section 4 (Ladder).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from holdfire.basics.instants import from_us
from holdfire.guarantee.case import Case
from holdfire.guarantee.rungs import Stand
from holdfire.records.guarantee import Authorisation, RungUse
from holdfire.records.ladder import Rung

__all__ = ["Acts", "acts_of", "cause_of", "instant_or_none", "is_after"]


DECIDES = ("given", "refused", "withdrawn")
"""Decisions on whether a rung is used; others are about its clocks and its end."""


class Acts(NamedTuple):
    """Hold what people did about a rung.

    Attributes
    ----------
    use : RungUse or None
        The first use in the rung's own episode.
    earlier_use : RungUse or None
        The last one before it.
    decision : Authorisation or None
        The latest decision of the episode.
    irregular : tuple of str
        Of ``IRREGULARITIES``.
    """

    use: RungUse | None
    earlier_use: RungUse | None
    decision: Authorisation | None
    irregular: tuple[str, ...]


def instant_or_none(us: int | None) -> datetime | None:
    """Return the instant of microseconds since 1970, or None."""
    return None if us is None else from_us(us)


def is_after(instant: datetime, cut: datetime | None) -> bool:
    """Say whether an instant is after a person's standing down; true where there was none."""
    return cut is None or instant > cut


def acts_of(case: Case, rung: Rung, stand: Stand, after_used_at: Iterable[datetime | None]) -> Acts:
    """Return what people did in a rung's own episode.

    Parameters
    ----------
    after_used_at : iterable of datetime or None
        When each rung that it follows was used in the ladder's episode.
    """
    begun, cut = instant_or_none(stand.first_at), instant_or_none(stand.cut)
    uses = [one for one in case.used if one.rung_id == rung.id]
    own = [one for one in uses if begun is not None and one.used_at >= begun and is_after(one.used_at, cut)]
    earlier = uses[: len(uses) - len(own)]
    made = [one for one in case.authorisations if one.rung_id == rung.id and one.decision in DECIDES]
    made = [one for one in made if begun is not None and one.made_at >= begun and is_after(one.made_at, cut)]
    return Acts(
        use=own[0] if own else None,
        earlier_use=earlier[-1] if earlier else None,
        decision=made[-1] if made else None,
        irregular=_irregular(stand, own[0], made, after_used_at) if own else (),
    )


def _irregular(
    stand: Stand, use: RungUse, made: list[Authorisation], after_used_at: Iterable[datetime | None]
) -> tuple[str, ...]:
    found = []
    until = [one.decision for one in made if one.made_at <= use.used_at]
    if until[-1:] != ["given"]:
        found.append("used without authorisation")
    if any(instant is None or instant > use.used_at for instant in after_used_at):
        found.append("used before the rungs it follows")
    if stand.stands != "yes" or stand.episode is None or from_us(stand.episode.start) > use.used_at:
        found.append("used without its condition")
    return tuple(found)


def cause_of(case: Case, rung: Rung, stand: Stand) -> str | None:
    """Return why a rung stood down; None where it stands, or never did and nobody acted on it."""
    if stand.stands != "no":
        return None
    acted = any(use.rung_id == rung.id for use in case.used)
    acted = acted or any(one.rung_id == rung.id and one.decision == "given" for one in case.authorisations)
    return "never held" if stand.cause is None and acted else stand.cause
