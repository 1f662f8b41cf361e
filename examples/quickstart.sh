#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing, builds libicp, and runs the main job.
#
#   examples/quickstart.sh                               on a generated universe of 20,000 companies
#   examples/quickstart.sh COMPANIES CUSTOMERS [KEY]     on your own files (CSV or JSON lines, also .gz); KEY = name of the key column
#
# Nothing is installed outside Debian's packages, and nothing is written outside build/.
set -eu
cd_from=$(pwd)
top=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 0 ] || [ $# -eq 2 ] || [ $# -eq 3 ] || { sed -n '3,8p' "$0"; exit 2; }

"$top/examples/install_packages.sh" gcc libc6-dev meson ninja-build pkg-config zlib1g-dev libxxhash-dev python3

build="$top/build/quickstart" log="$top/build/quickstart.log"
mkdir -p "$top/build"
[ -f "$build/build.ninja" ] || meson setup "$build" "$top" -Dtests=false >"$log" 2>&1 || { cat "$log"; exit 1; }
ninja -C "$build" >"$log" 2>&1 || { cat "$log"; exit 1; }
icp="$build/examples/icp/icp"
work="$top/build/quickstart-data"
mkdir -p "$work"

if [ $# -eq 0 ]; then
    echo "== A generated universe: 20,000 companies, 150 customers given, 150 withheld (examples/make_universe.py says how)"
    python3 "$top/examples/make_universe.py" "$work" 20000 150 1
    companies="$work/universe.csv" customers="$work/customers.csv" key=domain
else
    case $1 in /*) companies=$1 ;; *) companies="$cd_from/$1" ;; esac
    case $2 in /*) customers=$2 ;; *) customers="$cd_from/$2" ;; esac
    key=${3:-}
fi

echo "== 1. Reference: what companies at large look like"
"$icp" reference build ${key:+--key "$key"} -o "$work/reference.icpref" "$companies"
echo "== 2. Fit: what tells the customers apart"
"$icp" fit --reference "$work/reference.icpref" --customers "$customers" --universe "$companies" ${key:+--key "$key"} -o "$work/model.icp"
"$icp" traits "$work/model.icp" --top 15
echo
echo "== 3. Score every company"
"$icp" score "$work/model.icp" "$companies" ${key:+--key "$key"} -o "$work/scores.csv"
"$icp" distribution "$work/scores.csv"
echo
echo "== 4. The best that are not customers yet"
python3 "$top/examples/top_of_list.py" "$work/scores.csv" "$customers" 12
if [ $# -eq 0 ]; then
    echo
    echo "== 5. How many of the withheld customers were found"
    python3 "$top/examples/top_of_list.py" "$work/scores.csv" "$customers" --withheld "$work/withheld.csv"
fi
echo
echo "model: $work/model.icp   scores: $work/scores.csv"
echo "why one company scores as it does: $icp explain $work/model.icp COMPANIES --company KEY"
