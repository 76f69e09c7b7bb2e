"""Taxonomy: a tree of names, and what a name known only at a coarse level can say.

Rule: a coarse kind is a range, never a guess: an act named above the level that a clause asks for gives [0, 1].
A tree is data: YAML of nested mappings of names, with leaves as lists; a null kind is unknown. Source: the
trees beside this file, in the words of OSCE monitoring reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from holdfire.basics.documents import Document, read_document
from holdfire.errors import DocumentError, Fault

__all__ = ["SIGNAL", "Taxonomy", "ancestors", "builtin_tree", "is_signal", "kind_weapons", "read_taxonomy"]

SIGNAL = "signal"
"""Root of the branch that corroborates and never establishes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """Hold a tree as the set of its paths.

    Attributes
    ----------
    name : str
    paths : tuple of str
        Every node as ``a/b/c``, parents before children, in the order of the file.
    """

    name: str
    paths: tuple[str, ...]
    known: frozenset[str] = field(init=False, repr=False, compare=False)
    children: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the paths."""
        object.__setattr__(self, "known", frozenset(self.paths))
        children: dict[str, list[str]] = {path: [] for path in self.paths}
        for path in self.paths:
            parent = path.rpartition("/")[0]
            if parent:
                children[parent].append(path)
        object.__setattr__(self, "children", {path: tuple(below) for path, below in children.items()})

    def __contains__(self, path: object) -> bool:
        """Say whether the tree has this path."""
        return path in self.known

    def __iter__(self) -> Iterator[str]:
        """Walk the paths, parents first."""
        return iter(self.paths)

    def bounds(self, path: str | None, wanted: Iterable[str]) -> tuple[float, float]:
        """Return the bounds of the probability that something of kind ``path`` is one of the kinds wanted.

        Parameters
        ----------
        path : str or None
            The kind as far as it is known; None, or a path that the tree lacks, is unknown.
        wanted : iterable of str
            Paths; each stands for its whole subtree.

        Returns
        -------
        (float, float)
            (1, 1) where it is under a wanted path or all its children are; (0, 1) where only some kinds below
            it are wanted, or nothing is known; (0, 0) otherwise.

        Examples
        --------
        >>> tree = builtin_tree("kinds")
        >>> tree.bounds("explosion/shelling/mortar", ["explosion"])
        (1.0, 1.0)
        >>> tree.bounds("explosion", ["explosion/shelling"])
        (0.0, 1.0)
        >>> tree.bounds("gunfire", ["explosion"])
        (0.0, 0.0)
        >>> tree.bounds(None, ["explosion"])
        (0.0, 1.0)
        """
        targets = frozenset(wanted)
        if path is None or path not in self.known:
            return (0.0, 1.0 if targets else 0.0)
        if any(above in targets for above in ancestors(path)):
            return (1.0, 1.0)
        below = self.children[path]
        if not below:
            return (0.0, 0.0)
        parts = [self.bounds(child, targets) for child in below]
        return (min(lower for lower, _ in parts), max(upper for _, upper in parts))


def ancestors(path: str) -> tuple[str, ...]:
    """Return the path itself and every path above it, deepest first.

    Examples
    --------
    >>> ancestors("a/b/c")
    ('a/b/c', 'a/b', 'a')
    """
    parts = path.split("/")
    return tuple("/".join(parts[:n]) for n in range(len(parts), 0, -1))


def is_signal(path: str | None) -> bool:
    """Say whether a kind corroborates only (a siren, a thermal point)."""
    return path is not None and path.partition("/")[0] == SIGNAL


def _walk(value: Any, prefix: str, path: tuple[str | int, ...], document: Document, faults: list[Fault]) -> list[str]:
    found: list[str] = []

    def add(name: Any, at: tuple[str | int, ...]) -> str | None:
        if not isinstance(name, str) or not name or "/" in name or name != name.strip():
            mend = "Write a name without slashes; a node with children is a mapping."
            faults.append(document.fault(at, f"This is no name of a node: {name!r}.", mend))
            return None
        full = f"{prefix}/{name}" if prefix else name
        if full in found:
            faults.append(document.fault(at, f"This node stands twice: {full!r}.", "Remove or rename one."))
        found.append(full)
        return full

    if isinstance(value, dict):
        for name, below in value.items():
            full = add(name, (*path, name))
            if full is not None and below is not None:
                found += _walk(below, full, (*path, name), document, faults)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                found += _walk(item, prefix, (*path, index), document, faults)
            else:
                add(item, (*path, index))
    else:
        add(value, path)
    return found


def read_taxonomy(content: bytes, name: str) -> Taxonomy:
    """Read a tree from YAML or JSON bytes.

    Raises
    ------
    DocumentError
        The document is no tree of names; all its faults are named.
    """
    document = read_document(content, name)
    if not isinstance(document.value, dict) or not document.value:
        mend = "Write nested mappings of names, with leaves as lists."
        raise DocumentError(name, (document.fault((), "This document holds no tree.", mend),))
    faults: list[Fault] = []
    paths = _walk(document.value, "", (), document, faults)
    if faults:
        raise DocumentError(name, tuple(faults))
    return Taxonomy(name=name, paths=tuple(paths))


@cache
def builtin_tree(name: str) -> Taxonomy:
    """Return one of the house's own trees: ``kinds``, ``weapons`` or ``targets``."""
    content = files("holdfire.records").joinpath("trees", f"{name}.yaml").read_bytes()
    return read_taxonomy(content, f"trees/{name}.yaml")


@cache
def kind_weapons() -> dict[str, str]:
    """Return the weapon path that a kind of event implies, by kind path."""
    content = files("holdfire.records").joinpath("trees", "kind_weapons.yaml").read_bytes()
    value: dict[str, str] = read_document(content, "trees/kind_weapons.yaml").value
    return dict(value)
