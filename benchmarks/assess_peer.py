"""The way of a monitor without Holdfire: GeoPandas' ``sjoin``, pandas and one label for each incident.

Run as ``python -m benchmarks.assess_peer INCIDENTS OUT``. Each incident is a point, its likeliest kind and actor are
taken for certain, and it breaches a clause where the point lies in a zone of it, the kind and the time fit and the
actor is an addressee. Writes the labels with the probability to be real, and counts by clause, party and day. It
knows no error of place, no range, no exemption, no obligation and no finding, so it does far less; zones are those that
Holdfire draws, ready made.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyarrow.parquet as pq
import shapely

from benchmarks.incident_worlds import AGREEMENT
from holdfire.app.pipeline import Trees
from holdfire.app.wire import load_agreement_file
from holdfire.assessment.shapes import zone_shapes
from holdfire.records.force import instant_of

READ = ["incident_id", "prob_real", "occurred_start", "lon", "lat", "kind", "actor"]


def zone_ids(clause: Any, party: str) -> list[str]:
    rule = clause.rule
    named = getattr(rule, "zones_by_party", {}).get(party) or getattr(rule, "zones", None)
    return list(named or getattr(rule, "areas", None) or clause.scope.zones)


def duties() -> geopandas.GeoDataFrame:
    """Return one row for each clause, party and zone version: acts, times and the polygon."""
    agreement = load_agreement_file(AGREEMENT, Trees())
    shapes = zone_shapes(agreement).to_pylist()
    rows = []
    for clause in agreement.clauses:
        acts = getattr(clause.rule, "acts", None)
        for party in clause.addressees if acts else ():
            for shape in shapes:
                if shape["zone_id"] in zone_ids(clause, party) and shape["wkb"] is not None:
                    starts = [one for one in (shape["start"], agreement.readings[0].enters_into_force) if one]
                    for named in (clause.scope.start, getattr(clause.rule, "deadline", None)):
                        starts += [] if named is None else [instant_of(named, agreement)]
                    rows.append({"clause_id": clause.id, "party": party, "acts": "|".join(acts),
                                 "start": max(pd.Timestamp(one).tz_convert("UTC") for one in starts),
                                 "end": pd.Timestamp(shape["end"] or "2100-01-01T00:00Z"),
                                 "geometry": shapely.from_wkb(shape["wkb"])})  # fmt: skip
    return geopandas.GeoDataFrame(rows, geometry="geometry", crs=4326)


def main(incidents: Path, out: Path) -> int:
    given = pq.read_table(incidents, columns=READ).to_pandas().dropna(subset=["lon", "lat"])
    points = geopandas.GeoDataFrame(given, geometry=geopandas.points_from_xy(given["lon"], given["lat"]), crs=4326)
    met = geopandas.sjoin(points, duties(), predicate="within").drop(columns=["geometry", "index_right"])
    met = met[(met["occurred_start"] >= met["start"]) & (met["occurred_start"] < met["end"])]
    met = met[met["actor"].isna() | (met["actor"] == met["party"])]
    fits = pd.Series(False, index=met.index)
    for acts in met["acts"].unique():
        rows = met["acts"] == acts
        fits[rows] = met.loc[rows, "kind"].fillna("").str.match(f"(?:{acts})(?:/|$)").to_numpy()
    breaches = met[fits].drop_duplicates(["incident_id", "clause_id", "party"])
    out.mkdir(parents=True, exist_ok=True)
    breaches.drop(columns=["acts", "start", "end"]).to_parquet(out / "labels.parquet", compression="zstd")
    days = breaches["occurred_start"].dt.tz_convert("Europe/Kyiv").dt.date
    counts = breaches.groupby(["clause_id", "party", days]).size().rename("n").reset_index()
    counts.to_parquet(out / "labels_by_day.parquet")
    print(f"{len(breaches):,} labels, {len(counts):,} counts")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
