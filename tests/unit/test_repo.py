"""Hold the repository to its rules: pins, licences, package data, and nothing of the machine beneath."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "holdfire"
PINNED = ("base.txt", "statements.txt", "text.txt", "dev.txt", "bench.txt", "pins.txt", "spark.txt")
STAGES = (
    "agreement",
    "assessment",
    "findings",
    "fusion",
    "guarantee",
    "publication",
    "readers",
    "simulate",
    "statements",
)

# Written in pieces, so that this file does not hold what it looks for.
HOSTS = tuple(
    "".join(pieces)
    for pieces in (
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("npm", "js.com"),
        ("yarn", "pkg.com"),
        ("deb.", "debian.org"),
        ("security.", "debian.org"),
        ("archive.", "ubuntu.com"),
        ("crates", ".io"),
        ("repo.", "maven"),
        ("conda", ".anaconda.org"),
    )
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.*})>~-])/(?:" + "|".join(("wo" + "rk", "tm" + "p", "ro" + "ot", "op" + "t")) + r")(?:/|\b(?![\w-]))"
    r"|/ho" + r"me/\w"
    r"|\.libr" + r"ary/"
)
INDEX_OPTIONS = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|(?:^|\s)-[if]\s+\S+://", re.MULTILINE)


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files that git tracks or would track; without git, all but environments and builds."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        found = [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]
    else:
        skipped = {".venv", "build", "dist", "__pycache__"}
        found = [p for p in ROOT.rglob("*") if not skipped & set(p.relative_to(ROOT).parts)]
    return tuple(sorted(p for p in found if p.is_file()))


def text_of(path: Path) -> str:
    """Return a file's bytes as text, one letter for each byte."""
    return path.read_bytes().decode("latin-1")


@cache
def project() -> dict:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def logical_lines(name: str) -> list[str]:
    """Return a requirement file's lines with continuations joined and comments left out."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def pins(name: str) -> dict[str, Requirement]:
    """Return a requirement file's pins by canonical package name."""
    wanted = [Requirement(line.split(" --hash", 1)[0].strip()) for line in logical_lines(name)]
    return {canonicalize_name(one.name): one for one in wanted}


def wanted_names(name: str) -> set[str]:
    """Return the canonical names in a hand-written `.in` file."""
    lines = [line for line in logical_lines(name) if not line.startswith("-")]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def runtime_names() -> set[str]:
    """Return the canonical names of what `[project.dependencies]` asks for."""
    return {canonicalize_name(Requirement(one).name) for one in project()["project"]["dependencies"]}


