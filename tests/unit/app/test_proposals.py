"""Hold the way from articles to a register: proposed, decided on by named persons, confirmed, and learnt from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from holdfire.app.promises import Where
from holdfire.app.proposals import load_decisions, relearn
from holdfire.cli.main import holdfire
from holdfire.errors import DocumentError, InputError
from holdfire.statements.confidence import shipped

AGREEMENT = Path(__file__).parents[3] / "examples" / "agreements" / "europe-guarantee.yaml"
ARTICLE = """22 March 2031

“The United States will send 200 observers once both sides have signed,” US Secretary of State Carol Finch said.

Norway pledged to train 500 soldiers for the truce force once parliament has voted.
"""


def run(*arguments: str | Path) -> Result:
    """Return what a command gives."""
    return CliRunner().invoke(holdfire, [str(one) for one in arguments], catch_exceptions=True)


@pytest.fixture
def proposed(tmp_path: Path) -> tuple[Path, list[dict[str, Any]]]:
    """Return a folder with a file of proposals, and the proposals."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(ARTICLE, encoding="utf-8")
    out = tmp_path / "p.yaml"
    done = run("statements", tmp_path / "articles", "-q", "--propose", out, "--agreement", AGREEMENT)
    assert 0 == done.exit_code, done.output
    return tmp_path, yaml.safe_load(out.read_text(encoding="utf-8"))["proposals"]


def decide(folder: Path, *reviews: dict[str, Any]) -> Path:
    """Write decisions on the proposals of a folder."""
    path = folder / "r.yaml"
    shape = {"holdfire": "proposal-reviews/1", "proposals": "p.yaml", "reviews": list(reviews)}
    path.write_text(yaml.safe_dump(shape), encoding="utf-8")
    return path


def said(name: str, decision: str, by: str = "A. Fictional, analyst", at: str = "2031-03-25", **more: Any) -> Any:
    """Return one decision."""
    return {"proposal": name, "decision": decision, "by": by, "at": at, "reason": "Heard on the record.", **more}


def test_a_proposal_names_document_characters_and_words(proposed: tuple[Path, list[dict[str, Any]]]) -> None:
    """The span is cut exactly out of the article, and the word is the speaker's."""
    folder, (one,) = proposed
    evidence = one["evidence"]
    text = (folder / "articles" / "a.txt").read_bytes().decode("utf-8")
    assert evidence["text"] == text[evidence["start"] : evidence["end"]]
    assert ("united-states", "monitoring", 200.0) == tuple(
        one["entry"][k] for k in ("guarantor", "capability", "pledged")
    )
    assert "Carol Finch" in one["entry"]["steps"][0]["by"]


def test_what_fits_no_guarantor_is_listed_and_an_alias_mends_it(proposed: tuple[Path, list[dict[str, Any]]]) -> None:
    """Norway is nobody's name in the agreement until somebody says whose; what stood in the file stays."""
    folder, (one,) = proposed
    held = yaml.safe_load((folder / "p.yaml").read_text(encoding="utf-8"))
    assert ["Norway"] == [other["actor"] for other in held["unmatched"]]
    options = ("--propose", folder / "p.yaml", "--agreement", AGREEMENT, "--alias", "Norway=coalition")
    assert 0 == run("statements", folder / "articles", "-q", *options).exit_code
    again = yaml.safe_load((folder / "p.yaml").read_text(encoding="utf-8"))["proposals"]
    assert [one["entry"]["id"], "coalition"] == [again[0]["entry"]["id"], again[1]["entry"]["guarantor"]]
    wrong = run("statements", folder / "articles", "-q", *options[:-1], "Norway=nobody")
    assert isinstance(wrong.exception, InputError)


def test_only_what_is_confirmed_enters_the_register(proposed: tuple[Path, list[dict[str, Any]]]) -> None:
    """Undecided and rejected proposals never appear; a confirmed one does, with who confirmed it and when."""
    folder, (one,) = proposed
    name = one["entry"]["id"]
    for reviews in ((), (said(name, "reject"),), (said(name, "confirm"), said(name, "reject", by="B. Fictional"))):
        assert name not in run("commitments", AGREEMENT, "--register", decide(folder, *reviews)).stdout
    shown = run("commitments", AGREEMENT, "--register", decide(folder, said(name, "confirm"))).stdout
    assert f"{name}, United States of America, monitoring: stated." in shown
    assert "known since 2031-03-25" in shown
    assert "confirmed by A. Fictional, analyst" in shown


