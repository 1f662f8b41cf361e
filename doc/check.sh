#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the Doxygen pages; anything undocumented in a public header is an error. usage: doc/check.sh OUTPUT
set -eu
mkdir -p "$1"
ICP_DOXYGEN_OUT=$(cd "$1" && pwd)
export ICP_DOXYGEN_OUT
cd "$(dirname "$0")"
doxygen Doxyfile
