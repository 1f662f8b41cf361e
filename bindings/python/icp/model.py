# SPDX-License-Identifier: MIT
"""Models: what was learned from a customer list."""
from __future__ import annotations

import ctypes as c
import datetime as dt
import json
import mmap
import os
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping, NamedTuple, Optional, Sequence, Union

from . import _abi
from ._html import holder
from ._call import Handle, Progress, buffer, call, filled, make, text_of
from ._input import Rows, as_bytes, saved, source_of
from ._library import lib
from ._values import FAMILIES, LAYER_NAMES, TRAIT_KINDS, Moment, Path, encoded, json_bytes, layer_number, moment, texts
from .context import Context, default_context
from .decisions import Decisions
from .distribution import Distribution
from .events import Account, Accounts, EventColumns
from .reference import Reference
from .result import BatchResult, Result
from .schema import Schema
from .scorer import Explanation, Score, Scorer, ScorerOptions, ThreadScorers

if TYPE_CHECKING:
    from typing_extensions import Unpack

_MODEL_FLAGS = {_abi.ICP_MODEL_FEW_CUSTOMERS: "few_customers", _abi.ICP_MODEL_INTERVAL_UNCALIBRATED: "interval_uncalibrated",
                _abi.ICP_MODEL_LISTED_SHARE_HIGH: "listed_share_high", _abi.ICP_MODEL_ASSUMED: "assumed", _abi.ICP_MODEL_EDITED: "edited"}


_DIALECTS = {"duckdb": _abi.ICP_SQL_DUCKDB, "postgres": _abi.ICP_SQL_POSTGRES, "snowflake": _abi.ICP_SQL_SNOWFLAKE, "bigquery": _abi.ICP_SQL_BIGQUERY,
             "sqlite": _abi.ICP_SQL_SQLITE}


def _flags(bits: int) -> "list[str]":
    return [name for bit, name in _MODEL_FLAGS.items() if bits & bit]


class ModelInfo(NamedTuple):
    """Figures of a model; ids are SHA-256 in hexadecimal, parent_id is empty unless it was edited. Figures named _micro are millionths."""

    id: str
    reference_id: str
    parent_id: str
    flags: "list[str]"
    format: int
    extraction: int
    layers: "tuple[str, ...]"
    traits: int
    customers: int
    companies: int
    listed: int
    slope_micro: int
    cllr_micro: int
    auc_micro: int


class LayerInfo(NamedTuple):
    """Figures of a layer. Figures named _micro are millionths."""

    layer: str
    flags: "list[str]"
    horizon_days: int
    traits: int
    first_trait: int
    signals: int
    examples: int
    others: int
    slope_micro: int
    cllr_micro: int
    auc_micro: int
    key: str


class Signal(NamedTuple):
    """A type of events of a timing layer, and how fast it fades, in days; measured False = the half-life is assumed."""

    type: str
    measured: bool
    events: int
    newest: Optional[dt.datetime]
    half_life_days: int
    low_days: int
    high_days: int
    stale_days: int


class Trait(NamedTuple):
    """A trait: its id, what it is, its weight (-100 to 100), the milli-points it adds, and the companies and customers behind it."""

    id: str
    layer: str
    family: str
    kind: str
    column: str
    label: str
    weight: int
    points: int
    learned_points: int
    learned_weight: int
    customers: int
    customers_of: int
    reference: int
    reference_of: int
    variance: int


class Traits(Sequence[Trait]):
    """The traits of a model or of one of its layers, by index. Since 0.1."""

    def __init__(self, model: "Model", first: int, count: int) -> None:
        self._model, self._first, self._count = model, first, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError("no such trait")
        return self._model._trait(self._first + index % self._count)

    def top(self, count: int = 20) -> "list[Trait]":
        """Those with the largest weights of either sign, the largest first."""
        return sorted(self, key=lambda trait: (-abs(trait.weight), trait.id))[:count]

    def to_pandas(self) -> Any:
        """A DataFrame of pandas, a row each."""
        from .result import _wanted
        return _wanted("pandas").DataFrame(list(self), columns=list(Trait._fields))

    _repr_html_ = holder("traits")

    def __repr__(self) -> str:
        return f"<icp.Traits: {len(self):,}>"


