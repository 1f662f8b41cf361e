# SPDX-License-Identifier: MIT
"""The ledger through the command: overrides, flags, reviews, outcomes, changes, versions, history; and what is refused."""
import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess

import pytest

from conftest import ICP, Run

DAY = 86400
WHO = ("--author", "Ada", "--authority", "head of sales")
OVERRIDE = ("--tier", "Good", "--reason", "context", "--text", "they asked for us", "--expiry", "2027-01-31", *WHO)
HEAD = re.compile(r"^(\d+):[0-9a-f]{64}$")


@pytest.fixture
def book(icp):
    """A folder with an empty ledger L."""
    p = icp("ledger", "create", "--ledger", "L")
    if b"this build has no ledger" in p.stderr:
        pytest.skip("built without the ledger")
    assert p.returncode == 0, p.stderr
    return icp


def said(run, *arguments, **more):
    """The number and the head that a writing command prints."""
    row, = json.loads(run.ok(*arguments, "--format", "json", **more))
    assert HEAD.match(row["head"]).group(1) == str(row["entry"])
    return row["entry"], row["head"]


def append(run, *arguments, now="2026-11-28", **more):
    return said(run, *arguments, "--ledger", "L", "--now", now, **more)


def history(run, *arguments):
    return json.loads(run.ok("history", "--ledger", "L", "--format", "json", *arguments))["entries"]


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="session")
def versions(world, tmp_path_factory):
    """Three models on one reference, and a folder to start from: one, two (with a card), and odd, which knows another kind of customer."""
    keys = [r["domain"] for r in world.rows("customers.csv")]
    universe = [r["domain"] for r in world.rows("universe.csv")]
    (world.folder / "card.json").write_text(json.dumps({"owner": "ops", "resolvers": ["VP Sales", "board"]}))
    (world.folder / "some.csv").write_text("domain\n" + "\n".join(keys[:45]) + "\n")
    (world.folder / "odd.csv").write_text("domain\n" + "\n".join(universe[5::60]) + "\n")
    world.ok("fit", "--reference", "ref", "--customers", "some.csv", "--card", "card.json", "-o", "two", "--quiet")
    world.ok("fit", "--reference", "ref", "--customers", "odd.csv", "-o", "odd", "--quiet")
    return world


@pytest.fixture
def models(book, versions):
    for name, to in (("model", "one"), ("two", "two"), ("odd", "odd"), ("universe.csv", "universe.csv"), ("scores.csv", "scores.csv")):
        shutil.copy(versions.folder / name, book.folder / to)
    return book


