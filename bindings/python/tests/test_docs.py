# SPDX-License-Identifier: MIT
"""What the documents show is what happens: the README's lines and doc/python.md are run, and doc/python-api.md is what the docstrings say."""
import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]


@pytest.fixture
def universe(tmp_path, monkeypatch):
    """A folder with a generated universe, as the documents say, where the test then is."""
    subprocess.run([sys.executable, TOP / "examples" / "make_universe.py", tmp_path, "3000", "150", "1"], check=True)
    monkeypatch.chdir(tmp_path)


def blocks(text):
    """Blocks of Python, each with the output that stands behind it, else None."""
    return re.findall(r"```python\n(.*?)```\n(?:```text\n(.*?)```\n)?", text, re.S)


def run(text):
    names = {}
    for code, expected in blocks(text):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "the document", "exec"), names)
        if expected:
            assert printed.getvalue() == expected, code
    return names


def test_the_page_of_python_does_what_it_says(universe):
    from icp._library import ledger_library
    try:
        ledger_library()
    except ImportError:
        pytest.skip("the ledger was not built")
    text = (TOP / "doc" / "python.md").read_text(encoding="utf-8")
    assert all(expected != "" for _, expected in blocks(text) if expected is not None)
    run(text)


def test_the_lines_of_the_readme_do_what_they_say(universe):
    pytest.importorskip("pandas")
    text = (TOP / "README.md").read_text(encoding="utf-8").split("## From Python\n")[1].split("\n## ")[0]
    code = blocks(text)[0][0]
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    names = run(text)
    assert len(names["companies"]) == 3000 and names["companies"]["score"].between(200, 759).all()


@pytest.mark.parametrize("page, packages", [("python-sklearn", ("sklearn", "pandas")), ("python-duckdb", ("duckdb", "pyarrow", "polars"))])
def test_the_pages_of_other_packages_do_what_they_say(universe, page, packages):
    for package in packages:
        pytest.importorskip(package)
    text = (TOP / "doc" / f"{page}.md").read_text(encoding="utf-8")
    assert all(expected for _, expected in blocks(text))
    run(text)


def test_the_page_of_the_api_is_what_the_docstrings_say():
    if sys.version_info[:2] < (3, 11):
        pytest.skip("older Pythons write signatures in another way")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-P", HERE.parent / "document.py", "--check"], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
