# SPDX-License-Identifier: MIT
"""The Arrow C data interface by PyCapsules: tables of other packages come in, results go out. Nothing of other packages is imported unless it is there."""
from __future__ import annotations

import ctypes as c
import importlib
import itertools
import sys
import threading
from typing import TYPE_CHECKING, Any, Iterator, Optional, Sequence

from . import _abi
from ._call import call, guarded, make
from .errors import UnsupportedError

if TYPE_CHECKING:
    from .context import Context

_capsule_pointer = c.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype, _capsule_pointer.argtypes = c.c_void_p, [c.py_object, c.c_char_p]
_capsule_new = c.pythonapi.PyCapsule_New
_capsule_new.restype, _capsule_new.argtypes = c.py_object, [c.c_void_p, c.c_char_p, c.c_void_p]
_RELEASE = c.CFUNCTYPE(None, c.c_void_p)
_GET = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p)
_LAST = c.CFUNCTYPE(c.c_void_p, c.c_void_p)
_EIO = 5


def release(struct: Any) -> None:
    """Releases a struct of the interface unless it was moved away."""
    if struct.release:
        _RELEASE(struct.release)(c.addressof(struct))


# Capsules with what they hold. They have no destructor: one in Python would run while exceptions are under way, and swallow them.
_held: "list[tuple[Any, Any]]" = []
_lock = threading.Lock()


def _counts(entries: "list[tuple[Any, Any]]") -> "list[int]":
    return [sys.getrefcount(entry[0]) for entry in entries]


_ALONE = _counts([(object(), None)])[0]  # references to what nobody else holds


def sweep() -> None:
    """Releases what capsules hold that nobody has any more."""
    with _lock:
        counts = _counts(_held)
        dead = [entry for entry, count in zip(_held, counts) if count <= _ALONE]
        _held[:] = [entry for entry, count in zip(_held, counts) if count > _ALONE]
    for _, struct in dead:
        release(struct)


def capsule_of(struct: Any, name: bytes) -> Any:
    """A PyCapsule over a struct of the interface, which lives until nobody has the capsule any more."""
    sweep()
    capsule = _capsule_new(c.addressof(struct), name, None)
    with _lock:
        _held.append((capsule, struct))
    return capsule


class Export:
    """A result of C as a struct array; released when it is collected, unless it was moved away."""

    def __init__(self, result: Any) -> None:
        self.schema, self.array = _abi.ArrowSchema(), _abi.ArrowArray()
        call("icp_result_export", result, c.byref(self.schema), c.byref(self.array))

    def __del__(self) -> None:
        release(self.schema)
        release(self.array)

    def columns(self) -> "list[tuple[str, str]]":
        """Names and formats."""
        children = c.cast(self.schema.children, c.POINTER(c.POINTER(_abi.ArrowSchema)))
        return [(children[i].contents.name.decode(), children[i].contents.format.decode()) for i in range(self.schema.n_children)]

    def column(self, index: int) -> _abi.ArrowArray:
        """One column."""
        child: _abi.ArrowArray = c.cast(self.array.children, c.POINTER(c.POINTER(_abi.ArrowArray)))[index].contents
        return child


def buffer_of(array: _abi.ArrowArray, index: int, size: int) -> bytes:
    """Bytes of one of the buffers of an array."""
    pointer = c.cast(array.buffers, c.POINTER(c.c_void_p))[index]
    return c.string_at(pointer, size) if pointer and size else b""


# Streams that are read by others, by the number that stands in their private_data.
_streams: "dict[int, _Stream]" = {}
_numbers = itertools.count(1)


class _Stream:
    """Gives out a schema, and arrays one by one."""

    def schema(self, out: int) -> None:
        raise NotImplementedError

    def next(self, out: int) -> None:
        """Fills in an array; leaves it alone at the end."""
        raise NotImplementedError


class _Results(_Stream):
    """The scores of batches, exported when they are asked for."""

    def __init__(self, chunks: Sequence[Any]) -> None:
        self.first, self.chunks = chunks[0], iter(chunks)

    def schema(self, out: int) -> None:
        export = Export(self.first)
        _move(export.schema, out)

    def next(self, out: int) -> None:
        chunk = next(self.chunks, None)
        if chunk is not None:
            export = Export(chunk)
            _move(export.array, out)


class _OneArray(_Stream):
    """The array of somebody who has no stream."""

    def __init__(self, schema: Any, array: Any) -> None:
        self.keep = schema, array
        self.types = _abi.ArrowSchema.from_address(_capsule_pointer(schema, b"arrow_schema"))
        self.array: Optional[_abi.ArrowArray] = _abi.ArrowArray.from_address(_capsule_pointer(array, b"arrow_array"))

    def schema(self, out: int) -> None:
        _move(self.types, out)

    def next(self, out: int) -> None:
        if self.array is not None:
            _move(self.array, out)
        self.array = None


