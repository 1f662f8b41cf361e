# SPDX-License-Identifier: MIT
"""icp match: forms, failures, and the exclusions of icp fit."""
import csv
import io
import json

import pytest

UNIVERSE = """Record ID,Company name,Website,Country
1,Northwind Traders,http://www.northwind.com,US
2,Contoso Ltd,contoso.co.uk,GB
3,"Fabrikam, Inc.",fabrikam.com,US
4,Fabrikam Germany,de.fabrikam.com,DE
5,Wide World Importers,,US
6,Wide World Importers,,GB
"""
CUSTOMERS = """account,e-mail
Northwind Traders Inc,info@northwind.com
,sales@shop.contoso.co.uk
Wide World Importers LLC,
Nobody Known,nobody@gmail.com
northwind traders,
"""
COLUMNS = "customer,outcome,how,company,company_name,candidates"


@pytest.fixture
def files(icp):
    (icp.folder / "u.csv").write_text(UNIVERSE)
    (icp.folder / "c.csv").write_text(CUSTOMERS)
    return icp


def test_rows(files):
    out = files.ok("match", "u.csv", "--customers", "c.csv", "--format", "csv")
    assert out.splitlines()[0] == COLUMNS
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(r["customer"], r["outcome"], r["how"], r["company"]) for r in rows] == [
        ("Nobody Known", "none", "", ""),
        ("Northwind Traders Inc <northwind.com>", "exact", "domain and name", "1"),
        ("Wide World Importers LLC", "ambiguous", "", ""),
        ("northwind traders", "normalised", "name", "1"),
        ("shop.contoso.co.uk", "normalised", "domain", "2"),
    ]
    assert rows[2]["candidates"] in ("5 (Wide World Importers); 6 (Wide World Importers)", "6 (Wide World Importers); 5 (Wide World Importers)")
    assert {rows[1]["candidates"], rows[3]["candidates"]} in ({"", "same company as northwind traders"}, {"", "same company as Northwind Traders Inc <northwind.com>"})
    assert rows[4]["company_name"] == "Contoso Ltd"


def test_forms(files):
    table = files.ok("match", "u.csv", "--customers", "c.csv")
    assert table.splitlines()[0] == "1 exact, 2 normalised, 1 ambiguous, 1 none"
    assert table.splitlines()[1].split() == COLUMNS.split(",")
    lines = [json.loads(x) for x in files.ok("match", "u.csv", "--customers", "c.csv", "--format", "jsonl").splitlines()]
    assert len(lines) == 5 and list(lines[0]) == COLUMNS.split(",")
    report = files.json("match", "u.csv", "--customers", "c.csv", "--format", "json")
    assert report["outcomes"] == {"exact": 1, "normalised": 2, "ambiguous": 1, "none": 1, "excluded": 0}
    assert len(report["list"]) == 5 and report["undecided"]["count"] == 1
    assert "@" not in json.dumps(report)
    files.ok("match", "u.csv", "--customers", "c.csv", "--format", "csv", "-o", "out.csv")
    assert len(files.rows("out.csv")) == 5


def test_text_that_must_be_escaped(icp):
    name = 'A "B", C\\D\n\tE'
    with open(icp.folder / "u.csv", "w", newline="") as f:
        csv.writer(f).writerows([["id", "name"], [name, "Wide World; Importers"]])
    with open(icp.folder / "c.csv", "w", newline="") as f:
        csv.writer(f).writerows([["id", "name"], [name, "x"], ["\u00e4 {} [] ,", "wide world importers"]])
    rows = list(csv.DictReader(io.StringIO(icp.ok("match", "u.csv", "--customers", "c.csv", "--format", "csv"))))
    assert [(r["customer"], r["company"]) for r in rows] == [(name, name), ("\u00e4 {} [] ,", name)]


