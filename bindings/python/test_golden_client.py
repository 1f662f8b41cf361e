# SPDX-License-Identifier: MIT
"""Exact scores through ctypes: the same golden file as the C and Go clients."""
import csv
import os
import random
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from golden_client import GOLDEN, Client, IcpError, load  # noqa: E402


AS_OF = 19723 * 86400 * 1000000  # 2024-01-01


def golden(name):
    with open(GOLDEN / name, newline="", encoding="utf-8") as f:
        return [(r.pop("key"), {k: int(v) for k, v in r.items()}) for r in csv.DictReader(f)]


def golden_id(name):
    return dict(line.split() for line in (GOLDEN / "ids.txt").read_text().splitlines())[name]


@pytest.fixture(scope="module")
def client():
    client = Client(load())
    yield client
    client.close()


@pytest.fixture(scope="module")
def timing(client):
    model = client.fit(GOLDEN / "companies.csv", GOLDEN / "customers.csv", [GOLDEN / "events.csv"], [GOLDEN / "outcomes.csv"], AS_OF)
    accounts = client.accounts(model, [GOLDEN / "events.csv"], AS_OF)
    yield model, accounts
    client.lib.icp_accounts_unref(accounts)
    client.lib.icp_model_unref(model)


def test_scores_are_exactly_the_golden_ones(client):
    model = client.fit(GOLDEN / "companies.csv", GOLDEN / "customers.csv")
    rows = client.score(model, GOLDEN / "companies.csv")
    assert client.model_id(model) == golden_id("model")
    client.lib.icp_model_unref(model)
    assert len(rows) == 1000
    assert rows == golden("scores.csv")


def test_timing_scores_are_exactly_the_golden_ones(client, timing):
    model, accounts = timing
    assert client.model_id(model) == golden_id("timing")
    rows = client.score_timing(model, GOLDEN / "companies.csv", accounts)
    assert len(rows) == 1000
    assert rows == golden("timing.csv")
    assert client.score(model, GOLDEN / "companies.csv") == golden("scores.csv")  # nothing here changes a fit score


def test_single_accounts_score_exactly_the_same(client, timing):
    model, accounts = timing
    with open(GOLDEN / "companies.csv", newline="", encoding="utf-8") as f:
        some = list(csv.DictReader(f))[::20]
    assert client.score_accounts(model, some, accounts, AS_OF) == golden("timing.csv")[::20]


def test_shuffled_events_in_two_files_give_the_same_model_and_scores(client, tmp_path):
    header, *lines = (GOLDEN / "events.csv").read_bytes().splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    parts = [tmp_path / "a.csv", tmp_path / "b.csv"]
    parts[0].write_bytes(header + b"".join(lines[:2000]))
    parts[1].write_bytes(header + b"".join(lines[2000:]))
    model = client.fit(GOLDEN / "companies.csv", GOLDEN / "customers.csv", parts, [GOLDEN / "outcomes.csv"], AS_OF)
    assert client.model_id(model) == golden_id("timing")
    accounts = client.accounts(model, parts, AS_OF)
    assert client.score_timing(model, GOLDEN / "companies.csv", accounts) == golden("timing.csv")
    client.lib.icp_accounts_unref(accounts)
    client.lib.icp_model_unref(model)


def test_an_error_has_code_and_message(client, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(IcpError) as caught:
        client.reader(empty)
    assert caught.value.code == 7 and "empty" in str(caught.value)
