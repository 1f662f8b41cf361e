# SPDX-License-Identifier: MIT
"""Companies with hostile cells, a model of them, and what the library says of each. The engines' tests compare themselves with it."""
import csv
import gzip
import io
import json
import os
import pathlib
import random
import subprocess

TOP = pathlib.Path(__file__).parents[2]
ICP = os.environ.get("ICP", str(TOP / "build/tests/gcc/examples/icp/icp"))
TIERS = ["", "Very Poor", "Poor", "Fair", "Good", "Excellent"]
CASES = pathlib.Path(os.environ.get("ICP_DATA", TOP / "../shared/data")).parent / "cases"


def icp(*arguments, folder):
    p = subprocess.run([ICP, *map(str, arguments)], capture_output=True, cwd=folder, timeout=600)
    assert p.returncode == 0, p.stderr.decode()
    return p.stdout.decode()


# Column: kind in the schema, settings, values.
PLACES = ["Berlin", "San Francisco", "São Paulo", "New York, NY, USA", "London; UK", "St. Louis", "O'Fallon", "Winston-Salem", "Paris", "ZÜRICH", "Kraków",
          "Île-de-France", "Trinidad and Tobago", "and", "ny", "NYC", "Tel Aviv", "上海"]
WORDS = ["payments", "paying", "platform", "for", "banks", "C++", "c#", ".NET", "asp.net", "b2b", "web3", "e-mail", "l'eau", "don’t", "R&D", "AI/ML", "24/7",
         "naïve", "Straße", "STRASSE", "œuvre", "…and", "“quoted”", "cost–benefit", "data—driven", "Acme™", "5+", "a+b", "#1", "x_y", "Ĳssel", "ﬁne", "½", "µm",
         "東京", "ΑΒΓ", "ok.", "(beta)", "100%", "new\nline", "tab\there", "no\u00a0break", "e\u0301galit", "İstanbul", "ſharp", "a·b", "\u00ad", "😀", "K"]
