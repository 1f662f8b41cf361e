# SPDX-License-Identifier: MIT
"""doc/spark.md does what it says."""
import contextlib
import io
import re
import subprocess
import sys

from conftest import TOP


def test_the_page_does_what_it_says(spark, tmp_path, monkeypatch):
    subprocess.run([sys.executable, TOP / "examples" / "make_universe.py", tmp_path, "3000", "150", "1"], check=True)
    monkeypatch.chdir(tmp_path)
    text = (TOP / "doc" / "spark.md").read_text(encoding="utf-8")
    text = re.sub(r'read\.csv\("', f'read.csv("file://{tmp_path}/', text)  # the session began in another folder
    blocks = re.findall(r"```python\n(.*?)```\n(?:```text\n(.*?)```\n)?", text, re.S)
    assert len(blocks) == 3 and all(expected for _, expected in blocks)
    names = {}
    for code, expected in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "the document", "exec"), names)
        assert "".join(line.rstrip() + "\n" for line in printed.getvalue().rstrip().splitlines()) == expected, code
