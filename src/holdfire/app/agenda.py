"""Agenda: the dates of a case, an agreement or a register as an iCalendar file.

Turns paths into the bytes of a calendar. Rule: a case adds what is judged - clocks, stand-downs, gates - to what its
agreement dates; the stamp is the instant asked about. Leaves which dates there are to ``guarantee.agenda``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from holdfire.app.guarantee import Asked, Situation
from holdfire.app.promises import Where, latest_known
from holdfire.basics.instants import parse_instant
from holdfire.errors import InputError
from holdfire.guarantee.agenda import agenda_of, register_agenda
from holdfire.guarantee.register import judge_commitments
from holdfire.publication.ical import calendar_bytes

__all__ = ["calendar_of"]


def calendar_of(asked: Asked, language: str) -> bytes:
    """Return the calendar of a case's folder, or of the file of an agreement or a register.

    Parameters
    ----------
    asked : Asked
        ``folder`` may be a file; then reviews, acts and areas have nothing to be held against.
    language : str
        ``en`` or ``uk``.

    Raises
    ------
    DocumentError, MissingInputError
        A file has faults or is not there.
    InputError
        No instant is named anywhere, or acts, reviews or areas were given without a case.
    """
    if asked.folder.is_dir():
        return _of_case(asked, language)
    for name, value in (("--acts", asked.acts), ("--reviews", asked.reviews), ("--areas", asked.areas)):
        if value is not None:
            what = "Without a case there are no clocks that this could change."
            raise InputError(what, name, "Name the folder of a case, or leave it out.")
    where = Where.opened(asked.folder, asked.registers)
    at = _instant(where, asked)
    register = judge_commitments(where.register, valid_at=at, known_at=at)
    if where.agreement is None:
        entries = register_agenda(where.register, register)
        return calendar_bytes(where.register, entries, as_of=at, language=language)
    return calendar_bytes(where.agreement, agenda_of(where.agreement, register), as_of=at, language=language)


def _of_case(asked: Asked, language: str) -> bytes:
    here = Situation.opened(replace(asked, as_of=None))
    at = here.instant(asked.as_of)
    register = judge_commitments(here.agreement, valid_at=at, known_at=at)
    ladders = [state for reading in here.readings for state in here.ladders(at, reading)]
    gates = [state for reading in here.readings for state in here.gates(at, reading)]
    entries = agenda_of(here.agreement, register, ladders=ladders, gates=gates)
    return calendar_bytes(here.agreement, entries, as_of=at, language=language)


def _instant(where: Where, asked: Asked) -> datetime:
    if asked.as_of is not None:
        return parse_instant(asked.as_of, where.register.time_zone)
    known = latest_known(where.register)
    if known is None:
        raise InputError("Nothing here says as of when.", str(asked.folder), "Name the instant: --as-of.")
    return known
