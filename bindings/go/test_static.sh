#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the example with the static library though the shared one stands beside it, runs it without a library path, and tests the ledger in the same way.
# usage: bindings/go/test_static.sh BUILD
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PKG_CONFIG_PATH="$build/meson-uninstalled" CGO_ENABLED=1 GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOCACHE="${GOCACHE:-$build/go-cache}"
# Headers are not named in libicp-static.pc before it is installed.
CGO_CFLAGS="${CGO_CFLAGS:--O2 -g} -I$(cd ../../include && pwd)"
export CGO_CFLAGS
go build -tags icp_static -o "$folder/example" ./example
if ldd "$folder/example" | grep libicp; then
    echo "a shared library is asked for"
    exit 1
fi
if nm -D --defined-only "$folder/example" | grep -w 'icp_[a-z_]*'; then
    echo "the program exports the library"
    exit 1
fi
env -u LD_LIBRARY_PATH "$folder/example" >"$folder/static.txt"
LD_LIBRARY_PATH="$build" go run ./example | cmp - "$folder/static.txt"
echo "--- PASS: the example with the static library ($(wc -c <"$folder/example") bytes)"
env -u LD_LIBRARY_PATH go test -tags icp_static -count=1 ./ledger
echo "--- PASS: the ledger with the static library"
