# SPDX-License-Identifier: MIT
"""The shape of the tree: who may include whom, and what every file begins with."""
import pathlib
import re

import pytest

TOP = pathlib.Path(__file__).parents[2]
ORDER = ["base", "ingest", "trait", "dataset", "reference", "timing", "model", "score", "sql", "govern", "ledger"]
FILES = sorted(p for p in (TOP / "libicp").rglob("*") if p.suffix in (".c", ".h"))


def includes(path):
    return re.findall(r'^\s*#\s*include\s+([<"][^>"]+[>"])', path.read_text(), re.M)


def test_every_folder_is_listed():
    assert sorted({p.parent.name for p in FILES}) == sorted(ORDER)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(TOP)))
def test_a_folder_includes_only_what_stands_before_it(path):
    mine = ORDER.index(path.parent.name)
    for name in includes(path):
        if name.startswith('"'):
            folder, slash, _ = name[1:-1].partition("/")
            assert slash and folder in ORDER, f"{name}: include by folder"
            assert ORDER.index(folder) <= mine, f"{name} stands after {path.parent.name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(TOP)))
def test_every_file_names_its_licence(path):
    assert path.read_text().startswith("/* SPDX-License-Identifier: MIT */")


def test_the_ledger_is_a_library_of_its_own():
    """Of libicp it has public functions and copies of base/ alone; and nothing of libicp knows it, or SQLite."""
    for path in FILES:
        mine = path.parent.name == "ledger"
        for name in includes(path):
            folder = name[1:-1].partition("/")[0]
            if mine:
                assert folder in ("base", "ledger", "icp") or name == "<sqlite3.h>", f"{path.name}: {name}"
            else:
                assert "ledger" not in name and "sqlite" not in name, f"{path.name}: {name}"
        if mine:  # a handle of libicp may be of another release: only its own context is looked into
            assert not re.search(r"context->|icp_buffer_(data|ref)|bytes_finish", path.read_text()), path.name


def test_the_command_and_examples_use_public_headers_only():
    for path in (TOP / "examples").rglob("*.[ch]"):
        for name in includes(path):
            own = name.startswith('"') and (path.parent / name[1:-1]).exists()
            system = name.startswith("<") and ("/" not in name or name.startswith(("<icp/", "<sys/")))
            assert own or system, f"{path.name}: {name}"


def test_only_the_named_files_know_the_system():
    allowed = {"pthread.h": {"pool.c"}, "unistd.h": {"file.c", "pool.c"}, "fcntl.h": {"file.c"}, "sys/stat.h": {"file.c"}, "errno.h": {"file.c"},
               "stdlib.h": {"memory.c", "file.c", "hash.c"}, "limits.h": None, "fenv.h": {"fpenv.c"}, "zlib.h": {"input.c", "container.c", "deflate.c"}}
    # rename(); SIGPIPE held back while a pipe is written; a pool's threads block all signals
    allowed |= {"stdio.h": {"file.c"}, "signal.h": {"file.c", "pool.c"}, "time.h": {"file.c"}}
    allowed |= {"dirent.h": {"file.c"}}
    allowed |= {"math.h": {"math.c"}}  # sqrt() alone: IEEE 754 has it rounded exactly
    never = {"locale.h", "assert.h", "ctype.h", "setjmp.h", "wchar.h"}
    for path in FILES:
        for name in includes(path):
            header = name[1:-1]
            assert header not in never, f"{path.name} includes {header}"
            if allowed.get(header):
                assert path.name in allowed[header], f"{path.name} includes {header}"
