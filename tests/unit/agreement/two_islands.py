"""The sound agreement of tests/cases/agreement/base.yaml, and ways to break it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from holdfire.agreement.check import check_agreement
from holdfire.agreement.load import load_agreement
from holdfire.errors import Fault
from holdfire.records.agreement import Agreement
from holdfire.records.clauses import CLAUSE_KINDS
from holdfire.records.taxonomy import builtin_tree

CASES = Path(__file__).resolve().parents[2] / "cases" / "agreement"
BASE = (CASES / "base.yaml").read_text(encoding="utf-8")
JUDGED = frozenset(CLAUSE_KINDS)
TREES: dict[str, Any] = {name: builtin_tree(name) for name in ("kinds", "weapons", "targets")}


def changed(*changes: tuple[str, str], text: str = BASE) -> str:
    """Replace pieces of a text, each of which must stand there exactly once."""
    for find, replace in changes:
        if text.count(find) != 1:
            raise AssertionError(f"stands {text.count(find)} times: {find!r}")
        text = text.replace(find, replace)
    return text


def check(
    text: str | bytes, *, kernels: Iterable[str] = JUDGED, previous: Agreement | None = None
) -> tuple[Agreement | None, tuple[Fault, ...]]:
    """Check a text under the name case.yaml."""
    content = text.encode() if isinstance(text, str) else text
    return check_agreement(content, "case.yaml", kernels=frozenset(kernels), previous=previous, **TREES)


def load(*changes: tuple[str, str]) -> Agreement:
    """Load the sound agreement with changes that leave it sound."""
    return load_agreement(changed(*changes).encode(), "case.yaml", kernels=JUDGED, **TREES)