def test_from_a_pipe_and_keys_alone(files):
    out = files.ok("match", "-", "--customers", "c.csv", "--format", "csv", input=UNIVERSE.encode())
    assert out == files.ok("match", "u.csv", "--customers", "c.csv", "--format", "csv")
    (files.folder / "k.csv").write_text("Record ID\n2\n9\n")
    out = files.ok("match", "u.csv", "--customers", "k.csv", "--exact-keys", "--format", "csv")
    assert out == COLUMNS + "\n2,exact,key,2,Contoso Ltd,\n9,none,,,,\n"
    assert "no key column" in files.refused("match", "u.csv", "--customers", "c.csv", "--exact-keys")
    host = files.ok("match", "u.csv", "--customers", "c.csv", "--key", "Website", "--host-key", "--format", "csv")
    assert "shop.contoso.co.uk,normalised,domain,contoso.co.uk,Contoso Ltd," in host


def test_any_order_and_size_of_batches(files):
    lines = [json.dumps({"Record ID": str(i), "Company name": "Company No%d" % (i % 7000), "Website": "c%d.example.com" % i}) for i in range(9000)]
    (files.folder / "u.jsonl").write_text("\n".join(['{"note":"no key yet"}'] * 5000 + lines))
    (files.folder / "v.jsonl").write_text("\n".join(lines[::-1]))
    (files.folder / "c.csv").write_text("name,website\n" + "".join("Company No%d,https://www.c%d.example.com/\n" % (i % 7000, i) for i in range(0, 9000, 50)))
    first = files.ok("match", "u.jsonl", "--customers", "c.csv", "--key", "Record ID", "--format", "csv")
    assert first == files.ok("match", "v.jsonl", "--customers", "c.csv", "--key", "Record ID", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(first)))
    assert len(rows) == 180


def test_a_folder_is_a_universe(icp):
    """Accounts with their deals; the customers are those of a list by website."""
    folder = icp.folder / "crm"
    folder.mkdir()
    (folder / "accounts.csv").write_text("Id,Name,Website\n" + "".join("a%d,Account No%d,http://www.acc%d-site.com\n" % (i, i, i) for i in range(60)))
    (folder / "deals.csv").write_text("Deal Id,AccountId,Amount\n" + "".join("d%d,a%d,%d\n" % (i, i % 60, i * 10) for i in range(300)))
    (icp.folder / "c.csv").write_text("e-mail\nx@acc7-site.com\ny@acc59-site.com\nz@other.example.com\n")
    rows = list(csv.DictReader(io.StringIO(icp.ok("match", "crm", "--customers", "c.csv", "--format", "csv"))))
    assert [(r["customer"], r["outcome"]) for r in rows] == [("acc59-site.com", "normalised"), ("acc7-site.com", "normalised"), ("other.example.com", "none")]
    (icp.folder / "c.csv").write_text("name,website\nAccount No7,acc7-site.com\nAccount No99,acc99-site.com\n")
    rows = list(csv.DictReader(io.StringIO(icp.ok("match", "crm", "--customers", "c.csv", "--format", "csv"))))
    assert [(r["outcome"], r["company"]) for r in rows] == [("exact", "a7"), ("none", "")]


def test_failures(files):
    assert files.refused("match", "u.csv", code=2) == "--customers is missing; see icp match --help"
    (files.folder / "empty.csv").write_text("owner,phone\nEva,1\n")
    assert "empty.csv" in files.refused("match", "u.csv", "--customers", "empty.csv")
    assert "empty.csv" in files.refused("match", "empty.csv", "--customers", "c.csv")
    assert "gone.csv" in files.refused("match", "gone.csv", "--customers", "c.csv")
    assert files.refused("match", "-", "--customers", "-", code=2) == "universe and customers cannot both come from standard input"


def test_exclusions_of_a_fit(world):
    keys = [r["domain"] for r in world.rows("customers.csv")]
    (world.folder / "out.csv").write_text("website\n" + "".join("https://www.%s/\n" % k for k in keys[:5]) + "unheard-of.com\n")
    report = json.loads(world.ok("fit", "--reference", "ref", "--customers", "customers.csv", "--exclude", "out.csv", "-o", "m2", "--format", "json", "--quiet"))
    assert report["matches"]["excluded"]["count"] == 5
    assert sorted(report["matches"]["excluded"]["keys"]) == sorted(keys[:5])
    assert report["matches"]["exclusions"]["companies"] == 6 and report["matches"]["exclusions"]["unmatched"]["keys"] == ["unheard-of.com"]
    assert report["summary"]["customers"] == len(keys) - 5
    assert report["summary"]["companies"] == 3000 - 5
