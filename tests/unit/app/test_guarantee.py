"""Facts about the commands on a guarantee, from a case's folder to what they write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ical.calendar_stream import IcsCalendarStream

from holdfire.app.commands import InputFiles, assess_files
from holdfire.app.worlds import simulate_files
from holdfire.cli.main import holdfire
from holdfire.errors import DocumentError, UnknownIdError
from holdfire.simulate.knobs import Knobs

AGREEMENT = Path(__file__).resolve().parents[3] / "examples" / "agreements" / "europe-guarantee.yaml"
AS_OF = "2031-05-05 12:00"
ACTS = """holdfire: acts/1
decisions:
  - {rung: warning, decision: given, by: "Envoy A. Fictional", at: 2031-05-04 12:00, reason: Seen by two patrols.}
uses:
  - {rung: warning, at: 2031-05-04 15:00, by: "Envoy A. Fictional", evidence: Note 12/2031}
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the case of a small fictional world."""
    world, out = tmp_path_factory.mktemp("world"), tmp_path_factory.mktemp("case")
    simulate_files(AGREEMENT, Knobs(n_days=6, incidents_per_day=10.0), 5, world)
    inputs = InputFiles(
        reports=(world / "reports.parquet",),
        sources=world / "sources.json",
        coverage=world / "coverage.parquet",
    )
    assess_files(world / "agreement.yaml", inputs, out)
    return out


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of acts."""
    path = tmp_path_factory.mktemp("acts") / "acts.yaml"
    path.write_text(ACTS, encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    """Run the command, raising what it raises."""
    return CliRunner().invoke(holdfire, [str(one) for one in arguments], catch_exceptions=False, standalone_mode=False)


def read(*arguments: str | Path) -> Any:
    """Return what a command says to a machine."""
    return json.loads(run(*arguments, "--json").output)


def test_the_ladder_knows_what_people_did(case: Path, acts: Path) -> None:
    """With the file of acts the warning was used; without it, it is still owed or open."""
    with_acts = read("ladder", case, "--as-of", AS_OF, "--acts", acts)[0]["ladder"]["rungs"][0]
    without = read("ladder", case, "--as-of", AS_OF)[0]["ladder"]["rungs"][0]
    assert "Envoy A. Fictional" == with_acts["used"]["by"]
    assert ("used", None) == (with_acts["status"], without["used"])
    assert "Note 12/2031" in run("ladder", case, "--as-of", AS_OF, "--acts", acts).output


def test_acts_after_the_instant_are_not_seen(case: Path, acts: Path) -> None:
    """The day before, nobody had decided anything."""
    before = read("ladder", case, "--as-of", "2031-05-04 11:00", "--acts", acts)[0]["ladder"]["rungs"][0]
    assert (None, None) == (before["used"], before["authorisation"])


def test_a_gate_says_what_would_open_it(case: Path) -> None:
    """The backup's gate is closed, for the rung that was not used and the decision that was not taken."""
    state = read("gate", "backup", case, "--as-of", AS_OF)[0]
    unmet = {one["kind"]: one["openers"] for one in state["requirements"] if one["holds"] != "yes"}
    assert ("closed", 0.0) == (state["answer"], state["prob_upper"])
    assert {"rung_used": ["use"], "mandate": ["decision"]} == unmet
    assert "What would meet it: the recorded use of the rung." in run("gate", "backup", case).output


def test_without_a_name_every_gate_is_told(case: Path) -> None:
    """All three gates of the agreement are judged."""
    assert ["in-force", "deployment", "backup"] == [one["gate_id"] for one in read("gate", case, "--as-of", AS_OF)]


def test_an_unknown_gate_is_refused_with_the_nearest_name(case: Path) -> None:
    """A misspelt gate is named with the one that it looks like."""
    with pytest.raises(UnknownIdError, match="Write 'backup'"):
        run("gate", "backups", case)


def test_commitments_of_a_case_an_agreement_and_a_register_are_the_same(case: Path, tmp_path: Path) -> None:
    """What a case's agreement holds comes back equal from its own text and from both exported forms."""
    of_case = read("commitments", case)
    assert of_case == read("commitments", AGREEMENT)
    for name in ("register.yaml", "register.csv"):
        run("commitments", AGREEMENT, "--export", tmp_path / name)
        assert of_case == read("commitments", tmp_path / name)
    run("commitments", tmp_path / "register.csv", "--export", tmp_path / "again.yaml")
    assert (tmp_path / "register.yaml").read_bytes() == (tmp_path / "again.yaml").read_bytes()


def test_the_need_is_held_against_the_promises() -> None:
    """Of 15,000 needed 8,000 are covered, 4,000 only promised, 3,000 missing; what is contradicted is disputed."""
    force, port = read("commitments", AGREEMENT)["needs"]
    names = ("covered", "deployed", "promised_only", "disputed", "missing")
    assert [8000, 0, 4000, 0, 3000] == [force[name] for name in names]
    assert [0, 0, 0, 4, 2] == [port[name] for name in names]


def test_what_was_known_earlier_covered_less() -> None:
    """On 25 April the numbers were known, but nothing was set aside yet."""
    force = read("commitments", AGREEMENT, "--known-at", "2031-04-25")["needs"][0]
    assert (0, 12000, 3000) == (force["covered"], force["promised_only"], force["missing"])


def test_a_register_beside_the_agreement_adds_steps(tmp_path: Path) -> None:
    """A later step in a file of its own changes what is covered; a faulty one is refused with all its faults."""
    more = tmp_path / "more.yaml"
    entry = "{id: coalition-force, guarantor: coalition, capability: reassurance_force, text: {en: More.}, steps: [%s]}"
    step = "{status: deployed, on: 2031-05-20, evidence: Report 7, deployed: 2500, allocated: 9000}"
    head = "holdfire: register/1\nagreement: europe-guarantee\ntime_zone: Europe/Kyiv\ncommitments:\n  - "
    more.write_text(head + entry % step, encoding="utf-8")
    force = read("commitments", AGREEMENT, "--register", more)["needs"][0]
    assert (9000, 2500, 3000) == (force["covered"], force["deployed"], force["promised_only"])
    more.write_text(head + (entry % step).replace("coalition,", "colition,").replace("deployed,", "deploid,"))
    with pytest.raises(DocumentError) as caught:
        run("commitments", AGREEMENT, "--register", more)
    assert 2 <= len(caught.value.faults)


def test_a_calendar_is_read_by_another_program(case: Path, acts: Path, tmp_path: Path) -> None:
    """A calendar of a case holds meetings, deadlines and clocks; an independent parser reads them."""
    out = tmp_path / "case.ics"
    run("calendar", case, "--as-of", "2031-05-02 12:00", "--acts", acts, "--out", out)
    events = IcsCalendarStream.calendar_from_ics(out.read_text(encoding="utf-8")).events
    kinds = {str(event.uid).partition("/")[0] for event in events}
    assert {"meeting", "deadline", "force", "need", "clock"} <= kinds
    again = tmp_path / "again.ics"
    run("calendar", case, "--as-of", "2031-05-02 12:00", "--acts", acts, "--out", again)
    assert out.read_bytes() == again.read_bytes()


def test_the_bulletin_has_a_guarantee_page(case: Path, acts: Path, tmp_path: Path) -> None:
    """The page of a day tells that the warning was given; the public one does not say by whom."""
    forms = ("--form", "html", "--language", "en", "-q")
    run("bulletin", case, "--out", tmp_path / "r", "--day", "2031-05-04", "--acts", acts, *forms)
    run(
        "bulletin", case, "--out", tmp_path / "p", "--day", "2031-05-04", "--acts", acts, "--audience", "public", *forms
    )
    pages = [(tmp_path / name / "bulletin.en.html").read_text(encoding="utf-8") for name in ("r", "p")]
    assert [True, True] == ['id="guarantee"' in page for page in pages]
    assert [True, False] == ["Envoy A. Fictional" in page for page in pages]
    assert [True, True] == ["Rung “Diplomatic warning”" in page for page in pages]
