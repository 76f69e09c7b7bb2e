"""Membership: the probability that each incident lies in each of some zones, for the guarantee's conditions.

Turns incidents and zone shapes into bounds by incident and zone. Rule: the same places and times as the assessment's;
what is not listed lies outside. Leaves what a zone means to the ladder. Source: DESIGN, section 4 (Ladder).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import shapely

from holdfire.assessment.facts import facts_of
from holdfire.assessment.place_time import Places, place_time_bounds
from holdfire.assessment.regions import Atlas
from holdfire.records.assessment import LISTED_FROM
from holdfire.records.schema import sort_table, table_from
from holdfire.records.zone_membership import ZONE_MEMBERSHIP_SCHEMA

__all__ = ["zone_memberships"]


def zone_memberships(
    incidents: pa.Table,
    shapes: pa.Table,
    zone_ids: Iterable[str],
    reading: str,
    areas: Mapping[str, shapely.Geometry] | None = None,
) -> pa.Table:
    """Return bounds of the probability that incidents lie in zones.

    Parameters
    ----------
    incidents : pyarrow.Table
        By ``INCIDENT_SCHEMA``.
    shapes : pyarrow.Table
        By ``ZONE_SHAPE_SCHEMA``.
    zone_ids : iterable of str
    reading : str
    areas : mapping of str to shapely geometry, optional
        Gazetteer units by id, lon/lat.

    Returns
    -------
    pyarrow.Table
        By ``ZONE_MEMBERSHIP_SCHEMA``, sorted; rows whose upper bound reaches ``LISTED_FROM``.
    """
    facts = facts_of(incidents)
    atlas = Atlas.of(shapes)
    places = Places(facts=facts, atlas=atlas, areas=areas or {}, area_shares={})
    ids = np.asarray(incidents["incident_id"].to_numpy(zero_copy_only=False))
    rows = np.arange(facts.n)
    parts = [ZONE_MEMBERSHIP_SCHEMA.empty_table()]
    for zone_id in sorted(set(zone_ids)):
        bounds = place_time_bounds(atlas.zones([zone_id], reading), facts, rows, places.bounds)
        listed = np.flatnonzero(bounds.upper >= LISTED_FROM)
        columns = {
            "incident_id": pa.array(ids[listed], pa.string()),
            "zone_id": pa.repeat(pa.scalar(zone_id, pa.string()), listed.size),
            "reading": pa.repeat(pa.scalar(reading, pa.string()), listed.size),
            "prob_lower": bounds.lower[listed],
            "prob_upper": bounds.upper[listed],
        }
        parts.append(table_from(columns, ZONE_MEMBERSHIP_SCHEMA))
    return sort_table(pa.concat_tables(parts), ["incident_id", "zone_id"])