COLUMNS = {
    "Company Name": ("name", {}, ["Acme", "Acme Bank", "Bank of O'Brien", "Straße GmbH", "ACME BANK", "Foo™ Labs", "C++ Works", "Data-Bank", "naïve.net", "- -", "The .NET Co"]),
    "Industry": ("category", {"normaliser": "+industry"}, ["Financial Services", "financial services", "fintech", "real_estate", "Real Estate", "SaaS", "R&D", "Banking & Finance",
                                                            "Computer Software", "software", "biotechnology", "Oil, Gas and Mining", "e-commerce", "ecommerce", "zzz odd"]),
    "Stage": ("category", {"normaliser": "stage"}, ["Series A", "series a", "Seed", "SERIES-B", "Pre-Seed", "Public", "odd stage", "Bootstrapped", "Growth Stage"]),
    "Country": ("category", {"normaliser": "country"}, ["US", "usa", "United States", "Germany", "DE", "deutschland", "Österreich", "Côte d'Ivoire", "Korea, Republic of",
                                                         "South Korea", "Narnia", "U.S.A.", "Trinidad and Tobago"]),
    "State": ("category", {"normaliser": "state"}, ["CA", "California", "us-ca", "US-NY", "New York", "Bayern", "us-zz", "N.Y.", "ontario", "somewhere else"]),
    "City": ("category", {"normaliser": "+city"}, PLACES),
    "Location": ("list", {"separator": ",", "normaliser": "+place"}, PLACES + ["San Francisco, CA, USA", "Berlin, Germany", "Paris,,France", " , ", "London, N/A", "Kraków, Poland"]),
    "Plan": ("category", {}, ["Gold", "gold", "GOLD plan", "gold  plan", "Silver plan", "Gold+", "c# plan", "it's \"quoted\"", "back\\slash \\' --", "'; DROP TABLE companies; --",
                              "@@@ 100% @", "İ", "ß", "SS", "null", "Null island", "nan", "NAN", "NaN", "n/a", "N/A ", "- Select -", "-  select -", "–", "—", "unknown"]),
    "we\"ird `col\\ 'x' -- @": ("category", {}, ["one", "two", "two three", "$1 \\n", "é", "É", "E\u0301"]),
    "Active": ("boolean", {}, ["yes", "No", "TRUE", "f", "1", "0", "x", "ja", "SÍ", "sí", "si", "unknown", "not sure", "Y", "wahr"]),
    "Employees": ("number", {"decimal": "."}, ["1", "10", "50", "51", "200", "1000", "1e3", "0010", "1,000", "11-50", "51 - 200", "10001+", "~50", "$1.2M", "$4.8m", "4.8B", "$12", "$$5", "5kk", "7k", "0.125M", "1.2345M", "20-10", "007-9", "5-", "+5", "50+", "5++", "-5", "-.5", "5.", "+7", "12.50",
                                               "0.1", "0.10", "123.456", "1.234", "abc", "9" * 16, "1" * 30, "1e400", "--5", "11-50-70", "123456789-999999999", "$1.M", "$.5M", "5.0", "50.5", "$0.0501K", "1.2.3", "٣", "1e-7", "99999999999999.9"]),
    "Score": ("number", {"decimal": ","}, ["1", "1.5", "1,5", "1.234", "1234", "12", "7", "70", "-3"]),
    "Founded": ("date", {"order": "dmy"}, ["2001-02-03", "2010-12-31", "2012-02-29", "2011-02-29", "1900-02-29", "2000-02-29", "0999-01-01", "2020-01-05T10:00:00Z", "2020-01-05 10:00",
                                           "2020-01-05 10", "2020-1-5", "5/4/2020", "2013", "2013.0", "20130405", "Jan 2015", "2020-13-01", "2020-04-31", "2020-01-05x", "2020-01-05 10:00:00+00",
                                           "9999-12-31", "1700000000", "2019-00-10", "2019-10-00"]),
    "Tags": ("list", {"separator": ";"}, ["a;b", "B ; a", "b;;a;", ";", "c, d;e", "[a;b]", "[\"a\";\"b\"]", "n/a;a", "nan;b", "NaN;b", "A;a", "é;É", "it's;\"x\"", "a ;\tb", "(a;b)", "-;a", "--"]),
    "Tech": ("list", {"separator": "[]"}, ['["a","b"]', "['a', 'b']", "[a, b]", "[]", "[ ]", "['it''s']", '["it\'s", "b"]', '["a\\"b"]', "a, b", "None, a", "[None, 'a']", "[none]", "{a,b}",
                                           '{"a b",c}', "('x', 'y')", '["a, b", "c"]', "['a', \"b\"]", "[a", '["a" , "b"]', '[ "a", "b" ]', '["\\u0041"]', "[a, 'b']", '["a","b"', "['']", "[,]",
                                           '["n/a","a"]', '[""a""]', "['a, ', 'b']"]),
    "Website": ("url", {}, ["acme.com", "https://www.acme.com/x?y", "HTTP://Acme.co.uk", "www.com", "www.co.uk", "foo.co.uk", "co.uk", "a.b.ac.jp", "x.id.au", "bank.de", "co.de", "first-bank.co.de",
                            "http://localhost", "1.2.3.4", "x.1", "acme.com:80", "http://u@acme.com", "mailto:a@b.com", "ftp://acme.com", "acme.com, foo.de", "acme.com.", "..com", "a..com", "münchen.de",
                            "acme.COM#x", "<acme.com>", "acme_bank.io", "-.net", "a-.net.com", "https://", "https:///acme.com", "http:acme.com", "acme.c", "acme.com\\x", "www.acme.com|b", "x" * 250 + ".com",
                            "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g.h.bank.com", "https://www.bank.com", "payments.io"]),
    "Description": ("text", {}, None),
}
ODD = ["", " ", "-", "N/A", "null", "(not set)", "\u3000", "\u00a0", "x" * 8190 + " gold", "y " * 5000]


def mangle(r, v):
    """The same value as somebody else writes it."""
    how = r.randrange(14)
    if how == 0:
        return v.upper()
    if how == 1:
        return v.swapcase()
    if how == 2:
        return " " + v + "\t"
    if how == 3:
        return v.replace(" ", "  ")
    if how == 4 and v:
        i = r.randrange(len(v))
        return v[:i] + r.choice("  .,;-'\"\\+#@&|[](){}éÉß’–™\u00a0\u0301\u200bK\t") + v[i:]
    if how == 5:
        return v + r.choice(WORDS)
    return v


def text(r):
    words = [r.choice(WORDS[:12] if r.random() < .8 else WORDS) for _ in range(r.choice([1, 2, 4, 8, 30]))]
    return "".join(w + r.choice([" ", " ", " ", " ", "-", ", ", ". ", "/", "+", "\n", "  "]) for w in words)


