"""What an adversary may cause, measured on the build that is shipped: figures of a build with sanitizers say nothing."""
import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
os.environ.setdefault("BUILD_DIR", str(HERE.parents[1] / "build"))

import sctpd  # noqa: E402


# Those that measure; the others are about what a sanitizer sees.
FIGURES = {"test_deaths.py", "test_memory.py", "test_stall.py"}


def pytest_collection_modifyitems(items):
    if b"__asan_init" in pathlib.Path(sctpd.program()).read_bytes():
        for item in items:
            if HERE in item.path.parents and item.path.name in FIGURES:
                item.add_marker(pytest.mark.skip(reason="figures need a build without sanitizers"))