def test_a_whole_life(models):
    """From the first version to a restored one; what was said shows beside the scores, and ends when it should."""
    run, last = models, []
    key = next(r["key"] for r in run.rows("scores.csv") if r["fit_tier"] == "Poor")

    def write(*arguments, **more):
        last[:] = append(run, *arguments, **more)
        return last[0]

    def scored(now):
        rows = table(run.ok("score", "one", "universe.csv", "--ledger", "L", "--now", now, "--quiet"))
        return {r["key"]: r for r in rows}

    run.ok("publish", "one", "--ledger", "L", "--author", "Ada", "--now", "2026-11-01")
    override = write("override", "--company", key, *OVERRIDE)
    assert override == 3
    row = scored("2026-12-01")[key]
    assert (row["fit_tier"], row["effective_tier"]) == ("Poor", "Good")
    assert row["override"] == "Good by Ada (head of sales) until 2027-01-31: context, they asked for us"
    assert "they asked for us" in run.ok("explain", "one", "universe.csv", "--company", key, "--ledger", "L", "--now", "2026-12-01")
    assert scored("2027-01-30")[key]["effective_tier"] == "Good"
    assert scored("2027-01-31")[key]["effective_tier"] == "Poor", "an override ends by itself on its day"
    assert [r["number"] for r in table(run.ok("override", "list", "--ledger", "L", "--as-of", "2026-12-01", "--format", "csv"))] == ["3"]
    assert table(run.ok("override", "list", "--ledger", "L", "--as-of", "2027-01-31", "--format", "csv")) == []
    write("override", "withdraw", override, "--text", "they went elsewhere", "--author", "Bob", now="2026-12-02")
    assert scored("2026-12-03")[key]["effective_tier"] == "Poor"

    flag = write("flag", "raise", "--company", key, "--text", "is a bank", "--author", "Bob", now="2026-12-03")
    assert "flagged" in scored("2026-12-04")[key]["flags"].split(";")
    write("flag", "assign", flag, "--assignee", "Cy", "--author", "Ada", now="2026-12-04")
    row, = table(run.ok("flag", "list", "--ledger", "L", "--as-of", "2026-12-05", "--format", "csv"))
    assert (row["number"], row["subject"], row["assignee"], row["text"]) == (str(flag), key, "Cy", "is a bank")
    write("flag", "resolve", flag, "--text", "it is none", *WHO, now="2026-12-05")
    assert table(run.ok("flag", "list", "--ledger", "L", "--as-of", "2026-12-06", "--format", "csv")) == []
    assert "flagged" not in scored("2026-12-06")[key]["flags"].split(";")

    write("change", "--area", "positioning", "--text", "we sell to banks now", "--on", "2026-12-06", "--author", "Ada", now="2026-12-06")
    assert "changed" in scored("2026-12-07")[key]["flags"].split(";")
    write("review", "--model", "one", "--text", "still right", "--next", "2027-03-01", "--author", "Ada", now="2026-12-08")
    assert "changed" not in scored("2026-12-09")[key]["flags"].split(";")
    write("outcome", "--company", key, "--outcome", "won", "--on", "2026-12-10", "--author", "crm", now="2026-12-11")

    run.ok("publish", "two", "--ledger", "L", "--rows", "universe.csv", "--author", "Ada", "--now", "2026-12-12")
    last[:] = said(run, "restore", "2", "--ledger", "L", "-o", "back", "--author", "Ada", "--text", "two was worse", "--now", "2026-12-13")
    assert (run.folder / "back").read_bytes() == (run.folder / "one").read_bytes()
    listed = table(run.ok("publish", "list", "--ledger", "L", "--format", "csv"))
    assert [(r["state"], r["now"]) for r in listed] == [("stored", ""), ("published", ""), ("stored", ""), ("published", ""), ("restored", "published")]
    assert said(run, "ledger", "verify", "--ledger", "L", "--head", last[1]) == tuple(last)
    assert [e["entry"]["kind"] for e in history(run)].count("version") == 5


def test_a_segment_and_a_model(models):
    traits = [t["trait"] for t in models.json("traits", "one", "--format", "json") if t["trait"].startswith("industry=")]
    append(models, "override", "--trait", traits[0], "--for", "one", *OVERRIDE)
    scored = table(models.ok("score", "one", "universe.csv", "--ledger", "L", "--now", "2026-12-01", "--quiet"))
    industry = {r["domain"]: r["industry"].strip().lower() for r in models.rows("universe.csv")}
    hit = {r["key"] for r in scored if r["override"]}
    assert hit and hit == {k for k, v in industry.items() if v == traits[0].removeprefix("industry=")}
    other = table(models.ok("score", "two", "universe.csv", "--ledger", "L", "--now", "2026-12-01", "--quiet"))
    assert not any(r["override"] for r in other), "--for is one model alone"
    assert models.refused("override", "--ledger", "L", "--trait", "industry=no such", "--for", "one", *OVERRIDE) == (
        '--trait "industry=no such" is no trait of the layer fit of one; icp traits lists them')
    append(models, "override", "--model", "two", *OVERRIDE)
    other = table(models.ok("score", "two", "universe.csv", "--ledger", "L", "--now", "2026-12-01", "--quiet"))
    assert {r["effective_tier"] for r in other} == {"Good"}


