# SPDX-License-Identifier: MIT
"""Exact scores through ctypes: the same golden file as the C and Go clients."""
import csv
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from golden_client import GOLDEN, Client, IcpError, load  # noqa: E402


@pytest.fixture(scope="module")
def client():
    client = Client(load())
    yield client
    client.close()


def test_scores_are_exactly_the_golden_ones(client):
    model = client.fit(GOLDEN / "companies.csv", GOLDEN / "customers.csv")
    rows = client.score(model, GOLDEN / "companies.csv")
    client.lib.icp_model_unref(model)
    with open(GOLDEN / "scores.csv", newline="", encoding="utf-8") as f:
        golden = [(r.pop("key"), {k: int(v) for k, v in r.items()}) for r in csv.DictReader(f)]
    assert len(rows) == len(golden) == 1000
    assert rows == golden


def test_an_error_has_code_and_message(client, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(IcpError) as caught:
        client.reader(empty)
    assert caught.value.code == 7 and "empty" in str(caught.value)
