"""Facts about the log: what is appended stays, what is changed is found."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tlog_scales.signing import Ed25519CosignatureVerifier, Vkey
from tlog_scales.tlog import Checkpoint as TheirCheckpoint

from holdfire.errors import InputError, LimitError, ModelError, OutputError, ReadError
from holdfire.evidence import verify
from holdfire.evidence.entries import Entry, FileName, encode_entry, parse_entry
from holdfire.evidence.log import EvidenceLog
from holdfire.evidence.notes import Signer, cosign, new_signer, read_signer, sign, write_signer

AT = datetime(2026, 2, 27, 9, tzinfo=UTC)
NAME = "mission.example/case-1"


@pytest.fixture
def signer() -> Signer:
    return Signer(name=NAME, seed=bytes(range(32)))


def _entry(n: int, *blobs: FileName) -> Entry:
    return Entry(type="files-received", actor="оксана", at=AT, blobs=blobs, data={"n": n})


@pytest.fixture
def log(tmp_path: Path, signer: Signer) -> EvidenceLog:
    """Return a log of 600 entries, one of which names a file."""
    made = EvidenceLog.start(tmp_path / "log", signer)
    sha256, size = made.blobs.put(io.BytesIO("Обстріл порту".encode()))
    made.append([_entry(0, FileName(sha256=sha256, size_bytes=size, name="r.txt"))], signer)
    made.append([_entry(n) for n in range(1, 600)], signer)
    return made


def _wrong(log: EvidenceLog, *olds: bytes) -> list[str]:
    return verify.verify_log(log.folder, log.key, olds)[0]


def test_a_log_gives_back_what_was_appended(log: EvidenceLog) -> None:
    """Entries come back in order with what they said, and the log is found in order."""
    back = list(log.entries(598))
    assert [(598, {"n": 598}), (599, {"n": 599})] == [(index, dict(entry.data)) for index, entry in back]
    assert "оксана" == back[0][1].actor
    assert [] == _wrong(log)


def test_an_empty_log_is_in_order(tmp_path: Path, signer: Signer) -> None:
    """A log without entries is signed and verified."""
    assert [] == _wrong(EvidenceLog.start(tmp_path, signer))


def test_an_old_checkpoint_is_continued(log: EvidenceLog, signer: Signer) -> None:
    """A checkpoint kept from an earlier day is found to be continued."""
    old = log.checkpoint_bytes()
    log.append([_entry(600)], signer)
    assert [] == _wrong(log, old)


def _flip(path: Path, at: int = 40, bit: int = 1) -> None:
    raw = bytearray(path.read_bytes())
    raw[at % len(raw)] ^= bit
    path.write_bytes(raw)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda f: _flip(f / "tile/entries/000"),
        lambda f: _flip(f / "tile/entries/002.p/88", at=-1),
        lambda f: _flip(f / "tile/0/001"),
        lambda f: _flip(f / "tile/1/000.p/2"),
        lambda f: _flip(f / "checkpoint", at=len(NAME) + 1),
        lambda f: _flip(f / "checkpoint", at=len(NAME) + 10),
        lambda f: _flip(next((f / "blobs").glob("??/*"))),
        lambda f: (f / "tile/entries/001").unlink(),
        lambda f: (f / "tile/0/002.p/88").unlink(),
        lambda f: (f / "checkpoint").unlink(),
        lambda f: (f / "tile/entries/000").write_bytes((f / "tile/entries/000").read_bytes()[:-1]),
    ],
    ids=[
        "entry",
        "last-entry",
        "level-0",
        "level-1",
        "size",
        "root",
        "blob",
        "no-bundle",
        "no-tile",
        "no-checkpoint",
        "cut-bundle",
    ],
)
def test_each_change_is_found(log: EvidenceLog, tamper: Callable[[Path], None]) -> None:
    """A flipped bit or a missing file at any level of the log is said."""
    tamper(log.folder)
    assert _wrong(log)


def test_every_flipped_bit_of_a_small_log_is_found(tmp_path: Path, signer: Signer) -> None:
    """No byte of checkpoint, tiles or blobs of a small log can be changed unseen."""
    log = EvidenceLog.start(tmp_path / "log", signer)
    sha256, size = log.blobs.put(io.BytesIO(b"raw bytes"))
    log.append([_entry(0, FileName(sha256=sha256, size_bytes=size, name="r"))], signer)
    log.append([_entry(1)], signer)
    kept = {"checkpoint", "tile/entries/000.p/2", "tile/0/000.p/2", f"blobs/{sha256[:2]}/{sha256}"}
    for name in sorted(kept):
        path = log.folder / name
        whole = path.read_bytes()
        for at in range(len(whole)):
            for bit in range(8):
                changed = bytearray(whole)
                changed[at] ^= 1 << bit
                path.write_bytes(changed)
                assert _wrong(log), f"{name}, byte {at}, bit {bit}"
        path.write_bytes(whole)
    assert [] == _wrong(log)


def test_a_cut_log_is_found_by_an_old_checkpoint(log: EvidenceLog, signer: Signer, tmp_path: Path) -> None:
    """Who holds a checkpoint sees that entries were taken away, though the shorter log is signed."""
    before = tmp_path / "before"
    shutil.copytree(log.folder, before)
    log.append([_entry(600)], signer)
    shorter = EvidenceLog(folder=before, key=log.key)
    assert [] == _wrong(shorter)
    assert ["cut" in line for line in _wrong(shorter, log.checkpoint_bytes())] == [True]


def test_a_fork_is_found_by_an_old_checkpoint(log: EvidenceLog, signer: Signer, tmp_path: Path) -> None:
    """Who holds a checkpoint sees that another history was signed for the same numbers."""
    other = EvidenceLog.start(tmp_path / "other", signer)
    other.append([_entry(-n) for n in range(700)], signer)
    assert [] == _wrong(other)
    assert any("rewritten" in line for line in _wrong(other, log.checkpoint_bytes()))


def test_another_key_is_not_believed(log: EvidenceLog, tmp_path: Path) -> None:
    """A log that is signed again with another key does not pass under the one that was published."""
    head = log.checkpoint()
    (log.folder / "checkpoint").write_bytes(sign(NAME, head.size, head.root, new_signer(NAME)))
    assert ["The checkpoint of 600 entries is not signed by mission.example/case-1."] == _wrong(log)


def test_a_witness_signs_a_checkpoint(log: EvidenceLog) -> None:
    """A cosignature is verified for its witness, and its absence is said."""
    witness = new_signer("witness.example/w1", kind=verify.COSIGNED)
    lacking = verify.verify_log(log.folder, log.key, witnesses=[witness.public()])[0]
    raw = log.checkpoint_bytes()
    (log.folder / "checkpoint").write_bytes(cosign(raw, verify.parse_checkpoint(raw).body, witness, 1_772_000_000))
    assert ["Witness witness.example/w1 did not sign the checkpoint."] == lacking
    assert [] == verify.verify_log(log.folder, log.key, witnesses=[witness.public()])[0]
    other = Vkey.from_string(witness.public().text())
    head = TheirCheckpoint.from_text((log.folder / "checkpoint").read_text(encoding="utf-8"))
    head.verify(other)
    assert 1_772_000_000 == Ed25519CosignatureVerifier.get_timestamp(head.signatures[1].payload)


def test_a_wrong_key_cannot_append(log: EvidenceLog) -> None:
    """An append with another key is refused, and the log stays as it was."""
    with pytest.raises(InputError):
        log.append([_entry(1)], new_signer(NAME))
    assert 600 == log.checkpoint().size


def test_a_damaged_checkpoint_is_not_built_upon(log: EvidenceLog, signer: Signer) -> None:
    """The log signs nothing that continues a checkpoint which it did not sign."""
    _flip(log.folder / "checkpoint", at=len(NAME) + 10)
    with pytest.raises(ReadError):
        log.append([_entry(600)], signer)


def test_one_bad_entry_adds_none(log: EvidenceLog, signer: Signer) -> None:
    """Of entries with one that is too long, or has no JSON, none is added."""
    with pytest.raises(LimitError):
        log.append([_entry(1), Entry(type="t", actor="a", at=AT, data={"long": "x" * 70_000})], signer)
    with pytest.raises(ModelError):
        log.append([_entry(1), Entry(type="t", actor="a", at=AT, data={"n": float("nan")})], signer)
    assert 600 == log.checkpoint().size


def test_an_entry_is_canonical_and_comes_back() -> None:
    """An entry's bytes do not depend on the order of its data, and parsing gives it back."""
    one = Entry(type="t", actor="Ї", at=AT, data={"b": 1e-7, "a": 1e21})
    two = Entry(type="t", actor="Ї", at=AT, data={"a": 1e21, "b": 1e-7})
    assert encode_entry(one) == encode_entry(two)
    assert b'"data":{"a":1e+21,"b":1e-7}' in encode_entry(one)
    assert one == parse_entry(encode_entry(one), "here")