def test_who_may_resolve(models):
    """The card of the model that a flag is about, of --model, of the published one, and cards in the ledger."""
    flag, _ = append(models, "flag", "raise", "--company", "acme.com", "--for", "two", "--text", "t", "--author", "Bob")
    free, _ = append(models, "flag", "raise", "--company", "acme.com", "--text", "t", "--author", "Bob")
    resolve = ("flag", "resolve", flag, "--ledger", "L", "--now", "2026-11-29", "--text", "t", "--author", "A", "--authority")
    refusal = "this authority is none of the resolvers that the model's card names"
    assert models.refused(*resolve, "intern", "--model", "two") == f"intern: {refusal}"
    models.ok("publish", "two", "--ledger", "L", "--author", "Ada", "--now", "2026-11-29")
    assert models.refused(*resolve, "intern") == f"intern: {refusal}", "the ledger has the flag's model"
    assert models.refused("flag", "resolve", free, *resolve[3:], "intern") == f"intern: {refusal}", "no model is named: the published one"
    models.ok(*resolve, "VP Sales")
    models.ok("flag", "resolve", free, *resolve[3:], "board")
    models.ok("publish", "one", "--ledger", "L", "--author", "Ada", "--now", "2026-11-30")
    free, _ = append(models, "flag", "raise", "--company", "acme.com", "--text", "t", "--author", "Bob", now="2026-11-30")
    models.ok("flag", "resolve", free, *resolve[3:5], "--now", "2026-11-30", *resolve[7:], "intern")  # the card of one says nothing


def test_publishing_is_gated(models):
    first, _ = json.loads(models.ok("publish", "one", "--ledger", "L", "--author", "Ada", "--format", "json"))["entry"], None
    assert first == 2
    p = models("publish", "odd", "--ledger", "L", "--rows", "universe.csv", "--author", "Ada")
    text, error = p.stdout.decode(), p.stderr.decode()
    assert p.returncode == 1 and "NO" in text and "published by" not in text
    figure = re.search(r"tier_change +fit +NO +(\d\.\d+) +0\.300000 +(.*)", text)
    assert float(figure.group(1)) > .3 and figure.group(2) in error, "the figures stand in both"
    tiers = {r["key"]: r["fit_tier"] for r in models.rows("scores.csv")}
    now = {r["key"]: r["fit_tier"] for r in table(models.ok("score", "odd", "universe.csv"))}
    share = sum(tiers[k] != now[k] for k in tiers) / len(tiers)
    assert abs(float(figure.group(1)) - share) < 1e-6
    assert len(history(models)) == 2, "a refusal leaves nothing"

    (models.folder / "loose.json").write_text('{"cllr":{"worse_by_micro":1000000},"tier_change":{"at_most_micro":1000000}}')
    report = json.loads(models.ok("publish", "odd", "--ledger", "L", "--rows", "universe.csv", "--gates", "loose.json", "--check", "--format", "json"))
    assert report["report"]["passed"] and report["entry"] is None
    moves = next(g for g in report["report"]["gates"] if g["gate"] == "tier_change")["moves"]
    assert sum(map(sum, moves)) == len(tiers) and sum(moves[t][t] for t in range(5)) == round(len(tiers) * (1 - share))

    anyway = ("publish", "odd", "--ledger", "L", "--rows", "universe.csv", "--anyway", "--author", "Ada")
    assert "authority and text" in models(*anyway).stderr.decode()
    assert "published by entry 4" in models.ok(*anyway, "--authority", "board", "--text", "new market")
    entry = history(models, "--kind", "version")[-1]["entry"]
    assert entry["data"]["anyway"] is True and entry["data"]["report"]["passed"] is False and entry["authority"] == "board"
    listed = table(models.ok("publish", "list", "--ledger", "L", "--format", "csv"))
    assert [r["gates"] for r in listed] == ["", "passed", "", "not passed"] and listed[-1]["now"] == "published"


