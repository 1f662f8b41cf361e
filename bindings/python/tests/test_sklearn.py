# SPDX-License-Identifier: MIT
"""The estimator of scikit-learn; skipped where that is absent."""
import inspect
import math
import os
import pickle
import random
import subprocess
import sys
import warnings

import icp
import pytest

os.environ.setdefault("SCIPY_ARRAY_API", "1")  # else scikit-learn leaves a check out
np = pytest.importorskip("numpy")
pytest.importorskip("sklearn", minversion="1.6")
from icp.sklearn import ICPClassifier  # noqa: E402
from sklearn.base import clone  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

NOTHING_VARIES = "no column of its data varies among the companies of y = 0, which are the reference: a SchemaError (ValueError) says that nothing can be learned"
NOT_ALIKE = "a weight makes a customer count more; it does not make two of one, which the intervals and the shrinkage tell apart, and other companies are not weighed"
EXPECTED = {"check_sample_weights_not_overwritten": NOT_ALIKE, "check_sample_weight_equivalence_on_dense_data": NOT_ALIKE,
            "check_pipeline_consistency": NOTHING_VARIES, "check_estimators_pickle": NOTHING_VARIES, "check_fit2d_1feature": NOTHING_VARIES}


# Newer scikit-learn can say it: an expected failure that passes is a failure.
STRICT = {"xfail_strict": True} if "xfail_strict" in inspect.signature(parametrize_with_checks).parameters else {}


@parametrize_with_checks([ICPClassifier(allow_few=True, release="*")], expected_failed_checks=lambda estimator: EXPECTED, **STRICT)
def test_checks_of_scikit_learn(estimator, check):
    """allow_few: many checks have ten rows. release: most of their columns give the answer away, and would be left out."""
    check(estimator)


def world(seed, count=2000, share=0.08):
    """Companies with a known truth: the log-odds of being a customer are a sum over traits."""
    rng = random.Random(seed)
    rows, y = [], []
    while len(rows) < count:
        row = {"industry": rng.choice(["fintech", "retail", "health", "energy"]), "employees": rng.choice([None, rng.randrange(5, 5000)]),
               "technologies": [name for name in ("kafka", "excel", "sap") if rng.random() < 0.4], "country": rng.choice("DE FR US JP".split())}
        odds = math.log(share / (1 - share)) + 1.6 * (row["industry"] == "fintech") + 1.2 * ("kafka" in row["technologies"]) - 0.9 * (row["country"] == "US") - 0.7
        rows.append(row)
        y.append(int(rng.random() < 1 / (1 + math.exp(-odds))))
    return rows, np.array(y)


@pytest.fixture(scope="module")
def learned():
    rows, y = world(1)
    return rows, y, ICPClassifier().fit(rows, y)


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_every_form_of_companies_gives_the_same(learned):
    rows, y, expected = learned
    forms = [np.array([list(row.values()) for row in rows], dtype=object)]
    for package, make in (("pandas", lambda p: p.DataFrame(rows)), ("polars", lambda p: p.DataFrame(rows)), ("pyarrow", lambda p: p.Table.from_pylist(rows))):
        try:
            forms.append(make(__import__(package)))
        except ImportError:
            pass
    for form in forms:
        model = ICPClassifier().fit(form, y)
        if form is not forms[0]:
            assert model.model_ == expected.model_ and list(model.feature_names_in_) == list(rows[0])
            assert (model.decision_function(form) == expected.decision_function(rows)).all()
        assert model.n_features_in_ == 4 and model.predict_proba(form).shape == (2000, 2)
    assert roc_auc_score(y, ICPClassifier().fit(forms[0], y).decision_function(forms[0])) > 0.7


def test_an_index_of_pandas_is_no_column(learned):
    pd = pytest.importorskip("pandas")
    rows, y, expected = learned
    frame = pd.DataFrame(rows, index=pd.Index(range(5, 2005), name="industry"))
    model = ICPClassifier().fit(frame, pd.Series(y))
    assert model.model_ == expected.model_ and (model.decision_function(frame) == expected.decision_function(rows)).all()


def test_lists_of_texts_numbers_and_gaps(learned):
    rows, y, _ = learned
    lists = [[row["country"], float(row["employees"] or "nan"), row["industry"]] for row in rows]  # NumPy alone would make the text "nan" of it
    model = ICPClassifier().fit(lists, y)
    assert model.model_ == ICPClassifier().fit([{f"x{i}": value for i, value in enumerate(row)} for row in lists], y).model_
    assert next(column for column in model.model_.summary()["columns"] if column["name"] == "x1")["known_reference"] < 1000


