# SPDX-License-Identifier: MIT
"""Distributions: how many companies have each score."""
from __future__ import annotations

import ctypes as c
from typing import Any, NamedTuple, Optional

from . import _abi
from ._call import Handle, call, filled, make
from ._html import holder
from ._library import lib
from ._values import TIERS, layer_number
from .context import Context, default_context
from .result import Result

LOWEST, HIGHEST = 200, 759


class Spread(NamedTuple):
    """Summary of a distribution: companies, those of each tier, how selective the profile is (bits, millionths), and the share of the companies that carries the
    ratios (millionths)."""

    companies: int
    tiers: "dict[str, int]"
    customer_bits_micro: int
    effective_share_micro: int


class Distribution(Handle):
    """How many companies have each score, 200 to 759. One thread writes. Since 0.1."""

    _release = lib.icp_distribution_free

    def __init__(self, *, context: Optional[Context] = None, _pointer: Optional[int] = None) -> None:
        self._context = context or default_context()
        super().__init__(_pointer if _pointer is not None else make("icp_distribution_new", self._context), self._context)

    def add(self, result: Result, layer: Optional[str] = None) -> "Distribution":
        """Counts the scores of a result; layer None = its first. Gives the distribution."""
        for chunk in result._chunks:
            call("icp_distribution_add", self, chunk, layer_number(layer or result.layers[0]))
        return self

    def add_score(self, score: int) -> "Distribution":
        """Counts one score. Raises ArgumentError when it lies outside 200 to 759."""
        call("icp_distribution_add_score", self, score)
        return self

    def merge(self, other: "Distribution") -> "Distribution":
        """Adds another distribution."""
        call("icp_distribution_merge", self, other)
        return self

    @property
    def counts(self) -> "list[int]":
        """560 counts of companies, of the scores 200 to 759."""
        counts = (c.c_uint64 * (HIGHEST - LOWEST + 1))()
        call("icp_distribution_counts", self, counts, None)
        return list(counts)

    @property
    def spread(self) -> Spread:
        """Its summary."""
        spread = filled(_abi.Spread)
        call("icp_distribution_counts", self, None, c.byref(spread))
        return Spread(spread.companies, {TIERS[i]: spread.tier[i] for i in range(1, 6)}, spread.customer_bits_micro, spread.effective_share_micro)

    def __len__(self) -> int:
        return self.spread.companies

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Distribution) and self.counts == other.counts

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return _again, (self.counts,)

    _repr_html_ = holder("distribution")

    def __repr__(self) -> str:
        return "<icp.Distribution of " + f"{len(self):,} companies: " + ", ".join(f"{n:,} {tier}" for tier, n in self.spread.tiers.items()) + ">"


def _again(counts: "list[int]") -> Distribution:
    made = Distribution()
    for i, n in enumerate(counts):
        for _ in range(n):
            made.add_score(LOWEST + i)
    return made
