# SPDX-License-Identifier: MIT
"""Does High mean high? The smaller half of tests/bench/confidence.py: lists of 200 against all customers, and 25 customers of one niche."""
import os
import pathlib
import random
import sys

import pytest

TOP = pathlib.Path(__file__).parents[2]
ICP = os.environ.get("ICP", str(TOP / "build/tests/gcc/examples/icp/icp"))
DATA = pathlib.Path(os.environ.get("ICP_DATA", TOP / "../shared/data")).resolve()
CASES = DATA.parent / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="ICP_DATA is absent: no real data")
sys.path.insert(0, str(TOP / "tests/bench"))
os.environ.setdefault("ICP_DATA", str(DATA))
import confidence  # noqa: E402
import interval  # noqa: E402


def test_high_means_high_on_lists_of_200(tmp_path):
    complete = []
    for name in ("lf-cloud-native-computing-foundation-200", "yc-acquired-200"):
        train = interval.keys(CASES / name / "train.csv")
        rows = confidence.List(ICP, tmp_path, CASES / name, train + interval.keys(CASES / name / "test.csv")).look(train)
        complete.append(confidence.share(rows, confidence.complete, confidence.high))
        assert confidence.share(rows, confidence.high, confidence.wrong) <= .2, name
        assert confidence.share(rows, confidence.high, confidence.far) <= .01, name
        levels = [confidence.share(rows, lambda r: r[0] == c, lambda r: not confidence.wrong(r)) for c in ("High", "Medium", "Low")]
        assert levels == sorted(levels, reverse=True) and levels[1] >= .6 and levels[2] >= .4, (name, levels)
    assert sum(complete) / 2 >= .3, complete


@pytest.mark.parametrize("column, value", [("category_code", "games_video"), ("state_code", "MA")])
def test_25_customers_of_a_niche_give_no_high_outside_it(column, value, tmp_path):
    case = CASES / "cb13-web-acquirers-100"
    inside = sorted(k for k, r in confidence.rows_of(case / "universe.csv.gz").items() if r[column] == value)
    confidence.reference(ICP, tmp_path, case)
    scores, _ = confidence.scores(ICP, tmp_path, case / "universe.csv.gz", random.Random(value).sample(inside, 25))
    assert len(scores) > 10000 and not [k for k, (_, level) in scores.items() if level == "High" and k not in inside]
