# SPDX-License-Identifier: MIT
"""Reports on data and models. Each is a dict of whole numbers and texts, described in doc/."""
from __future__ import annotations

import ctypes as c
import json
from typing import Any, Mapping, Optional, Union

from . import _abi
from ._call import Progress, buffer, call, filled, pointer_of, progress_struct
from ._input import Reader, Rows, each, open_reader, use
from ._values import Moment, Path, Patterns, json_bytes, layer_number, micros, path_bytes, texts
from .context import Context, default_context
from .decisions import Decisions
from .events import Accounts, EventColumns, event_columns
from .fit import prepare
from .model import Model
from .reference import Reference


class _Readers:
    """Several readers that are closed together; None stays None."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.opened: "list[Reader]" = []

    def open(self, rows: Optional[Rows], events: bool = False) -> Optional[Reader]:
        if rows is None:
            return None
        self.opened.append(open_reader(self.context, rows, events=events))
        return self.opened[-1]

    def __enter__(self) -> "_Readers":
        return self

    def __exit__(self, kind: Any, *_raised: Any) -> None:
        try:
            for reader in self.opened if kind is None else []:
                reader.check_end()
        finally:
            for reader in self.opened:
                reader.close()


def _parsed(data: bytes) -> "dict[str, Any]":
    result: "dict[str, Any]" = json.loads(data)
    return result


def examine(rows: Rows, *, events: bool = False, context: Optional[Context] = None) -> "dict[str, Any]":
    """Reads all rows and says what was read: format, delimiter, rows, ragged and left-out rows, converted cells, bytes. ``events``: those of linked tables.

    Raises IoError, FormatError, LimitError, with row and column. Since 0.1.
    """
    def read(reader: Reader) -> "dict[str, Any]":
        batch = reader.next()
        while batch is not None:
            batch.close()
            batch = reader.next()
        return _parsed(reader.stats())
    result: "dict[str, Any]" = use(context or default_context(), rows, read, events=events)
    return result


def audit(customers: Rows, reference: Reference, *, progress: Progress = None, **options: Any) -> "dict[str, Any]":
    """What is known of each column before anything is learned, and which columns give the answer away (doc/audit.md). Arguments as of fit(). Since 0.1."""
    return prepare(customers, reference, progress=progress, **options).audit(progress=progress)


def match(customers: Rows, reference: Reference, **options: Any) -> "dict[str, Any]":
    """Which customers are found in the reference or the universe, and how (doc/identity.md). Arguments as of fit(). Since 0.1."""
    return prepare(customers, reference, list_customers=True, **options).matches()


def standing(model: Model, *, decisions: Optional[Decisions] = None, as_of: Optional[Moment] = None) -> "dict[str, Any]":
    """How a model stands at a moment, or that of the decisions: owner, what is overdue, what changed since the fit, open flags (doc/card.md). Since 0.1."""
    if decisions is None and as_of is None:
        raise ValueError("give as_of or decisions: the clock is not read")
    return _parsed(buffer("icp_model_standing", model, decisions, 0 if as_of is None else micros(as_of)))


def drift(model: Model, now: Rows, before: Optional[Rows] = None, *, false_alarm_micro: int = 0, key: Optional[str] = None, accounts: Optional[Accounts] = None,
          accounts_before: Optional[Accounts] = None, progress: Progress = None) -> "dict[str, Any]":
    """Whether the mix of companies changed since the model was fitted, or since an earlier sample (doc/drift.md).

    ``false_alarm_micro``: chance of any alarm without drift, millionths, 0 = 50,000. Raises TooFewError without rows, SchemaError, KeyColumnError. Since 0.1.
    """
    options = filled(_abi.DriftOptions, false_alarm_micro=false_alarm_micro, accounts=pointer_of(accounts), accounts_before=pointer_of(accounts_before),
                     **texts("key_column", "key_size", key))
    with _Readers(model._context) as readers:
        return _parsed(buffer("icp_drift", model, readers.open(before), readers.open(now), c.byref(options), progress_struct(progress)))


def calibrate(model: Optional[Model], rows: Rows, outcomes: Rows, *, stored: bool = False, layer: Optional[str] = None, horizon_days: int = 0,
              as_of: Optional[Moment] = None, scored: Optional[Moment] = None, base_micro: Optional[int] = None, base_of_model: bool = False,
              host_keys: bool = False, alarm_micro: int = 0, scored_column: Optional[str] = None, key: Optional[str] = None, accounts: Optional[Accounts] = None,
              decisions: Optional[Decisions] = None, outcome_columns: EventColumns = None, progress: Progress = None) -> "dict[str, Any]":
    """How scores compare with what came of them (doc/calibration.md).

    - ``rows``: companies, or with ``stored`` scores as the command writes them, for which model may be None
    - ``outcomes``: rows with key, outcome and date; several inputs as a tuple or a list of paths
    - ``as_of``: no outcome dated at or after it is seen; ``scored``: when all scores were made; ``scored_column``: column with the date of each
    - ``base_micro``: share expected to have the outcome within the horizon, millionths; ``base_of_model``: as in the reference
    - ``alarm_micro``: chance of a false alarm, millionths, 0 = 50,000; ``host_keys``: keys count as their hosts

    Raises KeyColumnError, SchemaError, UnsupportedError, FormatError, ReferenceMismatchError. Since 0.1.
    """
    flags = (_abi.ICP_CALIBRATE_STORED * stored | _abi.ICP_CALIBRATE_AS_OF * (as_of is not None) | _abi.ICP_CALIBRATE_SCORED * (scored is not None)
             | _abi.ICP_CALIBRATE_BASE * (base_micro is not None) | _abi.ICP_CALIBRATE_BASE_OF_MODEL * base_of_model | _abi.ICP_CALIBRATE_HOST_KEYS * host_keys)
    columns = event_columns(outcome_columns)
    options = filled(_abi.CalibrateOptions, flags=flags, layer=layer_number(layer), horizon_days=horizon_days, as_of=0 if as_of is None else micros(as_of),
                     scored=0 if scored is None else micros(scored), base_micro=base_micro or 0, alarm_micro=alarm_micro, accounts=pointer_of(accounts),
                     decisions=pointer_of(decisions), columns=None if columns is None else c.addressof(columns._obj),
                     **texts("scored_column", "scored_size", scored_column), **texts("key_column", "key_size", key))
    with _Readers(default_context() if model is None else model._context) as readers:
        opened = readers.open(rows)
        others = [readers.open(one, events=True) for one in each(outcomes)]
        listed = (c.c_void_p * len(others))(*[pointer_of(reader) for reader in others])
        return _parsed(buffer("icp_calibrate", model, opened, listed, len(others), c.byref(options), progress_struct(progress)))


def diff(before_model: Model, now_model: Optional[Model] = None, *, now: Rows, before: Optional[Rows] = None, rows_to: Union[Path, None] = None,
         layer: Optional[str] = None, top: int = 0, key: Optional[str] = None, host_key: bool = False, via: Optional[Model] = None,
         events_before: Optional[Accounts] = None, events_now: Optional[Accounts] = None, events_now_to: Optional[Accounts] = None,
         events_now_via: Optional[Accounts] = None, progress: Progress = None) -> "dict[str, Any]":
    """What changed every company's score between two moments, two models, or both, exactly (doc/change.md).

    - ``now``, ``before``: companies now and then; before None = the rows of now
    - ``rows_to``: path of a CSV file with a row for each company; None = not wanted
    - ``top``: columns and companies that the summary lists, 0 = 10; ``via``: fitted on the first model's reference and the second's customers

    Raises KeyColumnError, SchemaError, UnsupportedError, ReferenceMismatchError, LimitError. Since 0.1.
    """
    options = filled(_abi.DiffOptions, flags=_abi.ICP_DIFF_HOST_KEY * host_key, layer=layer_number(layer), top=top, via=pointer_of(via),
                     events_before=pointer_of(events_before), events_now=pointer_of(events_now), events_now_to=pointer_of(events_now_to),
                     events_now_via=pointer_of(events_now_via), **texts("key_column", "key_size", key))
    with _Readers(before_model._context) as readers:
        then, current, sink = readers.open(before), readers.open(now), None
        if rows_to is not None:
            made = filled(_abi.Sink)
            call("icp_sink_open_file", before_model._context, path_bytes(rows_to), c.byref(made))
            sink = c.byref(made)
        return _parsed(buffer("icp_diff", before_model, now_model, then, current, c.byref(options), progress_struct(progress), sink))


def segments(model: Model, rows: Optional[Rows] = None, *, by: Patterns = None, layer: Optional[str] = None, most: int = 0, key: Optional[str] = None,
             accounts: Optional[Accounts] = None, progress: Progress = None) -> "dict[str, Any]":
    """Which segments the model carries (doc/segments.md). ``by``: headers of columns or ids of traits; ``most``: segments of a column, 0 = 20. Since 0.1."""
    options = filled(_abi.SegmentsOptions, layer=layer_number(layer), most=most, accounts=pointer_of(accounts), **texts("by", "by_size", by),
                     **texts("key_column", "key_size", key))
    with _Readers(model._context) as readers:
        return _parsed(buffer("icp_segments", model, readers.open(rows), c.byref(options), progress_struct(progress)))


def gates_check(candidate: Model, published: Optional[Model] = None, rows: Optional[Rows] = None, *, gates: Union[str, bytes, Mapping[str, Any], None] = None,
                calibration: Union[str, bytes, Mapping[str, Any], None] = None, candidate_accounts: Optional[Accounts] = None,
                published_accounts: Optional[Accounts] = None, key: Optional[str] = None, progress: Progress = None) -> "dict[str, Any]":
    """Holds a model that is to be published against the one that is (doc/publish.md). A gate that is not passed is a result, not an error.

    ``gates``: limits, None = the defaults; ``calibration``: report of calibrate() on the candidate. Raises FormatError with line and column. Since 0.1.
    """
    members: "dict[str, Any]" = {}
    for name, value in (("gates", gates), ("calibration", calibration)):
        if value is not None:
            data = json_bytes(value)
            members.update({f"{name}_json": data, f"{name}_size": len(data)})
    options = filled(_abi.GatesOptions, candidate_accounts=pointer_of(candidate_accounts), published_accounts=pointer_of(published_accounts), **members,
                     **texts("key_column", "key_size", key))
    with _Readers(candidate._context) as readers:
        return _parsed(buffer("icp_gates_check", candidate, published, readers.open(rows), c.byref(options), progress_struct(progress)))
