"""What close does where it does not say so itself: the option linger (RFC 6458 8.1.4)."""
import pytest

ABORT = {"onoff": True, "linger": 0}


def linger(pair, value):
    pair.b.call("setopts", socket=pair.socket_b, options={"linger": value})


def end_at_the_peer(pair):
    """The state that the peer is told at the end."""
    return pair.a.recv_until(lambda i: i.get("event") == "assoc_change" and i["state"] != "comm_up",
                             assoc=pair.assoc_a)[0]["state"]


@pytest.mark.parametrize("value, how, state", [
    (None, {}, "shutdown_comp"),
    ({"onoff": False, "linger": 0}, {}, "shutdown_comp"),
    ({"onoff": True, "linger": 5}, {}, "shutdown_comp"),
    (ABORT, {}, "comm_lost"),
    (ABORT, {"mode": "graceful"}, "shutdown_comp"),
    (ABORT, {"timeout_ms": 5000}, "shutdown_comp"),
    (None, {"mode": "abort"}, "comm_lost"),
])
def test_close(pair, value, how, state):
    if value:
        linger(pair, value)
    pair.b.call("close", socket=pair.socket_b, **how)
    assert end_at_the_peer(pair) == state


@pytest.mark.parametrize("value, state", [(None, "shutdown_comp"), (ABORT, "comm_lost")])
def test_an_owner_that_leaves(pair, value, state):
    if value:
        linger(pair, value)
    pair.b.close()
    assert end_at_the_peer(pair) == state


def test_given_to_open(client):
    opened = client.call("open", addrs=["127.0.0.1"], options={"linger": ABORT})
    assert client.call("getopts", socket=opened["socket"], options=["linger"])["options"]["linger"] == ABORT
