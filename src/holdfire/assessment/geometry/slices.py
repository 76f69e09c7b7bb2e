"""Share the places of one call among threads.

Turns one loop over n places into loops over slices of them. Rule: each place's result depends on that place alone, so
neither the slices nor the threads change a byte.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["in_slices"]

SLICE = 1 << 15
"""Places that one thread takes at a time: their arrays stay in a core's second cache."""


def in_slices(fill: Callable[[slice], None], n: int, threads: int, size: int = SLICE) -> None:
    """Call a function for slices that together cover ``range(n)``.

    Parameters
    ----------
    fill : callable
        Computes the places of one slice; releases the interpreter lock while it does.
    n : int
        Places in all.
    threads : int, 1 or more
        Threads to share the work.
    size : int
        Places of one slice at most.

    Examples
    --------
    >>> seen = []
    >>> in_slices(lambda part: seen.append(part), 40_000, 1)
    >>> seen
    [slice(0, 32768, None), slice(32768, 40000, None)]
    """
    parts = [slice(begin, min(begin + size, n)) for begin in range(0, max(n, 1), size)]
    if threads <= 1 or n <= size:
        for part in parts:
            fill(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, parts))
