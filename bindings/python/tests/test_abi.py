# SPDX-License-Identifier: MIT
"""The package and the C headers say the same, and every function of the library can be reached."""
import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import sys

import icp
import pytest
from icp import _abi, _library

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]

# Functions that Python needs not, and what does the same.
NOT_NEEDED = {
    "icp_status_name": "Error.name", "icp_batch_name": "Schema.infer", "icp_batch_cell": "rows", "icp_batch_rows": "len(Result)", "icp_batch_columns": "rows",
    "icp_record_set_text": "icp_record_set_all", "icp_record_set_number": "icp_record_set_all", "icp_record_set_time": "icp_record_set_all",
    "icp_record_add_item": "icp_record_set_all", "icp_record_clear": "icp_record_set_all",
    **{f"icp_{kind}_ref": "objects of Python are shared" for kind in ("accounts", "batch", "buffer", "context", "dataset", "decisions", "reference",
                                                                       "schema")},
}


def exported():
    names = set()
    for path in (TOP / "libicp" / "libicp.map", TOP / "libicp" / "ledger" / "ledger.map"):
        names |= set(re.findall(r"^\s+(icp_\w+);", path.read_text(), re.M))
    return names


def test_constants_structs_and_signatures_are_those_of_the_headers():
    done = subprocess.run([sys.executable, HERE.parent / "generate.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_exported_function_has_a_signature():
    assert exported() == set(_abi.SIGNATURES) | set(_abi.LEDGER_SIGNATURES)


def test_every_function_is_called_by_the_package_or_not_needed_for_a_reason():
    text = "".join(p.read_text() for p in sorted((HERE.parent / "icp").glob("*.py")) if p.name != "_abi.py")
    called = set(re.findall(r"\bicp_[a-z_]+", text))
    assert exported() - called == set(NOT_NEEDED) - called
    assert not set(NOT_NEEDED) & called, "these are called all the same"


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_structs_have_the_layout_of_the_compiler(tmp_path):
    lines = ["#include <icp/icp.h>", "#include <icp/ledger.h>", "#include <stdio.h>", "int main(void) {"]
    for name, kind in _abi.STRUCTS.items():
        lines.append(f'    printf("{name} %zu\\n", sizeof(struct {name}));')
        for field, *_ in kind._fields_:
            lines.append(f'    printf("{name}.{field} %zu\\n", offsetof(struct {name}, {field.rstrip("_")}));')
    (tmp_path / "layout.c").write_text("\n".join(lines + ["    return 0;", "}", ""]))
    subprocess.run(["cc", "-I", TOP / "include", "-o", tmp_path / "layout", tmp_path / "layout.c"], check=True)
    of_c = dict(line.split() for line in subprocess.run([tmp_path / "layout"], capture_output=True, text=True, check=True).stdout.splitlines())
    of_python = {name: str(ctypes.sizeof(kind)) for name, kind in _abi.STRUCTS.items()}
    of_python.update({f"{name}.{field}": str(getattr(kind, field).offset) for name, kind in _abi.STRUCTS.items() for field, *_ in kind._fields_})
    assert of_python == of_c


def test_versions():
    assert icp.library_version() == icp.__version__
    assert _library._check_version(0x000100) is None and _library._check_version(0x000107) is None
    for other in (0x000000, 0x000200, 0x010000):
        with pytest.raises(ImportError, match="needs libicp 0.1, but .* is"):
            _library._check_version(other)


def run(code, **environment):
    path = os.pathsep.join(p for p in sys.path if p)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", env={**os.environ, "PYTHONPATH": path, **environment})


@pytest.mark.skipif("ICP_BUILD" not in os.environ, reason="the library is inside the package")
def test_a_library_that_is_absent_or_another_one_is_said_clearly(tmp_path):
    done = run("import icp", ICP_LIBRARY="/nowhere/libicp.so.0")
    assert done.returncode == 1 and "libicp was not found (/nowhere/libicp.so.0" in done.stderr and "set ICP_LIBRARY" in done.stderr
    (tmp_path / "other.c").write_text("#include <stdint.h>\nuint32_t icp_version(void) { return 0x020000; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "other.so", tmp_path / "other.c"], check=True)
    done = run("import icp", ICP_LIBRARY=str(tmp_path / "other.so"))
    assert done.returncode == 1 and "needs libicp 0.1" in done.stderr and "is 2.0.0" in done.stderr
    (tmp_path / "other.c").write_text("#include <stdint.h>\nuint32_t icp_version(void) { return 0x000100; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "other.so", tmp_path / "other.c"], check=True)
    done = run("import icp", ICP_LIBRARY=str(tmp_path / "other.so"))
    assert done.returncode == 1 and "has no icp_account_add" in done.stderr


def test_importing_needs_no_other_package():
    done = run("import sys, icp; print(sorted({m.partition('.')[0] for m in sys.modules} & {'numpy', 'pandas', 'polars', 'pyarrow', 'duckdb'}))")
    assert done.stdout == "[]\n", done.stderr


def test_every_public_name_says_what_it_is_and_since_when():
    for name in icp.__all__:
        assert getattr(icp, name).__doc__, name
    for name in icp.__all__:
        thing = getattr(icp, name)
        public = [m for m in vars(thing) if not m.startswith("_")] if isinstance(thing, type) and not hasattr(thing, "_fields") else []
        for member in public:
            value = vars(thing)[member]
            if isinstance(value, (property, classmethod)) or callable(value):
                assert getattr(thing, member).__doc__ or name == "Score", f"{name}.{member}"


def test_options_are_those_of_the_classes():
    import inspect
    from icp.fit import FitOptions
    from icp.scorer import ScorerOptions
    for options, kind in ((FitOptions, icp.Fit), (ScorerOptions, icp.Scorer)):
        assert list(options.__annotations__) and set(options.__annotations__) == {
            name for name, p in inspect.signature(kind).parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}
