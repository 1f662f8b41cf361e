# SPDX-License-Identifier: MIT
"""Rows from whatever holds them."""
from __future__ import annotations

import ctypes as c
import os
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, Optional, Union

from . import _abi, _arrow, _rows
from ._call import Handle, call, filled, guarded, make
from ._library import lib
from ._values import path_bytes

if TYPE_CHECKING:
    from .context import Context

#: Rows: a path (a file, or a folder or manifest of linked tables), bytes, a file, dicts, a dict of columns, a DataFrame of pandas or Polars, a table, batch or
#: stream of PyArrow, a relation of DuckDB, or anything with ``__arrow_c_stream__`` or ``__arrow_c_array__``.
Rows = Any
_READ = c.CFUNCTYPE(c.c_int64, c.c_void_p, c.c_void_p, c.c_size_t)


class NoRows(Exception):
    """There is nothing to be read, where that is no mistake."""


class Reader(Handle):
    """A stream of batches in C."""

    _release = lib.icp_reader_free

    def next(self) -> Optional["Batch"]:
        """The next rows; None at the end."""
        pointer = make("icp_reader_next", self)
        if pointer is None:
            self.check_end()
            return None
        return Batch(pointer)

    def check_end(self) -> None:
        """Raises KeyboardInterrupt where rows were cut off by one that was lost."""
        if any(isinstance(one, _Blocks) and not one.ended for one in self._keep):
            raise KeyboardInterrupt

    def stats(self) -> bytes:
        """What was read so far, as JSON."""
        from ._call import buffer
        return buffer("icp_reader_stats", self)


class _Source:
    """Something that makes its own readers."""

    def reader(self, events: bool) -> Reader:
        """A reader of companies, or of events."""
        raise NotImplementedError


class Batch(Handle):
    """Rows of text cells in C."""

    _release = lib.icp_batch_unref


class _Blocks:
    """What a source of blocks keeps alive, and whether its end was really reached: Ctrl-C that strikes at the door of a callback is lost in ctypes, which
    then says 0, the end."""

    ended = False
    callback: Any = None
    name = b""


def _block_source(blocks: Iterator[Any], name: str) -> tuple[_abi.Source, Any]:
    """A source of blocks of bytes or text, of any size."""
    rest, kept = memoryview(b""), _Blocks()

    def read(_user: Any, target: int, cap: int) -> int:
        nonlocal rest
        while not rest:
            block = next(blocks, None)
            if block is None:
                kept.ended = True
                return 0
            rest = memoryview(block.encode() if isinstance(block, str) else block).cast("B")
        size = min(cap, len(rest))
        c.memmove(target, bytes(rest[:size]), size)
        rest = rest[size:]
        return size
    kept.callback, kept.name = _READ(guarded(read, -1)), name.encode("utf-8", "replace")
    return filled(_abi.Source, read=c.cast(kept.callback, c.c_void_p), name=kept.name), kept


def _file_blocks(file: Any) -> Iterator[Any]:
    while True:
        block = file.read(1 << 16)
        if not block:
            return
        yield block


def source_of(context: "Context", data: Any) -> tuple[_abi.Source, Any]:
    """A source over a path, bytes or a file object, and what must live until it is closed."""
    source = filled(_abi.Source)
    if isinstance(data, (str, os.PathLike)):
        call("icp_source_open_file", context, path_bytes(data), c.byref(source))
        return source, None
    if isinstance(data, (bytes, bytearray, memoryview)):
        held = bytes(data)
        call("icp_source_from_memory", context, held, len(held), c.byref(source))
        return source, held
    if hasattr(data, "read"):
        name = getattr(data, "name", "")
        return _block_source(_file_blocks(data), name if isinstance(name, str) else "")
    raise TypeError(f"expected a path, bytes or a binary file, not {type(data).__name__}")


def _open(context: "Context", source: _abi.Source, keep: Any, format: int = _abi.ICP_FORMAT_AUTO) -> Reader:
    options = filled(_abi.ReaderOptions, format=format)
    return Reader(make("icp_reader_open", context, c.byref(source), c.byref(options)), context, keep)


