"""A small plain agreement and its zone, for worlds."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
import shapely

from holdfire.records.agreement import Agreement
from holdfire.records.schema import table_from
from holdfire.records.zone_shape import ZONE_SHAPE_SCHEMA

PLAIN: dict[str, Any] = {
    "holdfire": "agreement/1",
    "id": "plain",
    "version": "1",
    "title": {"en": "Plain"},
    "status": "draft",
    "fictional": True,
    "summary": {"en": "Two parties, one zone, one line."},
    "time_zone": "Europe/Kyiv",
    "references": [{"id": "r", "citation": "Invented for tests."}],
    "parties": [{"id": "a", "name": {"en": "A"}}, {"id": "b", "name": {"en": "B"}}],
    "readings": [
        {"id": "first", "title": {"en": "1 January"}, "claimed_by": ["a"], "enters_into_force": "2030-01-01T00:00"}
    ],
    "lines": [{"id": "line", "title": {"en": "Line"}, "versions": [{"coordinates": [(30.5, 46.0), (30.5, 47.0)]}]}],
    "zones": [{"id": "z", "title": {"en": "Zone"}, "box": {"west": 30, "south": 46, "east": 31, "north": 47}}],
    "clauses": [
        {
            "id": "1",
            "title": {"en": "No fire"},
            "text": {"en": "No fire in the zone."},
            "source": "Article 1",
            "addressees": ["a", "b"],
            "modality": "prohibits",
            "rule": {"kind": "cessation", "acts": ["explosion", "gunfire"]},
            "scope": {"zones": ["z"]},
        }
    ],
}


@pytest.fixture
def agreement() -> Agreement:
    return Agreement.model_validate(PLAIN)


@pytest.fixture
def shapes() -> pa.Table:
    wkb = shapely.to_wkb(shapely.box(30, 46, 31, 47))
    return table_from(
        {"zone_id": ["z"], "reading": ["first"], "start": [None], "end": [None], "wkb": [wkb]}, ZONE_SHAPE_SCHEMA
    )
