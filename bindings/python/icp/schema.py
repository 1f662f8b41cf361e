# SPDX-License-Identifier: MIT
"""Schemas: what each column of a table means (doc/schema.md)."""
from __future__ import annotations

import ctypes as c
import json
from typing import Any, Mapping, NamedTuple, Optional, Union

from . import _abi
from ._call import Handle, Progress, buffer, call, filled, make, progress_struct, text_of
from ._input import Rows, use
from ._library import lib
from ._values import FAMILIES, KINDS, Patterns, json_bytes, texts
from .context import Context, default_context


class Column(NamedTuple):
    """One column: its header, folded id, kind and family, why it was so read, and of how many rows how many had a value."""

    name: str
    id: str
    kind: str
    family: str
    reason: str
    seen: int
    filled: int


class Schema(Handle):
    """What each column of a table means. Immutable; may be shared between threads. Made by from_json() or infer(). Since 0.1."""

    _release = lib.icp_schema_unref

    def __init__(self, pointer: Optional[int], context: Context) -> None:
        super().__init__(pointer, context)
        self._context = context

    @classmethod
    def from_json(cls, value: Union[str, bytes, Mapping[str, Any]], *, context: Optional[Context] = None) -> "Schema":
        """Reads a schema. Raises SchemaError with line and column."""
        context, data = context or default_context(), json_bytes(value)
        return cls(make("icp_schema_from_json", context, data, len(data)), context)

    @classmethod
    def infer(cls, rows: Rows, *, progress: Progress = None, context: Optional[Context] = None) -> "Schema":
        """Infers a schema from header and values; the order of the rows does not matter. Raises IoError, FormatError, LimitError."""
        context = context or default_context()
        step = progress_struct(progress)
        return cls(use(context, rows, lambda reader: make("icp_schema_infer", context, reader, step)), context)

    def select(self, patterns: Patterns, *, keep: bool = True) -> "Schema":
        """The schema with every column that matches a pattern read (keep) or ignored; ``*`` and ``?`` stand for others. Raises SchemaError naming a
        pattern that no column matches."""
        data = texts("text", "size", patterns)
        return Schema(make("icp_schema_select", self, data.get("text", b""), data.get("size", 0), int(keep)), self._context)

    def to_json(self) -> str:
        """Canonical JSON; reading it back gives an equal schema."""
        return buffer("icp_schema_to_json", self).decode()

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict."""
        result: dict[str, Any] = json.loads(self.to_json())
        return result

    def __len__(self) -> int:
        return int(lib.icp_schema_columns(self))

    def __getitem__(self, index: int) -> Column:
        if not -len(self) <= index < len(self):
            raise IndexError("no such column")
        column = filled(_abi.Column)
        call("icp_schema_column", self, index % len(self), c.byref(column))
        return Column(text_of(column.name), text_of(column.id), KINDS[column.kind], FAMILIES[column.family], text_of(column.reason), column.seen, column.filled)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> Any:
        return Schema.from_json, (self.to_json(),)

    def __repr__(self) -> str:
        return f"<icp.Schema of {len(self)} columns>"
