"""Manifest: names what a run read, with which agreement, parameters and code, and what it wrote.

Turns files and settings into one canonical document, ``run.json``. Rule: a run is a pure function of what its
manifest names; the manifest states no clock and no machine. Leaves the append-only log to a later room.
Source: DESIGN, section 1, rule 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from holdfire.basics.canonical import canonical_json, sha256_file, sha256_hex

__all__ = ["differing_outputs", "make_manifest"]


def make_manifest(
    *,
    command: str,
    code_version: str,
    agreement: bytes | None,
    files: Iterable[Mapping[str, Any]],
    parameters: Mapping[str, Any],
    outputs: Iterable[Path],
) -> dict[str, Any]:
    """Return the manifest of a run.

    Parameters
    ----------
    command : str
        The command that ran: ``fuse`` or ``assess``.
    code_version : str
        Version of the code.
    agreement : bytes or None
        The agreement file as it was read.
    files : iterable of mapping
        The input files, each with at least ``name`` and ``sha256``.
    parameters : mapping
        Everything else that the result depends on.
    outputs : iterable of Path
        Files written; they are hashed here.
    """
    inputs = sorted((dict(file) for file in files), key=lambda file: (str(file["name"]), str(file["sha256"])))
    content: dict[str, Any] = {
        "holdfire": "run/1",
        "command": command,
        "code_version": code_version,
        "agreement_sha256": None if agreement is None else sha256_hex(agreement),
        "inputs": inputs,
        "parameters": dict(parameters),
        "outputs": {path.name: sha256_file(path) for path in sorted(outputs)},
    }
    pure = {key: value for key, value in content.items() if key not in ("inputs", "outputs")}
    pure["inputs"] = sorted(str(file["sha256"]) for file in inputs)
    content["run_id"] = sha256_hex(canonical_json(pure))[:16]
    return content


def differing_outputs(manifest: Mapping[str, Any], folder: Path) -> list[str]:
    """Return the names of outputs that are missing or whose bytes are not those that the run wrote."""
    outputs: Mapping[str, str] = manifest.get("outputs", {})
    wrong = []
    for name, digest in sorted(outputs.items()):
        path = folder / name
        if not path.is_file() or sha256_file(path) != digest:
            wrong.append(name)
    return wrong
