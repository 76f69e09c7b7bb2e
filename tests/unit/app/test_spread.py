"""Facts about work in parts: the same bytes as on whole tables, whatever the number of parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfire.app.commands import InputFiles, assess_files
from holdfire.app.engines import EngineChoice, open_spread
from holdfire.app.worlds import simulate_files
from holdfire.basics.canonical import sha256_file
from holdfire.errors import InputError
from holdfire.simulate.knobs import Knobs

AGREEMENTS = Path(__file__).resolve().parents[3] / "examples" / "agreements"
# One with return fire and obligations, one with neither.
NAMES = ("europe-guarantee", "syria-cessation-2016")


@pytest.fixture(scope="module", params=NAMES)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, InputFiles, Path]:
    """An agreement, the reports of a world under it, and its case from whole tables."""
    folder = tmp_path_factory.mktemp(request.param)
    agreement = AGREEMENTS / f"{request.param}.yaml"
    simulate_files(agreement, Knobs(n_days=15, incidents_per_day=20.0, aftershocks=0.5), 3, folder / "world")
    world = folder / "world"
    inputs = InputFiles(reports=(world / "reports.parquet",), sources=world / "sources.json")
    assess_files(agreement, inputs, folder / "case")
    return agreement, inputs, folder / "case"


def hashes(case: Path) -> dict[str, str]:
    """Return the hash of every file of a case."""
    return {path.name: sha256_file(path) for path in sorted(case.iterdir())}


@pytest.mark.parametrize("n_parts", [1, 2, 13])
def test_parts_give_the_bytes_of_the_whole(whole: tuple[Path, InputFiles, Path], n_parts: int, tmp_path: Path) -> None:
    """Every file of a case is the same in parts, run.json with it, and no part is left behind."""
    agreement, inputs, case = whole
    assess_files(agreement, inputs, tmp_path, engine=EngineChoice(n_parts=n_parts))
    assert hashes(case) == hashes(tmp_path)


@pytest.mark.parametrize(
    ("choice", "mend"),
    [
        (EngineChoice(name="spark"), "Name it with --master"),
        (EngineChoice(master="spark://host:7077"), "Add --engine spark."),
    ],
)
def test_a_choice_that_contradicts_itself_is_refused(choice: EngineChoice, mend: str, tmp_path: Path) -> None:
    """Spark without a master, and a master without Spark, are refused."""
    with pytest.raises(InputError) as caught, open_spread(choice, tmp_path):
        raise AssertionError("the choice was taken")
    assert caught.value.mend.startswith(mend)


def test_whole_tables_are_the_default(tmp_path: Path) -> None:
    """Who names no engine and no parts gets none."""
    with open_spread(None, tmp_path) as spread:
        assert spread is None
