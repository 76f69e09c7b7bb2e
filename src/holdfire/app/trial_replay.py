"""Trial on real records: which ones there are, and a ladder run over one of them.

Rule: real data is never part of the project; where its folder is missing, that is said plainly. Each record is shown
with its attribution. Leaves the days to ``trial.replay``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from holdfire.app.commands import InputFiles, read_inputs
from holdfire.app.trial_runs import Progress
from holdfire.app.wire import find_data, find_examples, load_agreement_file, load_areas, load_trees
from holdfire.basics.documents import nearest_name
from holdfire.errors import InputError, MissingInputError
from holdfire.trial.chain import Bench
from holdfire.trial.replay import replay, summed, transplanted

__all__ = ["REPLAYS", "Replay", "replayed"]

UCDP = "UCDP GED, Uppsala Conflict Data Program; Sundberg & Melander 2013, JPR 50(4); CC BY 4.0."
VIINA = (
    "Contains information from VIINA 2.0 (Zhukov & Ayers), ODbL 1.0; derived database under ODbL. "
    "(c) OpenStreetMap contributors, ODbL."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Name a real record and the agreement that it is held against.

    Attributes
    ----------
    start, end : str
        Days whose reports are read; the first ones lie before the entry into force.
    n_days : int
        Days of the replay, from the entry into force on.
    """

    title: str
    agreement: str
    files: tuple[str, ...]
    start: str
    end: str
    n_days: int
    attribution: str
    areas: str | None = None


REPLAYS = {
    "syria-2016": Replay(
        title="Syria, cessation of hostilities",
        agreement="syria-cessation-2016.yaml",
        files=("ucdp/ged_syria_2016_2019.csv",),
        start="2016-02-12",
        end="2016-05-28",
        n_days=90,
        attribution=UCDP,
    ),
    "minsk-2": Replay(
        title="Minsk II",
        agreement="minsk-2-2015.yaml",
        files=("ucdp/ged_ukraine_2014_2021.csv",),
        start="2015-02-01",
        end="2015-05-17",
        n_days=90,
        attribution=UCDP,
    ),
    "black-sea-2022": Replay(
        title="Black Sea Grain Initiative",
        agreement="black-sea-grain-initiative-2022.yaml",
        files=("viina/VIINA_2022_REBUILD.csv",),
        start="2022-07-08",
        end="2022-10-21",
        n_days=90,
        attribution=VIINA,
        areas="boundaries/ukraine_oblasts_osm.geojson",
    ),
}


def replayed(bench: Bench, name: str, progress: Progress) -> dict[str, Any]:
    """Run a ladder over a real record.

    Raises
    ------
    InputError
        There is no record of that name.
    MissingInputError
        The real data or the example agreements are not here.
    """
    if name not in REPLAYS:
        near = nearest_name(name, list(REPLAYS))
        mend = f"Write '{near}'." if near else f"Records are {', '.join(REPLAYS)}."
        raise InputError(f"No real record is called {name!r}.", "--replay", mend)
    one = REPLAYS[name]
    data, examples = find_data(), find_examples()
    missing = [file for file in one.files if data is None or not (data / file).is_file()]
    if data is None or missing or examples is None:
        what = "the example agreements" if data is not None and not missing else f"the record of {one.title}"
        raise MissingInputError(
            f"This machine does not have {what}.",
            f"--replay {name}",
            "Set HOLDFIRE_DATA to the folder of real data and run in a checkout, or leave the replay out.",
        )
    trees = load_trees()
    agreement, left_out = transplanted(
        bench.ladder, load_agreement_file(examples / "agreements" / one.agreement, trees)
    )
    files = tuple(data / file for file in one.files)
    areas = None if one.areas is None else data / one.areas
    read = read_inputs(InputFiles(reports=files, start=one.start, end=one.end, areas=areas), trees, agreement.time_zone)
    there = Bench.of(agreement, agreement.readings[0].id, bench.parameters, load_areas(areas))
    days = []
    for number in range(one.n_days):
        progress(name, number, one.n_days)
        days += replay(there, read.reports, read.sources, range(number, number + 1))
    progress(name, one.n_days, one.n_days)
    return {
        "name": name,
        "title": one.title,
        "agreement_id": agreement.id,
        "reading": there.reading,
        "first_day": days[0]["day"],
        "last_day": days[-1]["day"],
        "n_days": len(days),
        "n_reports": days[-1]["n_reports"],
        "rungs": summed(days, there.ladder),
        "left_out": left_out,
        "attribution": one.attribution,
    }
