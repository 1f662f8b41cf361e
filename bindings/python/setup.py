# SPDX-License-Identifier: MIT
"""Builds the C library with Meson and puts it into the wheel. Everything else stands in pyproject.toml."""
import atexit
import pathlib
import shutil
import subprocess
import sys
import tempfile

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

TOP = pathlib.Path(__file__).resolve().parents[2]
# Nothing is left in the checkout.
WORK = pathlib.Path(tempfile.mkdtemp(prefix="icp-build-"))
atexit.register(shutil.rmtree, WORK, ignore_errors=True)
HEADERS = {"zlib.h": "zlib1g-dev", "xxhash.h": "libxxhash-dev"}


def missing_packages():
    """Debian packages without which the library cannot be compiled."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        yield "gcc"
        yield "libc6-dev"
        yield from HEADERS.values()
    else:
        for header, package in HEADERS.items():
            if subprocess.run([compiler, "-E", "-x", "c", "-"], input=f"#include <{header}>\n".encode(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode:
                yield package
    if not shutil.which("pkg-config") and not shutil.which("pkgconf"):
        yield "pkg-config"


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}\nicp: building libicp failed: {' '.join(map(str, command))}")


def build_library(target):
    """Compiles libicp, and libicp-ledger where SQLite's headers are there, into a folder."""
    if not (TOP / "meson.build").exists() or not (TOP / "libicp").is_dir():
        sys.exit("icp: the sources of libicp are not two folders above this one; build from a checkout: pip install CHECKOUT/bindings/python")
    missing = list(missing_packages())
    if missing:
        sys.exit(f"icp: to compile libicp these are missing: apt-get install {' '.join(missing)}")
    build = WORK / "meson"
    run(sys.executable, "-m", "mesonbuild.mesonmain", "setup", build, TOP, "-Dtests=false", "-Dc_link_args=-Wl,-rpath,$ORIGIN")
    names = ["libicp.so.0.1.0"]
    if "libicp/ledger/libicp-ledger.so.0.1.0" in (build / "build.ninja").read_text():
        names.append("libicp/ledger/libicp-ledger.so.0.1.0")
    else:
        print("icp: without the ledger: SQLite's headers are not there (libsqlite3-dev)", file=sys.stderr)
    run("ninja", "-C", build, *names)
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy2(build / name, target / pathlib.Path(name).name.replace(".so.0.1.0", ".so.0"))
        run("strip", "--strip-unneeded", target / pathlib.Path(name).name.replace(".so.0.1.0", ".so.0"))


class BuildWithLibrary(build_py):
    """An editable install has no library inside: ICP_LIBRARY names one."""

    def run(self):
        super().run()
        if not self.editable_mode:
            build_library(pathlib.Path(self.build_lib) / "icp" / "_lib")


class AnyPython(bdist_wheel):
    """py3-none-PLATFORM: no extension module, but a library of this platform."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True


setup(cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": AnyPython}, distclass=WithLibrary,
      options={"build": {"build_base": str(WORK / "build")}, "egg_info": {"egg_base": str(WORK)}})
