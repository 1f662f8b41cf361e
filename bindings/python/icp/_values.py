# SPDX-License-Identifier: MIT
"""Texts and moments on their way into the library."""
from __future__ import annotations

import datetime as dt
import json
import os
from typing import Any, Iterable, Mapping, Optional, Sequence, Union

from . import _abi

#: A moment: datetime (naive = UTC), date (its first moment), ISO 8601 text, or microseconds since 1970-01-01 UTC.
Moment = Union[dt.datetime, dt.date, str, int]
Path = Union[str, "os.PathLike[str]"]
Patterns = Union[str, Sequence[str], None]
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
LAYERS = {"fit": _abi.ICP_LAYER_FIT, "intent": _abi.ICP_LAYER_INTENT, "retention": _abi.ICP_LAYER_RETENTION}
LAYER_NAMES = {number: name for name, number in LAYERS.items()}
TIERS = ("", "Very Poor", "Poor", "Fair", "Good", "Excellent")
CONFIDENCES = ("", "Insufficient", "Low", "Medium", "High")
QUADRANTS = ("", "low", "investigate", "early", "pursue")
FAMILIES = ("other", "industry", "size", "stage", "keywords", "technology", "hiring", "geography")
KINDS = ("ignored", "key", "name", "category", "list", "number", "date", "boolean", "text", "url")
TRAIT_KINDS = ("known", "value", "item", "word", "phrase", "range", "prefix")
FLAGS = ("few_customers", "interval_uncalibrated", "thin", "high_on_thin", "missing_traits", "nothing_known", "out_of_range", "unreadable",
         "listed_share_high", "assumed", "stale", "invalidated", "flagged", "review_overdue", "calibration_overdue", "changed", "edited")


def micros(moment: Moment) -> int:
    """Microseconds since 1970-01-01 UTC."""
    if isinstance(moment, int) and not isinstance(moment, bool):
        return moment
    if isinstance(moment, str):
        text = moment[:-1] + "+00:00" if moment.endswith(("Z", "z")) else moment
        moment = dt.datetime.fromisoformat(text)
    if not isinstance(moment, dt.datetime):
        if not isinstance(moment, dt.date):
            raise TypeError(f"a moment is a datetime, a date, ISO 8601 text or microseconds, not {type(moment).__name__}")
        moment = dt.datetime(moment.year, moment.month, moment.day)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.timezone.utc)
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def moment(microseconds: int) -> Optional[dt.datetime]:
    """The datetime in UTC; None for a time that is not known or lies outside the years of Python."""
    try:
        return _EPOCH + dt.timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def layer_number(layer: Union[str, int, None]) -> int:
    """The number of a layer; 0 for None."""
    if layer is None:
        return 0
    if isinstance(layer, int):
        return layer
    if layer not in LAYERS:
        raise ValueError(f"a layer is one of {', '.join(LAYERS)}, not {layer!r}")
    return LAYERS[layer]


def layer_bits(layers: Union[str, Iterable[str], None]) -> int:
    """Layers as bits; 0 = all there are."""
    if layers is None:
        return 0
    return sum({1 << layer_number(one) for one in ([layers] if isinstance(layers, str) else layers)})


def encoded(text: str) -> bytes:
    """UTF-8; what cannot be written so becomes a question mark."""
    return text.encode("utf-8", "replace")


def texts(prefix: str, size_name: str, value: Patterns) -> dict[str, Any]:
    """Two members of an options struct, a text and its size; several texts stand one per line."""
    if value is None:
        return {}
    data = encoded(value if isinstance(value, str) else "\n".join(value))
    return {prefix: data, size_name: len(data)}


def path_bytes(path: Path) -> bytes:
    """A path for C, which would end it at a NUL."""
    data = os.fsencode(path)
    if b"\0" in data:
        raise ValueError("a path holds no NUL")
    return data


def json_bytes(value: Union[str, bytes, Mapping[str, Any]]) -> bytes:
    """JSON as it stands, or made from a mapping."""
    if isinstance(value, bytes):
        return value
    return encoded(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def flag_names(flags: int) -> list[str]:
    """Names of the bits of a score's flags, as the command writes them: ``["thin", "missing_traits"]``. Since 0.1."""
    return [name for i, name in enumerate(FLAGS) if flags >> i & 1]
