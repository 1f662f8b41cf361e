# SPDX-License-Identifier: MIT
"""Results: scores of many companies, as columns, rows, or a table of other packages."""
from __future__ import annotations

import ctypes as c
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple, Optional

from . import _abi
from ._call import Handle, call, filled
from ._values import CONFIDENCES, LAYER_NAMES, QUADRANTS, TIERS
from .errors import UnsupportedError

if TYPE_CHECKING:
    from .scorer import Scorer


class _Spec(NamedTuple):
    """A column: its name, its number in C, the names that its numbers stand for, what says that there is no value, and whether fit has it unprefixed."""

    name: str
    number: int
    labels: Optional[tuple[str, ...]] = None
    none: Optional[int] = None
    bare: bool = False


_LAYER = [_Spec("score", _abi.ICP_COL_SCORE), _Spec("tier", _abi.ICP_COL_TIER, TIERS), _Spec("low", _abi.ICP_COL_LOW), _Spec("high", _abi.ICP_COL_HIGH),
          _Spec("millipoints", _abi.ICP_COL_MILLIPOINTS), _Spec("variance", _abi.ICP_COL_VARIANCE),
          _Spec("confidence", _abi.ICP_COL_CONFIDENCE, CONFIDENCES, bare=True), _Spec("holds", _abi.ICP_COL_HOLDS, bare=True),
          _Spec("flags", _abi.ICP_COL_FLAGS, bare=True), _Spec("effective", _abi.ICP_COL_EFFECTIVE, bare=True),
          _Spec("trend", _abi.ICP_COL_TREND, none=_abi.ICP_TREND_UNKNOWN), _Spec("stale", _abi.ICP_COL_STALE, none=-1), _Spec("event", _abi.ICP_COL_EVENT),
          _Spec("whole", _abi.ICP_COL_WHOLE), _Spec("effective_tier", _abi.ICP_COL_EFFECTIVE_TIER, TIERS, bare=True),
          _Spec("override", _abi.ICP_COL_OVERRIDE, bare=True), _Spec("override_number", _abi.ICP_COL_OVERRIDE_NUMBER, bare=True),
          _Spec("reason_traits", _abi.ICP_COL_REASON_TRAITS, bare=True), _Spec("reason_points", _abi.ICP_COL_REASON_POINTS, bare=True)]
_SHARED = [_Spec("quadrant", _abi.ICP_COL_QUADRANT, QUADRANTS), _Spec("action", _abi.ICP_COL_ACTION)]
_TIMING = {"trend", "stale", "event", "whole"}
_KEY = _Spec("key", _abi.ICP_COL_KEY)
_WIDTHS: "dict[int, tuple[int, Any, Any]]" = {_abi.ICP_TYPE_INT32: (4, c.c_int32, "i"), _abi.ICP_TYPE_INT64: (8, c.c_int64, "q")}


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

    def to_dict(self) -> "dict[str, Any]":
        """All columns of the company."""
        return {name: self[name] for name in self._result.columns}

    def __repr__(self) -> str:
        return "<icp.Row " + ", ".join(f"{name}={value!r}" for name, value in self.to_dict().items()) + ">"


