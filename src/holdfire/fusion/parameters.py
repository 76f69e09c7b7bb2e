"""Parameters: what a user may set of fusion, and what fusion learns from the reports themselves.

Rule: nothing here is fitted to one kind of world; ``FusionParameters`` sets limits and starting values,
``Learned`` is estimated anew from each set of reports. Source: DESIGN, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ATTRIBUTES", "START_INHERIT", "FusionParameters", "Learned"]

Floats = NDArray[np.float64]

ATTRIBUTES = ("kind", "actor", "target_kind", "target", "toll")
"""Names that two reports of one incident should share, in the order of the evidence tables; ``toll`` is the number of
casualties, where near numbers are near names."""
START_INHERIT = np.array([0.6, 0.6, 0.6, 0.5, 0.1])
"""Starting chance that a related incident shares a name beyond chance, by ``ATTRIBUTES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionParameters:
    """Set the limits and starting values of fusion.

    Attributes
    ----------
    merge_nats : float
        Two groups are joined where the evidence for one incident exceeds this.
    gap_h : float, hours
        Reports whose intervals lie further apart than this are not compared.
    learn_rounds : int
        Most rounds of learning; 0 keeps the starting values.
    sample_reports : int
        Most reports that learning looks at, taken from windows spread over the whole time.
    n_threads : int
        Threads; the result is the same for any number.
    start_agree : float, 0..1
        Starting value of how often two reports of one incident agree on a name that both give.
    start_related : float
        Starting value of the number of related incidents (a second salvo) for each incident.
    start_tail : float, 0..1
        Starting share of places that err three times as much as declared.
    """

    merge_nats: float = -0.5
    gap_h: float = 30.0
    learn_rounds: int = 12
    sample_reports: int = 16_000
    n_threads: int = 2
    start_agree: float = 0.8
    start_related: float = 0.1
    start_tail: float = 0.1


@dataclass(slots=True, kw_only=True)
class Learned:
    """Hold what is estimated from the reports.

    Attributes
    ----------
    agree : float64, (5,), 0..1
        Chance that two reports of one incident agree on each of ``ATTRIBUTES``, given that both name it.
    prob_equal, equal_own : float, 0..1
        Chance that two reports of one incident give exactly the same coordinates: by two sources, by one.
    tail : float, 0..1
        Share of places with three times the declared error.
    late, late_own : float, 0..1
        Share of pairs of reports of one incident whose intervals lie apart: by two sources, by one.
    late_s, related_s : float, seconds
        Scale of those lapses; scale of the time between an incident and a related one.
    related, related_own, related_m : float
        Related incidents for each incident, as two sources tell of them and as one does; their distance's standard
        deviation on each axis, metres.
    chance, inherit : float64, (5,), 0..1
        Chance that any two reports fit in a name, and that a related incident shares one beyond that.
    article_nats : float64, (n_sources,), nats
        What two reports out of one of a source's articles speak for one incident, beside reports of two articles.
    unseen : float, 0..1
        Chance that an incident which somebody might report is reported by nobody (Q of the model).
    size : float
        Mean number of reports of a reported incident.
    scale : float64, (n_sources,)
        True error of place over the declared one.
    share : float64, (n_sources,), 0..1
        Part of all incidents told of that a source tells of: what makes two of its reports two incidents by chance.
    coverage, repeat, false_rate : float64, (n_sources,), 0..1 (repeat: >= 0)
        Share of incidents that a source reports; its further reports for each; share of its reports that tell
        of nothing real.
    accuse_rate : float64, (n_sources,), 0..1
        Like ``false_rate`` for reports that name a party the source's own side opposes.
    text_nats : float64, (2, 12)
        Evidence of textual likeness by bin, for equal and for different languages.
    notes : dict
        What converged, what could not be told from the data.
    """

    agree: Floats
    prob_equal: float = 0.3
    equal_own: float = 0.3
    tail: float = 0.1
    late: float = 0.05
    late_own: float = 0.05
    late_s: float = 43_200.0
    related: float = 0.1
    related_own: float = 0.1
    related_m: float = 3000.0
    related_s: float = 21_600.0
    unseen: float = 0.4
    size: float = 2.0
    scale: Floats
    share: Floats
    coverage: Floats
    repeat: Floats
    false_rate: Floats
    accuse_rate: Floats
    text_nats: Floats
    article_nats: Floats
    chance: Floats = field(default_factory=lambda: np.full(5, 0.5))
    inherit: Floats = field(default_factory=START_INHERIT.copy)
    notes: dict[str, Any] = field(default_factory=dict)
