"""Explain: the evidence for or against one incident, pair by pair, as a waterfall of nats.

Turns two reports into parts that add up to the number which joined them or kept them apart. Rule: the parts are
computed by the same functions and the same learned numbers as in the run; nothing is told that was not weighed.
Leaves wording in other languages to ``publication``. Source: Fellegi and Sunter (1969).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from holdfire.errors import UnknownIdError
from holdfire.fusion.compare import Model, build_model, count_crowds, text_evidence
from holdfire.fusion.kernels import E_BIAS, E_RELATED, place_densities, time_densities, weigh
from holdfire.fusion.labels import SURE_NATS, Labels, narrow_labels, read_labels
from holdfire.fusion.narrow import choose_rows, narrow
from holdfire.fusion.parameters import ATTRIBUTES, FusionParameters, Learned
from holdfire.fusion.prepare import Prepared, prepare
from holdfire.fusion.reliability import learn
from holdfire.fusion.several import numbers_told
from holdfire.records.incident_review import IncidentReview
from holdfire.records.taxonomy import Taxonomy

__all__ = ["PairEvidence", "Part", "explain_incident", "explain_pair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Hold one step of a waterfall: its name, its weight in nats (above 0 speaks for one incident), and why."""

    name: str
    nats: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairEvidence:
    """Hold the waterfall of two reports; the parts' nats add up to ``total_nats``."""

    report_a: str
    report_b: str
    parts: tuple[Part, ...]
    total_nats: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    prepared: Prepared
    learned: Learned
    model: Model
    labels: Labels
    row: dict[str, int]


def _scene(
    reports: pa.Table,
    sources: pa.Table,
    parameters: FusionParameters | None,
    reviews: Sequence[IncidentReview] = (),
) -> _Scene:
    chosen = parameters or FusionParameters()
    prepared = prepare(reports, sources)
    rows = np.flatnonzero(~prepared.is_signal)
    if rows.size == 0:
        raise UnknownIdError("There is no report that could be joined.", "reports", "Name a report that is no signal.")
    crowds = count_crowds(prepared, rows, chosen.n_threads)
    labels = read_labels(reviews, prepared)
    own = rows[numbers_told(prepared)[rows] == 1.0]
    few = np.union1d(choose_rows(prepared, own, chosen.sample_reports), labels.rows)
    some, near = narrow(prepared, crowds, few)
    learned = learn(some, near, np.arange(few.size), chosen, narrow_labels(labels, few))
    model = build_model(prepared, learned, crowds, rows)
    ids = prepared.table.column("report_id").to_pylist()
    row = {name: k for k, name in enumerate(ids)}
    return _Scene(prepared=prepared, learned=learned, model=model, labels=labels, row=row)


def _find(scene: _Scene, report_id: str) -> int:
    row = scene.row.get(report_id)
    if row is None:
        raise UnknownIdError(f"No report is called {report_id!r}.", "report_id", "Copy an id from memberships.parquet.")
    return row


def _place_why(scene: _Scene, i: int, j: int) -> str:
    prepared = scene.prepared
    if prepared.coordinate[i] < 0 or prepared.coordinate[j] < 0:
        return "a place is not known: any incident in the area could be meant"
    if prepared.coordinate[i] == prepared.coordinate[j]:
        return "exactly equal coordinates, weighed by how often they are given on other days"
    apart = float(np.linalg.norm(prepared.xyz[i] - prepared.xyz[j])) / 1000
    error = float(np.sqrt(scene.model.G[i, 3] + scene.model.G[j, 3])) / 1000
    return f"{apart:.1f} km apart with a joint error of {error:.1f} km, against incidents that happen around here"


def _time_why(scene: _Scene, i: int, j: int) -> str:
    start, end = scene.prepared.start, scene.prepared.end
    overlap = (min(end[i], end[j]) - max(start[i], start[j])) / 3600
    return f"intervals share {overlap:.1f} h" if overlap >= 0 else f"intervals lie {-overlap:.1f} h apart"


def _word(word: str) -> str:
    """Return a name as people read it; candidates together are marked by the separator that joins them."""
    return " or ".join(word.removeprefix("\x1f").split("\x1f"))


def _names(scene: _Scene, i: int, j: int) -> list[Part]:
    parts = []
    for k, attribute in enumerate(ATTRIBUTES):
        words = scene.prepared.vocabulary[k]
        one, two = int(scene.prepared.names[i, k]), int(scene.prepared.names[j, k])
        if one >= 0 and two >= 0:
            nats = float(np.log(scene.model.table[k, one + 1, two + 1, 0]))
            verb = "fit" if nats > 0 else "differ"
            parts.append(Part(name=attribute, nats=nats, why=f"{_word(words[one])} and {_word(words[two])} {verb}"))
    return parts


