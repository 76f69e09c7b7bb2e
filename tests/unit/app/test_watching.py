"""Facts about the commands coverage, compare and trend on a case."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from holdfire.app.commands import InputFiles, assess_files
from holdfire.app.watching import changes_of_case, trend_of_case, watch_of_case
from holdfire.app.worlds import simulate_files
from holdfire.cli.main import holdfire
from holdfire.errors import InputError
from holdfire.simulate.knobs import Knobs

ROOT = Path(__file__).resolve().parents[3]
AGREEMENT = ROOT / "examples" / "agreements" / "europe-guarantee.yaml"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    simulate_files(AGREEMENT, Knobs(n_days=10, incidents_per_day=12.0), 12, folder)
    return folder


def assessed(world: Path, out: Path, *, with_log: bool) -> Path:
    """Assess a world, with or without its watch log."""
    inputs = InputFiles(
        reports=(world / "reports.parquet",),
        sources=world / "sources.json",
        coverage=world / "coverage.parquet" if with_log else None,
    )
    assess_files(world / "agreement.yaml", inputs, out)
    return out


@pytest.fixture(scope="module")
def case(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assessed(world, tmp_path_factory.mktemp("case"), with_log=True)


@pytest.fixture(scope="module")
def bare(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assessed(world, tmp_path_factory.mktemp("bare"), with_log=False)


def halves(case: Path) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the second and the first half of the world's ten days."""
    first = min(pq.read_table(case / "incidents.parquet")["occurred_start"].drop_null().to_pylist()).date()
    at = [first.fromordinal(first.toordinal() + days).isoformat() for days in (0, 5, 10)]
    return (at[1], at[2]), (at[0], at[1])


