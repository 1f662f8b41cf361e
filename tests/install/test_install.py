# SPDX-License-Identifier: MIT
"""What is installed, and that a product can be built with it in every usual way. The tree is moved after it was installed: nothing in it may
know where it was built or where it was meant to go. Each way builds the same program, as C and as C++, and compares its golden scores."""
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ["ICP_BUILD"])
CONSUMER = pathlib.Path(__file__).parent / "consumer"
GOLDEN = TOP / "tests/golden"
LEDGER = (BUILD / "libicp/ledger/libicp-ledger.a").exists()
C, CPP = ["gcc", "-std=c11", "-x", "c"], ["g++", "-std=c++14", "-x", "c++"]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
with_ledger = pytest.mark.skipif(not LEDGER, reason="built without the ledger")


def run(*command, **more):
    p = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    assert p.returncode == 0, (command, p.stdout[-3000:], p.stderr[-3000:])
    return p.stdout


def needed(binary):
    return set(re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", binary)))


def build_options(build):
    return {o["name"]: o["value"] for o in json.loads(run("meson", "introspect", build, "--buildoptions"))}


class Installed:
    def __init__(self, root):
        options = build_options(BUILD)
        self.root, self.prefix = root, root / options["prefix"].lstrip("/")
        self.lib, self.include = self.prefix / options["libdir"], self.prefix / options["includedir"]
        self.data, self.programs = self.prefix / options["datadir"], self.prefix / options["bindir"]
        system = run("pkg-config", "--variable", "pc_path", "pkg-config").strip()
        self.environment = {**os.environ, "PKG_CONFIG_PATH": str(self.lib / "pkgconfig"), "PKG_CONFIG_LIBDIR": system,
                            "PKG_CONFIG_SYSROOT_DIR": str(root), "LD_LIBRARY_PATH": str(self.lib)}

    def pkg_config(self, *arguments):
        return run("pkg-config", *arguments, env=self.environment).split()

    def files(self):
        return sorted(p for p in self.root.rglob("*") if not p.is_dir())


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("install")
    run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", folder / "first", "--quiet")
    (folder / "first").rename(folder / "moved")
    return Installed(folder / "moved")


@pytest.fixture
def scores_as_it_should(installed, tmp_path):
    with open(GOLDEN / "scores-1.csv", newline="") as f:
        wanted = [f"{row['key']},{row['score']}" for row in csv.DictReader(f)]
    assert len(wanted) > 50

    def check(*programs):
        for program in programs:
            out = run(program, GOLDEN / "model-1.icp", GOLDEN / "companies.csv", tmp_path / "book", env=installed.environment)
            assert out.splitlines() == wanted
    return check


@pytest.mark.parametrize("compiler", [C, CPP], ids=lambda c: c[0])
class TestCompiler:
    def build(self, compiler, folder, *flags):
        run(*compiler, *WARNINGS, CONSUMER / "consumer.c", "-x", "none", "-o", folder / "consumer", *flags)
        return folder / "consumer"

    def test_plainly(self, compiler, installed, scores_as_it_should, tmp_path):
        program = self.build(compiler, tmp_path, "-I", installed.include, "-L", installed.lib, "-licp")
        assert "libicp.so.0" in needed(program)
        scores_as_it_should(program)

    def test_pkg_config(self, compiler, installed, scores_as_it_should, tmp_path):
        flags = installed.pkg_config("--cflags", "--libs", "libicp")
        assert not {"-lz", "-DICP_STATIC"} & set(flags)
        program = self.build(compiler, tmp_path, *flags)
        assert "libicp.so.0" in needed(program)
        scores_as_it_should(program)

    def test_pkg_config_static(self, compiler, installed, scores_as_it_should, tmp_path):
        program = self.build(compiler, tmp_path, "-static", *installed.pkg_config("--static", "--cflags", "--libs", "libicp"))
        assert not needed(program)
        scores_as_it_should(program)

    def test_a_static_copy_among_shared_libraries(self, compiler, installed, scores_as_it_should, tmp_path):
        flags = installed.pkg_config("--cflags", "--libs", "libicp-static")
        assert "-DICP_STATIC" in flags
        program = self.build(compiler, tmp_path, *flags)
        assert needed(program) & {"libz.so.1", "libc.so.6"} == {"libz.so.1", "libc.so.6"} and "libicp.so.0" not in needed(program)
        scores_as_it_should(program)

    @with_ledger
    @pytest.mark.parametrize("name", ["libicp-ledger", "libicp-ledger-static"])
    def test_pkg_config_with_the_ledger(self, compiler, name, installed, scores_as_it_should, tmp_path):
        flags = installed.pkg_config("--cflags", "--libs", name)
        assert ("-lsqlite3" in flags) == name.endswith("static")
        program = self.build(compiler, tmp_path, "-DWITH_LEDGER", *flags)
        assert ({"libicp-ledger.so.0", "libicp.so.0"} <= needed(program)) != name.endswith("static")
        scores_as_it_should(program)
        assert (tmp_path / "book").exists()


@pytest.mark.parametrize("library, component", [("icp::icp", ""), ("icp::icp_static", ""), pytest.param("icp::ledger", "ledger", marks=with_ledger),
                                                pytest.param("icp::ledger_static", "ledger", marks=with_ledger)])
def test_cmake(library, component, installed, scores_as_it_should, tmp_path):
    if not shutil.which("cmake"):
        pytest.skip("cmake is not installed")
    run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={installed.prefix}", f"-DLIBRARY={library}", f"-DCOMPONENTS={component}")
    run("cmake", "--build", tmp_path / "b")
    programs = [tmp_path / "b/consumer", tmp_path / "b/consumer_cpp"]
    for program in programs:
        assert ("libicp.so.0" in needed(program)) != library.endswith("static")
    scores_as_it_should(*programs)
    assert (tmp_path / "book").exists() == bool(component)


@pytest.mark.parametrize("asked, found", [("0", True), ("0.1", True), ("0.1.0", True), ("0.1.1", False), ("0.2", False), ("1", False)])
def test_cmake_looks_at_the_version(asked, found, installed, tmp_path):
    if not shutil.which("cmake"):
        pytest.skip("cmake is not installed")
    (tmp_path / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.13)\nproject(asks C)\n"
                                             f"find_package(icp {asked} CONFIG)\nmessage(\"found ${{icp_FOUND}}\")\n")
    p = subprocess.run(["cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={installed.prefix}"], capture_output=True, text=True, check=True)
    assert ("found 1" in p.stderr) == found, p.stderr


