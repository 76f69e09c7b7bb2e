"""Facts about the reference pages that follow from the code."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def script() -> ModuleType:
    """Return the script that writes the pages."""
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "scripts" / "write_reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["commands.md", "records.md"])
def test_a_page_says_what_the_code_says(name: str) -> None:
    """A page is what 'python scripts/write_reference.py' would write now."""
    assert script().PAGES[name]() == (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
