"""The ways to an association: IPv4, IPv6 and both, several addresses, ports, waiting or not, a peer that is silent."""
import contextlib
import socket

import pytest
import sctpd
from sctpd import encaps, payload

FAST = {"rtoinfo": {"initial": 200, "min": 200, "max": 400}}
V4, V6 = ["127.0.0.1"], ["::1"]


@pytest.fixture
def daemon():
    with sctpd.Daemon() as d:
        yield d


def has_ipv6():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        s.bind(("::1", 0))
        return True
    return False


def say_and_hear(pair):
    pair.say("here")
    assert payload(pair.hear()) == b"here"


def paths(client, assoc):
    return sorted(path["addr"] for path in client.call("status", assoc=assoc)["assoc"]["paths"])


@pytest.mark.parametrize("local_a, local_b, remote, seen", [
    (V4, V4, V4, V4),
    (V6, V6, V6, V6),
    (V4 + V6, V4 + V6, V4, V4 + V6),
    (V4 + V6, V4 + V6, V6, V4 + V6),
    (V4 + V6, V4 + V6, V4 + V6, V4 + V6),
    (V4, V4 + V6, V4, V4),
], ids=["v4", "v6", "both by v4", "both by v6", "both by both", "v4 from both"])
def test_families(daemon, local_a, local_b, remote, seen):
    if V6[0] in local_a + local_b and not has_ipv6():
        pytest.skip("this host has no IPv6")
    pair = sctpd.Pair(daemon, open_a={"addrs": local_a}, open_b={"addrs": local_b}, connect={"addrs": remote})
    say_and_hear(pair)
    assert paths(pair.b, pair.assoc_b) == sorted(seen)


def test_every_address_of_the_host(daemon):
    """Without addrs a socket has them all, of both families."""
    a, b = daemon.client(), daemon.client()
    opened = a.call("open", listen=True)
    for remote in (V4, V6) if has_ipv6() else (V4,):
        up = b.call("connect", addrs=remote, port=opened["port"])
        b.call("send", assoc=up["assoc"], text=remote[0])
        assert a.recv_message(socket=opened["socket"], encoding="text")["text"] == remote[0]


def test_ipv6_from_an_ipv4_socket_is_refused(daemon):
    client = daemon.client()
    s = client.call("open", addrs=V4)["socket"]
    error = client.fails("bad_address", "connect", socket=s, addrs=V6, port=9)
    assert error.param == "addrs" and client.list()["assocs"] == []


def test_port_0_lets_the_stack_choose(daemon):
    client = daemon.client()
    ports = [client.call("open", addrs=V4, port=0)["port"] for _ in range(5)]
    assert len(set(ports)) == 5 and all(1024 <= port <= 65535 for port in ports)
    error = client.fails("invalid_params", "connect", addrs=V4, port=0)
    assert error.param == "port"


def test_first_address_does_not_answer(two_hosts):
    """The path of the first address is cut: the handshake goes on with the second."""
    a, b = two_hosts.client_a, two_hosts.client_b
    listening = b.call("open", addrs=["10.77.1.2", "10.77.2.2"], listen=True)
    two_hosts.topology("cut", "1")
    own = a.call("open", addrs=["10.77.1.1", "10.77.2.1"])["socket"]
    up = a.call("connect", socket=own, addrs=["10.77.1.2", "10.77.2.2"], port=listening["port"], timeout_ms=20000,
                options=FAST, timeout=30)
    b.recv_event("assoc_change", "comm_up", socket=listening["socket"])
    assert "10.77.2.2" in paths(a, up["assoc"])
    a.call("send", assoc=up["assoc"], text="found")
    assert payload(b.recv_message(socket=listening["socket"])) == b"found"


def swallowing(two_hosts, network):
    """Packets to @network have a way, and nobody at its end answers."""
    two_hosts.topology("a", "ip", "route", "add", network, "via", "10.77.1.2")


