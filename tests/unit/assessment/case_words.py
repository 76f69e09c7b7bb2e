"""Turn a lawyer's case file into an agreement, incidents and the assessments that are expected of them.

The words of a case file are explained in tests/cases/kernels/README.md; what a file leaves out comes from base.yaml.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import shapely

from holdfire.assessment import regions
from holdfire.assessment.assess import assess
from holdfire.assessment.geometry.zones import PreparedZone, prepare_zone
from holdfire.assessment.shapes import zone_shapes
from holdfire.basics.documents import read_document
from holdfire.basics.instants import parse_instant
from holdfire.basics.units import parse_duration_h, parse_length_m
from holdfire.records.agreement import Agreement
from holdfire.records.incident import INCIDENT_SCHEMA
from holdfire.records.taxonomy import builtin_tree, kind_weapons

CASES = Path(__file__).resolve().parents[2] / "cases" / "kernels"
UNSAID = "?"
"""Stands for the null name in a list of shares."""


@cache
def read_case_file(name: str) -> dict[str, Any]:
    """Return a case file of tests/cases/kernels."""
    return dict(read_document((CASES / f"{name}.yaml").read_bytes(), name).value)


def clause_of(short: dict[str, Any]) -> dict[str, Any]:
    """Return a whole clause from the words of a case file."""
    whole = {"addressees": ["north", "south"], "modality": "prohibits", "source": "a case", "title": {"en": "A clause"}}
    says = short.get("says", "A clause.")
    return {**whole, "text": {"en": says}, **{key: value for key, value in short.items() if key != "says"}}


@cache
def agreement_named(name: str) -> Agreement:
    """Return the agreement of a case file by the file's name."""
    return agreement_of(read_case_file(name))


def agreement_of(document: dict[str, Any]) -> Agreement:
    """Return the agreement of a case file: its own parts over those of base.yaml."""
    whole = {**read_case_file("base"), **document.get("agreement", {})}
    whole["clauses"] = [clause_of(clause) for clause in document["clauses"]]
    return Agreement.model_validate_json(json.dumps(whole))


def shares_of(said: Any) -> list[dict[str, Any]] | None:
    """Return bounds by name: one name alone is certain, '?' is the null name."""
    if said is None:
        return None
    if isinstance(said, str):
        said = {said: [1.0, 1.0]}
    return [
        {"name": None if name == UNSAID else name, "lower": low, "upper": high} for name, (low, high) in said.items()
    ]


def incident_of(said: dict[str, Any], number: int, time_zone: str) -> dict[str, Any]:
    """Return one incident as a row of INCIDENT_SCHEMA."""
    at = None if said.get("at") is None else parse_instant(said["at"], time_zone)
    lasting = timedelta(hours=parse_duration_h(said.get("within_time", "1 s")))
    lon, lat = said.get("where") or (None, None)
    real = said.get("real", [1.0, 1.0])
    excluded = said.get("excluded", [None, None])
    what, by = said.get("what"), said.get("by")
    return {
        "incident_id": f"i{number:016x}",
        "prob_real": sum(real) / 2,
        "prob_real_lower": real[0],
        "prob_real_upper": real[1],
        "occurred_start": at,
        "occurred_end": None if at is None else at + lasting,
        "place_model": "area" if "area" in said else "unknown" if lon is None else "point",
        "lon": lon,
        "lat": lat,
        "sigma_m": None if lon is None else parse_length_m(said.get("give_or_take", "0 m")),
        "area_id": said.get("area"),
        "kinds": shares_of(what),
        "actors": shares_of(by),
        "involved_excluded_lower": excluded[0],
        "involved_excluded_upper": excluded[1],
        "target_kind": said.get("target"),
        "prob_target_kind": said.get("target_share", 1.0) if "target" in said else None,
        "weapon": said.get("weapon"),
        "count_low": said.get("count", [None, None])[0],
        "count_high": said.get("count", [None, None])[1],
        "fired_from_deg": said.get("fired_from", [None, None])[0],
        "fired_from_sigma_deg": said.get("fired_from", [None, None])[1],
        "n_reports": 1,
        "n_sources": 1,
        "n_independent": 1,
        "languages": "",
        "explanation": "{}",
    }


def incidents_of(said: list[dict[str, Any]], time_zone: str) -> pa.Table:
    """Return incidents as a table, numbered in their order."""
    rows = [incident_of(one, number, time_zone) for number, one in enumerate(said, start=1)]
    return pa.Table.from_pylist(rows, schema=INCIDENT_SCHEMA)


@cache
def _shapes(agreement_json: str) -> pa.Table:
    return zone_shapes(Agreement.model_validate_json(agreement_json))


@cache
def _prepared(wkb: bytes) -> PreparedZone:
    return prepare_zone(shapely.from_wkb(wkb))


def judged(agreement: Agreement, incidents: pa.Table, today: str | None = None, **given: Any) -> pa.Table:
    """Assess incidents with the house's trees; shapes are made, and made ready for places, once for all tests."""
    with mock.patch.object(regions, "prepare_zone", lambda geometry, **_: _prepared(shapely.to_wkb(geometry))):
        return assess(
            incidents,
            agreement,
            _shapes(agreement.model_dump_json(by_alias=True)),
            kinds=builtin_tree("kinds"),
            weapons=builtin_tree("weapons"),
            targets=builtin_tree("targets"),
            kind_weapons=kind_weapons(),
            as_of=None if today is None else parse_instant(today, agreement.time_zone),
            **given,
        )