def test_gates_and_calibration_files(models):
    ident = models.json("publish", "one", "--ledger", "L", "--check", "--format", "json")["report"]["candidate"]
    for verdict, code in (("holds", 0), ("overstates", 1)):
        (models.folder / "c.json").write_text(json.dumps({"version": 1, "model": ident, "layer": "fit", "verdict": verdict}))
        p = models("publish", "one", "--ledger", "L", "--check", "--calibration", "c.json")
        assert p.returncode == code and f"calibration of fit: {verdict}" in p.stdout.decode()
        assert models("publish", "two", "--ledger", "L", "--check", "--calibration", "c.json").returncode == 1, "of another model"
    (models.folder / "g.json").write_text('{"cllr":{"at_most_micro":"low"}}')
    assert models.refused("publish", "one", "--ledger", "L", "--author", "A", "--gates", "g.json") == "g.json:1:26: at_most_micro must be a whole number of millionths"
    assert models.refused("publish", "one", "--ledger", "L", "--author", "A", "--gates", "nowhere.json").startswith("nowhere.json: ")


def test_restore(models):
    for name in ("one", "two"):
        models.ok("publish", name, "--ledger", "L", "--author", "Ada")
    ident = models.json("publish", "two", "--ledger", "L", "--check", "--format", "json")["report"]["published"]
    append(models, "restore", ident[:8], "-o", "back", "--author", "Ada", now="2036-01-01")
    assert (models.folder / "back").read_bytes() == (models.folder / "two").read_bytes()
    append(models, "restore", "1", "-o", "back", "--author", "Ada", now="2036-01-01")
    assert (models.folder / "back").read_bytes() == (models.folder / "one").read_bytes()
    before = len(history(models))
    for wrong, text in (("99", "99: this entry names no model"), ("abcdef12", "abcdef12: no model of the ledger has this id, or an id that begins so"), (ident[:3], None)):
        message = models.refused("restore", wrong, "--ledger", "L", "-o", "gone", "--author", "Ada", "--now", "2036-01-01")
        assert text is None or message == text
    assert models.refused("restore", "1", "--ledger", "L", "--author", "Ada", code=2) == "-o FILE is missing"
    assert models.refused("restore", "1", "--ledger", "L", "-o", "no/such/folder/x", "--author", "Ada").startswith("no/such/folder/x: ")
    assert len(history(models)) == before and not (models.folder / "gone").exists()
    assert "does not run backwards" in models.refused("restore", "1", "--ledger", "L", "-o", "gone", "--author", "Ada", "--now", "2026-01-01")
    assert not (models.folder / "gone").exists(), "no file without its entry"
    (models.folder / "gone").mkdir()
    models.refused("restore", "1", "--ledger", "L", "-o", "gone", "--author", "Ada", "--now", "2036-01-01")
    assert len(history(models)) == before, "no entry without its file"


