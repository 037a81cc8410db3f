"""Where an attempt or a listener is at the end of what the host gives: descriptors, silence, the order of addresses."""
import contextlib
import time

import pytest
import sctpd
from sctpd import STACK, RpcError, encaps

HERE = "127.0.0.1"
kernel = pytest.mark.skipif(STACK != "kernel", reason="usrsctp's associations have no descriptors")


def limited(n):
    return sctpd.Daemon(config={"linger_ms": 0}, prefix=["prlimit", f"--nofile={n}"])


@kernel
def test_peers_are_refused_before_they_are_up_where_descriptors_are_short():
    """Nobody is told that he is connected and then that he is not; who leaves makes room."""
    with limited(64) as small, sctpd.Daemon() as big:
        server, client = small.client(), big.client()
        listening = server.call("open", addrs=[HERE], listen=True)
        up = []
        with pytest.raises(RpcError) as refused:
            for _ in range(64):
                up.append(client.call("connect", addrs=[HERE], port=listening["port"], timeout_ms=5000, options=encaps(small)))
                server.recv_event("assoc_change", "comm_up", socket=listening["socket"])
        assert refused.value.name == "connection_refused" and len(up) > 5
        assert server.event("assoc_refused", socket=listening["socket"])["why"] == "the daemon has no free descriptor"
        for each in up:
            assert client.call("status", assoc=each["assoc"])["assoc"]["state"] == "established"
        assert small.client().call("ping") == {}, "there is a place for who wants to look"
        for each in up[:8]:
            client.call("abort", assoc=each["assoc"])
            server.recv_event("assoc_change", "comm_lost", socket=listening["socket"])
        deadline = time.monotonic() + sctpd.TIMEOUT
        while True:
            with contextlib.suppress(RpcError):
                client.call("connect", addrs=[HERE], port=listening["port"], timeout_ms=5000)
                break
            assert time.monotonic() < deadline


@kernel
def test_open_says_that_descriptors_are_the_limit():
    with limited(64) as small:
        client = small.client()
        with pytest.raises(RpcError) as full:
            for _ in range(64):
                client.call("open", addrs=[HERE])
        assert (full.value.name, full.value.data["errno"], full.value.data["what"]) == ("limit_reached", "EMFILE", "descriptors")
        assert full.value.data["limit"] == 64 and full.value.data["retry"] is True


def test_an_address_to_which_the_host_has_no_way_is_said_at_once(two_hosts):
    error = two_hosts.client_a.fails("unreachable", "connect", addrs=["198.51.100.7"], port=7, timeout_ms=60000, timeout=10)
    assert (error.data["errno"], error.data["reason"], error.param) == ("ENETUNREACH", "unreachable", "addrs[0]")
    assert not two_hosts.client_a.list()["assocs"]


def test_an_attempt_that_nobody_answers_is_not_refused(two_hosts):
    """The INITs run out; with the peer there and its port closed, it is refused at once."""
    for path in ("1", "2"):
        two_hosts.topology("cut", path)
    fast = {"initmsg": {"max_attempts": 2, "max_init_timeo": 200}, "rtoinfo": {"initial": 200, "min": 100, "max": 400}}
    client = two_hosts.client_a
    for addrs in (["10.77.1.2"], ["10.77.1.2", "10.77.2.2"]):
        error = client.fails("unreachable", "connect", addrs=addrs, port=7, options=fast, timeout_ms=20000, timeout=30)
        assert (error.data["errno"], error.data["reason"]) == ("ETIMEDOUT", "unreachable")
        attempt = client.call("connect", addrs=addrs, port=7, options=fast, wait=False)
        assert client.recv_event("assoc_change", "cant_assoc", assoc=attempt["assoc"])["reason"] == "unreachable"
    for path in ("1", "2"):
        two_hosts.topology("mend", path)
    # As many attempts as usual: the first may find the neighbour still unknown.
    error = client.fails("connection_refused", "connect", addrs=["10.77.1.2"], port=7, timeout_ms=20000, timeout=30)
    assert error.data["reason"] == "refused"


@pytest.mark.parametrize("addrs", [["::1", HERE], [HERE, "::1"]])
def test_addresses_are_tried_in_their_order(addrs):
    with sctpd.Daemon() as daemon:
        client = daemon.client()
        listening = client.call("open", listen=True)
        up = client.call("connect", addrs=addrs, port=listening["port"])
        status = client.call("status", assoc=up["assoc"])["assoc"]
        assert status["peer"] == addrs[0]
        assert [p["addr"] for p in status["paths"] if p["primary"]] == [addrs[0]]


def test_who_ended_an_association_that_was_up(two_hosts):
    """A peer that is not heard any more, and one that aborts."""
    a, b = two_hosts.client_a, two_hosts.client_b
    fast = {"associnfo": {"asocmaxrxt": 1}, "rtoinfo": {"initial": 100, "min": 100, "max": 200},
            "peer_addr_params": {"pathmaxrxt": 1}}
    listening = b.call("open", addrs=["10.77.1.2"], listen=True)
    first, second = (a.call("connect", addrs=["10.77.1.2"], port=listening["port"], options=fast)["assoc"] for _ in range(2))
    theirs = b.recv_event("assoc_change", "comm_up", socket=listening["socket"])["assoc"]
    b.call("abort", assoc=theirs)
    lost = a.recv_event("assoc_change", "comm_lost", assoc=first)
    assert lost["reason"] == "peer_aborted"
    two_hosts.topology("cut", "1")
    a.call("send", assoc=second, text="into the dark")
    assert a.recv_event("assoc_change", "comm_lost", assoc=second)["reason"] == "unreachable"


def test_close_says_what_a_real_peer_has_not_taken(two_hosts):
    """Cut off: everything is lost, and counted."""
    a, b = two_hosts.client_a, two_hosts.client_b
    listening = b.call("open", addrs=["10.77.1.2"], listen=True)
    for how in ({"timeout_ms": 300}, {"mode": "abort"}):
        s = a.call("open", addrs=["10.77.1.1"])["socket"]
        up = a.call("connect", socket=s, addrs=["10.77.1.2"], port=listening["port"])["assoc"]
        two_hosts.topology("cut", "1")
        for n in range(3):
            a.call("send", assoc=up, text=f"message {n}")
        assert a.call("close", socket=s, **how) == {"lost": {"messages": 3, "bytes": 27}}
        two_hosts.topology("mend", "1")
