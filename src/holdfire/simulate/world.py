"""World: one simulated world, from an agreement and a seed to reports, sources, watch log and truth.

Turns an agreement and its zone shapes, or a plain rectangle, into everything that a mission would get, and what
truly happened. Rule: the same agreement, knobs and seed give the same bytes, in whatever order the sources are
listed; no id tells the truth. Leaves scoring to ``score``. Source: DESIGN, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.records.agreement import Agreement
from holdfire.records.schema import INSTANT, sort_table, table_from
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.records.taxonomy import Taxonomy
from holdfire.simulate.breaches import TRUE_BREACH_SCHEMA, true_breaches
from holdfire.simulate.check_knobs import check_knobs
from holdfire.simulate.copies import copy_from
from holdfire.simulate.ground import Ground, Truth, box_km2, lay_ground, lay_plain_ground, let_happen
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.lies import Lies, lie_along, make_lies
from holdfire.simulate.particulars import draw_sizes, tell_particulars
from holdfire.simulate.report_table import TRUE_MEMBERSHIP_SCHEMA, ids, membership_table, report_table
from holdfire.simulate.roundups import NO_ROUNDUPS, Roundups, sum_up
from holdfire.simulate.slips import let_slip
from holdfire.simulate.source_sets import in_canonical_order
from holdfire.simulate.telling import tell
from holdfire.simulate.told import Told, join_told
from holdfire.simulate.watch import prob_noticed, stand_watch
from holdfire.simulate.wording import N_PHRASES, Said

__all__ = ["TRUE_INCIDENT_SCHEMA", "TRUE_MEMBERSHIP_SCHEMA", "World", "simulate"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRUE_INCIDENT_SCHEMA = pa.schema(
    [
        pa.field("truth_id", pa.string(), nullable=False),
        pa.field("at", INSTANT, nullable=False),
        pa.field("lon", pa.float64(), nullable=False),
        pa.field("lat", pa.float64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("target", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Hold a world: what a mission sees, and what is true.

    Attributes
    ----------
    reports, sources, coverage : pyarrow.Table
        By ``REPORT_SCHEMA``, ``SOURCE_SCHEMA``, ``COVERAGE_SCHEMA``.
    true_incidents, true_memberships, true_breaches : pyarrow.Table
        What happened, which report tells of it, which clause it breached (none without an agreement).
    area_km2 : float, km2
        Of the box in which it lies.
    """

    reports: pa.Table
    sources: pa.Table
    coverage: pa.Table
    true_incidents: pa.Table
    true_memberships: pa.Table
    true_breaches: pa.Table
    area_km2: float


class _Streams:
    """Hold a world's streams of chance, so that a new knob draws from one that no other knob draws from."""

    def __init__(self, seed: int, n_sources: int) -> None:
        root = np.random.default_rng(seed)
        first = root.spawn(4 + 2 * n_sources)
        self.ground, self.truth, self.watch, self.order = first[:4]
        self.tell, self.copy = first[4::2], first[5::2]
        second = root.spawn(4 + 3 * n_sources)
        self.sizes, self.particulars, self.slips, self.words = second[:4]
        self.lie_along, self.sum_up, self.copy_places = second[4::3], second[5::3], second[6::3]


