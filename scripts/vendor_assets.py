"""Vendor assets: fetch the map library, the land and the letters that a bulletin carries, and pin their bytes.

Turns pinned npm packages into ``src/holdfire/publication/assets``. Rule: a package is asked for by name and
version with the ordinary npm client; its archive and every file taken must have the SHA-256 written here, else
nothing is changed. The files are committed, so a build or a test never runs this. ``--check`` only compares the
committed files with the pins and needs no npm.

Run it as ``python scripts/vendor_assets.py`` (or ``make assets``) from the checkout.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "src" / "holdfire" / "publication" / "assets"


@dataclass(frozen=True, slots=True)
class Taken:
    """Name one file of a package, where it goes, and the SHA-256 of what is written there."""

    member: str
    target: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """Name a package, the SHA-256 of its archive, and what is taken from it."""

    name: str
    version: str
    sha256: str
    licence: str
    what: str
    files: tuple[Taken, ...]


PACKAGES = (
    Package(
        "maplibre-gl",
        "5.24.1",
        "b84d7fdf7fba5922fd3fff9a92733936c7a03b99165afc6c84f41c311bdbfa9d",
        "BSD-3-Clause",
        "draws the interactive map",
        (
            Taken(
                "dist/maplibre-gl.js",
                "maplibre-gl.js",
                "a9c9e2aa36d4d5b63b131f27c1272f1a28883eeecc0eddd1e0dbfae4033bc7c9",
            ),
            Taken(
                "dist/maplibre-gl.css",
                "maplibre-gl.css",
                "ab1e70d59ec40465bae7e7030da2f3ccf28133fd502e62bd598eefbadfd7a732",
            ),
            Taken(
                "LICENSE.txt",
                "licences/maplibre-gl.txt",
                "ee5fc05a0677eaf69601d2c7db0d9ecd6cc27c3abc1d0733bc9ed34707cf8ef2",
            ),
        ),
    ),
    Package(
        "world-atlas",
        "2.0.2",
        "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
        "ISC (the package), public domain (Natural Earth)",
        "land and coast, 1:10 million, without borders",
        (
            Taken("land-10m.json", "land-10m.json", "9b9f584709c119d63fbadf484ce425260497697b7166be7a2fe360e8c0b171a8"),
            Taken(
                "LICENSE",
                "licences/world-atlas.txt",
                "8048290dfdb6e83fbed17e8985c8cfc4ce9da9b842642f3d3e497280790cfa31",
            ),
        ),
    ),
    Package(
        "@fontsource-variable/source-sans-3",
        "5.3.0",
        "115c2d5a38a05d52c77ba02e4d939644bae30585a30a2e4657a3be2c99d5c7dc",
        "OFL-1.1",
        "letters of the page, Latin and Cyrillic (as base64, since a style sheet carries them)",
        (
            Taken(
                "files/source-sans-3-latin-wght-normal.woff2",
                "letters-latin.txt",
                "f3ca2a20c36d3f2f0cafe9987857e50b4fc88916e8dfb7b390246a98c540a7b2",
            ),
            Taken(
                "files/source-sans-3-cyrillic-wght-normal.woff2",
                "letters-cyrillic.txt",
                "3fca28c4a186e36df30dc0fba2a1484996cd04df8cae1247d3bb3b161509e05a",
            ),
            Taken(
                "LICENSE",
                "licences/source-sans-3-web.txt",
                "18aabf190848725e2576eefb5c29ba06aac1029d02132252a7f312eac2e50cf3",
            ),
        ),
    ),
    Package(
        "source-sans",
        "3.52.0",
        "49cf78ddd79b436591ee696785222b54ff28102922e3d3df297fe382d7fdfa88",
        "OFL-1.1",
        "letters of the PDF",
        (
            Taken(
                "TTF/SourceSans3-Regular.ttf",
                "fonts/SourceSans3-Regular.ttf",
                "4644c81b86ec9caaa76b634889968ed3c4f4f52f054855933acc7c2b21e53b0f",
            ),
            Taken(
                "TTF/SourceSans3-It.ttf",
                "fonts/SourceSans3-It.ttf",
                "192afd78f0f54a3c69eaf02d43f4d9a821e9d6110e41d3d25d61a7385cd580e4",
            ),
            Taken(
                "TTF/SourceSans3-Semibold.ttf",
                "fonts/SourceSans3-Semibold.ttf",
                "a3f4f8dcf343a8f24dc61951de93f3ba1558b15cd250ba24af8a40e957081b7d",
            ),
            Taken(
                "LICENSE.md",
                "licences/source-sans-3.txt",
                "56af9b9c6715597e458284a474dc118a50a4150e9d547c70f7b4a33c3e6a9328",
            ),
        ),
    ),
)


class VendorError(Exception):
    """Say which package or file is not what was pinned."""


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetch(package: Package, folder: Path) -> bytes:
    """Return the archive of a package as npm hands it out."""
    spec = f"{package.name}@{package.version}"
    run = subprocess.run(
        ["npm", "pack", spec, "--silent", "--ignore-scripts", "--pack-destination", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    archives = sorted(folder.glob("*.tgz"))
    if run.returncode != 0 or len(archives) != 1:
        raise VendorError(f"npm did not hand out {spec}.\n{run.stderr.strip()[:500]}")
    content = archives[0].read_bytes()
    if digest_of(content) != package.sha256:
        raise VendorError(f"The archive of {spec} is not the pinned one: SHA-256 {digest_of(content)}.")
    return content


def take(package: Package, archive: bytes) -> dict[str, bytes]:
    """Return the files of a package by their target, each with the bytes that were pinned."""
    taken: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as members:
        for one in package.files:
            stream = members.extractfile(f"package/{one.member}")
            if stream is None:
                raise VendorError(f"{package.name} {package.version} holds no {one.member}.")
            content = stream.read()
            if one.member.endswith(".woff2"):
                content = base64.b64encode(content) + b"\n"
            if digest_of(content) != one.sha256:
                raise VendorError(f"{package.name}: {one.member} is not the pinned file: {digest_of(content)}.")
            taken[one.target] = content
    return taken


def licence_list() -> bytes:
    """Return the table of what is vendored under which licence."""
    rows = [
        "# What this folder holds of others",
        "",
        "Written by `scripts/vendor_assets.py`, which pins each file's SHA-256. The files are unchanged, but for the",
        "two web fonts, which stand here as base64 text. A bulletin's page carries the map library, its style sheet,",
        "the web fonts and a clipped part of the land; a PDF carries a subset of the fonts.",
        "",
        "| package | version | licence | text | what it does |",
        "| --- | --- | --- | --- | --- |",
    ]
    for package in PACKAGES:
        text = next(one.target for one in package.files if one.target.startswith("licences/"))
        rows.append(f"| {package.name} | {package.version} | {package.licence} | [{text}]({text}) | {package.what} |")
    rows += ["", "Made with Natural Earth: free vector map data, in the public domain.", ""]
    return "\n".join(rows).encode()


def wanted() -> dict[str, str]:
    """Return every committed file's SHA-256 by its name."""
    pins = {one.target: one.sha256 for package in PACKAGES for one in package.files}
    return {**pins, "LICENSES.md": digest_of(licence_list())}


def check() -> list[str]:
    """Return what is wrong with the committed files, one sentence each."""
    faults = []
    for name, sha256 in sorted(wanted().items()):
        path = ASSETS / name
        if not path.is_file():
            faults.append(f"{name} is missing.")
        elif digest_of(path.read_bytes()) != sha256:
            faults.append(f"{name} is not the pinned file.")
    known = set(wanted())
    for path in sorted(ASSETS.rglob("*")):
        if path.is_file() and path.relative_to(ASSETS).as_posix() not in known:
            faults.append(f"{path.relative_to(ASSETS)} is not pinned.")
    return faults


def vendor() -> None:
    """Fetch every package, and write the files when all of them are the pinned ones."""
    files: dict[str, bytes] = {"LICENSES.md": licence_list()}
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            files.update(take(package, fetch(package, Path(folder))))
    for name, content in files.items():
        path = ASSETS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{len(content):>9,} bytes  {name}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetch or check what a bulletin carries of others.")
    parser.add_argument("--check", action="store_true", help="only compare the committed files with the pins")
    arguments = parser.parse_args()
    try:
        if not arguments.check:
            vendor()
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    faults = check()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
