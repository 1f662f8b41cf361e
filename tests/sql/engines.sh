#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the SELECT in every engine there is, DuckDB and a parser of all dialects from PyPI included, in the virtual environment DIRECTORY.
#
#   tests/sql/engines.sh DIRECTORY     ICP names the command
#
# Says SKIP and succeeds where they cannot be had.
set -u
here=$(cd "$(dirname "$0")" && pwd)
where=${1:?usage: engines.sh DIRECTORY}
if ! "$where/bin/python" -c "import duckdb, pytest, sqlglot" 2>/dev/null; then
    if ! python3 -m venv "$where" || ! "$where/bin/pip" install -q --disable-pip-version-check pytest duckdb sqlglot; then
        echo "SKIP: duckdb or sqlglot cannot be installed"
        exit 0
    fi
fi
exec "$where/bin/python" -m pytest -q -rs -p no:cacheprovider "$here"