@pytest.mark.parametrize("library", ["libicp", "libicp-static"])
def test_meson_dependency(library, installed, scores_as_it_should, tmp_path):
    run("meson", "setup", tmp_path / "b", CONSUMER, f"-Dlibrary={library}", "--wrap-mode=nofallback", "--werror", env=installed.environment)
    run("ninja", "-C", tmp_path / "b")
    programs = [tmp_path / "b/consumer", tmp_path / "b/consumer_cpp"]
    for program in programs:
        assert ("libicp.so.0" in needed(program)) != library.endswith("static")
    scores_as_it_should(*programs)


@pytest.fixture(scope="module")
def subproject(tmp_path_factory):
    folder = tmp_path_factory.mktemp("subproject")
    shutil.copytree(CONSUMER, folder / "product")
    (folder / "product/subprojects").mkdir()
    (folder / "product/subprojects/libicp").symlink_to(TOP, target_is_directory=True)
    environment = {**os.environ, "PKG_CONFIG_PATH": "", "PKG_CONFIG_LIBDIR": run("pkg-config", "--variable", "pc_path", "pkg-config").strip()}
    run("meson", "setup", folder / "b", folder / "product", "--wrap-mode=forcefallback", "-Dlibicp:default_library=static", "-Doptimization=0", "--werror",
        "--prefix=/opt/product", "--libdir=lib", env=environment)
    run("ninja", "-C", folder / "b")
    run("meson", "install", "-C", folder / "b", "--no-rebuild", "--destdir", folder / "dest", "--quiet")
    return folder


