#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes doc/python-api.md from the docstrings of the package.

usage: document.py [--check]

With --check nothing is written; the exit status is 1 when the page is not what the docstrings say. A test runs it so.
"""
import inspect
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
HEAD = """# The Python package

Made by `bindings/python/document.py` from the docstrings. [python.md](python.md) shows a task from start to end, what rows are, errors and threads.
"""


def signature(thing):
    try:
        text = str(inspect.signature(thing))
    except (TypeError, ValueError):
        return "()"
    for noise in ("'", '"', "typing.", "icp."):
        text = text.replace(noise, "")
    return text.replace("(self, ", "(").replace("(self)", "()").replace("(cls, ", "(").replace(" -> None", "")


def members(kind):
    for name, value in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(value, property):
            if value.__doc__ and value.fget.__name__ == name:
                yield f"`.{name}`", value.__doc__
        elif isinstance(value, (classmethod, staticmethod)):
            yield f"`{kind.__name__}.{name}{signature(getattr(kind, name))}`", value.__func__.__doc__
        elif callable(value):
            yield f"`.{name}{signature(value)}`", value.__doc__


def paragraph(text):
    return inspect.cleandoc(text or "")


def describe(name, thing):
    if not isinstance(thing, type):
        return [f"### `{name}{signature(thing)}`", "", paragraph(thing.__doc__), ""]
    if issubclass(thing, tuple):
        return [f"### `{name}`", "", paragraph(thing.__doc__), "", "Members: " + ", ".join(f"`{field}`" for field in thing._fields) + ".", ""]
    lines = [f"### `{name}{'' if issubclass(thing, Exception) else signature(thing)}`", "", paragraph(thing.__doc__), ""]
    for title, text in members(thing):
        lines += [f"{title}", "", *("> " + line if line else ">" for line in paragraph(text).splitlines()), ""]
    return lines


def page():
    try:
        import icp
    except ModuleNotFoundError:
        sys.path.insert(0, str(HERE))
        import icp
    things = {name: getattr(icp, name) for name in icp.__all__}
    exceptions = [name for name, thing in things.items() if isinstance(thing, type) and issubclass(thing, Exception)]
    functions = [name for name, thing in things.items() if not isinstance(thing, type)]
    classes = [name for name in things if name not in exceptions and name not in functions]
    lines = [HEAD]
    for title, names in (("Functions", functions), ("Classes", classes), ("Exceptions", exceptions)):
        lines += [f"## {title}", ""]
        if title == "Exceptions":
            lines += describe("Error", icp.Error)
            lines += ["| exception | code | |", "|---|---|---|"]
            lines += [f"| `{n}` | {things[n].code} | {paragraph(things[n].__doc__)} |" for n in sorted(names, key=lambda n: things[n].code) if n != "Error"]
        else:
            for name in names:
                lines += describe(name, things[name])
    return "\n".join(lines).rstrip() + "\n"


def main():
    target, text = HERE.parents[1] / "doc" / "python-api.md", page()
    if sys.argv[1:] == ["--check"]:
        sys.exit((not target.exists() or target.read_text(encoding="utf-8") != text) and f"{target} is not what the docstrings say: run {sys.argv[0]}")
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