def _open_rows(context: "Context", rows: Iterable[Any], key: str, empty: bool) -> Reader:
    first, rows = _rows.peek(_rows.with_all_columns(rows))
    if first is None and empty:
        raise NoRows
    if isinstance(first, str):
        rows = ({key: one} for one in rows)
    return _open(context, *_block_source(_rows.blocks(rows), "rows"), _abi.ICP_FORMAT_JSONL)


def _open_columns(context: "Context", columns: Mapping[Any, Any], empty: bool) -> Reader:
    names, count, rows = _rows.from_columns(columns)
    if count:
        return _open_rows(context, rows, "", empty)
    if empty:
        raise NoRows
    return _open(context, *source_of(context, _rows.header_line(names)), _abi.ICP_FORMAT_CSV)


def _open_path(context: "Context", path: Any, events: bool) -> Reader:
    if not lib.icp_dataset_is_path(context, path_bytes(path)):
        return _open(context, *source_of(context, path))
    from .dataset import Dataset
    return Dataset(path, context=context).reader(events)


def _has_no_rows(data: Any) -> bool:
    shape = getattr(data, "shape", None) if hasattr(type(data), "shape") else None
    return isinstance(shape, tuple) and bool(shape) and shape[0] == 0


def open_reader(context: "Context", data: Rows, *, events: bool = False, key: str = "key", empty: bool = False) -> Reader:
    """A reader over anything that holds rows.

    `events`: of linked tables the events are read, not the companies. `key`: the column that plain texts stand for. `empty`: where there are no rows NoRows
    is raised instead of what the library says of an empty file.
    """
    if isinstance(data, _Source):
        return data.reader(events)
    if isinstance(data, (str, os.PathLike)):
        return _open_path(context, data, events)
    if isinstance(data, (bytes, bytearray, memoryview)):
        return _open(context, *source_of(context, data))
    if empty and _has_no_rows(data):
        raise NoRows
    stream = None if _arrow.is_column(data) else _arrow.stream_of(data)
    if stream is not None:
        return Reader(_arrow.open_stream(context, stream), context, stream)
    rows = _arrow.rows_of(data)
    if rows is not None:
        data = rows
    elif hasattr(data, "read"):
        return _open(context, *source_of(context, data))
    if isinstance(data, Mapping):
        return _open_columns(context, data, empty)
    if isinstance(data, Iterable):
        return _open_rows(context, data, key, empty)
    raise TypeError(f"rows are a path, bytes, a file, dicts, a dict of columns, or a table of pandas, Polars, PyArrow or DuckDB, not {type(data).__name__}")


def each(data: Any) -> list[Any]:
    """Several inputs given as a list of paths, or one input."""
    if data is None:
        return []
    if isinstance(data, tuple) or (isinstance(data, list) and data and all(isinstance(one, (os.PathLike, str)) for one in data)):
        return list(data)
    return [data]


def use(context: "Context", data: Rows, function: Callable[[Reader], Any], **how: Any) -> Any:
    """Opens a reader, gives it to a function, and closes it whatever happens."""
    reader = open_reader(context, data, **how)
    try:
        result = function(reader)
        reader.check_end()
        return result
    finally:
        reader.close()


def saved(name: str, handle: Handle, context: "Context", target: Union[str, "os.PathLike[str]", Any]) -> None:
    """Writes a file by a function of the library that takes a sink: to a path, beside it and renamed, or to a binary file."""
    sink = filled(_abi.Sink)
    if isinstance(target, (str, os.PathLike)):
        call("icp_sink_open_file", context, path_bytes(target), c.byref(sink))
        call(name, handle, c.byref(sink))
    else:
        target.write(as_bytes(name, handle, context))


def as_bytes(name: str, handle: Handle, context: "Context") -> bytes:
    """What a function of the library that takes a sink writes."""
    from ._call import take_buffer
    sink, pointer = filled(_abi.Sink), c.c_void_p()
    call("icp_sink_to_memory", context, c.byref(sink), c.byref(pointer))
    call(name, handle, c.byref(sink))
    return take_buffer(pointer.value)
