# SPDX-License-Identifier: MIT
"""Learning a model from a customer list."""
from __future__ import annotations

import ctypes as c
import json
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional, TypedDict, Union

from . import _abi
from ._call import Handle, Progress, buffer, call, filled, make, pointer_of, progress_struct
from ._input import Rows, each, use
from ._library import lib
from ._values import Moment, Patterns, encoded, json_bytes, layer_bits, micros, texts
from .context import Pool
from .events import EventColumns, event_columns, event_struct
from .reference import Reference
from .schema import Schema

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .model import Model


class FitOptions(TypedDict, total=False):
    """The options of Fit, as icp.fit() takes them too."""

    schema: Optional[Schema]
    min_customers: int
    allow_few: bool
    exact_keys: bool
    list_customers: bool
    layers: Union[str, Iterable[str], None]
    threads: int
    weight: Optional[str]
    key: Optional[str]
    since: Optional[str]
    release: Patterns
    protect: Patterns
    as_of: Optional[Moment]
    horizon_days: int
    invalidates: Patterns


class Fit(Handle):
    """A fit being prepared, step by step; icp.fit() does it in one call. One thread.

    - ``schema``: what the columns mean; None = inferred from the reference
    - ``min_customers``: refuse below, 0 = 20; ``allow_few``: fit all the same, and every result says so
    - ``exact_keys``: customers are found by their key alone, never by domain or name; ``key``: header of the key of customers and universe
    - ``layers``: any of ``"fit"``, ``"intent"``, ``"retention"``; None = those that there is data for
    - ``threads``: 1 to 256; never changes the result
    - ``weight``: header of a column of positive weights; ``since``: header of the date when each became a customer
    - ``release``: columns that are used although the audit would quarantine them; ``protect``: columns that are never kept
    - ``as_of``: no event or outcome dated at or after it is seen; ``horizon_days``: how far ahead an outcome counts, 0 = 90
    - ``invalidates``: further types of events that invalidate what came before
    - ``list_customers``: matches() lists every customer

    Raises SchemaError when the schema has no column of the reference. Since 0.1.
    """

    _release = lib.icp_fit_free

    def __init__(self, reference: Reference, *, schema: Optional[Schema] = None, min_customers: int = 0, allow_few: bool = False, exact_keys: bool = False,
                 list_customers: bool = False, layers: Union[str, Iterable[str], None] = None, threads: int = 1, weight: Optional[str] = None,
                 key: Optional[str] = None, since: Optional[str] = None, release: Patterns = None, protect: Patterns = None,
                 as_of: Optional[Moment] = None, horizon_days: int = 0, invalidates: Patterns = None) -> None:
        self._context = reference._context
        self._key = key or reference.info.key_column
        pool = Pool(self._context, threads) if threads != 1 else None
        flags = (_abi.ICP_FIT_ALLOW_FEW * allow_few | _abi.ICP_FIT_EXACT_KEYS * exact_keys | _abi.ICP_FIT_LIST_CUSTOMERS * list_customers
                 | _abi.ICP_FIT_AS_OF * (as_of is not None))
        members: dict[str, Any] = {}
        for name, size, value in (("weight_column", "weight_size", weight), ("key_column", "key_size", key), ("since_column", "since_size", since),
                                  ("release", "release_size", release), ("protect", "protect_size", protect),
                                  ("invalidates", "invalidates_size", invalidates)):
            members.update(texts(name, size, value))
        options = filled(_abi.FitOptions, flags=flags, min_customers=min_customers, layers=layer_bits(layers), pool=pointer_of(pool),
                         as_of=0 if as_of is None else micros(as_of), horizon_days=horizon_days, **members)
        super().__init__(make("icp_fit_new", self._context, reference, schema, c.byref(options)), reference, schema, pool)

    def add_customers(self, rows: Rows, *, progress: Progress = None) -> "Fit":
        """Adds customers: full rows, or their keys, domains or names alone (also as a plain list of texts). Gives the fit.

        Raises IoError, FormatError, LimitError, KeyColumnError, SchemaError (weights), CancelledError.
        """
        return self._add("icp_fit_add_customers", rows, progress)

    def add_universe(self, rows: Rows, *, progress: Progress = None) -> "Fit":
        """Looks up the full rows of the customers added so far. Raises StateError when none were."""
        return self._add("icp_fit_add_universe", rows, progress)

    def add_excluded(self, rows: Rows, *, progress: Progress = None) -> "Fit":
        """Adds companies that are neither customers nor examples of others, such as competitors and partners."""
        return self._add("icp_fit_add_excluded", rows, progress)

    def _add(self, name: str, rows: Rows, progress: Progress) -> "Fit":
        step = progress_struct(progress)
        use(self._context, rows, lambda reader: call(name, self, reader, step), key=self._key)
        return self

    def add_events(self, *events: Rows, columns: EventColumns = None, progress: Progress = None) -> "Fit":
        """Adds events: rows with the account's key, a type, a date or time, perhaps a value, in any order. Raises SchemaError without a column of times."""
        return self._add_dated("icp_fit_add_events", events, columns, progress)

    def add_outcomes(self, *outcomes: Rows, columns: EventColumns = None, progress: Progress = None) -> "Fit":
        """Adds outcomes: rows with the account's key, what came (converted, lost, expanded, renewed, churned, or words for them) and when."""
        return self._add_dated("icp_fit_add_outcomes", outcomes, columns, progress)

    def _add_dated(self, name: str, inputs: Iterable[Rows], columns: EventColumns, progress: Progress) -> "Fit":
        step, named = progress_struct(progress), event_columns(columns)
        for one in (one for given in inputs for one in each(given)):
            use(self._context, one, lambda reader: call(name, self, reader, named, step), events=True)
        return self

    def add_event(self, key: str, type: str, time: Moment, value: Optional[float] = None) -> "Fit":
        """Adds one event of one account."""
        name = encoded(key)
        call("icp_fit_add_event", self, name, len(name), c.byref(event_struct(type, time, value)))
        return self

    def add_outcome(self, key: str, outcome: str, time: Moment, value: Optional[float] = None) -> "Fit":
        """Adds one outcome of one account. Raises ArgumentError when the text says no outcome."""
        name = encoded(key)
        call("icp_fit_add_outcome", self, name, len(name), c.byref(event_struct(outcome, time, value)))
        return self

    def set_card(self, card: Union[str, bytes, Mapping[str, Any]]) -> "Fit":
        """The model's card (doc/card.md). Raises FormatError with line and column."""
        data = json_bytes(card)
        call("icp_fit_set_card", self, data, len(data))
        return self

    def audit(self, *, progress: Progress = None) -> dict[str, Any]:
        """What is known of each column before anything is learned, and which give the answer away (doc/audit.md)."""
        result: dict[str, Any] = json.loads(buffer("icp_fit_audit", self, progress_struct(progress)))
        return result

    def matches(self) -> dict[str, Any]:
        """Which customers were found, which were not, and which might be several (doc/command.md)."""
        result: dict[str, Any] = json.loads(buffer("icp_fit_matches", self))
        return result

    def events(self) -> dict[str, Any]:
        """What was read of events and outcomes (doc/timing.md)."""
        result: dict[str, Any] = json.loads(buffer("icp_fit_events", self))
        return result

    def run(self, *, progress: Progress = None) -> "Model":
        """Learns the model; may be called again after more rows were added. Same input, same bytes, whatever the order of rows or the number of threads.

        Raises TooFewError, NoMatchError, SchemaError, CancelledError, StateError.
        """
        from .model import Model
        return Model(make("icp_fit_run", self, progress_struct(progress)), self._context)


