# SPDX-License-Identifier: MIT
"""Scorers: one thread each, all scratch of scoring in them."""
from __future__ import annotations

import ctypes as c
import json
import threading
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping, NamedTuple, Optional, Tuple, TypedDict, Union

from . import _abi
from ._call import Handle, buffer, call, filled, make, pointer_of
from ._html import holder
from ._input import Batch, NoRows, Rows, open_reader
from ._library import lib
from ._rows import text
from ._values import CONFIDENCES, LAYER_NAMES, QUADRANTS, TIERS, Moment, encoded, flag_names, layer_bits, layer_number, micros, texts
from .decisions import Decisions
from .errors import ArgumentError, from_struct
from .events import Account, Accounts
from .result import BatchResult, Result

if TYPE_CHECKING:
    from .model import Model

Event = Tuple[Any, ...]  # type, time and perhaps value


class Score:
    """The score of one company in one layer.

    - ``layer``; ``score``: 200 to 759; ``low``, ``high``: its 90% interval; ``tier``: its name, and ``tier_number``, 1 to 5
    - ``millipoints``: the evidence, 53,000 = one bit, not saturated; ``variance``: (half width of the interval)^2 in milli-points squared
    - ``confidence``: its name, and ``confidence_number``, 1 to 4; ``holds_milli``: chance that the tier holds, thousandths
    - ``flags``: bits, and ``flag_names``; ``effective_milli``: effective number of customers, thousandths
    - timing layers: ``whole_millipoints``: milli-points as if nothing had been invalidated; ``stale_milli``: share of stale events, thousandths, None without events;
      ``trend_milli``: log2 of the last four weeks' rate over the account's own, thousandths, None when it is too young
    - ``effective_tier``: the tier that counts, an override's or its own; ``override_number``: the ledger's entry, 0 = none

    Since 0.1.
    """

    __slots__ = ("_struct",)

    def __init__(self, struct: _abi.Score) -> None:
        self._struct = struct

    score: int = property(lambda self: self._struct.score)  # type: ignore[assignment]
    low: int = property(lambda self: self._struct.low)  # type: ignore[assignment]
    high: int = property(lambda self: self._struct.high)  # type: ignore[assignment]
    millipoints: int = property(lambda self: self._struct.millipoints)  # type: ignore[assignment]
    variance: int = property(lambda self: self._struct.variance)  # type: ignore[assignment]
    holds_milli: int = property(lambda self: self._struct.holds)  # type: ignore[assignment]
    flags: int = property(lambda self: self._struct.flags)  # type: ignore[assignment]
    effective_milli: int = property(lambda self: self._struct.effective)  # type: ignore[assignment]
    whole_millipoints: int = property(lambda self: self._struct.whole)  # type: ignore[assignment]
    tier_number: int = property(lambda self: self._struct.tier)  # type: ignore[assignment]
    confidence_number: int = property(lambda self: self._struct.confidence)  # type: ignore[assignment]
    override_number: int = property(lambda self: self._struct.override_number)  # type: ignore[assignment]
    layer: str = property(lambda self: LAYER_NAMES[self._struct.layer])  # type: ignore[assignment]
    tier: str = property(lambda self: TIERS[self._struct.tier])  # type: ignore[assignment]
    confidence: str = property(lambda self: CONFIDENCES[self._struct.confidence])  # type: ignore[assignment]
    effective_tier: str = property(lambda self: TIERS[self._struct.effective_tier])  # type: ignore[assignment]
    flag_names: "list[str]" = property(lambda self: flag_names(self._struct.flags))  # type: ignore[assignment]

    @property
    def stale_milli(self) -> Optional[int]:
        """Share of the decayed events that is stale, thousandths; None without events."""
        return self._struct.stale if self._struct.stale >= 0 else None

    @property
    def trend_milli(self) -> Optional[int]:
        """Trend of the events, thousandths of a bit; None when it is not known."""
        return self._struct.trend if self._struct.trend != _abi.ICP_TREND_UNKNOWN else None

    def to_dict(self) -> "dict[str, Any]":
        """All of it."""
        return {name: getattr(self, name) for name in _SCORE_NAMES}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Score) and bytes(self._struct) == bytes(other._struct)

    def __hash__(self) -> int:
        return hash(bytes(self._struct))

    def __reduce__(self) -> Any:
        return _score_again, (bytes(self._struct),)

    def __repr__(self) -> str:
        return f"<icp.Score {self.layer} {self.score} ({self.low} to {self.high}), {self.tier}, confidence {self.confidence}>"


_SCORE_NAMES = [name for name, value in vars(Score).items() if isinstance(value, property)]


def _score_again(data: bytes) -> Score:
    return Score(_abi.Score.from_buffer_copy(data))


class Contribution(NamedTuple):
    """What a trait adds to a score: its id and milli-points."""

    trait: str
    millipoints: int


