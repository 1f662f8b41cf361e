# SPDX-License-Identifier: MIT
"""The SELECT in PostgreSQL: a server of its own in a temporary folder, as a user without rights."""
import csv
import io
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import pytest
import worlds

BIN = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
ALL = os.environ.get("ICP_SQL_ALL")


@pytest.fixture(scope="module")
def server():
    if not BIN or shutil.which("psql") is None:
        pytest.skip("no PostgreSQL here: tests/run.sh --all installs it")
    # A server does not run as root; its socket's path must be short.
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder = pathlib.Path(tempfile.mkdtemp(prefix="icp-pg-"))
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)

    def as_user(tool, *arguments):
        subprocess.run([BIN[-1].parent / tool, "-D", folder / "data", *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder,
                       **({"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.getuid() == 0 else {}))

    as_user("initdb", "-E", "UTF8", "--locale=C.UTF-8", "-U", "icp", "-A", "trust")
    as_user("pg_ctl", "-w", "-l", folder / "log", "-o", f"-k {folder} -c listen_addresses= -c fsync=off", "start")
    yield folder
    as_user("pg_ctl", "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def psql(server, text, *more):
    p = subprocess.run(["psql", "-q", "-X", "-h", server, "-U", "icp", "postgres", "-v", "ON_ERROR_STOP=1", *more], input=text, capture_output=True, encoding="utf-8",
                       env={**os.environ, "PGCLIENTENCODING": "UTF8"})
    assert p.returncode == 0, p.stderr
    return p.stdout


def run(server, sql, world, before=""):
    quoted = ", ".join('"' + n.replace('"', '""') + '" text' for n in world.names)
    path = world.folder / "rows.csv"
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f, quoting=csv.QUOTE_ALL).writerows([[r"\N" if v is None else v for v in row] for row in world.rows])
    psql(server, f"DROP TABLE IF EXISTS companies; CREATE TABLE companies ({quoted});\n\\copy companies from '{path}' with (format csv, null '\\N', force_null ({quoted.replace(' text', '')}))\n")
    out = psql(server, before + sql + ";", "--csv", "-t")
    return [(k, int(s), t, int(m), x == "t") for k, s, t, m, x in csv.reader(io.StringIO(out, newline=""))]


@pytest.mark.parametrize("seed", range(2))
def test_rows_that_are_exact_score_as_the_library_says(tmp_path, server, seed):
    world = worlds.hostile(tmp_path, seed)
    got = run(server, world.sql("postgres"), world)
    world.compare(got)
    for name, (exact, all_of) in worlds.shares(world, got).items():
        assert exact > .2 * all_of, name
    # What a backslash means in a literal is a setting.
    assert run(server, world.sql("postgres"), world, "SET standard_conforming_strings = off; SET escape_string_warning = off;") == got


@pytest.mark.parametrize("case", ["bank-1000", "yc-acquired-200", "lf-finos-50", "cb13-web-acquirers-100"])
def test_real_companies(tmp_path, server, case):
    if not (worlds.CASES / case).exists():
        pytest.skip(f"no {worlds.CASES / case}")
    world = worlds.of_case(tmp_path, case, None if ALL else 200)
    exact = world.compare(run(server, world.sql("postgres"), world))
    print(f"{case}: {exact} of {len(world.rows)} rows exact")
    assert exact > .9 * len(world.rows)
