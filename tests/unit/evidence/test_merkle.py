"""Facts about the tree: published vectors, and an independent implementation."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from holdfire.evidence.entries import Entry
from holdfire.evidence.log import EvidenceLog
from holdfire.evidence.notes import new_signer
from holdfire.evidence.tiles import TileFolder
from holdfire.evidence.verify import (
    Peaks,
    VerifyError,
    leaf_hash,
    parse_checkpoint,
    parse_key,
    root_from_inclusion,
    roots_from_consistency,
    tile_path,
)

# Leaves and roots of the test vectors of Certificate Transparency (RFC 6962's reference implementation).
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# The example of C2SP tlog-checkpoint: the key is not published with it, so only its form is read.
EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
).encode()


def _log(folder: Path, n: int, seed: int = 3) -> EvidenceLog:
    rng, signer = random.Random(seed), new_signer("mission.example/case-1")
    log = EvidenceLog.start(folder, signer)
    at, done = datetime(2026, 1, 1, tzinfo=UTC), 0
    while done < n:
        k = min(n - done, rng.choice([1, 2, 3, 200, 255, 256, 257, 700, 3000]))
        made = log.append([Entry(type="t", actor="a", at=at, data={"n": done + i}) for i in range(k)], signer)
        assert range(done, done + k) == made
        done += k
    return log


@pytest.mark.parametrize("n", range(9))
def test_roots_are_the_published_ones(n: int) -> None:
    """The root over the first n leaves of the published vectors is the published one."""
    peaks = Peaks()
    for leaf in LEAVES[:n]:
        peaks.add(leaf_hash(bytes.fromhex(leaf)))
    assert ROOTS[n] == peaks.root().hex()


def test_paths_are_those_of_the_specification() -> None:
    """Index 1234067 is written x001/x234/067, and a partial tile carries its width."""
    assert tile_path("0", 1234067) == "tile/0/x001/x234/067"
    assert tile_path("entries", 273, 112) == "tile/entries/273.p/112"


def test_a_tree_of_70000_has_the_tiles_that_the_specification_names(tmp_path: Path) -> None:
    """A tree of 70,000 has 273 full tiles at level 0, one of width 112, one full at level 1, and widths 17 and 1."""
    log = _log(tmp_path / "log", 70_000)
    root = log.folder / "tile"
    assert 273 == sum(1 for path in (root / "0").rglob("*") if path.is_file() and ".p" not in path.parent.name)
    assert (root / "0" / "273.p" / "112").stat().st_size == 112 * 32
    assert (root / "1" / "000").stat().st_size == 256 * 32
    assert (root / "1" / "001.p" / "17").stat().st_size == 17 * 32
    assert (root / "2" / "000.p" / "1").stat().st_size == 32


def test_another_implementation_reads_the_log_and_finds_the_same_proofs(tmp_path: Path) -> None:
    """An independent reader of tlog-tiles finds root, entries, inclusion and consistency proofs equal to ours."""
    n = 1_777
    log = _log(tmp_path / "log", n)
    reader = TilesReader(LocalBackend(log.folder))
    head = reader.get_checkpoint()
    head.verify(Vkey.from_string(log.key.text()))
    assert log.checkpoint().root == head.root_hash == reader.calculate_root_hash()
    tiles, rng = TileFolder(log.folder), random.Random(5)
    for _ in range(120):
        index, old = rng.randrange(n), rng.randrange(1, n)
        proof = tiles.inclusion(index, n)
        assert reader.get_inclusion_proof(index, n).node_hashes == proof
        assert head.root_hash == root_from_inclusion(leaf_hash(log.raw_entry(index)), index, n, proof)
        proof = tiles.consistency(old, n)
        assert reader.get_consistency_proof(old, n).node_hashes == proof
        before = reader.mth(0, old)
        assert (before, head.root_hash) == roots_from_consistency(old, n, before, proof)
        assert reader.get_entry(index) == log.raw_entry(index)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 255, 256, 257])
def test_no_wrong_proof_passes(n: int, tmp_path: Path) -> None:
    """A proof with a changed, a missing or an added hash leads to another root or is refused."""
    log = _log(tmp_path / "log", n)
    head, tiles = log.checkpoint(), TileFolder(log.folder)
    for index in {0, n // 2, n - 1}:
        leaf, proof = leaf_hash(log.raw_entry(index)), tiles.inclusion(index, n)
        wrong = [[*proof[:k], bytes(32), *proof[k + 1 :]] for k in range(len(proof))]
        wrong += [proof[1:], proof[:-1]] if proof else []
        wrong.append([*proof, bytes(32)])
        for one in wrong:
            try:
                root = root_from_inclusion(leaf, index, n, one)
            except VerifyError:
                continue
            assert root != head.root
        with pytest.raises(VerifyError):
            root_from_inclusion(leaf, n, n, proof)


def test_the_published_example_is_read() -> None:
    """The checkpoint of the specification's example is read as it says."""
    head = parse_checkpoint(EXAMPLE)
    assert ("example.com/behind-the-sofa", 20_852_163) == (head.origin, head.size)
    assert [("example.com/behind-the-sofa", 68)] == [(name, len(raw)) for name, raw in head.signatures]


@pytest.mark.parametrize(
    "broken",
    [b"", b"a\n1\n", EXAMPLE[:-5], EXAMPLE.replace(b"20852163", b"020852163"), EXAMPLE.replace(b"CsUY", b"CsU*")],
)
def test_a_broken_checkpoint_is_refused(broken: bytes) -> None:
    """A checkpoint that is cut, or whose number or root is none, is refused and never half read."""
    with pytest.raises(VerifyError):
        parse_checkpoint(broken)


def test_a_mistyped_key_is_refused() -> None:
    """A key whose letters and id do not belong together is refused with the id that they give."""
    text = new_signer("mission.example/case-1").public().text()
    name, key_id, rest = text.split("+", 2)
    with pytest.raises(VerifyError, match="mistyped"):
        parse_key(f"{name}+{'0' * 8 if key_id != '0' * 8 else '1' * 8}+{rest}")
