#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the example with the static library, from a folder that holds no other, and runs it without a library path. usage: bindings/go/test_static.sh BUILD
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$build/libicp.a" "$folder"
sed "s|^Libs: .*|Libs: -L$folder -licp|" "$build/meson-uninstalled/libicp-uninstalled.pc" >"$folder/libicp.pc"
export PKG_CONFIG_PATH="$folder" CGO_ENABLED=1 GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOCACHE="${GOCACHE:-$build/go-cache}"
go build -tags icp_static -o "$folder/example" ./example
! ldd "$folder/example" | grep libicp || { echo "a shared library is asked for"; exit 1; }
! nm -D --defined-only "$folder/example" | grep -w 'icp_[a-z_]*' || { echo "the program exports the library"; exit 1; }
env -u LD_LIBRARY_PATH "$folder/example" >"$folder/static.txt"
LD_LIBRARY_PATH="$build" PKG_CONFIG_PATH="$build/meson-uninstalled" go run ./example | cmp - "$folder/static.txt"
echo "--- PASS: test_static ($(wc -c <"$folder/example") bytes)"
