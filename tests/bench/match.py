#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How often a company found by domain or name is the right one (doc/identity.md).

Seven studies on real files, each with a second identification that the match does not see:
  lf-crunchbase     members of Linux Foundation projects in Crunchbase 2013, by name; oracle: the slug of the member's own crunchbase_url
  lf-former         organisations that were members before, in Crunchbase 2013, by name; oracle: their slugs
  yc-crunchbase     companies of the Y Combinator directory in Crunchbase 2013, by name; oracle: the slug of cb_url
  lf-members        past and present members in the list of 2026, by website and name; oracle: org_id
  yc-years          the directory of 2023 in that of 2024, by website and name; oracle: company_id
  lf-members-names  the same two by name alone
  yc-years-names

usage: match.py ICP [DATA] [--list STUDY] [--sample N SEED]
--list prints every accepted match of a study that the oracle does not confirm; --sample draws accepted, ambiguous and unmatched
rows of a study to be read by a person.
"""
import argparse, csv, gzip, io, math, os, random, subprocess, sys, tempfile

def load(path):
    raw = gzip.open(path).read()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return list(csv.DictReader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))))

def slug(url):
    return url.rstrip("/").split("/")[-1].split("?")[0].lower() if "crunchbase" in url else ""

def lower_bound(good, n):
    """Wilson, one interval of 95%."""
    if not n:
        return 0.0
    z, p = 1.959964, good / n
    return (p + z * z / (2 * n) - z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)

class Study:
    def __init__(self, name, universe, key, rows, columns, truth):
        self.name, self.universe, self.key, self.rows, self.columns, self.truth = name, universe, key, rows, columns, truth

    def run(self, icp):
        """One row of the list at a time has its own key: the number of the row, which no company has."""
        with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as f:
            w = csv.writer(f)
            w.writerow([self.key] + self.columns)
            for i, r in enumerate(self.rows):
                w.writerow(["row %d" % i] + [r[c] for c in self.columns])
            f.flush()
            out = subprocess.run([icp, "match", self.universe, "--customers", f.name, "--key", self.key, "--format", "csv"],
                                 check=True, capture_output=True).stdout.decode("utf-8")
        found = [None] * len(self.rows)
        for r in csv.DictReader(io.StringIO(out)):
            found[int(r["customer"].split()[1])] = r
        return found

def studies(data):
    at = lambda *p: os.path.join(data, *p)
    orgs = load(at("lf_landscape", "lf_orgs_open_2026-08-22.csv.gz"))
    ids = {r["org_id"] for r in orgs}
    orgs_all = orgs + [r for r in load(at("lf_landscape", "lf_orgs_open_2025-06-22.csv.gz")) if r["org_id"] not in ids]
    yc = load(at("yc", "yc_2024-05-11.csv.gz"))
    yc_old = load(at("yc", "yc_2023-02-27.csv.gz"))
    members = load(at("lf_landscape", "lf_members.csv.gz"))
    crunchbase = at("crunchbase_2013", "companies.csv.gz")
    today = {r["org_id"] for r in orgs_all}
    former = [dict(r, website=r["host"]) for r in members if r["org_id"] not in today]
    slugs = lambda r: set(r["crunchbase_slugs"].lower().split("|")) - {"", "organization"}
    by_slug = lambda field: lambda r, key: None if not slug(r[field]) else key.split("/")[-1].lower() == slug(r[field])
    return [
        Study("lf-crunchbase", crunchbase, "permalink", orgs_all, ["name", "homepage"], by_slug("crunchbase_url")),
        Study("lf-former", crunchbase, "permalink", former, ["name", "website"],
              lambda r, key: None if not slugs(r) else key.split("/")[-1].lower() in slugs(r)),
        Study("yc-crunchbase", crunchbase, "permalink", yc, ["company_name", "website", "year_founded"], by_slug("cb_url")),
        Study("lf-members", at("lf_landscape", "lf_orgs_open_2026-08-22.csv.gz"), "org_id", members, ["name", "host"],
              lambda r, key: key == r["org_id"]),
        Study("yc-years", at("yc", "yc_2024-05-11.csv.gz"), "company_id", yc_old, ["company_name", "website"],
              lambda r, key: key == r["company_id"]),
        Study("lf-members-names", at("lf_landscape", "lf_orgs_open_2026-08-22.csv.gz"), "org_id", members, ["name"],
              lambda r, key: key == r["org_id"]),
        Study("yc-years-names", at("yc", "yc_2024-05-11.csv.gz"), "company_id", yc_old, ["company_name"],
              lambda r, key: key == r["company_id"]),
    ]

def main():
    p = argparse.ArgumentParser()
    p.add_argument("icp")
    p.add_argument("data", nargs="?", default=os.environ.get("ICP_DATA", "../shared/data"))
    p.add_argument("--list")
    p.add_argument("--sample", nargs=2, type=int)
    a = p.parse_args()
    print("study             rows  exact normal. ambig.  none   confirmed contradicted unknown  of those told  lower 95%")
    for s in studies(a.data):
        found = s.run(a.icp)
        count = {o: sum(f["outcome"] == o for f in found) for o in ("exact", "normalised", "ambiguous", "none")}
        told = [s.truth(r, f["company"]) for r, f in zip(s.rows, found) if f["company"]]
        good, bad, unknown = told.count(True), told.count(False), told.count(None)
        print("%-16s %5d %6d %7d %6d %5d %11d %12d %7d %13.1f%% %9.1f%%" % (s.name, len(s.rows), count["exact"], count["normalised"], count["ambiguous"],
              count["none"], good, bad, unknown, 100 * good / max(1, good + bad), 100 * lower_bound(good, good + bad)))
        how = {}
        for r, f in zip(s.rows, found):
            if f["company"]:
                h = how.setdefault(f["how"], [0, 0, 0])
                t = s.truth(r, f["company"])
                h[0 if t else 2 if t is None else 1] += 1
        print("                " + "; ".join("%s %d+%d-%d?" % (k, *v) for k, v in sorted(how.items())))
        if a.list == s.name:
            for r, f in zip(s.rows, found):
                if f["company"] and s.truth(r, f["company"]) is not True:
                    print("  %s | %s | %s | %s | %s" % (f["how"], [r[c] for c in s.columns], f["company"], f["company_name"],
                          (r.get("crunchbase_url") or r.get("cb_url") or r.get("org_id") or r.get("company_id") or "")))
        if a.list == s.name and a.sample:
            draw = random.Random(a.sample[1])
            for kind in ("accepted", "ambiguous", "none"):
                rows = [(r, f) for r, f in zip(s.rows, found) if (f["outcome"] in ("exact", "normalised")) == (kind == "accepted") and
                        (kind == "accepted" or f["outcome"] == kind)]
                for r, f in draw.sample(rows, min(a.sample[0], len(rows))):
                    print("  [%s] %s | %s | %s %s | %s" % (kind, [r[c] for c in s.columns], f["how"], f["company"], f["company_name"], f["candidates"]))

if __name__ == "__main__":
    main()
