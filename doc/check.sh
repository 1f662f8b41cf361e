#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the reference of the C library, with these documents and the examples, into OUTPUT/html; anything undocumented in a public header, and
# any page that is missing afterwards, is an error. usage: doc/check.sh OUTPUT
set -eu
mkdir -p "$1"
ICP_DOXYGEN_OUT=$(cd "$1" && pwd)
export ICP_DOXYGEN_OUT
cd "$(dirname "$0")"
doxygen Doxyfile
cd "$ICP_DOXYGEN_OUT/html"
missing=
has() { grep -q -F "$2" "$1" 2>/dev/null || missing="$missing
$1: $2"; }
top=$OLDPWD
has index.html 'How to read a score'
for page in "$top"/*.md; do
    has "md_$(basename "$page" .md | tr - _).html" '</h'
done
for header in "$top"/../include/icp/*.h; do
    name=$(basename "$header" .h)
    has "${name}_8h.html" "$name.h"
    grep -q '@defgroup' "$header" || continue
    for function in $(sed -n 's/^ICP_API .*[ *]\(icp_[a-z0-9_]*\)(.*/\1/p' "$header"); do
        has "group__$name.html" "$function"
    done
done
for program in "$top"/../examples/*.c; do
    has "$(basename "$program" .c)_8c-example.html" 'main('
done
[ -z "$missing" ] || { echo "not in the pages:$missing" >&2; exit 1; }
if grep -l -E 'href="[^":]*\.md"' ./*.html; then
    echo "these link to a document that has no page" >&2
    exit 1
fi
