# SPDX-License-Identifier: MIT
"""One exception for each status code of the library (doc/codes.md)."""
from __future__ import annotations

from typing import Any, Optional

from . import _abi


class Error(Exception):
    """A call of the library failed.

    Attributes, each None where it does not apply:

    - ``code``: the status, an int that never changes its meaning; ``name``: its name, such as ``"ICP_E_KEY"``
    - ``message``: one line of text without the place
    - ``source``: name of the file or stream
    - ``row``: data row, from 1; ``line``: physical line, from 1; ``column``: number of the column, from 1
    - ``field``: header of the column; ``byte``: offset in the file, from 0

    Since 0.1.
    """

    code: int = 0

    def __init__(self, message: str = "", *, source: Optional[str] = None, row: Optional[int] = None, line: Optional[int] = None,
                 column: Optional[int] = None, field: Optional[str] = None, byte: Optional[int] = None) -> None:
        super().__init__(message)
        self.message = message
        self.source, self.row, self.line, self.column, self.field, self.byte = source, row, line, column, field, byte

    @property
    def name(self) -> str:
        """Name of the code, such as ``"ICP_E_KEY"``."""
        return _NAMES.get(self.code, "ICP_E_?")

    def __str__(self) -> str:
        numbers = [f"{what} {value}" for what, value in (("row", self.row), ("line", self.line), ("column", self.column)) if value is not None]
        if self.field:
            numbers.append(f'"{self.field}"')
        place = ", ".join(([self.source] if self.source else []) + numbers)
        return f"{place}: {self.message}" if place else self.message

    def __reduce__(self) -> Any:
        return _again, (type(self), self.message, {k: getattr(self, k) for k in ("source", "row", "line", "column", "field", "byte")})


def _again(kind: type[Error], message: str, place: dict[str, Any]) -> Error:
    return kind(message, **place)


class ArgumentError(Error, ValueError):
    """An argument is missing, out of range, or contradicts another."""
    code = _abi.ICP_E_ARGUMENT


class OutOfMemoryError(Error, MemoryError):
    """There is not enough memory."""
    code = _abi.ICP_E_MEMORY


class IoError(Error, OSError):
    """A file, a source or a sink failed."""
    code = _abi.ICP_E_IO


class CancelledError(Error):
    """The progress callback asked to stop."""
    code = _abi.ICP_E_CANCELLED


class LimitError(Error, ValueError):
    """The input exceeds a limit of the context (doc/limits.md)."""
    code = _abi.ICP_E_LIMIT


class UnsupportedError(Error, ValueError):
    """The library, the model or the result does not have the option, layer, column or feature."""
    code = _abi.ICP_E_UNSUPPORTED


class FormatError(Error, ValueError):
    """The bytes are not of the expected format."""
    code = _abi.ICP_E_FORMAT


class ChecksumError(Error, ValueError):
    """The file is damaged."""
    code = _abi.ICP_E_CHECKSUM


class VersionError(Error, ValueError):
    """The file needs a newer library."""
    code = _abi.ICP_E_VERSION


class ExtractionError(Error, ValueError):
    """The trait extraction version of the model is not in this library."""
    code = _abi.ICP_E_EXTRACTION


class SchemaError(Error, ValueError):
    """The schema is invalid or does not fit the data."""
    code = _abi.ICP_E_SCHEMA


class KeyColumnError(Error, ValueError):
    """The key column is missing, ambiguous or empty."""
    code = _abi.ICP_E_KEY


class TooFewError(Error, ValueError):
    """There are not enough customers, or outcomes of a layer."""
    code = _abi.ICP_E_TOO_FEW


class NoMatchError(Error, LookupError):
    """No customer was found in the reference or the universe."""
    code = _abi.ICP_E_NO_MATCH


class ReferenceMismatchError(Error, ValueError):
    """Two things belong to different references or models."""
    code = _abi.ICP_E_REFERENCE


class StateError(Error, RuntimeError):
    """The call does not fit the state of the object."""
    code = _abi.ICP_E_STATE


class LedgerError(Error, RuntimeError):
    """The ledger refused."""
    code = _abi.ICP_E_LEDGER


class GateError(Error, RuntimeError):
    """A quality gate was not passed."""
    code = _abi.ICP_E_GATE


#: The exception of each code.
BY_CODE: dict[int, type[Error]] = {kind.code: kind for kind in Error.__subclasses__()}
_NAMES = {value: name for name, value in vars(_abi).items() if name.startswith("ICP_E_")}


def _known(number: int) -> Optional[int]:
    return number if number >= 0 else None


def from_struct(error: _abi.Error) -> Error:
    """The exception of a filled struct icp_error."""
    kind = BY_CODE.get(error.code, Error)
    text = [part.decode("utf-8", "replace") for part in (error.message, error.source, error.field)]
    made = kind(text[0], source=text[1] or None, row=_known(error.row), line=_known(error.line), column=_known(error.column),
                field=text[2] or None, byte=_known(error.byte))
    if kind is Error:
        made.code = error.code
    return made
