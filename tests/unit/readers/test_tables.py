"""Facts about the tables between formats' codes and our words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfire.basics.instants import zone_named
from holdfire.errors import MissingInputError, ReadError
from holdfire.readers.areas import AreaIndex, load_area_index
from holdfire.readers.tables import TABLE_NAMES, error_models, fold, load_table
from holdfire.records.source import SOURCE_KINDS
from holdfire.records.taxonomy import builtin_tree
from tests.unit.readers.samples import write

ROOT = Path(__file__).resolve().parents[3]


def words(value: Any) -> Iterator[str]:
    """Yield every text under the codes and stems of a table."""
    for row in value.values():
        yield from (path for path in (row.get("codes") or row.get("stems") or {}).values() if path is not None)


def test_every_kind_of_every_table_stands_in_the_tree() -> None:
    """A code is never mapped to a node that is not there."""
    kinds, targets = builtin_tree("kinds"), builtin_tree("targets")
    assert [] == [path for path in words(load_table("kinds")) if path not in kinds]
    assert [] == [path for path in words(load_table("targets")) if path not in targets]
    assert [] == [path for path in load_table("words")["kinds"] if path not in kinds]


def test_every_table_of_codes_names_its_source() -> None:
    """Error models and mapping tables say where their codes come from."""
    for name in ("places", "times", "kinds", "targets", "credibility"):
        tables = [table for table in load_table(name).values() if "field" in table]
        assert tables
        assert all(table["source"] for table in tables)


def test_every_error_model_says_what_it_means_and_why() -> None:
    """A number in metres stands beside its meaning and its derivation."""
    for table in ("ucdp_where_prec", "acled_geo_precision", "viina_place", "words"):
        for row in load_table("places")[table]["codes"].values():
            assert row["model"] in ("point", "area")
            assert float(row["sigma_m"]) > 0
            assert row["means"]
            assert row["why"]


def test_error_models_grow_with_the_code() -> None:
    """A coarser code never gives a smaller spread."""
    spreads = [error_models("ucdp_where_prec")[code].sigma_m for code in "123456"]
    assert sorted(spreads) == spreads


def test_zones_and_kinds_of_sources_are_known() -> None:
    """Every zone is in the IANA database, every kind of source among ours."""
    assert all(zone_named(row["zone"]) for row in load_table("countries").values())
    assert {row.get("kind", "media") for row in load_table("offices").values()} <= set(SOURCE_KINDS)


def test_units_have_names_of_their_own() -> None:
    """No name leads to two units."""
    seen: dict[str, str] = {}
    for unit in load_table("units")["units"]:
        for name in unit["names"]:
            assert seen.setdefault(fold(name), unit["id"]) == unit["id"]


def test_names_find_units_in_every_spelling() -> None:
    """Case, accents and apostrophes are immaterial; what nothing knows finds nothing."""
    index = AreaIndex()
    found = [index.find(name) for name in ("ODESKA OBLAST", "Одеська область", "As Suwayda’", "Nowhere")]
    assert ["UA-51", "UA-51", "SY-SU", None] == [None if area is None else area.area_id for area in found]


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"features": 1}', '{"features": [{"geometry": null, "properties": {"name": "a"}}]}']
)
def test_broken_areas_are_refused(tmp_path: Path, content: str) -> None:
    """A file that is no collection of polygons is refused with a message."""
    with pytest.raises(ReadError):
        load_area_index(write(tmp_path, "a.geojson", content))


def test_missing_areas_are_named(tmp_path: Path) -> None:
    """A path without a file is refused."""
    with pytest.raises(MissingInputError):
        load_area_index(tmp_path / "none.geojson")


def test_the_docs_show_every_error_model() -> None:
    """Every code of the tables stands in the reference with its metres."""
    text = (ROOT / "docs" / "reference" / "error-models.md").read_text(encoding="utf-8")
    for table in ("ucdp_where_prec", "acled_geo_precision", "viina_place", "words"):
        for code, row in load_table("places")[table]["codes"].items():
            assert f"| {code} | {row['model']} | {row['sigma_m']:,} |" in text, (table, code)
    for code, path in words_of("kinds"):
        assert f"| {code} | {path} |" in text, code


def words_of(name: str) -> Iterator[tuple[str, str]]:
    """Yield code and path of every table of a file."""
    for row in load_table(name).values():
        for code, path in (row.get("codes") or row.get("stems") or {}).items():
            yield code, "unknown" if path is None else f"`{path}`"


def test_every_file_of_tables_is_named() -> None:
    """No table lies beside the code without being known to it."""
    folder = ROOT / "src" / "holdfire" / "readers" / "tables"
    assert sorted(TABLE_NAMES) == sorted(path.stem for path in folder.glob("*.yaml"))