def documented_rows() -> dict[str, str]:
    """Return the table rows of docs/dependencies.md by canonical package name."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return {
        canonicalize_name(name.strip()): row for row in rows for name in row.split("|")[1].split(",") if name.strip()
    }


def declared_licence(distribution: metadata.Distribution) -> str:
    """Return what an installed package says of its licence: expression, classifiers, or one line of text."""
    fields = distribution.metadata
    classifiers = [c for c in fields.get_all("Classifier") or [] if c.startswith("License ::")]
    free_text = (fields["License"] or "").strip()
    parts = [fields["License-Expression"] or "", *classifiers, free_text if "\n" not in free_text else ""]
    return "; ".join(part for part in parts if part)


def stage_modules() -> list[Path]:
    """Return the Python files of the stages that exist, but for the readers, which open files."""
    return [p for stage in STAGES if stage != "readers" for p in sorted((PACKAGE / stage).rglob("*.py"))]


def called_name(call: ast.Call) -> str:
    """Return the dotted end of what a call calls: `open`, `datetime.now`, `.write_text`."""
    target = call.func
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        owner = target.value.id if isinstance(target.value, ast.Name) else ""
        return f"{owner}.{target.attr}"
    return ""


def test_no_registry_host_is_named() -> None:
    """No tracked file names the host of a package registry."""
    named = [(str(p.relative_to(ROOT)), host) for p in tracked() for host in HOSTS if host in text_of(p).lower()]
    assert named == []


def test_no_machine_path_is_named() -> None:
    """No tracked file names a path of the machine it was written on."""
    texts = [(p, text_of(p)) for p in tracked() if not fnmatch(p.name, "*.min.js")]
    named = [
        (str(p.relative_to(ROOT)), text[max(0, hit.start() - 20) : hit.end() + 20])
        for p, text in texts
        if b"\0" not in p.read_bytes()[:8192]
        for hit in MACHINE_PATHS.finditer(text)
    ]
    assert named == []


@pytest.mark.parametrize("line", ["see /wo" + "rk/x", "'/tm" + "p'", "/ro" + "ot/.cache", "/ho" + "me/ann"])
def test_a_machine_path_would_be_seen(line: str) -> None:
    """The search for machine paths finds one when there is one."""
    assert MACHINE_PATHS.search(line)


@pytest.mark.parametrize("line", ["field/work", "and/or", "tests/tmp_path", "build/demo", "https://a.example/root"])
def test_an_ordinary_path_is_no_machine_path(line: str) -> None:
    """The search for machine paths leaves relative paths and addresses alone."""
    assert not MACHINE_PATHS.search(line)


def test_no_package_index_is_set() -> None:
    """Neither requirement files nor build files tell pip where to look."""
    places = ("requirements", "Makefile", ".ci", "pyproject.toml", "scripts")
    files = [p for p in tracked() if p.relative_to(ROOT).parts[0] in places]
    assert [str(p.relative_to(ROOT)) for p in files if INDEX_OPTIONS.search(text_of(p))] == []


@pytest.mark.parametrize("name", PINNED)
def test_each_pin_is_exact_and_hashed(name: str) -> None:
    """Each line of a pinned requirement file is one exact version with at least one SHA-256."""
    shape = re.compile(r"[A-Za-z0-9._-]+==[^\s;]+(?: ;[^#]*?)?(?:\s+--hash=sha256:[0-9a-f]{64})+")
    assert [line[:80] for line in logical_lines(name) if not shape.fullmatch(line)] == []
    assert logical_lines(name) != []


def test_bench_pins_agree_with_the_dev_pins() -> None:
    """What the benchmarks share with a run and the checks has the same pin, so that both fit into one environment."""
    bench, dev = pins("bench.txt"), pins("dev.txt")
    shared = sorted(set(bench) & set(dev))
    assert set(pins("base.txt")) <= set(shared)
    assert [str(dev[name]) for name in shared] == [str(bench[name]) for name in shared]


@pytest.mark.parametrize("name", ["statements.txt", "text.txt", "dev.txt", "spark.txt"])
def test_base_pins_are_part_of_other_pins(name: str) -> None:
    """What a run uses is what the checks check and what a cluster runs: base.txt is in them at the same versions."""
    other = pins(name)
    assert {one: str(pin) for one, pin in pins("base.txt").items()} == {
        one: str(other[one]) for one in pins("base.txt") if one in other
    }


def test_pins_of_a_cluster_fit_those_of_the_checks() -> None:
    """Where dev.txt and spark.txt pin one package, they pin one version: both go into one environment."""
    dev, spark = pins("dev.txt"), pins("spark.txt")
    both = sorted(set(dev) & set(spark))
    assert [str(dev[name].specifier) for name in both] == [str(spark[name].specifier) for name in both]


def test_runtime_dependencies_equal_the_base_requirements() -> None:
    """pyproject.toml and base.in ask for the same packages, but for the one that builds."""
    assert wanted_names("base.in") - {"setuptools"} == runtime_names()


@pytest.mark.parametrize("extra", ["statements", "text"])
def test_an_extra_equals_its_requirements(extra: str) -> None:
    """pyproject.toml and the extra's .in ask for the same packages, and the pins are within what they allow."""
    asked = {one.name: one for one in map(Requirement, project()["project"]["optional-dependencies"][extra])}
    pinned = pins(f"{extra}.txt")
    assert wanted_names(f"{extra}.in") == set(asked)
    assert all(asked[n].specifier.contains(next(iter(pinned[n].specifier)).version) for n in asked)


