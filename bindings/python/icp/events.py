# SPDX-License-Identifier: MIT
"""Events: what accounts did and when (doc/timing.md)."""
from __future__ import annotations

import ctypes as c
import json
from typing import TYPE_CHECKING, Any, Mapping, Optional, Union

from . import _abi
from ._call import Handle, Progress, buffer, call, filled, make, progress_struct
from ._input import Rows, each, use
from ._library import lib
from ._values import Moment, Patterns, encoded, layer_number, micros, texts
from .errors import StateError

if TYPE_CHECKING:
    from .model import Model

#: Headers of the columns ``key``, ``type``, ``time`` and ``value``; what is left out is found from headers and values.
EventColumns = Optional[Mapping[str, str]]


def event_columns(columns: EventColumns) -> Any:
    """A struct icp_event_columns, None for none."""
    if not columns:
        return None
    unknown = set(columns) - {"key", "type", "time", "value"}
    if unknown:
        raise ValueError(f"columns of events are key, type, time and value, not {', '.join(sorted(unknown))}")
    members: dict[str, Any] = {}
    for name, header in columns.items():
        members.update(texts(name, f"{name}_size", header))
    return c.byref(filled(_abi.EventColumns, **members))


def event_struct(type: str, time: Moment, value: Optional[float]) -> _abi.Event:
    """A struct icp_event."""
    name = encoded(type)
    return filled(_abi.Event, flags=0 if value is None else _abi.ICP_EVENT_VALUED, time=micros(time), value=0.0 if value is None else float(value), type=name,
                  type_size=len(name))


class Account(Handle):
    """What the timing layers of a model know of one account; of constant size, one thread.

    Raises UnsupportedError when the model has no layer that looks at events. Since 0.1.
    """

    _release = lib.icp_account_free

    def __init__(self, model: "Model", _pointer: Optional[int] = None) -> None:
        super().__init__(_pointer if _pointer is not None else make("icp_account_new", model), model)
        self._model = model

    def add(self, type: str, time: Moment, value: Optional[float] = None) -> "Account":
        """Adds an event, in any order and constant time; gives the account. Raises ArgumentError for a time before 1970 or an empty type, StateError when an
        invalidating event comes after later ones: make the account anew then."""
        call("icp_account_add", self, c.byref(event_struct(type, time, value)))
        return self

    def to_bytes(self) -> bytes:
        """The state: the same events give the same bytes, whatever their order."""
        size = c.c_size_t()
        call("icp_account_save", self, None, 0, c.byref(size))
        data = c.create_string_buffer(size.value)
        call("icp_account_save", self, data, size.value, c.byref(size))
        return data.raw

    @classmethod
    def from_bytes(cls, model: "Model", data: bytes) -> "Account":
        """The account of to_bytes(). Raises FormatError, ChecksumError, ReferenceMismatchError when it is of another model."""
        return cls(model, make("icp_account_load", model, data, len(data)))


class Accounts(Handle):
    """Accounts as of a moment, filled from events and given to scorers. Events dated at or after it are counted and not seen.

    One thread fills it; then it may be shared. ``invalidates``: further types of events that invalidate what came before.
    Raises UnsupportedError when the model has no layer that looks at events. Since 0.1.
    """

    _release = lib.icp_accounts_unref

    def __init__(self, model: "Model", as_of: Moment, *events: Rows, columns: EventColumns = None, invalidates: Patterns = None,
                 progress: Progress = None) -> None:
        self._model = model
        self.as_of = micros(as_of)
        options = filled(_abi.AccountsOptions, **texts("invalidates", "invalidates_size", invalidates))
        super().__init__(make("icp_accounts_new", model, self.as_of, c.byref(options)), model)
        if events:
            self.add(*events, columns=columns, progress=progress)

    def add(self, *events: Rows, columns: EventColumns = None, progress: Progress = None) -> None:
        """Adds events: rows with the account's key, a type, a date or time, perhaps a value. Inputs are read a second time where an invalidating event came
        late; so give all of them at once, and none that can be read only once (StateError says so when it would have to be).

        Raises IoError, FormatError, KeyColumnError, SchemaError (no column of times), LimitError, CancelledError.
        """
        step, named = progress_struct(progress), event_columns(columns)
        inputs = [one for event in events for one in each(event)]
        for again in range(3):
            for one in inputs:
                if again and _once(one):
                    raise StateError("an invalidating event came late and the events must be read again: give a path or a table, not a stream")
                use(self._model._context, one, lambda reader: call("icp_accounts_add", self, reader, named, step), events=True)
            if not lib.icp_accounts_again(self):
                return

    def add_event(self, key: str, type: str, time: Moment, value: Optional[float] = None) -> bool:
        """Adds one event of one account, its key as it stands in a file. True when all events must be added once more: the sums are then empty again."""
        name = encoded(key)
        call("icp_accounts_add_event", self, name, len(name), c.byref(event_struct(type, time, value)))
        return bool(lib.icp_accounts_again(self))

    def report(self) -> dict[str, Any]:
        """What was read (doc/timing.md): rows, events, what was left out and why, columns, accounts."""
        result: dict[str, Any] = json.loads(buffer("icp_accounts_report", self))
        return result

    def audit(self, layer: Union[str, int] = "intent") -> dict[str, Any]:
        """How stale the events are, by signal and account (doc/timing.md). Raises UnsupportedError for a layer that the model lacks."""
        result: dict[str, Any] = json.loads(buffer("icp_accounts_audit", self, layer_number(layer)))
        return result

    def account(self, key: str) -> Account:
        """One of the accounts as a state of its own. Raises NoMatchError when no event names it."""
        name = encoded(key)
        return Account(self._model, make("icp_accounts_account", self, name, len(name)))


def _once(data: Any) -> bool:
    """Whether an input can be read only once."""
    return hasattr(data, "__next__") or hasattr(data, "read")
