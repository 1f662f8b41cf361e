# SPDX-License-Identifier: MIT
"""icp events: what is dated in linked tables, one event a line."""
import csv
import io
import json

import pytest

FIRMS = "account_id,name,industry\n" + "".join(f"A{i},Firm {i},{'Bank' if i % 3 else 'Farm'}\n" for i in range(60))
DEALS = "deal_id,account_id,amount,stage,created,closed\n" + "".join(
    f"D{i},A{i % 66},{i * 10}.50,{'won' if i % 2 else 'lost'},2024-0{i % 9 + 1}-02,{'2024-1%d-05' % (i % 3) if i % 4 else ''}\n" for i in range(200))


@pytest.fixture
def crm(icp):
    (icp.folder / "crm").mkdir()
    (icp.folder / "crm/accounts.csv").write_text(FIRMS)
    (icp.folder / "crm/deals.csv").write_text(DEALS)
    return icp


def events(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_dated_cell_is_an_event(crm):
    got = events(crm.ok("events", "crm", "--quiet"))
    want = []
    for d in csv.DictReader(io.StringIO(DEALS)):
        if int(d["account_id"][1:]) < 60:
            want += [(d["account_id"], column, d[column]) for column in ("created", "closed") if d[column]]
    assert [(e["key"], e["type"].split(":")[1], e["time"]) for e in got] == want
    assert {e["type"].split(":")[0] for e in got} == {"deals"}


def test_nothing_after_the_moment(crm):
    everything, got = events(crm.ok("events", "crm", "--quiet")), events(crm.ok("events", "crm", "--quiet", "--as-of", "2024-06-01"))
    assert got and all(e["time"] < "2024-06-01" for e in got) and len(got) < len(everything)
    assert not [e for e in got if "won" in e["type"] or "lost" in e["type"]]


def test_json_lines_say_the_same(crm):
    lines = [json.loads(line) for line in crm.ok("events", "crm", "--quiet", "--format", "jsonl").splitlines()]
    rows = events(crm.ok("events", "crm", "--quiet"))
    assert [tuple(line) for line in lines[:1]] == [("key", "type", "time", "value")]
    assert [(e["key"], e["type"], e["time"]) for e in lines] == [(e["key"], e["type"], e["time"]) for e in rows]
    assert [e["value"] for e in lines] == [float(e["value"]) if e["value"] else None for e in rows]
    assert {e["value"] for e in lines} - {None}


def test_a_file_is_written_whole_or_not_at_all(crm):
    crm.ok("events", "crm", "-o", "events.csv", "--quiet")
    assert (crm.folder / "events.csv").read_text() == crm.ok("events", "crm", "--quiet")
    (crm.folder / "crm/broken.csv").write_bytes(b"\x00\x01")
    assert "broken.csv" in crm.refused("events", "crm", "-o", "none.csv")
    assert not (crm.folder / "none.csv").exists()


def test_a_plain_file_has_no_events(crm):
    assert crm.refused("events", "crm/deals.csv") == "crm/deals.csv: events come out of linked tables: a folder or a manifest"
