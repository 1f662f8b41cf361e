# SPDX-License-Identifier: MIT
"""Joined real exports against the same computed row by row from the files (joining.py), and against themselves in parts and orders."""
import csv
import datetime
import io
import json
import pathlib
import random
import shutil
import subprocess

import pytest
from joining import Table, day_of, join, rows_of
from test_real import DATA, ICP

JOIN = pathlib.Path(ICP).resolve().parents[2] / "tests/bench/join_rows"
FOLDERS = {"maven_crm": (2017, 6, 1), "ravenstack": (2024, 6, 15), "crunchbase_2013": (2012, 7, 10)}


@pytest.fixture(params=FOLDERS)
def folder(request):
    path = DATA / request.param
    if not path.is_dir():
        pytest.skip(f"ICP_DATA is absent: no {request.param}")
    if not JOIN.exists():
        pytest.skip(f"{JOIN} is not built")
    return path


def run(*arguments):
    p = subprocess.run([str(a) for a in arguments], capture_output=True, timeout=600)
    assert p.returncode == 0, p.stderr.decode()
    return p.stdout.decode()


def table(text):
    lines = text.split("\x1e")[:-1]
    names = lines[0].split("\x1f")
    return [dict(zip(names, line.split("\x1f"))) for line in lines[1:]]


def days(as_of):
    return (datetime.date(*as_of) - datetime.date(1970, 1, 1)).days


def joined(path, as_of=None, *more):
    return table(run(JOIN, path, "print", *(("as_of", days(as_of)) if as_of else ()), *more))


def manifest_of(path):
    return json.loads(run(ICP, "dataset", path, "--format", "json", "--quiet"))


def use_of(column, lookup=False):
    """list, number, yes or date; None = no column of a child."""
    if column["use"] in ("number", "date"):
        return None if lookup and column["use"] == "date" else column["use"]
    if column["use"] == "list" or (lookup and column["use"] == "pass"):
        return "number" if lookup and column["kind"] == "number" else {"boolean": "yes"}.get(column["kind"], "list")
    return None


def expected(path, as_of):
    m = manifest_of(path)
    by_name = {t["name"]: t for t in m["tables"]}
    company = by_name[m["company"]]
    rows = {t["name"]: rows_of(path / t["file"]) for t in m["tables"]}
    children = [t for t in m["tables"] if t["role"] == "child"]
    children.sort(key=lambda t: t["link"]["to"] != company["name"])
    tables, lookups = [], {}
    for t in children:
        link = t["link"]
        assert link["match"] == "exact" and "separator" not in link and link["to_column"] == by_name[link["to"]]["key"]
        use = {c["name"]: u for c in t["columns"] if (u := use_of(c))}
        orders = {c.get("order", "ymd") for c in t["columns"] if c["use"] == "date"}
        assert len(orders) < 2
        tables.append(Table(t["name"], rows[t["name"]], use, t.get("key"), (link["column"], None if link["to"] == company["name"] else link["to"], None),
                            late={c["name"] for c in t["columns"] if c.get("late")}, order=(orders or {"ymd"}).pop()))
        lookups[t["name"]] = {k["column"]: (k["to"], k["to_column"], {c["name"]: u for c in by_name[k["to"]]["columns"] if (u := use_of(c, True))},
                                            rows[k["to"]]) for k in t.get("lookups", ())}
    out, figures = join(rows[company["name"]], company["key"], tables, lookups, as_of)
    return company["key"], out, figures


@pytest.mark.parametrize("limited", [False, True])
def test_every_cell_is_what_the_files_say(folder, limited):
    as_of = FOLDERS[folder.name] if limited else None
    key, want, figures = expected(folder, as_of)
    rows = joined(folder, as_of)
    assert figures and len(rows) == len(want)
    wrong = compared = 0
    for r in rows:
        for header, cell in want[r[key]].items():
            if header in r:
                compared += 1
                wrong += r[header] != cell
                assert r[header] == cell or not cell.isascii() or not r[header].isascii(), (r[key], header, r[header][:200], cell[:200])
    # Columns that max_traits left out are not there; a cell that is not UTF-8 is read as Windows-1252 alone, here its whole file is.
    assert compared > 900 and wrong <= 4