def _reviewed(labels: Labels, i: int, j: int) -> float:
    """Return what a review of the pair weighs in nats; 0 where there is none."""
    pair = (min(i, j), max(i, j))
    for pairs, nats in ((labels.same, SURE_NATS), (labels.apart, -SURE_NATS)):
        if pairs.size and bool((pairs == pair).all(axis=1).any()):
            return nats
    return 0.0


def _pair(scene: _Scene, i: int, j: int) -> PairEvidence:
    prepared, model = scene.prepared, scene.model
    G, H, theta = model.G, model.H, model.theta
    text = float(text_evidence(prepared, scene.learned, np.array([i], np.int32), np.array([j], np.int32))[0])
    same, rate, _ = place_densities(G, H, i, j, theta)
    when, _ = time_densities(G, H, i, j, theta)
    longer = max(G[i, 5] - G[i, 4], G[j, 5] - G[j, 4])
    total, related = weigh(G, H, i, j, text, theta, model.table)
    tiny = 1e-300
    parts = [
        Part(name="place", nats=float(np.log(same + tiny) - np.log(rate * longer)), why=_place_why(scene, i, j)),
        Part(name="time", nats=float(np.log(when + tiny) + np.log(longer)), why=_time_why(scene, i, j)),
        *_names(scene, i, j),
    ]
    if text != 0.0:
        parts.append(Part(name="text", nats=text, why="likeness of the words, Cyrillic written in Latin"))
    parts.append(
        Part(
            name="related",
            nats=float(np.log1p(-min(related, 1 - 1e-12))),
            why=f"a second incident nearby would explain both; {theta[E_RELATED]:.2f} follow each incident",
        )
    )
    parts.append(
        Part(name="silence", nats=float(theta[E_BIAS]), why="two incidents would each have been missed by the others")
    )
    source = int(prepared.source[i])
    if source == prepared.source[j]:
        cost = float(model.again[source])
        why = "a curated source never reports an incident twice" if np.isinf(cost) else "one source tells it twice"
        parts.append(Part(name="source", nats=cost, why=why))
        total += cost
        if prepared.document[i] >= 0 and prepared.document[i] == prepared.document[j]:
            parts.append(
                Part(
                    name="article",
                    nats=float(model.article[source]),
                    why="both were taken from one article, as learned",
                )
            )
            total += float(model.article[source])
    elif prepared.copies[source, prepared.source[j]]:
        parts.append(
            Part(name="copy", nats=0.0, why="one source is known to repeat the other: they count once as witnesses")
        )
    said = _reviewed(scene.labels, i, j)
    if said != 0.0:
        parts.append(Part(name="review", nats=said - total, why="a named person's review outweighs all evidence"))
        total = said
    ids = prepared.table.column("report_id")
    return PairEvidence(report_a=ids[i].as_py(), report_b=ids[j].as_py(), parts=tuple(parts), total_nats=float(total))


def explain_pair(
    reports: pa.Table,
    sources: pa.Table,
    kinds: Taxonomy,
    report_a: str,
    report_b: str,
    parameters: FusionParameters | None = None,
    reviews: Sequence[IncidentReview] = (),
) -> PairEvidence:
    """Return the evidence that two reports tell of one incident.

    Parameters
    ----------
    reports, sources, kinds, parameters, reviews
        As they were given to ``fuse``; the numbers are learned again from them, and come out the same.
    report_a, report_b : str

    Raises
    ------
    UnknownIdError
        There is no such report.
    """
    scene = _scene(reports, sources, parameters, reviews)
    return _pair(scene, _find(scene, report_a), _find(scene, report_b))


def explain_incident(
    reports: pa.Table,
    sources: pa.Table,
    kinds: Taxonomy,
    report_ids: Sequence[str],
    parameters: FusionParameters | None = None,
    reviews: Sequence[IncidentReview] = (),
) -> tuple[PairEvidence, ...]:
    """Return for each report but the first the best evidence that ties it to another one of the incident.

    Parameters
    ----------
    reports, sources, kinds, parameters, reviews
        As they were given to ``fuse``.
    report_ids : sequence of str
        The incident's reports, from the memberships.

    Raises
    ------
    UnknownIdError
        There is no such report.
    """
    scene = _scene(reports, sources, parameters, reviews)
    rows = [_find(scene, name) for name in sorted(set(report_ids))]
    rows = [row for row in rows if not scene.prepared.is_signal[row]]
    ties = []
    for i in rows[1:]:
        pairs = [_pair(scene, i, j) for j in rows if j != i]
        ties.append(max(pairs, key=lambda pair: (pair.total_nats, pair.report_b)))
    return tuple(ties)