class TestSubproject:
    """The library inside another project, only static, as one who ships it inside a product has it; and what that installs."""

    def test_it_scores(self, subproject, scores_as_it_should):
        programs = [subproject / "b/consumer", subproject / "b/consumer_cpp"]
        assert all("libicp.so.0" not in needed(p) for p in programs)
        scores_as_it_should(*programs)

    def test_it_builds_no_tests_and_no_command(self, subproject):
        targets = json.loads(run("meson", "introspect", subproject / "b", "--targets"))
        assert {t["name"] for t in targets if t["type"] == "executable"} == {"consumer", "consumer_cpp"}
        assert {t["type"] for t in targets if t["name"].startswith("icp")} == {"static library"}

    def test_a_static_installation_answers_to_the_plain_names(self, subproject, installed, scores_as_it_should, tmp_path):
        """default_library=static: neither pkg-config nor CMake users have to know."""
        root = subproject / "dest"
        assert not list(root.rglob("*.so*"))
        pc = next(root.rglob("libicp.pc")).parent
        environment = {**installed.environment, "PKG_CONFIG_PATH": str(pc), "PKG_CONFIG_SYSROOT_DIR": str(root)}
        flags = run("pkg-config", "--cflags", "--libs", "libicp", env=environment).split()
        assert "-DICP_STATIC" in flags and "-lz" in flags
        run(*C, CONSUMER / "consumer.c", "-x", "none", "-o", tmp_path / "consumer", *flags)
        scores_as_it_should(tmp_path / "consumer")
        if shutil.which("cmake"):
            run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={root / 'opt/product'}", "-DLIBRARY=icp::icp")
            run("cmake", "--build", tmp_path / "b")
            scores_as_it_should(tmp_path / "b/consumer", tmp_path / "b/consumer_cpp")


def test_the_choice_of_libraries_is_what_is_installed(tmp_path):
    """default_library: shared, static or both; -Dpkgconfig.relocatable: a .pc that knows its prefix by where it lies."""
    for choice in ("shared", "static", "both"):
        run("meson", "setup", tmp_path / choice, TOP, f"-Ddefault_library={choice}", "-Dtests=false", "-Dpkgconfig.relocatable=true", "-Dledger=auto")
        names = {pathlib.Path(p).name for p in json.loads(run("meson", "introspect", tmp_path / choice, "--installed")).values()}
        assert ("libicp.a" in names) == (choice != "shared") and ("libicp.so.0.1.0" in names) == (choice != "static"), choice
        assert ("libicp-static.pc" in names) == (choice != "shared")
        for pc in (tmp_path / choice / "meson-private").glob("libicp*.pc"):
            assert pc.read_text().startswith("prefix=${pcfiledir}/"), pc


def test_a_relocatable_pc_file_needs_no_variable_but_its_path(installed, scores_as_it_should, tmp_path):
    shutil.copytree(installed.root, tmp_path / "anywhere", symlinks=True)
    pc = next((tmp_path / "anywhere").rglob("libicp.pc"))
    up = "/".join([".."] * len(pc.parent.relative_to(tmp_path / "anywhere" / installed.prefix.relative_to(installed.root)).parts))
    pc.write_text(re.sub(r"^prefix=.*", "prefix=${pcfiledir}/" + up, pc.read_text(), flags=re.M))
    environment = {**installed.environment, "PKG_CONFIG_PATH": str(pc.parent)}
    del environment["PKG_CONFIG_SYSROOT_DIR"]
    flags = run("pkg-config", "--cflags", "--libs", "libicp", env=environment).split()
    run(*C, CONSUMER / "consumer.c", "-x", "none", "-o", tmp_path / "consumer", *flags)
    scores_as_it_should(tmp_path / "consumer")


def test_libraries_link_by_soname(installed):
    for name in ["libicp", *(["libicp-ledger"] if LEDGER else [])]:
        library = installed.lib / f"{name}.so.0.1.0"
        assert re.findall(r"SONAME.*\[(.*)\]", run("readelf", "-d", library)) == [f"{name}.so.0"]
        for link in (f"{name}.so", f"{name}.so.0"):
            assert (installed.lib / link).is_symlink() and (installed.lib / link).resolve() == library


def test_headers_and_licence_are_installed(installed):
    headers = {p.name for p in (TOP / "include/icp").glob("*.h")} - (set() if LEDGER else {"ledger.h"})
    assert {p.name for p in (installed.include / "icp").iterdir()} == headers
    assert (installed.data / "doc/libicp/COPYING").read_text() == (TOP / "COPYING").read_text()


