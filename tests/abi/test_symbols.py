# SPDX-License-Identifier: MIT
"""What the binaries export, import and weigh, and how the public headers compile."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ["ICP_BUILD"])
SHARED, STATIC = BUILD / "libicp.so.0.1.0", BUILD / "libicp.a"
HEADERS = sorted((TOP / "include" / "icp").glob("*.h"))


def run(*command, **more):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, **more).stdout


def declared():
    names = set()
    for header in HEADERS:
        if header.name == "ledger.h":  # another library: test_ledger.py
            continue
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        names |= set(re.findall(r"ICP_API\b[^;]*?\b(icp_\w+)\s*\(", text))
    return names


def mapped():
    text = (TOP / "libicp" / "libicp.map").read_text()
    assert "*;" in text.split("local:")[1]
    return set(re.findall(r"(icp_\w+);", text.split("local:")[0]))


def test_the_map_lists_exactly_what_the_headers_declare():
    assert mapped() == declared()
    assert "*" not in (TOP / "libicp" / "libicp.map").read_text().split("local:")[0]


def test_the_library_exports_exactly_the_map_with_its_version():
    out = run("nm", "-D", "--defined-only", "--with-symbol-versions", SHARED)
    names = {line.split()[-1] for line in out.splitlines()} - {"ICP_0.1"}
    assert {n for n in names if not n.startswith("ICP_")} == {f"{n}@@ICP_0.1" for n in declared()}


def undefined():
    return {(line.split(":")[-2].split("/")[-1].split(".c.o")[0], line.split()[-1])
            for line in run("nm", "-A", "-u", STATIC).splitlines() if " U " in line}


def test_the_core_touches_no_process_wide_state():
    banned = re.compile(r"^(f?printf|v?s?n?printf|fopen|fclose|fread|fwrite|fputs|puts|putc|perror|stdin|stdout|stderr|getenv|secure_getenv|setenv|setlocale|"
                        r"localeconv|strto[a-z]+|ato[fil]+|time|clock|clock_gettime|gettimeofday|localtime|gmtime|abort|exit|_exit|__assert_fail|signal|"
                        r"sigaction|rand|random|srand|qsort|strerror|strtok|environ|tolower|toupper|isalpha|__ctype_\w+)$")
    found = {(f, s) for f, s in undefined() if banned.match(s) or re.match(r"__\w*(printf|_chk)$", s) and "printf" in s}
    assert not found


def test_memory_comes_from_one_file():
    found = {f for f, s in undefined() if s in ("malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "strdup")}
    assert len(found) == 1 and "memory" in found.pop()


def test_no_writable_data():
    for line in run("nm", "-A", STATIC).splitlines():
        kind = line.split()[-2]
        assert kind not in "bBdDcC" or ".rel.ro" in line or relocated_only(line), line


def relocated_only(line):
    """Tables of pointers are `d` in position-independent code, but read-only after relocation (.data.rel.ro)."""
    member, symbol = line.split(":")[-2], line.split()[-1]
    table = run("objdump", "-t", STATIC)
    section = None
    for row in table.splitlines():
        if row.startswith(member + ":"):
            section = True
        elif section and row.split() and row.split()[-1] == symbol:
            return ".data.rel.ro" in row
    return False


def test_the_stripped_core_is_small(tmp_path):
    copy = tmp_path / "libicp.so"
    shutil.copy(SHARED, copy)
    run("strip", copy)
    sizes = {row.split()[0]: int(row.split()[1]) for row in run("size", "-A", copy).splitlines() if len(row.split()) == 3 and row.startswith(".")}
    print("sizes", {k: sizes[k] for k in (".text", ".rodata")})
    assert sizes[".text"] <= 840 * 1024 and sizes[".rodata"] <= 384 * 1024


@pytest.mark.parametrize("header", HEADERS, ids=lambda h: h.name)
@pytest.mark.parametrize("compiler", [("gcc", "-std=c11", "c"), ("g++", "-std=c++14", "c++"), ("clang", "-std=c11", "c"), ("clang++", "-std=c++14", "c++")],
                         ids=lambda c: c[0])
def test_a_public_header_compiles_alone(header, compiler, tmp_path):
    if not shutil.which(compiler[0]):
        pytest.skip(f"{compiler[0]} is not installed")
    source = tmp_path / "one.c"
    source.write_text(f"#include <icp/{header.name}>\nint main(void) {{ return 0; }}\n")
    run(compiler[0], compiler[1], "-x", compiler[2], "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-I", TOP / "include", "-fsyntax-only", source)


def test_the_static_library_is_compiled_apart():
    """Hidden in the static copy: the linker may not re-export what it takes from there."""
    rows = [row.split() for row in run("readelf", "-Ws", STATIC).splitlines() if re.search(r"\bFUNC\b.*\bicp_\w+$", row) and " UND " not in row]
    assert len({r[-1] for r in rows} & declared()) == len(declared())
    assert {r[5] for r in rows if r[4] == "GLOBAL"} == {"HIDDEN"}
