# SPDX-License-Identifier: MIT
"""Results: scores of many companies, as columns, rows, or a table of other packages."""
from __future__ import annotations

import array
import copy
import ctypes as c
import importlib
from typing import TYPE_CHECKING, Any, Iterator, Optional

from . import _abi
from ._arrow import Export, buffer_of, capsule_of, results_capsule, sweep
from ._call import Handle, call, filled
from ._html import holder
from ._library import lib
from ._values import LAYERS
from .errors import UnsupportedError

if TYPE_CHECKING:
    from .scorer import Scorer

# Columns that lie in C as numbers.
_NUMBERS = {"score": _abi.ICP_COL_SCORE, "tier": _abi.ICP_COL_TIER, "low": _abi.ICP_COL_LOW, "high": _abi.ICP_COL_HIGH,
            "millipoints": _abi.ICP_COL_MILLIPOINTS, "variance": _abi.ICP_COL_VARIANCE, "confidence": _abi.ICP_COL_CONFIDENCE,
            "flags": _abi.ICP_COL_FLAGS, "holds_milli": _abi.ICP_COL_HOLDS, "effective_milli": _abi.ICP_COL_EFFECTIVE,
            "whole_millipoints": _abi.ICP_COL_WHOLE, "effective_tier": _abi.ICP_COL_EFFECTIVE_TIER, "override_number": _abi.ICP_COL_OVERRIDE_NUMBER,
            "quadrant": _abi.ICP_COL_QUADRANT}
_MAY_LACK = ("trend_milli", "stale_milli", "without_event")
_LISTS = ("reason_traits", "reason_points")


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:
        return None
    return numpy


class Row:
    """One company of a result. Its columns are attributes and items: ``row.key``, ``row.score``, ``row["intent_tier"]``."""

    __slots__ = ("_result", "_index")

    def __init__(self, result: "Result", index: int) -> None:
        self._result, self._index = result, index

    def __getitem__(self, name: str) -> Any:
        return self._result._list(self._result._name(name))[self._index]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the result has no column {name}") from None

    @property
    def index(self) -> int:
        """Its place among the rows, from 0."""
        return self._index

    def to_dict(self) -> "dict[str, Any]":
        """All columns of the company."""
        return {name: self[name] for name in self._result.columns}

    def __repr__(self) -> str:
        return "<icp.Row " + ", ".join(f"{name}={value!r}" for name, value in self.to_dict().items()) + ">"


