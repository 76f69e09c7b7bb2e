"""Compile a numeric function to machine code, once per machine.

Turns a plain typed function over NumPy arrays into a compiled one that releases the interpreter lock. Rule: no
``fastmath``, so that the same input gives the same bytes with any number of threads. A compiled function calls
only functions of its own module, because the cache notices changes of that one file. Source: Numba reference
manual, "Notes on caching".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

__all__ = ["compiled"]

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Return the function compiled on its first call, with the same signature."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
