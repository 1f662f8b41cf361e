# SPDX-License-Identifier: MIT
"""The ledger: who decided what about scores and models, when and why (doc/ledger.md)."""
from __future__ import annotations

import ctypes as c
import datetime as dt
import json
import time
from typing import Any, Mapping, NamedTuple, Optional, Union

from . import _abi
from ._call import Handle, buffer, call, filled, make
from ._library import ledger_library
from ._values import Moment, Path, encoded, json_bytes, micros, path_bytes
from .context import Context, default_context
from .decisions import Decisions
from .model import Model

Subject = Mapping[str, Any]


class Head(NamedTuple):
    """What stands for the whole history: how many entries, and the hash of the last in hexadecimal. Keep it elsewhere: with it verify() finds a tail that was cut."""

    entries: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.entries}:{self.sha256}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """The head of its text, ``12:9c0d...``."""
        entries, _, sha256 = text.partition(":")
        return cls(int(entries), sha256)


def _head(struct: _abi.LedgerHead) -> Head:
    return Head(struct.entries, bytes(struct.sha256).hex())


def _now(now: Optional[Moment]) -> int:
    return time.time_ns() // 1000 if now is None else micros(now)


def _day(day: Union[str, dt.date]) -> str:
    return day if isinstance(day, str) else day.isoformat()[:10]


def _scope(company: Optional[str], traits: Any, whole_model: bool) -> "dict[str, Any]":
    if (company is not None) + (traits is not None) + whole_model != 1:
        raise ValueError("say what it is about: one of company, traits and whole_model")
    if company is not None:
        return {"scope": "company", "key": company}
    return {"scope": "model"} if traits is None else {"scope": "segment", "traits": [traits] if isinstance(traits, str) else list(traits)}


def _model_id(model: Union[Model, str, None]) -> "dict[str, str]":
    return {} if model is None else {"model": model if isinstance(model, str) else model.id}


