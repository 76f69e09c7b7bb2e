"""Facts about a ladder on another agreement, and on a real record."""

from __future__ import annotations

import pytest

from holdfire.app.trial_replay import replayed
from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.errors import MissingInputError
from holdfire.trial.chain import Bench
from holdfire.trial.replay import summed, transplanted
from tests.data_folder import needs_data
from tests.unit.trial.conftest import AGREEMENT


def test_a_ladder_keeps_what_the_other_agreement_has(bench: Bench) -> None:
    """Parties that both have stay; clauses and zones that the other lacks are left out by name, and so is a spread."""
    other = load_agreement_file(AGREEMENT.parent / "minsk-2-2015.yaml", load_trees())
    fitted, left_out = transplanted(bench.ladder, other)
    assert fitted.ladder is not None
    last = fitted.ladder.rungs[3].when
    assert ([], [], None, ["russia"]) == (last.clauses, last.zones, last.spread, last.parties)
    assert any("assault, long-range are not in this agreement" in line for line in left_out)
    assert any("spread over 3 zones" in line for line in left_out)


def test_days_are_summed_by_rung(bench: Bench) -> None:
    """Days of standing, of doubt, and beginnings are counted apart."""
    said = ["no", "yes", "yes", "cannot determine", "yes"]
    days = [{"day": f"2031-05-0{n}", "stands": [one, "no", "no", "no"]} for n, one in enumerate(said, 1)]
    first = summed(days, bench.ladder)[0]
    assert (3, 1, 2, "2031-05-02") == (
        first["n_days_stood"], first["n_days_perhaps"], first["n_began"], first["first_on"]
    )  # fmt: skip


def test_a_missing_record_is_said_plainly(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Where the folder of real data is not there, one clear message says what to set."""
    monkeypatch.setenv("HOLDFIRE_DATA", str(tmp_path_factory.mktemp("nothing")))
    with pytest.raises(MissingInputError, match="the record of Minsk II") as told:
        replayed(bench, "minsk-2", lambda label, done, total: None)
    assert "HOLDFIRE_DATA" in told.value.mend


@needs_data
@pytest.mark.realdata
@pytest.mark.slow
def test_the_strike_on_the_port_raises_the_warning(bench: Bench) -> None:
    """On the Black Sea the warning first stands on 24 July 2022, the day after the strike on Odesa's port."""
    found = replayed(bench, "black-sea-2022", lambda label, done, total: None)
    assert "2022-07-24" == found["rungs"][0]["first_on"]
    assert "VIINA" in found["attribution"]
