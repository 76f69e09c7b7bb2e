"""Hold reading of files and folders: refusals are named, order is kept, processes change nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from holdfire.app.statements import article_files, read_articles
from holdfire.cli.main import holdfire
from holdfire.errors import MissingInputError
from holdfire.records.statement import public_json
from holdfire.statements.english import spacy_parser
from holdfire.statements.english.spacy_parser import SpacyParser

ARTICLE = "“We will send 300 observers after the truce,” said Polish Foreign Minister Ewa Nowak."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two articles, a binary file under an article's name, and a file of another kind."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "sub" / "b.html").write_text(f"<p>{ARTICLE}</p>", encoding="utf-8")
    (tmp_path / "c.txt").write_bytes(b"\x00\x01\x02")
    (tmp_path / "d.png").write_bytes(b"\x89PNG")
    return tmp_path


def test_a_folder_is_read_in_order_and_refusals_are_named(folder: Path) -> None:
    """Articles come in the order of their names; a binary file is refused with its reason; other kinds are counted."""
    files, n_others = article_files([folder])
    outcomes = list(read_articles(files))
    assert (["a.txt", "c.txt", "b.html"], 1) == ([path.name for path in files], n_others)
    assert [True, False, True] == [one.document is not None for one in outcomes]
    assert "binary" in (outcomes[1].refusal or "")


def test_processes_change_nothing(folder: Path) -> None:
    """Two processes give what one gives."""
    files, _ = article_files([folder])
    assert list(read_articles(files)) == list(read_articles(files, 2))


def test_a_folder_as_json_is_an_array_and_fails_where_something_was_refused(folder: Path) -> None:
    """The command writes an array of documents, names the refused one and ends with 1."""
    result = CliRunner().invoke(holdfire, ["statements", str(folder), "--json", "--workers", "1"])
    documents = json.loads(result.stdout)
    assert (1, 2) == (result.exit_code, len(documents))
    assert "c.txt was refused" in result.stderr
    assert "2 of 3 documents read; 1 files of other kinds were left." in result.stderr


def test_standard_input_and_a_file_give_one_object(folder: Path) -> None:
    """A single document is one object, whether it comes as a file or on standard input."""
    by_pipe = CliRunner().invoke(holdfire, ["statements", "-", "--json"], input=ARTICLE.encode())
    by_file = CliRunner().invoke(holdfire, ["statements", str(folder / "a.txt"), "--json"])
    one, other = json.loads(by_pipe.stdout), json.loads(by_file.stdout)
    assert "-" == one.pop("document") and other.pop("document").endswith("a.txt")
    assert one == other
    assert ["Poland"] == one["commitments"][0]["actors"]


def test_lines_for_people_name_the_proposal(folder: Path) -> None:
    """Without --json the command names speaker, content, proposal and condition."""
    result = CliRunner().invoke(holdfire, ["statements", str(folder / "a.txt")])
    assert "Ewa Nowak (foreign minister, Poland) [said]  (direct)" in result.stdout
    assert "proposal: Poland will, monitoring, 300 observers: will send 300 observers" in result.stdout
    assert "temporal: after the truce" in result.stdout


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing path is an error of its own."""
    with pytest.raises(MissingInputError, match="no such file"):
        article_files([tmp_path / "none"])


def test_without_the_model_one_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where spaCy's model lacks, the error names it and how to install it."""
    monkeypatch.setattr(spacy_parser, "MODEL", "no_such_model")
    with pytest.raises(MissingInputError, match="no_such_model") as caught:
        SpacyParser().parse(["He said no."])
    assert "holdfire[statements]" in caught.value.mend


def test_the_same_document_gives_the_same_bytes(folder: Path) -> None:
    """Reading twice gives equal JSON."""
    files, _ = article_files([folder / "a.txt"])
    texts = [json.dumps(public_json(one.document)) for _ in range(2) for one in read_articles(files) if one.document]
    assert 2 == len(texts) and 1 == len(set(texts))


def test_the_timeline_of_a_folder_is_written_as_lines_and_as_json(folder: Path) -> None:
    """Both articles tell one promise; the refused file is named, and the JSON says what it is."""
    lines = CliRunner().invoke(holdfire, ["statements", str(folder), "--timeline", "-q"])
    shown = CliRunner().invoke(holdfire, ["statements", str(folder), "--timeline", "--json", "-q"])
    view = json.loads(shown.stdout)
    assert (1, 1) == (lines.exit_code, shown.exit_code)
    assert "told 2 times, 1 independent" in lines.stdout
    assert ("statement-timeline/1", 2, 1) == (view["holdfire"], view["n_documents"], view["n_copies"])
    assert ["Poland"] == [one["actor"] for one in view["timeline"]]
