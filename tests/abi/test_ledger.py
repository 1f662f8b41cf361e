# SPDX-License-Identifier: MIT
"""libicp-ledger: what it exports and needs, that the core knows nothing of it, and that programs can be built with it."""
import os
import pathlib
import re
import subprocess

import pytest

TOP = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ["ICP_BUILD"])
CORE, CORE_STATIC = BUILD / "libicp.so.0.1.0", BUILD / "libicp.a"
SHARED, STATIC = BUILD / "libicp/ledger/libicp-ledger.so.0.1.0", BUILD / "libicp/ledger/libicp-ledger.a"
CLIENT = """#include <icp/icp.h>
#include <icp/ledger.h>
#include <string.h>
int main(int n, char **v) {
    static const char entry[] = "{\\"kind\\":\\"review\\",\\"author\\":\\"Ada\\",\\"text\\":\\"seen\\"}";
    struct icp_ledger_head head = {.struct_size = sizeof head}, now = head;
    icp_context *c;
    icp_ledger *l;
    icp_buffer *json;
    struct icp_str s;
    if (n < 2 || icp_context_new(0, &c, 0) || icp_ledger_open(c, v[1], ICP_LEDGER_CREATE, &l, 0)) return 1;
    if (icp_ledger_append(l, 5, entry, sizeof entry - 1, &head, 0) || icp_ledger_verify(l, &head, &now, 0) || now.entries != head.entries) return 2;
    if (icp_ledger_entries(l, 0, &json, 0) || icp_buffer_data(json, &s) || !strstr(s.data, "\\"seen\\"")) return 3;
    icp_buffer_unref(json);
    icp_ledger_free(l);
    icp_context_unref(c);
    return 0;
}
"""

if not SHARED.exists():
    pytest.skip("built without the ledger", allow_module_level=True)


def run(*command, **more):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, **more).stdout


def declared():
    text = re.sub(r"/\*.*?\*/", "", (TOP / "include/icp/ledger.h").read_text(), flags=re.S)
    return set(re.findall(r"ICP_API\b[^;]*?\b(icp_\w+)\s*\(", text))


def needed(library):
    return set(re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", library)))


def test_map_header_and_exports_are_the_same():
    text = (TOP / "libicp/ledger/ledger.map").read_text()
    names = set(re.findall(r"(icp_\w+);", text.split("local:")[0]))
    assert names == declared() and "*;" in text.split("local:")[1]
    out = run("nm", "-D", "--defined-only", "--with-symbol-versions", SHARED)
    assert {line.split()[-1] for line in out.splitlines()} - {"ICP_LEDGER_0.1"} == {f"{n}@@ICP_LEDGER_0.1" for n in names}


def test_of_the_core_it_uses_public_functions_only():
    public = {line.split()[-1].split("@")[0] for line in run("nm", "-D", "--defined-only", CORE).splitlines()}
    used = {line.split()[-1].split("@")[0] for line in run("nm", "-D", "-u", SHARED).splitlines() if " icp_" in line}
    assert used and used <= public


def test_the_core_needs_no_sqlite():
    assert not any("sqlite" in n for n in needed(CORE))
    assert "sqlite3_" not in run("nm", "-u", CORE_STATIC)
    assert any("sqlite3" in n for n in needed(SHARED)) and "libicp.so.0" in needed(SHARED)


def test_it_touches_no_process_wide_state():
    text = run("nm", "-u", STATIC)
    assert not re.search(r"sqlite3_(config|initialize|shutdown|vfs_register|soft_heap|hard_heap|enable_shared|auto_ext)", text)
    assert not re.search(r" U (malloc|calloc|realloc|free|getenv|time|clock_gettime|printf|strerror|setlocale)$", text, re.M)
    for line in run("nm", "-A", STATIC).splitlines():
        assert line.split()[-2] not in "bBDcC", line


def test_the_static_one_goes_with_the_static_core(tmp_path):
    (tmp_path / "client.c").write_text(CLIENT)
    run("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-DICP_STATIC", "-I", TOP / "include", tmp_path / "client.c", STATIC, CORE_STATIC, "-o", tmp_path / "client",
        "-lsqlite3", "-lz", "-lpthread", "-lm")
    run(tmp_path / "client", tmp_path / "book")
    assert (tmp_path / "book").exists()


def test_plain_sqlite_and_python_follow_the_documented_hash(tmp_path):
    """doc/ledger.md says how to check a ledger without this library."""
    (tmp_path / "client.c").write_text(CLIENT)
    run("gcc", "-std=c11", "-I", TOP / "include", tmp_path / "client.c", "-o", tmp_path / "client", "-L", SHARED.parent, "-L", BUILD, "-licp-ledger", "-licp",
        f"-Wl,-rpath,{BUILD}:{SHARED.parent}")
    for _ in range(3):
        run(tmp_path / "client", tmp_path / "book")
    code = re.search(r"```python\n(.*?)```", (TOP / "doc/ledger.md").read_text(), re.S).group(1)
    assert run("python3", "-c", code, tmp_path / "book") == "3 entries, intact\n"
    connection = __import__("sqlite3").connect(tmp_path / "book")
    connection.executescript("DROP TRIGGER entries_stay; UPDATE entries SET entry = replace(entry, 'seen', 'unseen') WHERE number = 2")
    connection.close()
    assert subprocess.run(["python3", "-c", code, tmp_path / "book"], capture_output=True, text=True).stdout == "entry 2 was changed\n"


def test_without_sqlite_the_rest_is_built_all_the_same(tmp_path):
    run("meson", "setup", tmp_path / "build", TOP, "-Dtests=false", "-Dledger=disabled")
    targets = run("ninja", "-C", tmp_path / "build", "-t", "targets", "all")
    assert "libicp.so" in targets and "icp-ledger" not in targets


def test_without_sqlite_the_command_says_that_it_has_no_ledger(tmp_path):
    folder = TOP / "examples/icp"
    plain, ledger = re.fullmatch(r"(.*?)\nif sqlite\.found\(\)(.*?)\nelse.*", (folder / "meson.build").read_text(), re.S).groups()
    names = [n for n in re.findall(r"'(\w+\.c)'", plain)] + ["no_ledger.c"]
    assert sorted(names + re.findall(r"'(\w+\.c)'", ledger)) == sorted(p.name for p in folder.glob("*.c"))
    run("gcc", "-std=c11", "-O0", "-D_POSIX_C_SOURCE=200809L", "-I", TOP / "include", *(folder / n for n in names), "-o", tmp_path / "icp", "-L", BUILD, "-licp", "-lm",
        "-lpthread", f"-Wl,-rpath,{BUILD}")
    for command in ("history --ledger x", "ledger create --ledger x", "override --ledger x --company a", "publish m --ledger x --author a", "flag resolve 1 --ledger x"):
        p = subprocess.run([tmp_path / "icp", *command.split()], capture_output=True, text=True, cwd=tmp_path)
        assert (p.returncode, p.stderr) == (1, "icp: this build has no ledger: it was made without SQLite\n"), command
    assert not (tmp_path / "x").exists()
