"""A thousand owners are killed in the middle of their work, and nothing is lost; the peer sees nothing of it. What is measured
is in tests/support/killing.py."""
import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

import figures
import sctpd
from hosts import TwoDaemons

KILLS = int(os.environ.get("SCTPD_KILLS", "1000"))
SEED = os.environ.get("SCTPD_KILLS_SEED") or str(random.randrange(10**9))
PROGRAM = pathlib.Path(sctpd.__file__).with_name("killing.py")
# The peer reads nothing: what is sent to it soon has no room.
CONFIG = {"recv_queue_bytes": 65536, "recv_queue_messages": 256, "shutdown_timeout_ms": 200}


@pytest.mark.skipif(sctpd.STACK == "fake", reason="the fake stack has no peers")
def test_a_thousand_kills():
    with TwoDaemons(config=CONFIG) as daemons:
        what = {"owners": daemons.server.socket_path, "peers": daemons.client.socket_path, "kills": KILLS, "seed": SEED,
                "connect": daemons.to_server}
        done = subprocess.run([sys.executable, str(PROGRAM), json.dumps(what)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"seed {SEED}:\n{done.stdout}{done.stderr}"
    got = json.loads(done.stdout)
    figures.say(f"{KILLS} owners killed on {sctpd.STACK}, {got['mid_batch']} in mid-batch, seed {SEED}, {got['seconds']:.0f} s: "
                f"{got['messages']} messages, {got['redelivered']} redelivered, {got['lost']} lost, {got['unmarked']} unmarked "
                f"duplicates; claim to first delivery p50 {got['p50_ms']:.2f} ms, p99 {got['p99_ms']:.2f} ms")
    assert [got[each] for each in ("lost", "unmarked", "misordered", "forgotten", "errors")] == [0] * 5, got
    assert got["state"] == [["established"]] and got["saw"] == [], got
    assert got["heard"] == [str(number) for number in range(got["sent"])], "what waited when its owner died was not sent"
    assert got["mid_batch"] >= KILLS // 4 and got["claims_unanswered"] == got["waiting_sends"] == KILLS // 10, got