@pytest.mark.parametrize("network", ["203.0.113", "10.99.0"], ids=["public", "private"])
def test_the_rest_is_tried_where_the_first_address_swallows_packets(two_hosts, network):
    """Also where the first is one that all the world can reach, and the peer's own is not."""
    a, b = two_hosts.client_a, two_hosts.client_b
    swallowing(two_hosts, f"{network}.0/24")
    listening = b.call("open", addrs=["10.77.1.2", "10.77.2.2"], listen=True)
    for options in ({}, FAST):
        up = a.call("connect", addrs=[f"{network}.1", f"{network}.2", "10.77.2.2"], port=listening["port"],
                    timeout_ms=30000 if not options else 10000, options=options, timeout=40)
        assert "10.77.2.2" in paths(a, up["assoc"])
        a.call("abort", assoc=up["assoc"])


def test_without_waiting(daemon):
    """The id comes at once; what happens to each attempt is told under its id, whatever the order."""
    client = daemon.client()
    listening = client.call("open", addrs=V4, listen=True)
    closed = client.call("open", addrs=V4)
    own = client.call("open", addrs=V4)["socket"]
    good = client.call("connect", socket=own, addrs=V4, port=listening["port"], wait=False)
    bad = client.call("connect", socket=own, addrs=V4, port=closed["port"], wait=False)
    assert good["state"] == bad["state"] == "cookie_wait" and good["assoc"] != bad["assoc"]
    told = {}
    while len(told) < 2:
        event = client.recv_event("assoc_change", socket=own)
        told[event["assoc"]] = event["state"]
    assert told == {good["assoc"]: "comm_up", bad["assoc"]: "cant_assoc"}


def test_a_refused_attempt_without_waiting_can_be_read(daemon):
    client = daemon.client()
    closed = client.call("open", addrs=V4)
    attempt = client.call("connect", addrs=V4, port=closed["port"], wait=False)
    assert client.recv_event("assoc_change", assoc=attempt["assoc"])["state"] == "cant_assoc"


@pytest.mark.parametrize("wait", [True, False])
def test_the_same_peer_twice(daemon, wait):
    client = daemon.client()
    listening = client.call("open", addrs=V4, listen=True)
    own = client.call("open", addrs=V4)["socket"]
    first = client.call("connect", socket=own, addrs=V4, port=listening["port"], wait=wait)
    client.fails("already_connected", "connect", socket=own, addrs=V4, port=listening["port"])
    client.recv_event("assoc_change", "comm_up", assoc=first["assoc"])
    client.fails("already_connected", "connect", socket=own, addrs=V4, port=listening["port"])
    client.call("send", assoc=first["assoc"], text="unharmed")
    assert payload(client.recv_message(socket=listening["socket"])) == b"unharmed"


def test_both_at_once():
    """Each end connects to the other's socket at the same time: RFC 9260 5.2.1 makes one association of it."""
    with sctpd.Daemon() as one, sctpd.Daemon() as other:
        a, b = one.client(), other.client()
        open_a, open_b = a.call("open", addrs=V4, listen=True), b.call("open", addrs=V4, listen=True)
        a.send("connect", socket=open_a["socket"], addrs=V4, port=open_b["port"], wait=False, options=encaps(other))
        b.send("connect", socket=open_b["socket"], addrs=V4, port=open_a["port"], wait=False, options=encaps(one))
        up_a = a.recv_event("assoc_change", "comm_up", socket=open_a["socket"])
        up_b = b.recv_event("assoc_change", "comm_up", socket=open_b["socket"])
        a.call("send", assoc=up_a["assoc"], text="one")
        assert payload(b.recv_message(assoc=up_b["assoc"])) == b"one"
        b.call("send", assoc=up_b["assoc"], text="other")
        assert payload(a.recv_message(assoc=up_a["assoc"])) == b"other"
        live = [x for x in a.list()["assocs"] if x["state"] == "established"]
        assert len(live) == 1


