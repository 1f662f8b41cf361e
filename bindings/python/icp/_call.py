# SPDX-License-Identifier: MIT
"""Calls into the library: errors, handles, options, callbacks."""
from __future__ import annotations

import ctypes as c
import threading
from typing import Any, Callable, ClassVar, Optional, TypeVar

from . import _abi
from ._library import lib
from .errors import StateError, from_struct

_ERROR_SIZE = c.sizeof(_abi.Error)
S = TypeVar("S", bound=c.Structure)
T = TypeVar("T")


class _Pending(threading.local):
    """What was raised inside a callback of the call that this thread is in: it comes out as itself."""
    raised: Optional[BaseException] = None


_pending = _Pending()


def guarded(function: Callable[..., T], failed: T) -> Callable[..., T]:
    """A callback that lets nothing out into C: what it raises is kept for the caller, and `failed` is returned."""
    def inner(*arguments: Any) -> T:
        if _pending.raised is not None:
            return failed
        try:
            return function(*arguments)
        except BaseException as raised:  # noqa: B902 - KeyboardInterrupt too
            _pending.raised = raised
            return failed
    return inner


def call(name: str, *arguments: Any, library: Any = lib) -> None:
    """Calls a function that returns a status; raises what failed, or what a callback raised."""
    error = _abi.Error(_ERROR_SIZE)
    try:
        status = getattr(library, name)(*arguments, c.byref(error))
    except c.ArgumentError as refused:
        raise _not_taken(arguments, refused) from None
    raised = _pending.raised
    if raised is not None:
        _pending.raised = None
        raise raised
    if status:
        # Sources of this package keep to it: what came back is what ctypes leaves where Ctrl-C struck at the door of a callback.
        if b"the source broke its contract" in error.message:
            raise KeyboardInterrupt
        raise from_struct(error)


def _not_taken(arguments: Any, refused: Exception) -> Exception:
    """ctypes hides what a closed handle raised, and names arguments by their number in C."""
    for argument in arguments:
        if isinstance(argument, Handle) and argument._pointer is None:
            return StateError(f"this {type(argument).__name__} is closed")
        if argument is not None and type(argument).__module__ not in ("builtins", "_ctypes", "ctypes") and not hasattr(argument, "_as_parameter_"):
            return TypeError(f"an object of icp is expected, not {type(argument).__name__}")
    return TypeError(f"an argument has the wrong type: {refused}")


def make(name: str, *arguments: Any, library: Any = lib) -> Optional[int]:
    """Calls a function whose last output is a handle; gives its address, None for NULL."""
    out = c.c_void_p()
    call(name, *arguments, c.byref(out), library=library)
    return out.value


def filled(kind: type[S], /, **members: Any) -> S:
    """A struct that begins with its size."""
    return kind(struct_size=c.sizeof(kind), **members)


def take_buffer(pointer: Optional[int]) -> bytes:
    """The bytes of an icp_buffer, which is released."""
    text = _abi.Str()
    lib.icp_buffer_data(pointer, c.byref(text))
    try:
        return c.string_at(text.data, text.size) if text.size else b""
    finally:
        lib.icp_buffer_unref(pointer)


def buffer(name: str, *arguments: Any, library: Any = lib) -> bytes:
    """Calls a function whose last output is a buffer; gives its bytes."""
    return take_buffer(make(name, *arguments, library=library))


def text_of(value: _abi.Str) -> str:
    """A struct icp_str as text."""
    return c.string_at(value.data, value.size).decode("utf-8", "replace") if value.size else ""


class Handle:
    """Owns one reference to something in C. Freed when it is collected, or by close(). What it was made from stays alive."""

    _release: ClassVar[Any] = None

    def __init__(self, pointer: Optional[int], *keep: Any) -> None:
        self._pointer = pointer
        self._keep = keep

    @property
    def _as_parameter_(self) -> int:
        if self._pointer is None:
            raise StateError(f"this {type(self).__name__} is closed")
        return self._pointer

    def close(self) -> None:
        """Releases it now; any further use raises StateError. May be called twice."""
        pointer, self._pointer = self._pointer, None
        if pointer is not None:
            type(self)._release(pointer)

    def __del__(self) -> None:
        pointer = getattr(self, "_pointer", None)
        if pointer is not None:
            self._pointer = None
            type(self)._release(pointer)


def pointer_of(handle: Optional[Handle]) -> Optional[int]:
    """For a member of a struct; None is NULL."""
    return None if handle is None else handle._as_parameter_


_PROGRESS = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_uint32, c.c_uint64, c.c_uint64)
Progress = Optional[Callable[[int, int], Any]]


class progress_struct:
    """A struct icp_progress for a call; without a callback it lets Ctrl-C through, which Python sees only while its own code runs."""

    def __init__(self, function: Progress) -> None:
        def step(_user: Any, _stage: int, done: int, total: int) -> int:
            return 1 if function is not None and function(done, total) else 0
        self._callback = _PROGRESS(guarded(step, 1))
        self._struct = filled(_abi.Progress, fn=c.cast(self._callback, c.c_void_p))
        self._as_parameter_ = c.addressof(self._struct)
