# SPDX-License-Identifier: MIT
"""Finds and loads the C libraries, and checks that they are the ones this package was written for."""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

from . import _abi

#: Releases of the library with which this package works: major and minor.
WANTED = (0, 1)
_INSIDE = Path(__file__).resolve().parent / "_lib"
_SUFFIX = ".0.dylib" if sys.platform == "darwin" else ".so.0"


def _candidates(name: str, variable: str) -> Iterator[str]:
    """Where a library may be: beside this package, else where the environment says, else where the system finds it."""
    inside = _INSIDE / f"lib{name}{_SUFFIX}"
    if inside.exists():
        yield str(inside)
    elif os.environ.get(variable):
        yield os.environ[variable]
    else:
        yield f"lib{name}{_SUFFIX}"
        found = ctypes.util.find_library(name)
        if found:
            yield found


def _open(name: str, variable: str, first: Sequence[str] = ()) -> Any:
    tried = []
    for path in [*first, *_candidates(name, variable)]:
        try:
            return ctypes.CDLL(path)
        except OSError as error:
            tried.append(f"{path}: {error}")
    raise ImportError(f"lib{name} was not found ({'; '.join(tried)}). Install the package with its library "
                      f"(pip install ./bindings/python), or set {variable} to the file")


def _declare(library: Any, signatures: Mapping[str, str]) -> None:
    """Gives every function its types: ctypes guesses int otherwise, and cuts pointers."""
    for name, signature in signatures.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{library._name} has no {name}: it is not the libicp that this package was made for") from None
        function.restype = _abi.TYPES[signature[0]]
        function.argtypes = [_abi.TYPES[letter] for letter in signature[1:]]


def _check_version(version: int) -> None:
    major, minor = version >> 16, version >> 8 & 0xff
    if (major, minor) < WANTED or major != WANTED[0] or (major == 0 and minor != WANTED[1]):
        raise ImportError(f"this package needs libicp {WANTED[0]}.{WANTED[1]}, but {lib._name} is {major}.{minor}.{version & 0xff}")


def _check_structs(library: Any) -> None:
    """Lets the library fill in and take structs of the sizes that this package has; one that is too small or has unknown members it refuses."""
    error, context = _abi.Error(struct_size=ctypes.sizeof(_abi.Error)), ctypes.c_void_p()
    options = _abi.ContextOptions(struct_size=ctypes.sizeof(_abi.ContextOptions))
    refused = library.icp_context_new(ctypes.byref(options), None, ctypes.byref(error))
    if refused != _abi.ICP_E_ARGUMENT or error.code != refused or error.row != -1 or not error.message:
        raise ImportError(f"{library._name} lays out its errors in another way than this package")
    if library.icp_context_new(ctypes.byref(options), ctypes.byref(context), ctypes.byref(error)):
        raise ImportError(f"{library._name} does not take the structs of this package: {error.message.decode()}")
    library.icp_context_unref(context)


def _load() -> Any:
    library = _open("icp", "ICP_LIBRARY")
    library.icp_version.restype = ctypes.c_uint32
    return library


lib: Any = _load()
_check_version(lib.icp_version())
_declare(lib, _abi.SIGNATURES)
_check_structs(lib)
_ledger: list[Any] = []


def ledger_library() -> Any:
    """The library of the ledger, loaded when it is first needed; ImportError where it was not built."""
    if not _ledger:
        library = _open("icp-ledger", "ICP_LEDGER_LIBRARY", _beside())
        _declare(library, _abi.LEDGER_SIGNATURES)
        _ledger.append(library)
    return _ledger[0]


def _beside() -> list[str]:
    """The ledger beside a libicp that was named by its path: installed, or in a build directory."""
    core = Path(lib._name)
    places = [core.parent, core.parent / "libicp" / "ledger"] if core.is_absolute() else []
    return [str(p / f"libicp-ledger{_SUFFIX}") for p in places if (p / f"libicp-ledger{_SUFFIX}").exists()]