def _move(struct: Any, out: int) -> None:
    c.memmove(out, c.addressof(struct), c.sizeof(struct))
    struct.release = None


def _state(stream: int) -> _Stream:
    return _streams[_abi.ArrowArrayStream.from_address(stream).private_data]


def _get_schema(stream: int, out: int) -> int:
    c.memset(out, 0, c.sizeof(_abi.ArrowSchema))
    _state(stream).schema(out)
    return 0


def _get_next(stream: int, out: int) -> int:
    c.memset(out, 0, c.sizeof(_abi.ArrowArray))
    _state(stream).next(out)
    return 0


def _release_stream(stream: int) -> None:
    struct = _abi.ArrowArrayStream.from_address(stream)
    _streams.pop(struct.private_data, None)
    struct.release = None


_callbacks = (_GET(guarded(_get_schema, _EIO)), _GET(guarded(_get_next, _EIO)), _LAST(lambda _stream: None), _RELEASE(_release_stream))
_addresses = tuple(c.cast(callback, c.c_void_p) for callback in _callbacks)


def _stream_struct(state: _Stream) -> _abi.ArrowArrayStream:
    number = next(_numbers)
    _streams[number] = state
    return _abi.ArrowArrayStream(*_addresses, number)


def results_capsule(chunks: Sequence[Any], keyed: bool) -> Any:
    """A PyCapsule with the scores of batches as a stream."""
    if not keyed:
        raise UnsupportedError("some rows came without a column of keys before others that have one: Arrow wants the same columns in all batches")
    return capsule_of(_stream_struct(_Results(chunks)), b"arrow_array_stream")


def package_of(data: Any) -> str:
    """Name of the package that the type of a value comes from."""
    return type(data).__module__.partition(".")[0]


def _of_pandas(frame: Any) -> Any:
    """A DataFrame as a table of PyArrow, with an index that has a name as a column; None where PyArrow is absent or cannot tell the types."""
    try:
        pyarrow = importlib.import_module("pyarrow")
    except ImportError:
        return None
    try:
        return pyarrow.Table.from_pandas(_with_index(frame), preserve_index=False)
    except (pyarrow.ArrowException, TypeError, ValueError):
        return None


def _with_index(frame: Any) -> Any:
    names = [name for name in frame.index.names if name is not None]
    return frame.reset_index(names) if names else frame


def stream_of(data: Any) -> Any:
    """The rows of a table as an Arrow stream, a PyCapsule or a struct; None where the value has no such thing."""
    if package_of(data) == "pandas" and hasattr(data, "columns"):
        data = _of_pandas(data)
    if package_of(data) == "polars" and hasattr(data, "collect"):
        data = data.collect()
    if hasattr(type(data), "__arrow_c_stream__"):
        return data.__arrow_c_stream__()
    if hasattr(type(data), "__arrow_c_array__"):
        return _stream_struct(_OneArray(*data.__arrow_c_array__()))
    return None


def is_column(data: Any) -> bool:
    """Whether a value is one column, such as a Series of keys, and no table."""
    return type(data).__name__ in ("Series", "Index", "ChunkedArray") or (package_of(data) == "pyarrow" and type(data).__name__.endswith("Array")
                                                                          and type(data).__name__ != "StructArray")


def open_stream(context: "Context", stream: Any) -> Optional[int]:
    """A reader over an Arrow stream, which moves into it."""
    pointer = c.addressof(stream) if isinstance(stream, _abi.ArrowArrayStream) else _capsule_pointer(stream, b"arrow_array_stream")
    return make("icp_reader_open_arrow", context, pointer, None)


def _fetch(relation: Any) -> Iterator["dict[str, Any]"]:
    names = relation.columns
    while True:
        rows = relation.fetchmany(4096)
        if not rows:
            return
        for row in rows:
            yield dict(zip(names, row))


def rows_of(data: Any) -> Any:
    """The rows or columns of a table as objects of Python, where there is no Arrow for it; None where the value is no table."""
    package = package_of(data)
    if is_column(data):
        return (data.tolist() if hasattr(data, "tolist") else data.to_pylist() if hasattr(data, "to_pylist") else data.to_list())
    if package == "pandas" and hasattr(data, "columns"):
        data = _with_index(data)
        return {name: data.iloc[:, i].tolist() for i, name in enumerate(data.columns)}
    if package == "polars" and hasattr(data, "collect"):
        data = data.collect()
    if package == "polars" and hasattr(data, "iter_rows"):
        return data.to_dict(as_series=False)
    if package == "pyarrow" and hasattr(data, "to_pydict"):
        return data.to_pydict()
    if package in ("duckdb", "_duckdb") and hasattr(data, "fetchmany"):
        return _fetch(data)
    return None