class Explanation(NamedTuple):
    """Why a score is what it is. The milli-points of the contributions add up to the score's, exactly; causes as in doc/command.md."""

    score: Score
    contributions: "list[Contribution]"
    causes: "dict[str, Any]"

    def _repr_html_(self) -> str:
        from ._html import explanation
        return explanation(self)


class Update(NamedTuple):
    """Scores of one company in all layers of a scorer, by layer, and its quadrant where there are fit and intent."""

    scores: "dict[str, Score]"
    quadrant: Optional[str]


class ScorerOptions(TypedDict, total=False):
    """The options of Scorer."""

    layers: Union[str, Iterable[str], None]
    reasons: int
    key: Optional[str]
    accounts: Optional[Accounts]
    decisions: Optional[Decisions]
    as_of: Optional[Moment]


class Scorer(Handle):
    """Scores companies; one thread at a time, so make one for each. Model.score() does so by itself.

    - ``layers``: any of ``"fit"``, ``"intent"``, ``"retention"``; None = all of the model
    - ``reasons``: traits collected per row and layer, at most 64; ``key``: header of the key column, None = the model's where a table has it
    - ``accounts``: events of the companies; ``decisions``: overrides, flags and changes to be shown
    - ``as_of``: the moment of scores with an account, and at which the model's card is held against the calendar; the clock is never read

    Raises UnsupportedError for a layer that the model lacks. Since 0.1.
    """

    _release = lib.icp_scorer_free

    def __init__(self, model: "Model", *, layers: Union[str, Iterable[str], None] = None, reasons: int = 0, key: Optional[str] = None,
                 accounts: Optional[Accounts] = None, decisions: Optional[Decisions] = None, as_of: Optional[Moment] = None) -> None:
        self.model = model
        self._bits = layer_bits(layers)
        self._record: Optional[_Record] = None
        options = filled(_abi.ScorerOptions, layers=self._bits, reasons=reasons, accounts=pointer_of(accounts), decisions=pointer_of(decisions),
                         flags=0 if as_of is None else _abi.ICP_SCORER_AS_OF, as_of=0 if as_of is None else micros(as_of), **texts("key_column", "key_size", key))
        super().__init__(make("icp_scorer_new", model, c.byref(options)), model, accounts, decisions)
        #: The layers that it scores.
        self.layers: "tuple[str, ...]" = tuple(name for name in model.layers if not self._bits or self._bits >> layer_number(name) & 1)
        self._first = layer_number(self.layers[0])

    def batches(self, rows: Rows) -> Iterator[BatchResult]:
        """Scores batch by batch, in the order of the rows, in memory that does not grow with their number."""
        return (BatchResult(self, [chunk]) for chunk in self._chunks(rows))

    def _chunks(self, rows: Rows) -> Iterator[_Chunk]:
        try:
            reader = open_reader(self.model._context, rows, empty=True)
        except NoRows:
            return
        try:
            batch = reader.next()
            while batch is not None:
                yield _score(self, batch)
                batch.close()
                batch = reader.next()
        finally:
            reader.close()

    def score(self, rows: Rows) -> Result:
        """Scores all rows; the result has as many, in their order.

        Raises SchemaError when the rows have none of the model's columns, KeyColumnError when the key column that was asked for is missing, and what
        reading the rows raises, with row and column.
        """
        return Result(self, [*self._chunks(rows)] or [_score(self, _no_rows(self.model))])

    def score_one(self, record: Mapping[str, Any], layer: Optional[str] = None, *, account: Optional[Account] = None) -> Score:
        """Scores one company, a mapping of header to value; what is missing is unknown, columns that the model does not know are passed over.

        ``layer``: None = the first of the scorer. ``account``: its events, all before as_of; None = those of the scorer's accounts that have the
        record's key. Raises UnsupportedError, SchemaError, ReferenceMismatchError when the account is of another model, StateError.
        """
        if self._record is None:
            self._record = _Record(self.model)
        self._record.set(record)
        return self._scored(layer_number(layer) if layer else self._first, account)

    def _scored(self, layer: int, account: Optional[Account]) -> Score:
        out = _abi.Score(_SCORE_SIZE)
        call("icp_scorer_score_record", self, self._record, account, layer, c.byref(out))
        return Score(out)

    def update(self, record: Mapping[str, Any], events: Iterable[Event] = (), account: Optional[Account] = None) -> Update:
        """Adds events, each ``(type, time)`` or ``(type, time, value)``, to an account in constant time, and scores the company anew in all layers."""
        for event in events:
            if account is None:
                raise ArgumentError("events need an account: icp.Account(model)")
            account.add(*event)
        self.score_one(record, self.layers[0], account=account)
        scores = {name: self._scored(layer_number(name), account) for name in self.layers}
        both = "fit" in scores and "intent" in scores
        return Update(scores, quadrant(scores["fit"].effective_tier, scores["intent"].effective_tier) if both else None)

    def contributions(self, layer: Optional[str] = None) -> "list[Contribution]":
        """What each trait added to the last record that was scored, the largest first. Raises StateError when none was."""
        number, n = layer_number(layer or self.layers[0]), c.c_size_t()
        call("icp_scorer_contributions", self, number, None, None, 0, c.byref(n))
        traits, points = (c.c_int32 * n.value)(), (c.c_int32 * n.value)()
        call("icp_scorer_contributions", self, number, traits, points, n.value, c.byref(n))
        return sorted((Contribution(self.model._trait_id(t), p) for t, p in zip(traits, points)), key=lambda one: -abs(one.millipoints))

    def causes(self, layer: Optional[str] = None) -> "dict[str, Any]":
        """Unknown and unreadable columns, causes of the confidence, interval and saturation of the last record (doc/command.md)."""
        result: "dict[str, Any]" = json.loads(buffer("icp_scorer_causes", self, layer_number(layer or self.layers[0])))
        return result

    def explain(self, record: Mapping[str, Any], layer: Optional[str] = None, *, account: Optional[Account] = None) -> Explanation:
        """Scores one company and says why."""
        score = self.score_one(record, layer, account=account)
        return Explanation(score, self.contributions(score.layer), self.causes(score.layer))


