# SPDX-License-Identifier: MIT
"""A classifier of scikit-learn: who is a customer among companies (doc/python-sklearn.md)."""
from __future__ import annotations

import hashlib
import itertools
import math
import os
from typing import Any, Mapping, Optional, Sequence

try:
    import numpy as np
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import _check_sample_weight, assert_all_finite, check_consistent_length, check_is_fitted, column_or_1d, validate_data
except ImportError as missing:
    raise ImportError(f"icp.sklearn needs scikit-learn 1.6 or later ({missing}): pip install 'scikit-learn>=1.6'") from None

from ._arrow import package_of, rows_of
from ._rows import blocks
from ._values import Patterns
from .fit import Fit
from .model import Model
from .reference import Reference
from .result import Result
from .schema import Schema

_NATS = math.log(2.0) / 53000.0  # of one milli-point


def _is_records(X: Any) -> bool:
    return isinstance(X, (list, tuple)) and len(X) > 0 and isinstance(X[0], Mapping)


def _is_frame(X: Any) -> bool:
    return package_of(X) in ("pandas", "polars", "pyarrow") and (hasattr(X, "columns") or hasattr(X, "column_names"))


def _names(records: Sequence[Mapping[Any, Any]]) -> "list[str]":
    """Columns of records in the order in which they are met first."""
    return list(dict.fromkeys(str(name) for record in records for name in record))


def _content_keys(rows: "Sequence[Mapping[str, Any]]", marks: "Sequence[bool]") -> "list[str]":
    """A key for each row that depends on what is in it and on its mark alone, so that the order of rows does not change the model."""
    counts: "dict[str, int]" = {}
    keys = []
    for row, mark in zip(rows, marks):
        digest = hashlib.blake2b(b"".join(blocks([row])), digest_size=16).hexdigest() + ("+" if mark else "-")
        counts[digest] = counts.get(digest, 0) + 1
        keys.append(f"{digest}{counts[digest]}")
    return keys


class ICPClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Learns what customers have in common, compared with the other companies of X or with a reference, as a classifier of scikit-learn.

    X: a DataFrame of pandas or Polars, a table of PyArrow, a list of dicts, or an array of shape (companies, columns), whose columns are named x0, x1 and so on.
    Texts, lists, numbers and dates are read as everywhere in icp; None and NaN are unknown. y: two labels, of which ``pos_label`` marks customers.

    - ``reference``: companies at large; None = the rows of X that are no customers
    - ``key``: column of X with the key of each company; None = that of the reference where X has it, else rows are companies without a name
    - ``pos_label``: the label of customers; None = the greater one, as 1 of 0 and 1
    - ``base_rate``: share of customers among the companies that will be asked about, which predict() and predict_proba() go by; None = that of y, or with a
      reference the customers' number over that of its companies (an estimate of the distinct ones read)
    - ``min_customers``: refuse below, 0 = 20; ``allow_few``: fit all the same; ``release``: columns that are used although they give the answer away, see
      ``quarantined_``, ``"*"`` = all; ``protect``: columns that are never kept; ``schema``: what columns mean, None = inferred
    - ``k``: companies kept of X as reference, 0 = 65,536; ``n_jobs``: threads of the fit, -1 = all processors; never changes the result

    Attributes: ``classes_``; ``model_``, the icp.Model, which holds no row of X; ``base_rate_`` and ``prior_``, its log-odds; ``quarantined_``, columns that were left out
    since they give the answer away; ``n_features_in_``; ``feature_names_in_`` where columns have names. Since 0.1.
    """

    def __init__(self, *, reference: Optional[Reference] = None, key: Optional[str] = None, pos_label: Any = None, base_rate: Optional[float] = None,
                 min_customers: int = 0, allow_few: bool = False, release: Patterns = None, protect: Patterns = None, schema: Optional[Schema] = None,
                 k: int = 0, n_jobs: Optional[int] = None) -> None:
        self.reference = reference
        self.key = key
        self.pos_label = pos_label
        self.base_rate = base_rate
        self.min_customers = min_customers
        self.allow_few = allow_few
        self.release = release
        self.protect = protect
        self.schema = schema
        self.k = k
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "ICPClassifier":
        """Learns from companies and whether each is a customer.

        ``sample_weight``: how much each customer counts; 0 leaves a row out. Those of other companies must be equal: the reference does not weigh.
        Raises icp.TooFewError (a ValueError) for fewer customers than min_customers, ValueError for what is no table or no two labels.
        """
        if self.base_rate is not None and not 0.0 < self.base_rate < 1.0:
            raise ValueError(f"base_rate lies between 0 and 1, not {self.base_rate!r}")
        X, y = self._checked(X, y)
        marks, weights = self._marks(y), self._weights(X, sample_weight)
        kept = weights > 0
        if not marks[kept].any() or (self.reference is None and marks[kept].all()):
            raise ValueError("the weights leave a single class: customers and other companies are both needed")
        if len(set(weights[kept & ~marks])) > 1:
            raise ValueError("sample_weight differs among companies that are no customers: only customers can be weighed")
        rows, marks, weights = [row for row, one in zip(self._rows(X), kept) if one], marks[kept], weights[kept]
        key = self._keyed(rows, marks)
        reference = self.reference
        if reference is None:
            reference = Reference.build((row for row, mark in zip(rows, marks) if not mark), key=key, k=self.k)
        self.model_ = self._learn(reference, [row for row, mark in zip(rows, marks) if mark], key, weights[marks])
        self.base_rate_ = self.base_rate or self._share(reference, int(marks.sum()), len(marks))
        self.prior_ = math.log(self.base_rate_) - math.log1p(-self.base_rate_)
        return self

    def _checked(self, X: Any, y: Any = None) -> "tuple[Any, Any]":
        """X and y as scikit-learn wants them looked at; y None = after the fit. Arrays become columns, the rest stays what it is."""
        fitting = y is not None
        if _is_records(X):
            names = _names(X)
            if fitting:
                self.n_features_in_, self.feature_names_in_ = len(names), np.array(names, dtype=object)
        elif _is_frame(X):
            validate_data(self, X, reset=fitting, skip_check_array=True)
            if X.shape[0] == 0 or X.shape[1] == 0:
                raise ValueError(f"Found array with {X.shape[0]} sample(s) and {X.shape[1]} feature(s) (shape={tuple(X.shape)}) while a minimum of 1 is required.")
            X = self._named(X)
        else:
            X = validate_data(self, self._mixed(X), reset=fitting, dtype=None, ensure_all_finite="allow-nan")
            names = [str(name) for name in getattr(self, "feature_names_in_", [f"x{i}" for i in range(X.shape[1])])]
            X = {name: X[:, i] for i, name in enumerate(names)}
        if fitting:
            y = column_or_1d(y, warn=True)
            assert_all_finite(y, input_name="y")
            check_consistent_length(next(iter(X.values())) if isinstance(X, dict) else X, y)
        return X, y

    @staticmethod
    def _mixed(X: Any) -> Any:
        """Lists of texts and numbers would become texts in NumPy, and NaN the text nan."""
        if isinstance(X, (list, tuple)) and np.asarray(X[:1]).dtype.kind == "U":
            return np.asarray(X, dtype=object)
        return X

    def _named(self, X: Any) -> Any:
        """A DataFrame of pandas with columns named by texts, and no index."""
        if package_of(X) != "pandas":
            return X
        names = getattr(self, "feature_names_in_", None)
        return X.reset_index(drop=True).set_axis([str(name) for name in (names if names is not None else (f"x{i}" for i in range(X.shape[1])))], axis=1)

    def _marks(self, y: Any) -> Any:
        """Which rows are customers."""
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        self.classes_ = np.unique(y)
        if len(self.classes_) > 2:
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier can't train when only one class is present: y holds nothing but {self.classes_[0]!r}")
        label = self.classes_[1] if self.pos_label is None else self.pos_label
        if label not in self.classes_:
            raise ValueError(f"pos_label={label!r} is not in y, which has {list(self.classes_)}")
        self._sign = 1.0 if label == self.classes_[1] else -1.0
        return np.asarray(y) == label

    def _weights(self, X: Any, sample_weight: Any) -> Any:
        first = next(iter(X.values())) if isinstance(X, dict) else X
        return _check_sample_weight(sample_weight, np.empty((len(first), 1)), ensure_non_negative=True)

    @staticmethod
    def _rows(X: Any) -> "list[dict[str, Any]]":
        """Rows as dicts of their own."""
        if _is_records(X):
            return [{str(name): value for name, value in row.items()} for row in X]
        columns: "Mapping[Any, Any]" = X if isinstance(X, dict) else rows_of(X)
        lists = [column.tolist() if hasattr(column, "tolist") else column for column in columns.values()]
        return [dict(zip(map(str, columns), values)) for values in zip(*lists)]

    def _keyed(self, rows: "list[dict[str, Any]]", marks: Any) -> str:
        """The column with a key of each row, which is made where there is none."""
        names = set(_names(rows))
        if self.key is not None and self.key not in names:
            raise ValueError(f"X has no column {self.key!r}, which key names")
        if self.key is not None:
            return self.key
        if self.reference is not None and self.reference.info.key_column in names:
            return self.reference.info.key_column
        folded = {name.casefold() for name in names}
        key = next(name for name in (f"row{'_' * i}" for i in itertools.count()) if name not in folded)
        for row, made in zip(rows, _content_keys(rows, marks)):
            row[key] = made
        return key

    def _learn(self, reference: Reference, customers: "list[dict[str, Any]]", key: str, weights: Any) -> Model:
        weighed: Optional[str] = None
        if len(set(weights)) > 1:
            weighed = next(name for name in (f"weight{'_' * i}" for i in itertools.count()) if name not in customers[0])
        prepared = Fit(reference, schema=self.schema, min_customers=self.min_customers, allow_few=self.allow_few, exact_keys=self.reference is None, key=key,
                       layers="fit", weight=weighed, release=self.release, protect=self.protect, threads=self._threads())
        prepared.add_customers({key: row.get(key), **({weighed: float(weight)} if weighed else {})} for row, weight in zip(customers, weights))
        prepared.add_universe(customers)
        model = prepared.run()
        self.quarantined_ = [column["name"] for column in model.summary()["columns"] if column.get("leak", {}).get("verdict") == "quarantined"]
        return model

    def _threads(self) -> int:
        return (os.cpu_count() or 1) if self.n_jobs == -1 else self.n_jobs or 1

    def _share(self, reference: Reference, customers: int, rows: int) -> float:
        if self.reference is None:
            return customers / rows
        return customers / (customers + max(reference.info.distinct_estimate, 1))

    def results(self, X: Any) -> Result:
        """All that the model says of companies, a row each: scores, tiers, intervals, confidence and flags. No base rate comes in."""
        check_is_fitted(self)
        checked, _ = self._checked(X)
        return self.model_.score(checked)

    def evidence(self, X: Any) -> Any:
        """How many times as common a company's traits are among customers as at large, in bits: 3 = 8 times, array of shape (companies,). Without base rate."""
        return np.asarray(self.results(X).codes("fit_millipoints"), dtype=np.float64) / 53000.0

    def decision_function(self, X: Any) -> Any:
        """Log-odds (natural) of ``classes_[1]``, array of shape (companies,): the evidence and the log-odds of the base rate; predict_proba() is its logistic
        function, and with base_rate=0.5 it is the evidence alone."""
        check_is_fitted(self)
        return self._sign * (np.asarray(self.results(X).codes("fit_millipoints"), dtype=np.float64) * _NATS + self.prior_)

    def predict_proba(self, X: Any) -> Any:
        """Chances of both classes at the base rate, array of shape (companies, 2) in the order of ``classes_``."""
        odds = self.decision_function(X)
        small = np.exp(-np.abs(odds))
        likely, unlikely = 1.0 / (1.0 + small), small / (1.0 + small)
        return np.where(odds[:, None] * [-1.0, 1.0] >= 0, likely[:, None], unlikely[:, None])

    def predict_log_proba(self, X: Any) -> Any:
        """Natural logarithms of predict_proba()."""
        return np.log(self.predict_proba(X))

    def predict(self, X: Any) -> Any:
        """The likelier class of each company. With few customers in a hundred that is hardly ever a customer: to rank, use decision_function()."""
        likely = self.decision_function(X) > 0
        return self.classes_[likely.astype(int)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.dict = True
        return tags


__all__ = ["ICPClassifier"]