def simulate(agreement: Agreement | None, shapes: pa.Table | None, kinds: Taxonomy, knobs: Knobs, seed: int) -> World:
    """Make a world.

    Parameters
    ----------
    agreement : Agreement or None
        With the lines as they truly ran; see ``move_lines``. None = a plain rectangle, where nothing is a breach.
    shapes : pyarrow.Table or None
        Its zones by ``ZONE_SHAPE_SCHEMA``; None where there is no agreement.
    kinds : Taxonomy
    knobs : Knobs
    seed : int
        Any integer >= 0.

    Returns
    -------
    World

    Raises
    ------
    DocumentError
        Knobs are out of their range or contradict each other; all are named.
    """
    knobs = replace(knobs, sources=in_canonical_order(check_knobs(knobs).sources))
    streams = _Streams(seed, len(knobs.sources))
    ground = _lay(agreement, shapes, kinds, knobs, streams.ground)
    truth = let_happen(ground, knobs, streams.truth)
    coverage = stand_watch(ground, knobs, streams.watch)
    told, lies, roundups = _tell_all(ground, truth, coverage, kinds, knobs, streams)
    details = tell_particulars(told, truth, lies, roundups, ground, knobs, streams.particulars)
    languages = tuple(sorted({code for s in knobs.sources for code in (s.language, *s.other_languages)}))
    said = _say_all(told, languages, knobs, streams)
    copies, origin = _copy_all(told, ground, knobs, streams)
    said = _say_copies(copies, said, origin, languages, knobs, streams.words)
    told, details = join_told([told, copies]), details.take(np.append(np.arange(told.source.size), origin))
    order = streams.order.permutation(told.source.size)
    incidents = _true_incidents(truth, ground)
    return World(
        reports=report_table(told, details, said, order, languages, ground, knobs),
        sources=_sources(ground, knobs),
        coverage=coverage,
        true_incidents=incidents,
        true_memberships=membership_table(told, roundups, order),
        true_breaches=true_breaches(incidents, agreement, shapes, kinds)
        if agreement is not None and truth.at_us.size
        else TRUE_BREACH_SCHEMA.empty_table(),
        area_km2=box_km2(ground),
    )


def _lay(
    agreement: Agreement | None, shapes: pa.Table | None, kinds: Taxonomy, knobs: Knobs, rng: np.random.Generator
) -> Ground:
    if agreement is None or shapes is None:
        return lay_plain_ground(kinds, knobs, rng)
    return lay_ground(agreement, shapes, kinds, knobs, rng)


def _tell_all(
    ground: Ground, truth: Truth, coverage: pa.Table, kinds: Taxonomy, knobs: Knobs, streams: _Streams
) -> tuple[Told, list[Lies], Roundups]:
    """Let every source tell, lie and sum up; return the reports, what was made up and what was summed up."""
    parts: list[Told] = []
    made: list[tuple[Lies, int]] = []
    summed: list[Roundups] = [NO_ROUNDUPS]
    summed_told: list[Told] = []
    n_lies, n_roundups = 0, 0
    size = draw_sizes(truth.at_us.size, knobs, streams.sizes)
    for number, source in enumerate(knobs.sources):
        rng = streams.tell[number]
        noticed = prob_noticed(truth, coverage, source.source_id) if source.by_watch else None
        own = tell(number, source, truth, size, noticed, ground, kinds, knobs, rng)
        lies, told_lies = make_lies(number, source, own.source.size, n_lies, ground, kinds, knobs, rng)
        parts += [own, told_lies]
        made.append((lies, n_lies))
        n_lies += lies.at_us.size
        if source.roundups:
            roundups, told = sum_up(number, source, truth, ground, knobs, streams.sum_up[number], n_roundups)
            n_roundups += roundups.n
            summed.append(roundups)
            summed_told.append(told)
    told = join_told([*parts, *lie_along(made, ground, kinds, knobs, streams.lie_along), *summed_told])
    joined = Roundups(
        roundup=np.concatenate([part.roundup for part in summed]),
        truth=np.concatenate([part.truth for part in summed]),
        n=n_roundups,
    )
    return let_slip(told, knobs, streams.slips), [lies for lies, _ in made], joined


def _copy_all(told: Told, ground: Ground, knobs: Knobs, streams: _Streams) -> tuple[Told, Ints]:
    """Let every source copy; return the copies, and the index of the report that each repeats."""
    names = [source.source_id for source in knobs.sources]
    none = np.empty(0, dtype=np.int64)
    copies, origins = [], [none]
    for number, source in enumerate(knobs.sources):
        copied = np.array([names.index(name) for name in source.copies_from], dtype=np.int64)
        rngs = (streams.copy[number], streams.copy_places[number])
        part, which = copy_from(number, source, told, copied, ground, rngs)
        copies.append(part)
        origins.append(which)
    return join_told(copies), np.concatenate(origins)


