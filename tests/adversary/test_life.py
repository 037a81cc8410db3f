"""Many random steps of several clients and users, all of them short-lived, with peers and faults: the daemon lives, contradicts
itself nowhere, and keeps nothing of those who have left.

SCTPD_LIFE_STEPS and SCTPD_LIFE_SEED say how many steps and which, SCTPD_LIFE_SHRINK for how many seconds a failing walk is made
shorter, as far as it fails again. SCTPD_LIFE_STEPS=200000 is what a change of owners and lifetimes should see once. With
SCTPD_STACK=usrsctp the same walk, without what only the stack in memory can be told to do."""
import collections
import os
import pathlib
import random
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "model"))

import figures  # noqa: E402
import life  # noqa: E402
import life_faults  # noqa: E402,F401
import life_moves  # noqa: E402,F401
import sctpd  # noqa: E402
import shrink  # noqa: E402
from life_client import Wire  # noqa: E402

STEPS = int(os.environ.get("SCTPD_LIFE_STEPS", "20000" if life.FAKE else "8000"))
SEED = os.environ.get("SCTPD_LIFE_SEED") or str(random.randrange(10**9))
SHRINK = int(os.environ.get("SCTPD_LIFE_SHRINK", "60"))
WALK = 2500  # steps of one daemon
TRIES = 2  # of a shorter walk that may fail
ENDS = [30, 100, 300, 1000]  # steps

pytestmark = pytest.mark.skipif(sctpd.STACK == "kernel", reason="the walks are of a stack without a host's settings")


def shorter(steps, wire=Wire, seconds=SHRINK):
    """Nothing lives for long, so that the last steps often do it alone."""
    def fails(some):
        found = next(filter(None, (life.walk(some, wire) for _ in range(TRIES))), None)
        return some[:found[0] + 1] if found else None
    ends = (fails(steps[-n:]) for n in ENDS if n < len(steps))
    return shrink.shrink(next(filter(None, ends), steps), fails, seconds=seconds)


@pytest.mark.timeout(STEPS // 10 + SHRINK + 240)
def test_the_daemon_lives():
    figures.say(f"life: {STEPS} steps with seed {SEED}")  # also where it fails
    begin, outcomes = time.monotonic(), collections.Counter()
    for at in range(0, STEPS, WALK):
        steps = life.steps_of(f"{SEED}.{at}", min(WALK, STEPS - at))
        found = life.walk(steps, outcomes=outcomes)
        if found:
            short = shorter(steps[:found[0] + 1])
            pytest.fail(f"seed {SEED}, step {at + found[0]}: {found[1]}\n{found[2][-6000:]}\n"
                        f"{len(short)} steps that may do it again: {short[-40:]}", pytrace=False)
    done = sum(n for (_, how), n in outcomes.items() if how == "done")
    figures.say(f"life: {STEPS} steps in {time.monotonic() - begin:.0f} s; of {outcomes.total()} calls that were waited for {done} were done")


def test_a_walk_is_the_same_from_the_same_seed():
    assert life.steps_of("1.0", 50) == life.steps_of("1.0", 50) != life.steps_of("2.0", 50)
    assert {what for what, _ in life.steps_of("1.0", 5000)} == set(life.names())


# --- a daemon that lies: each is found, and a few steps show it ---

def owner_is_forgotten(what, message):
    if what == "list":
        for each in message["result"].get("sockets", ()):
            each["owner"] = 1 << 40


def charge_is_forgotten(what, message):
    if what == "list":
        for each in message["result"].get("accounts", ()):
            each["sockets"] = 0


def message_is_not_counted(what, message):
    if what == "stats" and "result" in message:
        message["result"]["messages_sent"] = -1


def stranger_is_listed(what, message):
    clients = message.get("result", {}).get("clients") if what == "list" else None
    if clients and all(each["uid"] == life.SPY for each in clients):
        clients.append({**clients[0], "uid": 0})


LIES = [owner_is_forgotten, charge_is_forgotten, message_is_not_counted, stranger_is_listed]


@pytest.mark.fake
@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_lie_is_found_and_made_short(lie):
    class Lying(Wire):
        def heard(self, what, message):
            lie(what, message)
            return super().heard(what, message)

    if lie is stranger_is_listed and os.geteuid() != 0:
        pytest.skip("only root can be other users")
    steps = life.steps_of("lies", 1000)
    found = life.walk(steps, Lying)
    assert found, "it was not found"
    short = shorter(steps[:found[0] + 1], Lying, seconds=30)
    figures.say(f"life: {lie.__name__} was found after {found[0] + 1} steps and shrunk to {len(short)}")
    assert len(short) <= 8, short