class Model(Handle):
    """What was learned. Immutable; may be shared between threads, pickled and copied; scoring needs neither reference nor customers.

    Made by fit(), load() or from_bytes(). Since 0.1.
    """

    _release = lib.icp_model_unref

    def __init__(self, pointer: Optional[int], context: Context, *keep: Any) -> None:
        super().__init__(pointer, context, *keep)
        self._context = context
        self._threads = ThreadScorers()
        self._ids: "dict[int, str]" = {}

    @classmethod
    def load(cls, source: Union[Path, bytes, Any], *, map: bool = False, context: Optional[Context] = None) -> "Model":
        """Loads a model file: a path, bytes or a binary file. ``map``: a path is mapped read-only and scored in place; it must not change meanwhile.

        Raises IoError, FormatError, ChecksumError, VersionError, ExtractionError, LimitError.
        """
        context = context or default_context()
        if map:
            if not isinstance(source, (str, os.PathLike)):
                raise TypeError("only a path can be mapped")
            return cls._mapped(os.fspath(source), context)
        opened, _keep = source_of(context, source)
        return cls(make("icp_model_load", context, c.byref(opened)), context)

    @classmethod
    def _mapped(cls, path: str, context: Context) -> "Model":
        try:
            with open(path, "rb") as file:
                held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)  # private and writable, which from_buffer() asks for; never written
        except (OSError, ValueError):  # absent, empty, a pipe: the library says what is wrong, or reads it
            return cls.load(path, context=context)
        view = (c.c_char * len(held)).from_buffer(held)
        return cls(make("icp_model_load_memory", context, view, len(held), None, None), context, view, held)

    def save(self, target: Union[Path, Any]) -> None:
        """Writes a model file to a path (beside it, then renamed) or a binary file. Raises IoError."""
        saved("icp_model_save", self, self._context, target)

    def to_bytes(self) -> bytes:
        """The model file as bytes."""
        return as_bytes("icp_model_save", self, self._context)

    @classmethod
    def from_bytes(cls, data: bytes, *, context: Optional[Context] = None) -> "Model":
        """The model of to_bytes()."""
        return cls.load(bytes(data), context=context)

    @property
    def info(self) -> ModelInfo:
        """Figures of the model."""
        info = filled(_abi.ModelInfo)
        call("icp_model_describe", self, c.byref(info))
        layers = tuple(name for number, name in LAYER_NAMES.items() if info.layers >> number & 1)
        parent = bytes(info.parent_id)
        return ModelInfo(bytes(info.id).hex(), bytes(info.reference_id).hex(), parent.hex() if any(parent) else "", _flags(info.flags), info.format,
                         info.extraction, layers, info.traits, info.customers, info.companies, info.listed, info.slope_micro, info.cllr_micro, info.auc_micro)

    @property
    def id(self) -> str:
        """SHA-256 in hexadecimal."""
        return self.info.id

    @property
    def layers(self) -> "tuple[str, ...]":
        """Its layers: any of ``"fit"``, ``"intent"``, ``"retention"``."""
        return self.info.layers

    def layer(self, layer: Union[str, int]) -> LayerInfo:
        """Figures of one layer. Raises UnsupportedError when the model lacks it."""
        info = filled(_abi.LayerInfo)
        call("icp_model_layer", self, layer_number(layer), c.byref(info))
        return LayerInfo(LAYER_NAMES[info.layer], _flags(info.flags), info.horizon_days, info.traits, info.first_trait, info.signals, info.examples, info.others,
                         info.slope_micro, info.cllr_micro, info.auc_micro, text_of(info.key))

    def signals(self, layer: Union[str, int] = "intent") -> "list[Signal]":
        """The types of events of a timing layer. Raises UnsupportedError when the model lacks it."""
        found = []
        for i in range(self.layer(layer).signals):
            signal = filled(_abi.Signal)
            call("icp_model_signal", self, layer_number(layer), i, c.byref(signal))
            found.append(Signal(text_of(signal.type), bool(signal.measured), signal.events, moment(signal.newest), signal.half_life_days, signal.low_days,
                                signal.high_days, signal.stale_days))
        return found

    @property
    def card(self) -> "dict[str, Any]":
        """The card as it was given (doc/card.md); empty without one."""
        result: "dict[str, Any]" = json.loads(buffer("icp_model_card", self))
        return result

    def with_card(self, card: Union[str, bytes, Mapping[str, Any]]) -> "Model":
        """The same model with another card: a new model with a new id. Raises FormatError with line and column."""
        data = json_bytes(card)
        return Model(make("icp_model_with_card", self, data, len(data)), self._context, self)

    @property
    def schema(self) -> Schema:
        """The schema that it reads companies with."""
        return Schema(make("icp_model_schema", self), self._context)

    def summary(self) -> "dict[str, Any]":
        """What the fit found on the way (doc/command.md)."""
        result: "dict[str, Any]" = json.loads(buffer("icp_model_summary", self))
        return result

    def traits(self, layer: Union[str, int, None] = None) -> Traits:
        """Its traits, or those of one layer. Raises UnsupportedError for a layer that it lacks."""
        if layer is None:
            return Traits(self, 0, self.info.traits)
        info = self.layer(layer)
        return Traits(self, info.first_trait, info.traits)

    def find_trait(self, id: str, layer: Union[str, int] = "fit") -> Optional[Trait]:
        """The trait with this id, None when there is none."""
        data = encoded(id)
        index = lib.icp_model_find_trait(self, layer_number(layer), data, len(data))
        return None if index < 0 else self._trait(index)

    def _trait(self, index: int) -> Trait:
        trait = filled(_abi.Trait)
        call("icp_model_trait", self, index, c.byref(trait))
        return Trait(text_of(trait.id), LAYER_NAMES[trait.layer], FAMILIES[trait.family], TRAIT_KINDS[trait.kind], text_of(trait.column), text_of(trait.label),
                     trait.weight, trait.points, trait.learned_points, trait.learned_weight, trait.customers, trait.customers_of, trait.reference,
                     trait.reference_of, trait.variance)

    def _trait_id(self, index: int) -> str:
        found = self._ids.get(index)
        if found is None:
            found = self._ids[index] = self._trait(index).id
        return found

    def distribution(self, layer: Optional[str] = None, who: str = "reference") -> Distribution:
        """The distribution that the model stores, of the companies of the reference or of the ``"customers"``, each scored by a fit that did not see it."""
        whose = {"reference": _abi.ICP_WHO_REFERENCE, "customers": _abi.ICP_WHO_CUSTOMERS}
        if who not in whose:
            raise ValueError(f"who is one of {', '.join(whose)}, not {who!r}")
        pointer = make("icp_distribution_of_model", self, layer_number(layer or self.layers[0]), whose[who])
        return Distribution(context=self._context, _pointer=pointer)

    def edit(self, reference: Reference, edits: Union[str, bytes, Mapping[str, Any], Iterable[Mapping[str, Any]]], *, author: Optional[str] = None,
             reason: Optional[str] = None) -> "Model":
        """Changes points of the fit layer by hand (doc/change.md): a new model that names this one, its author and reason.

        ``edits``: a list such as ``[{"trait": "industry=fintech", "weight": 40}, {"family": "technology", "off": True}]`` with author and reason, or the
        whole as JSON. Raises ReferenceMismatchError when it was fitted on another reference, FormatError with line and column, LimitError, UnsupportedError.
        """
        if not isinstance(edits, (str, bytes, Mapping)):
            edits = {"author": author or "", "reason": reason or "", "edits": list(edits)}
        data = json_bytes(edits)
        return Model(make("icp_model_edit", self, reference, data, len(data)), self._context, self)

    def to_sql(self, dialect: str = "duckdb", *, table: Optional[str] = None, key: Optional[str] = None, partial: bool = False) -> str:
        """The fit layer as one SELECT that scores a table in a database (doc/sql.md): key, fit_score, fit_tier, fit_millipoints, exact.

        ``dialect``: ``"duckdb"``, ``"postgres"``, ``"snowflake"``, ``"bigquery"`` or ``"sqlite"``; ``table``: its name, None = companies; ``key``: header
        of the key column; ``partial``: leave out columns that SQL cannot express, which gives another score. Raises UnsupportedError naming such columns,
        KeyColumnError.
        """
        if dialect not in _DIALECTS:
            raise ValueError(f"a dialect is one of {', '.join(_DIALECTS)}, not {dialect!r}")
        options = filled(_abi.SqlOptions, flags=_abi.ICP_SQL_PARTIAL * partial, dialect=_DIALECTS[dialect], **texts("table", "table_size", table),
                         **texts("key_column", "key_size", key))
        return buffer("icp_model_to_sql", self, c.byref(options)).decode()

    def accounts(self, *events: Rows, as_of: Moment, columns: EventColumns = None, progress: Progress = None) -> Accounts:
        """The accounts of events as of a moment, to be scored with."""
        return Accounts(self, as_of, *events, columns=columns, progress=progress)

    def scorer(self, **options: Unpack[ScorerOptions]) -> Scorer:
        """A scorer for one thread; options as of Scorer."""
        return Scorer(self, **options)

    def score(self, rows: Rows, *, layers: Union[str, Iterable[str], None] = None, reasons: int = 0, key: Optional[str] = None,
              accounts: Optional[Accounts] = None, events: Optional[Rows] = None, decisions: Optional[Decisions] = None,
              as_of: Optional[Moment] = None) -> Result:
        """Scores companies, a row each; the result has as many rows, in their order. Any thread.

        Options as of Scorer; ``events``: events to make the accounts from, as of as_of, which they need. Raises SchemaError when the rows have none of the
        model's columns, KeyColumnError when the key that was asked for, or that accounts or decisions need, is missing, and what reading the rows raises.
        """
        if events is not None:
            if as_of is None:
                raise ValueError("events need as_of: the moment at which the companies are looked at")
            accounts = self.accounts(events, as_of=as_of)
        return Scorer(self, layers=layers, reasons=reasons, key=key, accounts=accounts, decisions=decisions, as_of=as_of).score(rows)

    def score_batches(self, rows: Rows, **options: Unpack[ScorerOptions]) -> Iterator[BatchResult]:
        """Scores batch by batch in memory that does not grow with the number of rows; options as of Scorer."""
        return Scorer(self, **options).batches(rows)

    def score_one(self, record: Mapping[str, Any], layer: Optional[str] = None, *, account: Optional[Account] = None) -> Score:
        """Scores one company, a mapping of header to value, with a scorer of this thread. More options: Scorer.score_one()."""
        if self._threads.scorer is None:
            again = Model(lib.icp_model_ref(self), self._context, *self._keep)  # one that does not hold this one, so that both go at once
            self._threads.scorer = Scorer(again)
        return self._threads.scorer.score_one(record, layer, account=account)

    def explain(self, record: Mapping[str, Any], layer: Optional[str] = None, *, account: Optional[Account] = None, **options: Unpack[ScorerOptions]) -> Explanation:
        """Scores one company and says why: what each trait adds, and the causes of its confidence. Options as of Scorer."""
        return Scorer(self, **options).explain(record, layer, account=account)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> Any:
        return Model.from_bytes, (self.to_bytes(),)

    def __copy__(self) -> "Model":
        return self

    def __deepcopy__(self, _memo: Any) -> "Model":
        return self

    _repr_html_ = holder("model")

    def __repr__(self) -> str:
        info = self.info
        return f"<icp.Model {info.id[:12]}: {', '.join(info.layers)}; {info.traits:,} traits, {info.customers:,} customers against {info.companies:,} companies>"