def test_manual_and_completion_are_installed(installed):
    page = (installed.prefix / build_options(BUILD)["mandir"] / "man1/icp.1").read_text()
    assert page == run(installed.programs / "icp", "--man", env=installed.environment)
    scripts = TOP / "examples/icp/completion"
    for source, target in (("icp.bash", "bash-completion/completions/icp"), ("icp.zsh", "zsh/site-functions/_icp"), ("icp.fish", "fish/vendor_completions.d/icp.fish")):
        assert (installed.data / target).read_text() == (scripts / source).read_text()


def test_nothing_installed_knows_where_it_was_built_or_goes(installed):
    """Only the .pc files know the prefix: pkg-config has its own way of moving them."""
    options = build_options(BUILD)
    if options["buildtype"] != "release":
        pytest.skip("debugging information names the sources")
    for path in installed.files():
        data = b"" if path.is_symlink() else path.read_bytes()
        for folder in {TOP, BUILD, TOP.resolve(), BUILD.resolve()}:
            assert str(folder).encode() not in data, path
        assert path.suffix == ".pc" or str(installed.prefix.relative_to(installed.root)).encode() not in data, path


def test_the_installed_command_runs(installed):
    out = run(installed.programs / "icp", "score", GOLDEN / "model-1.icp", GOLDEN / "companies.csv", "--quiet", env=installed.environment)
    assert out.startswith("key,fit_score")
    assert not re.search(r"RPATH|RUNPATH", run("readelf", "-d", installed.programs / "icp"))


def test_uninstall_leaves_no_file(tmp_path):
    run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", tmp_path, "--quiet")
    assert [p for p in tmp_path.rglob("*") if p.is_file()]
    run("ninja", "-C", BUILD, "uninstall", env={**os.environ, "DESTDIR": str(tmp_path)})
    assert [p for p in tmp_path.rglob("*") if not p.is_dir()] == []


