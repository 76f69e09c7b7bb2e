"""Small files in the shape of each format.

Provenance: every row here is invented. Columns and codes are those that the formats' own documentation states; no row
is taken from a real data set.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = [
    "acled_csv",
    "canonical_csv",
    "canonical_table",
    "csv_text",
    "firms_modis_csv",
    "firms_viirs_csv",
    "sirens_csv",
    "ucdp_csv",
    "ucdp_geojson",
    "ucdp_row",
    "viina_csv",
    "viina_row",
    "write",
    "write_parquet",
]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a sample and return its path."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def csv_text(rows: Sequence[Mapping[str, Any]], names: Sequence[str] | None = None) -> str:
    """Return rows as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, names or list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


UCDP_ROW = {
    "id": "900001",
    "relid": "INV-2031-1-1",
    "year": "2031",
    "type_of_violence": "1",
    "side_a": "Government of Northland",
    "side_b": "Southern Front",
    "number_of_sources": "2",
    "source_article": (
        '"Alpha News,2031-05-03,Shells hit a mill, two dead";"Beta Wire,2031-05-04,Fighting near the mill"'
    ),
    "source_office": "Alpha News;Beta Wire",
    "source_date": "2031-05-03;2031-05-04",
    "source_headline": "Shells hit a mill, two dead;Fighting near the mill",
    "where_prec": "1",
    "where_coordinates": "Millbrook village",
    "adm_1": "Donetsk oblast",
    "adm_2": "",
    "latitude": "48.100000",
    "longitude": "37.500000",
    "country": "Ukraine",
    "date_prec": "1",
    "date_start": "2031-05-02 00:00:00.000",
    "date_end": "2031-05-02 00:00:00.000",
    "best": "2",
    "high": "3",
    "low": "1",
}
HXL_ROW = dict.fromkeys(UCDP_ROW, "") | {"latitude": "#geo+lat", "longitude": "#geo+lon", "side_a": "#group+first"}


def ucdp_row(**changes: str) -> dict[str, str]:
    """Return an invented UCDP event with some cells changed."""
    return UCDP_ROW | changes


def ucdp_csv(*rows: Mapping[str, str]) -> str:
    """Return UCDP events as CSV with the row of HXL tags."""
    return csv_text([HXL_ROW, *(rows or (UCDP_ROW,))], list(UCDP_ROW))


def ucdp_geojson(*rows: Mapping[str, Any]) -> str:
    """Return UCDP events as GeoJSON, coordinates in the geometry."""
    features = []
    for row in rows or (UCDP_ROW,):
        properties = {name: value for name, value in row.items() if name not in ("latitude", "longitude")}
        properties |= {"type_of_violence": int(row["type_of_violence"]), "where_prec": int(row["where_prec"])}
        point = {"type": "Point", "coordinates": [float(row["longitude"]), float(row["latitude"])]}
        features.append({"type": "Feature", "properties": properties, "geometry": point})
    return json.dumps({"type": "FeatureCollection", "name": "GEDEvent", "features": features}, indent=1)


VIINA_ROW = {
    "event_id_1pd": "7001",
    "date": "20310723",
    "n_reports": "2",
    "event_ids_matching": "11|12",
    "sources_matching": "espreso|liga",
    "source_urls": "https://espreso.tv/vigadana-novina|https://news.liga.net/vydumannaya-novost",
    "target_classes": "PORT_EXPORT_LOGISTICS",
    "target_terms": "порт",
    "attack_terms": "ракет|удар",
    "geonameid": "1234567",
    "asciiname": "Vyhadane",
    "ADM1_NAME": "Odessa",
    "longitude": "30.700000",
    "latitude": "46.500000",
    "a_ukr_init_field": "a_ukr_init_b",
    "a_ukr_init": "",
    "a_ukr": "0",
    "a_rus_init_field": "a_rus_init_b",
    "a_rus_init": "",
    "a_rus": "1",
    "representative_text": "Вигадані ракети влучили у порт || Выдуманные ракеты попали в порт",
}


def viina_row(**changes: str) -> dict[str, str]:
    """Return an invented VIINA row with some cells changed."""
    return VIINA_ROW | changes


def viina_csv(*rows: Mapping[str, str]) -> str:
    """Return VIINA rows as CSV."""
    return csv_text(list(rows or (VIINA_ROW,)), list(VIINA_ROW))


