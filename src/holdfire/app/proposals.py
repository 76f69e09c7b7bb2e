"""Proposals: from read articles to a file of proposals, and from decisions on it to a register and to new chances.

Turns paths into records and records into files. Rules: a file of proposals is added to, never overwritten, so that
decisions keep what they were made on; all faults of a file are told at once. Leaves matching to
``statements.proposing``, weighing to ``statements.reviewed``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from holdfire.agreement.proposal_files import (
    check_proposal_reviews,
    check_proposals,
    proposals_yaml,
    unknown_proposals,
)
from holdfire.app.statements import load_confidence
from holdfire.app.wire import load_agreement_file, load_trees, read_file
from holdfire.basics.canonical import write_bytes
from holdfire.errors import DocumentError, InputError
from holdfire.records.agreement import Agreement, ExcludedGroup, OtherGroup, Party
from holdfire.records.promises import RegisterFile
from holdfire.records.proposals import ProposalReview, ProposalsFile
from holdfire.records.statement_corpus import CorpusDocument
from holdfire.statements.confidence import confidence_json
from holdfire.statements.proposing import added_proposals, proposals_of
from holdfire.statements.reviewed import Relearnt, register_of, relearnt

__all__ = ["confirmed_register", "guarantor_names", "load_decisions", "propose", "relearn", "relearnt_lines"]


def guarantor_names(agreement: Agreement, aliases: Sequence[str] = ()) -> dict[str, list[str]]:
    """Return the names of an agreement's guarantors by their ids, with those of parties and groups of the same id.

    Parameters
    ----------
    aliases : sequence of str
        Further ones, as ``NAME=GUARANTOR``.

    Raises
    ------
    InputError
        An alias is no such pair, or names no guarantor.
    """
    names = {one.id: [one.id, *one.name.values()] for one in agreement.guarantors}
    groups: list[Party | OtherGroup | ExcludedGroup] = [
        *agreement.parties, *agreement.others, *agreement.excluded_groups,
    ]  # fmt: skip
    for group in groups:
        if group.id in names:
            names[group.id] += [*group.name.values(), *group.aliases]
    for alias in aliases:
        name, _, guarantor = alias.rpartition("=")
        if not name.strip() or guarantor.strip() not in names:
            mend = f"Write NAME=GUARANTOR with one of {', '.join(sorted(names)) or 'no guarantor at all'}."
            raise InputError(f"This is no alias of a guarantor: {alias!r}.", "--alias", mend)
        names[guarantor.strip()].append(name.strip())
    return names


def propose(
    documents: Sequence[CorpusDocument], agreement: Path, out: Path, aliases: Sequence[str] = ()
) -> tuple[ProposalsFile, int]:
    """Write what documents propose to an agreement's register, and return the file with the number of new proposals.

    Parameters
    ----------
    agreement : Path
        Its file, or the folder of a case.
    out : Path
        The file of proposals; one that stands there is added to.

    Raises
    ------
    DocumentError
        The agreement or the file that stands there has faults; all are named.
    InputError
        The file that stands there belongs to another agreement, or an alias is none.
    """
    held = load_agreement_file(agreement / "agreement.yaml" if agreement.is_dir() else agreement, load_trees())
    fresh = proposals_of(documents, guarantor_names(held, aliases), held.id, held.time_zone)
    n_held = 0
    if out.exists():
        own = _load_proposals(out)
        if own.agreement != held.id:
            what = f"These proposals belong to another agreement: {own.agreement!r}, not {held.id!r}."
            raise InputError(what, str(out), "Name another file to write.")
        n_held = len(own.proposals)
        fresh = added_proposals(own, fresh)
    write_bytes(out, proposals_yaml(fresh))
    return fresh, len(fresh.proposals) - n_held


def _load_proposals(path: Path) -> ProposalsFile:
    proposals, faults = check_proposals(read_file(path), str(path))
    if proposals is None or faults:
        raise DocumentError(str(path), faults)
    return proposals


def load_decisions(path: Path) -> tuple[ProposalsFile, tuple[ProposalReview, ...]]:
    """Return the decisions of a file and the proposals that it is about.

    Raises
    ------
    DocumentError
        One of the files has faults, or a decision is on a proposal that is not there; all are named.
    MissingInputError
        There is no such file.
    """
    file, draft, faults = check_proposal_reviews(read_file(path), str(path))
    if file is None or draft is None or faults:
        raise DocumentError(str(path), faults)
    proposals = _load_proposals(path.parent / file.proposals)
    if faults := unknown_proposals(draft, proposals):
        raise DocumentError(str(path), faults)
    return proposals, tuple(file.reviews)


def confirmed_register(path: Path) -> RegisterFile:
    """Return the register of the proposals that a file of decisions confirms.

    Raises
    ------
    DocumentError, MissingInputError
        As ``load_decisions``.
    """
    return register_of(*load_decisions(path))


def relearn(paths: Sequence[Path], start: Path | None, out: Path) -> Relearnt:
    """Learn from the decisions of some files, write the coefficients, and return what moved.

    Parameters
    ----------
    start : Path, optional
        Coefficients to start from; default: those of the package.

    Raises
    ------
    DocumentError, MissingInputError, InputError
        A file has faults.
    """
    files = [load_decisions(path) for path in paths]
    n_reviews = sum(len(reviews) for _, reviews in files)
    told = relearnt(load_confidence(start), files, f"Then learnt from {n_reviews} decisions on proposals.")
    write_bytes(out, confidence_json(told.confidence))
    return told


def relearnt_lines(told: Relearnt) -> list[str]:
    """Return what decisions taught as lines for people; the ten coefficients that moved most."""
    lines = [
        f"Statements reviewed: {told.n_right + told.n_wrong}; read rightly: {told.n_right}, wrongly: {told.n_wrong}.",
        f"Proposals confirmed without an edit: {told.n_unchanged}; not decided on: {told.n_undecided}.",
    ]
    if told.mean_before is not None and told.mean_after is not None:
        lines.append(
            f"Mean chance of the reviewed statements: {told.mean_before:.3f} before, {told.mean_after:.3f} now."
        )
    if told.error_before is not None and told.error_after is not None:
        held_out = "" if told.error_held_out is None else f", {told.error_held_out:.3f} each held out"
        lines.append(
            f"Calibration error on them: {told.error_before:.3f} before, {told.error_after:.3f} now{held_out}."
        )
    lines += [f"  {name}: {old:+.4f} -> {new:+.4f}" for name, old, new in told.moved[:10]]
    more = len(told.moved) - 10
    return [*lines, *([f"  and {more} more"] if more > 0 else []), *([] if told.moved else ["No coefficient moved."])]
