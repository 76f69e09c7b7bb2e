"""Tables: what formats' codes say, as data beside the code.

Turns the YAML files in ``tables/`` into values. Rule: every number that stands between a code and an error model, and
every word between a code and our trees, is in those files with its source and reasoning, and is shown in the docs.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from holdfire.basics.documents import read_document
from holdfire.records.taxonomy import Taxonomy, ancestors

__all__ = [
    "TABLE_NAMES",
    "ErrorModel",
    "area_sigma_m",
    "common_path",
    "error_models",
    "fold",
    "known_path",
    "load_table",
    "slug",
]

TABLE_NAMES = ("countries", "credibility", "kinds", "media", "offices", "places", "targets", "times", "units", "words")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorModel:
    """Say what a precision code says of a place.

    Attributes
    ----------
    model : str
        ``point``, ``area`` or ``unknown``.
    sigma_m : float, metres
        1-sigma radius of each axis.
    """

    model: str
    sigma_m: float


@cache
def load_table(name: str) -> dict[str, Any]:
    """Return one of the tables beside this module."""
    content = files("holdfire.readers").joinpath("tables", f"{name}.yaml").read_bytes()
    value: dict[str, Any] = read_document(content, f"tables/{name}.yaml").value
    return value


@cache
def error_models(name: str) -> Mapping[str, ErrorModel]:
    """Return a table of ``places.yaml`` by code.

    Examples
    --------
    >>> error_models("ucdp_where_prec")["2"]
    ErrorModel(model='point', sigma_m=12500.0)
    """
    codes: dict[str, dict[str, Any]] = load_table("places")[name]["codes"]
    return {code: ErrorModel(model=row["model"], sigma_m=float(row["sigma_m"])) for code, row in codes.items()}


def area_sigma_m(area_km2: float) -> float:
    """Return the standard deviation of each axis of a uniform disc of an area, in metres.

    Examples
    --------
    >>> round(area_sigma_m(math.pi * 100.0**2))
    50000
    """
    return 1000.0 * math.sqrt(area_km2 / math.pi) / 2.0


def known_path(path: str | None, tree: Taxonomy) -> str | None:
    """Return the deepest node at or above a path that a tree has; None where it has none.

    Examples
    --------
    >>> from holdfire.records.taxonomy import builtin_tree
    >>> known_path("explosion/missile/of_no_kind", builtin_tree("kinds"))
    'explosion/missile'
    """
    if path is None:
        return None
    return next((above for above in ancestors(path) if above in tree), None)


def common_path(paths: Iterable[str]) -> str | None:
    """Return the deepest node that all of several can be: the deepest where they lie on one line, else what is above.

    Examples
    --------
    >>> common_path(["explosion", "explosion/missile"]), common_path(["explosion/missile", "explosion/shelling"])
    ('explosion/missile', 'explosion')
    >>> common_path(["explosion", "gunfire"]) is None
    True
    """
    distinct = set(paths)
    deepest = [p for p in distinct if not any(other.startswith(f"{p}/") for other in distinct)]
    if not deepest:
        return None
    parts = [path.split("/") for path in deepest]
    shared: list[str] = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return "/".join(shared) or None


def fold(text: str) -> str:
    """Return a name for comparing: lower case, without accents, apostrophes and surplus blanks.

    Examples
    --------
    >>> fold("  Zaporizhzhia’s  Óblast ")
    'zaporizhzhias oblast'
    """
    kept = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[\s_]+", " ", re.sub("['’ʼ`´\"ʹ]", "", kept)).strip()


def slug(text: str, fallback: str = "unnamed") -> str:
    """Return a name as an id: letters, digits and hyphens, at most 60.

    Examples
    --------
    >>> slug("Reuters News (UK)"), slug("Київ 24"), slug("--")
    ('reuters-news-uk', 'київ-24', 'unnamed')
    """
    kept = re.sub(r"[^\w]+", "-", fold_letters(text)).strip("-")
    return kept[:60].strip("-") or fallback


def fold_letters(text: str) -> str:
    """Return text in lower case, in one form of Unicode, with its accents."""
    return unicodedata.normalize("NFKC", text).casefold().replace("_", "-")
