"""Documents: YAML or JSON bytes into plain values, with the line of every field.

Rule: nothing in a document is executed, no alias is expanded into more than it was written as, and size and
depth are limited before a value is built. Leaves the meaning of the values to others. Source: YAML 1.1 as
PyYAML's safe loader reads it, without its dates (a day stays text) and without merge keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from holdfire.errors import DocumentError, Fault

__all__ = ["Document", "nearest_name", "parse_document", "read_document"]

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 60
MAX_NODES = 1_000_000
Path = tuple[str | int, ...]
_PLAIN_TAGS = ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")


class _PythonEvents(Reader, Scanner, Parser):
    """Parse in Python where PyYAML was built without libyaml: the same events, five times as slow."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


_Events: Any = (
    yaml.cyaml.CParser  # type: ignore[attr-defined]
    if yaml.__with_libyaml__
    else _PythonEvents
)


class _Loader(Composer, _Events, SafeConstructor, Resolver):  # type: ignore[misc]
    """Compose nodes as the safe loader does, keeping days as text and refusing deep nests and many nodes."""

    depth = 0
    n_nodes = 0

    def __init__(self, text: str) -> None:
        _Events.__init__(self, text)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        self.n_nodes += 1
        if self.depth > MAX_DEPTH:
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, f"nested deeper than {MAX_DEPTH} levels", mark)
        if self.n_nodes > MAX_NODES:
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, f"more than {MAX_NODES} values", mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Hold a document's value with the line of each of its fields.

    Attributes
    ----------
    name : str
        The name to show in messages.
    value : object
        dict, list, str, int, float, bool or None, nested.
    lines : dict
        Path (keys and indexes) to 1-based line.
    """

    name: str
    value: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int | None:
        """Return the line of a field, or of its nearest known ancestor."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def where(self, path: Path) -> str:
        """Return ``file:line, field`` for a message."""
        line = self.line_of(path)
        place = self.name if line is None else f"{self.name}:{line}"
        text = field_text(path)
        return f"{place}, {text}" if text else place

    def fault(self, path: Path, what: str, mend: str) -> Fault:
        """Return a fault at a field of this document."""
        return Fault(what=what, where=self.where(path), mend=mend, line=self.line_of(path), field=field_text(path))


