"""World: one simulated world, from an agreement and a seed to reports, sources, watch log and truth.

Turns an agreement and its zone shapes into everything that a mission would get, and what truly happened.
Rule: the same agreement, knobs and seed give the same bytes; no id tells the truth. Leaves scoring to
``score``. Source: DESIGN, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfire.basics.instants import DAY_US, from_us, parse_instant, to_us
from holdfire.basics.places import METRES_PER_DEGREE
from holdfire.records.agreement import Agreement
from holdfire.records.report import REPORT_SCHEMA
from holdfire.records.schema import INSTANT, sort_table, table_from
from holdfire.records.source import SOURCE_SCHEMA
from holdfire.records.taxonomy import Taxonomy
from holdfire.records.zones import Line, LineVersion
from holdfire.simulate.breaches import TRUE_BREACH_SCHEMA, true_breaches
from holdfire.simulate.ground import Ground, Truth, lay_ground, let_happen
from holdfire.simulate.knobs import Knobs
from holdfire.simulate.telling import Told, copy_from, join_told, tell, tell_lies
from holdfire.simulate.watch import prob_noticed, stand_watch
from holdfire.simulate.words import place_name, write_texts

__all__ = ["TRUE_INCIDENT_SCHEMA", "TRUE_MEMBERSHIP_SCHEMA", "World", "move_lines", "simulate"]

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
TRUE_MEMBERSHIP_SCHEMA = pa.schema(
    [
        pa.field("report_id", pa.string(), nullable=False),
        ("truth_id", pa.string()),
        pa.field("copied", pa.bool_(), nullable=False),
    ]
)
"""Report to what it truly tells of; a null truth is a fabrication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Hold a world: what a mission sees, and what is true.

    Attributes
    ----------
    reports, sources, coverage : pyarrow.Table
        By ``REPORT_SCHEMA``, ``SOURCE_SCHEMA``, ``COVERAGE_SCHEMA``.
    true_incidents, true_memberships, true_breaches : pyarrow.Table
        What happened, which report tells of it, which clause it breached.
    """

    reports: pa.Table
    sources: pa.Table
    coverage: pa.Table
    true_incidents: pa.Table
    true_memberships: pa.Table
    true_breaches: pa.Table


def simulate(agreement: Agreement, shapes: pa.Table, kinds: Taxonomy, knobs: Knobs, seed: int) -> World:
    """Make a world.

    Parameters
    ----------
    agreement : Agreement
        With the lines as they truly ran; see ``move_lines``.
    shapes : pyarrow.Table
        Its zones by ``ZONE_SHAPE_SCHEMA``.
    kinds : Taxonomy
    knobs : Knobs
    seed : int
        Any integer >= 0.

    Returns
    -------
    World
    """
    streams = np.random.default_rng(seed).spawn(4 + 2 * len(knobs.sources))
    ground = lay_ground(agreement, shapes, kinds, knobs, streams[0])
    truth = let_happen(ground, knobs, streams[1])
    coverage = stand_watch(ground, knobs, streams[2])
    told, phrase = _tell_all(ground, truth, coverage, kinds, knobs, streams)
    order = streams[3].permutation(told.source.size)
    reports, report_ids = _reports(told, phrase, order, ground, knobs)
    truth_ids = np.array([f"t{number:07d}" for number in range(truth.at_us.size)], dtype=object)
    members = table_from(
        {
            "report_id": pa.array(report_ids),
            "truth_id": pa.array([truth_ids[i] if i >= 0 else None for i in told.truth], pa.string()),
            "copied": pa.array(told.copied),
        },
        TRUE_MEMBERSHIP_SCHEMA,
    )
    incidents = _true_incidents(truth, truth_ids, ground)
    return World(
        reports=sort_table(reports, ["report_id"]),
        sources=_sources(ground, knobs),
        coverage=coverage,
        true_incidents=incidents,
        true_memberships=sort_table(members, ["report_id"]),
        true_breaches=true_breaches(incidents, agreement, shapes, kinds)
        if truth.at_us.size
        else TRUE_BREACH_SCHEMA.empty_table(),
    )


def _tell_all(
    ground: Ground,
    truth: Truth,
    coverage: pa.Table,
    kinds: Taxonomy,
    knobs: Knobs,
    streams: list[np.random.Generator],
) -> tuple[Told, NDArray[np.int64]]:
    """Let every source tell, lie and copy; return the reports and the number of each one's phrase."""
    parts: list[Told] = []
    for number, source in enumerate(knobs.sources):
        rng = streams[4 + 2 * number]
        noticed = prob_noticed(truth, coverage, source.source_id) if source.by_watch else None
        own = tell(number, source, truth, noticed, ground, kinds, knobs, rng)
        parts += [own, tell_lies(number, source, own.source.size, ground, kinds, knobs, rng)]
    told = join_told(parts)
    phrase = streams[3].integers(0, 3, told.source.size)
    names = [source.source_id for source in knobs.sources]
    copies: list[Told] = []
    phrases = [phrase]
    for number, source in enumerate(knobs.sources):
        if source.copies_from:
            copied = np.array([names.index(name) for name in source.copies_from if name in names], dtype=np.int64)
            part, which = copy_from(number, source, told, copied, streams[5 + 2 * number])
            copies.append(part)
            phrases.append(phrase[which])
    return join_told([told, *copies]), np.concatenate(phrases)


