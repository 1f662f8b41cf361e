# SPDX-License-Identifier: MIT
"""Threads, callbacks, the order in which objects go, memory, fork, pickles."""
import copy
import gc
import os
import pickle
import random
import signal
import subprocess
import sys
import threading

import icp
import pytest

HERE = os.path.dirname(os.path.abspath(__file__))


def rss():
    """Resident memory in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_eight_threads_on_one_model_give_what_one_gives(timing, golden, companies):
    expected = timing.score(companies).to_dict()
    singles = [timing.score_one(row) for row in companies[:200]]
    found, failed = [None] * 8, []

    def work(i):
        try:
            rows = companies if i % 2 else golden / "companies.csv"
            for _ in range(3):
                found[i] = timing.score(rows).to_dict()
            assert [timing.score_one(row) for row in companies[:200]] == singles
        except BaseException as error:
            failed.append(error)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and all(one == expected for one in found)


def test_threads_of_a_fit_do_not_change_it(reference, model, golden):
    assert icp.fit(golden / "customers.csv", reference, threads=3) == model


def test_other_threads_run_during_a_call(golden, reference):
    counted, done = [0], threading.Event()

    def count():
        while not done.is_set():
            counted[0] += 1
            done.wait(0.0005)
    thread = threading.Thread(target=count)
    thread.start()
    before = counted[0]
    icp.fit(golden / "customers.csv", reference)
    done.set()
    thread.join()
    assert counted[0] > before + 3


def test_progress_is_called_and_stops_the_call(reference, golden):
    seen = []
    model = icp.fit(golden / "customers.csv", reference, progress=lambda done, total: seen.append((done, total)))
    assert seen and all(done >= 0 and total >= 0 for done, total in seen)
    with pytest.raises(icp.CancelledError):
        icp.fit(golden / "customers.csv", reference, progress=lambda done, total: len(seen))
    assert icp.fit(golden / "customers.csv", reference, progress=lambda done, total: 0) == model


def test_what_a_callback_raises_comes_out_as_itself(reference, golden):
    class Broken(Exception):
        pass

    def progress(_done, _total):
        raise Broken("stop")
    for kind, function in ((Broken, progress), (KeyboardInterrupt, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))):
        with pytest.raises(kind):
            icp.fit(golden / "customers.csv", reference, progress=function)
    with pytest.raises(TypeError):
        icp.fit(golden / "customers.csv", reference, progress=lambda: 0)

    def log(*_said):
        raise Broken("said too much")
    context = icp.Context(log=log)
    there = icp.Reference.build(golden / "companies.csv", key="domain", context=context)
    with pytest.raises(Broken):
        icp.fit(["quicklink0.example", "nobody.example"], there, allow_few=True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # where it strikes at the door of a callback ctypes says so
@pytest.mark.parametrize("round", range(5))
def test_control_c_stops_a_long_call(golden, reference, round):
    stopped = threading.Event()

    def press():  # again after a second: one that strikes at the door of a progress callback is lost in ctypes
        wait = 0.01 + round * 0.003
        while not stopped.wait(wait):
            os.kill(os.getpid(), signal.SIGINT)
            wait = 1.0
    rows = ({"domain": f"d{i}", "industry": "x"} for i in range(3_000_000))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background is started with it ignored
    presser = threading.Thread(target=press)
    try:
        presser.start()
        with pytest.raises((KeyboardInterrupt, icp.FormatError)):  # rows cut off in the middle of a line, but never taken for the whole
            icp.Reference.build(rows)
    finally:
        stopped.set()
        presser.join()
        signal.signal(signal.SIGINT, before)


def test_the_log_is_told(golden):
    said = []
    context = icp.Context(log=lambda level, code, text: said.append((level, code, text)))
    reference = icp.Reference.build(golden / "companies.csv", key="domain", context=context)
    icp.fit(["quicklink0.example", "bluehub1.example", "nobody.example"], reference, allow_few=True)
    assert said and {level for level, _, _ in said} <= {"note", "warning"} and all(text for _, _, text in said)


def test_objects_may_go_in_any_order(golden, companies, tmp_path):
    for seed in range(8):
        rng = random.Random(seed)
        context = icp.Context()
        reference = icp.Reference.build(golden / "companies.csv", key="domain", context=context)
        model = icp.Model.load(golden / "model-1.icp", context=context)
        scorer = icp.Scorer(model, reasons=3)
        result = scorer.score(companies[:50])
        score = scorer.score_one(companies[0])
        made = {"context": context, "reference": reference, "model": model, "scorer": scorer, "result": result, "schema": model.schema,
                "traits": model.traits(), "distribution": model.distribution(), "row": result[0], "score": score, "batches": scorer.batches(companies)}
        next(made["batches"])
        del context, reference, model, scorer, result, score
        order = list(made)
        rng.shuffle(order)
        for name in order[:-1]:
            del made[name]
            if rng.random() < .3:
                gc.collect()
            if "result" in made:
                assert len(made["result"]) == 50 and made["result"].reasons()[0]
            if "row" in made:
                assert made["row"].score == 485
            if "traits" in made:
                assert made["traits"][0].id
            if "scorer" in made:
                assert made["scorer"].score_one(companies[0]).score == 485


@pytest.mark.parametrize("code", [
    "held = [model, result, scorer, reference]",
    "import builtins; builtins.held = [scorer, result]",
    "class Cycle: pass\ncycle = Cycle(); cycle.self = cycle; cycle.held = [model, scorer, result]",
    "import atexit; atexit.register(lambda: print(model.score(rows)[0].score, end=''))",
    "scorer.batches(rows).__next__()",
    "import threading; threading.Thread(target=lambda: model.score_one(rows[0])).start()",
])
def test_the_interpreter_ends_in_peace(code, golden):
    start = f"""
