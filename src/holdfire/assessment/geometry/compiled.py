"""Compile a numeric function to machine code, once per machine.

Turns a plain typed function over NumPy arrays into a compiled one that releases the interpreter lock. Rule: no
``fastmath`` and no contraction, so that every operation is the IEEE 754 one in the order written, and the same input
gives the same bytes on every machine and with any number of threads. Division follows NumPy (no exception), because a
branch per division would stop the compiler from using vector instructions. The compiled code is kept beside the source
(or where ``NUMBA_CACHE_DIR`` says), so only the first run on a machine pays for compiling; a compiled function calls
only functions of its own module, because the cache notices changes of that one file.
Source: Numba reference manual, "Just-in-Time compilation" and "Notes on caching".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

__all__ = ["compiled"]

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Return the function compiled on its first call, with the same signature.

    Parameters
    ----------
    function : callable
        A function over NumPy arrays and numbers, inside Numba's subset of Python.

    Returns
    -------
    callable
        The compiled function; it releases the interpreter lock while it runs.
    """
    compile_it = numba.njit(cache=True, nogil=True, error_model="numpy")
    return cast(Function, compile_it(function))