class Result:
    """Scores of companies, as many and in the order of the rows that were scored.

    Columns are named as the command's: ``key`` where the rows have a key column, and for each layer ``fit_score``, ``fit_tier``, ``fit_low``, ``fit_high``,
    ``fit_millipoints`` and so on; a name without its layer is that of the first layer: ``result["score"]``. Tiers, confidences and quadrants are texts,
    and numbers by codes().

    Immutable; may be shared between threads; outlives its model and scorer. Since 0.1.
    """

    def __init__(self, scorer: "Scorer", chunks: "list[Handle]") -> None:
        self._model = scorer.model
        self._chunks = chunks
        self._lists: "dict[str, list[Any]]" = {}
        self.layers: "tuple[str, ...]" = scorer.layers
        self._columns = self._find()
        self._rows: Optional[int] = None

    def _find(self) -> "dict[str, tuple[_Spec, int]]":
        found = {}
        if any(_column(chunk, 0, _KEY.number) for chunk in self._chunks):
            found["key"] = (_KEY, 0)
        first = self._chunks[0]
        numbers = [(number, name) for number, name in LAYER_NAMES.items() if name in self.layers]
        for number, layer in numbers:
            for spec in _LAYER:
                array = None if layer == "fit" and spec.name in _TIMING else _column(first, number, spec.number)
                if array is not None and array.width:
                    found[spec.name if spec.bare and layer == "fit" else f"{layer}_{spec.name}"] = (spec, number)
        for spec in _SHARED:
            if {"fit", "intent"} <= set(self.layers) and _column(first, 0, spec.number):
                found[spec.name] = (spec, 0)
        return found

    @property
    def columns(self) -> "list[str]":
        """Names of the columns."""
        return list(self._columns)

    def _name(self, name: str) -> str:
        if name in self._columns:
            return name
        for other in (f"{self.layers[0]}_{name}", name[4:] if name.startswith("fit_") and self.layers[0] == "fit" else name):
            if other in self._columns:
                return other
        raise KeyError(name)

    def __len__(self) -> int:
        from ._library import lib
        if self._rows is None:
            self._rows = sum(lib.icp_result_rows(chunk) for chunk in self._chunks)
        return self._rows

    def _values(self, name: str) -> Any:
        """All values of a column: a list of texts, or bytes of numbers with their type and width."""
        spec, layer = self._columns[name]
        texts: "list[str]" = []
        numbers, kind, width = bytearray(), _abi.ICP_TYPE_INT32, 1
        for chunk in self._chunks:
            array = _column(chunk, layer, spec.number)
            if array is None:
                texts += [""] * _rows(chunk)
            elif array.type == _abi.ICP_TYPE_BYTES:
                texts += _texts(array)
            else:
                kind, width = array.type, array.width
                numbers += c.string_at(array.data, array.rows * array.width * _WIDTHS[kind][0])
        return texts or (numbers, kind, width)

    def codes(self, name: str) -> Any:
        """A column of numbers as such, tiers and the like as their codes: an array of NumPy where that is installed, else array.array.

        int32 or int64, one value a row, reasons as rows x width. Raises KeyError for a column that the result lacks.
        """
        values = self._values(self._name(name))
        if not isinstance(values, tuple):
            raise UnsupportedError(f"{name} is a column of texts")
        numbers, kind, width = values
        numpy = _numpy()
        if numpy is None:
            import array
            return array.array(_WIDTHS[kind][2], bytes(numbers))
        made = numpy.frombuffer(numbers, dtype=numpy.int32 if kind == _abi.ICP_TYPE_INT32 else numpy.int64)
        return made.reshape(-1, width) if name.endswith(("reason_traits", "reason_points")) else made

    def _list(self, name: str) -> "list[Any]":
        """A column as a list of Python's own values, made once."""
        if name not in self._lists:
            self._lists[name] = self._make_list(name)
        return self._lists[name]

    def _make_list(self, name: str) -> "list[Any]":
        spec, values = self._columns[name][0], self._values(name)
        if not isinstance(values, tuple):
            listed: "list[Any]" = values
            return listed
        raw, kind, width = values
        numbers = memoryview(raw).cast(_WIDTHS[kind][2]).tolist()
        if spec.labels is not None:
            return [spec.labels[n] for n in numbers]
        if spec.none is not None:
            return [None if n == spec.none else n for n in numbers]
        if spec.name in ("reason_traits", "reason_points"):
            return [numbers[i:i + width] for i in range(0, len(numbers), width)]
        return list(numbers)

    def __getitem__(self, name: Any) -> Any:
        """A column by name: an array of NumPy for numbers where that is installed, else a list; or a row by its index."""
        if isinstance(name, int):
            if not -len(self) <= name < len(self):
                raise IndexError("no such row")
            return Row(self, name % len(self))
        name = self._name(name)
        spec = self._columns[name][0]
        if spec.labels is None and spec.none is None and spec.number not in _TEXT and _numpy() is not None:
            return self.codes(name)
        return self._list(name)

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, i) for i in range(len(self)))

    def reasons(self, layer: Optional[str] = None) -> "list[list[tuple[str, int]]]":
        """Of each row its reasons, the largest first: id of the trait and milli-points. Raises KeyError when none were asked for."""
        prefix = "" if (layer or self.layers[0]) == "fit" else f"{layer or self.layers[0]}_"
        traits, points = self._list(self._name(prefix + "reason_traits")), self._list(self._name(prefix + "reason_points"))
        return [[(self._model._trait_id(t), p) for t, p in zip(*row) if t >= 0] for row in zip(traits, points)]

    def to_dict(self) -> "dict[str, list[Any]]":
        """All columns as lists."""
        return {name: list(self._list(name)) for name in self._columns}

    def to_pandas(self) -> Any:
        """A DataFrame of pandas, a row each, with its default index. Raises ImportError where pandas is absent."""
        pandas = _wanted("pandas")
        return pandas.DataFrame({name: self[name] if not name.endswith(("reason_traits", "reason_points")) else self._list(name) for name in self._columns})

    def to_polars(self) -> Any:
        """A DataFrame of Polars. Raises ImportError where Polars is absent."""
        return _wanted("polars").DataFrame(self.to_dict())

    def to_arrow(self) -> Any:
        """A table of PyArrow. Raises ImportError where PyArrow is absent."""
        return _wanted("pyarrow").table(self.to_dict())

    def __repr__(self) -> str:
        return f"<icp.Result of {len(self):,} rows: {', '.join(self.columns)}>"


_TEXT = {_abi.ICP_COL_KEY, _abi.ICP_COL_ACTION, _abi.ICP_COL_EVENT, _abi.ICP_COL_OVERRIDE}


def _column(chunk: Handle, layer: int, number: int) -> Optional[_abi.Array]:
    array = filled(_abi.Array)
    try:
        call("icp_result_column", chunk, layer, number, c.byref(array))
    except UnsupportedError:
        return None
    return array


def _rows(chunk: Handle) -> int:
    from ._library import lib
    return int(lib.icp_result_rows(chunk))


def _texts(array: _abi.Array) -> "list[str]":
    offsets = (c.c_int64 * (array.rows + 1)).from_address(array.offsets)[:]
    data = c.string_at(array.data, offsets[-1]) if offsets[-1] else b""
    return [data[a:b].decode("utf-8", "replace") for a, b in zip(offsets, offsets[1:])]


def _wanted(package: str) -> Any:
    import importlib
    try:
        return importlib.import_module(package)
    except ImportError:
        raise ImportError(f"this needs {package}: pip install {package}") from None
