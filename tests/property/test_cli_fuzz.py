"""Any bytes in any input end in a message or in refused rows, never in a traceback."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfire.cli.main import _run

ROOT = Path(__file__).resolve().parents[2]
AGREEMENT = ROOT / "examples" / "agreements" / "black-sea-grain-initiative-2022.yaml"
CODES = {0, 1, 2, 3, 4, 5}

bounded = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def run(*arguments: str) -> int:
    """Run the command in this process, as the program would; anything that is no answer escapes as an exception."""
    with CliRunner().isolation():
        return _run([str(a) for a in arguments])


@bounded
@given(content=st.binary(max_size=400))
def test_any_bytes_as_agreement(tmp_path: Path, content: bytes) -> None:
    """Random bytes in the place of an agreement are refused."""
    path = tmp_path / "agreement.yaml"
    path.write_bytes(content)
    assert run("check", str(path)) in CODES - {0}


@bounded
@given(cut=st.integers(0, 11_000), junk=st.binary(max_size=6), skip=st.integers(0, 40))
def test_a_torn_agreement(tmp_path: Path, cut: int, junk: bytes, skip: int) -> None:
    """A real agreement that was cut, with junk at the cut, is accepted or refused with faults."""
    whole = AGREEMENT.read_bytes()
    path = tmp_path / "agreement.yaml"
    path.write_bytes(whole[:cut] + junk + whole[cut + skip :])
    assert run("check", str(path)) in CODES


@bounded
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=300).map(lambda text: text.encode("utf-16")),
        st.lists(st.sampled_from(["latitude", "longitude", "acq_date", "1", "x", '"', ",", "\n", "é", "\x00"])).map(
            lambda parts: "".join(parts).encode()
        ),
    ),
    suffix=st.sampled_from([".csv", ".geojson", ".parquet", ".xlsx", ".txt", ".json", ""]),
)
def test_any_bytes_as_reports(tmp_path: Path, content: bytes, suffix: str) -> None:
    """Random bytes in the place of reports are refused or give refused rows."""
    path = tmp_path / f"reports{suffix}"
    path.write_bytes(content)
    assert run("fuse", str(path), "--out", str(tmp_path / "out"), "--quiet") in CODES


numbers = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([30.7, 46.5, 0.0, -0.0, 1e308]))
instants = st.one_of(st.none(), st.integers(-(2**62), 2**62), st.integers(1_650_000_000_000_000, 1_670_000_000_000_000))
names = st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["explosion", "explosion/missile", "signal/thermal"]))
rows = st.lists(st.tuples(names, names, instants, instants, numbers, numbers, numbers, names, names), max_size=12)


@bounded
@given(values=rows)
def test_any_values_as_canonical_reports(tmp_path: Path, values: list[tuple[object, ...]]) -> None:
    """A canonical Parquet with any values in its columns is assessed, with rows refused or reports unknown."""
    instant = pa.timestamp("us", tz="UTC")
    kinds = [pa.string(), pa.string(), instant, instant, pa.float64(), pa.float64(), pa.float64()]
    columns = ["report_id", "source_id", "occurred_start", "occurred_end", "lon", "lat", "sigma_m", "kind", "actor"]
    arrays = {
        name: pa.array([row[i] for row in values], [*kinds, pa.string(), pa.string()][i])
        for i, name in enumerate(columns)
    }
    path = tmp_path / "reports.parquet"
    pq.write_table(pa.table({**arrays, "text": pa.array([row[7] for row in values], pa.string())}), path)
    out = tmp_path / "out"
    code = run("assess", "--agreement", str(AGREEMENT), str(path), "--out", str(out), "--quiet")
    assert code == 0
    found = pq.read_table(out / "assessments.parquet")
    for name in ("prob_lower", "prob_upper"):
        assert all(0.0 <= p <= 1.0 and math.isfinite(p) for p in found[name].to_pylist())
    n_kept, n_refused = (pq.read_table(out / f"{name}.parquet").num_rows for name in ("reports", "refused"))
    assert n_kept + n_refused >= len({row for row in values if row[0]}) or n_kept + n_refused > 0 or not values


@pytest.mark.parametrize("year", [1, 9999])
def test_a_year_beyond_the_calendar(tmp_path: Path, year: int) -> None:
    """Reports of the year 1 or 9999 are refused rows, not a traceback."""
    table = pa.table(
        {
            "report_id": ["r"],
            "source_id": ["s"],
            "occurred_start": pa.array([datetime(year, 6, 1, tzinfo=UTC)], pa.timestamp("us", tz="UTC")),
            "occurred_end": pa.array([datetime(year, 6, 2, tzinfo=UTC)], pa.timestamp("us", tz="UTC")),
            "lon": [30.0],
            "lat": [46.0],
            "sigma_m": [100.0],
            "kind": ["explosion"],
            "actor": pa.array([None], pa.string()),
            "text": pa.array([None], pa.string()),
        }
    )
    pq.write_table(table, tmp_path / "reports.parquet")
    assert 0 == run("fuse", str(tmp_path / "reports.parquet"), "--out", str(tmp_path / "out"), "--quiet")
    assert 1 == pq.read_table(tmp_path / "out" / "refused.parquet").num_rows
