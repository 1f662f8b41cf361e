# SPDX-License-Identifier: MIT
"""The reference: a frozen picture of companies at large."""
from __future__ import annotations

import ctypes as c
from typing import Any, NamedTuple, Optional, Union

from . import _abi
from ._call import Handle, Progress, call, filled, make, progress_struct, text_of
from ._html import holder
from ._input import Batch, Rows, as_bytes, saved, source_of, use
from ._library import lib
from ._values import Path, Patterns, texts
from .context import Context, default_context
from .schema import Schema

_FORMS = {"exact": _abi.ICP_KEY_EXACT, "host": _abi.ICP_KEY_HOST}


class ReferenceInfo(NamedTuple):
    """Figures of a reference; all counts are of rows, companies, cells or columns."""

    id: str
    k: int
    rows_read: int
    rows_without_key: int
    companies: int
    distinct_estimate: int
    rows_differed: int
    cells_cut: int
    seed: int
    key_form: str
    key_column: str
    columns: int
    format: int


class ReferenceBuilder(Handle):
    """Builds a reference from several inputs in bounded memory; one thread. Order, split and merge of parts do not change the result.

    - ``key``: header of the key column, None = found; ``key_form``: ``"exact"``, or ``"host"`` for URLs, hosts and e-mail addresses
    - ``k``: companies kept, at most 4,194,304, 0 = 65,536; ``seed``: of the key hash
    - ``exclude``: columns that are not stored; ``release``: columns whose e-mail addresses and telephone numbers are stored all the same

    Since 0.1.
    """

    _release = lib.icp_reference_builder_free

    def __init__(self, *, key: Optional[str] = None, key_form: str = "exact", k: int = 0, seed: int = 0, exclude: Patterns = None,
                 release: Patterns = None, context: Optional[Context] = None) -> None:
        if key_form not in _FORMS:
            raise ValueError(f"key_form is one of {', '.join(_FORMS)}, not {key_form!r}")
        self._context = context or default_context()
        self._key = key or "key"
        options = filled(_abi.ReferenceOptions, k=k, seed=seed, key_form=_FORMS[key_form], **texts("key_column", "key_size", key),
                         **texts("exclude", "exclude_size", exclude), **texts("release", "release_size", release))
        super().__init__(make("icp_reference_builder_new", self._context, c.byref(options)), self._context)

    def add(self, rows: Rows, *, progress: Progress = None) -> None:
        """Adds all rows. After a failure the builder can only be dropped. Raises IoError, FormatError, LimitError, KeyColumnError, CancelledError."""
        step = progress_struct(progress)
        use(self._context, rows, lambda reader: call("icp_reference_builder_add", self, reader, step), key=self._key)

    def add_batch(self, batch: Batch) -> None:
        """Adds the rows of one batch of a reader."""
        call("icp_reference_builder_add_batch", self, batch)

    def merge(self, part: "Reference") -> None:
        """Adds another reference. Raises ReferenceMismatchError when seed or form of the key differ."""
        call("icp_reference_builder_merge", self, part)

    def finish(self) -> "Reference":
        """The reference of everything added; the builder is empty again. Raises KeyColumnError when no row had a key."""
        return Reference(make("icp_reference_builder_finish", self), self._context)


class Reference(Handle):
    """A frozen picture of companies at large: what customers are compared with. Immutable; may be shared between threads, pickled and copied.

    Made by build(), merge(), load() or from_bytes(). Since 0.1.
    """

    _release = lib.icp_reference_unref

    def __init__(self, pointer: Optional[int], context: Context) -> None:
        super().__init__(pointer, context)
        self._context = context

    @classmethod
    def build(cls, rows: Rows, *, key: Optional[str] = None, key_form: str = "exact", k: int = 0, seed: int = 0, exclude: Patterns = None,
              release: Patterns = None, progress: Progress = None, context: Optional[Context] = None) -> "Reference":
        """Builds a reference from companies at large, a row each, in one pass and bounded memory; arguments as of ReferenceBuilder.

        Raises KeyColumnError when no key column is found or no row has a key, IoError, FormatError, LimitError, CancelledError.
        """
        builder = ReferenceBuilder(key=key, key_form=key_form, k=k, seed=seed, exclude=exclude, release=release, context=context)
        builder.add(rows, progress=progress)
        return builder.finish()

    @classmethod
    def merge(cls, *parts: "Reference") -> "Reference":
        """The reference of several parts that were built alike: the same bytes as if it had been built at once.

        Raises ReferenceMismatchError when seed or form of the key differ, ArgumentError without parts.
        """
        if not parts:
            raise ValueError("no parts to merge")
        info = parts[0].info
        builder = ReferenceBuilder(key=info.key_column, key_form=info.key_form, k=info.k, seed=info.seed, context=parts[0]._context)
        for part in parts:
            builder.merge(part)
        return builder.finish()

    @classmethod
    def load(cls, source: Union[Path, bytes, Any], *, context: Optional[Context] = None) -> "Reference":
        """Loads a reference file: a path, bytes or a binary file. Raises IoError, FormatError, ChecksumError, VersionError, LimitError."""
        context = context or default_context()
        opened, _keep = source_of(context, source)
        return cls(make("icp_reference_load", context, c.byref(opened)), context)

    def save(self, target: Union[Path, Any]) -> None:
        """Writes a reference file to a path (beside it, then renamed) or a binary file. Raises IoError."""
        saved("icp_reference_save", self, self._context, target)

    def to_bytes(self) -> bytes:
        """The reference file as bytes: the same companies give the same id."""
        return as_bytes("icp_reference_save", self, self._context)

    @classmethod
    def from_bytes(cls, data: bytes, *, context: Optional[Context] = None) -> "Reference":
        """The reference of to_bytes()."""
        return cls.load(bytes(data), context=context)

    @property
    def info(self) -> ReferenceInfo:
        """Figures of the reference."""
        info = filled(_abi.ReferenceInfo)
        call("icp_reference_describe", self, c.byref(info))
        form = "host" if info.key_form == _abi.ICP_KEY_HOST else "exact"
        return ReferenceInfo(bytes(info.id).hex(), info.k, info.rows_read, info.rows_without_key, info.companies, info.distinct_estimate, info.rows_differed,
                             info.cells_cut, info.seed, form, text_of(info.key_column), info.columns, info.format)

    @property
    def id(self) -> str:
        """SHA-256 in hexadecimal; every model names the reference it was fitted on."""
        return self.info.id

    @property
    def schema(self) -> Schema:
        """The schema inferred from the companies held."""
        return Schema(make("icp_reference_schema", self), self._context)

    def __len__(self) -> int:
        return self.info.companies

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> Any:
        return Reference.from_bytes, (self.to_bytes(),)

    def __copy__(self) -> "Reference":
        return self

    def __deepcopy__(self, _memo: Any) -> "Reference":
        return self

    _repr_html_ = holder("reference")

    def __repr__(self) -> str:
        return f"<icp.Reference of {len(self):,} companies, {self.id[:12]}>"


__all__ = ["Reference", "ReferenceBuilder", "ReferenceInfo"]
