"""What is measured is measured on the build that is shipped: figures of a build with sanitizers say nothing."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "model")]

import sctpd  # noqa: E402

# Modules of figures; all others want the sanitizers and the checks of a dev build.
FIGURES = {"test_deaths", "test_memory", "test_peer_memory", "test_stall", "test_feed", "test_connects", "test_pieces"}


def pytest_collection_modifyitems(items):
    if b"__asan_init" in pathlib.Path(sctpd.program()).read_bytes():
        for item in items:
            if item.path.parent == HERE and item.path.stem in FIGURES:
                item.add_marker(pytest.mark.skip(reason="figures need a build without sanitizers"))