def said(*arguments: str) -> tuple[int, str]:
    """Return what the program ends with and writes."""
    result = CliRunner().invoke(holdfire, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_coverage_speaks_of_every_zone_and_is_json(case: Path) -> None:
    """Every zone and reading has a row with its exposure; infinity is null, so that the result is JSON."""
    answer = watch_of_case(case)
    code, output = said("coverage", str(case), "--json")
    data: dict[str, Any] = json.loads(output)
    assert (0, len(answer.rates)) == (code, len(data["rates"]))
    for rate in answer.rates:
        exposure = rate.exposure
        assert 0.0 <= exposure.noticed_low <= exposure.watched_low <= exposure.whole * (1 + 1e-9)
        assert exposure.noticed_low <= exposure.noticed_high and rate.rate_low <= rate.rate_high
        assert 0.0 <= rate.prob_quiet_low <= rate.prob_quiet_high <= 1.0
        assert rate.watchers_high <= rate.seen_high + 1e-9
    assert answer.undercount.n_seen <= answer.undercount.n_all


def test_coverage_is_readable(case: Path) -> None:
    """The text names what was watched, the restrictions, the bound and what it assumes."""
    _, output = said("coverage", str(case))
    for words in ("km2-hours", "with the chance to notice", "Chao", "assumes:"):
        assert words in output


def test_without_a_log_it_is_said_and_every_watch_is_open(bare: Path) -> None:
    """A case without a log says so, and no rate has an upper end."""
    _, output = said("coverage", str(bare))
    assert "no watch log" in output
    assert all(rate.rate_high == float("inf") for rate in watch_of_case(bare).rates if rate.exposure.whole > 0.0)


def test_the_bound_is_not_above_the_true_number_of_incidents(world: Path, case: Path) -> None:
    """Chao's bound of the world's incidents, fused with all its lies and copies, is at most their true number."""
    n_true = pq.read_metadata(world / "true_incidents.parquet").num_rows
    assert watch_of_case(case).undercount.n_all_low <= n_true


def test_the_assumptions_are_on_the_page(case: Path) -> None:
    """Each assumption of rates, quiet days and the undercount is a sentence of the command's output."""
    answer = watch_of_case(case)
    output = said("coverage", str(case))[1]
    assert len(answer.assumptions) == 4
    assert all(f"assumes: {one}" in output for one in (*answer.assumptions, *answer.undercount.assumptions))


def test_compare_holds_two_periods_against_each_other(case: Path, bare: Path) -> None:
    """Each claim has a change; without a log the ratio for what was noticed is open, and what was seen is the same."""
    after, before = halves(case)
    known, unknown = (changes_of_case(one, after=after, before=before) for one in (case, bare))
    assert known and [one.seen_high for one in known] == [one.seen_high for one in unknown]
    assert all((one.ratio_low, one.ratio_high) == (0.0, float("inf")) for one in unknown)
    assert all(one.seen_low <= one.seen_high and one.prob_rose_low <= one.prob_rose_high for one in known)
    options = ("--from", after[0], "--to", after[1], "--with-from", before[0], "--with-to", before[1])
    code, output = said("compare", str(case), *options)
    assert 0 == code and "times as many" in output
    assert len(known) == len(json.loads(said("compare", str(case), *options, "--json")[1]))


def test_compare_in_a_zone_is_no_more_than_everywhere(case: Path) -> None:
    """What lies in one zone is at most what lies anywhere."""
    after, before = halves(case)
    whole = {(one.clause_id, one.reading, one.party): one for one in changes_of_case(case, after=after, before=before)}
    zone = next(rate.exposure.zone_id for rate in watch_of_case(case).rates if rate.exposure.zone_id != "*")
    for one in changes_of_case(case, after=after, before=before, zone=zone):
        assert one.zone_id == zone
        assert one.after_high <= whole[one.clause_id, one.reading, one.party].after_high + 1e-9


def test_wrong_periods_and_names_are_refused(case: Path) -> None:
    """Periods that overlap or run backwards, and unknown names, are errors that say how to mend them."""
    after, before = halves(case)
    with pytest.raises(InputError, match="overlap"):
        changes_of_case(case, after=after, before=after)
    with pytest.raises(InputError, match="before it starts"):
        changes_of_case(case, after=after, before=(before[1], before[0]))
    with pytest.raises(InputError, match="no clause"):
        changes_of_case(case, after=after, before=before, clause="nowhere")
    with pytest.raises(InputError, match="no zone"):
        watch_of_case(case, zone="nowhere")
    with pytest.raises(InputError, match="every 1"):
        trend_of_case(case, every_days=1.0)


def test_trend_looks_at_every_claim_and_ends_well(case: Path) -> None:
    """Every claim with a dated breach is looked at, over all days, and the same answer comes twice."""
    period, breaks, looked_at = trend_of_case(case)
    assert looked_at and set(looked_at.values()) == {round(period.days)}
    assert breaks == trend_of_case(case)[1]
    code, output = said("trend", str(case), "--json")
    assert 0 == code and len(breaks) == len(json.loads(output)["breaks"])
    assert "series by day" in said("trend", str(case))[1]


@pytest.fixture(scope="module")
def dimmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """Return a case of its watchers' reports alone, and the instant from which they notice three in ten as much."""
    folder = tmp_path_factory.mktemp("dimmed")
    simulate_files(AGREEMENT, Knobs(n_days=40, incidents_per_day=150.0, n_cameras=20), 12, folder)
    reports, coverage = (pq.read_table(folder / f"{name}.parquet") for name in ("reports", "coverage"))
    dim_at: datetime = pc.min(coverage["start"]).as_py() + timedelta(days=20)
    late = pc.fill_null(pc.greater_equal(reports["occurred_start"], dim_at), False).to_numpy()
    kept = ~late | (np.random.default_rng(1).random(late.size) < 0.3)
    by_watchers = pc.is_in(reports["source_id"], value_set=pc.unique(coverage["watcher"])).to_numpy()
    pq.write_table(reports.filter(pa.array(kept & by_watchers)), folder / "reports.parquet")
    less = np.where(pc.greater_equal(coverage["start"], dim_at).to_numpy(), 0.3, 1.0)
    at = coverage.schema.get_field_index("detection")
    dim = coverage.set_column(at, coverage.schema.field(at), pa.array(coverage["detection"].to_numpy() * less))
    pq.write_table(dim, folder / "coverage.parquet")
    return assessed(folder, tmp_path_factory.mktemp("dimmed-case"), with_log=True), dim_at


def test_where_only_the_watch_changed_trend_reports_no_change_of_the_rate(dimmed: tuple[Path, datetime]) -> None:
    """When the watch dims, fewer breaches are seen from that day on, and no claim's rate is said to have changed."""
    case, dim_at = dimmed
    dim_on = dim_at.date() + timedelta(days=1)
    near = [one for one in trend_of_case(case)[1] if abs((one.on - dim_on).days) <= 2]
    assert sum(one.is_seen and one.prob_high > 0.8 and one.after_high < one.before_high for one in near) >= 4
    assert not any(one.is_noticed for one in near)
    output = said("trend", str(case))[1]
    assert "no change of the rate is reported" in output and "cannot be determined" in output
