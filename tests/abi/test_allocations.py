# SPDX-License-Identifier: MIT
"""Scoring allocates nothing per row: counted by wrapping malloc itself."""
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).parents[2]
ICP = pathlib.Path(os.environ["ICP_BUILD"]) / "examples/icp/icp"
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
static atomic_long calls;
void *malloc(size_t n) { static void *(*real)(size_t); if (!real) real = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc"); calls++; return real(n); }
void *realloc(void *p, size_t n) { static void *(*real)(void *, size_t); if (!real) real = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc"); calls++; return real(p, n); }
__attribute__((destructor)) static void report(void) { FILE *f = fopen(getenv("CALLS"), "w"); if (f) { fprintf(f, "%ld\n", (long)calls); fclose(f); } }
"""


def test_no_allocation_per_row(tmp_path):
    (tmp_path / "shim.c").write_text(SHIM)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", tmp_path / "shim.c", "-o", tmp_path / "shim.so", "-ldl"], check=True)
    subprocess.run([sys.executable, TOP / "examples/make_universe.py", tmp_path, "6000", "60", "3"], check=True)
    quiet = {"check": True, "cwd": tmp_path, "stderr": subprocess.DEVNULL}
    subprocess.run([ICP, "reference", "build", "--key", "domain", "-o", "ref", "universe.csv"], **quiet)
    subprocess.run([ICP, "fit", "--reference", "ref", "--customers", "customers.csv", "-o", "model"], **quiet)
    lines = (tmp_path / "universe.csv").read_text().splitlines(keepends=True)
    counts = []
    for times in (4, 40):
        (tmp_path / "many.csv").write_text(lines[0] + "".join(lines[1:]) * times)
        subprocess.run([ICP, "score", "model", "many.csv", "-o", "out"], env={**os.environ, "LD_PRELOAD": str(tmp_path / "shim.so"), "CALLS": str(tmp_path / "calls")}, **quiet)
        counts.append(int((tmp_path / "calls").read_text()))
    print("calls for 24,000 and 240,000 rows", counts)
    assert counts[0] > 0 and counts[1] == counts[0]