def _reports(
    told: Told, phrase: NDArray[np.int64], order: NDArray[np.int64], ground: Ground, knobs: Knobs
) -> tuple[pa.Table, NDArray[np.object_]]:
    numbers = np.empty(order.size, dtype=np.int64)
    numbers[order] = np.arange(order.size)
    report_ids = np.array([f"r{number:08d}" for number in numbers], dtype=object)
    names = [source.source_id for source in knobs.sources]
    languages = sorted({source.language for source in knobs.sources})
    speaks = np.array(
        [
            languages.index(s.language) if knobs.texts and s.kind in ("media", "party", "public") else -1
            for s in knobs.sources
        ]
    )
    language = speaks[told.source]
    roots = np.array([str(kind).partition("/")[0] for kind in told.kind], dtype=object)
    # One story has one phrase: copies keep it, in the copier's language.
    texts = write_texts(roots, told.place, phrase, languages, language, ground.lon.size)
    place_names = pa.array([place_name(i, "en") for i in range(ground.lon.size)])
    table = table_from(
        {
            "report_id": pa.array(report_ids),
            "source_id": pa.array(names).take(pa.array(told.source)),
            "occurred_start": pa.array(told.start_us).cast(INSTANT),
            "occurred_end": pa.array(told.end_us).cast(INSTANT),
            "lon": told.lon,
            "lat": told.lat,
            "sigma_m": told.sigma_m,
            "kind": pa.array(told.kind, pa.string()),
            "actor": pa.array(ground.parties).take(pa.array(told.actor, mask=told.actor < 0)),
            "text": texts,
            "reported_start": pa.array(told.sent_us).cast(INSTANT),
            "reported_end": pa.array(told.sent_us + 1).cast(INSTANT),
            "place_model": pa.array(np.full(order.size, "point", dtype=object), pa.string()),
            "place_name": place_names.take(pa.array(told.place)),
            "language": pa.array(languages).take(pa.array(language, mask=language < 0)),
        },
        REPORT_SCHEMA,
    )
    return table, report_ids


def _true_incidents(truth: Truth, truth_ids: NDArray[np.object_], ground: Ground) -> pa.Table:
    parties = pa.array(ground.parties)
    return table_from(
        {
            "truth_id": pa.array(truth_ids, pa.string()),
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


def move_lines(agreement: Agreement, knobs: Knobs) -> Agreement:
    """Return the agreement with its lines moving day by day, to the left of their direction.

    Each line gets one version a day from the first claimed entry into force on; before it, it stands where
    the agreement draws it. With no drift the agreement comes back unchanged.
    """
    if knobs.drift_km_per_day == 0.0 or not agreement.lines:
        return agreement
    ground_start = min(reading.enters_into_force for reading in agreement.readings)
    lines = [_moving(line, agreement, knobs) for line in agreement.lines]
    version = f"{agreement.version}+moving-from-{ground_start[:10]}"
    return agreement.model_copy(update={"lines": lines, "version": version})


def _moving(line: Line, agreement: Agreement, knobs: Knobs) -> Line:
    first = line.versions[0]
    start = _first_force_us(agreement)
    versions = [LineVersion.model_validate({"to": _iso(start), "coordinates": first.coordinates})]
    lon = np.array([position[0] for position in first.coordinates])
    lat = np.array([position[1] for position in first.coordinates])
    along_e = np.gradient(lon) * np.cos(np.radians(lat))
    along_n = np.gradient(lat)
    length = np.hypot(along_e, along_n)
    length[length == 0] = 1.0
    n_versions = max(1, knobs.n_days - 2)
    for day in range(n_versions):
        metres = knobs.drift_km_per_day * 1000.0 * (day + 1)
        east, north = -along_n / length * metres, along_e / length * metres
        new_lon = lon + east / (METRES_PER_DEGREE * np.cos(np.radians(lat)))
        new_lat = lat + north / METRES_PER_DEGREE
        bounds = {"from": _iso(start + day * DAY_US)}
        if day + 1 < n_versions:
            bounds["to"] = _iso(start + (day + 1) * DAY_US)
        coordinates = [(round(float(x), 6), round(float(y), 6)) for x, y in zip(new_lon, new_lat, strict=True)]
        versions.append(LineVersion.model_validate({**bounds, "coordinates": coordinates}))
    return line.model_copy(update={"versions": versions})


def _iso(us: int) -> str:
    return from_us(us).strftime("%Y-%m-%dT%H:%M:%SZ")


def _first_force_us(agreement: Agreement) -> int:
    return min(to_us(parse_instant(r.enters_into_force, agreement.time_zone)) for r in agreement.readings)
