"""What a twin of the data shows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from benchmarks.fusion import measure
from benchmarks.fusion_worlds import make_world
from holdfire.fusion.compare import count_crowds
from holdfire.fusion.copying import find_copies
from holdfire.fusion.fuse import FusionParameters, fuse
from holdfire.fusion.link import Groups
from holdfire.fusion.narrow import choose_rows, narrow
from holdfire.fusion.parameters import Learned
from holdfire.fusion.prepare import Prepared, prepare
from holdfire.fusion.reliability import start_values
from holdfire.fusion.twin import tell_again
from holdfire.records.taxonomy import builtin_tree

KINDS = builtin_tree("kinds")
Labels = NDArray[np.int32]


@pytest.fixture(scope="module")
def mixed() -> tuple[Prepared, Learned, Labels]:
    world = make_world("mixed", 2500, 31)
    prepared = prepare(world.reports, world.sources)
    truth = dict(zip(world.reports["report_id"].to_pylist(), world.truth.tolist(), strict=True))
    label = np.unique([truth[name] for name in prepared.table["report_id"].to_pylist()], return_inverse=True)[1]
    return prepared, start_values(prepared, FusionParameters()), label.astype(np.int32)


def groups_of(prepared: Prepared, label: Labels) -> Groups:
    order = np.argsort(label, kind="stable")
    first = np.searchsorted(label[order], np.arange(label.max() + 2)).astype(np.int64)
    at = order[first[:-1]]
    G = np.zeros((first.size - 1, 8))
    G[:, :3], G[:, 3], G[:, 4], G[:, 5] = prepared.xyz[at], 1e6, prepared.start[at], prepared.end[at]
    return Groups(
        label=label, members=order.astype(np.int32), first=first, G=G, H=np.zeros((first.size - 1, 9), np.int32)
    )


def test_a_twin_keeps_what_it_should(mixed: tuple[Prepared, Learned, Labels]) -> None:
    """A twin keeps names, lengths and popular coordinates, moves the others, and is the same each time."""
    prepared, learned, label = mixed
    crowds = count_crowds(prepared, np.arange(prepared.n), 1)
    groups = groups_of(prepared, label)
    one, two = (tell_again(prepared, crowds, learned, label, groups.G) for _ in range(2))
    assert np.array_equal(one.xyz, two.xyz) and np.array_equal(one.start, two.start)
    assert np.allclose(prepared.end - prepared.start, one.end - one.start)
    popular = crowds.exact > 0
    assert np.array_equal(prepared.coordinate[popular], one.coordinate[popular])
    moved = ~popular & (prepared.coordinate >= 0)
    assert (np.abs(prepared.xyz[moved] - one.xyz[moved]).max(axis=1) > 0.0).mean() > 0.99
    radius = np.linalg.norm(one.xyz[prepared.coordinate >= 0], axis=1)
    assert radius.max() - radius.min() < 1.0


def test_a_part_keeps_the_counts_of_the_whole() -> None:
    """Narrowed reports keep their crowds, and windows of time are spread over the whole."""
    world = make_world("mixed", 1200, 32)
    prepared = prepare(world.reports, world.sources)
    rows = np.arange(prepared.n)
    crowds = count_crowds(prepared, rows, 1)
    few = choose_rows(prepared, rows, 400)
    some, near = narrow(prepared, crowds, few)
    assert some.n == few.size <= 400
    assert np.array_equal(crowds.exact[few], near.exact)
    assert prepared.table["report_id"].take(pa.array(few)).to_pylist() == some.table["report_id"].to_pylist()
    span = prepared.start.max() - prepared.start.min()
    assert some.start.max() - some.start.min() > 0.8 * span


def test_undeclared_copying_is_found() -> None:
    """A source that repeats another's coordinates is found though nobody said so, and no other pair is."""
    world = make_world("exact", 4000, 33)
    sources = world.sources.set_column(
        world.sources.schema.get_field_index("copies_from"),
        world.sources.schema.field("copies_from"),
        pa.array([[] for _ in range(world.sources.num_rows)], pa.list_(pa.string())),
    )
    found = fuse(world.reports, sources, KINDS).summary["learned"]["copies_found"]
    assert [["s0", "s7"]] == found


def test_two_sources_convict_nobody(mixed: tuple[Prepared, Learned, Labels]) -> None:
    """Where too few pairs of sources meet, none is found to copy."""
    prepared, _, _ = mixed
    alone = groups_of(prepared, np.arange(prepared.n, dtype=np.int32))
    assert not find_copies(prepared, alone).any()


@pytest.mark.parametrize(("family", "most"), [("curated", 0.05), ("mixed", 0.04)])
def test_memberships_are_calibrated(family: str, most: float) -> None:
    """The expected calibration error of memberships stays small on seeds that no constant was set on."""
    world = make_world(family, 5000, 2101)
    assert measure(world, fuse(world.reports, world.sources, KINDS))["ece_member"] <= most