def _languages_of(told: Told, languages: tuple[str, ...], knobs: Knobs, rng: np.random.Generator) -> Ints:
    """Return the language of each report as its source writes it; -1 where the source has no words."""
    sources = knobs.sources
    writes = np.array([knobs.texts and s.kind in ("media", "party", "public") for s in sources])
    own = np.array([languages.index(s.language) for s in sources])
    others = [[languages.index(code) for code in s.other_languages] or [own[k]] for k, s in enumerate(sources)]
    n_others = np.array([len(codes) for codes in others])
    table = np.array([(codes * 3)[:3] for codes in others], dtype=np.int64)
    share = np.array([s.other_share for s in sources])[told.source]
    nth = rng.integers(0, 6, told.source.size) % n_others[told.source]
    other = rng.random(told.source.size) < share
    return np.where(writes[told.source], np.where(other, table[told.source, nth], own[told.source]), -1)


def _say_all(told: Told, languages: tuple[str, ...], knobs: Knobs, streams: _Streams) -> Said:
    """Choose language and phrase of every report that is no copy."""
    n = told.source.size
    language = _languages_of(told, languages, knobs, streams.words)
    if knobs.wording == "rich":
        return Said(
            language=language,
            phrase=streams.words.integers(0, N_PHRASES, n),
            who=streams.words.integers(0, 1000, n),
        )
    return Said(language=language, phrase=streams.order.integers(0, 3, n), who=np.zeros(n, dtype=np.int64))


def _say_copies(
    copies: Told, said: Said, origin: Ints, languages: tuple[str, ...], knobs: Knobs, rng: np.random.Generator
) -> Said:
    """Return the words of all reports: copies are told word for word, in other words, or translated."""
    theirs = said.take(origin)
    own = _languages_of(copies, languages, knobs, rng)
    how = rng.random(origin.size)
    verbatim, paraphrase = (
        np.array([getattr(source, name) for source in knobs.sources])[copies.source]
        for name in ("copy_verbatim", "copy_paraphrase")
    )
    as_it_was = (how < verbatim) & (own >= 0) & (theirs.language >= 0)
    in_own_words = (how >= verbatim) & (how < verbatim + paraphrase)
    n_phrases = N_PHRASES if knobs.wording == "rich" else 3
    phrase, who = rng.integers(0, n_phrases, origin.size), rng.integers(0, 1000, origin.size)
    return Said(
        language=np.append(said.language, np.where(as_it_was, theirs.language, own)),
        phrase=np.append(said.phrase, np.where(in_own_words, phrase, theirs.phrase)),
        who=np.append(said.who, np.where(in_own_words, who, theirs.who)),
    )


def _true_incidents(truth: Truth, ground: Ground) -> pa.Table:
    parties = pa.array(ground.parties)
    return table_from(
        {
            "truth_id": ids("t", np.arange(truth.at_us.size), 7),
            "at": pa.array(truth.at_us).cast(INSTANT),
            "lon": truth.lon,
            "lat": truth.lat,
            "kind": pa.array(ground.kinds).take(pa.array(truth.kind)),
            "actor": parties.take(pa.array(truth.actor)),
            "target": parties.take(pa.array(truth.target)),
        },
        TRUE_INCIDENT_SCHEMA,
    )


def _sources(ground: Ground, knobs: Knobs) -> pa.Table:
    sources = knobs.sources
    table = table_from(
        {
            "source_id": [s.source_id for s in sources],
            "name": [s.source_id.replace("-", " ").capitalize() for s in sources],
            "side": [None if s.side is None else ground.parties[s.side] for s in sources],
            "kind": [s.kind for s in sources],
            "curated": [s.curated for s in sources],
            "reliability": [s.reliability for s in sources],
            "copies_from": [list(s.copies_from) for s in sources],
        },
        SOURCE_SCHEMA,
    )
    return sort_table(table, ["source_id"])
