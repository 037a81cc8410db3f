"""The option linger (RFC 6458 8.1.4): how a socket's associations end where close does not say so, and where their
owner leaves without a word."""

import time

import pytest
from sctpd import STACK, Daemon, Pair

ABORT = {"linger": {"onoff": True, "linger": 0}}
TIMED = {"linger": {"onoff": True, "linger": 1}}
ENDS = [({}, "shutdown_comp"), (ABORT, "comm_lost"), ({"linger": {"onoff": True, "linger": 30}}, "shutdown_comp"),
        ({"linger": {"onoff": False, "linger": 0}}, "shutdown_comp")]


@pytest.mark.parametrize("options, state", ENDS)
@pytest.mark.parametrize("leave", ["close", "owner gone", "peeled off"])
def test_an_end_without_a_mode(daemon, options, state, leave):
    pair = Pair(daemon, open_b={"options": options})
    if leave == "close":
        pair.b.call("close", socket=pair.socket_b)
    elif leave == "peeled off":
        pair.b.call("close", socket=pair.b.call("peeloff", assoc=pair.assoc_b)["socket"])
    else:
        pair.b.close()
    assert pair.a.recv_event("assoc_change", state, assoc=pair.assoc_a)


@pytest.mark.parametrize("mode, options, state", [("graceful", ABORT, "shutdown_comp"), ("abort", {}, "comm_lost")])
def test_what_close_says_counts(daemon, mode, options, state):
    pair = Pair(daemon, open_b={"options": options})
    pair.b.call("close", socket=pair.socket_b, mode=mode)
    assert pair.a.recv_event("assoc_change", state, assoc=pair.assoc_a)


def test_set_later(pair):
    """After the association is there, and after it was peeled off."""
    pair.b.call("setopts", socket=pair.socket_b, options={"linger": {"onoff": True, "linger": 9}})
    new = pair.b.call("peeloff", assoc=pair.assoc_b)["socket"]
    assert pair.b.call("getopts", socket=new, options=["linger"])["options"]["linger"] == {"onoff": True, "linger": 9}
    pair.b.call("setopts", socket=new, options=ABORT)
    pair.b.call("close", socket=new)
    assert pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)


def stalled(daemon, options):
    """b has sent what a does not read, so that its shutdown cannot be complete."""
    pair = Pair(daemon, open_b={"options": options})
    size, sent = 50000, []
    while len(sent) < 2000:
        sent.append(pair.b.send("send", assoc=pair.assoc_b, text="x" * size, timeout_ms=60000))
        pair.b.quiet()
        there = {a["assoc"]: a for a in pair.b.list()["assocs"]}
        waiting = there[pair.assoc_b]["send_waiting"]
        # usrsctp takes more a moment later: until a is not read any more, and more waits than there is room for.
        if waiting and (STACK != "usrsctp" or there[pair.assoc_a]["paused"] and waiting >= 8):
            return pair
    raise AssertionError("it never stalled")


SMALL = {"recv_queue_bytes": 100000, "recv_queue_messages": 16}


@pytest.mark.parametrize("options, timeout_ms, config, least, most",
                         [(TIMED, None, {"shutdown_timeout_ms": 60000}, 0.9, 20),
                          ({}, None, {"shutdown_timeout_ms": 1000}, 0.9, 20),
                          ({"linger": {"onoff": True, "linger": 60}}, 500, {}, 0.4, 20),
                          (ABORT, None, {"shutdown_timeout_ms": 60000}, 0, 20)])
def test_time_for_the_shutdown(options, timeout_ms, config, least, most):
    """The time of linger, of the configuration, or of the call; what is left is aborted."""
    with Daemon(config={**SMALL, **config}) as daemon:
        pair = stalled(daemon, options)
        begin = time.monotonic()
        given = {} if timeout_ms is None else {"timeout_ms": timeout_ms}
        pair.b.call("close", {"socket": pair.socket_b, **given}, timeout=most)
        assert least <= time.monotonic() - begin < most
        lost = pair.a.recv_until(lambda i: i.get("event") == "assoc_change" and i["state"] != "comm_up", assoc=pair.assoc_a)
        assert lost[0]["state"] == "comm_lost"
