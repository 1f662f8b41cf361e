# SPDX-License-Identifier: MIT
"""Apache Spark: companies of a DataFrame are scored where they lie, and a reference is built from them in parts (doc/spark.md).

    import icp.spark

    reference = icp.spark.build_reference(companies, key="domain")
    model = icp.spark.fit(customers, reference)
    scores = icp.spark.score(companies, model)

Results are, byte for byte, those of the same rows on one machine, however the rows are split. DataFrames alone are used, no RDDs, so a session of Spark
Connect does too. The package must be installed on every node.
"""
from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Optional, Sequence, Union
from weakref import WeakKeyDictionary

from ._library import lib
from ._values import Moment, Patterns, micros
from .errors import ArgumentError, KeyColumnError, NoMatchError, UnsupportedError
from .events import Accounts, EventColumns
from .fit import fit as _fit
from .model import Model
from .reference import Reference, ReferenceBuilder
from .scorer import Scorer

try:
    pa: Any = importlib.import_module("pyarrow")
    _sql: Any = importlib.import_module("pyspark.sql")
    _functions: Any = importlib.import_module("pyspark.sql.functions")
    _types: Any = importlib.import_module("pyspark.sql.types")
except ImportError as missing:
    raise ImportError(f'icp.spark needs pyspark and pyarrow ({missing}): pip install "icp[spark]"') from None

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: Columns of the input that stand before the scores: their names, "all", or None.
Keep = Union[str, Sequence[str], None]
_PART_TYPE = "partition long, rows_without_key long, part binary"
#: Types that have no meaning here.
_NO_MEANING = ("CalendarIntervalType", "YearMonthIntervalType", "VariantType")
_MERGED_AT_ONCE = 256 << 20


def _task(function: str, **arguments: Any) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """A function for mapInArrow that runs one of the worker's with arguments. It is pickled whole: an executor may lack the package, and says so."""
    version = lib.icp_version()

    def task(batches: Iterable[Any]) -> Iterator[Any]:
        try:
            from icp import _spark_worker
        except ImportError as error:
            raise ImportError(f"this executor cannot load the package icp: {error}. Install it on every node, as on the driver") from error
        _spark_worker.check_version(version)
        return _spark_worker.FUNCTIONS[function](batches, **arguments)
    return task


class _Columns:
    """Columns of a DataFrame as the library sees them: structs are taken apart, as everywhere (a.b)."""

    def __init__(self, df: "DataFrame") -> None:
        self.types = [field.dataType for field in df.schema.fields]
        self.names: "list[str]" = [field.name for field in df.schema.fields]
        self.fields = df.schema.fields
        self.leaves: "list[list[str]]" = [list(_leaves(name, kind)) for name, kind in zip(self.names, self.types)]

    def flat(self) -> "list[str]":
        """Names of all columns that the library sees."""
        return [leaf for leaves in self.leaves for leaf in leaves]

    def check(self, places: Iterable[int]) -> None:
        """Raises UnsupportedError for types that cannot be read."""
        for i in places:
            kind = _without_meaning(self.types[i])
            if kind:
                raise UnsupportedError(f"type {kind} cannot be read: cast it, or leave the column out", column=i + 1, field=self.names[i])

    def places(self, names: Iterable[str]) -> "list[int]":
        """Where columns stand. Raises ArgumentError for one that is not there, or not alone of its name."""
        found = []
        for name in names:
            if self.names.count(name) != 1:
                raise ArgumentError(f"the DataFrame has {self.names.count(name) or 'no'} column{'s' * (name in self.names)} {name}")
            found.append(self.names.index(name))
        return found

    def nulls(self, places: Iterable[int], rows: int = 1) -> Any:
        """A table of the columns without a value: what depends on the columns alone fails with it before a job is run."""
        leaves = [leaf for i in places for leaf in self.leaves[i]]
        return pa.Table.from_arrays([pa.nulls(rows, pa.string())] * len(leaves), names=leaves)


def _leaves(name: str, kind: Any) -> Iterator[str]:
    if isinstance(kind, _types.UserDefinedType):
        kind = kind.sqlType()
    if not isinstance(kind, _types.StructType):
        yield name
        return
    for field in kind.fields:
        yield from _leaves(f"{name}.{field.name}", field.dataType)


def _without_meaning(kind: Any) -> Optional[str]:
    name = type(kind).__name__
    if name in _NO_MEANING:
        return name
    inner = [getattr(kind, part) for part in ("elementType", "keyType", "valueType") if hasattr(kind, part)]
    inner += [field.dataType for field in kind.fields] if isinstance(kind, _types.StructType) else []
    return next(filter(None, map(_without_meaning, inner)), None)