def test_pins_satisfy_the_lower_bounds() -> None:
    """Each pin of a run lies within what pyproject.toml allows."""
    pinned = pins("base.txt")
    outside = []
    for text in project()["project"]["dependencies"]:
        wanted = Requirement(text)
        version = next(iter(pinned[canonicalize_name(wanted.name)].specifier)).version
        if not wanted.specifier.contains(version):
            outside.append(f"{wanted} against {version}")
    assert outside == []


def test_each_dependency_is_explained() -> None:
    """Each package that a run, the checks, a cluster or the benchmarks ask for has a row in docs/dependencies.md."""
    asked = runtime_names().union(*(wanted_names(name.replace(".txt", ".in")) for name in PINNED))
    assert sorted(asked - set(documented_rows())) == []


def test_each_package_that_comes_along_is_named() -> None:
    """Packages that a run's dependencies bring with them are named in docs/dependencies.md."""
    words = {
        canonicalize_name(word)
        for word in re.findall(r"[A-Za-z0-9_.-]*\w", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"))
    }
    bring = ("base.txt", "spark.txt", "statements.txt", "text.txt")
    assert sorted(set().union(*(pins(name) for name in bring)) - words) == []


def test_no_runtime_package_is_under_the_gpl() -> None:
    """No package of a run declares the GPL or AGPL, none is silent, and an LGPL one is named as such."""
    rows = documented_rows()
    faults = []
    for name, pin in sorted({**pins("base.txt"), **pins("statements.txt"), **pins("text.txt")}.items()):
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        licence = declared_licence(metadata.distribution(name))
        lesser = re.search(r"LGPL|Lesser General Public", licence)
        greater = re.search(r"(?<![A-Z])A?GPL|(?<!Lesser )General Public License", licence)
        if not licence or greater or (lesser and "LGPL" not in rows.get(name, "")):
            faults.append(f"{name}: {licence or 'declares no licence'}")
    assert faults == []


def test_bundled_lgpl_libraries_are_named() -> None:
    """The LGPL library inside a wheel that we use is named beside it."""
    assert "GEOS, LGPL-2.1" in documented_rows()["shapely"]
    assert "libquadmath, LGPL-2.1" in documented_rows()["numpy"]


def test_package_data_reaches_the_wheel() -> None:
    """Each tracked file of the package that is not Python matches a package-data pattern."""
    patterns = [p.removeprefix("**/") for p in project()["tool"]["setuptools"]["package-data"]["*"]]
    inside = [p for p in tracked() if PACKAGE in p.parents and p.suffix != ".py"]
    left_out = [str(p.relative_to(ROOT)) for p in inside if not any(fnmatch(p.name, one) for one in patterns)]
    assert left_out == []


def test_each_folder_with_code_is_a_package() -> None:
    """A folder with Python files has an `__init__.py`: else neither the wheel nor the contracts see it."""
    folders = {p.parent for p in tracked() if PACKAGE in p.parents and p.suffix == ".py"}
    assert sorted(str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").is_file()) == []


def test_each_stage_is_under_contract() -> None:
    """Each stage that exists is named by a contract that forbids disk or net."""
    contracts = project()["tool"]["importlinter"]["contracts"]
    named = {m for c in contracts if c["type"] == "forbidden" for m in c["source_modules"]}
    assert {f"holdfire.{stage}" for stage in STAGES if (PACKAGE / stage).is_dir()} == named


def test_stages_open_no_file_and_ask_no_clock() -> None:
    """A stage neither opens nor writes a file, nor asks what time it is: both are arguments."""
    refused = re.compile(
        r"open|input|print|\w*\.(?:write_text|write_bytes|mkdir|unlink|today|utcnow)|(?:datetime|dt)\.now|time\.time\w*"
    )
    faults = [
        f"{path.relative_to(ROOT)}:{node.lineno} {called_name(node)}"
        for path in stage_modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and refused.fullmatch(called_name(node))
    ]
    assert faults == []


def test_ci_runs_every_check() -> None:
    """.ci/run is executable and calls `make test`."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.search(r"^[^#\n]*\bmake test\b", script.read_text(encoding="utf-8"), re.MULTILINE)