def test_a_peer_that_comes_too_late(two_hosts):
    """Both paths are cut until the attempt has timed out. Then they are there again, and nobody knocks."""
    a, b = two_hosts.client_a, two_hosts.client_b
    listening = b.call("open", addrs=["10.77.1.2", "10.77.2.2"], listen=True)
    for path in ("1", "2"):
        two_hosts.topology("cut", path)
    a.fails("timeout", "connect", addrs=["10.77.1.2", "10.77.2.2"], port=listening["port"], timeout_ms=1000,
            options=FAST)
    assert a.list() == {"sockets": [], "assocs": [], "subs": []}
    for path in ("1", "2"):
        two_hosts.topology("mend", path)
    # An attempt that went on would send its INIT every 400 ms.
    b.fails("timeout", "recv", socket=listening["socket"], timeout_ms=2000)
    assert b.list()["assocs"] == []


DEAD = [f"10.99.0.{n}" for n in range(1, 65)]  # in swallowing(two_hosts, "10.99.0.0/24")


def tried(error):
    return [(each["addr"], each["outcome"]) for each in error.data["tried"]]


@pytest.mark.parametrize("dead, timeout_ms", [(2, 3000), (12, 8000)], ids=["too slow", "too many"])
def test_each_address_has_a_turn_in_time(two_hosts, dead, timeout_ms):
    """Where the first ones take 3 s each, and more of them are dead than there are INITs. What comes of it has the timeouts
    it would have had."""
    a, b = two_hosts.client_a, two_hosts.client_b
    swallowing(two_hosts, "10.99.0.0/24")
    listening = b.call("open", addrs=["10.77.2.2"], listen=True)
    own = a.call("open", addrs=["10.77.1.1", "10.77.2.1"], listen=True)["socket"]
    before = a.call("getopts", socket=own, options=["rtoinfo", "initmsg"])
    up = a.call("connect", socket=own, addrs=DEAD[:dead] + ["10.77.2.2"], port=listening["port"], timeout_ms=timeout_ms)
    assert up["state"] == "established"
    assert a.call("getopts", assoc=up["assoc"], options=["rtoinfo"])["options"]["rtoinfo"] == before["options"]["rtoinfo"]
    assert a.call("getopts", socket=own, options=["rtoinfo", "initmsg"]) == before


def test_who_fails_is_told_which_addresses_had_a_turn(two_hosts):
    a = two_hosts.client_a
    swallowing(two_hosts, "10.99.0.0/24")
    error = a.fails("timeout", "connect", addrs=DEAD[:3], port=7, timeout_ms=1500)
    assert tried(error) == [(addr, "no_answer") for addr in DEAD[:3]] and "untried" not in error.data
    error = a.fails("timeout", "connect", addrs=DEAD[:10], port=7, timeout_ms=700)
    had = [addr for addr, _ in tried(error)]
    assert 3 <= len(had) <= 4 and had + error.data["untried"] == DEAD[:10], "200 ms each, and timers come late"
    slow = {"rtoinfo": {"initial": 1000, "min": 1000}}
    error = a.fails("timeout", "connect", addrs=DEAD[:3], port=7, timeout_ms=1500, options=slow)
    assert tried(error) == [(addr, "no_answer") for addr in DEAD[:2]] and error.data["untried"] == DEAD[2:3]
    few = {"initmsg": {"max_attempts": 1}, "rtoinfo": {"initial": 200, "min": 200, "max": 200}}
    error = a.fails("unreachable", "connect", addrs=DEAD[:3], port=7, timeout_ms=10000, options=few)
    assert tried(error) == [(addr, "no_answer") for addr in DEAD[:2]] and error.data["untried"] == DEAD[2:3]
    error = a.fails("connection_refused", "connect", addrs=[DEAD[0], "10.77.2.2", DEAD[1]], port=7, timeout_ms=6000)
    assert tried(error) == [(DEAD[0], "no_answer"), ("10.77.2.2", "refused")] and error.data["untried"] == [DEAD[1]]
