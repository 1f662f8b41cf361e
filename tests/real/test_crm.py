# SPDX-License-Identifier: MIT
"""Real exports of linked tables: joined with one command, what is wrong with them reported with the true numbers, nothing seen before its time."""
import csv
import datetime
import gzip
import io
import json
import shutil
import struct
import subprocess
import zlib
from collections import Counter

import pytest

from test_real import DATA, ICP, TOP

AS_OF = "2017-03-05"


@pytest.fixture
def data():
    if not (DATA / "README.md").exists():
        pytest.skip("ICP_DATA is absent: no real data")
    return DATA


def run(*arguments, folder=None):
    return subprocess.run([ICP, *map(str, arguments)], capture_output=True, cwd=folder, timeout=600)


def ok(*arguments, folder=None):
    p = run(*arguments, folder=folder)
    assert p.returncode == 0, p.stderr.decode()
    return p.stdout.decode()


def plain(path):
    """The bytes of a reference with its deflated sections as they were."""
    whole, out = path.read_bytes(), b""
    for i in range(struct.unpack_from("<I", whole, 12)[0]):
        flags, at, size = struct.unpack_from("<IQQ", whole, 56 + 40 * i + 4)
        out += zlib.decompress(whole[at:at + size]) if flags & 2 else whole[at:at + size]
    return out


def thousands(n):
    return f"{n:,}"


@pytest.fixture
def maven(data, tmp_path):
    folder = data / "maven_crm"
    if not folder.is_dir():
        pytest.skip("no maven_crm in ICP_DATA")
    shutil.copytree(folder, tmp_path / "maven_crm")
    return tmp_path


