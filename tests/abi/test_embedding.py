# SPDX-License-Identifier: MIT
"""doc/embedding.md: its C blocks are one program that does what the page says, and each promise names tests that are there."""
import os
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ["ICP_BUILD"])
GOLDEN = TOP / "tests/golden"
PAGE = (TOP / "doc/embedding.md").read_text()


def test_the_blocks_are_one_program_that_works(tmp_path):
    (tmp_path / "product.c").write_text("\n".join(re.findall(r"```c\n(.*?)```", PAGE, re.S)))
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-I", TOP / "include", tmp_path / "product.c", "-o", tmp_path / "product",
                    "-L", BUILD, "-licp", "-lpthread", f"-Wl,-rpath,{BUILD}"], check=True)
    out = subprocess.run([tmp_path / "product", GOLDEN / "model-1.icp", GOLDEN / "companies.csv"], check=True, capture_output=True, text=True).stdout.splitlines()
    total = sum(int(line.split(",")[1]) for line in (GOLDEN / "scores-1.csv").read_text().splitlines()[1:])
    assert out == [f"thread {i}: the scores add up to {total}" for i in range(4)] + ["stopped: ICP_E_CANCELLED, schema untouched", "0 bytes left behind"]
    p = subprocess.run([tmp_path / "product", GOLDEN / "companies.csv", GOLDEN / "companies.csv"], capture_output=True, text=True)
    assert p.returncode == 1 and re.fullmatch(r"model: \S+companies.csv:-1:-1: .* \(ICP_E_FORMAT\)\n", p.stderr), p.stderr


def test_every_promise_names_tests_that_are_there():
    rows = [row for row in PAGE.partition("## Promises and their tests")[2].splitlines() if row.startswith("| ")][1:]
    assert len(rows) > 20
    for row in rows:
        tests = re.findall(r"`([\w/.]+)(?:::(\w+))?`", row.split("|")[2])
        assert tests, row
        for file, name in tests:
            path = TOP / file if "/" in file else next((TOP / "tests").rglob(file))
            assert path.exists() and (not name or re.search(rf"(START_TEST\({name}\)|def {name}\()", path.read_text())), (file, name)
