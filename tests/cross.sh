#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds for another kind of machine and runs the tests there, under qemu where this one cannot: same model and input, same bytes everywhere.
#
#   tests/cross.sh ARCH [TEST...]   ARCH: i386 (32 bits), arm64 (char is unsigned), s390x (big-endian)
#
# TEST... are names of tests/unit (default: those whose results are promised to be the same everywhere); `all` runs every one.
# The system gets cross compilers and qemu only. The other machine's libraries come from the same Debian archive, but into build/cross-ARCH:
# adding an architecture to the system would make every later `apt-get update` depend on that architecture's index.
# Where packages cannot be had it says SKIP and succeeds.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
arch=${1:-}
[ $# -eq 0 ] || shift
case $arch in
i386) triplet=i686-linux-gnu lib=i386-linux-gnu cpu_family=x86 endian=little packages="gcc-i686-linux-gnu libc6-dev-i386-cross" ;;
arm64) triplet=aarch64-linux-gnu lib=$triplet cpu_family=aarch64 endian=little packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;;
s390x) triplet=s390x-linux-gnu lib=$triplet cpu_family=s390x endian=big packages="gcc-s390x-linux-gnu libc6-dev-s390x-cross" ;;
*) sed -n '3,10p' "$0"; exit 2 ;;
esac
[ $# -gt 0 ] || set -- golden model score number hash container reference text csv points decay history
dir=$top/build/cross-$arch
root=$dir/root
mkdir -p "$root"

skip() {
    echo "SKIP: $arch: $*"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}
# An apt of its own: other architecture, own index and cache, nothing installed.
foreign_apt() {
    local apt=$dir/apt
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" && : >"$apt/state/status"
    apt-get -qq -o APT::Architecture="$arch" -o APT::Architectures::="$arch" -o APT::Sandbox::User=root \
        -o Dir::State="$apt/state" -o Dir::State::status="$apt/state/status" -o Dir::Cache="$apt/cache" "$@"
}
libraries() { # unpacks the libraries under $root, once
    [ -f "$root/.complete" ] && return 0
    # The index of security updates may be missing for rarer architectures; the main one is enough.
    foreign_apt update
    (mkdir -p "$dir/deb" && cd "$dir/deb" &&
        foreign_apt download zlib1g zlib1g-dev libxxhash-dev check libsubunit0 libsubunit-dev &&
        for package in *.deb; do dpkg -x "$package" "$root" || exit 1; done) && touch "$root/.complete"
}
"$top/examples/install_packages.sh" meson ninja-build pkg-config qemu-user-static $packages || skip "cross compiler or qemu could not be installed"
libraries || skip "the libraries could not be downloaded"

# Linked statically: qemu then needs no other root, and nothing of this machine can slip in.
cat >"$dir/cross.ini" <<END
[binaries]
c = '$triplet-gcc'
ar = '$triplet-ar'
strip = '$triplet-strip'
pkgconfig = 'pkg-config'
[built-in options]
c_link_args = ['-static']
[properties]
sys_root = '$root'
pkg_config_libdir = ['$root/usr/lib/$lib/pkgconfig', '$root/usr/share/pkgconfig']
[host_machine]
system = 'linux'
cpu_family = '$cpu_family'
cpu = '$cpu_family'
endian = '$endian'
END
if ! [ -f "$dir/build.ninja" ]; then
    meson setup "$dir" "$top" --cross-file "$dir/cross.ini" --prefer-static -Dwerror=true || { echo "FAILED: configure"; exit 1; }
fi
if [ "$1" = all ]; then
    set -- $(cd "$top/tests/unit" && ls test_*.c | sed 's/^test_//; s/\.c$//')
fi
ninja -C "$dir" $(printf 'tests/unit/test_%s ' "$@") || { echo "FAILED: build"; exit 1; }

run=qemu-$arch-static
case $arch in i386) "$dir/tests/unit/test_hash" >/dev/null 2>&1 && run= ;; arm64) run=qemu-aarch64-static ;; esac
export CK_TIMEOUT_MULTIPLIER=60 dir run
mkdir -p "$dir/log" && rm -f "$dir/log"/*
# shellcheck disable=SC2016
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'timeout 900 $run "$dir/tests/unit/test_$1" >"$dir/log/$1" 2>&1; echo "exit $?" >>"$dir/log/$1"' - {}
passed=0 failed=0
for test in "$@"; do
    echo "== test_$test on $arch${run:+ ($run)}"
    cat "$dir/log/$test"
    read -r p f <<<"$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' "$dir/log/$test" |
        awk '{c += $1; b += $2 + $3} END {print c - b, b + 0}')"
    [ "$f" -gt 0 ] || grep -q '^exit 0$' "$dir/log/$test" || { echo "FAILED: test_$test"; f=1; }
    passed=$((passed + p)) failed=$((failed + f))
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