def test_tampering_is_named(book):
    for i in range(5):
        _, head = append(book, "review", "--text", f"look {i}", "--author", "Ada")
    _, kept = said(book, "ledger", "head", "--ledger", "L")
    assert kept == head

    def tampered(name, sql):
        shutil.copy(book.folder / "L", book.folder / name)
        db = sqlite3.connect(book.folder / name)
        for trigger, in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute(sql)
        db.commit()
        db.close()
        return book("ledger", "verify", "--ledger", name), book("ledger", "verify", "--ledger", name, "--head", kept)

    for p in tampered("edited", "UPDATE entries SET entry = replace(entry, 'look 2', 'seen 2') WHERE number = 3"):
        assert p.returncode == 1 and b"entry 3 was changed" in p.stderr
    for p in tampered("holed", "DELETE FROM entries WHERE number = 2"):
        assert p.returncode == 1 and b"entry 2 is missing" in p.stderr
    whole, against = tampered("cut", "DELETE FROM entries WHERE number > 3")
    assert whole.returncode == 0, "a cut tail is right in itself"
    assert against.returncode == 1 and b"entry 4 is missing: 3 are there, the expected head has 5; the tail was cut off" in against.stderr
    data = (book.folder / "L").read_bytes()
    (book.folder / "short").write_bytes(data[: len(data) // 2])
    assert "the file is cut short" in book.refused("ledger", "verify", "--ledger", "short")


def test_outcomes_of_a_file(book):
    rows = [["Key", "Outcome", "Date"]]
    words = {"Closed Won": "won", "lost": "lost", "renewed": "retained", "expanded": "retained", "CHURNED": "churned"}
    for i in range(40):
        rows.append([f"c{i},\"x\"", list(words)[i % 5], f"2026-0{1 + i % 9}-11" + ("T23:30:00-02:00" if i == 7 else "")])
    rows.append(rows[1])

    def write(name, rows):
        with open(book.folder / name, "w", newline="") as f:
            csv.writer(f).writerows(rows)

    write("bad.csv", rows + [["c", "perhaps", "2026-01-01"]])
    assert book.refused("outcome", "bad.csv", "--ledger", "L", "--author", "crm") == "bad.csv:42:2: won, lost, retained or churned is expected"
    write("bad.csv", rows + [["c", "won", "1/2/2026"]])
    assert "bad.csv:42:3: a date" in book.refused("outcome", "bad.csv", "--ledger", "L", "--author", "crm")
    write("bad.csv", rows + [["", "won", "2026-01-01"]])
    assert "bad.csv:42:1: the key is missing" in book.refused("outcome", "bad.csv", "--ledger", "L", "--author", "crm")
    assert history(book) == [], "nothing is written before all is right"

    write("part.csv", rows[:20])
    write("all.csv", rows)
    assert book.ok("outcome", "part.csv", "--ledger", "L", "--author", "crm", "--format", "csv").splitlines()[1].startswith("19,19,0,19:")
    assert book.ok("outcome", "all.csv", "--ledger", "L", "--author", "crm", "--format", "csv").splitlines()[1].startswith("41,21,20,40:")
    assert book.ok("outcome", "all.csv", "--ledger", "L", "--author", "crm", "--format", "csv").splitlines()[1].startswith("41,0,41,40:")
    entries = [e["entry"] for e in history(book)]
    assert [(e["key"], e["outcome"]) for e in entries] == [(r[0], words[r[1]]) for r in rows[1:41]]
    assert entries[7]["on"] == "2026-08-12", "the day in UTC"
    write("all.csv", rows)
    assert book.ok("outcome", "all.csv", "--ledger", "L", "--author", "crm", "--layer", "retention", "--format", "csv").splitlines()[1].startswith("41,40,1,80:")
    write("odd.csv", [["who", "what", "when"], ["a", "won", "2026-01-01"]])
    assert book.refused("outcome", "odd.csv", "--ledger", "L", "--author", "crm", code=2) == "no column is called as expected; name it with --key"
    book.ok("outcome", "odd.csv", "--ledger", "L", "--author", "crm", "--key", "who", "--type", "what", "--date", "when")


def test_an_interrupted_file_goes_on(book):
    (book.folder / "o.csv").write_text("key,outcome,on\n" + "".join(f"c{i},won,2026-01-02\n" for i in range(150)))
    command = [ICP, "outcome", "o.csv", "--ledger", "L", "--author", "crm"]
    p = subprocess.Popen(command, cwd=book.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    db = sqlite3.connect(f"file:{book.folder / 'L'}?mode=ro", uri=True, timeout=60)
    while p.poll() is None and db.execute("SELECT count(*) FROM entries").fetchone()[0] < 20:
        pass
    p.kill()
    p.wait()
    db.close()
    book.ok(*command[1:])
    keys = [e["entry"]["key"] for e in history(book)]
    assert keys == [f"c{i}" for i in range(150)]


def test_processes_write_at_once(book):
    command = "for i in 1 2 3 4 5 6 7 8; do \"$0\" review --ledger L --author $1 --text $i || exit 1; done"
    running = [subprocess.Popen(["sh", "-c", command, ICP, f"w{n}"], cwd=book.folder, stdout=subprocess.DEVNULL) for n in range(4)]
    assert [p.wait() for p in running] == [0] * 4
    book.ok("ledger", "verify", "--ledger", "L")
    entries = [e["entry"] for e in history(book)]
    for n in range(4):
        assert [e["text"] for e in entries if e["author"] == f"w{n}"] == [str(i) for i in range(1, 9)]


@pytest.mark.parametrize("arguments, text", [
    (("override", *OVERRIDE), "one of --company, --trait and --model is expected"),
    (("override", "--company", "a", "--trait", "b=c", *OVERRIDE), "only one of --company, --trait and --model is expected"),
    (("override", "--company", "a", *OVERRIDE, "--tier", "good"), '--tier: unknown tier "good"; known: Very Poor, Poor, Fair, Good, Excellent'),
    (("override", "--company", "a", *OVERRIDE, "--reason", "x"), '--reason: unknown reason "x"; known: context, thin_segment, categorical, other'),
    (("override", "--company", "a", *OVERRIDE, "--expiry", "soon"), '--expiry must be a date from 1970 on such as "2026-12-31"'),
    (("override", "--company", "a", *OVERRIDE, "--expiry", "2026-11-28"), "--expiry 2026-11-28 is over: it is the first day on which the override no longer counts"),
    (("override", "--company", " ", *OVERRIDE), "--company is empty"),
    (("override", "--company", "a", *OVERRIDE, "--layer", "x"), '--layer: unknown layer "x"; known: fit, intent, retention'),
    (("override", "--company", "a", *OVERRIDE, "--author", "a\nb"), "--author has a control character"),
    (("override", "--company", "a", *OVERRIDE[:-4]), "--author is missing"),
    (("override", "--company", "a", *OVERRIDE[:-2]), "--authority is missing"),
    (("override", "--company", "a", *OVERRIDE[2:]), "--tier is missing"),
    (("override", "withdraw", "one", "--text", "t", "--author", "a"), 'the number of an entry is expected, not "one"'),
    (("flag", "raise", "--company", "a", "--author", "a"), "--text is missing"),
    (("flag", "assign", "1", "--author", "a"), "--assignee is missing"),
    (("flag", "resolve", "1", "--author", "a", "--text", "t"), "--authority is missing"),
    (("review", "--author", "a"), "--text is missing"),
    (("review", "--author", "a", "--text", "t", "--next", "2027-02-29"), '--next must be a date from 1970 on such as "2026-12-31"'),
    (("change", "--author", "a", "--text", "t"), "--area is missing"),
    (("change", "--author", "a", "--text", "t", "--area", "x"), '--area: unknown area "x"; known: product, positioning, market, data, weights, other'),
    (("outcome", "--author", "a", "--company", "k", "--on", "2026-01-01"), "--outcome is missing"),
    (("outcome", "--author", "a", "--company", "k", "--outcome", "won"), "--on is missing"),
    (("outcome", "x.csv", "--author", "a", "--company", "k"), "--company, --outcome and --on are for one outcome, without FILE"),
    (("history", "--kind", "x"), '--kind is override, flag, review, outcome, version, card or change, not "x"'),
    (("ledger", "verify", "--head", "3:ab"), "--head must be a number and 64 hexadecimal digits with : between, as icp ledger head prints them"),
    (("publish", "model"), "--author is missing"),
])
def test_wrong_options_are_named(book, arguments, text):
    now = () if arguments[0] in ("history", "ledger", "publish") else ("--now", "2026-11-28")
    assert book.refused(*arguments, *now, "--ledger", "L", code=2) == text
    assert history(book) == []


def test_what_the_ledger_refuses(book):
    append(book, "flag", "raise", "--company", "a", "--text", "t", "--author", "a")
    assert book.refused("override", "withdraw", "1", "--ledger", "L", "--text", "t", "--author", "a") == 'refers to entry 1, which is not of kind "override"'
    assert book.refused("flag", "assign", "9", "--ledger", "L", "--assignee", "b", "--author", "a") == "refers to entry 9, which is not there"
    assert "does not run backwards" in book.refused("review", "--ledger", "L", "--text", "t", "--author", "a", "--now", "2026-11-27")
    assert book.refused("ledger", "create", "--ledger", "L") == "L: is there already"
    assert book.refused("history", "--ledger", "M") == "M: there is no such ledger; icp ledger create makes one"
    assert not (book.folder / "M").exists()
    (book.folder / "text").write_text("no ledger")
    assert "no ledger" in book.refused("history", "--ledger", "text")
    assert book.refused("history", code=2) == "--ledger is missing"
    assert len(history(book)) == 1


def test_text_from_standard_input(book):
    text = "first line\nsecond \"line\", ü\n"
    append(book, "review", "--text", "-", "--author", "Ada", input=text.encode())
    assert history(book)[0]["entry"]["text"] == text.rstrip("\n")
    assert book.refused("review", "--ledger", "L", "--text", "-", "--author", "Ada", input=b"", code=2) == "--text is empty"
    assert "UTF-8" in book.refused("review", "--ledger", "L", "--text", "-", "--author", "Ada", input=b"\xff\xfe")
    assert book.refused("review", "--ledger", "L", "--text", "-", "--author", "Ada", input=b"x" * 4001, code=2) == "--text is longer than 4000 bytes"


def test_the_clock_is_that_of_the_machine(book):
    import time
    before = time.time()
    said(book, "review", "--ledger", "L", "--text", "t", "--author", "a")
    assert before - 1 <= history(book)[0]["time"] / 1e6 <= time.time() + 1


def test_history(book):
    for i in range(6):
        append(book, "outcome", "--company", f"k{i % 2}", "--outcome", "won", "--on", "2026-01-01", "--author", "crm", now=f"2026-11-2{i}")
    append(book, "review", "--text", "one\ntwo", "--author", "Ada", now="2026-11-28T09:30Z")

    def numbers(*arguments):
        return [e["number"] for e in history(book, *arguments)]

    assert numbers() == [1, 2, 3, 4, 5, 6, 7]
    assert numbers("--company", "k1") == [2, 4, 6]
    assert numbers("--kind", "review") == [7]
    assert numbers("--since", "5") == [6, 7]
    assert numbers("--last", "2") == [6, 7]
    assert numbers("--last", "2", "--company", "k0") == [3, 5]
    assert numbers("--from", "2026-11-22", "--to", "2026-11-24") == [3, 4]
    lines = [json.loads(x) for x in book.ok("history", "--ledger", "L", "--format", "jsonl").splitlines()]
    assert lines == history(book)
    rows = table(book.ok("history", "--ledger", "L", "--format", "csv"))
    assert [r["hash"] for r in rows] == [e["hash"] for e in history(book)]
    assert rows[6]["text"] == "one\ntwo" and rows[6]["time"] == "2026-11-28T09:30:00Z" and rows[0]["says"] == "won, on 2026-01-01"
    drawn = book.ok("history", "--ledger", "L").splitlines()
    assert len(drawn) == 8 and drawn[7].endswith("one two")
    book.ok("history", "--ledger", "L", "-o", "h.csv", "--format", "csv")
    assert book.rows("h.csv") == rows


def test_help_of_every_command(icp):
    text = icp.ok("--help")
    for command in ("override list", "flag raise", "publish list", "ledger verify", "history"):
        assert f"  icp {command} " in text
        assert "--ledger" in icp.ok(*command.split(), "--help")