def _numbered(df: "DataFrame", places: Sequence[int]) -> "DataFrame":
    """The columns at some places, by names that need no quotes: theirs may have dots, or differ in case alone."""
    plain = df.toDF(*(f"c{i}" for i in range(len(df.columns))))
    return plain.select(*(f"c{i}" for i in places))


_broadcasts: "WeakKeyDictionary[Model, tuple[Any, Any]]" = WeakKeyDictionary()


def _sent(df: "DataFrame", model: Model) -> Any:
    """The model's bytes for the executors: broadcast once; inside the plan where Spark Connect has no broadcasts."""
    try:
        context = df.sparkSession.sparkContext
    except Exception:  # the class differs between releases
        return model.to_bytes()
    held = _broadcasts.get(model)
    if held is None or held[0] is not context:
        held = _broadcasts[model] = context, context.broadcast(model.to_bytes())
    return held[1]


def _type_of(field: Any) -> Any:
    if pa.types.is_list(field.type):
        return _types.ArrayType(_type_of(field.type.value_field), field.type.value_field.nullable)
    return {pa.int32(): _types.IntegerType(), pa.int64(): _types.LongType(), pa.string(): _types.StringType()}[field.type]


def _read_of(columns: _Columns, model: Model, key: Optional[str]) -> "list[int]":
    """Where the columns stand that the model reads, or that may be the key: no others need to be sent to it."""
    from .scorer import _Record
    record = _Record(model)
    wanted = None if key is None else key.strip().lower()
    found = [i for i, leaves in enumerate(columns.leaves)
             if any(record._column(leaf) >= 0 or leaf.strip().lower() == wanted for leaf in leaves)]
    return found or list(range(len(columns.names)))


def _kept(columns: _Columns, keep: Keep) -> "list[int]":
    if keep is None:
        return []
    if keep == "all":
        return list(range(len(columns.names)))
    return columns.places([keep] if isinstance(keep, str) else keep)


def _layers(model: Model, layers: Union[str, Iterable[str], None], events: Any) -> Optional["list[str]"]:
    if layers is not None:
        return [layers] if isinstance(layers, str) else list(layers)
    timing = [name for name in model.layers if name != "fit"]
    if timing and events is None:
        raise ArgumentError(f"the model's layers {', '.join(timing)} look at events: give events, or layers=\"fit\", or name all layers to have those scored "
                            "without events")
    return None


