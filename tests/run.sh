#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs what the tests need (Debian packages only), builds, and runs the tests.
#
#   tests/run.sh           everything that needs no other registry
#   tests/run.sh --all     that, what needs packages of PyPI (tests/venv.sh) or other machines' libraries (tests/cross.sh: 32 bits, big-endian), and Go
#                          under its race detector and fuzzer
#   tests/run.sh --fast    no installation, one compiler, no sanitizers: while working on the code
#
# Real data is looked for in ICP_DATA (default: ../shared/data beside this checkout); tests that need it are skipped where it is absent.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
mode=${1:-}
case $mode in "" | --all | --fast) ;; *) sed -n '3,10p' "$0"; exit 2 ;; esac
export ICP_DATA=${ICP_DATA:-$top/../shared/data} PYTHONDONTWRITEBYTECODE=1
# A busy machine is no fault of the code: timeouts are there for loops without end alone.
export CK_DEFAULT_TIMEOUT=30 CK_TIMEOUT_MULTIPLIER=4
build=$top/build/tests
mkdir -p "$build"
passed=0 failed=0 skipped=0

# stage NAME COMMAND...: runs, prints its time, and adds up what its output says really ran.
stage() {
    local name=$1 start=$SECONDS log="$build/$1.log" status counts
    shift
    "$@" >"$log" 2>&1 </dev/null
    status=$?
    counts=$(python3 "$top/tests/tally.py" "$log" "$status")
    read -r p f s <<<"$counts"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '%-28s %4d s  %5d passed, %d failed, %d skipped\n' "$name" $((SECONDS - start)) "$p" "$f" "$s"
    grep -E '^SKIP|^SKIPPED' "$log" | sed 's/^/    /' | head -20
    [ "$f" -eq 0 ] || tail -n 60 "$log" | sed 's/^/    /'
    return "$status"
}
configure() { # DIRECTORY OPTIONS...: sets a build up afresh when its options changed
    local dir=$1
    shift
    [ -f "$dir/build.ninja" ] && [ "$(cat "$dir/.options" 2>/dev/null)" = "$*" ] && return 0
    rm -rf "$dir"
    meson setup "$dir" "$top" "$@" && echo "$*" >"$dir/.options"
}
build_one() { # DIRECTORY OPTIONS...
    configure "$@" && ninja -C "$1"
}
unit() { # DIRECTORY [FOLDER]: each Check program, as many at once as there are processors; its closing line is what is counted
    set -- "$1/tests/${2:-unit}"
    rm -f "$1"/*.log
    find "$1" -maxdepth 1 -name 'test_*' -type f -executable | sort |
        xargs -P "$(nproc)" -I{} sh -c 'timeout 900 "$1" >"$1.log" 2>&1 || { echo "FAILED: ${1##*/} (exit $?)" >>"$1.log"; exit 1; }' sh {}
    local status=$? log
    for log in "$1"/*.log; do
        echo "== $(basename "$log" .log)"
        cat "$log"
    done
    return $status
}

if [ "$mode" != --fast ]; then
    start=$SECONDS
    "$top/examples/install_packages.sh" gcc g++ libc6-dev clang libclang-rt-14-dev meson ninja-build pkg-config zlib1g-dev libxxhash-dev check \
        libsqlite3-dev sqlite3 libutf8proc-dev unicode-data python3 python3-pytest golang-go doxygen binutils valgrind locales cmake mandoc zsh fish || exit 1
    printf '%-28s %4d s\n' install $((SECONDS - start))
fi
gcc_build=$build/gcc
stage build-gcc build_one "$gcc_build" --werror -Dledger=enabled || { echo "$passed passed, $((failed > 0 ? failed : 1)) failed, $skipped skipped"; exit 1; }
export ICP_BUILD=$gcc_build ICP=$gcc_build/examples/icp/icp
stage unit unit "$gcc_build"
stage ledger unit "$gcc_build" ledger
stage examples meson test -C "$gcc_build" --suite examples --print-errorlogs --no-rebuild
stage fuzz meson test -C "$gcc_build" --suite fuzz --print-errorlogs --no-rebuild
stage abi python3 -m pytest -q -rs -p no:cacheprovider "$top/tests/abi"
stage install python3 -m pytest -q -rs -p no:cacheprovider "$top/tests/install"
stage command python3 -m pytest -q -rs -p no:cacheprovider "$top/tests/command"
stage sql python3 -m pytest -q -rs -p no:cacheprovider "$top/tests/sql"
stage real python3 -m pytest -q -rs -p no:cacheprovider "$top/tests/real"
stage python python3 -m pytest -q -rs -p no:cacheprovider "$top/bindings/python/tests"
stage go "$top/bindings/go/test.sh" "$gcc_build"
if [ "$mode" != --fast ]; then
    stage docs "$top/doc/check.sh" "$build/doxygen"
    # The shared library is the first build's: these two compile the code once, as the static one.
    stage build-clang env CC=clang bash -c "$(declare -f configure build_one); top='$top'; build_one '$build/clang' --werror -Ddefault_library=static -Dledger=enabled"
    stage unit-clang unit "$build/clang"
    stage ledger-clang unit "$build/clang" ledger
    # Little optimised, with no more than lines in its debugging information: compiling took as long as testing.
    stage build-sanitized build_one "$build/sanitized" -Db_sanitize=address,undefined -Db_lundef=false -Dledger=enabled -Ddefault_library=static -Doptimization=1 -Dc_args=-g1
    export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    ICP_SANITIZED=1 stage unit-sanitized unit "$build/sanitized"
    stage ledger-sanitized unit "$build/sanitized" ledger
    stage fuzz-sanitized meson test -C "$build/sanitized" --suite fuzz --print-errorlogs --no-rebuild
    ICP=$build/sanitized/examples/icp/icp ICP_SANITIZED=1 stage command-sanitized python3 -m pytest -q -rs -p no:cacheprovider "$top/tests/command"
fi
if [ "$mode" = --all ]; then
    # With packages of PyPI, and the Python package as pip installs it: that stage names no library of a build directory.
    "$top/examples/install_packages.sh" python3-venv postgresql || exit 1
    stage venv "$top/tests/venv.sh" "$build/venv"
    if [ -f "$build/venv/.stamp" ]; then
        stage python-all env -u ICP_BUILD "$build/venv/bin/python" -m pytest -q -rs -p no:cacheprovider "$top/bindings/python/tests"
        stage python-types "$build/venv/bin/mypy" --cache-dir "$build/mypy" --config-file "$top/bindings/python/pyproject.toml" "$top/bindings/python/icp"
        stage arrow "$build/venv/bin/python" -m pytest -q -rs -p no:cacheprovider "$top/tests/arrow"
        stage sql-engines "$build/venv/bin/python" -m pytest -q -rs -p no:cacheprovider "$top/tests/sql/test_duckdb.py" "$top/tests/sql/test_postgres.py"
        "$top/examples/install_packages.sh" openjdk-17-jre-headless || true # the stage says what is absent
        stage spark env -u ICP_BUILD "$build/venv/bin/python" -m pytest -q -rs -p no:cacheprovider -W ignore::DeprecationWarning "$top/tests/spark"
    fi
    stage go-race "$top/bindings/go/test.sh" "$gcc_build" --race
    stage go-fuzz "$top/bindings/go/test.sh" "$gcc_build" --fuzz
    stage cross-i386 "$top/tests/cross.sh" i386
    stage cross-s390x "$top/tests/cross.sh" s390x
fi
echo "total $SECONDS s"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
