# SPDX-License-Identifier: MIT
"""What is found in real folders of tables: roles, keys, links, uses; and that files in any order give the same."""
import json
import shutil
import subprocess

import pytest

from test_real import DATA, ICP


@pytest.fixture
def data():
    if not (DATA / "README.md").exists():
        pytest.skip("ICP_DATA is absent: no real data")
    return DATA


def run(*arguments):
    return subprocess.run([ICP, *map(str, arguments)], capture_output=True, text=True, timeout=600)


def found(folder, *more):
    p = run("dataset", folder, "--format", "json", "--quiet", *more)
    assert p.returncode == 0, p.stderr
    m = json.loads(p.stdout)
    return m, {t["name"]: t for t in m["tables"]}


def use(table, column):
    return next(c for c in table["columns"] if c["name"] == column)


def way(table):
    link = table["link"]
    return link["column"], link["to"], link["to_column"], link["match"]


def test_maven(data):
    m, t = found(data / "maven_crm")
    assert m["company"] == "accounts" and t["accounts"]["key"] == "account"
    assert t["accounts"]["parent"]["column"] == "subsidiary_of"
    assert way(t["sales_pipeline"]) == ("account", "accounts", "account", "exact")
    assert [c["use"] for c in t["sales_teams"]["columns"] if c["name"] == "manager"] == ["protected"]  # persons by name
    assert {k["column"]: (k["to"], k["match"]) for k in t["sales_pipeline"]["lookups"]} == {"product": ("products", "exact"), "sales_agent": ("sales_teams", "exact")}
    assert t["data_dictionary"]["role"] == "unlinked" and t["data_dictionary"]["reason"]
    for column in ("deal_stage", "close_value", "close_date"):
        assert use(t["sales_pipeline"], column)["late"], column
    assert not use(t["sales_pipeline"], "engage_date").get("late")
    assert all(c.get("reason") for table in m["tables"] for c in table["columns"])


def test_ravenstack(data):
    m, t = found(data / "ravenstack")
    assert m["company"] == "ravenstack_accounts"
    assert way(t["ravenstack_feature_usage"]) == ("subscription_id", "ravenstack_subscriptions", "subscription_id", "exact")
    for name in ("subscriptions", "supports_ticket", "churn_events"):
        assert way(t[f"ravenstack_{name}"])[:2] == ("account_id", "ravenstack_accounts")
    assert use(t["ravenstack_subscriptions"], "start_date")["order"] == "dmy"
    assert use(t["ravenstack_subscriptions"], "seats")["use"] == "number" and not any("lookups" in table for table in m["tables"])


def test_crunchbase(data):
    m, t = found(data / "crunchbase_2013")
    assert m["company"] == "companies" and t["companies"]["key"] == "permalink"
    assert way(t["rounds"]) == way(t["acquisitions"]) == ("company_permalink", "companies", "permalink", "exact")
    assert "not followed" in use(t["acquisitions"], "acquirer_name")["reason"]
    assert use(t["rounds"], "funding_round_type")["event_kind"]
    assert use(t["rounds"], "funded_at")["use"] == "date" and use(t["rounds"], "funded_month")["use"] == "skip"


def test_lf_landscape_has_two_company_tables(data):
    p = run("dataset", data / "lf_landscape")
    assert p.returncode == 1 and p.stderr.count("\n") == 1
    assert "lf_orgs_open_2025-06-22, lf_orgs_open_2026-08-22" in p.stderr and "the same keys" in p.stderr
    m, t = found(data / "lf_landscape", "--company-table", "lf_orgs_open_2026-08-22")
    assert {table["role"] for table in m["tables"]} == {"company", "child"}
    assert all(table["link"]["column"] == "org_id" for table in m["tables"] if table["role"] == "child")


def test_a_manifest_in_the_folder_gives_itself(data, tmp_path):
    for name in ("maven_crm", "ravenstack", "crunchbase_2013"):
        folder = tmp_path / name
        shutil.copytree(data / name, folder)
        folder.chmod(0o755)
        assert run("dataset", folder, "-o", folder / "links.json", "--quiet").returncode == 0
        again = run("dataset", folder / "links.json", "--format", "json", "--quiet")
        assert again.returncode == 0 and again.stdout == (folder / "links.json").read_text()