def field_text(path: Path) -> str:
    """Return a path as people write it.

    Examples
    --------
    >>> field_text(("clauses", 3, "scope", "zones", 0))
    'clauses[3].scope.zones[0]'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def nearest_name(name: str, known: Iterator[str] | list[str] | tuple[str, ...]) -> str | None:
    """Return the known name that looks most like the one given; None when none is near.

    Examples
    --------
    >>> nearest_name("north-belt", ["northern-belt", "harbour"])
    'northern-belt'
    """
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def _refusal(name: str, what: str, mend: str, line: int | None = None) -> Fault:
    return Fault(what=what, where=name if line is None else f"{name}:{line}", mend=mend, line=line)


def _compose(text: str, name: str) -> yaml.Node | Fault | None:
    """Return the nodes of a text, None where it holds none, or why they cannot be had."""
    try:
        loader = _Loader(text)
        try:
            node: yaml.Node | None = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
        line = None if mark is None else int(mark.line) + 1
        return _refusal(name, f"This is no valid YAML: {problem}.", "Check quotes, indentation and colons here.", line)
    except (ValueError, OverflowError):
        # Without libyaml an escape beyond U+10FFFF fails in Python's own chr().
        return _refusal(name, "This is no valid YAML: an escape names no character.", "Write the character itself.")
    except RecursionError:
        return _refusal(name, "This document is nested too deeply.", f"Keep it under {MAX_DEPTH} levels.")
    return node


def parse_document(content: bytes, name: str) -> tuple[Document | None, tuple[Fault, ...]]:
    """Read YAML or JSON bytes as far as they can be read.

    Parameters
    ----------
    content : bytes
        UTF-8 text, with or without a byte order mark; at most 64 MiB.
    name : str
        The name to show in messages.

    Returns
    -------
    (Document or None, tuple of Fault)
        The document with the first of each doubled key and nothing in the place of what has a strange tag; None
        where no value can be built at all. It has no fault only where it is whole.
    """
    if len(content) > MAX_BYTES:
        what = f"This document is larger than {MAX_BYTES} bytes: {len(content)}."
        return None, (_refusal(name, what, "Put bulk geometry into a GeoJSON file of its own, or shorten it."),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"This document is not UTF-8 text: byte {error.start} is 0x{content[error.start]:02x}."
        line = content[: error.start].count(b"\n") + 1
        return None, (_refusal(name, what, "Save it as UTF-8.", line),)
    node = _compose(text, name)
    if isinstance(node, Fault):
        return None, (node,)
    builder = _Builder(name)
    value = builder.build(node, ()) if node is not None else None
    if builder.n_nodes > MAX_NODES:
        return None, tuple(builder.faults)
    return Document(name=name, value=value, lines=builder.lines), tuple(builder.faults)


def read_document(content: bytes, name: str) -> Document:
    """Read YAML or JSON bytes that have no fault.

    Parameters
    ----------
    content : bytes
        UTF-8 text, with or without a byte order mark; at most 64 MiB.
    name : str
        The name to show in messages.

    Raises
    ------
    DocumentError
        The bytes are no UTF-8, no YAML, too large, too deep, use aliases in a circle, or name a key twice.
    """
    document, faults = parse_document(content, name)
    if document is None or faults:
        raise DocumentError(name, faults)
    return document


class _Builder:
    """Turn composed nodes into values, counting them, so that aliases cannot multiply."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self.n_nodes = 0
        self.open: set[int] = set()
        self.scalars = yaml.constructor.SafeConstructor()

    def fault(self, node: yaml.Node, path: Path, what: str, mend: str) -> None:
        line = node.start_mark.line + 1
        text = field_text(path)
        where = f"{self.name}:{line}" + (f", {text}" if text else "")
        self.faults.append(Fault(what=what, where=where, mend=mend, line=line, field=text))

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.n_nodes += 1
        if self.n_nodes > MAX_NODES:
            if self.n_nodes == MAX_NODES + 1:
                mend = "Write the repeated part once and name it, instead of nesting aliases."
                self.fault(node, path, f"This document unfolds to more than {MAX_NODES} values.", mend)
            return None
        if id(node) in self.open:
            self.fault(node, path, "An alias here refers to the value that holds it.", "Remove the alias.")
            return None
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        if node.tag not in _PLAIN_TAGS:
            self.fault(node, path, f"This value has a tag that is not read: {node.tag[:60]!r}.", "Remove the tag.")
            return None
        self.open.add(id(node))
        value: Any
        if isinstance(node, yaml.SequenceNode):
            value = [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        else:
            value = self.mapping(node, path) if isinstance(node, yaml.MappingNode) else None
        self.open.discard(id(node))
        return value

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        known = {"null", "bool", "int", "float", "str"}
        if node.tag.rpartition(":")[2] not in known or not node.tag.startswith("tag:yaml.org,2002:"):
            self.fault(node, path, f"This value has a tag that is not read: {node.tag[:60]!r}.", "Remove the tag.")
            return None
        try:
            return self.scalars.construct_object(node, deep=True)
        except (ValueError, OverflowError, LookupError, yaml.YAMLError):
            self.fault(node, path, f"This value cannot be read: {node.value[:40]!r}.", "Put it in quotes.")
            return None

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key_node, child in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, path, "A key here is not plain text.", "Write a word as the key.")
                continue
            key = str(key_node.value)
            if key in value:
                self.fault(key_node, (*path, key), f"This key stands twice: {key!r}.", "Remove or rename one.")
                continue
            value[key] = self.build(child, (*path, key))
            self.lines[(*path, key)] = key_node.start_mark.line + 1
        return value
