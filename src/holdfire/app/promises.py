"""Promises: registers and records of acts from files, and the commitments of a case, an agreement or a register.

Turns paths into records, and a register into lines, states and files. Rule: all faults of a file are told at once; what
a file adds stands beside the agreement's own text and changes none of it; proposals count where a file of decisions
confirms them. Leaves folding to ``guarantee.register``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from holdfire.agreement.guarantee_files import added, check_acts, check_register, joined, register_yaml
from holdfire.agreement.register_csv import register_csv
from holdfire.app.proposals import confirmed_register
from holdfire.app.wire import load_agreement_file, load_trees, read_file
from holdfire.basics.canonical import write_bytes
from holdfire.basics.documents import parse_document
from holdfire.basics.instants import parse_instant
from holdfire.errors import DocumentError, InputError
from holdfire.guarantee.register import judge_commitments
from holdfire.guarantee.register_words import register_lines
from holdfire.records.acts import Authorisation, RungUse
from holdfire.records.agreement import Agreement
from holdfire.records.plain import plain
from holdfire.records.promises import RegisterFile

__all__ = ["Acts", "Where", "commitments_of", "latest_known", "load_acts", "with_registers"]

SUFFIXES = {".yaml": register_yaml, ".yml": register_yaml, ".csv": register_csv}


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """Hold what people decided and did, as a file tells it."""

    authorisations: tuple[Authorisation, ...] = ()
    used: tuple[RungUse, ...] = ()


def load_acts(path: Path | None, agreement: Agreement) -> Acts:
    """Return the acts of a YAML or JSON file.

    Raises
    ------
    DocumentError
        Entries are wrong; all faults are named.
    """
    if path is None:
        return Acts()
    file, faults = check_acts(read_file(path), str(path), agreement)
    if file is None or faults:
        raise DocumentError(str(path), faults)
    zone = agreement.time_zone
    return Acts(
        authorisations=tuple(
            Authorisation(
                decision=one.decision,
                by=one.by,
                made_at=parse_instant(one.at, zone),
                reason=one.reason,
                rung_id=one.rung,
                gate_id=one.gate,
                requirement=one.requirement,
                reading=one.reading,
                party=one.party,
            )
            for one in file.decisions
        ),
        used=tuple(
            RungUse(
                rung_id=one.rung,
                used_at=parse_instant(one.at, zone),
                by=one.by,
                evidence=one.evidence,
                reading=one.reading,
                party=one.party,
            )
            for one in file.uses
        ),
    )


def _load_register(path: Path, agreement: Agreement | None) -> RegisterFile:
    sort = _sort_of(path)
    if sort.startswith("proposals/"):
        mend = "Give the file of decisions that confirms them (holdfire: proposal-reviews/1) in its place."
        raise InputError("These are proposals, and nobody has confirmed them here.", str(path), mend)
    content = read_file(path)
    if sort.startswith("proposal-reviews/"):
        content = register_yaml(confirmed_register(path))
    register, faults = check_register(content, str(path), agreement)
    if register is None or faults:
        raise DocumentError(str(path), faults)
    return register


def with_registers(agreement: Agreement, paths: tuple[Path, ...]) -> Agreement:
    """Return an agreement with the entries of register files added to its own.

    Raises
    ------
    DocumentError
        A file has faults, or belongs to another agreement; all are named.
    """
    for path in paths:
        agreement = joined(agreement, _load_register(path, agreement))
    return agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Hold what was named: an agreement, of a case or of a file, or a register alone."""

    agreement: Agreement | None
    register: RegisterFile

    @staticmethod
    def opened(path: Path, registers: tuple[Path, ...] = ()) -> Where:
        """Return what a path holds: a case's folder, an agreement's file, or a register's (YAML, JSON, CSV).

        Raises
        ------
        DocumentError
            A file has faults; all are named.
        MissingInputError
            There is no such file or folder, or the folder is no case.
        """
        if not path.is_dir() and _is_register(path):
            register = _load_register(path, None)
            for more in registers:
                register = _added(register, _load_register(more, None), more)
            return Where(agreement=None, register=register)
        file = path / "agreement.yaml" if path.is_dir() else path
        agreement = with_registers(load_agreement_file(file, load_trees()), registers)
        return Where(agreement=agreement, register=agreement.own_register())


def _is_register(path: Path) -> bool:
    return path.suffix.casefold() == ".csv" or _sort_of(path).startswith(("register/", "proposal"))


def _sort_of(path: Path) -> str:
    """Return what a YAML or JSON file says that it is: ``register/1``; empty where it says nothing."""
    if path.suffix.casefold() == ".csv":
        return ""
    document, _ = parse_document(read_file(path), str(path))
    value = document.value if document is not None else None
    return str(value.get("holdfire", "")) if isinstance(value, dict) else ""


def _added(register: RegisterFile, more: RegisterFile, path: Path) -> RegisterFile:
    if (more.agreement, more.time_zone) != (register.agreement, register.time_zone):
        raise InputError(
            f"This register belongs to another agreement: {more.agreement!r}.", str(path), "Name registers of one."
        )
    return added(register, more)


def latest_known(register: RegisterFile) -> datetime | None:
    """Return the latest day that a register's steps name; None where they name none."""
    named = [
        parse_instant(text, register.time_zone)
        for entry in register.commitments
        for step in entry.steps
        for text in (step.on, step.known_on)
        if text is not None
    ]
    return max(named, default=None)


def commitments_of(
    path: Path,
    *,
    valid_at: str | None = None,
    known_at: str | None = None,
    registers: tuple[Path, ...] = (),
    export: Path | None = None,
) -> tuple[list[str], Any]:
    """Return the commitments of a case, an agreement or a register as lines and as data, and export them.

    Parameters
    ----------
    valid_at, known_at : str, optional
        Instants or days; without ``known_at`` all that is known counts, without ``valid_at`` the same instant is asked
        about.
    export : Path, optional
        Where to write the whole register, as YAML or CSV by the name's ending.

    Raises
    ------
    InputError
        An instant cannot be read, or no instant is named anywhere.
    """
    where = Where.opened(path, registers)
    register, zone = where.register, where.register.time_zone
    last = latest_known(register) if known_at is None else parse_instant(known_at, zone)
    asked = last if valid_at is None else parse_instant(valid_at, zone)
    if asked is None:
        raise InputError("No step of a commitment names a day.", str(path), "Name the instant: --valid-at.")
    if export is not None:
        write = SUFFIXES.get(export.suffix.casefold())
        if write is None:
            mend = f"End it with one of {', '.join(SUFFIXES)}."
            raise InputError(f"This is no name of a register: {export.name!r}.", "--export", mend)
        write_bytes(export, write(register))
    state = judge_commitments(register, valid_at=asked, known_at=asked if last is None else last)
    return register_lines(state, register), plain(state)
