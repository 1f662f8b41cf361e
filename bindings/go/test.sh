#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the Go tests against a build directory that is not installed. usage: bindings/go/test.sh BUILD
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
# The .pc beside the build names the build's library and this checkout's headers.
export PKG_CONFIG_PATH="$build/meson-uninstalled" LD_LIBRARY_PATH="$build" CGO_ENABLED=1 GOFLAGS=-mod=mod GOTOOLCHAIN=local GOCACHE="${GOCACHE:-$build/go-cache}"
# go's cache does not look into C headers: without this a build from before a change of them is taken.
CGO_CFLAGS="${CGO_CFLAGS:--O2 -g} -DICP_HEADERS=$(cat ../../include/icp/*.h | cksum | cut -d' ' -f1)"
export CGO_CFLAGS
gofmt_found=$(gofmt -l .)
[ -z "$gofmt_found" ] || { echo "not formatted: $gofmt_found"; exit 1; }
go vet ./...
go test -count=1 -v ./...
