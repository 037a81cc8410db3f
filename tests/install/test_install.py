"""What `cmake --install` promises: a tree that is whole wherever it is moved, a configuration that stays its reader's, links that
lead somewhere, and an end without leftovers. BUILD_DIR says which build is installed."""
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD_DIR", SOURCE / "build"))
TIMEOUT = 60
SHIPPED = (SOURCE / "etc" / "sctpd.conf").read_text()

# Pages of other packages that ours refer to.
FOREIGN_PAGES = {("sctp", "7"), ("systemctl", "1")}


def run(*command, **more):
    r = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=TIMEOUT, **more)
    if r.returncode != 0:
        raise AssertionError(f"{command}: {r.returncode}\n{r.stdout}{r.stderr}")
    return r.stdout


def cached(name):
    """A variable of the build."""
    found = re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.M)
    return found.group(1) if found else ""


class Installed(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(dir="/tmp")  # not TMPDIR: names of sockets are short
        self.addCleanup(directory.cleanup)
        self.base = pathlib.Path(directory.name)
        self.prefix = self.base / "first"
        self.conf = self.prefix / "etc" / "sctpd.conf"

    def install(self, **environment):
        return run("cmake", "--install", BUILD, "--prefix", self.prefix, env={**os.environ, **environment})


class Configuration(Installed):
    def test_one_that_was_edited_stays(self):
        self.install()
        self.assertFalse(self.conf.with_name("sctpd.conf.new").exists())
        edited = SHIPPED + "allow all daemon user:root\n"
        self.conf.write_text(edited)
        said = self.install()
        self.assertEqual(self.conf.read_text(), edited)
        self.assertEqual(self.conf.with_name("sctpd.conf.new").read_text(), SHIPPED)
        self.assertIn("has been edited and stays as it is", said)

    def test_one_that_was_not_edited_becomes_the_new_one(self):
        self.install()
        for file in (self.conf, self.prefix / "share" / "sctpd" / "sctpd.conf"):
            file.write_text("# of an earlier version\n")
        self.install()
        self.assertEqual(self.conf.read_text(), SHIPPED)
        self.assertFalse(self.conf.with_name("sctpd.conf.new").exists())

    def test_one_from_before_there_was_a_copy_stays(self):
        self.conf.parent.mkdir(parents=True)
        self.conf.write_text("linger_ms = 5\n")
        self.install()
        self.assertEqual(self.conf.read_text(), "linger_ms = 5\n")

    def test_a_link_stays(self):
        self.conf.parent.mkdir(parents=True)
        self.conf.symlink_to("elsewhere")
        self.install()
        self.assertTrue(self.conf.is_symlink())


class Moved(Installed):
    """Installed, then moved as a whole."""

    def setUp(self):
        super().setUp()
        self.install()
        self.moved = self.base / "second"
        self.prefix.rename(self.moved)

    def test_the_programs_run(self):
        environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
        run(self.moved / "bin" / "sctpd", "--config", self.moved / "etc" / "sctpd.conf", "--check", env=environment)
        self.assertIn("libsctpd", run(self.moved / "bin" / "sctpctl", "--version", env=environment))
        with socket.socket(type=socket.SOCK_DGRAM) as s:
            s.bind(("", 0))
            port = s.getsockname()[1]
        daemon = subprocess.Popen([self.moved / "bin" / "sctpd", "--runtime-dir", self.base / "run", "--udp-port", str(port)],
                                  stderr=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(daemon.stderr.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        deadline = time.monotonic() + TIMEOUT
        while not (self.base / "run" / "control.sock").exists():
            self.assertIsNone(daemon.poll(), "the daemon ended at its start")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.assertEqual(run(self.moved / "bin" / "sctpctl", "-s", self.base / "run" / "control.sock", "ping"), "done\n")
        daemon.terminate()
        self.assertEqual(daemon.wait(TIMEOUT), 0)

    def flags(self, *how):
        library = pathlib.Path(cached("CMAKE_INSTALL_LIBDIR") or "lib")
        environment = {**os.environ, "PKG_CONFIG_PATH": str(self.moved / library / "pkgconfig")}
        return run("pkg-config", *how, "--cflags", "--libs", "libsctpd", env=environment).split()

    def compile(self, *flags):
        sanitize = cached("SCTPD_SANITIZE")
        source = self.moved / "share" / "doc" / "sctpd" / "examples" / "c" / "client.c"
        run("cc", source, "-o", self.base / "client", *flags, *([f"-fsanitize={sanitize}"] if sanitize else []))
        r = subprocess.run([self.base / "client"], env={**os.environ, "SCTPD_SOCKET": "/nonexistent", "LD_LIBRARY_PATH": ""},
                           capture_output=True, text=True, timeout=TIMEOUT)
        self.assertIn("cannot reach sctpd", r.stderr)
        return run("readelf", "-d", self.base / "client")

    def test_programs_are_built_against_it(self):
        flags = self.flags()
        self.assertTrue(any(str(self.moved) in str(pathlib.Path(flag[2:]).resolve()) for flag in flags if flag.startswith("-L")), flags)
        library = next(flag[2:] for flag in flags if flag.startswith("-L"))
        self.assertIn("libsctpd.so.0", self.compile(*flags, f"-Wl,-rpath,{library}"))

    def test_programs_are_built_with_the_static_library(self):
        flags = [flag if flag != "-lsctpd" else "-l:libsctpd.a" for flag in self.flags("--static")]
        self.assertNotIn("libsctpd.so", self.compile(*flags))

    def test_no_file_but_the_unit_knows_the_prefix(self):
        """The unit has to: systemd wants absolute paths."""
        knowing = [file.name for file in self.moved.rglob("*") if file.is_file() and str(self.prefix).encode() in file.read_bytes()]
        self.assertEqual(knowing, ["sctpd.service"])


class Tree(Installed):
    def setUp(self):
        super().setUp()
        self.install()
        self.docs = self.prefix / "share" / "doc" / "sctpd"

    def test_the_unit_has_the_prefix_that_was_said_last(self):
        unit = (self.prefix / "lib" / "systemd" / "system" / "sctpd.service").read_text()
        self.assertIn(f"ExecStart={self.prefix}/bin/sctpd --config {self.prefix}/etc/sctpd.conf", unit)
        self.assertNotIn("@", re.sub(r"@system-service|~@\S+", "", unit))
        self.assertTrue((self.prefix / "lib" / "systemd" / "system" / "sctpd.socket").exists())
        self.assertTrue((self.prefix / "lib" / "sysusers.d" / "sctpd.conf").exists())

    def test_every_link_of_the_documents_leads_somewhere(self):
        documents = list(self.docs.rglob("*.md"))
        self.assertGreater(len(documents), 10)
        for document in documents:
            for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
                if "://" not in link and not link.startswith("#"):
                    self.assertTrue((document.parent / link.split("#")[0]).exists(), (document, link))

    def test_readme_links_nothing_twice(self):
        links = re.findall(r"\]\(([^)\s]+)\)", (SOURCE / "README.md").read_text())
        self.assertEqual(sorted(links), sorted(set(links)))

    def test_every_man_page_refers_to_pages_there_are(self):
        pages = {(file.stem, file.suffix[1:]): file for file in (self.prefix / "share" / "man").rglob("*.[1-8]")}
        self.assertEqual(set(pages), {("sctpctl", "1"), ("sctpd", "8"), ("sctpd.conf", "5")})
        for page in pages.values():
            for reference in re.findall(r"^\.BR ([\w.-]+) \((\d)\)", page.read_text(), re.M):
                self.assertIn(reference, set(pages) | FOREIGN_PAGES, page)

    def test_the_man_page_has_every_setting(self):
        page = (self.prefix / "share" / "man" / "man5" / "sctpd.conf.5").read_text()
        settings = re.findall(r"^#(\w+) = ", SHIPPED, re.M)
        self.assertGreater(len(settings), 20)
        for setting in settings:
            self.assertIn(f".TP\n.B {setting}\n", page)

    def test_man_pages_are_well_formed(self):
        if not shutil.which("groff"):
            self.skipTest("there is no groff")
        for page in (self.prefix / "share" / "man").rglob("*.[1-8]"):
            r = subprocess.run(["groff", "-man", "-ww", "-z", page], capture_output=True, text=True, timeout=TIMEOUT)
            self.assertEqual((r.returncode, r.stderr), (0, ""), page)

    def test_the_license_is_there(self):
        text = (self.docs / "LICENSE").read_text()
        self.assertIn("Apache License\n                           Version 2.0, January 2004", text)
        self.assertIn("SPDX-License-Identifier: Apache-2.0", (self.docs / "README.md").read_text())

    def test_the_examples_are_there_to_be_run(self):
        for name in ("python/server.py", "python/two_connects.py", "shell/answer.sh"):
            self.assertTrue((self.docs / "examples" / name).stat().st_mode & stat.S_IXOTH, name)
        self.assertFalse(list((self.docs / "examples").rglob("__pycache__")))

    def test_another_root(self):
        root = self.base / "root"
        self.prefix = pathlib.Path("/usr")
        said = self.install(DESTDIR=str(root))
        self.assertTrue((root / "etc" / "sctpd.conf").exists())
        unit = (root / "usr" / "lib" / "systemd" / "system" / "sctpd.service").read_text()
        self.assertIn("ExecStart=/usr/bin/sctpd --config /etc/sctpd.conf", unit)
        self.assertNotIn("-- Running", said)


class Uninstalled(Installed):
    def files(self):
        return sorted(str(file.relative_to(self.prefix)) for file in self.prefix.rglob("*") if not file.is_dir())

    def uninstall(self):
        return run("cmake", "--build", BUILD, "--target", "uninstall")

    def test_nothing_is_left(self):
        self.install()
        self.uninstall()
        self.assertEqual(self.files(), [])
        self.assertFalse((self.prefix / "share" / "doc" / "sctpd").exists())

    def test_what_is_its_reader_s_is_left(self):
        self.install()
        self.conf.write_text("linger_ms = 5\n")
        (self.prefix / "share" / "doc" / "sctpd" / "notes").write_text("mine")
        self.install()
        self.uninstall()
        self.assertEqual(self.files(), ["etc/sctpd.conf", "share/doc/sctpd/notes"])

    def test_twice_is_said(self):
        self.install()
        self.uninstall()
        with self.assertRaisesRegex(AssertionError, "nothing was installed from here"):
            self.uninstall()


if __name__ == "__main__":
    unittest.main()
