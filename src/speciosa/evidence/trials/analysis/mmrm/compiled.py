"""How the kernels are compiled: once, kept on disk where a folder can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Compile on first use. Floating point stays as written, so that bytes stay the same."""
    try:
        kernel: Any = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder that it may write to
        kernel = numba.njit(nogil=True)(function)
    typed: _F = kernel
    return typed