class Ledger(Handle):
    """One connection to a ledger, a SQLite file whose history is chained by SHA-256. One thread at a time; not carried over a fork.

    - ``create``: made when there is none; ``read_only``: the file is never written

    ``now`` of what is written is a moment; None = that of the clock. ImportError where the library of the ledger was not built.
    Raises IoError, FormatError when the file is no ledger, VersionError, ChecksumError, LedgerError. Since 0.1.
    """

    def __init__(self, path: Path, *, create: bool = False, read_only: bool = False, context: Optional[Context] = None) -> None:
        self._library = ledger_library()
        type(self)._release = self._library.icp_ledger_free
        self._context = context or default_context()
        flags = _abi.ICP_LEDGER_CREATE * create | _abi.ICP_LEDGER_READ_ONLY * read_only
        super().__init__(make("icp_ledger_open", self._context, path_bytes(path), flags, library=self._library), self._context)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_raised: Any) -> None:
        self.close()

    def append(self, entry: Union[str, bytes, Mapping[str, Any]], *, now: Optional[Moment] = None) -> Head:
        """Appends one entry as in doc/ledger.md; durable when it returns. Raises FormatError with line and column, LedgerError when the history does not
        allow it, StateError on a read-only ledger."""
        data, head = json_bytes(entry), filled(_abi.LedgerHead)
        call("icp_ledger_append", self, _now(now), data, len(data), c.byref(head), library=self._library)
        return _head(head)

    def override(self, tier: str, *, reason: str, text: str, author: str, authority: str, expiry: Union[str, dt.date], company: Optional[str] = None,
                 traits: Any = None, whole_model: bool = False, model: Union[Model, str, None] = None, layer: Optional[str] = None,
                 now: Optional[Moment] = None) -> Head:
        """Another tier counts, until the day of expiry: of a company, of the companies with all of some traits, or of the whole model."""
        entry = {"kind": "override", "tier": tier, "reason": reason, "text": text, "author": author, "authority": authority, "expiry": _day(expiry),
                 **_scope(company, traits, whole_model), **_model_id(model), **({"layer": layer} if layer else {})}
        return self.append(entry, now=now)

    def withdraw(self, number: int, *, text: str, author: str, now: Optional[Moment] = None) -> Head:
        """Withdraws an override."""
        return self.append({"kind": "override", "state": "withdrawn", "refers": number, "text": text, "author": author}, now=now)

    def flag(self, text: str, *, author: str, company: Optional[str] = None, traits: Any = None, whole_model: bool = False,
             model: Union[Model, str, None] = None, assignee: Optional[str] = None, now: Optional[Moment] = None) -> Head:
        """Raises a flag."""
        entry = {"kind": "flag", "text": text, "author": author, **_scope(company, traits, whole_model), **_model_id(model),
                 **({"assignee": assignee} if assignee else {})}
        return self.append(entry, now=now)

    def resolve(self, number: int, *, text: str, author: str, authority: str, now: Optional[Moment] = None) -> Head:
        """Resolves a flag."""
        return self.append({"kind": "flag", "state": "resolved", "refers": number, "text": text, "author": author, "authority": authority}, now=now)

    def review(self, text: str, *, author: str, model: Union[Model, str, None] = None, next: Union[str, dt.date, None] = None,
               now: Optional[Moment] = None) -> Head:
        """Says that a model was looked at, and when next."""
        return self.append({"kind": "review", "text": text, "author": author, **_model_id(model), **({"next": _day(next)} if next else {})}, now=now)

    def outcome(self, company: str, outcome: str, on: Union[str, dt.date], *, author: str, layer: Optional[str] = None, now: Optional[Moment] = None) -> Head:
        """What came of a company: ``"won"``, ``"lost"``, ``"retained"`` or ``"churned"``."""
        return self.append({"kind": "outcome", "key": company, "outcome": outcome, "on": _day(on), "author": author, **({"layer": layer} if layer else {})}, now=now)

    def change(self, area: str, text: str, *, author: str, on: Union[str, dt.date, None] = None, now: Optional[Moment] = None) -> Head:
        """Says that product, positioning, market, data or weights changed."""
        return self.append({"kind": "change", "area": area, "text": text, "author": author, **({"on": _day(on)} if on else {})}, now=now)

    @property
    def head(self) -> Head:
        """The head as it is stored, unchecked."""
        head = filled(_abi.LedgerHead)
        call("icp_ledger_describe", self, c.byref(head), library=self._library)
        return _head(head)

    def verify(self, expected: Union[Head, str, None] = None) -> Head:
        """Checks everything; gives the head now. ``expected``: a head that was kept, without which a tail that was cut off is not found.
        Raises ChecksumError, whose row is the entry at fault."""
        head, kept = filled(_abi.LedgerHead), None
        if expected is not None:
            wanted = Head.parse(expected) if isinstance(expected, str) else expected
            kept = c.byref(filled(_abi.LedgerHead, entries=wanted.entries, sha256=(c.c_uint8 * 32)(*bytes.fromhex(wanted.sha256))))
        call("icp_ledger_verify", self, kept, c.byref(head), library=self._library)
        return _head(head)

    def entries(self, *, kind: Optional[str] = None, company: Optional[str] = None, start: Optional[Moment] = None, end: Optional[Moment] = None, after: int = 0,
                limit: int = 0, newest_first: bool = False) -> "list[dict[str, Any]]":
        """Entries with ``number``, ``time`` (microseconds), ``hash`` and ``entry``: those of a kind, of a company, at or after start and before end, with
        numbers above after."""
        held = [encoded(kind or ""), encoded(company or "")]
        strings = [_abi.Str(c.cast(c.c_char_p(text), c.c_void_p) if text else None, len(text)) for text in held]
        flags = _abi.ICP_LEDGER_NEWEST_FIRST if newest_first else 0
        options = filled(_abi.LedgerFilter, flags=flags, kind=strings[0], key=strings[1], from_=0 if start is None else micros(start),
                         to=0 if end is None else micros(end), after=after, limit=limit)
        listed: "list[dict[str, Any]]" = json.loads(buffer("icp_ledger_entries", self, c.byref(options), library=self._library))["entries"]
        return listed

    def decisions(self, as_of: Optional[Moment] = None) -> Decisions:
        """What holds at a moment, None = now: for scoring."""
        at = _now(as_of)
        return Decisions([], at, context=self._context, _pointer=make("icp_ledger_decisions", self, at, library=self._library))

    def store(self, model: Model, *, author: str, text: Optional[str] = None, now: Optional[Moment] = None, **note: Any) -> Head:
        """Stores a model's file, and an entry that names it; both or neither."""
        data, head = self._note(author, text, note), filled(_abi.LedgerHead)
        call("icp_ledger_store_model", self, model, _now(now), data, len(data), c.byref(head), library=self._library)
        return _head(head)

    def publish(self, model: Model, report: Union[str, bytes, Mapping[str, Any]], *, author: str, text: Optional[str] = None, anyway: bool = False,
                now: Optional[Moment] = None, **note: Any) -> Head:
        """Publishes a model with the report of gates_check() for it; ``anyway``: also when a gate was not passed, by an authority, which the note names.
        Raises GateError, with the figures."""
        data, said, head = self._note(author, text, note), json_bytes(report), filled(_abi.LedgerHead)
        flags = _abi.ICP_LEDGER_ANYWAY if anyway else 0
        call("icp_ledger_publish", self, model, _now(now), data, len(data), said, len(said), flags, c.byref(head), library=self._library)
        return _head(head)

    @staticmethod
    def _note(author: str, text: Optional[str], note: "dict[str, Any]") -> bytes:
        return json_bytes({"author": author, **({"text": text} if text else {}), **note})

    def published(self) -> "Optional[tuple[str, int]]":
        """Id of the model that is published now and the number of the entry that says so; None when there is none."""
        id, number = (c.c_uint8 * 32)(), c.c_uint64()
        call("icp_ledger_published", self, id, c.byref(number), library=self._library)
        return (bytes(id).hex(), number.value) if number.value else None

    def load(self, id: Optional[str] = None) -> Model:
        """A stored model, the same bytes that were stored; None = the published one. Raises LedgerError when it is not stored."""
        if id is None:
            current = self.published()
            if current is None:
                from .errors import LedgerError
                raise LedgerError("no model is published")
            id = current[0]
        data = (c.c_uint8 * 32)(*bytes.fromhex(id))
        return Model(make("icp_ledger_load_model", self, data, library=self._library), self._context)

    def restore(self, number: int, *, author: str, text: Optional[str] = None, now: Optional[Moment] = None, **note: Any) -> Model:
        """Publishes again the model that an entry published, byte for byte, and gives it."""
        found = self.entries(after=number - 1, limit=1)
        if not found or found[0]["number"] != number or found[0]["entry"].get("kind") != "version" or "model" not in found[0]["entry"]:
            from .errors import LedgerError
            raise LedgerError(f"entry {number} publishes no model")
        model = self.load(found[0]["entry"]["model"])
        self.append({"kind": "version", "state": "restored", "model": model.id, "refers": number, "author": author, **({"text": text} if text else {}), **note},
                    now=now)
        return model
