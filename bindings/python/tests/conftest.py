# SPDX-License-Identifier: MIT
"""The package under test: that of this folder with the library of a build directory (ICP_BUILD), else the one that is installed."""
import csv
import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
if "ICP_BUILD" in os.environ:
    sys.path.insert(0, str(HERE.parent))
    os.environ["ICP_LIBRARY"] = os.path.join(os.environ["ICP_BUILD"], "libicp.so.0")
GOLDEN = HERE.parents[2] / "tests" / "golden"


@pytest.fixture(scope="session")
def golden():
    """Folder of the golden files."""
    return GOLDEN


@pytest.fixture(scope="session")
def companies():
    """The golden companies as dicts."""
    with open(GOLDEN / "companies.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def reference():
    import icp
    return icp.Reference.build(GOLDEN / "companies.csv", key="domain")


@pytest.fixture(scope="session")
def model(reference):
    import icp
    return icp.fit(GOLDEN / "customers.csv", reference)


@pytest.fixture(scope="session")
def timing(reference):
    """A model with all layers, and the moment of its events."""
    import icp
    return icp.fit(GOLDEN / "customers.csv", reference, events=GOLDEN / "events.csv", outcomes=GOLDEN / "outcomes.csv", as_of="2024-01-01")
