# SPDX-License-Identifier: MIT
"""libicp: learns an Ideal Customer Profile from a list of customers, and scores companies against it.

    import icp

    reference = icp.Reference.build("companies.csv", key="domain")
    model = icp.fit("customers.csv", reference, universe="companies.csv")
    result = model.score("companies.csv")
    for row in result:
        print(row.key, row.score, row.tier, row.confidence)

Rows are given as a path, bytes, a file, dicts, a dict of columns, or a table of pandas, Polars, PyArrow or DuckDB. A score of 657 means 8 times as common
among customers as among companies at large; 53 points double it (doc/score.md). Handles marked as immutable may be shared between threads; calls into the
library release the GIL.
"""
from ._library import lib as _lib
from ._values import flag_names
from .context import Context, default_context
from .dataset import Dataset
from .decisions import Decisions
from .distribution import Distribution, Spread
from .errors import (ArgumentError, CancelledError, ChecksumError, Error, ExtractionError, FormatError, GateError, IoError, KeyColumnError, LedgerError,
                     LimitError, NoMatchError, OutOfMemoryError, ReferenceMismatchError, SchemaError, StateError, TooFewError, UnsupportedError, VersionError)
from .events import Account, Accounts
from .fit import Fit, fit
from .ledger import Head, Ledger
from .model import LayerInfo, Model, ModelInfo, Signal, Trait, Traits
from .reference import Reference, ReferenceBuilder, ReferenceInfo
from .reports import audit, calibrate, diff, drift, examine, gates_check, match, segments, standing
from .result import Result, Row
from .schema import Column, Schema
from .scorer import Contribution, Explanation, Score, Scorer, Update, quadrant, score_of, tier_of

#: Version of this package.
__version__ = "0.1.0"


def library_version() -> str:
    """Version of the C library that is loaded, such as ``"0.1.0"``. Since 0.1."""
    version = _lib.icp_version()
    return f"{version >> 16}.{version >> 8 & 0xff}.{version & 0xff}"


__all__ = ["Account", "Accounts", "ArgumentError", "CancelledError", "ChecksumError", "Column", "Context", "Contribution", "Dataset", "Decisions", "Distribution",
           "Error", "Explanation", "ExtractionError", "Fit", "FormatError", "GateError", "Head", "IoError", "KeyColumnError", "LayerInfo", "Ledger",
           "LedgerError", "LimitError", "Model", "ModelInfo", "NoMatchError", "OutOfMemoryError", "Reference", "ReferenceBuilder", "ReferenceInfo",
           "ReferenceMismatchError", "Result", "Row", "Schema", "SchemaError", "Score", "Scorer", "Signal", "Spread", "StateError", "TooFewError", "Trait",
           "Traits", "UnsupportedError", "Update", "VersionError", "audit", "calibrate", "default_context", "diff", "drift", "examine", "fit", "flag_names", "gates_check",
           "library_version", "match", "quadrant", "score_of", "segments", "standing", "tier_of"]
