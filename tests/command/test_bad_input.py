# SPDX-License-Identifier: MIT
"""What is refused: the exact message, exit code 1, and no output file."""
import os
import resource
import signal
import subprocess

import pytest
from conftest import ICP

UNIVERSE = "key,industry,size\n" + "".join(f"c{i},{'Bank' if i % 3 else 'Farm'},{i % 50}\n" for i in range(300))
CUSTOMERS = "key\n" + "".join(f"c{i}\n" for i in range(1, 90, 3))


@pytest.fixture
def small(icp):
    (icp.folder / "u.csv").write_text(UNIVERSE)
    (icp.folder / "c.csv").write_text(CUSTOMERS)
    icp.ok("reference", "build", "--key", "key", "-o", "ref", "u.csv", "--quiet")
    icp.ok("fit", "--reference", "ref", "--customers", "c.csv", "-o", "model", "--quiet")
    icp.ok("score", "model", "u.csv", "-o", "scores.csv")
    return icp


def nothing_left(icp):
    assert not (icp.folder / "out").exists()
    assert not [p for p in os.listdir(icp.folder) if "tmp" in p or p.startswith(".")]


INPUTS = [  # content of the file, words that the message must hold, in reference build, fit --customers and score
    (b"", "empty"),
    (b"\n\n\n", "no header"),
    (b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x01\x02\x03\x00" * 40, "binary"),
    (b"key,industry,Industry \nc1,a,b\n", "industry"),
    (b"key,industry\nc1,\"open\nc2,x\n", "quote"),
    (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03broken", "gzip"),
    (b'{"key": "c1", "industry" "x"}\n', "expected"),
]


@pytest.mark.parametrize("content,words", INPUTS, ids=[w + str(i) for i, (_, w) in enumerate(INPUTS)])
def test_unreadable_files(small, content, words):
    (small.folder / "bad").write_bytes(content)
    for command in (("reference", "build", "--key", "key", "-o", "out", "bad"), ("fit", "--reference", "ref", "--customers", "bad", "-o", "out"),
                    ("fit", "--reference", "ref", "--customers", "c.csv", "--universe", "bad", "-o", "out"), ("score", "model", "bad", "-o", "out"),
                    ("schema", "bad", "-o", "out")):
        message = small.refused(*command)
        assert message.startswith("bad") and words in message.lower(), message
        nothing_left(small)


def test_header_only(small):
    (small.folder / "head.csv").write_text("key,industry\n")
    message = small.refused("reference", "build", "--key", "key", "-o", "out", "head.csv")
    assert "row" in message
    message = small.refused("fit", "--reference", "ref", "--customers", "head.csv", "-o", "out")
    assert "customer" in message
    small.ok("score", "model", "head.csv", "-o", "scores0.csv")  # nothing to score is not an error
    assert (small.folder / "scores0.csv").read_text().count("\n") == 1
    nothing_left(small)


def test_no_key_column(small):
    (small.folder / "u2.csv").write_text("a,b\n1,2\n3,4\n")
    assert "nokey" in small.refused("reference", "build", "--key", "nokey", "-o", "out", "u2.csv")
    assert "u2.csv" in small.refused("reference", "build", "-o", "out", "u2.csv")
    assert "nokey" in small.refused("score", "model", "u.csv", "--key", "nokey", "-o", "out")
    assert "key" in small.refused("fit", "--reference", "ref", "--customers", "u2.csv", "-o", "out")
    nothing_left(small)


def test_no_customer_matched(small):
    (small.folder / "others.csv").write_text("key\n" + "".join(f"x{i}\n" for i in range(40)))
    message = small.refused("fit", "--reference", "ref", "--customers", "others.csv", "-o", "out")
    assert "40" in message and "customer" in message
    nothing_left(small)


def test_all_customers_identical(small):
    """Rows that all say the same amount to one customer: refused, or allowed and then said in every result."""
    (small.folder / "same.csv").write_text("key,industry,size\n" + "".join(f"n{i},Bank,7\n" for i in range(40)))
    message = small.refused("fit", "--reference", "ref", "--customers", "same.csv", "-o", "out")
    assert message == "all 40 customers are identical in every column, so they amount to 1; at least 20 are needed"
    nothing_left(small)
    small.ok("fit", "--reference", "ref", "--customers", "same.csv", "--allow-few", "-o", "m", "--quiet")
    small.ok("score", "m", "u.csv", "-o", "s.csv")
    rows = small.rows("s.csv")
    assert all("few_customers" in r["flags"] and r["confidence"] in ("Low", "Insufficient") for r in rows)
    best = max(rows, key=lambda r: float(r["fit_evidence"]))
    assert int(best["key"][1:]) % 3 and int(best["key"][1:]) % 50 in range(3, 12)
    (small.folder / "one.csv").write_text("key\n" + "c1\n" * 40)
    message = small.refused("fit", "--reference", "ref", "--customers", "one.csv", "-o", "out")
    assert "1 customer" in message and "20" in message
    nothing_left(small)


def test_wrong_kind_of_file(small):
    assert "model" in small.refused("fit", "--reference", "model", "--customers", "c.csv", "-o", "out")
    assert "reference" in small.refused("score", "ref", "u.csv", "-o", "out")
    assert "CSV" in small.refused("score", "scores.csv", "u.csv", "-o", "out")
    assert "fit_score" in small.refused("distribution", "u.csv", "-o", "out")
    nothing_left(small)


def test_places(small):
    (small.folder / "d").mkdir()
    for command in (("score", "d", "u.csv"), ("reference", "show", "d")):
        assert small.refused(*command, "-o", "out") == "d: is a directory"
    for command in (("schema", "d"), ("score", "model", "d")):
        assert "no table in this folder" in small.refused(*command, "-o", "out")
    assert "no such file" in small.refused("schema", "absent.csv")
    assert "directory" in small.refused("score", "model", "u.csv", "-o", "d")
    assert "u.csv" in small.refused("score", "model", "u.csv", "-o", "u.csv/below")
    nothing_left(small)


def test_a_full_disk(small):
    for command in (("reference", "build", "--key", "key", "u.csv"), ("fit", "--reference", "ref", "--customers", "c.csv"), ("score", "model", "u.csv"),
                    ("schema", "u.csv"), ("traits", "model")):
        assert "/dev/full" in small.refused(*command, "-o", "/dev/full")


def test_a_small_disk_keeps_the_old_file(small):
    """A file-size limit fails as a full disk does, in the middle of writing beside the target."""
    (small.folder / "out").write_text("old")
    p = subprocess.run([ICP, "score", "model", "u.csv", "-o", "out"], cwd=small.folder, capture_output=True,
                       preexec_fn=lambda: (resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)))
    assert p.returncode == 1 and p.stderr.startswith(b"icp: out") and p.stderr.count(b"\n") == 1
    assert (small.folder / "out").read_text() == "old"
    (small.folder / "out").unlink()
    nothing_left(small)


@pytest.mark.skipif(bool(os.environ.get("ICP_SANITIZED")), reason="address space of the sanitizer")
@pytest.mark.parametrize("head", [b"", b"key,industry\nc1,"], ids=["header", "row"])
def test_a_line_of_1_gb_in_bounded_memory(small, head):
    p = subprocess.Popen([ICP, "score", "model", "-", "-o", "out"], cwd=small.folder, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20)))
    block = b"a" * (1 << 20)
    try:
        p.stdin.write(head)
        for _ in range(1024):
            p.stdin.write(block)
    except BrokenPipeError:
        pass
    try:
        p.stdin.close()
    except BrokenPipeError:
        pass
    message = p.stderr.read().decode()
    assert p.wait(60) == 1
    assert "limit" in message or "longer" in message or "large" in message, message
    assert message.count("\n") == 1
    nothing_left(small)


def test_newer_and_damaged_files_are_refused(small):
    model = bytearray((small.folder / "model").read_bytes())
    for at in (3, 9, 40, len(model) // 2, len(model) - 3):
        bad = bytearray(model)
        bad[at] ^= 0x40
        (small.folder / "bad").write_bytes(bad)
        assert small.refused("score", "bad", "u.csv", "-o", "out").startswith("bad: ")
    for n in (0, 7, 63, len(model) // 2, len(model) - 1):
        (small.folder / "bad").write_bytes(model[:n])
        assert small.refused("score", "bad", "u.csv", "-o", "out").startswith("bad: ")
    nothing_left(small)
