"""Facts about trees of kinds."""

from __future__ import annotations

import pytest

from holdfire.errors import DocumentError
from holdfire.records.taxonomy import builtin_tree, is_signal, kind_weapons, read_taxonomy


@pytest.mark.parametrize(
    ("path", "wanted", "expected"),
    [
        ("explosion/shelling/mortar", ["explosion"], (1.0, 1.0)),
        ("explosion", ["explosion/shelling"], (0.0, 1.0)),
        ("explosion/shelling", ["explosion/shelling/mortar", "gunfire"], (0.0, 1.0)),
        ("gunfire", ["explosion"], (0.0, 0.0)),
        (None, ["explosion"], (0.0, 1.0)),
        ("a/kind/that/is/not/there", ["explosion"], (0.0, 1.0)),
        ("explosion", [], (0.0, 0.0)),
    ],
)
def test_a_coarse_kind_is_a_range(path: str | None, wanted: list[str], expected: tuple[float, float]) -> None:
    """What is known under a wanted kind is certain, above it a range, beside it nothing."""
    assert expected == builtin_tree("kinds").bounds(path, wanted)


def test_all_children_wanted_make_the_parent_certain() -> None:
    """A kind whose children are all wanted is wanted."""
    tree = read_taxonomy(b"a: [b, c]", "t.yaml")
    assert (1.0, 1.0) == tree.bounds("a", ["a/b", "a/c"])


def test_a_tree_is_nested_mappings_with_leaves_as_lists() -> None:
    """Mappings, lists, mappings in lists and empty nodes give the paths, parents first."""
    tree = read_taxonomy(b"x:\n  y: [m, {a: [b]}]\n  z:\n", "t.yaml")
    assert ("x", "x/y", "x/y/m", "x/y/a", "x/y/a/b", "x/z") == tree.paths


@pytest.mark.parametrize("content", [b"", b"- a", b"a: [b, b]", b"a: [1]", b"a: ['b/c']", b"just words"])
def test_no_tree_is_refused(content: bytes) -> None:
    """A document that is no tree of names is refused with its faults."""
    with pytest.raises(DocumentError) as caught:
        read_taxonomy(content, "t.yaml")
    assert caught.value.faults


def test_signals_are_told_from_acts() -> None:
    """A siren corroborates, a strike establishes."""
    assert (True, False, False) == (is_signal("signal/thermal"), is_signal("explosion"), is_signal(None))


def test_implied_weapons_stand_in_both_trees() -> None:
    """Every kind that implies a weapon, and the weapon, stand in their trees."""
    kinds, weapons = builtin_tree("kinds"), builtin_tree("weapons")
    assert [] == [pair for pair in kind_weapons().items() if pair[0] not in kinds or pair[1] not in weapons]
