# SPDX-License-Identifier: MIT
"""What icp.spark runs inside the Python workers of executors. Spark itself is not needed here, but for the number of the partition."""
from __future__ import annotations

import contextlib
import importlib
import threading
from collections import OrderedDict
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence

from . import _arrow
from ._call import make
from ._input import Batch
from ._library import lib
from .context import default_context
from .errors import Error, KeyColumnError, LimitError
from .events import Accounts
from .model import Model
from .reference import Reference, ReferenceBuilder
from .result import BatchResult
from .scorer import Scorer, _score

pa: Any = importlib.import_module("pyarrow")
importlib.import_module("pyarrow.compute")

#: A part of a reference on its way: partition it came from, rows without a key that no part holds, and the part, null where no row had a key.
PART = pa.schema([("partition", pa.int64()), ("rows_without_key", pa.int64()), ("part", pa.binary())])
#: A part has to fit into a value of Spark.
PART_MOST = 1 << 30
_MODELS_HELD = 4

_lock = threading.Lock()
_models: "OrderedDict[str, Model]" = OrderedDict()
#: How often a model was made from its bytes in this process.
models_loaded = 0


def model_of(id: str, source: Any) -> Model:
    """The model of an id, made from its bytes once in the life of this process; source is the bytes, or a broadcast of them."""
    global models_loaded
    with _lock:
        if id not in _models:
            _models[id] = Model.from_bytes(getattr(source, "value", source))
            models_loaded += 1
            while len(_models) > _MODELS_HELD:
                _models.popitem(last=False)
        _models.move_to_end(id)
        return _models[id]


def check_version(version: int) -> None:
    """Raises ImportError unless this is the library that the driver has."""
    if lib.icp_version() != version:
        raise ImportError(f"libicp is {lib.icp_version():#08x} on this executor and {version:#08x} on the driver: scores could differ, install the same everywhere")


def partition() -> int:
    """Number of the partition that is worked on; 0 outside of Spark."""
    context = importlib.import_module("pyspark").TaskContext.get()
    return context.partitionId() if context is not None else 0


@contextlib.contextmanager
def placed(before: int, what: str = "") -> Iterator[None]:
    """Errors say their partition, and the row in it."""
    try:
        yield
    except Error as error:
        error.source = f"{what}partition {partition()}"
        if error.row is not None:
            error.row += before
        raise


def _batch_of(arrow: Any) -> Batch:
    schema, array = arrow.__arrow_c_array__()
    pointers = _arrow._capsule_pointer(schema, b"arrow_schema"), _arrow._capsule_pointer(array, b"arrow_array")
    return Batch(make("icp_batch_from_arrow", default_context(), *pointers), schema, array)


def _named(batch: Any, names: Sequence[str]) -> Any:
    fields = [batch.schema.field(i).with_name(name) for i, name in enumerate(names)]
    return pa.RecordBatch.from_arrays(batch.columns, schema=pa.schema(fields))


def _joined(kept: Any, wanted: Sequence[int], result: Any, names: Sequence[str]) -> Any:
    fields = [kept.schema.field(i) for i in wanted] + [result.schema.field(i) for i in range(result.num_columns)]
    columns = [kept.column(i) for i in wanted] + result.columns
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema([field.with_name(name) for field, name in zip(fields, names)]))


def score(batches: Iterable[Any], *, model: "tuple[str, Any]", columns: Sequence[str], read: Sequence[int], keep: Sequence[int], out: Sequence[str],
          options: Mapping[str, Any]) -> Iterator[Any]:
    """Scores the rows of a partition: `read` are the columns that the scorer sees, `keep` those that go out before the results, `out` all names."""
    scorer: Optional[Scorer] = None
    before = 0
    for batch in batches:
        if scorer is None:
            scorer = Scorer(model_of(*model), **options)
        yield _scored(scorer, _named(batch, columns), before, read, keep, out)
        before += batch.num_rows


def score_events(batches: Iterable[Any], *, model: "tuple[str, Any]", columns: Sequence[str], read: Sequence[int], keep: Sequence[int], out: Sequence[str],
                 options: Mapping[str, Any], events: Sequence[str], event_columns: Mapping[str, str], invalidates: Any) -> Iterator[Any]:
    """Scores the companies of a partition with their events, which come before them and are held until the first of them."""
    held: "list[Any]" = []
    scorer: Optional[Scorer] = None
    before = 0
    for batch in batches:
        companies = pa.compute.sum(batch.column(0)).as_py() or 0
        first = batch.num_rows - companies
        if first:
            held.append(_flat(batch.column(2).slice(0, first), events))
        if not companies:
            continue
        if scorer is None:
            made = model_of(*model)
            scorer = Scorer(made, accounts=_accounts(made, held, options["as_of"], event_columns, invalidates), **options)
            held = []
        yield _scored(scorer, _flat(batch.column(1).slice(first), columns), before, read, keep, out)
        before += companies


