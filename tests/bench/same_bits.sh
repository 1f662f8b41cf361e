#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the golden test with many compilers and options: same model and input, same bytes whatever compiles the library.
#
#   tests/bench/same_bits.sh [PATTERN]   only the rows whose text contains PATTERN
#
# Every build also writes its own golden files, whose hash stands in the table: builds can so be compared with each other while the golden
# files themselves are being replaced. Fails where two hashes differ or the golden test fails.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$top/build/same-bits
pattern=${1:-}
rm -rf "$work" && mkdir -p "$work" && cp -r "$top/libicp" "$top/include" "$top/tests" "$work/" || exit 1 # one state, also when files change meanwhile
top=$work
portable="-DICP__TEXT_PORTABLE -DICP__SCAN_PORTABLE"
rows=()
for cc in gcc clang; do
    for level in -O0 -O1 -O2 -O3 -Os; do rows+=("$cc $level"); done
    rows+=("$cc -O3 -march=native" "$cc -O3 -mfma -mavx2" "$cc -O2 -funsigned-char" "$cc -O2 $portable")
done
declare -A hash_of
status=0 passed=0 failed=0 skipped=0
export work top

# build OPTIONS...: compiler first. The numeric options are those of meson.build.
build() {
    rm -rf "$work/o" && mkdir -p "$work/o/golden" && cp "$top"/tests/golden/c*.csv "$work/o/golden/"
    export command="$* -std=c11 -D_POSIX_C_SOURCE=200809L -DICP_STATIC -I$top/include -I$top/libicp -pthread -w -ffp-contract=off -fno-fast-math -frounding-math"
    # shellcheck disable=SC2016
    find "$top/libicp" -name '*.c' -print0 | xargs -0 -P "$(nproc)" -n 1 sh -c '$command -c "$0" -o "$work/o/$(echo "${0#$top/}" | tr / _).o"' || return 1
    local libraries
    libraries=$(pkg-config --libs check zlib)
    # shellcheck disable=SC2086
    $command -DGOLDEN="\"$top/tests/golden\"" "$top/tests/unit/test_golden.c" "$work"/o/*.o -o "$work/o/test" $libraries -lm &&
        $command -DGOLDEN="\"$work/o/golden\"" "$top/tests/unit/test_golden.c" "$work"/o/*.o -o "$work/o/write" $libraries -lm
}
printf '%-60s %-8s %s\n' "compiler and options" golden "hash of what it writes"
for row in "${rows[@]}"; do
    [[ $row == *"$pattern"* ]] || continue
    if ! command -v "${row%% *}" >/dev/null; then
        echo "SKIP: ${row%% *} is not installed"
        skipped=$((skipped + 1))
        continue
    fi
    # shellcheck disable=SC2086
    if ! build $row >"$work/log" 2>&1; then
        verdict=unbuilt hash=-
    else
        "$work/o/test" >"$work/log" 2>&1 && verdict=same || verdict=DIFFERS
        "$work/o/write" --write && hash=$(cat "$work"/o/golden/{scores.csv,ids.txt} | sha256sum | cut -c1-16) || hash=-
        hash_of[$hash]=1
    fi
    printf '%-60s %-8s %s\n' "$row" "$verdict" "$hash"
    if [ $verdict = same ]; then passed=$((passed + 1)); else failed=$((failed + 1)); cat "$work/log"; fi
done
echo "${#hash_of[@]} different outputs"
[ ${#hash_of[@]} -le 1 ] || status=1
echo "$passed passed, $failed failed, $skipped skipped"
[ $status -eq 0 ] && [ $failed -eq 0 ] && [ $passed -gt 0 ]
