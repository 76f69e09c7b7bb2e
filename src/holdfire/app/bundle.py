"""Bundle: a copy of a log that somebody outside can check alone.

Turns a log, or a part of its files, into a folder: checkpoint, tiles, the files that were chosen, proofs for the
entries that name them, the verifier, and how to use it. Rule: entries are all there, since without them nobody can
check that none was left out; files are there only where they were chosen. Leaves what may be shown to whom to
``publication``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from holdfire.errors import OutputError
from holdfire.evidence import verify
from holdfire.evidence.log import EvidenceLog

__all__ = ["export_log"]

README = """\
This is a copy of the evidence log of {origin}: {size} entries, {n_files} of the files that they name.

Check it with Python 3.11 and the package 'cryptography'. Take the key from where the mission publishes it, not from
here:

    python verify.py . --key '{name}+...'

If you kept a checkpoint from an earlier day, add --old FILE: then a rewritten past is found too.
proofs/N.tlog-proof shows that entry N is in the log (C2SP tlog-proof); verify.py says what the other files are.
"""


def export_log(
    log: EvidenceLog, out: Path, entries: Sequence[int] | None = None, with_files: bool = True
) -> dict[str, int]:
    """Write a bundle.

    Parameters
    ----------
    log : EvidenceLog
    out : Path
        A folder that is not there yet, or empty.
    entries : sequence of int, optional
        Entries whose files are taken and that get a proof of their own; None = all files, no proofs.
    with_files : bool
        False = no files at all.

    Returns
    -------
    dict
        ``n_entries``, ``n_files``, ``n_withheld``.

    Raises
    ------
    InputError
        The log holds no such entry.
    OutputError
        The folder holds something, or cannot be written.
    """
    head = log.checkpoint()
    proofs = {} if entries is None else {index: log.prove(index) for index in entries}
    chosen = _files(log, entries) if with_files else set()
    named = _files(log, None)
    if out.exists() and any(out.iterdir()):
        raise OutputError("This folder holds something already.", str(out), "Name a new one with --out.")
    there = sorted(sha256 for sha256 in chosen if log.blobs.has(sha256))
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "checkpoint").write_bytes(log.checkpoint_bytes())
        for path in _tiles(head.size):
            source = log.folder / path
            if not source.is_file():
                source = log.folder / path.partition(".p/")[0]
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, out / path)
        for sha256 in there:
            target = out / "blobs" / sha256[:2] / sha256
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(log.blobs.path(sha256), target)
        for index, proof in proofs.items():
            (out / "proofs").mkdir(exist_ok=True)
            (out / "proofs" / f"{index}.tlog-proof").write_bytes(proof)
        if (log.folder / "stamps").is_dir():
            shutil.copytree(log.folder / "stamps", out / "stamps")
        shutil.copyfile(verify.__file__, out / "verify.py")
        text = README.format(origin=head.origin, size=head.size, n_files=len(there), name=log.key.name)
        (out / "README.txt").write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"The bundle cannot be written: {error.strerror or error}.", str(out), "Name a folder that is writable."
        ) from error
    return {"n_entries": head.size, "n_files": len(there), "n_withheld": len(named) - len(there)}


def _files(log: EvidenceLog, entries: Sequence[int] | None) -> set[str]:
    wanted = None if entries is None else set(entries)
    return {file.sha256 for index, entry in log.entries() if wanted is None or index in wanted for file in entry.blobs}


def _tiles(size: int) -> Iterable[str]:
    level = 0
    while size >> (8 * level):
        for number, width in verify.tile_widths(size, level):
            if level == 0:
                yield verify.tile_path("entries", number, width)
            yield verify.tile_path(str(level), number, width)
        level += 1