def test_a_private_key_is_its_owners_alone(tmp_path: Path, signer: Signer) -> None:
    """A key's file is readable by its owner alone, is never written over, and shows nothing in a repr."""
    path = tmp_path / "keys" / "log.key"
    write_signer(path, signer)
    assert 0o600 == path.stat().st_mode & 0o777
    assert signer == read_signer(path)
    assert signer.seed.hex() not in repr(signer)
    assert "PRIVATE" not in repr(signer)
    with pytest.raises(OutputError):
        write_signer(path, signer)


def test_a_blob_that_was_changed_is_not_given_back(log: EvidenceLog) -> None:
    """Reading a blob checks its bytes against its name; a path as a name is refused."""
    name = next(log.blobs.names())
    assert "Обстріл порту" == log.blobs.read(name).decode()
    _flip(log.blobs.path(name))
    with pytest.raises(ReadError):
        log.blobs.read(name)
    with pytest.raises(ReadError):
        log.blobs.path("../../etc/passwd")


def test_a_blob_beyond_the_limit_leaves_nothing(log: EvidenceLog) -> None:
    """An upload that is too long is refused, and nothing of it stays."""
    before = sorted(log.folder.rglob("*"))
    with pytest.raises(LimitError):
        log.blobs.put(io.BytesIO(b"x" * 100), max_bytes=99)
    assert before == sorted(log.folder.rglob("*"))