def test_parts_change_nothing(folder):
    for as_of in (None, FOLDERS[folder.name]):
        whole = run(JOIN, folder, "print", "report", *(("as_of", days(as_of)) if as_of else ()))
        parts = run(JOIN, folder, "print", "report", "memory", (24 if folder.name == "crunchbase_2013" else 4) << 20, *(("as_of", days(as_of)) if as_of else ()))
        assert whole == parts


def test_a_planted_future_changes_nothing(folder, tmp_path):
    """Rows dated after the moment are as if they were not there."""
    as_of = FOLDERS[folder.name]
    shutil.copytree(folder, tmp_path / "data")
    (tmp_path / "data/links.json").write_text(json.dumps(manifest_of(folder)))
    before = joined(tmp_path / "data/links.json", as_of)
    names = {"maven_crm": "sales_pipeline.csv", "ravenstack": "ravenstack_churn_events.csv.gz", "crunchbase_2013": "rounds.csv.gz"}
    path = tmp_path / "data" / names[folder.name]
    rows = rows_of(path)
    m = {t.get("file"): t for t in manifest_of(folder)["tables"]}[path.name]
    dated = [c["name"] for c in m["columns"] if c["use"] == "date"]
    cells = {"ymd": "%Y-%m-%d", "dmy": "%d-%m-%Y", "mdy": "%m/%d/%Y"}
    order = {c.get("order", "ymd") for c in m["columns"] if c["use"] == "date"}.pop()
    later = (datetime.date(*as_of) + datetime.timedelta(1)).strftime(cells[order])
    rng = random.Random(1)
    lines = [",".join(rows[0])]
    for r in rows + [dict(rng.choice(rows), **{d: later for d in dated}) for _ in range(500)]:
        lines.append(",".join('"%s"' % c.replace('"', '""') for c in r.values()))
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    path.unlink()
    plain.write_text("\n".join(lines) + "\n")
    links = json.loads((tmp_path / "data/links.json").read_text())
    for t in links["tables"]:
        if t.get("file") == path.name:
            t["file"] = plain.name
    (tmp_path / "data/links.json").write_text(json.dumps(links))
    after = joined(tmp_path / "data/links.json", as_of)
    ascii_only = [{h: c for h, c in r.items() if c.isascii()} for r in after]
    assert all(b[h] == c for b, r in zip(before, ascii_only) for h, c in r.items()) and len(before) == len(after)
    now = joined(tmp_path / "data/links.json")
    assert now != before


def test_events_are_the_dated_cells(folder):
    key, _, _ = expected(folder, None)
    companies = {r[key] for r in joined(folder)}
    for as_of in (None, FOLDERS[folder.name]):
        got = table(run(JOIN, folder, "events", "print", *(("as_of", days(as_of)) if as_of else ())))
        assert got
        for e in got:
            assert e["key"] in companies and ":" in e["type"]
            assert not as_of or tuple(int(n) for n in e["time"][:10].split("-")) < as_of
    m = manifest_of(folder)
    company, total = m["company"], 0
    direct = [t for t in m["tables"] if t["role"] == "child" and t["link"]["to"] == company]
    for t in direct:
        dates = [(c["name"], c.get("order", "ymd")) for c in t["columns"] if c["use"] == "date"]
        total += sum(day_of(r[name], order) is not None for r in rows_of(folder / t["file"]) if r[t["link"]["column"]] in companies for name, order in dates)
    names = {t["name"] for t in direct}
    everything = table(run(JOIN, folder, "events", "print"))
    assert sum(e["type"].split(":")[0] in names for e in everything) == total
    lines = list(csv.DictReader(io.StringIO(run(ICP, "events", folder, "--quiet"))))
    assert [tuple(e.values()) for e in lines] == [tuple(e.values()) for e in everything]