def test_a_persons_last_word_counts(proposed: tuple[Path, list[dict[str, Any]]]) -> None:
    """Whoever rejected first and confirmed later has confirmed, however the name is spelt."""
    folder, (one,) = proposed
    name = one["entry"]["id"]
    path = decide(
        folder,
        said(name, "confirm", at="2031-03-26"),
        said(name, "reject", by="a. fictional,  analyst", at="2031-03-25"),
    )
    assert [name] == [entry.id for entry in Where.opened(path).register.commitments]


def test_an_edit_changes_what_it_names_alone(proposed: tuple[Path, list[dict[str, Any]]]) -> None:
    """The edited quantity and day stand; words and evidence stay."""
    folder, (one,) = proposed
    path = decide(folder, said(one["entry"]["id"], "edit", changes={"pledged": 150, "on": "2031-03-21"}))
    (entry,) = Where.opened(path).register.commitments
    assert (150, "2031-03-21", one["entry"]["text"]) == (entry.pledged, entry.steps[0].on, entry.text)


@pytest.mark.parametrize(
    ("review", "words"),
    [
        ({"proposal": "united-states-monitoring-00000000"}, "no such proposal"),
        ({"decision": "maybe"}, "decision"),
        ({"by": ""}, "by"),
        ({"decision": "edit"}, "nothing that it changes"),
        ({"changes": {"pledged": 1}}, "Only an edit"),
        ({"decision": "edit", "changes": {"guarantor": "nobody"}}, "names guarantor 'nobody'"),
    ],
)
def test_faults_of_decisions_are_named(
    proposed: tuple[Path, list[dict[str, Any]]], review: dict[str, Any], words: str
) -> None:
    """A decision on nothing, by nobody, of no kind or with changes that do not belong is refused with its place."""
    folder, (one,) = proposed
    path = decide(folder, {**said(one["entry"]["id"], "confirm"), **review})
    with pytest.raises(DocumentError, match=words) as caught:
        Where.opened(AGREEMENT, (path,))
    assert str(path) in str(caught.value)


def test_proposals_alone_are_no_register(proposed: tuple[Path, list[dict[str, Any]]]) -> None:
    """A file of proposals in the place of a register is refused: nobody has confirmed it."""
    folder, _ = proposed
    with pytest.raises(InputError, match="nobody has confirmed"):
        Where.opened(AGREEMENT, (folder / "p.yaml",))


def test_decisions_teach_the_chances(proposed: tuple[Path, list[dict[str, Any]]]) -> None:
    """A rejection lowers the statement's chance a little, a confirmation raises it, and the file is used again."""
    folder, (one,) = proposed
    name, weights = one["entry"]["id"], folder / "w.json"
    before = shipped("english").prob(one["features"])
    lower = relearn([decide(folder, said(name, "reject"))], None, weights)
    assert before - 0.25 < lower.confidence.prob(one["features"]) < before
    article = folder / "articles" / "a.txt"
    shown = run("statements", article, "--confidence", weights).stdout
    assert f"{lower.confidence.prob(one['features']):.2f}  Carol Finch" in shown
    higher = relearn([decide(folder, said(name, "reject", statement="right"))], None, weights)
    assert before < higher.confidence.prob(one["features"])
    assert (1, 0) == (higher.n_right, higher.n_wrong)
    assert [] == list(relearn([decide(folder)], None, weights).moved)


def test_a_file_that_holds_no_coefficients_is_refused(tmp_path: Path) -> None:
    """Neither another JSON file nor an infinite number are coefficients."""
    path = tmp_path / "w.json"
    for content in ("[]", "{", '{"weights": {"bias": 1e999}, "provenance": ""}'):
        path.write_text(content, encoding="utf-8")
        done = run("statements", path, "--confidence", path)
        assert isinstance(done.exception, InputError)


def test_decisions_are_read_with_their_proposals(proposed: tuple[Path, list[dict[str, Any]]]) -> None:
    """The file of proposals is found beside the decisions."""
    folder, (one,) = proposed
    file, reviews = load_decisions(decide(folder, said(one["entry"]["id"], "confirm")))
    assert (1, "europe-guarantee") == (len(reviews), file.agreement)
