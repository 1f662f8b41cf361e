# SPDX-License-Identifier: MIT
"""Python objects as JSON lines, which the library reads as it reads any file of them."""
from __future__ import annotations

import datetime as dt
import decimal
import enum
import itertools
import json
import re
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from ._values import encoded

_BLOCK = 1 << 16
_PLAIN = frozenset((str, int, bool, type(None)))
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
# 1.234 would be thousands in a column with decimal commas; 1.2340 is not (the reader of JSON lines does the same to numbers).
_DOUBTFUL = re.compile(r"-?[1-9]\d{0,2}\.\d{3}(?!\d)")
_MISSING = frozenset(("NAType", "NaTType"))


def cell(value: Any) -> Any:
    """A value as the JSON that stands for it: None and NaN are no value, 5.0 is 5, lists are list cells, moments ISO 8601 text."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is float:
        return _number(value)
    if isinstance(value, (list, tuple)):
        return [_item(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(_item, value), key=str)
    if isinstance(value, Mapping):
        return {str(name): cell(one) for name, one in value.items()}
    return _other(value)


def _item(value: Any) -> Any:
    """What stands in a list is no number of a column."""
    return _decimal(value) if isinstance(value, decimal.Decimal) else cell(value)


def _sure(written: Optional[str]) -> Optional[str]:
    doubtful = _DOUBTFUL.match(written) if written else None
    return written if written is None or doubtful is None else f"{doubtful.group()}0{written[doubtful.end():]}"


def _number(value: float) -> Any:
    """The shortest text that reads back to the number, without an exponent from 1e-7 to 1e17: as every reader of the library has it."""
    if value != value or value in (float("inf"), float("-inf")):
        return None
    shortest = repr(value)
    if shortest.endswith(".0"):
        return int(value)
    if "e" not in shortest:
        return value
    if 1e-7 <= abs(value) < 1e17:
        return format(decimal.Decimal(shortest), "f")
    digits, _, exponent = shortest.partition("e")
    return f"{digits}e{int(exponent)}"


def _decimal(value: decimal.Decimal) -> Optional[str]:
    plain = format(value, "f") if value.is_finite() else None
    return plain.rstrip("0").rstrip(".") if plain and "." in plain else plain


def _other(value: Any) -> Any:
    if type(value).__name__ in _MISSING:
        return None
    if isinstance(value, decimal.Decimal):
        return _sure(_decimal(value))
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, enum.Enum):
        return cell(value.value)
    if hasattr(value, "tolist"):  # scalars and arrays of NumPy
        return cell(_listed(value))
    if isinstance(value, float):
        return _number(float(value))
    return int(value) if isinstance(value, int) else str(value)


def text(value: Any) -> Optional[str]:
    """The cell that a reader of JSON lines would make of a value; None for none."""
    value = cell(value)
    if value is None or isinstance(value, str):
        return value
    return _sure(_encode(value))


def _line(row: Mapping[Any, Any]) -> str:
    return _encode({str(name): value if type(value) in _PLAIN else cell(value) for name, value in row.items() if name is not None})


def blocks(rows: Iterable[Mapping[Any, Any]]) -> Iterator[bytes]:
    """JSON lines of rows in blocks of about 64 KiB; only one block is held."""
    lines: list[str] = []
    size = 0
    for row in rows:
        if not isinstance(row, Mapping):
            raise TypeError(f"a row is a mapping of column to value, not {type(row).__name__}")
        line = _line(row)
        lines.append(line)
        size += len(line)
        if size >= _BLOCK:
            yield encoded("\n".join(lines) + "\n")
            lines, size = [], 0
    if lines:
        yield encoded("\n".join(lines) + "\n")


def _listed(array: Any) -> Any:
    """A scalar or array of NumPy as objects of Python; its moments as text, since those of nanoseconds would become numbers."""
    if getattr(getattr(array, "dtype", None), "kind", "") != "M" or not hasattr(array, "astype"):
        return array.tolist()
    texts = array.astype(str).tolist()
    return [None if one == "NaT" else one for one in texts] if isinstance(texts, list) else None if texts == "NaT" else texts


def _values(column: Any) -> Sequence[Any]:
    if isinstance(column, (str, bytes, Mapping)) or not hasattr(column, "__len__"):
        raise TypeError("a column is a sequence of values")
    if type(column).__module__.partition(".")[0] == "numpy":
        values: Sequence[Any] = _listed(column)
        return values
    for name in ("tolist", "to_pylist", "to_list"):
        if hasattr(column, name):
            listed: Sequence[Any] = getattr(column, name)()
            return listed
    return column  # type: ignore[no-any-return]


def from_columns(columns: Mapping[Any, Any]) -> tuple[list[str], int, Iterator[dict[str, Any]]]:
    """Names, number of rows and the rows of a mapping of column to values."""
    values = {str(name): _values(column) for name, column in columns.items()}
    lengths = {len(column) for column in values.values()}
    if len(lengths) > 1:
        raise ValueError("columns differ in length: " + ", ".join(f"{name} {len(column)}" for name, column in values.items()))
    names = list(values)
    return names, lengths.pop() if lengths else 0, (dict(zip(names, row)) for row in zip(*values.values()))


def header_line(names: Sequence[str]) -> bytes:
    """A CSV file of the names alone: a table of columns without rows."""
    return encoded(",".join('"' + name.replace('"', '""') + '"' for name in names) + "\n")


def with_all_columns(rows: Iterable[Any]) -> Iterable[Any]:
    """The rows of a list with all columns named by the first: the library then has them all from the first batch on."""
    if not isinstance(rows, (list, tuple)) or not rows or not all(isinstance(row, Mapping) for row in rows):
        return rows
    names = dict.fromkeys(name for row in rows for name in row)
    return itertools.chain([{**dict.fromkeys(names), **rows[0]}], itertools.islice(rows, 1, None))


def peek(rows: Iterable[Any]) -> tuple[Any, Iterator[Any]]:
    """The first row, None when there is none, and all of them."""
    iterator = iter(rows)
    for first in iterator:
        return first, itertools.chain([first], iterator)
    return None, iter(())
