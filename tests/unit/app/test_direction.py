"""Facts about the direction of fire from a table of one's own to the explanation of who fired."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from holdfire.app.commands import InputFiles, assess_files
from holdfire.app.engines import EngineChoice
from holdfire.app.queries import explain_id
from holdfire.basics.canonical import sha256_file
from holdfire.cli.main import holdfire
from tests.unit.assessment.test_attribution import EVEN, agreement_with

LOG = """id,who,when,lon,lat,error,towards,sigma
a,patrol,2030-03-05T12:00:00Z,37.54,48.5,50,east,5
b,village,2030-03-05T12:00:00Z,37.54,48.5,50,80,5
c,patrol,2030-03-20T12:00:00Z,37.54,48.8,50,,
"""
FIELDS = {
    "report_id": "id", "source_id": "who", "occurred_start": "when", "lon": "lon", "lat": "lat", "sigma_m": "error",
    "fired_from_deg": "towards", "fired_from_sigma_deg": "sigma",
}  # fmt: skip
MAPPING = {
    "holdfire": "mapping/1",
    "name": "log",
    "fields": {
        **{name: {"column": column} for name, column in FIELDS.items()},
        "occurred_start": {"column": "when", "zone": "UTC"},
        "kind": {"constant": "explosion/shelling/mortar"},
        "weapon": {"constant": "mortar"},
    },
}
SOURCES = (
    "id,name,side,kind,curated,grade,copies-from\npatrol,Patrol,,patrol,false,B,\nvillage,Village,,media,false,B,\n"
)


def agreement_file(folder: Path, direction: list[float] | None) -> Path:
    """Write the two sides' agreement, with even odds before any evidence."""
    stated = {} if direction is None else {"direction": direction}
    agreement = agreement_with(base=EVEN, own_fire=[1.0, 1.0], **stated)
    path = folder / "agreement.yaml"
    path.write_text(agreement.model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Assess a log of three reports, two of them of one shelling from the east."""
    folder = tmp_path_factory.mktemp("direction")
    for name, content in (("log.csv", LOG), ("m.yaml", json.dumps(MAPPING)), ("sources.csv", SOURCES)):
        (folder / name).write_text(content, encoding="utf-8")
    return assessed(folder, folder / "case")


def assessed(folder: Path, out: Path, engine: EngineChoice | None = None) -> Path:
    """Assess the log in a folder."""
    inputs = InputFiles(reports=(folder / "log.csv",), sources=folder / "sources.csv", mapping=folder / "m.yaml")
    assess_files(agreement_file(folder, [0.2, 0.2]), inputs, out, engine=engine)
    return out


def test_parts_give_the_same_bytes(case: Path, tmp_path: Path) -> None:
    """Fused and assessed in two parts, the incidents and their assessments are the same to the byte."""
    other = assessed(case.parent, tmp_path / "case", EngineChoice(n_parts=2))
    for name in ("incidents", "assessments", "findings"):
        assert sha256_file(case / f"{name}.parquet") == sha256_file(other / f"{name}.parquet")


def test_words_in_a_table_become_who_fired(case: Path) -> None:
    """The incident has the mean of 90 and 80 degrees, and South fired by 1 to 0.2; without a bearing the odds stay."""
    incidents = {row["n_reports"]: row for row in pq.read_table(case / "incidents.parquet").to_pylist()}
    assert 85.0 == pytest.approx(incidents[2]["fired_from_deg"], abs=1e-6)
    assert incidents[1]["fired_from_deg"] is None
    rows = pq.read_table(case / "assessments.parquet").to_pylist()
    south = {row["incident_id"]: (row["actor_lower"], row["actor_upper"]) for row in rows if row["party"] == "south"}
    # The kind is not quite certain: the rest of its chance says nothing of where fire fell.
    assert (1 / 1.2, 1 / 1.2) == pytest.approx(south[incidents[2]["incident_id"]], abs=0.01)
    assert (0.5, 0.5) == south[incidents[1]["incident_id"]]


def test_the_explanation_lists_the_piece(case: Path) -> None:
    """``holdfire explain`` names the bearing, its error and the chance that it is misread."""
    rows = pq.read_table(case / "assessments.parquet").to_pylist()
    told = "\n".join(explain_id(case, row["assessment_id"]).text for row in rows if row["party"] == "north")
    assert (
        "north, by the direction of fire: 0.200 to 0.211 (the incident's reports: from 85 degrees, give or take 5;"
        in told
    )
    assert "north, by the direction of fire: 1.000 (no bearing is stated)" in told


@pytest.mark.parametrize(
    ("direction", "what"),
    [
        ([0.1, 0.3], None),
        ([0.3, 0.1], "lower bound is above its upper one"),
        ([0.1, 1.3], "1.3"),
        ([0.1], "no pair of bounds: [0.1]"),
    ],
)
def test_check_names_bad_bounds(tmp_path: Path, direction: list[float], what: str | None) -> None:
    """``holdfire check`` names bounds that are exchanged, no probabilities, or no pair."""
    path = agreement_file(tmp_path, [0.1, 0.3])
    document = json.loads(path.read_text(encoding="utf-8"))
    document["attribution"]["direction"] = direction
    path.write_text(json.dumps(document), encoding="utf-8")
    result = CliRunner().invoke(holdfire, ["check", str(path)])
    assert ("no faults" in result.output) == (what is None)
    assert what is None or (what in result.output and "attribution.direction" in result.output)