ACLED_ROW = {
    "event_id_cnty": "INV1",
    "event_date": "2031-05-02",
    "year": "2031",
    "time_precision": "1",
    "disorder_type": "Political violence",
    "event_type": "Explosions/Remote violence",
    "sub_event_type": "Shelling/artillery/missile attack",
    "actor1": "Military Forces of Northland",
    "assoc_actor_1": "",
    "inter1": "1",
    "actor2": "Civilians (Southland)",
    "assoc_actor_2": "Farmers (Southland)",
    "inter2": "7",
    "iso": "804",
    "country": "Ukraine",
    "admin1": "Donetsk",
    "location": "Millbrook",
    "latitude": "48.1",
    "longitude": "37.5",
    "geo_precision": "2",
    "source": "Alpha News; Beta Wire; Alpha News",
    "source_scale": "National",
    "notes": "On 2 May 2031, shells fell on a farm.",
    "fatalities": "2",
    "tags": "",
    "timestamp": "1935500000",
}


def acled_csv(**changes: str) -> str:
    """Return one invented ACLED event as CSV."""
    return csv_text([ACLED_ROW | changes])


def firms_modis_csv(**changes: str) -> str:
    """Return one invented MODIS point."""
    row = {
        "latitude": "48.1", "longitude": "37.5", "brightness": "310.1", "scan": "1.2", "track": "1.1",
        "acq_date": "2031-05-02", "acq_time": "0923", "satellite": "Terra", "instrument": "MODIS", "confidence": "81",
        "version": "6.03", "bright_t31": "280.2", "frp": "12.5", "daynight": "D", "type": "0",
    }  # fmt: skip
    return csv_text([row | changes])


def firms_viirs_csv(**changes: str) -> str:
    """Return one invented VIIRS point; its columns are one fewer."""
    row = {
        "latitude": "48.1", "longitude": "37.5", "brightness": "310.1", "scan": "0.4", "track": "0.4",
        "acq_date": "2031-05-02", "acq_time": "0007", "satellite": "N", "instrument": "VIIRS", "confidence": "n",
        "version": "2.0NRT", "bright_t31": "280.2", "frp": "2.5", "daynight": "N",
    }  # fmt: skip
    return csv_text([row | changes])


def sirens_csv(**changes: str) -> str:
    """Return one invented alert."""
    row = {
        "oblast": "Odeska oblast",
        "raion": "",
        "hromada": "",
        "level": "oblast",
        "started_at": "2031-05-02 16:10:34+00:00",
        "finished_at": "2031-05-02 16:50:07+00:00",
        "source": "official",
    }
    return csv_text([row | changes])


START = datetime(2031, 5, 2, 8, tzinfo=UTC)
END = datetime(2031, 5, 2, 9, tzinfo=UTC)


def canonical_table(n: int = 3, **columns: Any) -> pa.Table:
    """Return canonical reports with the required columns, some of them exchanged or added."""
    given: dict[str, Any] = {
        "report_id": [f"r{i}" for i in range(n)],
        "source_id": [f"s{i % 2}" for i in range(n)],
        "occurred_start": pa.array([START] * n, pa.timestamp("us", tz="UTC")),
        "occurred_end": pa.array([END] * n, pa.timestamp("us", tz="UTC")),
        "lon": [37.5] * n,
        "lat": [48.1] * n,
        "sigma_m": [500.0] * n,
        "kind": ["explosion/shelling/mortar"] * n,
        "actor": pa.nulls(n, pa.string()),
        "text": ["three rounds heard"] * n,
    }
    given |= columns
    return pa.table(given)


def write_parquet(folder: Path, table: pa.Table, name: str = "reports.parquet") -> Path:
    """Write a table as Parquet."""
    path = folder / name
    pq.write_table(table, path)
    return path


def canonical_csv(n: int = 3) -> str:
    """Return canonical reports as CSV."""
    rows = [
        {
            "report_id": f"r{i}",
            "source_id": "s0",
            "occurred_start": "2031-05-02T08:00:00Z",
            "occurred_end": "2031-05-02T09:00:00Z",
            "lon": "37.5",
            "lat": "48.1",
            "sigma_m": "500",
            "kind": "gunfire",
            "actor": "",
            "text": f"shots, {i}",
        }
        for i in range(n)
    ]
    return csv_text(rows)
