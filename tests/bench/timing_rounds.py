#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Intent on real dates: does a company that has raised money raise again within a year?

usage: timing_rounds.py [--icp PATH] [--draws 5] [--positives 200] [--only few|all] [--interval]

Needs crunchbase_2013 in ICP_DATA (default ../shared/data). Rounds are the events, every round after a company's first an outcome. Fitted as of
2012-07-01 (last moment 2011-07-01, horizon 365 days), tested on all companies with a round before that day and the year from then on. "few" fits on
companies drawn at random until 200 of them have an outcome, with all their quiet moments; "all" on every company. Ratios are against companies that
raise nothing. --interval: how often the 90% interval of a fit on few companies holds the score that the fit on all gives the others.
"""
import argparse
import csv
import datetime
import gzip
import io
import math
import os
import pathlib
import random
import subprocess
import tempfile

DATA = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve() / "crunchbase_2013"
AS_OF, HORIZON = "2012-07-01", 365
END = (datetime.date.fromisoformat(AS_OF) + datetime.timedelta(HORIZON)).isoformat()
BARS = {"few": "at least .725 and at most .885", "all": "at least .727 and at most .875, aim .735 and .865"}


def table(name):
    text = gzip.decompress((DATA / name).read_bytes()).decode("latin-1")
    return list(csv.DictReader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))))


def is_day(text):
    try:
        return bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(head)
        out.writerows(rows)
    return path


def auc(pos, neg):
    rows = sorted([(x, 1) for x in pos] + [(x, 0) for x in neg])
    won = below = i = 0
    while i < len(rows):
        end = i
        while end < len(rows) and rows[end][0] == rows[i][0]:
            end += 1
        p = sum(c for _, c in rows[i:end])
        won += p * (below + (end - i - p) / 2)
        below += end - i - p
        i = end
    return won / (len(pos) * len(neg))


def bits(x):
    """log2(1 + 2^x)"""
    return max(x, 0) + math.log2(1 + 2 ** -abs(x))


def cllr(pos, neg):
    return (sum(bits(-x) for x in pos) / len(pos) + sum(bits(x) for x in neg) / len(neg)) / 2


def least_cllr(pos, neg):
    """After the best monotone recalibration: neighbours that stand in the wrong order are pooled."""
    at = {}
    for values, which in ((pos, 0), (neg, 1)):
        for x in values:
            at.setdefault(x, [0, 0])[which] += 0.5 / len(values)
    pools = []
    for x in sorted(at):
        pools.append(at[x])
        while len(pools) > 1 and pools[-2][0] * sum(pools[-1]) >= pools[-1][0] * sum(pools[-2]):
            p, n = pools.pop()
            pools[-1] = [pools[-1][0] + p, pools[-1][1] + n]
    return sum(part * math.log2(sum(pool) / part) for pool in pools for part in pool if part > 1e-15)


def figures(pos, neg):
    cost = cllr(pos, neg)
    return {"auc": auc(pos, neg), "cllr": cost, "loss": cost - least_cllr(pos, neg), "mean": sum(2 ** min(x, 70) for x in neg) / len(neg)}


def show(name, f):
    print(f"{name:<14} {f['auc']:.4f}  {f['cllr']:.4f}  {f['loss']:.4f}            {f['mean']:.2f}", flush=True)


class Rounds:
    def __init__(self, icp, tmp):
        self.icp, self.tmp = icp, pathlib.Path(tmp)
        rows = [(r["company_permalink"], r["funding_round_type"], r["funded_at"], r["raised_amount_usd"]) for r in table("rounds.csv.gz")]
        self.rounds = sorted(r for r in rows if is_day(r[2]))
        self.days = {}
        for key, _, day, _ in self.rounds:
            self.days.setdefault(key, []).append(day)
        for days in self.days.values():
            days.sort()
        self.known = sorted(k for k, days in self.days.items() if days[0] < AS_OF)
        self.positive = {k for k in self.known if any(AS_OF <= d < END for d in self.days[k])}
        names = {c["permalink"]: c["name"] for c in table("companies.csv.gz")}
        self.companies = write(self.tmp / "companies.csv", ["permalink", "name"], [(k, names.get(k, "")) for k in self.known])
        self.events = self.write_events("events.csv", self.known)
        self.run("reference", "build", "--key", "permalink", "-o", self.tmp / "reference", self.companies)

    def run(self, *args):
        subprocess.run([self.icp, *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def again(self, key):
        """Rounds after the first day and before the fit: what may be learned from."""
        return [d for d in self.days[key] if self.days[key][0] < d < AS_OF]

    def write_events(self, name, keys):
        keys = set(keys)
        return write(self.tmp / name, ["permalink", "type", "date", "amount"], [r for r in self.rounds if r[0] in keys])

    def draw(self, seed, positives):
        """Companies in random order until so many have an outcome."""
        order, found = list(self.known), 0
        random.Random(f"rounds {seed}").shuffle(order)
        for n, key in enumerate(order, 1):
            found += bool(self.again(key))
            if found == positives:
                return order[:n]
        return order

    def measure(self, keys):
        outcomes = [(k, "expanded", d) for k in sorted(keys) for d in self.days[k] if d > self.days[k][0]]
        self.run("fit", "--reference", self.tmp / "reference", "--layers", "intent", "--events", self.write_events("given.csv", keys),
                 "--outcomes", write(self.tmp / "outcomes.csv", ["key", "outcome", "date"], outcomes),
                 "--horizon", str(HORIZON), "--as-of", AS_OF, "-o", self.tmp / "model")
        self.run("score", self.tmp / "model", self.companies, "--key", "permalink", "--events", self.events, "--as-of", AS_OF,
                 "-o", self.tmp / "scores.csv")
        with open(self.tmp / "scores.csv", newline="", encoding="utf-8") as f:
            evidence = {r["key"]: float(r["intent_evidence"] or 0) for r in csv.DictReader(f)}
        if set(evidence) != set(self.known):
            raise SystemExit(f"{len(set(self.known) ^ set(evidence))} companies have no score, or should have none")
        return figures([evidence[k] for k in self.known if k in self.positive], [evidence[k] for k in self.known if k not in self.positive])


def intervals(r, draws):
    def scores():
        with open(r.tmp / "scores.csv", newline="", encoding="utf-8") as f:
            return {row["key"]: row for row in csv.DictReader(f)}

    r.measure(r.known)
    whole = scores()
    print("with an outcome  covered  mean width  covered by tier")
    for positives in (50, 100, 200, 500):
        held, width, tiers = [], 0, {}
        for seed in range(1, draws + 1):
            keys = set(r.draw(seed, positives))
            r.measure(sorted(keys))
            for key, row in scores().items():
                if key in keys:
                    continue
                held.append(int(row["intent_low"]) <= int(whole[key]["intent_score"]) <= int(row["intent_high"]))
                width += int(row["intent_high"]) - int(row["intent_low"])
                tiers.setdefault(row["intent_tier"], []).append(held[-1])
        by_tier = ", ".join(f"{t} {sum(v) / len(v):.3f} of {len(v)}" for t, v in sorted(tiers.items()))
        print(f"{positives:<16} {sum(held) / len(held):.3f}    {width / len(held):.0f}         {by_tier}", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", default=os.environ.get("ICP", "icp"))
    p.add_argument("--draws", type=int, default=5)
    p.add_argument("--positives", type=int, default=200)
    p.add_argument("--only", choices=("few", "all"))
    p.add_argument("--interval", action="store_true")
    a = p.parse_args()
    if not DATA.exists():
        raise SystemExit("SKIP: crunchbase_2013 is absent (ICP_DATA)")
    with tempfile.TemporaryDirectory() as tmp:
        r = Rounds(a.icp, tmp)
        if a.interval:
            return intervals(r, a.draws)
        last = {k: max(d for d in r.days[k] if d < AS_OF) for k in r.known}
        alone = auc([last[k] for k in r.known if k in r.positive], [last[k] for k in r.known if k not in r.positive])
        print(f"{len(r.known)} companies, {len(r.positive)} raise in the year after {AS_OF}; time since the last round alone: AUC {alone:.4f}")
        print("fit            AUC     Cllr    calibration loss  mean ratio")
        if a.only != "all" and a.draws:
            all_draws = []
            for seed in range(1, a.draws + 1):
                keys = r.draw(seed, a.positives)
                all_draws.append(r.measure(keys))
                show(f"draw {seed}", all_draws[-1])
                print(f"               of {len(keys)} companies, {sum(len(r.again(k)) for k in keys)} outcomes")
            show(f"mean of {a.draws}", {k: sum(f[k] for f in all_draws) / a.draws for k in all_draws[0]})
            print(f"               {BARS['few']}")
        if a.only != "few":
            show("all", r.measure(r.known))
            print(f"               {BARS['all']}")


if __name__ == "__main__":
    main()
