#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes icp/_abi.py from the public headers: constants, structs and signatures.

usage: generate.py [--check]

With --check nothing is written; the exit status is 1 when the file is not what the headers say. A test runs it so.
"""
import keyword
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
HEADERS = HERE.parents[1] / "include" / "icp"
INTEGERS = {"int8_t": "c_int8", "uint8_t": "c_uint8", "int32_t": "c_int32", "uint32_t": "c_uint32", "int64_t": "c_int64", "uint64_t": "c_uint64",
            "size_t": "c_size_t", "icp_status": "c_int32", "int": "c_int"}
LETTERS = {"void": "v", "int32_t": "i", "icp_status": "i", "uint32_t": "I", "int64_t": "q", "uint64_t": "Q", "size_t": "z", "double": "d",
           "struct icp_str": "S"}
HEAD = '''# SPDX-License-Identifier: MIT
"""Constants, structs and signatures of the C library. Written by generate.py from include/icp; not edited by hand."""
from __future__ import annotations

import ctypes as c
from typing import Any
'''


def text_of(name):
    """A header without comments and preprocessor lines."""
    text = (HEADERS / name).read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    return re.sub(r"^\s*#[^\n]*(?:\\\n[^\n]*)*", "", text, flags=re.M)


def constants(text):
    for body in re.findall(r"\benum\s*\{(.*?)\}", text, re.S):
        for entry in filter(None, map(str.strip, body.split(","))):
            name, value = map(str.strip, entry.split("="))
            yield name, int(value.rstrip("uU"), 0)


def limits(name):
    """The constants that are macros."""
    text = (HEADERS / name).read_text(encoding="utf-8")
    for macro, bits in re.findall(r"^#define (ICP_\w+) INT(32|64)_MIN", text, re.M):
        yield macro, -(1 << (int(bits) - 1))


def python_name(struct):
    """struct icp_fit_options is FitOptions; structs of others keep their names."""
    if not struct.startswith("icp_"):
        return struct
    return "".join(part.capitalize() for part in struct[4:].split("_"))


def split_declarators(body):
    """The declarations of a struct, split at semicolons outside parentheses."""
    depth, start = 0, 0
    for i, character in enumerate(body):
        depth += (character == "(") - (character == ")")
        if character == ";" and depth == 0:
            yield " ".join(body[start:i].split())
            start = i + 1


def fields(body):
    for declaration in split_declarators(body):
        function = re.match(r".*?\(\s*\*\s*(\w+)\s*\)\s*\(", declaration)
        if function:
            yield function.group(1), "c.c_void_p", "Any"
            continue
        base, rest = re.match(r"((?:const )?(?:struct \w+|\w+)) ?(.*)", declaration).groups()
        base = base.replace("const ", "")
        for declarator in rest.split(","):
            declarator = declarator.strip().replace("const ", "").replace(" ", "")
            name = re.search(r"\w+", declarator).group(0)
            count = re.search(r"\[(\d+)\]", declarator)
            if "*" in declarator:
                yield name, "c.c_char_p" if base == "char" and "**" not in declarator else "c.c_void_p", "Any"
            elif base.startswith("struct "):
                yield name, python_name(base[7:]), python_name(base[7:])
            elif base == "char":
                yield name, f"c.c_char * {count.group(1)}", "bytes"
            else:
                kind = "c.c_double" if base == "double" else "c." + INTEGERS[base]
                yield name, f"{kind} * {count.group(1)}" if count else kind, "Any" if count else "float" if base == "double" else "int"


def structs(text):
    for name, body in re.findall(r"\bstruct (\w+)\s*\{((?:[^{}])*)\}", text, re.S):
        members = list(fields(body))
        if name == "icp_str":  # read by its size, never to a NUL
            members[0] = ("data", "c.c_void_p", "Any")
        yield name, members


def letter(kind):
    kind = " ".join(kind.replace("const ", " ").split())
    if "*" in kind or "[" in kind or "(" in kind:
        return "s" if kind.startswith("char *") and "**" not in kind else "p"
    words = kind.split()
    return LETTERS[" ".join(words[:2]) if words[0] == "struct" else words[0]]


def split_arguments(text):
    depth, start = 0, 0
    for i, character in enumerate(text + ","):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield text[start:i].strip()
            start = i + 1


def functions(text):
    for result, name, arguments in re.findall(r"\bICP_API\s+((?:const )?(?:struct )?\w+\s*\**)\s*(icp_\w+)\(((?:[^()]|\([^()]*\))*)\);", text, re.S):
        arguments = " ".join(arguments.split())
        yield name, letter(result) + "".join(letter(a) for a in split_arguments(arguments) if a != "void")


def write_struct(name, members):
    members = [(field + "_" * keyword.iskeyword(field), kind, hint) for field, kind, hint in members]
    lines = [f"\nclass {python_name(name)}(c.Structure):"]
    lines += [f"    {field}: {kind}" for field, _, kind in members]
    lines += ["    _fields_ = ["] + [f'        ("{field}", {kind}),' for field, kind, _ in members] + ["    ]", ""]
    return lines


def generate():
    names = sorted(p.name for p in HEADERS.glob("*.h"))
    order = ["base.h"] + [n for n in names if n != "base.h"]
    texts = {n: text_of(n) for n in order}
    lines = [HEAD]
    for n in order:
        lines += [f"{name} = {value}" for name, value in [*constants(texts[n]), *limits(n)]]
    lines.append("")
    found, called = [], {}
    for n in order:
        for name, members in structs(texts[n]):
            lines += write_struct(name, members)
            found.append(name)
        ledger = n == "ledger.h"
        called.update({name: (signature, ledger) for name, signature in functions(texts[n])})
    lines.append("\n# By the name in C.")
    lines += ["STRUCTS = {", *[f'    "{name}": {python_name(name)},' for name in found], "}", ""]
    lines += ["# Result and arguments: v nothing, i int32, I uint32, q int64, Q uint64, z size_t, d double, s char *, p any other pointer,",
              "# S struct icp_str."]
    for title, ledger in (("SIGNATURES", False), ("LEDGER_SIGNATURES", True)):
        lines += [f"{title} = {{", *[f'    "{name}": "{s}",' for name, (s, of) in sorted(called.items()) if of == ledger], "}"]
    lines += ['TYPES: dict[str, Any] = {"v": None, "i": c.c_int32, "I": c.c_uint32, "q": c.c_int64, "Q": c.c_uint64, "z": c.c_size_t, "d": c.c_double,',
              '                         "s": c.c_char_p, "p": c.c_void_p, "S": Str}', ""]
    return "\n".join(lines)


def main():
    target, text = HERE / "icp" / "_abi.py", generate()
    if sys.argv[1:] == ["--check"]:
        sys.exit(target.read_text(encoding="utf-8") != text and f"{target} is not what the headers say: run {sys.argv[0]}")
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