def test_a_column_may_be_called_as_the_key_that_is_made(learned):
    rows, y, expected = learned
    model = ICPClassifier().fit([{"Row" if name == "industry" else name: value for name, value in row.items()} for row in rows], y)
    assert model.model_.find_trait("row=fintech").points > 20_000 and model.model_.info.customers == expected.model_.info.customers


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_does_not_matter(learned, seed):
    rows, y, expected = learned
    order = np.random.default_rng(seed).permutation(len(y))
    assert ICPClassifier(n_jobs=2).fit([rows[i] for i in order], y[order]).model_ == expected.model_


def test_decision_chances_and_classes_agree(learned):
    rows, _, model = learned
    result, odds = model.results(rows), model.decision_function(rows)
    assert model.base_rate_ == learned[1].mean() and model.prior_ == pytest.approx(math.log(model.base_rate_ / (1 - model.base_rate_)))
    assert odds == pytest.approx(np.array(result["millipoints"]) / 53000 * math.log(2) + model.prior_)
    assert model.evidence(rows) == pytest.approx(np.array(result["millipoints"]) / 53000)
    chances = model.predict_proba(rows)
    assert chances[:, 1] == pytest.approx(1 / (1 + np.exp(-odds))) and chances.sum(axis=1) == pytest.approx(1)
    assert (model.predict(rows) == (odds > 0)).all() and np.exp(model.predict_log_proba(rows)) == pytest.approx(chances)
    even = clone(model).set_params(base_rate=0.5).fit(rows, learned[1])
    assert even.prior_ == 0 and even.decision_function(rows) == pytest.approx(odds - model.prior_)


@pytest.mark.parametrize("seed", range(3))
def test_chances_are_honest(seed):
    """On companies that were not seen: better than the base rate alone, and their sum within four standard errors of what came."""
    rows, y = world(seed + 10, 3000)
    model = ICPClassifier().fit(rows[:1500], y[:1500])
    chances, came = model.predict_proba(rows[1500:])[:, 1], y[1500:]

    def loss(p):
        return -np.mean(np.where(came, np.log(p), np.log(1 - p)))
    assert loss(chances) < loss(np.full(1500, model.base_rate_)) - 0.01
    for part in (np.arange(1500), np.argsort(-chances)[:300], np.argsort(chances)[:300]):
        expected = chances[part].sum()
        error = math.sqrt((chances[part] * (1 - chances[part])).sum() + (len(part) * model.base_rate_) ** 2 / y[:1500].sum())
        assert abs(came[part].sum() - expected) < 4 * error + 2


def test_with_a_reference_it_is_the_model_of_fit(golden, reference, model, companies):
    customers = set((golden / "customers.csv").read_text().split())
    y = [row["domain"] in customers for row in companies]
    mine = ICPClassifier(reference=reference).fit(companies, y)
    assert mine.model_.info.reference_id == reference.id and mine.model_.info.customers == model.info.customers
    assert (mine.results(companies).codes("millipoints") == model.score(companies).codes("millipoints")).all()
    assert mine.base_rate_ == sum(y) / (sum(y) + 1000)
    given = ICPClassifier(key="domain").fit(companies, y)
    assert given.model_.info.companies == 1000 - sum(y) and "domain" in given.feature_names_in_


def test_labels_of_any_kind(learned):
    rows, y, expected = learned
    labels = np.where(y == 1, "customer", "other")
    model = ICPClassifier(pos_label="customer").fit(rows, labels)
    assert list(model.classes_) == ["customer", "other"] and model.model_ == expected.model_
    assert model.decision_function(rows) == pytest.approx(-expected.decision_function(rows))
    assert model.predict_proba(rows)[:, 0] == pytest.approx(expected.predict_proba(rows)[:, 1])
    assert set(model.predict(rows)) <= {"customer", "other"} and model.score(rows, labels) == pytest.approx(expected.score(rows, y))
    with pytest.raises(ValueError, match="pos_label"):
        ICPClassifier(pos_label="client").fit(rows, labels)


def test_it_does_what_estimators_do(learned):
    rows, y, model = learned
    again = pickle.loads(pickle.dumps(model))
    assert again.model_ == model.model_ and (again.decision_function(rows) == model.decision_function(rows)).all()
    assert cross_val_score(ICPClassifier(), rows, y, cv=3, scoring="roc_auc").min() > 0.6
    search = GridSearchCV(ICPClassifier(), {"base_rate": [None, 0.5], "protect": [None, "country"]}, scoring="neg_log_loss", cv=3).fit(rows, y)
    assert search.best_params_ == {"base_rate": None, "protect": None}
    piped = make_pipeline(FunctionTransformer(lambda X: [dict(row, size="big" if (row["employees"] or 0) > 100 else "small") for row in X]), ICPClassifier())
    assert "size" in piped.fit(rows, y)[-1].feature_names_in_ and len(piped.predict(rows)) == 2000
    reference = icp.Reference.build([dict(row, key=i) for i, row in enumerate(rows)], key="key")
    assert clone(ICPClassifier(reference=reference)).reference == reference
    assert ICPClassifier(base_rate=0.1).get_params()["base_rate"] == 0.1 and "base_rate=0.1" in repr(ICPClassifier(base_rate=0.1))


