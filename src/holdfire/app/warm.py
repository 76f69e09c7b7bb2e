"""Warm: compile the numeric kernels once, so that nobody waits for it in the middle of a task.

Turns a small world into machine code on this machine's disk. Rule: nothing but the compiler's cache remains; whoever
did not call it is told why the first run takes longer. Source: Numba reference manual, "Notes on caching".
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numba

from holdfire.app.commands import InputFiles, assess_files, fuse_files
from holdfire.app.wire import find_examples
from holdfire.app.worlds import simulate_files
from holdfire.fusion import joining
from holdfire.simulate.presets import preset

__all__ = ["COLD", "is_warm", "warm"]

AGREEMENT = "minsk-2-2015.yaml"
COLD = "The kernels are compiled first, once on this machine: about half a minute ('holdfire warm' does it ahead)."


def is_warm() -> bool:
    """Say whether the kernels of fusion lie in the compiler's cache."""
    source = Path(joining.__file__)
    places = [source.parent / "__pycache__", Path(getattr(numba.config, "CACHE_DIR", "") or source.parent)]
    return any(next(place.rglob("joining.agglomerate*.nbi"), None) is not None for place in places if place.is_dir())


def warm() -> float:
    """Compile what fusion and assessment need; return the seconds that it took."""
    started = time.perf_counter()
    examples = find_examples()
    agreement = None if examples is None else examples / "agreements" / AGREEMENT
    with tempfile.TemporaryDirectory(prefix="holdfire-warm-") as folder:
        world, case = Path(folder) / "world", Path(folder) / "case"
        simulate_files(agreement, replace(preset("front"), n_days=6), 1, world)
        inputs = InputFiles(reports=(world / "reports.parquet",), sources=world / "sources.json")
        if agreement is None:
            fuse_files(inputs, case)
        else:
            assess_files(agreement, replace(inputs, coverage=world / "coverage.parquet"), case)
    return time.perf_counter() - started