def deals(folder):
    with open(folder / "maven_crm/sales_pipeline.csv", newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def write_deals(folder, rows):
    with open(folder / "maven_crm/sales_pipeline.csv", "w", newline="", encoding="utf-8") as f:
        out = csv.DictWriter(f, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


def moment(cell):
    return datetime.datetime.strptime(cell, "%m/%d/%Y").strftime("%Y-%m-%d") if cell else ""


def customers(folder, day):
    won = sorted({r["account"] for r in deals(folder) if r["deal_stage"] == "Won" and r["account"] and moment(r["close_date"]) < day})
    (folder / "customers.csv").write_text("account\n" + "".join(f"{a}\n" for a in won))
    return won


def test_maven_is_joined_with_one_command(maven):
    p = run("reference", "build", "maven_crm", "-o", "ref", folder=maven)
    assert p.returncode == 0
    said = p.stderr.decode()
    rows = deals(maven)
    pro, nameless = sum(r["product"] == "GTXPro" for r in rows), sum(not r["account"] for r in rows)
    assert (pro, nameless, len(rows)) == (1480, 1425, 8800)
    line = next(line for line in said.splitlines() if "GTXPro" in line)
    assert "GTX Pro" in line and thousands(pro) in line and "normalised" in line
    line = next(line for line in said.splitlines() if thousands(nameless) in line)
    assert "sales_pipeline" in line
    schema = {c["name"]: c for c in json.loads(ok("schema", "maven_crm", "--quiet", folder=maven))["columns"]}
    assert schema["account"]["kind"] == "key"
    assert "sales_pipeline count" in schema and [c for c in schema if c.startswith("sales_pipeline.") and "close_value" in c]
    show = {r["figure"]: r["value"] for r in json.loads(ok("reference", "show", "ref", "--format", "json", folder=maven))}
    assert show["companies"] == "85" and show["key column"] == "account"


def test_what_the_readme_shows_is_true(maven):
    readme = (TOP / "README.md").read_text()
    shown = readme.split("    $ icp reference build maven_crm -o world.icpref\n")[1].split("\n\n")[0]
    p = run("reference", "build", "maven_crm", "-o", "world.icpref", folder=maven)
    assert p.stderr.decode().splitlines() == [line.strip() for line in shown.splitlines()]


def test_maven_sums_are_true(maven):
    """Counts and sums of the join against the same made here, in the cells of the reference."""
    ok("reference", "build", "maven_crm", "-o", "ref", "--quiet", folder=maven)
    count, total = Counter(), Counter()
    for r in deals(maven):
        count[r["account"]] += 1
        total[r["account"]] += int(r["close_value"] or 0)
    data = plain(maven / "ref")
    for account in sorted(count):
        if account:
            row = data[data.index(b"\x00" + bytes([len(account)]) + account.encode()):][:900]
            assert bytes([len(str(count[account]))]) + str(count[account]).encode() in row, account
            assert str(total[account]).encode() in row, (account, total[account])


def test_maven_normalised_match_joins_the_rest(maven):
    m = json.loads(ok("dataset", "maven_crm", "--format", "json", folder=maven))
    links = [link for t in m["tables"] if t["name"] == "sales_pipeline" for link in t.get("lookups", [])]
    assert links
    for link in links:
        link["match"] = "normalised"
    (maven / "maven_crm/links.json").write_text(json.dumps(m))
    p = run("reference", "build", "maven_crm/links.json", "-o", "ref2", folder=maven)
    assert p.returncode == 0 and "GTXPro" not in p.stderr.decode()


def test_maven_whole_way_as_of_a_day(maven):
    won = customers(maven, AS_OF)
    assert len(won) == 51
    ok("reference", "build", "maven_crm", "--as-of", AS_OF, "-o", "ref", "--quiet", folder=maven)
    audit = ok("audit", "maven_crm", "--as-of", AS_OF, "--customers", "customers.csv", "--format", "json", folder=maven)
    assert json.loads(audit)
    ok("fit", "--reference", "ref", "--customers", "customers.csv", "-o", "model", "--quiet", folder=maven)
    ok("score", "model", "maven_crm", "--as-of", AS_OF, "-o", "scores.csv", "--quiet", folder=maven)
    with open(maven / "scores.csv", newline="") as f:
        assert len(list(csv.DictReader(f))) == 85


def test_maven_nothing_is_seen_before_its_time(maven):
    ok("reference", "build", "maven_crm", "--as-of", AS_OF, "-o", "ref", "--quiet", folder=maven)
    before = plain(maven / "ref")
    rows = deals(maven)
    late = [r for r in rows if moment(r["close_date"]) >= AS_OF and r["account"]]
    assert len(late) > 5000
    for r in late:  # what became of a deal is known from its close on
        r["deal_stage"] = "Won" if r["deal_stage"] == "Lost" else "Lost"
        r["close_value"] = "777777"
        r["close_date"] = "12/30/2017"
    rows.append({**late[0], "opportunity_id": "PLANTED1", "engage_date": "11/01/2017", "close_date": "12/31/2017", "close_value": "999999", "deal_stage": "Won"})
    write_deals(maven, rows)
    ok("reference", "build", "maven_crm", "--as-of", AS_OF, "-o", "ref2", "--quiet", folder=maven)
    assert plain(maven / "ref2") == before
    ok("reference", "build", "maven_crm", "-o", "ref3", "--quiet", folder=maven)
    assert b"777777" in plain(maven / "ref3")  # the test can fail


@pytest.fixture
def ravenstack(data, tmp_path):
    folder = data / "ravenstack"
    if not folder.is_dir():
        pytest.skip("no ravenstack in ICP_DATA")
    with gzip.open(folder / "ravenstack_accounts.csv.gz", "rt", encoding="utf-8-sig", newline="") as f:
        kept = [r["account_id"] for r in csv.DictReader(f) if r["churn_flag"] == "FALSE"]
    (tmp_path / "customers.csv").write_text("account_id\n" + "".join(f"{k}\n" for k in kept))
    return folder, tmp_path


def test_ravenstack_five_tables_are_joined(ravenstack):
    folder, here = ravenstack
    m = json.loads(ok("dataset", folder, "--format", "json", folder=here))
    roles = {t["name"]: t["role"] for t in m["tables"]}
    assert sorted(roles.values()) == ["child", "child", "child", "child", "company"] and roles["ravenstack_accounts"] == "company", roles
    p = run("reference", "build", folder, "-o", "ref", folder=here)
    assert p.returncode == 0 and b"500 companies kept of 500 rows" in p.stderr
    columns = [c["name"] for c in json.loads(ok("schema", folder, "--quiet", folder=here))["columns"]]
    for table in ("subscriptions", "feature_usage", "supports_ticket", "churn_events"):
        assert f"ravenstack_{table} count" in columns, columns


def test_ravenstack_churn_is_quarantined(ravenstack):
    folder, here = ravenstack
    ok("reference", "build", folder, "-o", "ref", "--quiet", folder=here)
    ok("fit", "--reference", "ref", "--customers", "customers.csv", "-o", "model", "--quiet", folder=here)
    traits = json.loads(ok("traits", "model", "--format", "json", folder=here))
    assert traits and not [t["trait"] for t in traits if t["trait"].startswith("churn_flag")]
    audit = json.loads(ok("audit", folder, "--customers", "customers.csv", "--format", "json", "--quiet", folder=here))
    verdicts = {c["name"]: c["verdict"] for c in audit["columns"]}
    assert verdicts["churn_flag"] == "quarantined"
    churn = {n: v for n, v in verdicts.items() if "churn" in n}
    assert len(churn) > 8 and set(churn.values()) == {"quarantined"}, churn
    assert not [n for n, v in verdicts.items() if v in ("quarantined", "suspect") and "churn" not in n], verdicts


def rows_of(path, delimiter=","):
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f, delimiter=delimiter))


