"""Many random steps of several clients and users, all of them short-lived: the daemon lives, and contradicts itself nowhere.

SCTPD_LIFE_STEPS and SCTPD_LIFE_SEED say how many steps and which; a failing walk is made shorter, as far as it fails again."""
import os
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "model"))

import figures  # noqa: E402
import life  # noqa: E402
import sctpd  # noqa: E402
import shrink  # noqa: E402

STEPS = int(os.environ.get("SCTPD_LIFE_STEPS", "20000"))
SEED = os.environ.get("SCTPD_LIFE_SEED") or str(random.randrange(10**9))
WALK = 2500  # steps of one daemon

pytestmark = pytest.mark.skipif(sctpd.STACK != "fake", reason="who lives how long is no matter of the stack")


def shorter(steps):
    def fails(some):
        found = life.walk(some)
        return some[:found[0] + 1] if found else None
    return shrink.shrink(steps, fails, seconds=40)


@pytest.mark.timeout(STEPS // 20 + 240)
def test_the_daemon_lives():
    figures.said.append(f"life: {STEPS} steps with seed {SEED}")
    for at in range(0, STEPS, WALK):
        steps = life.steps_of(f"{SEED}.{at}", min(WALK, STEPS - at))
        found = life.walk(steps)
        if found:
            short = shorter(steps[:found[0] + 1])
            pytest.fail(f"seed {SEED}, step {at + found[0]}: {found[1]}\n{found[2][-6000:]}\n"
                        f"{len(short)} steps that may do it again: {short[-40:]}")


def test_a_walk_is_the_same_from_the_same_seed():
    assert life.steps_of("1.0", 50) == life.steps_of("1.0", 50) != life.steps_of("2.0", 50)
    assert {what for what, _ in life.steps_of("1.0", 3000)} == set(life.MOVES)