def cell(r, values):
    if r.random() < .05:
        return r.choice(ODD)
    if r.random() < .08:
        return None
    if values is None:
        return mangle(r, text(r)) if r.random() < .3 else text(r)
    v = r.choice(values[:6] if r.random() < .5 else values)
    if r.random() < .05:
        v = " ".join(r.choice(values) for _ in range(r.choice([2, 3, 40])))
    return mangle(r, v) if r.random() < .4 else v


class World:
    """Rows, the model's file, and what icp score says: key -> (score, tier, evidence)."""

    def __init__(self, folder, names, rows, model):
        self.folder, self.names, self.rows, self.model = folder, names, rows, model
        with open(folder / "rows.jsonl", "w", encoding="utf-8") as f:
            for row in rows:
                f.write(json.dumps({n: v for n, v in zip(names, row) if v is not None}, ensure_ascii=False) + "\n")
        out = icp("score", model, "rows.jsonl", "--key", "key", "--format", "jsonl", "--quiet", folder=folder)
        scores = [json.loads(line) for line in out.splitlines()]
        assert len(scores) == len(rows)
        self.wanted = {s["key"]: (s["fit_score"], s["fit_tier"], s["fit_evidence"]) for s in scores}

    def sql(self, dialect, *more):
        return icp("export", self.model, "--sql", "--dialect", dialect, "--key", "key", *more, folder=self.folder)

    def compare(self, got):
        """Rows as the SELECT gives them. Every row that is exact must be the library's; returns how many are."""
        assert sorted(g[0] for g in got) == sorted(self.wanted)
        wrong = [(g, self.wanted[g[0]]) for g in got if g[4] and not self.same(g)]
        assert not wrong, wrong[:3]
        return sum(bool(g[4]) for g in got)

    def same(self, g):
        score, tier, evidence = self.wanted[g[0]]
        # Evidence is cut to 5 digits of a bit, 53,000 milli-points: no two neighbours look alike.
        return (g[1], g[2]) == (score, tier) and abs(evidence * 53000 - g[3]) < .55


def hostile(folder, seed, count=600):
    """A universe of hostile cells and the model of customers that lean to some of them."""
    r = random.Random(seed)
    rows = [[f"k{i}"] + [cell(r, v[2]) for v in COLUMNS.values()] for i in range(count)]
    names = ["key", *COLUMNS]
    schema = {"schema": 1, "extraction": 2, "columns": [{"name": "key", "kind": "key"}] +
              [{"name": n, "kind": v[0], **v[1]} for n, v in COLUMNS.items()]}
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    with open(folder / "universe.jsonl", "w", encoding="utf-8") as f:
        for row in rows:
            f.write(json.dumps(dict(zip(names, row)), ensure_ascii=False) + "\n")
    chosen = r.sample(range(count), 80)
    (folder / "customers.csv").write_text("key\n" + "".join(f"k{i}\n" for i in chosen))
    icp("reference", "build", "--key", "key", "-o", "ref", "universe.jsonl", "--quiet", folder=folder)
    icp("fit", "--reference", "ref", "--customers", "customers.csv", "--schema", "schema.json", "--release", "*", "-o", "model", "--quiet", folder=folder)
    # A row of one cell or two is exact or not by these cells alone.
    few = []
    for i in range(5 * count):
        filled = {i % len(COLUMNS)} | ({r.randrange(len(COLUMNS))} if i % 7 == 0 else set())
        few.append([f"k{i}"] + [cell(r, v[2]) if k in filled else None for k, v in enumerate(COLUMNS.values())])
    return World(folder, names, few, "model")


def shares(world, got):
    """Of each column the exact rows among those that fill it alone."""
    exact = {g[0]: bool(g[4]) for g in got}
    out = {n: [0, 0] for n in world.names[1:]}
    for row in world.rows:
        filled = [n for n, v in zip(world.names[1:], row[1:]) if v is not None]
        if len(filled) == 1:
            out[filled[0]][0] += exact[row[0]]
            out[filled[0]][1] += 1
    return out


def of_case(folder, name, limit=None):
    """A model of real companies, and its universe."""
    case = CASES / name
    key = json.loads((case / "case.json").read_text()).get("key", "key")
    assert key == "key"
    with io.TextIOWrapper(gzip.open(case / "universe.csv.gz"), encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    icp("reference", "build", "--key", key, "-o", "ref", case / "universe.csv.gz", "--quiet", folder=folder)
    icp("fit", "--reference", "ref", "--customers", case / "train.csv", "-o", "model", "--quiet", folder=folder)
    step = max(1, len(rows) // limit) if limit else 1
    return World(folder, rows[0], [[v or None for v in row] for row in rows[1::step]], "model")
