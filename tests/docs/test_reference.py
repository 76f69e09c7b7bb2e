"""Facts about the reference pages that follow from the code."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pytest

import holdfire

ROOT = Path(__file__).resolve().parents[2]
INTERNAL = {
    "ANSWER_SCHEMA", "LOOSE_SCHEMA", "PRICE_SCHEMA", "RULE_SCHEMA", "TALLY_SCHEMA", "UNRESOLVED_SCHEMA", "WHOLE_SCHEMA",
}  # fmt: skip
"""What no caller of a stage sees: replies on their way to parts, a reader's first look, what a count reads, pieces of a
trial's work, and a warning's list of names."""


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


def test_every_schema_is_on_the_page() -> None:
    """Every table that the package declares has its section in the page of records, whole and with its name once."""
    page = script()
    shown = [table[3] for part in (page.TABLES, page.ANSWERS, page.TRUTH, page.TRIAL) for table in part]
    modules = [one.name for one in pkgutil.walk_packages(holdfire.__path__, "holdfire.") if "__main__" not in one.name]
    declared = {
        name: value
        for module in modules
        for name, value in vars(importlib.import_module(module)).items()
        if name.endswith("_SCHEMA") and isinstance(value, pa.Schema)
    }
    assert set(declared) >= INTERNAL
    missing = sorted(name for name, schema in declared.items() if name not in INTERNAL and schema not in shown)
    assert [] == missing
    assert len(shown) == len({id(schema) for schema in shown})
