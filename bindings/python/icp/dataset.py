# SPDX-License-Identifier: MIT
"""Linked tables: a company table with the tables that point at it (doc/dataset.md)."""
from __future__ import annotations

import ctypes as c
import json
import os
from typing import Any, Mapping, Optional, Union

from . import _abi
from ._arrow import package_of, rows_of
from ._call import Handle, Progress, buffer, call, filled, guarded, make, progress_struct, text_of
from ._input import Reader, Rows, _block_source, _Source, source_of
from ._library import lib
from ._rows import blocks, from_columns
from ._values import Moment, Path, Patterns, encoded, json_bytes, micros, path_bytes, texts
from .context import Context, default_context
from .errors import Error

_OPEN = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(_abi.Source), c.c_void_p)


class _Table:
    """One table of the caller, opened as often as it is read."""

    def __init__(self, context: Context, name: str, rows: Rows) -> None:
        self.context, self.name, self.rows, self.opened = context, encoded(name), rows, []  # type: ignore[var-annotated]
        self.callback = _OPEN(guarded(self._open, _abi.ICP_E_IO))

    def _open(self, _user: Any, out: Any, _error: Any) -> int:
        try:
            source, keep = self._source()
        except Error as error:
            if error.code != _abi.ICP_E_IO:
                raise
            return _abi.ICP_E_IO
        self.opened.append(keep)
        out[0] = source
        return _abi.ICP_OK

    def _source(self) -> Any:
        rows = self.rows
        if isinstance(rows, (str, os.PathLike, bytes, bytearray, memoryview)):
            return source_of(self.context, rows)
        if package_of(rows) in ("pandas", "polars", "pyarrow"):
            rows = rows_of(rows)
        if isinstance(rows, Mapping):
            rows = from_columns(rows)[2]
        elif hasattr(rows, "__next__"):
            raise TypeError("a table of a dataset is read several times: give a path, a list or a DataFrame")
        return _block_source(blocks(rows), "")


class EventsOf(_Source):
    """The events of a dataset, wherever events are taken."""

    def __init__(self, dataset: "Dataset") -> None:
        self.dataset = dataset

    def reader(self, events: bool) -> Reader:
        """A reader of events, whatever was asked for."""
        return self.dataset.reader(True)


class Dataset(Handle, _Source):
    """Linked tables, read as one row per company, or as events. Wherever rows are taken a dataset is too, and so is the path of a folder.

    - ``tables``: path of a folder, a manifest or one table; or a dict of table name to a path, a list of dicts, a DataFrame
    - ``manifest``: JSON as manifest() gives it, edited; ``company``: name of the company table; None = found
    - ``as_of``: nothing dated at or after it is seen
    - ``include``, ``exclude``, ``release``: patterns of ``table`` or ``table.column``
    - ``max_traits``: columns that one child table may add; 0 = 64

    One thread, and its readers on the same. Raises IoError, FormatError, SchemaError, LimitError, CancelledError. Since 0.1.
    """

    _release = lib.icp_dataset_unref

    def __init__(self, tables: Union[Path, Mapping[str, Rows]], *, manifest: Union[str, bytes, Mapping[str, Any], None] = None, company: Optional[str] = None,
                 as_of: Optional[Moment] = None, include: Patterns = None, exclude: Patterns = None, release: Patterns = None, max_traits: int = 0,
                 progress: Progress = None, context: Optional[Context] = None) -> None:
        context = context or default_context()
        members: dict[str, Any] = {}
        if as_of is not None:
            members.update(flags=_abi.ICP_DATASET_AS_OF, as_of=micros(as_of))
        if manifest is not None:
            data = json_bytes(manifest)
            members.update(manifest=data, manifest_size=len(data))
        for name, value in (("company", company), ("include", include), ("exclude", exclude), ("release", release)):
            members.update(texts(name, f"{name}_size", value))
        options, step = filled(_abi.DatasetOptions, max_traits=max_traits, **members), progress_struct(progress)
        if isinstance(tables, (str, os.PathLike)):
            held: list[_Table] = []
            pointer = make("icp_dataset_open_path", context, path_bytes(tables), c.byref(options), step)
        else:
            held = [_Table(context, name, rows) for name, rows in tables.items()]
            structs = (_abi.Table * len(held))(*[filled(_abi.Table, name=t.name, name_size=len(t.name), open=c.cast(t.callback, c.c_void_p)) for t in held])
            pointer = make("icp_dataset_open", context, structs, len(held), c.byref(options), step)
        super().__init__(pointer, context, held)
        self._context = context

    def reader(self, events: bool) -> Reader:
        """A reader of companies, or of events."""
        return Reader(make("icp_dataset_events" if events else "icp_dataset_companies", self), self)

    @property
    def events(self) -> EventsOf:
        """The dated cells of child rows as events: to be given where events are taken."""
        return EventsOf(self)

    @property
    def key(self) -> str:
        """Header of the company table's key."""
        text = _abi.Str()
        call("icp_dataset_key", self, c.byref(text))
        return text_of(text)

    def manifest(self) -> dict[str, Any]:
        """Tables, roles, keys, links with how sure, uses of columns with reasons: edit it and give it back."""
        result: dict[str, Any] = json.loads(buffer("icp_dataset_manifest", self))
        return result

    def report(self) -> dict[str, Any]:
        """What was read; complete once the companies were read to their end."""
        result: dict[str, Any] = json.loads(buffer("icp_dataset_report", self))
        return result
