# SPDX-License-Identifier: MIT
"""The context: limits and log of everything made from it."""
from __future__ import annotations

import ctypes as c
import threading
from typing import Any, Callable, Optional

from . import _abi
from ._call import Handle, filled, guarded, make
from ._library import lib

_LOG = c.CFUNCTYPE(None, c.c_void_p, c.c_int32, c.c_int32, c.c_void_p, c.c_size_t)


class Context(Handle):
    """Limits and log. Most programs never make one: without it the default context of the process is used, which has no log.

    Immutable; may be shared between threads. Limits are bytes or counts, 0 = the default of doc/limits.md; none changes a result.

    - ``log``: called as ``log(level, code, text)``; level is ``"note"`` or ``"warning"``, code a status or 0. What it raises comes out of the call.
    - ``hash_seed``: of internal hash tables; a service sets a number that its users cannot guess.

    Raises ArgumentError, OutOfMemoryError. Since 0.1.
    """

    _release = lib.icp_context_unref

    def __init__(self, *, log: Optional[Callable[[str, int, str], Any]] = None, max_cell: int = 0, max_columns: int = 0, max_memory: int = 0,
                 max_distinct: int = 0, hash_seed: int = 0) -> None:
        options = filled(_abi.ContextOptions, max_cell=max_cell, max_columns=max_columns, max_memory=max_memory, max_distinct=max_distinct,
                         hash_seed=hash_seed)
        self._callback: Any = None
        if log is not None:
            said = log

            def tell(_user: Any, level: int, code: int, text: int, size: int) -> None:
                said("warning" if level == _abi.ICP_LOG_WARNING else "note", code, c.string_at(text, size).decode("utf-8", "replace"))
            self._callback = _LOG(guarded(tell, None))
            options.log = c.cast(self._callback, c.c_void_p)
        super().__init__(make("icp_context_new", c.byref(options)))


_lock = threading.Lock()
_default: list[Context] = []


def default_context() -> Context:
    """The context that is used where none is given. Since 0.1."""
    if not _default:
        with _lock:
            if not _default:
                _default.append(Context())
    return _default[0]


class Pool(Handle):
    """Threads for a long call. A pool of one process is not carried over a fork."""

    _release = lib.icp_pool_free

    def __init__(self, context: Context, threads: int) -> None:
        super().__init__(make("icp_pool_new", context, threads), context)


__all__ = ["Context", "default_context"]
