#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does the estimator of scikit-learn rank as the command does, and are its chances honest?

usage: estimator.py --icp PATH [--only SUBSTRING] [--seeds 3]

Ranking: a case's given customers are learned from, and the withheld ones are ranked among all companies not given: AUC of the command, of the estimator with the
same reference (they must be equal), and of the estimator whose reference are the companies of X that are not given.
Chances: all customers of the list are labelled, the companies are split in halves by chance (stratified), and chances of the unseen half are held against what is so, at
the base rate that the estimator takes from the seen half: log loss in thousandths of a nat, beside that of the base rate alone, the same for the chances as they would be after the best
affine recalibration on that half itself (a bound), the sum of the chances over the number of customers, and the same among the tenth with the greatest chances.
Needs scikit-learn, pandas, the package icp (ICP_LIBRARY names a library, else as installed) and the cases beside ICP_DATA.
"""
import argparse
import csv
import os
import pathlib
import subprocess
import tempfile

import icp
import numpy as np
import pandas as pd
from icp.sklearn import ICPClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

SHARED = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve().parent


def keys(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {row["key"] for row in csv.DictReader(file)}


def of_command(command, case, tmp):
    universe = case / "universe.csv.gz"
    for words in (["reference", "build", "--key", "key", "-o", tmp / "ref", "--quiet", universe],
                  ["fit", "--reference", tmp / "ref", "--universe", universe, "--customers", case / "train.csv", "-o", tmp / "model", "--quiet"],
                  ["score", tmp / "model", universe, "--key", "key", "--reasons", "0", "-o", tmp / "scores.csv"]):
        subprocess.run([command, *words], check=True, stdout=subprocess.DEVNULL)
    with open(tmp / "scores.csv", newline="", encoding="utf-8") as file:
        return np.array([float(row["fit_evidence"]) for row in csv.DictReader(file)])


def ranking(command, case, X, given, held):
    with tempfile.TemporaryDirectory() as tmp:
        command_evidence = of_command(command, case, pathlib.Path(tmp))
    y, rest = X["key"].isin(given), ~X["key"].isin(given)
    truth = X["key"].isin(held)[rest]
    same = ICPClassifier(reference=icp.Reference.build(X, key="key")).fit(X, y)
    own = ICPClassifier(key="key").fit(X, y)
    assert np.abs(same.evidence(X) - command_evidence).max() < 1e-3
    return [roc_auc_score(truth, scores[rest]) for scores in (command_evidence, same.decision_function(X), own.decision_function(X))]


def chances(X, y, seeds):
    figures = []
    for seed in range(seeds):
        a, b, ya, yb = train_test_split(X, y, test_size=0.5, stratify=y, random_state=seed)
        model = ICPClassifier(key="key").fit(a, ya)
        chance, odds = model.predict_proba(b)[:, 1], model.decision_function(b)[:, None]
        again = LogisticRegression(C=1e6).fit(odds, yb).predict_proba(odds)[:, 1]
        top = np.argsort(-chance, kind="stable")[: len(chance) // 10]
        figures.append([1000 * log_loss(yb, np.full(len(yb), model.base_rate_)), 1000 * log_loss(yb, chance), 1000 * log_loss(yb, again), chance.sum() / yb.sum(),
                        chance[top].sum() / yb[yb.index[top]].sum()])
    return np.mean(figures, axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--icp", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    print(f"{'case':44} {'AUC: command':>12} {'same':>6} {'own':>6}   {'loss: base':>10} {'model':>6} {'bound':>6} {'sum':>5} {'top':>5}")
    for case in sorted((SHARED / "cases").iterdir()):
        if options.only not in case.name or not (case / "case.json").exists():
            continue
        X = pd.read_csv(case / "universe.csv.gz", dtype=str, keep_default_na=False)
        given, held = keys(case / "train.csv"), keys(case / "test.csv")
        command, same, own = ranking(options.icp, case, X, given, held)
        base, loss, bound, total, top = chances(X, X["key"].isin(given | held).astype(int), options.seeds)
        print(f"{case.name:44} {command:12.4f} {same:6.4f} {own:6.4f}   {base:10.1f} {loss:6.1f} {bound:6.1f} {total:5.2f} {top:5.2f}", flush=True)


if __name__ == "__main__":
    main()