def prepare(customers: Rows, reference: Reference, *, universe: Optional[Rows] = None, excluded: Optional[Rows] = None, events: Optional[Rows] = None,
            outcomes: Optional[Rows] = None, event_columns: EventColumns = None, outcome_columns: EventColumns = None,
            card: Union[str, bytes, Mapping[str, Any], None] = None, progress: Progress = None, **options: Unpack[FitOptions]) -> Fit:
    """A Fit with everything added, ready to be run or audited; arguments as of fit()."""
    made = Fit(reference, **options)
    if card is not None:
        made.set_card(card)
    if customers is not None:
        made.add_customers(customers, progress=progress)
    if universe is not None:
        made.add_universe(universe, progress=progress)
    if excluded is not None:
        made.add_excluded(excluded, progress=progress)
    if events is not None:
        made.add_events(events, columns=event_columns, progress=progress)
    if outcomes is not None:
        made.add_outcomes(outcomes, columns=outcome_columns, progress=progress)
    return made


def fit(customers: Rows, reference: Reference, *, universe: Optional[Rows] = None, excluded: Optional[Rows] = None, events: Optional[Rows] = None,
        outcomes: Optional[Rows] = None, event_columns: EventColumns = None, outcome_columns: EventColumns = None,
        card: Union[str, bytes, Mapping[str, Any], None] = None, progress: Progress = None, **options: Unpack[FitOptions]) -> "Model":
    """Learns what customers have in common, compared with companies at large.

    - ``customers``: full rows, or keys, domains or names alone
    - ``reference``: companies at large
    - ``universe``: full rows of customers that are listed by key; ``excluded``: competitors and partners
    - ``events``, ``outcomes``: add the layers intent and retention; several inputs as a list of paths or a tuple
    - ``event_columns``, ``outcome_columns``: headers of ``key``, ``type``, ``time`` and ``value``; what is left out is found
    - ``card``: who answers for the model (doc/card.md)
    - ``progress``: called as ``progress(done, total)``, total 0 = not known; what is true stops the call (CancelledError)
    - all options of Fit

    Raises TooFewError, NoMatchError, SchemaError, KeyColumnError, and what reading the inputs raises. Since 0.1.
    """
    return prepare(customers, reference, universe=universe, excluded=excluded, events=events, outcomes=outcomes, event_columns=event_columns,
                   outcome_columns=outcome_columns, card=card, progress=progress, **options).run(progress=progress)
