"""One mistake on trial: a copy of the tree that has it is built, and the cheapest tests that run its line are run until one fails.

A copy is made once for each worker and kept: after a mistake the file is put back, and only what depends on it is compiled anew. Which test
files run which lines is measured once on a build with coverage; a line that none of them runs is not seen, and costs nothing.
"""
import json
import os
import pathlib
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "mutants"
PYTEST = ["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile"]

SEEN, NOT_SEEN, NO_PROGRAM = "seen", "not seen", "does not compile"

# Where a file's mistakes can be seen, cheapest first: folder | lanes. The rpc lane is chosen by coverage.
LANES = (
    ("daemon/stack/kernel/", ("unit", "kernel-stack")),
    ("daemon/stack/usrsctp/", ("unit", "usrsctp-stack", "usrsctp")),
    ("client-lib/", ("client",)),
    ("cli/", ("client",)),
    ("proto/", ("unit", "rpc")),
    ("daemon/config", ("docs", "rpc")),
    ("daemon/", ("unit", "rpc")),
)
COMMANDS = {
    "unit": ["ctest", "--test-dir", "{build}", "-R", "^unit/", "--stop-on-failure"],
    "client": ["ctest", "--test-dir", "{build}", "-R", "^(client|docs)/", "--stop-on-failure"],
    "docs": ["ctest", "--test-dir", "{build}", "-R", "^docs/", "--stop-on-failure"],
    "usrsctp-stack": ["{build}/stack_test", "usrsctp", "{port}"],
    "kernel-stack": ["tests/lab/run", "--timeout", "300", "--", "{build}/stack_test", "kernel"],
    "usrsctp": [*PYTEST, "tests/integration/test_verbs.py", "tests/integration/test_associations.py", "tests/integration/test_events.py",
                "tests/integration/test_options.py", "tests/integration/test_extensions.py"],
    "rpc": [*PYTEST],
}
SECONDS = 240  # a lane that takes longer hangs, and so has seen it


class Tree:
    """A copy of the tracked files, with a build of its own."""

    def __init__(self, name, preset, port=9890):
        self.root = WORK / name
        self.preset = preset
        self.build = self.root / "build" / preset
        self.port = port
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        for file in subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines():
            (self.root / file).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / file).exists():
                shutil.copy2(ROOT / file, self.root / file)

    def run(self, command, seconds, **environment):
        """Whether it succeeded within its time. What it started ends with it."""
        process = subprocess.Popen(command, cwd=self.root, env={**os.environ, **environment}, start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            try:
                os.killpg(process.pid, 9)
            except ProcessLookupError:
                pass
            process.wait()

    def compile(self):
        if not (self.build / "build.ninja").exists() and not self.run(["cmake", "--preset", self.preset], 120):
            return False
        return self.run(["ninja", "-C", str(self.build)], 900)

    def passes(self, lane, files=()):
        command = [part.format(build=self.build, port=self.port) for part in COMMANDS[lane]]
        stack = "usrsctp" if lane == "usrsctp" else "fake"
        lsan = f"suppressions={self.root}/tests/support/lsan.supp:print_suppressions=0"
        return self.run([*command, *files], SECONDS, BUILD_DIR=str(self.build), SCTPD_STACK=stack, LSAN_OPTIONS=lsan)


def lanes_of(file):
    return next(lanes for folder, lanes in LANES if file.startswith(folder))


def try_mistake(tree, file, mistake, covered):
    """What became of it, and which lane saw it. @covered: what measure() found."""
    path = tree.root / file
    source = path.read_text()
    path.write_text(mistake.put_into(source))
    try:
        if not tree.compile():
            return NO_PROGRAM, None
        for lane in lanes_of(file):
            files = covered.get(f"{file}:{mistake.line}", []) if lane == "rpc" else ()
            if lane == "rpc" and not files:
                continue
            if not tree.passes(lane, files):
                return SEEN, lane
        return NOT_SEEN, None
    finally:
        path.write_text(source)


def lines_run(tree):
    """file:line of every line that was run since the counts were last taken, which this does."""
    counts = [str(path) for path in tree.build.rglob("*.gcda")]
    lines = set()
    if not counts:
        return lines
    said = subprocess.run(["gcov", "--json-format", "--stdout", *counts], cwd=tree.build, capture_output=True, text=True, check=True)
    for text in filter(None, said.stdout.splitlines()):
        for file in json.loads(text)["files"]:
            path = os.path.relpath(os.path.join(tree.build, file["file"]), tree.root)
            lines.update(f"{path}:{line['line_number']}" for line in file["lines"] if line["count"])
    for path in counts:
        os.unlink(path)
    return lines


def measure():
    """file:line -> the test files of the protocol that run it, those that run least first."""
    tree = Tree("coverage", "coverage")
    if not tree.compile():
        raise SystemExit("the build with coverage failed")
    lines_run(tree)
    files, covered = {}, {}
    for path in sorted((tree.root / "tests" / "rpc").glob("test_*.py")):
        file = str(path.relative_to(tree.root))
        start = time.monotonic()
        if not tree.passes("rpc", [file]):
            print(f"{file} fails without a mistake, and is left out")
            lines_run(tree)
            continue
        files[file] = (time.monotonic() - start, lines_run(tree))
    for file, (_, lines) in sorted(files.items(), key=lambda row: row[1][0]):
        for line in lines:
            covered.setdefault(line, []).append(file)
    shutil.rmtree(tree.root)
    return covered
