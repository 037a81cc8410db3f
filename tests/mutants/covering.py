"""A plugin of pytest: which lines of the code each test runs. What a test starts writes its counts when it ends; they are taken after each test.

Environment: COVERING a folder, to which each worker adds a file of lines {"test", "seconds", "lines"}; BUILD_DIR a build with coverage.
"""
import json
import os
import pathlib
import time

import pytest

import trial

FOLDER = pathlib.Path(os.environ["COVERING"])
BUILD = pathlib.Path(os.environ["BUILD_DIR"])
MINE = FOLDER / str(os.getpid())


def pytest_sessionstart():
    """The counts of this process's daemons lie apart from those of others, beside what gcov needs to read them."""
    trial.counts_apart(BUILD, MINE)
    os.environ["GCOV_PREFIX"] = str(MINE)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    start = time.monotonic()
    yield
    row = {"test": item.nodeid, "seconds": round(time.monotonic() - start, 3), "lines": sorted(trial.lines_run(BUILD, MINE))}
    with open(FOLDER / f"{os.getpid()}.jsonl", "a", encoding="utf-8") as out:
        out.write(json.dumps(row) + "\n")
