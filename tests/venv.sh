#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a virtual environment with what tests of bindings need from PyPI, and with the Python package, built and installed as anybody would.
#
#   tests/venv.sh DIRECTORY
#
# An environment that is there already is kept while this file is the same; the package is always installed anew. Says SKIP and succeeds, and leaves no
# .stamp in it, where packages cannot be had.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
where=${1:?usage: venv.sh DIRECTORY}
stamp=$(cksum <"$0")
if [ "$(cat "$where/.stamp" 2>/dev/null)" != "$stamp" ]; then
    rm -rf "$where"
    if ! python3 -m venv "$where" || ! "$where/bin/pip" install -q --disable-pip-version-check pytest mypy numpy pandas polars pyarrow duckdb sqlglot scikit-learn "pyspark>=3.5,<4" setuptools; then
        echo "SKIP: packages of PyPI cannot be had"
        exit 0
    fi
    echo "$stamp" >"$where/.stamp"
fi
# From nothing: no compiler flags, no variables that name a library.
env -u CFLAGS -u LDFLAGS -u ICP_LIBRARY -u ICP_LEDGER_LIBRARY "$where/bin/pip" install -q --disable-pip-version-check --force-reinstall --no-deps "$top/bindings/python"
cd "$where"
"$where/bin/python" -c "import icp; print('icp', icp.__version__, 'of', icp.__file__)"
