"""Ask the peers which places lie in which zones: shapely, GeoPandas, SedonaDB and DuckDB's spatial extension.

Turns places and polygons into the number of pairs of a place and a zone that holds it, one function for each peer and
way to ask. Rule: a peer that is not installed is left out; each is given the places as arrays and the zones as polygons
and builds its own index. GeoPandas prepares the polygons only where they are on the left or the predicate is *within*.
DuckDB's extension comes with a package for one release of DuckDB.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

__all__ = ["FAST", "SLOW", "TREE", "Peer", "installed"]

Floats = NDArray[np.float64]
Peer = Callable[[Floats, Floats, list[shapely.Geometry]], int]


def tree(lon: Floats, lat: Floats, geometries: list[shapely.Geometry]) -> int:
    """Count with shapely: an STR tree of the places, asked once for each prepared zone."""
    return int(shapely.STRtree(shapely.points(lon, lat)).query(geometries, predicate="intersects").shape[1])


def _sjoin(lon: Floats, lat: Floats, geometries: list[shapely.Geometry], left: str, predicate: str) -> int:
    import geopandas  # noqa: PLC0415 - optional peer

    frames = {
        "places": geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat)),
        "zones": geopandas.GeoDataFrame(geometry=geometries),
    }
    return len(geopandas.sjoin(frames.pop(left), *frames.values(), predicate=predicate))


def sjoin_zones(lon: Floats, lat: Floats, geometries: list[shapely.Geometry]) -> int:
    """Count with GeoPandas, zones on the left."""
    return _sjoin(lon, lat, geometries, "zones", "intersects")


def sjoin_within(lon: Floats, lat: Floats, geometries: list[shapely.Geometry]) -> int:
    """Count with GeoPandas, places on the left, without the zones' boundaries."""
    return _sjoin(lon, lat, geometries, "places", "within")


def sjoin_places(lon: Floats, lat: Floats, geometries: list[shapely.Geometry]) -> int:
    """Count with GeoPandas as one writes it first: places on the left, its default predicate."""
    return _sjoin(lon, lat, geometries, "places", "intersects")


def sedona(lon: Floats, lat: Floats, geometries: list[shapely.Geometry]) -> int:
    """Count with SedonaDB."""
    import geopandas  # noqa: PLC0415 - optional peer
    import sedonadb  # noqa: PLC0415 - optional peer

    engine = sedonadb.connect()
    engine.create_data_frame(pa.table({"lon": lon, "lat": lat})).to_view("places", overwrite=True)
    engine.create_data_frame(geopandas.GeoDataFrame(geometry=geometries)).to_view("zones", overwrite=True)
    query = (
        "SELECT count(*) AS n FROM (SELECT ST_Point(lon, lat) AS place FROM places) AS p "
        "JOIN zones ON ST_Intersects(p.place, zones.geometry)"
    )
    return int(engine.sql(query).to_pandas()["n"][0])


def duckdb_spatial(lon: Floats, lat: Floats, geometries: list[shapely.Geometry]) -> int:
    """Count with DuckDB's spatial extension."""
    import duckdb  # noqa: PLC0415 - optional peer

    found = importlib.util.find_spec("duckdb_extension_spatial")
    folder = Path(str(found.origin)).parent if found is not None else Path()
    extension = next(folder.rglob("spatial.duckdb_extension"))
    with duckdb.connect(config={"allow_unsigned_extensions": "true"}) as engine:
        engine.execute(f"LOAD '{extension}'")
        engine.register("places", pa.table({"lon": lon, "lat": lat}))
        engine.register("drawn", pa.table({"wkb": shapely.to_wkb(np.array(geometries))}))
        engine.execute("CREATE TABLE zones AS SELECT ST_GeomFromWKB(wkb) AS zone FROM drawn")
        engine.execute("CREATE TABLE points AS SELECT ST_Point(lon, lat) AS place FROM places")
        query = "SELECT count(*) FROM points JOIN zones ON ST_Intersects(points.place, zones.zone)"
        return int(engine.execute(query).fetchall()[0][0])


TREE = "shapely STRtree"
FAST: dict[str, tuple[Peer, tuple[str, ...]]] = {
    TREE: (tree, ()),
    "sjoin, zones left": (sjoin_zones, ("geopandas",)),
    "sjoin, places left, within": (sjoin_within, ("geopandas",)),
    "SedonaDB": (sedona, ("geopandas", "geoarrow", "sedonadb")),
}
SLOW: dict[str, tuple[Peer, tuple[str, ...]]] = {
    "sjoin, places left": (sjoin_places, ("geopandas",)),
    "DuckDB spatial": (duckdb_spatial, ("duckdb", "duckdb_extension_spatial")),
}
"""The peers, and the packages that each needs. The slow ones test each place against polygons as they are drawn, which
takes hundreds of microseconds a place; they are measured on fewer places."""


def installed(peers: dict[str, tuple[Peer, tuple[str, ...]]]) -> dict[str, Peer]:
    """Return the peers whose packages are there, by name."""
    return {
        name: peer
        for name, (peer, needs) in peers.items()
        if all(importlib.util.find_spec(package) is not None for package in needs)
    }
