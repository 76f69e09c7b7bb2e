"""Facts about files of sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfire.errors import DocumentError
from holdfire.readers.registry import read_files
from holdfire.readers.sources import load_sources
from holdfire.records.source import Source
from tests.unit.readers.samples import canonical_table, write, write_parquet

EXPECTED = {
    "alpha": Source(
        source_id="alpha", name="Alpha Patrol", side="north", kind="patrol", curated=True, reliability="B",
        copies_from=["beta", "gamma"],
    ),
    "beta": Source(source_id="beta", name="beta"),
}  # fmt: skip
YAML = """
- {source_id: alpha, name: Alpha Patrol, side: north, kind: patrol, curated: true, reliability: B,
   copies_from: [beta, gamma]}
- source_id: beta
"""
OTHER_WORDS = """
sources:
  alpha: {name: Alpha Patrol, party: north, type: Patrol, curated: "yes", admiralty grade: b,
    copies-from: "gamma; beta"}
  beta: {}
"""
JSON = """[{"id": "alpha", "name": "Alpha Patrol", "side": "north", "kind": "patrol", "curated": true, "grade": "B",
 "copies-from": ["beta", "gamma"]}, {"id": "beta", "side": null}]"""
CSV = "id,name,side,kind,curated,grade,copies-from\nalpha,Alpha Patrol,north,patrol,true,B,beta;gamma\nbeta,,,,,,\n"
SEMICOLONS = """source_id;name;side;kind;curated;reliability;copies_from
alpha;Alpha Patrol;north;patrol;1;B;beta|gamma
beta;;;;;;
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("s.yaml", YAML),
        ("s.yml", OTHER_WORDS),
        ("s.json", JSON),
        ("s.csv", CSV),
        ("s", SEMICOLONS),
        ("s.yaml", "\ufeff" + CSV),
    ],
)
def test_yaml_json_and_csv_say_the_same(tmp_path: Path, name: str, content: str) -> None:
    """A list, a mapping by id and a table give equal sources, whatever their fields are called."""
    assert EXPECTED == load_sources(write(tmp_path, name, content))


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    """Unknown fields and words, a missing id, a repeated id and a copy of oneself are all listed with their lines."""
    content = """
- {source_id: a, kind: patrols, colour: red}
- {name: nobody}
- {source_id: a, reliability: G, curated: maybe}
- {source_id: c, copies_from: [c], side: [1]}
- just words
"""
    with pytest.raises(DocumentError) as caught:
        load_sources(write(tmp_path, "s.yaml", content))
    found = sorted((fault.line, fault.field.rpartition(".")[2]) for fault in caught.value.faults)
    assert [(2, "colour"), (2, "kind"), (3, "source_id"), (4, "[2]"), (4, "curated"), (4, "reliability"),
            (5, "copies_from"), (5, "side"), (6, "[4]")] == found  # fmt: skip
    assert any("'patrol'" in fault.mend for fault in caught.value.faults)


def test_broken_csv_is_refused(tmp_path: Path) -> None:
    """A table of sources in another encoding is refused with a message."""
    with pytest.raises(DocumentError, match="UTF-8"):
        load_sources(write(tmp_path, "s.csv", "id,name\na,Київ\n".encode("cp1251")))


def test_no_file_gives_no_sources() -> None:
    """Where no file is named, nothing is known."""
    assert {} == load_sources(None)


def test_what_the_user_says_goes_first(tmp_path: Path) -> None:
    """Sources that reports name are all there: as the user describes them, else as public and of grade F."""
    path = write_parquet(tmp_path, canonical_table(2))
    given = write(tmp_path, "s.csv", "id,name,side,kind,grade\ns0,First,north,patrol,A\nunused,Other,,media,C\n")
    rows = read_files([path], sources=given).sources.to_pylist()
    assert [
        ("s0", "First", "north", "patrol", "A"),
        ("s1", "s1", None, "public", "F"),
        ("unused", "Other", None, "media", "C"),
    ] == [(row["source_id"], row["name"], row["side"], row["kind"], row["reliability"]) for row in rows]
