# SPDX-License-Identifier: MIT
"""Completion and the man page say what the command's tables say; the scripts are run in their shells."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from conftest import ICP, TOP

SCRIPTS = TOP / "examples/icp/completion"
COMMANDS = re.findall(r"^  icp ((?:[a-z]+ ?)+)", subprocess.run([ICP, "--help"], capture_output=True, text=True, check=True).stdout, re.M)
COMMANDS = [c.strip() for c in COMMANDS]


def candidates(icp, *words):
    return [line.split("\t")[0] for line in icp.ok("--complete", "--", *words).splitlines()]


def options(icp, command):
    """Name, value and text of each, from --help."""
    return re.findall(r"^  (-\S+) (\S*) +(.*)", icp.ok(*command.split(), "--help"), re.M)


def test_every_command_is_offered(icp):
    assert len(COMMANDS) > 30
    assert candidates(icp, "") == list(dict.fromkeys(c.split()[0] for c in COMMANDS))
    for first in {c.split()[0] for c in COMMANDS if " " in c}:
        files = [":files"] if first == "publish" else []  # icp publish MODEL, and icp publish list
        assert candidates(icp, first, "") == [c.split()[1] for c in COMMANDS if c.split()[0] == first and " " in c] + files
    assert candidates(icp, "refer") == ["reference"]
    assert candidates(icp, "-") == ["--help", "--version"]
    assert candidates(icp, "nonsense", "") == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_offered_with_its_choices(icp, command):
    words = command.split()
    found = options(icp, command)
    assert candidates(icp, *words, "-") == [name for name, _, _ in found] + ["--help"]
    for name, value, text in found:
        offered = candidates(icp, *words, name, "") if value else []
        if name == "--format":
            assert offered == text.removeprefix("form of the output: ").split(";")[0].split("|")
        elif value in ("FILE", "REF", "MODEL"):
            assert offered == [":files"]
        else:
            assert all(word in text for word in offered), (offered, text)
            if value != "COL" and re.search(r"\w+, (\w+, )*\w+ or \w+(; default.*)?$", text):
                assert offered, text
        if offered and name.startswith("--") and offered != [":files"]:
            assert candidates(icp, *words, f"{name}={offered[-1][:2]}")[-1] == f"{name}={offered[-1]}"


def test_what_was_given_is_not_offered_again_unless_it_repeats(icp):
    left = candidates(icp, "score", "--format", "csv", "--events", "a", "--threads=2", "m", "-")
    assert "--events" in left and not {"--format", "--threads"} & set(left)
    assert candidates(icp, "score", "--quiet", "--format", "t") == ["table"]


def test_files_are_asked_for_where_they_are_taken(icp):
    assert candidates(icp, "score", "m") == candidates(icp, "score", "m", "") == candidates(icp, "reference", "merge", "a", "b", "") == [":files"]
    assert candidates(icp, "score", "m", "f", "") == candidates(icp, "history", "") == candidates(icp, "flag", "assign", "") == []
    assert candidates(icp, "score", "--", "m", "-") == [":files"]
    assert candidates(icp, "restore", "") == [] and candidates(icp, "restore", "2", "-o", "x") == [":files"]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "my file.csv").touch()
    (tmp_path / "model.icp").touch()
    return {"cwd": tmp_path, "env": {**os.environ, "PATH": f"{pathlib.Path(ICP).parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}, "check": True,
            "capture_output": True, "text": True}


# Words as bash parts them: = stands alone.
@pytest.mark.parametrize("words, replies", [
    (["sco"], ["score"]), (["score", "my"], ["my file.csv"]), (["score", "--format", "="], ["csv", "jsonl", "json", "table"]),
    (["score", "--format", "=", "ta"], ["table"]), (["score", "--format", "j"], ["jsonl", "json"]), (["override", "--tier", "V"], ["Very\\ Poor"]),
    (["score", "--decisions", "=", "m"], ["my file.csv", "model.icp"]), (["score", "--fo"], ["--format"]), (["flag", "re"], ["resolve"]), (["score", "m", "f", "g"], []),
], ids=" ".join)
def test_bash(words, replies, files):
    script = """source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); [[ $(complete -p icp) == *"-F _icp icp" ]] && _icp
for r in "${COMPREPLY[@]}"; do echo "$r"; done"""
    p = subprocess.run(["bash", "--norc", "-c", script, "bash", SCRIPTS / "icp.bash", "icp", *words], **files)
    assert sorted(p.stdout.splitlines()) == sorted(replies) and p.stderr == ""


@pytest.mark.parametrize("line, replies", [("sco", ["score"]), ("score --format=t", ["--format=table"]), ("score --decisions=mo", ["--decisions=model.icp"]),
                                           ("override --tier V", ["Very Poor"]), ("score mo", ["model.icp"])])
def test_fish(line, replies, files):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    p = subprocess.run(["fish", "--no-config", "-c", f"source {SCRIPTS / 'icp.fish'}; complete -C 'icp {line}'"], **files)
    assert [r.split("\t")[0] for r in p.stdout.splitlines()] == replies


def test_zsh_reads_its_script():
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    subprocess.run(["zsh", "-n", SCRIPTS / "icp.zsh"], check=True)
    assert (SCRIPTS / "icp.zsh").read_text().startswith("#compdef icp\n")


def test_the_man_page_says_all_that_help_says(icp):
    page = icp.ok("--man")
    plain = re.sub(r"\\f[BIR]", "", page).replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")
    assert page.startswith(".TH ICP 1 ")
    for command in COMMANDS:
        part = re.search(rf"^\.SS icp {command}\n(.*?)(?=^\.S)", plain, re.M | re.S).group(1)
        lines = icp.ok(*command.split(), "--help").splitlines()
        assert lines[0].removeprefix("usage: ") in part and lines[2] in part
        assert re.search(r"Options:\n(.*)\.$", part, re.S).group(1).split(",\n") == [name for name, _, _ in options(icp, command)]
        for name, value, text in options(icp, command):
            if name != "--format":
                assert re.search(rf"^\.TP\n{name}( {re.escape(value)})?\n{re.escape(text)}[ .]", plain, re.M), (name, text)


def test_the_man_page_is_well_formed(icp, tmp_path):
    if not shutil.which("mandoc"):
        pytest.skip("mandoc is not installed")
    (tmp_path / "icp.1").write_text(icp.ok("--man"))
    p = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", tmp_path / "icp.1"], capture_output=True, text=True)
    assert (p.returncode, p.stdout) == (0, "")
