"""Demo: the whole way on a simulated world, and on real data where it is at hand.

Turns an example agreement into a world, a case, an evaluation and a bulletin, and says where they lie. Rule: it
calls the same commands that a user has. Leaves the wording of the evaluation to the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from holdfire.app.commands import InputFiles, assess_files
from holdfire.app.publish import Wanted, publish_case
from holdfire.app.wire import find_data, find_examples
from holdfire.app.worlds import Evaluation, evaluate_case, simulate_files
from holdfire.errors import MissingInputError
from holdfire.simulate.knobs import Knobs

__all__ = ["run_demo"]

WORLD_AGREEMENT = "minsk-2-2015.yaml"
REAL_AGREEMENT = "black-sea-grain-initiative-2022.yaml"
REAL_FILES = (
    "viina/VIINA_2022_REBUILD.csv",
    "firms/MODIS-2022-arch.csv",
    "firms/MODIS-2022.csv",
    "firms/VIIRS-NOAA-2022.csv",
    "sirens/official_data_en.csv",
)
REAL_AREAS = "boundaries/ukraine_oblasts_osm.geojson"


def run_demo(out: Path, seed: int, describe: Callable[[Evaluation], list[str]]) -> Iterator[str]:
    """Run the demo step by step, yielding lines for people.

    Parameters
    ----------
    out : Path
        Folder to write to.
    seed : int
        Seed of the world.
    describe : callable
        Turns an evaluation into lines.

    Raises
    ------
    MissingInputError
        The example agreements are not at hand.
    """
    examples = find_examples()
    if examples is None:
        raise MissingInputError(
            "The example agreements are not here.",
            "examples/agreements",
            "Run the demo in a checkout of the project: 'make demo'.",
        )
    yield from _world(examples / "agreements" / WORLD_AGREEMENT, out, seed, describe)
    data = find_data()
    missing = None if data is None else next((name for name in REAL_FILES if not (data / name).is_file()), None)
    if data is None or missing is not None:
        yield "Real data is not at hand" + (f" ({missing} is missing)" if missing else "") + "."
        yield "  Set HOLDFIRE_DATA to its folder to run the Black Sea example of the tutorial too."
        return
    yield from _real(examples / "agreements" / REAL_AGREEMENT, data, out)


def _world(agreement: Path, out: Path, seed: int, describe: Callable[[Evaluation], list[str]]) -> Iterator[str]:
    world, case, pages = out / "world", out / "case", out / "bulletin"
    yield f"1. A simulated world (seed {seed}) under {agreement.name}, with a line that moves"
    summary = simulate_files(agreement, Knobs(drift_km_per_day=0.3), seed, world)
    n = summary["n_rows"]
    yield f"  {n['true_incidents']:,} incidents, told in {n['reports']:,} reports by sources that err, copy and lie"
    yield "2. From reports to findings"
    inputs = InputFiles(
        reports=(world / "reports.parquet",), sources=world / "sources.json", coverage=world / "coverage.parquet"
    )
    rows = assess_files(world / "agreement.yaml", inputs, case)["n_rows"]
    yield f"  {rows['incidents']:,} incidents, {rows['assessments']:,} assessments, {rows['findings']:,} findings"
    yield "3. How right it was, against the truth"
    yield from describe(evaluate_case(case, world))
    yield "4. The bulletin"
    yield from _pages(publish_case(case, Wanted(), pages))


def _real(agreement: Path, data: Path, out: Path) -> Iterator[str]:
    case, pages = out / "black-sea-case", out / "black-sea-bulletin"
    yield f"5. Real reports of July 2022 under {agreement.name}"
    inputs = InputFiles(
        reports=tuple(data / name for name in REAL_FILES),
        areas=data / REAL_AREAS,
        start="2022-07-15",
        end="2022-08-15",
    )
    rows = assess_files(agreement, inputs, case)["n_rows"]
    yield f"  {rows['reports']:,} reports, {rows['incidents']:,} incidents, {rows['findings']:,} findings"
    yield from _pages(publish_case(case, Wanted(day="2022-07-23"), pages))


def _pages(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        words = "the bulletin, with its map" if path.suffix == ".html" else ""
        yield f"  {path}" + (f"   <- {words}" if words else "")
