"""One mistake on trial: a copy of the tree that has it is built, and the cheapest tests that run its line are run until one fails.

A copy is made once for each worker and kept: after a mistake the file is put back, and only what depends on it is compiled anew. Which tests
run which lines is measured once on a build with coverage; a line that none of them runs is not seen, and costs nothing. Of those that run it
the quick ones that run little else come first: they are about it.
"""
import difflib
import json
import os
import pathlib
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "mutants"
PYTEST = ["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]

SEEN, NOT_SEEN, NO_PROGRAM = "seen", "not seen", "does not compile"

# Where a file's mistakes can be seen, cheapest first: folder | lanes. The rpc lane is chosen by coverage.
LANES = (
    ("daemon/stack/kernel/", ("unit", "kernel-stack")),
    ("daemon/stack/usrsctp/", ("unit", "usrsctp-stack", "usrsctp", "usrsctp-more")),
    ("client-lib/", ("client",)),
    ("cli/", ("client",)),
    ("proto/", ("unit", "openrpc", "rpc")),
    ("daemon/config", ("unit", "docs", "rpc")),
    ("daemon/", ("unit", "openrpc", "rpc")),
)
COMMANDS = {
    "unit": ["ctest", "--test-dir", "{build}", "-R", "^unit/", "--stop-on-failure"],
    "client": ["ctest", "--test-dir", "{build}", "-R", "^(client|docs)/", "--stop-on-failure"],
    "openrpc": ["ctest", "--test-dir", "{build}", "-R", "^docs/openrpc$"],
    "docs": ["ctest", "--test-dir", "{build}", "-R", "^docs/", "--stop-on-failure"],
    "usrsctp-stack": ["{build}/stack_test", "usrsctp", "{port}"],
    "kernel-stack": ["tests/lab/run", "--timeout", "300", "--", "{build}/stack_test", "kernel"],
    "usrsctp": [*PYTEST, "tests/integration/test_verbs.py", "tests/integration/test_associations.py", "tests/integration/test_events.py",
                "tests/integration/test_options.py", "tests/integration/test_extensions.py"],
    "usrsctp-more": [*PYTEST, "tests/integration/test_guard.py", "tests/integration/test_watchdog.py", "tests/integration/test_raw.py",
                     "tests/integration/test_connecting.py", "tests/integration/test_bindx_hosts.py"],
    "rpc": [*PYTEST],
}
SECONDS = 240  # a lane that takes longer hangs, and so has seen it
FIRST = 16  # so many tests are run before the rest of them, which are run by several processes
TESTS = ("tests/rpc", "tests/adversary/test_system_fails.py")  # of the protocol, chosen from by coverage


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

    def compile(self, programs=()):
        """@programs, or else all there are."""
        if not (self.build / "build.ninja").exists() and not self.run(["cmake", "--preset", self.preset], 120):
            return False
        return self.run(["ninja", "-C", str(self.build), *programs], 900)

    def passes(self, lane, more=(), **environment):
        command = [part.format(build=self.build, port=self.port) for part in COMMANDS[lane]]
        stack = "usrsctp" if lane.startswith("usrsctp") else "fake"
        lsan = f"suppressions={self.root}/tests/support/lsan.supp:print_suppressions=0"
        return self.run([*command, *more], SECONDS, BUILD_DIR=str(self.build), SCTPD_STACK=stack, LSAN_OPTIONS=lsan, **environment)

    def tests_pass(self, tests):
        """Whether those tests of the protocol pass: the first few by one process, which is there sooner."""
        first, rest = tests[:FIRST], tests[FIRST:]
        return (not first or self.passes("rpc", first)) and (not rest or self.passes("rpc", ["-n", "2", *rest]))


def lanes_of(file):
    return next(lanes for folder, lanes in LANES if file.startswith(folder))


def chosen(lanes, covered, line, most):
    """(programs to be built, what is run: lane -> names) for a mistake in @line."""
    names = {lane: None for lane in lanes}
    programs = {"openrpc": ["sctpd"]}
    if "unit" in names:
        names["unit"] = covered.units(line)
        programs["unit"] = [f"test_{name}" for name in names["unit"]]
    if "rpc" in names:
        names["rpc"] = covered.tests(line, most)
        programs["rpc"] = ["sctpd-fake"]
        if not names["rpc"]:  # what the stack in memory does not need
            del names["rpc"]
            names |= {"usrsctp": None, "usrsctp-more": None}
    return [each for lane in names for each in programs[lane]] if set(names) <= set(programs) else (), names


def lane_passes(tree, lane, names):
    if names is None:
        return tree.passes(lane)
    if lane == "rpc":
        return tree.tests_pass(names)
    return not names or tree.run(["ctest", "--test-dir", str(tree.build), "-R", f"^unit/({'|'.join(names)})$", "--stop-on-failure"], SECONDS)


def try_mistake(tree, file, mistake, covered, most):
    """What became of it, and which lane saw it. @covered: what measure() found. Of the tests of the protocol at most @most are run, 0: all."""
    path = tree.root / file
    source = path.read_text()
    path.write_text(mistake.put_into(source))
    try:
        programs, names = chosen(lanes_of(file), covered, f"{file}:{mistake.line}", most)
        if not tree.compile(programs):
            return NO_PROGRAM, None
        for lane, which in names.items():
            if not lane_passes(tree, lane, which):
                return SEEN, lane
        return NOT_SEEN, None
    finally:
        path.write_text(source)


def numbers(file, commit):
    """Line of @file in @commit -> line of it now."""
    was = subprocess.run(["git", "show", f"{commit}:{file}"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    now = (ROOT / file).read_text().splitlines() if (ROOT / file).exists() else []
    blocks = difflib.SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks() if was != now else [(0, 0, len(now))]
    return {a + i + 1: b + i + 1 for a, b, n in blocks for i in range(n)}


def moved(lines, commit):
    """What was measured in @commit, by the numbers that its lines have now."""
    changed = set(subprocess.check_output(["git", "diff", "--name-only", commit], cwd=ROOT, text=True).split())
    places = {file: numbers(file, commit) for file in changed}
    found = {}
    for line, run in lines.items():
        file, number = line.rsplit(":", 1)
        now = places[file].get(int(number)) if file in places else number
        if now:
            found[f"{file}:{now}"] = run
    return found


def statement(source, number):
    """The numbers of the lines of the statement that has line @number, the first is 1."""
    first = last = number
    while first > 1 and source[first - 2].strip() and source[first - 2].rstrip()[-1] not in ";{}:/":
        first -= 1
    while last < len(source) and source[last - 1].strip() and source[last - 1].rstrip()[-1] not in ";{}:/":
        last += 1
    return range(first, last + 1)


class Covered:
    """What measure() found: {"commit", "tests": [[name, seconds, lines]], "units": [name], "lines": {file:line: [[of tests], [of units]]}}."""

    def __init__(self, found):
        self.found = {**found, "lines": moved(found["lines"], found["commit"])}

    def _of(self, line):
        """What is run of a statement counts for all of its lines: gcov names one of them."""
        file, number = line.rsplit(":", 1)
        known = [self.found["lines"].get(f"{file}:{at}", [[], []]) for at in statement((ROOT / file).read_text().splitlines(), int(number))]
        return [set().union(*(each[i] for each in known)) for i in range(2)]

    def units(self, line):
        """Where none is known to run it, those of its file: a process that is killed, as a watchdog's, says nothing of what it ran."""
        file = line.rsplit(":", 1)[0]
        of = self._of(line)[1] or {i for at, run in self.found["lines"].items() if at.rsplit(":", 1)[0] == file for i in run[1]}
        return [self.found["units"][i] for i in sorted(of)]

    def tests(self, line, most):
        rows = sorted((self.found["tests"][i] for i in self._of(line)[0]), key=lambda row: (row[1] + 0.1) * row[2])
        return [name for name, _, _ in rows[:most or None]]


def counts_apart(build, folder):
    """Makes @folder ready to be a GCOV_PREFIX: gcov finds what it needs beside the counts."""
    for path in build.rglob("*.gcno"):
        link = pathlib.Path(f"{folder}{path}")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o777)  # a test may run a daemon as another user


def lines_run(build, folder):
    """file:line of every line that was run since the counts in @folder were last taken, which this does."""
    counts = [str(path) for path in folder.rglob("*.gcda")]
    lines = set()
    if not counts:
        return lines
    root = build.parents[1]
    said = subprocess.run(["gcov", "--json-format", "--stdout", *counts], cwd=build, capture_output=True, text=True, check=True)
    for text in filter(None, said.stdout.splitlines()):
        for file in json.loads(text)["files"]:
            path = os.path.relpath(os.path.join(build, file["file"]), root)
            lines.update(f"{path}:{line['line_number']}" for line in file["lines"] if line["count"])
    for path in counts:
        os.unlink(path)
    return lines


def measure_tests(tree, paths):
    """[name, seconds, lines] of each test of the protocol in @paths."""
    said = WORK / "covering"
    shutil.rmtree(said, ignore_errors=True)
    said.mkdir(parents=True)
    said.chmod(0o777)
    tree.run([*[word for word in PYTEST if word != "-x"], "-n", "2", "-p", "covering", *paths], 1800, BUILD_DIR=str(tree.build), SCTPD_STACK="fake",
             PYTHONPATH=str(tree.root / "tests" / "mutants"), COVERING=str(said))
    rows = [json.loads(line) for path in said.glob("*.jsonl") for line in path.read_text().splitlines()]
    shutil.rmtree(said)
    return [(row["test"], row["seconds"], row["lines"]) for row in rows]


def measure_units(tree):
    """(name, lines) of each unit test."""
    folder = WORK / "covering-units"
    shutil.rmtree(folder, ignore_errors=True)
    counts_apart(tree.build, folder)
    rows = []
    for path in sorted((tree.root / "tests" / "unit").glob("test_*.c")):
        tree.run([str(tree.build / path.stem)], SECONDS, GCOV_PREFIX=str(folder))
        rows.append((path.stem.removeprefix("test_"), lines_run(tree.build, folder)))
    shutil.rmtree(folder)
    return rows


def without(known, paths):
    """What is known of the tests that are not in @paths: (tests, {file:line: their names})."""
    tests = [row for row in known.found["tests"] if not row[0].startswith(tuple(paths))] if known else []
    kept = {row[0] for row in tests}
    lines = {line: [known.found["tests"][i][0] for i in run[0]] for line, run in known.found["lines"].items()} if known else {}
    return tests, {line: [name for name in names if name in kept] for line, names in lines.items()}


def measure(paths=TESTS, known=None):
    """Which tests run which lines, as Covered has it; @known: of all but @paths, measured before."""
    tree = Tree("coverage", "coverage")
    if not tree.compile():
        raise SystemExit("the build with coverage failed")
    tests, of_tests = without(known, paths)
    for name, seconds, run in measure_tests(tree, paths):
        tests.append((name, seconds, len(run)))
        for line in run:
            of_tests.setdefault(line, []).append(name)
    units = measure_units(tree)
    shutil.rmtree(tree.root)
    place = {row[0]: i for i, row in enumerate(tests)}
    lines = {line: ([place[name] for name in names], []) for line, names in of_tests.items()}
    for i, (_, run) in enumerate(units):
        for line in run:
            lines.setdefault(line, ([], []))[1].append(i)
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True).strip()
    return {"commit": commit, "tests": tests, "units": [name for name, _ in units], "lines": lines}