def test_weights_of_customers_count(learned):
    rows, y, expected = learned
    assert ICPClassifier().fit(rows, y, sample_weight=np.ones(len(y))).model_ == expected.model_
    fintech = np.array([row["industry"] == "fintech" for row in rows])
    heavy = ICPClassifier().fit(rows, y, sample_weight=np.where((y == 1) & fintech, 4.0, 1.0))
    trait = "industry=fintech"
    assert heavy.model_.find_trait(trait).points > expected.model_.find_trait(trait).points + 5000
    dropped = np.where(np.arange(len(y)) % 3 == 0, 0.0, 1.0)
    kept = [i for i in range(len(y)) if dropped[i]]
    assert ICPClassifier().fit(rows, y, sample_weight=dropped).model_ == ICPClassifier().fit([rows[i] for i in kept], y[kept]).model_
    for weights, said in ((np.arange(len(y)) + 1.0, "only customers"), (np.where(y == 1, 0.0, 1.0), "single class"), (-np.ones(len(y)), "egative")):
        with pytest.raises(ValueError, match=said):
            ICPClassifier().fit(rows, y, sample_weight=weights)


def test_columns_that_give_the_answer_away_are_named(learned):
    rows, y, _ = learned
    told = [dict(row, plan=("gold", "silver")[i % 2] if mark or i % 50 == 0 else "none") for i, (row, mark) in enumerate(zip(rows, y))]
    model = ICPClassifier().fit(told, y)
    assert model.quarantined_ == ["plan"]
    assert not [trait for trait in model.model_.traits() if trait.column == "plan"]
    assert [trait for trait in ICPClassifier(release="plan").fit(told, y).model_.traits() if trait.column == "plan"]


def test_unknown_missing_and_new_columns(learned):
    rows, y, model = learned
    odds = model.decision_function([{"industry": "fintech"}, {"industry": None, "country": "DE", "new": 1}, {"country": "DE"}])
    assert odds[1] == odds[2] < odds[0]
    numbers = np.random.default_rng(0).normal(size=(400, 3))
    label = (numbers[:, 0] + np.random.default_rng(1).normal(size=400) > 0.8).astype(int)
    numbers[::7, 1] = np.nan
    fitted = ICPClassifier().fit(numbers, label)
    assert roc_auc_score(label, fitted.decision_function(numbers)) > 0.7 and not hasattr(fitted, "feature_names_in_")
    assert {trait.column for trait in fitted.model_.traits()} <= {"x0", "x1", "x2"}


def test_what_cannot_be_learned_is_told(learned):
    rows, y, _ = learned
    with pytest.raises(icp.TooFewError, match="at least 20"):
        ICPClassifier().fit(rows[:50], y[:50])
    for X, labels, said in ((rows, y[:-1], "inconsistent numbers"), (rows, np.ones(2000), "only one class"), (rows, np.arange(2000) % 3, "Only binary"),
                            ([[1, 2]] * 30, None, "y"), (np.ones((3, 2, 2)), [0, 1, 0], "dim 3")):
        with pytest.raises(ValueError, match=said):
            ICPClassifier(allow_few=True).fit(X, labels)
    for base in (0, 1, -1, 2):
        with pytest.raises(ValueError, match="base_rate"):
            ICPClassifier(base_rate=base).fit(rows, y)
    with pytest.raises(ValueError, match="no column 'domain'"):
        ICPClassifier(key="domain").fit(rows, y)
    with pytest.raises(ValueError, match="not fitted"):
        ICPClassifier().results(rows)


def test_a_model_holds_no_row(learned):
    rows, y, _ = learned
    marked = [dict(row, note=f"secret-{i}") for i, row in enumerate(rows)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert b"secret-17" not in pickle.dumps(ICPClassifier().fit(marked, y))


def test_without_scikit_learn_the_error_says_what_to_install():
    code = "import sys\nsys.modules['sklearn'] = sys.modules['sklearn.base'] = None\nimport icp\ntry:\n    import icp.sklearn\nexcept ImportError as error:\n    print(error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})
    assert "pip install 'scikit-learn" in done.stdout, done.stderr