class Result:
    """Scores of companies, as many and in the order of the rows that were scored.

    Columns are those of doc/arrow.md, named as the command's: ``key`` where the rows have a key column; for each layer ``fit_score`` (200 to 759),
    ``fit_tier``, ``fit_low``, ``fit_high``, ``fit_millipoints`` and so on; ``confidence``, ``flags``. A name without its layer is that of the first layer:
    ``result["score"]``. Tiers, confidences and quadrants are texts, and numbers by codes(). Names that end in ``_milli`` are thousandths.

    Immutable; may be shared between threads; outlives its model and scorer. Since 0.1.
    """

    def __init__(self, scorer: "Scorer", chunks: "list[Handle]") -> None:
        self._model = scorer.model
        self._chunks = chunks
        self.layers: "tuple[str, ...]" = scorer.layers
        self._lists: "dict[str, list[Any]]" = {}
        self._exported: "Optional[list[Export]]" = None
        self._found: "Optional[dict[str, str]]" = None
        self._rows: int = sum(lib.icp_result_rows(chunk) for chunk in chunks)

    def _exports(self) -> "list[Export]":
        if self._exported is None:
            self._exported = [Export(chunk) for chunk in self._chunks]
        return self._exported

    def _formats(self) -> "dict[str, str]":
        """Formats by name. A batch of rows without a key has no column of keys, where others may have one."""
        if self._found is None:
            keyed = (chunk for chunk in self._chunks if _column(chunk, 0, _abi.ICP_COL_KEY) is not None)
            self._found = dict(Export(next(keyed, self._chunks[0])).columns())
        return self._found

    def _first(self, rows: int) -> "Result":
        """The batches that hold the first rows: enough for those who look at no more."""
        part, count = copy.copy(self), 0
        part._lists, part._exported, part._found, part._chunks = {}, None, None, []
        for chunk in self._chunks:
            if count < rows:
                part._chunks.append(chunk)
                count += lib.icp_result_rows(chunk)
        part._rows = count
        return part

    @property
    def columns(self) -> "list[str]":
        """Names of the columns."""
        return list(self._formats())

    def _name(self, name: str) -> str:
        formats = self._formats()
        if name in formats:
            return name
        first = self.layers[0]
        for other in (f"{first}_{name}", name[len(first) + 1:] if first == "fit" and name.startswith("fit_") else name):
            if other in formats:
                return other
        raise KeyError(name)

    def __len__(self) -> int:
        return self._rows

    def _columns(self, name: str) -> "Iterator[tuple[int, Optional[_abi.ArrowArray]]]":
        """Number of rows and the column, of each batch."""
        for export in self._exports():
            places = [place for place, _ in export.columns()]
            yield export.array.length, export.column(places.index(name)) if name in places else None

    def codes(self, name: str) -> Any:
        """A column of numbers as such, and tiers, confidences and quadrants as their codes (``icp/score.h``): int32 or int64, one a row.

        An array of NumPy where that is installed, else array.array. Raises KeyError for a column that the result lacks, UnsupportedError for texts,
        lists, and numbers that may be unknown.
        """
        full = self._name(name)
        layer, _, base = full.partition("_")
        if layer not in LAYERS:
            layer, base = "fit", full
        if base not in _NUMBERS:
            raise UnsupportedError(f"{full} is no column of numbers alone")
        number = 0 if base == "quadrant" else LAYERS[layer]
        columns = [_column(chunk, number, _NUMBERS[base]) for chunk in self._chunks]
        code, width = ("q", 8) if any(column and column.type == _abi.ICP_TYPE_INT64 for column in columns) else ("i", 4)
        raw = bytearray().join(c.string_at(column.data, column.rows * width) for column in columns if column and column.rows)
        numpy = _numpy()
        return array.array(code, bytes(raw)) if numpy is None else numpy.frombuffer(raw, dtype=numpy.int64 if code == "q" else numpy.int32)

    def _list(self, name: str) -> "list[Any]":
        """A column as a list of Python's own values, made once."""
        if name not in self._lists:
            found: "list[Any]" = []
            for rows, column in self._columns(name):
                found += [""] * rows if column is None else _values(column, self._formats()[name], name)
            self._lists[name] = found
        return self._lists[name]

    def __getitem__(self, name: Any) -> Any:
        """A column by name: numbers as codes() gives them, all else and what may be unknown as a list, with None; or a row by its index."""
        if isinstance(name, int):
            if not -len(self) <= name < len(self):
                raise IndexError("no such row")
            return Row(self, name % len(self))
        name = self._name(name)
        if self._formats()[name] in ("i", "l") and not name.endswith(_MAY_LACK):
            return self.codes(name)
        return self._list(name)

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, i) for i in range(len(self)))

    def reasons(self, layer: Optional[str] = None) -> "list[list[tuple[str, int]]]":
        """Of each row its reasons, the largest first: id of the trait and milli-points. Raises KeyError when none were asked for."""
        prefix = "" if (layer or self.layers[0]) == "fit" else f"{layer or self.layers[0]}_"
        traits, points = self._list(self._name(prefix + "reason_traits")), self._list(self._name(prefix + "reason_points"))
        return [[(self._model._trait_id(t), p) for t, p in zip(*row)] for row in zip(traits, points)]

    def to_dict(self) -> "dict[str, list[Any]]":
        """All columns as lists."""
        return {name: list(self._list(name)) for name in self._formats()}

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The Arrow PyCapsule interface: a stream of record batches, for anything that reads it. requested_schema is not heeded."""
        keyed = {_column(chunk, 0, _abi.ICP_COL_KEY) is not None for chunk in self._chunks if lib.icp_result_rows(chunk)}
        return results_capsule(self._chunks, len(keyed) < 2)

    def __del__(self) -> None:
        sweep()

    def to_arrow(self) -> Any:
        """A table of PyArrow. Raises ImportError where PyArrow is absent."""
        return _wanted("pyarrow").table(self)

    def to_polars(self) -> Any:
        """A DataFrame of Polars. Raises ImportError where Polars is absent."""
        return _wanted("polars").DataFrame(self)

    def to_pandas(self) -> Any:
        """A DataFrame of pandas, a row each in their order, with its default index; numbers that may be unknown are of type Int32. PyArrow is not needed.
        Raises ImportError where pandas is absent."""
        pandas = _wanted("pandas")
        columns = {name: pandas.array(self._list(name), dtype="Int32") if name.endswith(_MAY_LACK) else self[name] for name in self._formats()}
        return pandas.DataFrame(columns)

    _repr_html_ = holder("result")

    def __repr__(self) -> str:
        return f"<icp.Result of {len(self):,} rows: {', '.join(self.columns)}>"


class BatchResult(Result):
    """The scores of one batch."""

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        """The Arrow PyCapsule interface: one record batch."""
        export = Export(self._chunks[0])
        schema, values = _abi.ArrowSchema(), _abi.ArrowArray()
        for source, target in ((export.schema, schema), (export.array, values)):
            c.memmove(c.addressof(target), c.addressof(source), c.sizeof(target))
            source.release = None
        return capsule_of(schema, b"arrow_schema"), capsule_of(values, b"arrow_array")


def _column(chunk: Handle, layer: int, number: int) -> Optional[_abi.Array]:
    """A column as it lies in C; None where the batch lacks it."""
    column = filled(_abi.Array)
    try:
        call("icp_result_column", chunk, layer, number, c.byref(column))
    except UnsupportedError:
        return None
    return column


def _values(column: _abi.ArrowArray, format: str, name: str) -> "list[Any]":
    rows = column.length
    if format == "u":
        found: "list[Any]" = _texts(column)
    elif format == "+l":
        found = _lists(column)
    else:
        found = memoryview(buffer_of(column, 1, rows * (8 if format == "l" else 4))).cast("q" if format == "l" else "i").tolist()
    valid = buffer_of(column, 0, (rows + 7) // 8) if column.null_count else b""
    return [value if valid[i >> 3] >> (i & 7) & 1 else None for i, value in enumerate(found)] if valid else found


def _offsets(column: _abi.ArrowArray) -> "list[int]":
    return memoryview(buffer_of(column, 1, (column.length + 1) * 4)).cast("i").tolist() or [0]


def _texts(column: _abi.ArrowArray) -> "list[Any]":
    offsets = _offsets(column)
    data = buffer_of(column, 2, offsets[-1])
    return [data[a:b].decode("utf-8", "replace") for a, b in zip(offsets, offsets[1:])]


def _lists(column: _abi.ArrowArray) -> "list[Any]":
    offsets = _offsets(column)
    items = c.cast(column.children, c.POINTER(c.POINTER(_abi.ArrowArray)))[0].contents
    numbers = memoryview(buffer_of(items, 1, offsets[-1] * 4)).cast("i").tolist()
    return [numbers[a:b] for a, b in zip(offsets, offsets[1:])]


def _wanted(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError:
        raise ImportError(f"this needs {package}: pip install {package}") from None
