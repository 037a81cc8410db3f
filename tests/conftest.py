"""What every test gets: a fresh daemon, and two clients with an association between them."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))

import figures  # noqa: E402
import hosts  # noqa: E402
import sctpd  # noqa: E402
import shown  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "fake: needs the fake stack, which fails on demand")
    if hasattr(config, "workerinput") and sctpd.STACK == "kernel":  # pytest-xdist runs others beside us
        hosts.network_of_its_own()


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("fake") and sctpd.STACK != "fake":
            item.add_marker(pytest.mark.skip(reason=f"needs faults on demand; the stack is {sctpd.STACK}"))


def pytest_make_parametrize_id(val):
    """Names of tests go into the environment, where a line of a megabyte has no room."""
    text = repr(val)
    return None if len(text) < 60 else f"{text[:24]}...{len(text)}"


def pytest_runtest_setup():
    shown.begin()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if call.when == "call" or report.skipped:
        shown.ended(item.nodeid, sctpd.STACK, report.outcome)


def pytest_sessionfinish(session):
    """Where pytest-xdist has spread the tests over processes, each tells the first what it saw."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput.update(shown=shown.dump(), figures=figures.said)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    if "shown" in getattr(node, "workeroutput", {}):  # it did not die
        shown.load(node.workeroutput["shown"])
        figures.said.extend(node.workeroutput["figures"])


def pytest_terminal_summary(terminalreporter):
    """What the tests that passed have shown to work, for tests/parity; and figures."""
    for line in figures.said:
        terminalreporter.write_line(f"figure: {line}")
    for line in shown.lines() if shown.WANTED else ():
        terminalreporter.write_line(line)


@pytest.fixture
def daemon(request):
    """A fresh daemon; its settings by @pytest.mark.parametrize("daemon", [{...}], indirect=True)."""
    d = sctpd.Daemon(config=getattr(request, "param", None)).start()
    yield d
    d.stop()


@pytest.fixture
def client(daemon):
    return daemon.client()


@pytest.fixture
def pair(daemon):
    return sctpd.Pair(daemon)
