"""connect: families, several addresses, ports, time, and whom an answer is about. What ends badly otherwise is in
test_scenarios.py."""

import time

import pytest
from sctpd import STACK, RpcError, payload

HERE, HERE6 = "127.0.0.1", "::1"
A1, A2, B1, B2 = "10.77.1.1", "10.77.2.1", "10.77.1.2", "10.77.2.2"
FAST = {"rtoinfo": {"initial": 200, "min": 100, "max": 400}}


def up(client, socket):
    return client.recv_event("assoc_change", "comm_up", socket=socket)["assoc"]


def exchange(client, one, two):
    for sender, receiver in ((one, two), (two, one)):
        client.call("send", assoc=sender, text="hello")
        assert payload(client.recv_message(assoc=receiver)) == b"hello"


# --- addresses and ports ---


@pytest.mark.parametrize("bound, addrs", [([HERE], [HERE]), ([HERE6], [HERE6]), ([HERE, HERE6], [HERE, HERE6]),
                                          ([HERE, HERE6], [HERE6, HERE]), ([HERE, HERE6], [HERE]), (None, [HERE]),
                                          (None, [HERE6])])
def test_families(client, bound, addrs):
    """IPv4, IPv6 and both in one call, to a port that the stack chose; the same port on every address."""
    where = {"addrs": bound} if bound else {}
    server = client.call("open", listen=True, **where)
    assert server["port"] and (not bound or set(server["addrs"]) == set(bound))
    assert client.call("status", socket=server["socket"])["socket"]["port"] == server["port"]
    near = client.call("connect", addrs=addrs, port=server["port"], timeout_ms=10000)
    far = up(client, server["socket"])
    assert near["state"] == "established"
    paths = {p["addr"] for p in client.call("status", assoc=near["assoc"])["assoc"]["paths"]}
    assert set(addrs) <= paths
    exchange(client, near["assoc"], far)


def test_a_family_the_socket_does_not_have(client):
    server = client.call("open", addrs=[HERE, HERE6], listen=True)
    own = client.call("open", addrs=[HERE])["socket"]
    if STACK == "fake":
        pytest.skip("the fake stack does not care")
    error = client.fails("bad_address", "connect", socket=own, addrs=[HERE6], port=server["port"])
    assert error.param == "addrs" and error.data["errno"] == "EAFNOSUPPORT"
    assert client.call("connect", socket=own, addrs=[HERE], port=server["port"], timeout_ms=10000)["state"] == "established"


# --- whom an answer is about ---


def test_without_waiting_the_id_comes_at_once(client):
    """Connects that end well and badly, told apart by the association and by nothing else."""
    server = client.call("open", addrs=[HERE], listen=True)
    unused = client.call("open", addrs=[HERE])
    own = [client.call("open", addrs=[HERE])["socket"] for _ in range(4)]
    begun = [client.call("connect", socket=s, addrs=[HERE], port=port, wait=False)
             for s, port in zip(own, [server["port"], unused["port"]] * 2)]
    assert len({b["assoc"] for b in begun}) == 4 and [b["socket"] for b in begun] == own
    assert all(b["state"] in ("cookie_wait", "established") for b in begun)
    for b, state in zip(begun, ["comm_up", "cant_assoc"] * 2):
        event = client.recv_event("assoc_change", assoc=b["assoc"])
        assert (event["state"], event["assoc"], event["socket"]) == (state, b["assoc"], b["socket"])


def test_two_to_one_peer_at_the_same_time(client):
    """The second is told so, at once and as long as the first is there; the first does not notice."""
    server = client.call("open", addrs=[HERE], listen=True)
    own = client.call("open", addrs=[HERE])["socket"]
    where = {"socket": own, "addrs": [HERE], "port": server["port"]}
    numbers = client.send_all([("connect", where)] * 3)
    results = []
    for number in numbers:
        try:
            results.append(client.answer(number))
        except RpcError as error:
            results.append(error)
    first, *others = results
    assert first["state"] == "established"
    for error in others:
        assert (error.name, error.param, error.data["errno"]) == ("already_connected", "addrs", "EISCONN")
    client.fails("already_connected", "connect", where)
    exchange(client, first["assoc"], up(client, server["socket"]))
    assert [a["assoc"] for a in client.list()["assocs"] if a["socket"] == own] == [first["assoc"]]
    client.call("eof", assoc=first["assoc"], wait=True)
    client.recv_event("assoc_change", "shutdown_comp", assoc=first["assoc"])
    assert client.call("connect", where)["assoc"] != first["assoc"]


# --- peers that do not answer ---


@pytest.fixture
def hosts(two_hosts):
    """Two hosts with two paths; b listens on both."""
    two_hosts.server = two_hosts.client_b.call("open", addrs=[B1, B2], port=7000, listen=True, options=FAST)["socket"]
    two_hosts.own = two_hosts.client_a.call("open", addrs=[A1, A2], options=FAST)["socket"]
    return two_hosts


def test_the_first_address_is_dead(hosts):
    hosts.topology("cut", "2")
    a, b = hosts.client_a, hosts.client_b
    near = a.call("connect", socket=hosts.own, addrs=[B2, B1], port=7000, timeout_ms=20000, options=FAST)
    assert near["state"] == "established"
    far = up(b, hosts.server)
    a.call("send", assoc=near["assoc"], text="over the other path")
    assert payload(b.recv_message(assoc=far)) == b"over the other path"


def test_a_timeout_cancels(hosts):
    """The peer can be reached again later, and nobody comes: an attempt that went on would repeat its INIT every
    400 ms."""
    a, b = hosts.client_a, hosts.client_b
    for path in "12":
        hosts.topology("cut", path)
    before = a.call("list", what=["sockets", "assocs"])
    begin = time.monotonic()
    error = a.fails("timeout", "connect", socket=hosts.own, addrs=[B1, B2], port=7000, timeout_ms=1500)
    assert error.param == "timeout_ms" and time.monotonic() - begin >= 1.4
    assert a.call("list", what=["sockets", "assocs"]) == before
    a.fails("timeout", "recv", socket=hosts.own, timeout_ms=0)
    for path in "12":
        hosts.topology("mend", path)
    b.fails("timeout", "recv", socket=hosts.server, timeout_ms=1500)
    near = a.call("connect", socket=hosts.own, addrs=[B1, B2], port=7000, timeout_ms=20000)
    assert near["state"] == "established" and up(b, hosts.server)
    assert len(b.list()["assocs"]) == 1


def test_an_id_before_the_peer_answers(hosts):
    """The one that answers later is the one whose id came at once."""
    a, b = hosts.client_a, hosts.client_b
    for path in "12":
        hosts.topology("cut", path)
    begun = a.call("connect", socket=hosts.own, addrs=[B1, B2], port=7000, wait=False)
    assert begun["state"] == "cookie_wait" and "outbound_streams" not in begun
    a.fails("not_connected", "send", assoc=begun["assoc"], text="too early")
    a.fails("not_connected", "peeloff", assoc=begun["assoc"])
    a.fails("already_connected", "connect", socket=hosts.own, addrs=[B2], port=7000)
    for path in "12":
        hosts.topology("mend", path)
    assert a.recv_event("assoc_change", "comm_up", socket=hosts.own)["assoc"] == begun["assoc"]
    assert up(b, hosts.server)