import icp
rows = [{{"domain": "a", "industry": "Insurance"}}] * 3
reference = icp.Reference.build({str(golden / 'companies.csv')!r}, key="domain")
model = icp.Model.load({str(golden / 'model-1.icp')!r})
scorer = icp.Scorer(model)
result = scorer.score(rows)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-X", "dev", "-c", start + code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_a_child_of_fork_goes_on(model, companies):
    expected = model.score(companies).to_dict()
    child = os.fork()
    if child == 0:
        ok = model.score(companies).to_dict() == expected and model.score_one(companies[0]).score == expected["fit_score"][0]
        os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_pickles_and_copies_are_the_same(model, timing, reference, companies):
    for one in (model, timing, reference, model.schema, model.distribution(), model.score_one(companies[0]), model.info, model.traits()[3]):
        assert pickle.loads(pickle.dumps(one)) == one
        assert copy.deepcopy(one) == one
    assert pickle.loads(pickle.dumps(model)).to_bytes() == model.to_bytes()
    assert copy.copy(model) is model and copy.deepcopy([reference])[0] is reference


def test_files_bytes_and_maps_are_the_same_model(model, reference, tmp_path, companies):
    model.save(tmp_path / "m.icp")
    reference.save(tmp_path / "r.icpref")
    with open(tmp_path / "again.icp", "wb") as file:
        model.save(file)
    assert (tmp_path / "m.icp").read_bytes() == (tmp_path / "again.icp").read_bytes() == model.to_bytes()
    expected = model.score(companies).to_dict()
    for loaded in (icp.Model.load(tmp_path / "m.icp"), icp.Model.load(str(tmp_path / "m.icp"), map=True), icp.Model.from_bytes(model.to_bytes()),
                   icp.Model.load(open(tmp_path / "m.icp", "rb"))):
        assert loaded == model and loaded.score(companies).to_dict() == expected and loaded.score_one(companies[0]).score == expected["fit_score"][0]
    assert icp.Reference.load(tmp_path / "r.icpref") == reference
    mapped = icp.Model.load(tmp_path / "m.icp", map=True)
    for wrong, kind in (("absent.icp", icp.IoError), ("empty.icp", icp.FormatError), ("other.icp", icp.FormatError)):
        if wrong != "absent.icp":
            (tmp_path / wrong).write_bytes(b"x" * 200 if wrong == "other.icp" else b"")
        with pytest.raises(kind):
            icp.Model.load(tmp_path / wrong, map=True)
    carded = mapped.with_card({"owner": "Jane"})
    (tmp_path / "m.icp").unlink()
    del mapped
    gc.collect()
    assert carded.card == {"owner": "Jane"} and carded.score(companies).to_dict() == expected


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc")
def test_many_calls_leave_nothing_behind(model, companies):
    rows, scorer = companies[:20], icp.Scorer(model)

    def once():
        for _ in range(500):
            for row in rows:
                scorer.score_one(row)
            scorer.explain(rows[0])
            with pytest.raises(icp.UnsupportedError):
                model.layer("intent")
        for _ in range(20):
            model.score(companies).to_dict()
            icp.Model.from_bytes(model.to_bytes()).schema
            list(model.traits())
    once()
    gc.collect()
    before = rss()
    once()
    once()
    gc.collect()
    assert rss() - before < 4 << 20
