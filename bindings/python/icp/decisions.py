# SPDX-License-Identifier: MIT
"""Decisions: what people said about scores and models, as far as it holds at one moment (doc/card.md)."""
from __future__ import annotations

import json
from typing import Any, Mapping, Optional, Sequence, Union

from ._call import Handle, buffer, make
from ._library import lib
from ._values import Moment, json_bytes, micros
from .context import Context, default_context


class Decisions(Handle):
    """Overrides, open flags, changes and reviews that hold at a moment. They stand beside scores and never change them.

    ``entries``: a list of entries, or JSON as Ledger.entries() gives it. Immutable; may be shared between threads.
    Raises FormatError with line and column. Since 0.1.
    """

    _release = lib.icp_decisions_unref

    def __init__(self, entries: Union[str, bytes, Mapping[str, Any], Sequence[Mapping[str, Any]]], as_of: Moment, *, context: Optional[Context] = None,
                 _pointer: Optional[int] = None) -> None:
        self._context = context or default_context()
        if _pointer is None:
            whole = {"entries": [e if "entry" in e else {"entry": e} for e in entries]} if isinstance(entries, (list, tuple)) else entries
            data = json_bytes(whole)  # type: ignore[arg-type]
            _pointer = make("icp_decisions_from_json", self._context, data, len(data), micros(as_of))
        super().__init__(_pointer, self._context)
        self.as_of = micros(as_of)

    def to_json(self) -> str:
        """What holds, in one form: equal states give equal bytes."""
        return buffer("icp_decisions_to_json", self).decode()

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict."""
        result: dict[str, Any] = json.loads(self.to_json())
        return result