def _accounts(model: Model, held: "list[Any]", as_of: int, columns: Mapping[str, str], invalidates: Any) -> Accounts:
    accounts = Accounts(model, as_of, invalidates=invalidates)
    if held:
        with placed(0, "events of "):
            accounts.add(pa.Table.from_batches(held), columns=columns)
    return accounts


def _flat(structs: Any, names: Sequence[str]) -> Any:
    fields = [structs.type.field(i).with_name(name).with_nullable(True) for i, name in enumerate(names)]
    return pa.RecordBatch.from_arrays(structs.flatten()[:len(names)], schema=pa.schema(fields))


def _scored(scorer: Scorer, batch: Any, before: int, read: Sequence[int], keep: Sequence[int], out: Sequence[str]) -> Any:
    seen = pa.RecordBatch.from_arrays([batch.column(i) for i in read], schema=pa.schema([batch.schema.field(i) for i in read]))
    with placed(before):
        rows = _batch_of(seen)
        try:
            result = pa.record_batch(BatchResult(scorer, [_score(scorer, rows)]))
        finally:
            rows.close()
    return _joined(batch, keep, result, out)


def _part(number: int, without_key: int, part: Optional[bytes]) -> Any:
    if part is not None and len(part) > PART_MOST:
        raise LimitError(f"a part of the reference has {len(part):,} bytes, of which Spark moves at most {PART_MOST:,}: choose a smaller k, or exclude columns")
    return pa.RecordBatch.from_pydict({"partition": [number], "rows_without_key": [without_key], "part": [part]}, schema=PART)


def build_part(batches: Iterable[Any], *, columns: Sequence[str], options: Mapping[str, Any]) -> Iterator[Any]:
    """The reference of the rows of a partition."""
    builder: Optional[ReferenceBuilder] = None
    before = 0
    for batch in batches:
        if builder is None:
            builder = ReferenceBuilder(**options)
        with placed(before):
            rows = _batch_of(_named(batch, columns))
            try:
                builder.add_batch(rows)
            finally:
                rows.close()
        before += batch.num_rows
    if builder is not None and before:
        yield _finished(builder, before)


def _finished(builder: ReferenceBuilder, rows: int) -> Any:
    try:
        made = builder.finish().to_bytes()
    except KeyColumnError:  # of no row: they are only counted
        return _part(partition(), rows, None)
    return _part(partition(), 0, made)


def merge_parts(batches: Iterable[Any]) -> Iterator[Any]:
    """The one part of all parts of a partition. Each is freed once it is merged."""
    merged = Merged()
    for batch in batches:
        for number, without_key, part in zip(*(batch.column(i) for i in range(3))):
            merged.add(number.as_py(), without_key.as_py(), part.as_py())
    if merged.first is not None:
        yield _part(merged.first, merged.without_key, merged.bytes())


class Merged:
    """Parts of a reference, merged one by one."""

    def __init__(self) -> None:
        self.first: Optional[int] = None
        self.without_key = 0
        self._alone: Optional[bytes] = None  # what nothing is merged with stays as it is
        self._builder: Optional[ReferenceBuilder] = None

    def add(self, number: int, without_key: int, part: Optional[bytes]) -> None:
        """Adds a part, as in PART."""
        self.first = number if self.first is None else min(self.first, number)
        self.without_key += without_key
        if part is None:
            return
        if self._builder is None and self._alone is None:
            self._alone = part
            return
        if self._builder is None and self._alone is not None:
            self._begin(self._alone)
        self._merge(part)

    def _begin(self, part: bytes) -> None:
        first = Reference.from_bytes(part)
        info = first.info
        self._builder = ReferenceBuilder(key=info.key_column, key_form=info.key_form, k=info.k, seed=info.seed)
        self._builder.merge(first)
        self._alone = None

    def _merge(self, part: bytes) -> None:
        assert self._builder is not None
        self._builder.merge(Reference.from_bytes(part))

    def bytes(self) -> Optional[bytes]:
        """The part of all parts; None without one."""
        return self._alone if self._builder is None else self._builder.finish().to_bytes()


def pack(batches: Iterable[Any], *, columns: Sequence[str]) -> Iterator[Any]:
    """Each batch as the bytes of an Arrow stream, so that it comes to the driver as it is."""
    for batch in batches:
        named = _named(batch, columns)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, named.schema) as writer:
            writer.write_batch(named)
        yield pa.RecordBatch.from_pydict({"rows": [sink.getvalue().to_pybytes()]}, schema=pa.schema([("rows", pa.binary())]))


FUNCTIONS: "dict[str, Callable[..., Iterator[Any]]]" = {"score": score, "score_events": score_events, "build_part": build_part, "merge_parts": merge_parts, "pack": pack}
