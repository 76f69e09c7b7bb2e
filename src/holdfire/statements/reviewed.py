"""Reviewed: from proposals and named persons' decisions to a register, and to what the decisions teach.

Turns a ``ProposalsFile`` and its reviews into a ``RegisterFile`` and into cases to learn from. Rules:

1. Of several decisions of one person on a proposal the last one counts; spaces and capitals make no other person.
2. An entry enters the register where somebody confirms or edits it and nobody's last word rejects it.
3. Of several edits the last one stands. The entry says who decided and why, and became known on the day of the first
   decision that let it in.
4. A statement was read rightly where the reviewer says so; else where the proposal is confirmed or edited.

Source: DESIGN, sections 1 (rule 5) and 4 (Commitment).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfire.basics.instants import parse_instant
from holdfire.records.promises import CommitmentEntry, RegisterFile
from holdfire.records.proposals import Proposal, ProposalReview, ProposalsFile
from holdfire.records.weighing import person_of
from holdfire.statements.confidence import Confidence, calibration_error, learn

__all__ = ["Relearnt", "register_of", "relearnt", "standing_reviews"]

# Above so many cases the error held out one by one is not worked out: it learns once for each case.
MOST_HELD_OUT = 500
# 1 / variance of the prior around each coefficient, the bias too: other people's articles are taken to shift each by
# half a logit or so, so that two decisions move a chance little and a hundred as far as they must. Our judgement.
HELD = 4.0


def standing_reviews(reviews: Sequence[ProposalReview], time_zone: str) -> dict[str, list[ProposalReview]]:
    """Return each person's last decision on each proposal (rule 1), in the order of instants; by proposal."""

    def instant(review: ProposalReview) -> datetime:
        return parse_instant(review.at, time_zone)

    last: dict[tuple[str, str], ProposalReview] = {}
    for review in sorted(reviews, key=instant):
        last[review.proposal, person_of(review.by)] = review
    found: dict[str, list[ProposalReview]] = {}
    for review in sorted(last.values(), key=instant):
        found.setdefault(review.proposal, []).append(review)
    return found


def register_of(proposals: ProposalsFile, reviews: Sequence[ProposalReview]) -> RegisterFile:
    """Return the register of what is confirmed (rules 2 and 3)."""
    standing = standing_reviews(reviews, proposals.time_zone)
    entries = []
    for one in proposals.proposals:
        said = standing.get(one.entry.id, [])
        if said and all(review.decision != "reject" for review in said):
            entries.append(_confirmed(one.entry, said, proposals.time_zone))
    return RegisterFile(
        holdfire="register/1", agreement=proposals.agreement, time_zone=proposals.time_zone, commitments=entries
    )


def _confirmed(entry: CommitmentEntry, said: Sequence[ProposalReview], time_zone: str) -> CommitmentEntry:
    edits = [review.changes for review in said if review.changes is not None]
    changes = {} if not edits else {k: getattr(edits[-1], k) for k in edits[-1].model_fields_set}
    on = changes.pop("on", None)
    why = "; ".join(f"{review.decision}ed by {review.by} on {review.at}: {review.reason}" for review in said)
    first = said[0].at
    steps = []
    for step in entry.steps:
        day = on or step.on
        later = parse_instant(first, time_zone) > parse_instant(day, time_zone)
        update = {"on": day, "known_on": first if later else None, "evidence": f"{step.evidence} ({why})"}
        steps.append(step.model_copy(update=update))
    return entry.model_copy(update={**changes, "steps": steps})


@dataclass(frozen=True, slots=True, kw_only=True)
class Relearnt:
    """Hold what decisions taught.

    Attributes
    ----------
    n_right, n_wrong, n_unchanged, n_undecided : int
        Statements that were read rightly and wrongly; proposals confirmed without an edit; proposals nobody decided on.
    mean_before, mean_after : float or None
        Mean chance of the reviewed statements; None = nothing was reviewed.
    error_before, error_after, error_held_out : float or None
        Calibration errors on them: with the old coefficients, with the new ones, and with each left out when its chance
        is worked out; None = nothing was reviewed, or too many to hold out one by one.
    moved : tuple of (str, float, float)
        Feature, old and new coefficient, the most moved first.
    """

    confidence: Confidence
    n_right: int
    n_wrong: int
    n_unchanged: int
    n_undecided: int
    mean_before: float | None
    mean_after: float | None
    error_before: float | None
    error_after: float | None
    error_held_out: float | None
    moved: tuple[tuple[str, float, float], ...]


def _share_right(said: Sequence[ProposalReview]) -> float:
    right = [
        review.statement == "right" if review.statement is not None else review.decision != "reject" for review in said
    ]
    return sum(right) / len(right)


def _cases(
    files: Sequence[tuple[ProposalsFile, Sequence[ProposalReview]]],
) -> tuple[list[dict[str, float]], list[float], int, int]:
    """Return features and share of right by statement, and how many proposals are unchanged and undecided."""
    cases: dict[tuple[str, int, str], tuple[dict[str, float], float]] = {}
    n_unchanged = n_undecided = 0
    for proposals, reviews in files:
        standing: Mapping[str, list[ProposalReview]] = standing_reviews(reviews, proposals.time_zone)
        for one in proposals.proposals:
            said = standing.get(one.entry.id, [])
            n_undecided += not said
            n_unchanged += bool(said) and all(review.decision == "confirm" for review in said)
            if said and one.features:
                cases.setdefault(_mark(one), (one.features, _share_right(said)))
    return [features for features, _ in cases.values()], [y for _, y in cases.values()], n_unchanged, n_undecided


def _mark(one: Proposal) -> tuple[str, int, str]:
    return one.evidence.sha256, one.evidence.start, one.evidence.text


def _taught(start: Confidence, cases: Sequence[dict[str, float]], right: Sequence[float]) -> Confidence:
    return learn(start, cases, right, strength=HELD, bias_strength=HELD)


def relearnt(
    start: Confidence, files: Sequence[tuple[ProposalsFile, Sequence[ProposalReview]]], provenance: str
) -> Relearnt:
    """Return what decisions on proposals teach, from the coefficients in force.

    Parameters
    ----------
    files : sequence of (ProposalsFile, sequence of ProposalReview)
    provenance : str
        What is added to the coefficients' provenance.
    """
    cases, right, n_unchanged, n_undecided = _cases(files)
    new = _taught(start, cases, right)
    before, after = [start.prob(case) for case in cases], [new.prob(case) for case in cases]
    held_out = None
    if 1 < len(cases) <= MOST_HELD_OUT:
        probs = [
            _taught(start, cases[:k] + cases[k + 1 :], right[:k] + right[k + 1 :]).prob(case)
            for k, case in enumerate(cases)
        ]
        held_out = calibration_error(probs, right)
    pairs = [
        (name, start.weights.get(name, 0.0), new.weights.get(name, 0.0)) for name in {*start.weights, *new.weights}
    ]
    moved = sorted((one for one in pairs if one[1] != one[2]), key=lambda one: (-abs(one[2] - one[1]), one[0]))
    return Relearnt(
        confidence=Confidence(new.weights, f"{start.provenance} {provenance}".strip() if cases else start.provenance),
        n_right=sum(1 for y in right if y >= 0.5),
        n_wrong=sum(1 for y in right if y < 0.5),
        n_unchanged=n_unchanged,
        n_undecided=n_undecided,
        mean_before=sum(before) / len(before) if before else None,
        mean_after=sum(after) / len(after) if after else None,
        error_before=calibration_error(before, right) if before else None,
        error_after=calibration_error(after, right) if after else None,
        error_held_out=held_out,
        moved=tuple(moved),
    )
