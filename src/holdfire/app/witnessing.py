"""Witnessing: others' words on a log - a witness's signature, an authority's time stamp.

Turns a log and a witness's key into a cosigned checkpoint, and a checkpoint into a stamp beside it. Rules: a witness
signs only what continues the last checkpoint that it signed; nothing is asked over the net unless the user names the
address; an answer is bounded in time and size. Leaves formats to ``evidence``.
"""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from holdfire.app.wire import read_file
from holdfire.basics.canonical import write_bytes
from holdfire.errors import InputError, OutputError, ReadError
from holdfire.evidence.log import EvidenceLog
from holdfire.evidence.notes import Signer, cosign
from holdfire.evidence.stamps import read_certificates, read_stamp, stamp_request
from holdfire.evidence.verify import Key, parse_checkpoint, verify_log

__all__ = ["stamp_log", "stamps_of", "witness_log"]

ANSWER_BYTES = 1 << 20
"""Bytes of an authority's answer that are read at most; stamps with their certificates have a few thousand."""

ANSWER_S = 20.0


def _seen_path(memory: Path, key: Key) -> Path:
    return memory / f"{hashlib.sha256(key.text().encode()).hexdigest()[:16]}.checkpoint"


def witness_log(folder: Path, key: Key, witness: Signer, memory: Path, at: datetime) -> int:
    """Check a log against what the witness signed before, and add its signature to the checkpoint.

    Parameters
    ----------
    folder : Path
        The log.
    key : Key
        The log's key, as the witness knows it.
    witness : Signer
        Of the kind ``COSIGNED``.
    memory : Path
        The witness's own folder: the last checkpoint of each log that it signed.
    at : datetime
        Aware.

    Returns
    -------
    int
        Number of entries of the checkpoint.

    Raises
    ------
    ReadError
        The log does not verify, or does not continue what the witness signed; nothing is signed.
    """
    seen = _seen_path(memory, key)
    olds = [seen.read_bytes()] if seen.is_file() else []
    wrong, _ = verify_log(folder, key, olds)
    if wrong:
        raise ReadError(
            f"This log is not witnessed: {wrong[0]}", str(folder), "Keep both checkpoints and tell the mission."
        )
    raw = EvidenceLog(folder=folder, key=key).checkpoint_bytes()
    head = parse_checkpoint(raw)
    if not head.signed_by(witness.public()):
        raw = cosign(raw, head.body, witness, int(at.timestamp()))
        EvidenceLog(folder=folder, key=key).replace_checkpoint(raw)
    write_bytes(seen, raw)
    return head.size


def stamp_log(log: EvidenceLog, url: str, roots: Path) -> datetime:
    """Ask an authority to stamp the checkpoint, check its answer, and keep it beside the log.

    Raises
    ------
    InputError
        The address is not one of http or https.
    OutputError
        The authority does not answer in time, or with too much.
    ReadError
        Its answer does not hold.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"This is no address to ask: {url!r}.", "--url", "Write http://… or https://….")
    trusted = read_certificates(read_file(roots), str(roots))
    raw = log.checkpoint_bytes()
    request = urllib.request.Request(
        url, data=stamp_request(raw), headers={"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
            content: bytes = answer.read(ANSWER_BYTES + 1)
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise OutputError(
            f"The authority did not answer: {getattr(error, 'reason', error)}.", url, "Check the address, or try later."
        ) from error
    if len(content) > ANSWER_BYTES:
        raise OutputError(f"The authority answered with more than {ANSWER_BYTES} bytes.", url, "Check the address.")
    instant = read_stamp(content, raw, trusted, url)
    size = parse_checkpoint(raw).size
    write_bytes(log.folder / "stamps" / f"{size}.checkpoint", raw)
    write_bytes(log.folder / "stamps" / f"{size}.tsr", content)
    return instant


def stamps_of(log: EvidenceLog, roots: Path) -> list[tuple[int, datetime]]:
    """Return the entries counted by each stamped checkpoint and the instant that its stamp proves, in order.

    Raises
    ------
    ReadError
        A stamp does not hold.
    """
    trusted = read_certificates(read_file(roots), str(roots))
    proved = []
    for path in (log.folder / "stamps").glob("*.tsr"):
        raw = read_file(path.with_suffix(".checkpoint"))
        proved.append((parse_checkpoint(raw).size, read_stamp(read_file(path), raw, trusted, str(path))))
    return sorted(proved)