def score(df: "DataFrame", model: Model, *, keep: Keep = None, prefix: str = "", key: Optional[str] = None, layers: Union[str, Iterable[str], None] = None,
          reasons: int = 0, as_of: Optional[Moment] = None, events: Optional["DataFrame"] = None, event_columns: EventColumns = None,
          invalidates: Patterns = None) -> "DataFrame":
    """Scores companies, a row each, on the executors: a DataFrame that nothing is computed of until it is used.

    - ``keep``: columns of the input that stand before the scores, as they are: names, ``"all"``, None = none; the scores have a column ``key`` of their own
    - ``prefix``: stands before the name of each column of scores, should one of the input have the same
    - ``key``, ``layers``, ``reasons``, ``as_of``: as of icp.Scorer; without events, layers that look at them must be named, and are scored without
    - ``events``: events of the companies, which need ``as_of``; ``event_columns``: their columns ``key``, ``type``, ``time`` and perhaps ``value``, of which
      key is text or whole numbers as the companies' is, and time a date or timestamp; ``invalidates``: as of icp.Accounts

    Columns of scores are those of icp.Result. Only columns that the model reads, or that are kept, reach Python. The model goes to each executor once, and
    becomes a model once in each of its Python workers. With events, companies and events are brought together by key, in one shuffle. Raises at once
    SchemaError when the rows have none of the model's columns, KeyColumnError, UnsupportedError for a layer that the model lacks, a type that cannot be read
    or events of a model whose keys are hosts, ArgumentError for columns that are not there or a name twice. What a row is refused for comes out of the job,
    with partition, row in it and column, as an icp.Error in the text of Spark's exception. Since 0.1.
    """
    columns = _Columns(df)
    options: "dict[str, Any]" = {"layers": _layers(model, layers, events), "reasons": reasons, "key": key, "as_of": None if as_of is None else micros(as_of)}
    read, kept = _read_of(columns, model, key), _kept(columns, keep)
    columns.check(read)
    results = pa.table(Scorer(model, **options).score(columns.nulls(read))).schema
    names = [columns.names[i] for i in kept] + [prefix + name for name in results.names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(f"columns would stand twice in the scores: {', '.join(twice)}; keep others, or give a prefix for those of the scores")
    fields = [_types.StructField(name, columns.fields[i].dataType) for name, i in zip(names, kept)]
    fields += [_types.StructField(name, _type_of(field)) for name, field in zip(names[len(kept):], results)]
    sent = sorted({*read, *kept})
    how: "dict[str, Any]" = {"model": (model.id, _sent(df, model)), "columns": [columns.names[i] for i in sent],
                             "read": [sent.index(i) for i in read], "keep": [sent.index(i) for i in kept], "out": names, "options": options}
    if events is None:
        return _numbered(df, sent).mapInArrow(_task("score", **how), _types.StructType(fields))
    found = _Events(events, event_columns, model, as_of)
    how.update(events=found.names, event_columns=dict(event_columns or {}), invalidates=invalidates)
    together = found.beside(df, sent, _key_of(columns, key or found.company_key))
    return together.mapInArrow(_task("score_events", **how), _types.StructType(fields))


def _key_of(columns: _Columns, key: str) -> int:
    found = [i for i, leaves in enumerate(columns.leaves) if len(leaves) == 1 and leaves[0].strip().lower() == key.strip().lower()]
    if len(found) != 1:
        raise KeyColumnError(f"events need one column of keys, {key}, and the DataFrame has {len(found) or 'none'}")
    return found[0]


class _Events:
    """Events on their way to their companies: rows of both with the same key come to the same partition, events first."""

    def __init__(self, df: "DataFrame", columns: EventColumns, model: Model, as_of: Optional[Moment]) -> None:
        if as_of is None:
            raise ArgumentError("events need as_of: the moment at which the companies are looked at")
        given = _Columns(df)
        missing = [name for name in ("key", "type", "time") if name not in (columns or {})]
        if missing:
            raise ArgumentError(f"event_columns must name {', '.join(missing)}: what a partition holds does not tell it alike everywhere")
        self.places = given.places((columns or {}).values())
        self.names = [given.names[i] for i in self.places]
        self.df, self.types = df, [given.types[i] for i in self.places]
        self.key = self.names.index((columns or {})["key"])
        if not isinstance(self.types[self.names.index((columns or {})["time"])], (_types.DateType, _types.TimestampType, _types.TimestampNTZType)):
            raise UnsupportedError("the time of events must be a date or timestamp: texts may mean another day in another partition",
                                   field=(columns or {})["time"])
        layer = next((name for name in model.layers if name != "fit"), None)
        if layer is None:
            raise UnsupportedError("the model has no layer that looks at events")
        if _keys_are_hosts(model, layer, micros(as_of)):
            raise UnsupportedError("keys of this model are hosts, which Spark cannot bring together: score with events on one machine")
        self.company_key: str = model.layer(layer).key

    def beside(self, df: "DataFrame", sent: Sequence[int], key: int) -> "DataFrame":
        """Rows of kind 0, events, and of kind 1, companies."""
        kinds = [df.schema.fields[key].dataType, self.types[self.key]]
        texts = [isinstance(kind, _types.StringType) for kind in kinds]
        if not all(texts) and not (all(isinstance(kind, _types.IntegralType) for kind in kinds)):
            raise UnsupportedError(f"keys of companies ({kinds[0].simpleString()}) and events ({kinds[1].simpleString()}) must both be texts or whole numbers")
        companies, events = _numbered(df, sent), _numbered(self.df, self.places)
        company, event = _functions.struct(*companies.columns), _functions.struct(*events.columns)
        rows = companies.select(_bucket(f"c{key}"), _functions.lit(1).alias("kind"), company.alias("company"),
                                _functions.lit(None).cast(events.select(event).schema.fields[0].dataType).alias("event"))
        others = events.select(_bucket(events.columns[self.key]), _functions.lit(0).alias("kind"),
                               _functions.lit(None).cast(rows.schema["company"].dataType).alias("company"), event.alias("event"))
        together = rows.unionByName(others).repartition("bucket").sortWithinPartitions("kind")
        return together.select("kind", "company", "event")


def _bucket(column: str) -> Any:
    """What is equal for keys that the library holds to be equal: it cuts blanks at the ends."""
    return _functions.hash(_functions.regexp_replace(_functions.col(column).cast("string"), "[\\x00-\\x20\\u00a0]", "")).alias("bucket")


def _keys_are_hosts(model: Model, layer: str, as_of: int) -> bool:
    accounts = Accounts(model, as_of)
    accounts.add_event("https://www.a.example/b", model.signals(layer)[0].type, max(as_of - 1, 0))
    try:
        accounts.account("a.example")
    except NoMatchError:
        return False
    return True


def build_reference(df: "DataFrame", *, key: Optional[str] = None, key_form: str = "exact", k: int = 0, seed: int = 0, exclude: Patterns = None,
                    release: Patterns = None, merge_bytes: int = _MERGED_AT_ONCE) -> Reference:
    """Builds a reference from companies at large, a row each: each partition becomes a part of at most k companies, and executors merge the parts in a tree.

    The driver gets one part, the last. The bytes are those of icp.Reference.build() of the same rows. ``merge_bytes``: bytes of parts that an executor
    takes at once where there are more than two; other arguments as of icp.ReferenceBuilder. Raises what icp.Reference.build() raises of the columns at
    once; what a row is refused for comes out of the job as in score(). Since 0.1.
    """
    columns = _Columns(df)
    options = {"key": key, "key_form": key_form, "k": k, "seed": seed, "exclude": exclude, "release": release}
    everything = range(len(columns.names))
    columns.check(everything)
    ReferenceBuilder(**options).add(columns.nulls(everything))  # type: ignore[arg-type]
    parts = _numbered(df, everything).mapInArrow(_task("build_part", columns=columns.names, options=options), _PART_TYPE)
    builder = ReferenceBuilder(**options)  # type: ignore[arg-type]
    for row in _merged(parts, merge_bytes):
        if row.part is not None:
            builder.merge(Reference.from_bytes(bytes(row.part)))
        if row.rows_without_key:
            _count_without_key(builder, columns, row.rows_without_key)
    return builder.finish()


def _count_without_key(builder: ReferenceBuilder, columns: _Columns, rows: int) -> None:
    for at in range(0, rows, 65536):
        builder.add(columns.nulls(range(len(columns.names)), min(65536, rows - at)))


def _merged(parts: "DataFrame", merge_bytes: int) -> Any:
    """The one part of all parts, none where there was no row. Each level is kept until the next is there, so that nothing is computed twice."""
    levels = [parts.persist()]
    try:
        while True:
            count, size, most = levels[-1].selectExpr("count(*)", "coalesce(sum(length(part)), 0)", "coalesce(max(length(part)), 0)").collect()[0]
            for below in levels[:-1]:
                below.unpersist()
            if count <= 1:
                return levels[-1].collect()
            groups = 1 if size <= merge_bytes else -(-count // max(2, merge_bytes // max(most, 1)))
            grouped = levels[-1].coalesce(1) if groups == 1 else levels[-1].repartitionByRange(groups, "partition")
            levels.append(grouped.mapInArrow(_task("merge_parts"), _PART_TYPE).persist())
    finally:
        for level in levels:
            level.unpersist()


def _stream(df: Any) -> Any:
    """The rows of a DataFrame as a stream of Arrow, a few partitions at a time; what is no DataFrame stays as it is."""
    if not _is_frame(df):
        return df
    columns = _Columns(df)
    columns.check(range(len(columns.names)))
    packed = _numbered(df, range(len(columns.names))).mapInArrow(_task("pack", columns=columns.names), "rows binary")
    batches = (batch for row in packed.toLocalIterator(prefetchPartitions=True) for batch in pa.ipc.open_stream(bytes(row.rows)))
    first = next(batches, None)
    if first is None:
        return columns.nulls(range(len(columns.names)), 0)
    return pa.RecordBatchReader.from_batches(first.schema, _chain(first, batches))


def _chain(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _is_frame(data: Any) -> bool:
    return hasattr(data, "toLocalIterator") and hasattr(data, "mapInArrow")


def fit(customers: Any, reference: Reference, *, universe: Any = None, excluded: Any = None, events: Any = None, outcomes: Any = None,
        **options: Any) -> Model:
    """Learns a model on the driver: icp.fit(), whose rows may be DataFrames of Spark. The bytes are those of the same rows on one machine.

    Rows come to the driver as a stream, and are not held; customers are few. A ``universe``, where customers are listed by key alone, comes too: of a large
    one give the rows that may be customers. Arguments and errors as of icp.fit(). Since 0.1.
    """
    return _fit(_stream(customers), reference, universe=_stream(universe), excluded=_stream(excluded), events=_stream(events), outcomes=_stream(outcomes),
                **options)


__all__ = ["build_reference", "fit", "score"]