def quarantined(audit):
    return {c["name"] for c in audit["columns"] if c["verdict"] == "quarantined"}


def test_bank_duration_is_found_by_the_command(data, tmp_path):
    rows = rows_of(data / "bank_marketing/bank-full.csv.gz", ";")
    names = [n for n in rows[0] if n != "y"]
    with open(tmp_path / "bank.csv", "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["key", *names])
        out.writerows([f"b{i}", *(r[n] for n in names)] for i, r in enumerate(rows))
    (tmp_path / "customers.csv").write_text("key\n" + "".join(f"b{i}\n" for i, r in enumerate(rows) if r["y"] == "yes"))
    audit = json.loads(ok("audit", "bank.csv", "--customers", "customers.csv", "--format", "json", folder=tmp_path))
    assert quarantined(audit) == {"duration"}


def test_yc_status_is_found_by_the_command(data, tmp_path):
    path = data / "yc/yc_2024-05-11.csv.gz"
    rows = rows_of(path)
    key, status = "key", next(n for n in rows[0] if n.lower() == "status")
    with open(tmp_path / "yc.csv", "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow([key, *rows[0]])
        out.writerows([f"y{i}", *r.values()] for i, r in enumerate(rows))
    acquired = [i for i, r in enumerate(rows) if r[status] == "Acquired"]
    (tmp_path / "customers.csv").write_text("key\n" + "".join(f"y{i}\n" for i in acquired))
    audit = json.loads(ok("audit", "yc.csv", "--customers", "customers.csv", "--format", "json", folder=tmp_path))
    assert quarantined(audit) == {status}


def test_members_are_matched_to_companies(data, tmp_path):
    members = {r["name"]: r["homepage"] for r in rows_of(data / "lf_landscape/lf_orgs_open_2025-06-22.csv.gz")}
    with open(tmp_path / "members.csv", "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([("name", "homepage"), *members.items()])
    out = ok("match", data / "crunchbase_2013/companies.csv.gz", "--customers", "members.csv", "--format", "csv", folder=tmp_path)
    rows = list(csv.DictReader(io.StringIO(out)))
    outcomes = Counter(r["outcome"] for r in rows)
    assert len(rows) == len(members) and set(outcomes) <= {"exact", "normalised", "ambiguous", "none"}
    assert outcomes["exact"] + outcomes["normalised"] >= 25 and outcomes["none"] > 1000, outcomes
    assert all(bool(r["company"]) == (r["outcome"] in ("exact", "normalised")) for r in rows)
