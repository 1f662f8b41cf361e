# SPDX-License-Identifier: MIT
"""What README.md shows works as it stands there, and the documents find each other."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ["ICP_BUILD"])
README = (TOP / "README.md").read_text()
DOCUMENTS = [TOP / "README.md", *sorted((TOP / "doc").glob("*.md"))]


def test_the_c_example_compiles_and_scores(tmp_path):
    example = re.search(r"```c\n(.*?)```", README, re.S).group(1)
    includes = "".join(line + "\n" for line in example.splitlines() if line.startswith("#"))
    body = "".join(line + "\n" for line in example.splitlines() if not line.startswith("#"))
    (tmp_path / "example.c").write_text(f"""{includes}
#include "sample_model.h"
static int example(icp_model *model) {{
{body}
    icp_scorer_free(s);
    icp_record_free(r);
    icp_schema_unref(schema);
    return 0;
}}
int main(void) {{
    icp_context *context;
    if (icp_context_new(NULL, &context, NULL))
        return 1;
    icp_model *model = sample_model(context);
    int code = example(model);
    icp_model_unref(model);
    icp_context_unref(context);
    return code;
}}
""")
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", TOP / "include", "-I", TOP / "examples", tmp_path / "example.c",
                    "-o", tmp_path / "example", "-L", BUILD, "-licp", f"-Wl,-rpath,{BUILD}"], check=True)
    out = subprocess.run([tmp_path / "example"], check=True, capture_output=True, text=True).stdout
    score, low, high = map(int, re.fullmatch(r"(\d+) \((\d+) to (\d+)\)\n", out).groups())
    assert 200 <= low <= score <= high <= 759


def test_the_shell_lines_work_one_after_the_other(tmp_path):
    lines = [line.strip() for line in README.splitlines() if line.startswith("    icp ")]
    assert len(lines) == 4
    subprocess.run([sys.executable, TOP / "examples/make_universe.py", tmp_path, "3000", "60", "7"], check=True)
    rows = (tmp_path / "universe.csv").read_text().splitlines()
    (tmp_path / "companies.csv").write_text("\n".join([*rows, "acme.com" + rows[1][rows[1].index(","):]]) + "\n")
    path = f"{BUILD / 'examples/icp'}{os.pathsep}{os.environ['PATH']}"
    for line in lines:
        p = subprocess.run(line, shell=True, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True)
        assert p.returncode == 0, (line, p.stderr)
    assert p.stdout.startswith("acme.com\nfit ")
    assert len((tmp_path / "scores.csv").read_text().splitlines()) == 3002


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)", path.read_text()):
        assert "://" in target or (path.parent / target).exists(), target


def test_the_readme_links_every_document():
    for path in DOCUMENTS[1:]:
        assert f"(doc/{path.name})" in README, path.name
