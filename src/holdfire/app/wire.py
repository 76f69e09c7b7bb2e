"""Wire: picks trees, documents and readers once, explicitly, from what the user named.

Turns paths into the values that the pipeline takes. Rule: nothing is found by chance; every default is named
here. Leaves the running to ``commands``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from holdfire.agreement.check import check_agreement
from holdfire.app.pipeline import Trees
from holdfire.assessment.kernels.registry import KERNELS
from holdfire.errors import DocumentError, Fault, MissingInputError, ReadError
from holdfire.records.agreement import Agreement
from holdfire.records.taxonomy import read_taxonomy

__all__ = [
    "check_file",
    "find_data",
    "find_examples",
    "load_agreement_file",
    "load_areas",
    "load_trees",
    "read_file",
]


def read_file(path: Path) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    MissingInputError
        There is no such file, or it cannot be opened.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise MissingInputError(
            f"This file cannot be opened: {error.strerror or error}.", str(path), "Check the path."
        ) from error


def load_trees(taxonomy: Path | None = None) -> Trees:
    """Return the house's trees, with the user's tree of event kinds in the place of ours where one is named."""
    if taxonomy is None:
        return Trees()
    kinds = read_taxonomy(read_file(taxonomy), str(taxonomy))
    implied = {kind: weapon for kind, weapon in Trees().kind_weapons.items() if kind in kinds}
    return Trees(kinds=kinds, kind_weapons=implied)


def check_file(
    path: Path, trees: Trees, previous: Agreement | None = None
) -> tuple[Agreement | None, tuple[Fault, ...]]:
    """Return the agreement of a file, if it can be read as one, and all its faults."""
    return check_agreement(
        read_file(path),
        str(path),
        kernels=frozenset(KERNELS),
        kinds=trees.kinds,
        weapons=trees.weapons,
        targets=trees.targets,
        previous=previous,
    )


def load_agreement_file(path: Path, trees: Trees) -> Agreement:
    """Return the agreement of a file.

    Raises
    ------
    DocumentError
        It has faults; all are named.
    """
    agreement, faults = check_file(path, trees)
    if faults or agreement is None:
        raise DocumentError(str(path), faults)
    return agreement


def load_areas(path: Path | None) -> Mapping[str, shapely.Geometry]:
    """Return the polygons of a GeoJSON file by their ``area_id``, ``id`` or ``name``.

    Raises
    ------
    ReadError
        It is no GeoJSON FeatureCollection of polygons.
    """
    if path is None:
        return {}
    try:
        features = json.loads(read_file(path))["features"]
        areas: dict[str, shapely.Geometry] = {}
        for feature in features:
            properties: Mapping[str, Any] = feature.get("properties") or {}
            name = properties.get("area_id") or feature.get("id") or properties.get("id") or properties.get("name")
            if name is not None:
                areas[str(name)] = shapely.make_valid(shape(feature["geometry"]))
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ReadError(
            f"This is no GeoJSON FeatureCollection of polygons: {str(error)[:120]}",
            str(path),
            "Give each feature a polygon and an 'area_id' property.",
        ) from error
    return areas


def find_examples() -> Path | None:
    """Return the folder of example agreements: of this checkout, else of the working folder."""
    for folder in (Path(__file__).resolve().parents[3] / "examples", Path.cwd() / "examples"):
        if (folder / "agreements").is_dir():
            return folder
    return None


def find_data() -> Path | None:
    """Return the folder of real data: ``HOLDFIRE_DATA``, else ``../shared/data`` beside the checkout."""
    named = os.environ.get("HOLDFIRE_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[4] / "shared" / "data"
    return folder if folder.is_dir() else None