def test_the_verifier_runs_alone(log: EvidenceLog, tmp_path: Path) -> None:
    """The verifier's one file, copied away, checks the log without the package."""
    alone = tmp_path / "alone" / "check.py"
    alone.parent.mkdir()
    shutil.copy(verify.__file__, alone)
    command = [sys.executable, "-P", str(alone), str(log.folder), "--key", log.key.text()]
    good = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/nowhere"}, check=False)
    assert (0, "VERIFIED: 600 entries, 1 files checked, 0 not in this copy, 0 earlier checkpoints\n") == (
        good.returncode,
        good.stdout,
    )
    _flip(log.folder / "tile/entries/000")
    assert 1 == subprocess.run(command, capture_output=True, env={"PATH": "/nowhere"}, check=False).returncode
    imported = [line for line in alone.read_text().splitlines() if line.startswith(("import ", "from "))]
    assert not [line for line in imported if "holdfire" in line]


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from holdfire.evidence.entries import Entry
from holdfire.evidence.log import EvidenceLog
from holdfire.evidence.notes import read_signer
log, signer = EvidenceLog.open(Path(sys.argv[1])), read_signer(Path(sys.argv[2]))
n = 0
while True:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made = log.append([Entry(type="t", actor=sys.argv[3], at=at, data={"n": n + i}) for i in range(1 + n % 90)], signer)
    n += len(made)
    print(made.stop, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path, signer: Signer) -> None:
    """Killed at random instants, again and again, the log is in order and holds all that was acknowledged."""
    folder, key = tmp_path / "log", tmp_path / "log.key"
    write_signer(key, signer)
    log = EvidenceLog.start(folder, signer)
    rng, acknowledged, olds = random.Random(11), 0, []
    for _ in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(key), "w"], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(rng.randrange(1, 25)):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        rest = writer.stdout.read().split()
        writer.wait()
        acknowledged = int(rest[-1]) if rest else acknowledged
        assert log.checkpoint().size >= acknowledged
        assert [] == _wrong(log, *olds)
        olds.append(log.checkpoint_bytes())
    log.append([_entry(0)], signer)
    assert [] == _wrong(log, *olds)


def test_two_writers_are_put_in_order(tmp_path: Path, signer: Signer) -> None:
    """Two processes that append at once leave one log with the entries of both."""
    folder, key = tmp_path / "log", tmp_path / "log.key"
    write_signer(key, signer)
    log = EvidenceLog.start(folder, signer)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(key), who], stdout=subprocess.PIPE, text=True)
        for who in "ab"
    ]
    for writer in writers:
        assert writer.stdout is not None
        for _ in range(20):
            writer.stdout.readline()
    for writer in writers:
        writer.kill()
        writer.communicate()
    assert [] == _wrong(log)
    assert {"a", "b"} == {entry.actor for _, entry in log.entries()}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this machine has no /dev/full")
def test_a_full_disk_is_said_and_loses_nothing(
    log: EvidenceLog, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk is full, the append is refused with what to do, and the log is as before."""
    real = Path.open

    def full(self: Path, mode: str = "r", *rest: object, **named: object) -> object:
        if self.name.endswith(".part") and "w" in mode:
            return open("/dev/full", "wb", buffering=0)
        return real(self, mode, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OutputError, match="No space left"):
        log.append([_entry(600)], signer)
    with pytest.raises(OutputError, match="No space left"):
        log.blobs.put(io.BytesIO(b"more"))
    monkeypatch.undo()
    assert [] == _wrong(log)
    assert 600 == log.checkpoint().size
