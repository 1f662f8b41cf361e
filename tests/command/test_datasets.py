# SPDX-License-Identifier: MIT
"""Folders of linked tables: good ones, broken ones, and what is said of them."""
import csv
import gzip
import io
import json
import os

import pytest
from crm_exports import hubspot, salesforce
from test_protect import plain

FIRMS = "account_id,name,industry,employees\n" + "".join(f"A{i},Firm {i},{'Bank' if i % 3 else 'Farm'},{i % 90 + 1}\n" for i in range(300))
DEALS = "deal_id,account_id,amount,stage,created\n" + "".join(f"D{i},A{i % 300},{i * 10},{'won' if i % 2 else 'lost'},2024-0{i % 9 + 1}-02\n" for i in range(900))
CONTACTS = "contact_id,account_id,title\n" + "".join(f"C{i},A{i % 250},{'CEO' if i % 2 else 'CFO'}\n" for i in range(500))
GOOD = {"accounts.csv": FIRMS, "deals.csv": DEALS, "contacts.csv": CONTACTS}


def put(icp, files, folder="crm"):
    (icp.folder / folder).mkdir(exist_ok=True)
    for name, text in files.items():
        (icp.folder / folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def manifest(icp, folder="crm", *more):
    return json.loads(icp.ok("dataset", folder, "--format", "json", *more))


def columns(icp, path="crm", *more):
    """Headers that the join gives, and how often each is filled."""
    return {c["name"]: c for c in json.loads(icp.ok("schema", path, *more))["columns"]}


def remarks(icp, *arguments):
    p = icp(*arguments)
    assert p.returncode == 0, p.stderr
    return p.stderr.decode()


def build(icp, path="crm", *more):
    icp.ok("reference", "build", path, "-o", "ref", "--quiet", *more)
    return plain(icp.folder / "ref")


def nothing_left(icp):
    assert not (icp.folder / "out").exists() and not [p for p in os.listdir(icp.folder) if "tmp" in p or p.startswith(".")]


def refused(icp, *words, path="crm"):
    """Every command that reads the folder says the same in one line, and leaves nothing."""
    said = {icp.refused(*command, "-o", "out") for command in (("reference", "build", path), ("dataset", path), ("schema", path))}
    assert len(said) == 1, said
    message = said.pop()
    assert all(w in message for w in words), message
    nothing_left(icp)
    return message


def test_a_folder_is_joined_with_one_command(icp):
    put(icp, GOOD)
    found = columns(icp)
    assert {"account_id", "industry", "deals count", "deals.amount sum", "contacts count", "contacts.title"} <= set(found)
    assert found["account_id"]["kind"] == "key" and found["deals.amount sum"]["kind"] == "number"
    said = remarks(icp, "reference", "build", "crm", "-o", "ref")
    assert "300 companies kept of 300 rows" in said and "key column" in icp.ok("reference", "show", "ref")
    (icp.folder / "customers.csv").write_text("account_id\n" + "".join(f"A{i}\n" for i in range(0, 120, 3)))
    icp.ok("fit", "--reference", "ref", "--customers", "customers.csv", "-o", "model", "--quiet")
    icp.ok("score", "model", "crm", "-o", "scores.csv", "--quiet")
    assert [r["key"] for r in icp.rows("scores.csv")] == [f"A{i}" for i in range(300)]
    assert "fit" in icp.ok("explain", "model", "crm", "--company", "A3")


def test_order_of_files_and_rows_changes_no_byte(icp):
    put(icp, GOOD)
    ref = build(icp)
    put(icp, {n: "".join([t.splitlines(True)[0], *reversed(t.splitlines(True)[1:])]) for n, t in GOOD.items()}, "turned")
    assert build(icp, "turned") == ref
    icp.ok("dataset", "crm", "-o", "m.json")
    assert json.loads((icp.folder / "m.json").read_text())


def test_trailing_slash(icp):
    put(icp, GOOD)
    ref = build(icp)
    assert build(icp, "crm/") == ref


def test_gzip_byte_order_marks_carriage_returns_and_semicolons_join_alike(icp):
    put(icp, GOOD)
    ref = build(icp)
    put(icp, {"accounts.csv.gz": gzip.compress(FIRMS.encode()), "deals.csv": b"\xef\xbb\xbf" + DEALS.replace("\n", "\r").encode(),
              "contacts.tsv": CONTACTS.replace(",", "\t").replace("\n", "\r\n")}, "mixed")
    assert build(icp, "mixed") == ref
    rows = list(csv.DictReader(io.StringIO(DEALS)))
    put(icp, {"accounts.csv": FIRMS.replace(",", ";"), "deals.jsonl": "".join(json.dumps(r) + "\n" for r in rows), "contacts.csv": CONTACTS}, "lines")
    assert build(icp, "lines") == ref


def test_a_manifest_stands_for_its_folder(icp):
    put(icp, GOOD)
    ref = build(icp)
    icp.ok("dataset", "crm", "-o", "crm/links.json")
    assert build(icp, "crm/links.json") == ref


def test_hidden_files_and_subfolders_are_left_alone(icp):
    put(icp, {**GOOD, ".hidden.csv": "a,a,a\n", "readme.txt": "hello", "notes.md": "# x"})
    put(icp, {"more.csv": "a,a,a\n"}, "crm/sub")
    assert build(icp)


# ---- broken ones ----

def test_empty_folder(icp):
    put(icp, {})
    assert refused(icp, "crm").startswith("crm")


def test_folder_that_is_not_there(icp):
    refused(icp, path="nowhere")


def test_one_file_that_cannot_be_opened(icp):
    put(icp, GOOD)
    os.symlink("nowhere", icp.folder / "crm/usage.csv")
    refused(icp, "usage.csv")


def test_one_file_that_is_no_table(icp):
    put(icp, {**GOOD, "usage.csv": b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x01\x02\x03\x00" * 40})
    refused(icp, "usage.csv", "binary")


def test_broken_gzip_in_a_folder(icp):
    put(icp, {**GOOD, "usage.csv.gz": gzip.compress(DEALS.encode())[:-30]})
    refused(icp, "usage.csv.gz")


def test_the_same_header_thrice(icp):
    put(icp, {**GOOD, "deals.csv": "deal_id,account_id,amount,amount,Amount\nD1,A1,1,2,3\n"})
    refused(icp, "deals.csv", "amount")


def test_two_company_tables(icp):
    put(icp, {"accounts.csv": FIRMS, "companies.csv": FIRMS.replace("account_id", "company_id").replace("A", "B"),
              "deals.csv": DEALS, "tickets.csv": "ticket_id,company_id\n" + "".join(f"T{i},B{i % 300}\n" for i in range(400))})
    assert "--company-table" in refused(icp, "accounts", "companies")
    assert "account_id" in columns(icp, "crm", "--company-table", "accounts")
    assert "company_id" in columns(icp, "crm", "--company-table", "companies")


def test_no_company_table(icp):
    put(icp, {"weather.csv": "day,rain\n2024-01-01,3\n2024-01-02,4\n", "tides.csv": "hour,height\n1,2\n2,3\n"})
    refused(icp, "company")


def test_a_company_table_that_does_not_exist(icp):
    put(icp, GOOD)
    assert "firms" in icp.refused("schema", "crm", "--company-table", "firms")


def test_keys_in_a_circle(icp):
    put(icp, {"accounts.csv": FIRMS, "contacts.csv": "contact_id,deal_id\n" + "".join(f"C{i},D{i}\n" for i in range(300)),
              "deals.csv": "deal_id,contact_id\n" + "".join(f"D{i},C{i}\n" for i in range(300))})
    message = refused(icp, "circle", " to deals", " to contacts")
    assert message.startswith("crm: ")


def test_a_manifest_with_links_in_a_circle(icp):
    put(icp, GOOD)
    m = manifest(icp)
    tables = {t["name"]: t for t in m["tables"]}
    tables["deals"]["link"] = {"column": "deal_id", "to": "contacts", "to_column": "contact_id", "match": "exact"}
    tables["contacts"]["link"] = {"column": "contact_id", "to": "deals", "to_column": "deal_id", "match": "exact"}
    (icp.folder / "crm/m.json").write_text(json.dumps(m))
    assert refused(icp, "circle", path="crm/m.json").startswith("crm/m.json")
    tables["contacts"]["link"] = {"column": "title", "to": "contacts", "to_column": "contact_id", "match": "exact"}
    (icp.folder / "crm/m.json").write_text(json.dumps(m))
    refused(icp, "contacts", path="crm/m.json")


def test_orphans_are_counted(icp):
    lost = "".join(f"X{i},GONE{i % 7},5,won,2024-01-01\n" for i in range(123)) + "".join(f"Y{i},,5,won,2024-01-01\n" for i in range(45))
    put(icp, {**GOOD, "deals.csv": DEALS + lost})
    said = remarks(icp, "reference", "build", "crm", "-o", "ref")
    assert "deals: 45 rows that name no company\n" in said and "deals: 123 rows with a key that no row above has\n" in said
    assert "deals (900 of 1,068 rows)" in said
    assert remarks(icp, "reference", "build", "crm", "-o", "ref", "--quiet") == ""


def test_keys_with_other_case_and_padding(icp):
    firms = FIRMS.replace("\nA7,", "\n A7 ,")
    deals = DEALS.replace(",A5,", ",a5,").replace(",A6,", ",  A6  ,")
    put(icp, {**GOOD, "accounts.csv": firms, "deals.csv": deals})
    said = remarks(icp, "reference", "build", "crm", "-o", "ref")
    assert 'deals: 3 rows say "a5", accounts has "A5": not joined' in said and "A6" not in said and "A7" not in said
    assert b"\x02A7" in build(icp)


def test_near_keys_join_once_the_manifest_says_so(icp):
    put(icp, {**GOOD, "deals.csv": DEALS.replace(",A5,", ",a-5,")})
    before = build(icp)
    m = manifest(icp)
    for t in m["tables"]:
        if t["name"] == "deals":
            t["link"]["match"] = "normalised"
    (icp.folder / "crm/m.json").write_text(json.dumps(m))
    assert build(icp, "crm/m.json") != before
    put(icp, GOOD, "clean")
    assert build(icp, "crm/m.json") == build(icp, "clean")


def test_a_manifest_may_take_a_table_out(icp):
    put(icp, GOOD)
    m = manifest(icp)
    for t in m["tables"]:
        if t["name"] == "contacts":
            t["role"] = "excluded"
    (icp.folder / "crm/m.json").write_text(json.dumps(m))
    found = columns(icp, "crm/m.json")
    assert "deals count" in found and not [c for c in found if c.startswith("contacts")]


def test_a_manifest_that_names_a_missing_file(icp):
    put(icp, GOOD)
    icp.ok("dataset", "crm", "-o", "crm/m.json")
    (icp.folder / "crm/contacts.csv").unlink()
    refused(icp, "contacts.csv", path="crm/m.json")


@pytest.mark.parametrize("change,words", [
    (lambda t: t.replace('"tables"', '"tabels"'), ["tabels"]),
    (lambda t: t[:len(t) // 2], ["m.json"]),
    (lambda t: t.replace("deals.csv", "../deals.csv"), ["../deals.csv"]),
    (lambda t: t.replace('"role":"child"', '"role":"cousin"').replace('"role": "child"', '"role": "cousin"'), ["cousin"]),
], ids=["member", "cut", "path", "role"])
def test_a_manifest_that_is_wrong(icp, change, words):
    put(icp, GOOD)
    icp.ok("dataset", "crm", "-o", "crm/m.json")
    text = (icp.folder / "crm/m.json").read_text()
    assert change(text) != text
    (icp.folder / "crm/m.json").write_text(change(text))
    message = refused(icp, *words, path="crm/m.json")
    assert message.startswith("crm/m.json"), message


def test_two_thousand_columns(icp):
    head = ",".join(["account_id", *(f"field {i}" for i in range(1999))])
    rows = "".join(",".join([f"A{i}", *(str((i * k) % 7) for k in range(1999))]) + "\n" for i in range(60))
    put(icp, {"accounts.csv": head + "\n" + rows, "deals.csv": DEALS})
    found = columns(icp)
    assert len([c for c in found if c.startswith("field")]) == 1999 and "deals count" in found


def test_two_thousand_columns_of_a_child_are_capped_and_said(icp):
    head = ",".join(["usage_id", "account_id", *(f"metric {i}" for i in range(1998))])
    rows = "".join(",".join([f"U{i}", f"A{i % 300}", *(str((i * k) % 7) for k in range(1998))]) + "\n" for i in range(400))
    put(icp, {"accounts.csv": FIRMS, "usage.csv": head + "\n" + rows})
    found = [c for c in columns(icp) if c.startswith("usage")]
    assert 1 <= len(found) <= 65
    assert "columns are left out: they would add too many traits" in remarks(icp, "reference", "build", "crm", "-o", "ref")


def test_a_column_of_huge_cells(icp):
    rows = "".join(f"N{i},A{i % 300},\"{'word ' * 200000}{i}\"\n" for i in range(8))
    put(icp, {**GOOD, "notes.csv": "note_id,account_id,body\n" + rows})
    assert "notes count" in columns(icp)


def test_a_file_in_place_of_a_folder(icp):
    put(icp, GOOD)
    icp.ok("reference", "build", "--key", "account_id", "crm/accounts.csv", "-o", "ref", "--quiet")
    for option in (("--as-of", "2024-01-01"), ("--company-table", "accounts"), ("--include-field", "deals")):
        message = icp.refused("reference", "build", "crm/accounts.csv", "-o", "out", *option, code=2)
        assert message.startswith(option[0]) and "folder" in message
    nothing_left(icp)


@pytest.mark.parametrize("value", ["yesterday", "2024-13-01", "2024-02-30", "2024-1-1", "01/02/2024", "2024-01-01T10:00", "2024-01-01T25:00Z",
                                   "2024-01-01T10:00+25:00", "2024-01-01T10:00:00.Z", "2024-01-01T10:00Zx", "0999-01-01", ""])
def test_as_of_must_be_a_moment(icp, value):
    put(icp, GOOD)
    message = icp.refused("schema", "crm", "--as-of", value, code=2)
    assert f'"{value}" is no date' in message or not value


@pytest.mark.parametrize("one,other", [("2024-05-02", "2024-05-02T00:00Z"), ("2024-05-02T00:00:00Z", "2024-05-02T02:00+02:00"),
                                       ("2024-05-01T23:30:00.000-00:30", "2024-05-02")])
def test_as_of_in_other_words(icp, one, other):
    put(icp, GOOD)
    assert build(icp, "crm", "--as-of", one) == build(icp, "crm", "--as-of", other) != build(icp)


def test_as_of_sees_nothing_later(icp):
    early = "".join(line for line in DEALS.splitlines(True) if line.startswith("deal_id") or line.rstrip()[-10:] < "2024-05-02")
    put(icp, {**GOOD, "deals.csv": early}, "early")
    put(icp, GOOD)
    assert build(icp, "crm", "--as-of", "2024-05-02") == build(icp, "early", "--as-of", "2024-05-02")
    said = remarks(icp, "reference", "build", "crm", "-o", "ref", "--as-of", "2024-05-02")
    late = sum(line.rstrip()[-10:] >= "2024-05-02" for line in DEALS.splitlines()[1:])
    assert f"deals: {late} rows dated too late: not seen" in said


def test_tables_and_columns_can_be_left_out(icp):
    put(icp, GOOD)
    assert not [c for c in columns(icp, "crm", "--exclude-field", "deals") if c.startswith("deals")]
    found = columns(icp, "crm", "--exclude-field", "deals.amount")
    assert "deals count" in found and not [c for c in found if c.startswith("deals.amount")]
    found = columns(icp, "crm", "--include-field", "accounts", "--include-field", "contacts")
    assert "contacts count" in found and not [c for c in found if c.startswith("deals")]
    assert b"industry" not in build(icp, "crm", "--protect", "accounts.industry")


def test_what_was_said_once_is_not_said_twice(icp):
    put(icp, {**GOOD, "deals.csv": DEALS + "X,GONE,5,won,2024-01-01\n"})
    icp.ok("reference", "build", "crm", "-o", "ref", "--quiet")
    (icp.folder / "customers.csv").write_text("account_id\n" + "".join(f"A{i}\n" for i in range(0, 120, 3)))
    said = remarks(icp, "fit", "--reference", "ref", "--customers", "customers.csv", "--universe", "crm", "-o", "model")
    assert said.count("deals: 1 row with a key that no row above has\n") == 1 and said.count("joined with") == 1
    said = remarks(icp, "reference", "build", "crm", "crm", "-o", "ref2")
    assert said.count("joined with") == 1 and said.count("deals: 1 row") == 1


@pytest.mark.parametrize("make,key,tables", [(salesforce, "Id", {"Account", "Contact", "Opportunity", "Task", "User"}), (hubspot, "Record ID", None)],
                         ids=["salesforce", "hubspot"])
def test_exports_of_crms(icp, make, key, tables):
    ids = make(icp.folder / "crm")
    m = manifest(icp)
    roles = {t["name"]: t["role"] for t in m["tables"]}
    assert list(roles.values()).count("company") == 1 and "unlinked" not in roles.values(), roles
    ref = build(icp)
    assert key in icp.ok("reference", "show", "ref") and not [m for m in (b"zqhost", b"zqperson", b"Zqperson", b"7654321") if m in ref]
    (icp.folder / "customers.csv").write_text(f"{key}\n" + "".join(f"{i}\n" for i in ids[::40]))
    icp.ok("fit", "--reference", "ref", "--customers", "customers.csv", "-o", "model", "--quiet")
    icp.ok("score", "model", "crm", "-o", "scores.csv", "--quiet")
    assert [r["key"] for r in icp.rows("scores.csv")] == ids