class TestCopies:
    """Plug-ins that each bring a static copy, of another release even, in one process with the shared library: none sees the others."""
    PLUGIN = """#include <icp/icp.h>
__attribute__((visibility("default"))) uint32_t plugin_version(void);
__attribute__((visibility("default"))) int plugin_run(const char *model);
uint32_t plugin_version(void) { return icp_version(); }
int plugin_run(const char *path) {
    icp_context *c;
    icp_model *m;
    struct icp_source s = {.struct_size = sizeof s};
    if (icp_context_new(0, &c, 0) || icp_source_open_file(c, path, &s, 0) || icp_model_load(c, &s, &m, 0)) return 1;
    icp_model_unref(m);
    icp_context_unref(c);
    return 0;
}
"""
    # A host that has the shared library itself, or none. All plug-ins stay loaded, with their symbols shown to all, and are closed crosswise.
    HOST = """#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#ifdef WITH_SHARED
#include <icp/icp.h>
#endif
int main(int n, char **v) {
    void *p[8];
    for (int i = 2; i < n; i++)
        if (!(p[i] = dlopen(v[i], RTLD_NOW | RTLD_GLOBAL))) return puts(dlerror()), 9;
    for (int round = 0; round < 2; round++)
        for (int i = 2; i < n; i++) {
            uint32_t (*version)(void) = (uint32_t (*)(void))dlsym(p[i], "plugin_version");
            int (*work)(const char *) = (int (*)(const char *))dlsym(p[i], "plugin_run");
            if (!version || !work || work(v[1])) return 8;
            if (round) printf("%x\\n", (unsigned)version());
        }
#ifdef WITH_SHARED
    printf("%x\\n", (unsigned)icp_version());
#else
    if (dlsym(RTLD_DEFAULT, "icp_context_new")) return 7;
#endif
    for (int i = 2; i < n; i++) dlclose(p[i]);
    return 0;
}
"""

    def plugin(self, installed, folder, name, library):
        (folder / "plugin.c").write_text(self.PLUGIN)
        flags = [str(library) if f == "-l:libicp.a" else f for f in installed.pkg_config("--cflags", "--libs", "libicp-static")]
        run("gcc", "-std=c11", "-shared", "-fPIC", folder / "plugin.c", "-o", folder / name, *flags)
        exported = {line.split()[-1] for line in run("nm", "-D", "--defined-only", folder / name).splitlines()}
        assert exported == {"plugin_version", "plugin_run"}
        return folder / name

    def other_release(self, installed, folder):
        """The same code that says that it is another release: one object is compiled anew."""
        member = next(m for m in run("ar", "t", installed.lib / "libicp.a").split() if m.endswith("context.c.o"))
        shutil.copy(installed.lib / "libicp.a", folder / "other.a")
        text = (TOP / "libicp/base/base.h").read_text()
        (folder / "base").mkdir()
        (folder / "base/base.h").write_text(re.sub(r"(#define ICP__VERSION) \w+", r"\1 0x000907u", text))
        run("gcc", "-std=c11", "-O2", "-fPIC", "-fvisibility=hidden", "-DICP_STATIC", "-D_POSIX_C_SOURCE=200809L", "-I", folder, "-I", TOP / "include", "-I", TOP / "libicp",
            "-c", TOP / "libicp/base/context.c", "-o", folder / member)
        run("ar", "r", folder / "other.a", folder / member)
        return folder / "other.a"

    @pytest.mark.parametrize("shared", [False, True], ids=["alone", "beside the shared library"])
    def test_copies_of_two_releases_do_not_clash(self, shared, installed, tmp_path):
        plugins = [self.plugin(installed, tmp_path, "one.so", installed.lib / "libicp.a"),
                   self.plugin(installed, tmp_path, "two.so", self.other_release(installed, tmp_path)),
                   self.plugin(installed, tmp_path, "three.so", installed.lib / "libicp.a")]
        (tmp_path / "host.c").write_text(self.HOST)
        flags = ["-DWITH_SHARED", *installed.pkg_config("--cflags", "--libs", "libicp")] if shared else []
        run("gcc", "-std=c11", tmp_path / "host.c", "-o", tmp_path / "host", "-ldl", *flags)
        out = run(tmp_path / "host", GOLDEN / "model-1.icp", *plugins, env=installed.environment)
        assert out.split() == ["100", "907", "100"] + ["100"] * shared

    CLOSING = """#define _GNU_SOURCE
#include <dlfcn.h>
#include <icp/icp.h>
#include <stdio.h>
#include <string.h>
static int count(const char *path, const char *word) {
    char line[4096];
    int found = 0;
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) found += strstr(line, word) != 0;
    if (f) fclose(f);
    return found;
}
int main(int n, char **v) {
    for (int i = 0; n > 1 && i < 50; i++) {
        void *p = dlopen(v[1], RTLD_NOW);
        if (!p) return puts(dlerror()), 1;
        __typeof__(&icp_context_new) new_context = (__typeof__(&icp_context_new))dlsym(p, "icp_context_new");
        __typeof__(&icp_context_unref) unref = (__typeof__(&icp_context_unref))dlsym(p, "icp_context_unref");
        __typeof__(&icp_pool_new) new_pool = (__typeof__(&icp_pool_new))dlsym(p, "icp_pool_new");
        __typeof__(&icp_pool_free) free_pool = (__typeof__(&icp_pool_free))dlsym(p, "icp_pool_free");
        icp_context *c;
        icp_pool *pool;
        if (new_context(0, &c, 0) || new_pool(c, 3, &pool, 0)) return 2;
        free_pool(pool);
        unref(c);
        if (!count("/proc/self/maps", "/libicp.so") || dlclose(p)) return 3;
        if (dlopen(v[1], RTLD_NOW | RTLD_NOLOAD) || count("/proc/self/maps", "/libicp.so")) return 4;
        if (!count("/proc/self/status", "Threads:\\t1\\n")) return 5;
    }
    return 0;
}
"""

    def test_a_closed_copy_is_gone(self, installed, tmp_path):
        """dlclose() really unloads: no thread, no handler and no exit hook of the library holds it, or is left behind."""
        (tmp_path / "host.c").write_text(self.CLOSING)
        run("gcc", "-std=gnu11", "-I", installed.include, tmp_path / "host.c", "-o", tmp_path / "host", "-ldl")
        run(tmp_path / "host", installed.lib / "libicp.so.0", env=installed.environment)
