"""Find the folder of real data: ``HOLDFIRE_DATA``, else ``../shared/data`` beside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["data_folder", "needs_data"]


def data_folder() -> Path | None:
    """Return the folder of real data, or None where there is none."""
    named = os.environ.get("HOLDFIRE_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if (folder / "README.md").is_file() or (folder / "viina").is_dir() else None


needs_data = pytest.mark.skipif(
    data_folder() is None,
    reason="The real data is not here: set HOLDFIRE_DATA to its folder, or put it at ../shared/data.",
)
