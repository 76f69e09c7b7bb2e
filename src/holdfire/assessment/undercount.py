"""Turn the overlap of independent sources into bounds of what nobody told of.

Rules: a source tells of an incident where one of its reports belongs to it with a probability of at least
``BELONGS_FROM``; sources that copy from each other, by the table of sources, are one. Each incident counts by its
probability to be real, so that a lie that one source alone tells does not pass for an incident that the others missed;
the bound is taken from the end of the range that makes it least. Each estimate carries its assumptions. Leaves the
arithmetic to ``basics.capture``. Source: DESIGN, section 5 (Coverage).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfire.assessment.exposure import BELONGS_FROM
from holdfire.assessment.windows import window_shares
from holdfire.basics.capture import MAX_SOURCES, MIN_EACH, chao_bound, latent_classes, why_too_few
from holdfire.records.exposure import ClassEstimate, Undercount

__all__ = ["source_groups", "undercount_of"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

ASSUMPTIONS = (
    "Given that an incident happened, sources tell of it independently of each other; those known to copy are one. "
    "Sources that follow each other unknown to us make the bound too low.",
    "Every source could have told of every incident of the period. Sources that each watch another part of the ground, "
    "or other kinds of event, make the bound too high.",
    "Reports were joined into incidents rightly: an incident that was split counts as two that fewer sources told of, "
    "which makes the bound too high.",
    "Each incident counts by its probability to be real.",
)
CLASS_ASSUMPTION = (
    "Incidents are of two classes, easy and hard to see; within a class each source has one chance. The interval holds "
    "the sampling error of that model, not the model's own."
)


def source_groups(sources: pa.Table) -> dict[str, str]:
    """Return the name of each source's group: its own, or those that copy from each other joined by ``+``."""
    names: list[str] = sources["source_id"].to_pylist()
    root = {name: name for name in names}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for name, copied in zip(names, sources["copies_from"].to_pylist(), strict=True):
        for other in copied or ():
            first, second = sorted((find(name), find(other)))
            root[second] = first
    members: dict[str, list[str]] = {}
    for name in sorted(root):
        members.setdefault(find(name), []).append(name)
    return {name: "+".join(group) for group in members.values() for name in group}


def _told(
    incidents: pa.Table, memberships: pa.Table, reports: pa.Table, sources: pa.Table, kept: pa.Array
) -> tuple[Flags, list[str]]:
    # Which group of sources told of which of the kept incidents: (n_kept, n_groups), and the groups' names.
    table = memberships.filter(pc.fill_null(pc.greater_equal(memberships["prob"], BELONGS_FROM), False))
    incident = pc.fill_null(pc.index_in(table["incident_id"], value_set=kept), -1).to_numpy().astype(np.int64)
    at = pc.index_in(table["report_id"], value_set=reports["report_id"].combine_chunks())
    source = reports["source_id"].take(at).to_pylist()
    groups = source_groups(sources)
    named = [groups.get(one, one) for one in source]
    names = sorted({name for name, row in zip(named, incident.tolist(), strict=True) if row >= 0})
    place = {name: column for column, name in enumerate(names)}
    seen = np.zeros((len(kept), len(names)), dtype=np.bool_)
    for name, row in zip(named, incident.tolist(), strict=True):
        if row >= 0:
            seen[row, place[name]] = True
    return seen, names


def undercount_of(
    incidents: pa.Table,
    memberships: pa.Table,
    reports: pa.Table,
    sources: pa.Table,
    start: datetime,
    end: datetime,
) -> Undercount:
    """Return bounds of how many incidents there were in a period.

    Parameters
    ----------
    incidents, memberships, reports, sources : pyarrow.Table
        By their schemas.
    start, end : datetime
        ``[start, end)``, UTC: incidents that lie there for the greater part, by their stated time.
    """
    ids, within = window_shares(incidents, start, end)
    ids = ids.filter(pa.array((within.lower + within.upper) / 2.0 > 0.5))
    seen, names = _told(incidents, memberships, reports, sources, ids)
    row = pc.index_in(ids, value_set=incidents["incident_id"].combine_chunks()).to_numpy().astype(np.int64)
    told = seen.any(axis=1)
    seen, row = seen[told], row[told]
    lower, mean, upper = (
        incidents[name].to_numpy()[row] for name in ("prob_real_lower", "prob_real", "prob_real_upper")
    )
    n_told = seen.sum(axis=1)
    once, twice = (n_told == 1).astype(np.float64), (n_told == 2).astype(np.float64)
    middle = chao_bound(float(mean.sum()), float(mean @ once), float(mean @ twice), len(names))
    least = chao_bound(float(lower.sum()), float(lower @ once), float(upper @ twice), len(names))
    why = why_too_few(seen, mean) if names else "nobody told of anything"
    classes = None if why is not None else _classes(seen, mean, names)
    return Undercount(
        sources=tuple(names),
        n_seen_low=float(lower.sum()),
        n_seen=middle.n_seen,
        n_seen_high=float(upper.sum()),
        n_once=middle.n_once,
        n_twice=middle.n_twice,
        n_all_low=min(least.n_all_low, middle.n_all_low),
        n_all=middle.n_all,
        classes=classes,
        why_no_classes=why,
        assumptions=(*ASSUMPTIONS, CLASS_ASSUMPTION) if classes is not None else ASSUMPTIONS,
    )


def _classes(seen: Flags, weight: Floats, names: list[str]) -> ClassEstimate:
    each = weight @ seen
    # The sources that told of most; among equals the first by name.
    used = np.sort(np.argsort(-each, kind="stable")[:MAX_SOURCES])
    used = used[each[used] >= MIN_EACH]
    chosen = seen[:, used]
    told = chosen.any(axis=1)
    fit = latent_classes(chosen[told], weight[told])
    return ClassEstimate(
        n_all=fit.n_all,
        n_all_low=fit.n_all_low,
        n_all_high=fit.n_all_high,
        prob_seen_easy=tuple(fit.prob_seen[0].tolist()),
        prob_seen_hard=tuple(fit.prob_seen[1].tolist()),
        share_easy=float(fit.share[0]),
        deviance=fit.deviance,
        n_degrees=fit.n_degrees,
        sources=tuple(names[column] for column in used.tolist()),
    )
