# SPDX-License-Identifier: MIT
"""Tables of other packages, by the Arrow C data interface and its PyCapsules; nothing of them is imported here."""
from __future__ import annotations

import ctypes as c
from typing import TYPE_CHECKING, Any, Iterator, Optional

from ._call import make
from ._library import lib

if TYPE_CHECKING:
    from .context import Context

_capsule_pointer = c.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype, _capsule_pointer.argtypes = c.c_void_p, [c.py_object, c.c_char_p]
_HAS_ARROW = hasattr(lib, "icp_reader_open_arrow")


def package_of(data: Any) -> str:
    """Name of the package that the type of a value comes from."""
    return type(data).__module__.partition(".")[0]


def stream_of(data: Any) -> Any:
    """A PyCapsule with the rows of a table as an Arrow stream; None where the value is no such table."""
    if not _HAS_ARROW:
        return None
    return data.__arrow_c_stream__() if hasattr(data, "__arrow_c_stream__") else None


def open_stream(context: "Context", capsule: Any) -> Optional[int]:
    """A reader over an Arrow stream, which moves into it."""
    pointer = _capsule_pointer(capsule, b"arrow_array_stream")
    return make("icp_reader_open_arrow", context, pointer, None)


def _fetch(relation: Any) -> Iterator[dict[str, Any]]:
    names = relation.columns
    while True:
        rows = relation.fetchmany(4096)
        if not rows:
            return
        for row in rows:
            yield dict(zip(names, row))


def rows_of(data: Any) -> Any:
    """The rows or columns of a table in objects of Python, for where there is no Arrow; None where the value is no table."""
    package = package_of(data)
    if package == "pandas" and hasattr(data, "columns"):
        return {name: data[name].tolist() for name in data.columns}
    if package == "polars" and hasattr(data, "collect"):
        data = data.collect()
    if package == "polars" and hasattr(data, "iter_rows"):
        return data.to_dict(as_series=False)
    if package == "pyarrow" and hasattr(data, "to_pydict"):
        return data.to_pydict()
    if package in ("duckdb", "_duckdb") and hasattr(data, "fetchmany"):
        return _fetch(data)
    return None


