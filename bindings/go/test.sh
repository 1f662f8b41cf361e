#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests the Go package against a build directory that is not installed. usage: bindings/go/test.sh BUILD [--race|--fuzz]
# --race runs the tests under the race detector and with every pointer checked that goes to C; --fuzz runs them at length: each fuzz target for a while, a
# million calls, and a program that holds the static library.
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
# The .pc beside the build names the build's library and this checkout's headers.
export PKG_CONFIG_PATH="$build/meson-uninstalled" LD_LIBRARY_PATH="$build:$build/libicp/ledger" CGO_ENABLED=1 GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOCACHE="${GOCACHE:-$build/go-cache}"
# go's cache does not look into C headers: without this a build from before a change of them is taken.
CGO_CFLAGS="${CGO_CFLAGS:--O2 -g} -DICP_HEADERS=$(cat ../../include/icp/*.h | cksum | cut -d' ' -f1)"
export CGO_CFLAGS
packages=./...
if [ ! -f "$build/meson-uninstalled/libicp-ledger-uninstalled.pc" ] && [ ! -f "$build/meson-uninstalled/libicp-ledger.pc" ]; then
    echo "SKIP: bindings/go/ledger: this build has no ledger"
    packages=". ./example"
fi
case ${2:-} in
--race)
    # go 1.21 and later read the first, go 1.19 the second.
    if go env GOEXPERIMENT >/dev/null 2>&1 && GOEXPERIMENT=cgocheck2 go version >/dev/null 2>&1; then
        export GOEXPERIMENT=cgocheck2
    else
        export GODEBUG=cgocheck=2
    fi
    # shellcheck disable=SC2086
    exec go test -race -count=1 -v $packages
    ;;
--fuzz)
    for target in FuzzReader FuzzModelLoad FuzzRecord; do
        go test -run '^$' -fuzz "^$target\$" -fuzztime 15s -fuzzminimizetime 2s .
        echo "--- PASS: $target (15s)"
    done
    ICP_LEAK_CALLS=1000000 go test -count=1 -v -run TestManyCallsLeaveNothingBehind .
    exec ./test_static.sh "$build"
    ;;
esac
gofmt_found=$(gofmt -l .)
[ -z "$gofmt_found" ] || { echo "not formatted: $gofmt_found"; exit 1; }
# shellcheck disable=SC2086
go vet $packages
# shellcheck disable=SC2086
go test -count=1 -v $packages
