# SPDX-License-Identifier: MIT
import csv
import json
import os
import pathlib
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).parents[2]
ICP = os.environ.get("ICP", str(TOP / "build/tests/gcc/examples/icp/icp"))


class Run:
    """Runs the command; `ok` and `refused` also check the exit code."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *arguments, **more):
        return subprocess.run([ICP, *map(str, arguments)], capture_output=True, cwd=self.folder, timeout=300, **more)

    def ok(self, *arguments, **more):
        p = self(*arguments, **more)
        assert p.returncode == 0, p.stderr.decode()
        return p.stdout.decode()

    def refused(self, *arguments, code=1, **more):
        """The one line on stderr, without the leading "icp: "."""
        p = self(*arguments, **more)
        assert p.returncode == code, (p.returncode, p.stderr)
        text = p.stderr.decode()
        assert text.startswith("icp: ") and text.count("\n") == 1, text
        return text[5:-1]

    def rows(self, path):
        with open(self.folder / path, newline="", encoding="utf-8") as f:
            return list(csv.DictReader(f))

    def json(self, *arguments):
        return json.loads(self.ok(*arguments))


@pytest.fixture
def icp(tmp_path):
    return Run(tmp_path)


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """A generated universe with a reference, a model and scores."""
    folder = tmp_path_factory.mktemp("world")
    subprocess.run([sys.executable, TOP / "examples/make_universe.py", folder, "3000", "60", "7"], check=True)
    run = Run(folder)
    run.ok("reference", "build", "--key", "domain", "-o", "ref", "universe.csv", "--quiet")
    run.ok("fit", "--reference", "ref", "--customers", "customers.csv", "-o", "model", "--quiet")
    run.ok("score", "model", "universe.csv", "-o", "scores.csv")
    return run


@pytest.fixture(scope="session")
def data():
    folder = pathlib.Path(os.environ.get("ICP_DATA", TOP / "../shared/data"))
    if not folder.is_dir():
        pytest.skip("ICP_DATA is absent: no real data")
    return folder
