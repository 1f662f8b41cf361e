# SPDX-License-Identifier: MIT
"""Scores inside DuckDB: a function for SQL, and a relation with scores (doc/python-duckdb.md)."""
from __future__ import annotations

import re
from typing import Any, Optional

try:
    import duckdb
    import pyarrow as pa
except ImportError as missing:
    raise ImportError(f"icp.duckdb needs DuckDB and PyArrow ({missing}): pip install duckdb pyarrow") from None

from .model import Model
from .scorer import Scorer

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SQL_TYPES = {"int32": "INTEGER", "int64": "BIGINT"}


def _sql_type(kind: Any) -> str:
    return _sql_type(kind.value_type) + "[]" if pa.types.is_list(kind) else _SQL_TYPES.get(str(kind), "VARCHAR")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class _Function:
    """Scores vectors of structs. DuckDB calls it from several threads, none of which has a state of Python that lasts: scorers are taken from those that are free."""

    def __init__(self, name: str, model: Model, options: "dict[str, Any]") -> None:
        self.name, self.model, self.options = name, model, options
        self.free = [Scorer(model, **options)]
        self.fields = [field for field in pa.table(self.free[0].score([])).schema if field.name != "key"]  # whoever asks has the key
        self.type = pa.struct(self.fields)

    def __call__(self, *arguments: Any) -> Any:
        rows = self._rows(arguments)
        if pa.types.is_null(rows.type) or not len(rows):
            return pa.nulls(len(rows), self.type)
        try:
            scorer = self.free.pop()
        except IndexError:
            scorer = Scorer(self.model, **self.options)
        try:
            scored = pa.table(scorer.score(pa.Table.from_arrays(rows.flatten(), schema=pa.schema(list(rows.type))))).combine_chunks()
        finally:
            self.free.append(scorer)
        columns = [scored[field.name].chunk(0) for field in self.fields]
        return pa.StructArray.from_arrays(columns, fields=self.fields, mask=rows.is_null() if rows.null_count else None)

    def _rows(self, arguments: Any) -> Any:
        kinds = [one.type for one in arguments]
        if len(kinds) != 1 or not (pa.types.is_struct(kinds[0]) or pa.types.is_null(kinds[0])):
            given = ", ".join(map(str, kinds))
            raise ValueError(f"{self.name} takes one struct, such as the name of a table: {self.name}(companies); not {given}")
        rows = arguments[0]
        return pa.concat_arrays(rows.chunks) if isinstance(rows, pa.ChunkedArray) and rows.num_chunks else pa.array([], kinds[0]) if isinstance(rows, pa.ChunkedArray) else rows


def _registered(connection: Any, model: Model, name: str, options: "dict[str, Any]") -> _Function:
    if not _NAME.fullmatch(name):
        raise ValueError(f"a function of SQL is named by letters, digits and underscores, not {name!r}")
    function = _Function(name, model, options)
    kind = "STRUCT(" + ", ".join(f"{_quoted(field.name)} {_sql_type(field.type)}" for field in function.fields) + ")"
    try:
        connection.remove_function(name)
    except duckdb.Error:
        pass  # there was none
    # A function of Python whose arguments are not told takes any type, and none is cast on the way: numbers and lists arrive as they are.
    connection.create_function(name, lambda *arguments: function(*arguments), None, kind, type="arrow", null_handling="special")
    return function


def register(connection: Any, model: Model, name: str = "icp_score", **options: Any) -> None:
    """Makes a model a function of SQL.

        icp.duckdb.register(connection, model)
        connection.sql("SELECT domain, icp_score(companies).fit_score FROM companies ORDER BY 2 DESC")

    The function takes a struct whose fields are named as the model's columns: the name or alias of a table, or ``{'industry': sector, 'country': 'DE'}``. It returns
    a struct with the columns of Model.score() but the key: ``fit_score``, ``fit_tier``, ``fit_low``, ``fit_high``, ``fit_millipoints``, ``confidence``, ``flags`` and so on,
    the same numbers. Fields that the model does not know are passed over; what is NULL or missing is unknown; a struct that is NULL gives NULL. Runs vector by vector in
    all threads of DuckDB. ``options``: as of Scorer: layers, reasons, key, accounts, decisions, as_of. A function of this name is replaced.

    What the library raises, such as SchemaError for a struct without any column of the model, comes out as duckdb.InvalidInputException with its text. Since 0.1.
    """
    _registered(connection, model, name, options)


def score(relation: Any, model: Model, *, connection: Optional[Any] = None, name: str = "icp_score", **options: Any) -> Any:
    """A relation with all columns of another and the scores beside them; it is scored when it is read.

    ``connection``: that of the relation, None = DuckDB's default one; the function ``name`` is registered there as by register(), also for ``options``. A column of
    the score that the relation has already, such as ``flags``, is called ``icp_flags``. Since 0.1.
    """
    function = _registered(duckdb if connection is None else connection, model, name, options)
    taken = {column.casefold() for column in relation.columns}
    inner = relation.set_alias("icp_companies").project(f"*, {name}(icp_companies) AS icp_scored_row")
    shown = [_quoted(column) for column in relation.columns]
    for field in function.fields:
        called = f"icp_{field.name}" if field.name.casefold() in taken else field.name
        shown.append(f"icp_scored_row.{_quoted(field.name)} AS {_quoted(called)}")
    return inner.project(", ".join(shown))


__all__ = ["register", "score"]
