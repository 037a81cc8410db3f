"""The daemon does what the model says, through steps at random; and where it did not, that would be found and made short.

Environment: SCTPD_MODEL_STEPS (100000), SCTPD_MODEL_SEED (another each time).
"""
import os
import random
import time

import pytest

import figures
import shrink
from line import Line
from sctpd import STACK
from trial import Failure, Trial

STEPS = int(os.environ.get("SCTPD_MODEL_STEPS", "100000"))
SEED = os.environ.get("SCTPD_MODEL_SEED") or str(random.randrange(10**9))

pytestmark = pytest.mark.skipif(STACK != "fake", reason="the model knows what the stack in memory does")


def test_the_daemon_does_what_the_model_says():
    begin = time.monotonic()
    figures.say(f"model: {STEPS} steps with seed {SEED}")  # also where it fails
    with Trial() as trial:
        try:
            trial.run(SEED, STEPS)
        except Failure as failure:
            pytest.fail(str(failure), pytrace=False)
    figures.say(f"model: {trial.done} steps were as it says, in {time.monotonic() - begin:.0f} s")


# --- a daemon that lies: each is found, and a few steps show it ---

def epoch_stays(method, message):
    if method == "steal" and "result" in message:
        message["result"]["epoch"] -= 1


def mark_is_lost(_, message):
    for item in message.get("result", {}).get("items", ()):
        item.pop("redelivered", None)


def item_is_lost(_, message):
    items = message.get("result", {}).get("items", ())
    if items and "redelivered" in items[0]:
        del items[0]


def order_is_lost(_, message):
    message.get("result", {}).get("items", []).reverse()


def ack_goes_beyond(_, message):
    if message.get("error", {}).get("data", {}).get("name") == "ack_beyond":
        message["result"] = {"acked": message.pop("error")["data"]["seq"] + 1, "unacked": 0}


def stale_send_goes_out(method, message):
    if method == "send" and message.get("error", {}).get("data", {}).get("name") == "not_owner":
        del message["error"]
        message["result"] = {"message": 1}


def token_is_good_twice(method, message):
    if method == "claim" and message.get("error", {}).get("data", {}).get("name") == "bad_token":
        message["error"]["data"]["name"] = "owned"


def old_owner_is_not_told(method, message):
    if method == "owner_changed":
        message["params"] = {"event": "owner_changed"}


LIES = (epoch_stays, mark_is_lost, item_is_lost, order_is_lost, ack_goes_beyond, stale_send_goes_out, token_is_good_twice,
        old_owner_is_not_told)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_lie_is_found_and_made_short(lie):
    class Lying(Line):
        def heard(self, method, message):
            lie(method, message)
            return super().heard(method, message)

    with Trial(Lying) as trial:
        with pytest.raises(Failure) as found:
            trial.run("lies", 5000)
    figures.say(f"model: {lie.__name__} was found and shrunk to {len(trial.steps)} steps")
    assert len(trial.steps) <= 8, found.value


def test_shrinking():
    """What matters is left, wherever it stands; what does not is gone, and what can be simpler is."""
    steps = [(n, "long") for n in range(1000)]
    runs = []

    def fails(some):
        runs.append(some)
        return [step for step in some if step[0] % 2 == 0 or step[0] < 4] if {3, 500, 998} <= {n for n, _ in some} else None

    assert shrink.shrink(steps, fails, lambda step: [(step[0], "short")]) == [(3, "short"), (500, "short"), (998, "short")]
    assert len(runs) < 200
    assert shrink.shrink(steps, fails, seconds=0) == steps, "what was not tried is not left out"
