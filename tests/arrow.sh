#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs tests/arrow with pyarrow, pandas, Polars and DuckDB from PyPI, in the virtual environment DIRECTORY, which is made unless it has them.
#
#   tests/arrow.sh DIRECTORY     ICP_BUILD names the build
#
# Says SKIP and succeeds where they cannot be had.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
where=${1:?usage: arrow.sh DIRECTORY}
if ! "$where/bin/python" -c "import duckdb, pandas, polars, pyarrow, pytest" 2>/dev/null; then
    if ! python3 -m venv "$where" || ! "$where/bin/pip" install -q --disable-pip-version-check pytest pyarrow pandas polars duckdb; then
        echo "SKIP: pyarrow, pandas, polars or duckdb cannot be installed"
        exit 0
    fi
fi
exec "$where/bin/python" -m pytest -q -rs -p no:cacheprovider "$top/tests/arrow"