_SCORE_SIZE = c.sizeof(_abi.Score)


class _Chunk(Handle):
    """A result in C: the scores of one batch."""

    _release = lib.icp_result_free


def _score(scorer: Scorer, batch: Batch) -> _Chunk:
    chunk = _Chunk(make("icp_result_new", scorer.model._context), scorer.model._context)
    call("icp_scorer_score", scorer, batch, chunk)
    return chunk


def _no_rows(model: "Model") -> Batch:
    """A batch of the model's columns without a row."""
    names = [encoded(column.name) for column in model.schema]  # type: ignore[attr-defined]
    offsets = (c.c_int64 * (len(names) + 1))(0)
    for i, name in enumerate(names):
        offsets[i + 1] = offsets[i] + len(name)
    return Batch(make("icp_batch_from_text", model._context, len(names), 1, b"".join(names), offsets, None))


class _Record(Handle):
    """A record with the columns of a model, filled in one crossing."""

    _release = lib.icp_record_free

    def __init__(self, model: "Model") -> None:
        schema = model.schema
        super().__init__(make("icp_record_new", schema), model)
        self._columns: "dict[str, int]" = {}
        self._count = len(schema)
        self._offsets = (c.c_int64 * (self._count + 1))()
        self._validity = (c.c_uint8 * ((self._count + 7) // 8))()

    def _column(self, name: str) -> int:
        if name not in self._columns:
            data = encoded(name)
            if len(self._columns) > 65536:
                self._columns.clear()
            self._columns[name] = lib.icp_record_column(self, data, len(data))
        return self._columns[name]

    def set(self, record: Mapping[str, Any]) -> None:
        """Sets all columns; what the mapping lacks has no value."""
        if not isinstance(record, Mapping):
            raise TypeError(f"a record is a mapping of header to value, not {type(record).__name__}")
        cells: "list[bytes]" = [b""] * self._count
        validity = bytearray(len(self._validity))
        columns = self._columns
        for name, value in record.items():
            i = columns.get(name)
            if i is None:
                i = self._column(str(name))
            if i < 0 or value is None:
                continue
            if type(value) is not str:
                value = text(value)
                if value is None:
                    continue
            cells[i] = value.encode("utf-8", "replace")
            validity[i >> 3] |= 1 << (i & 7)
        offsets, at = self._offsets, 0
        for i, data in enumerate(cells):
            at += len(data)
            offsets[i + 1] = at
        self._validity[:] = list(validity)
        status = lib.icp_record_set_all(self, b"".join(cells), offsets, self._validity)
        if status:
            raise _refused(status)


def _refused(status: int) -> Exception:
    return from_struct(filled(_abi.Error, code=status, row=-1, line=-1, column=-1, byte=-1, message=b"the library does not take this record"))


def quadrant(fit_tier: str, intent_tier: str) -> str:
    """Where fit and intent meet: ``"low"``, ``"investigate"``, ``"early"`` or ``"pursue"``. Since 0.1."""
    return QUADRANTS[lib.icp_quadrant_of(TIERS.index(fit_tier), TIERS.index(intent_tier))]


def tier_of(millipoints: int) -> str:
    """The tier of an evidence in milli-points. Since 0.1."""
    return TIERS[lib.icp_tiers_tier(lib.icp_tiers_default(), millipoints)]


def score_of(millipoints: int) -> int:
    """The displayed score, 200 to 759, of an evidence in milli-points. Since 0.1."""
    return int(lib.icp_tiers_score(lib.icp_tiers_default(), millipoints))


class ThreadScorers(threading.local):
    """A scorer of each thread, for Model.score_one()."""

    scorer: Optional[Scorer] = None


