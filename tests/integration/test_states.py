"""States of paths and associations as a client reads them, errors that depend on them, and values of options that no
other test uses: what docs/parity.md would not find a test for."""

import os
import time

import pytest
import sctpd
from sctpd import STACK, Daemon, RpcError, b64

HERE = "127.0.0.1"
# A dead path is then found in about a second, not in minutes.
FAST = {
    "rtoinfo": {"initial": 200, "min": 100, "max": 400},
    "peer_addr_params": {"hbinterval": 300, "pathmaxrxt": 2, "flags": ["hb_enable"]},
}
FIRST, SECOND = "10.77.1.2", "10.77.2.2"


def option(client, assoc, name, **keys):
    return client.call("getopts", assoc=assoc, options={name: keys} if keys else [name])["options"][name]


def await_state(client, assoc, wanted):
    """Nothing tells of these states: they are asked for until one is there."""
    deadline = time.monotonic() + sctpd.TIMEOUT
    while (state := option(client, assoc, "status")["state"]) != wanted:
        assert time.monotonic() < deadline, f"{state}, not {wanted}"
        time.sleep(0.01)


@pytest.fixture
def hosts(two_hosts):
    """Two hosts; one listens on two addresses, the other has a socket on two."""
    a, b = two_hosts.client_a, two_hosts.client_b
    two_hosts.listening = b.call("open", addrs=[FIRST, SECOND], port=7000, listen=True, options=FAST)["socket"]
    two_hosts.calling = a.call("open", addrs=["10.77.1.1", "10.77.2.1"], options=FAST)["socket"]
    a.call("subscribe", events=["peer_addr_change"])
    return two_hosts


def connect(hosts, **more):
    where = {"socket": hosts.calling, "addrs": [FIRST, SECOND], "port": 7000, "timeout_ms": 10000, **more}
    return hosts.client_a.call("connect", where)["assoc"]


def state_of_path(hosts, assoc, address):
    return option(hosts.client_a, assoc, "get_peer_addr_info", address=address)["state"]


def test_path_active_then_inactive(hosts):
    assoc = connect(hosts)
    assert state_of_path(hosts, assoc, FIRST) == "active"
    hosts.topology("cut", "2")
    hosts.client_a.event("peer_addr_change", timeout=30, addr=SECOND, state="addr_unreachable")
    assert state_of_path(hosts, assoc, SECOND) == "inactive"
    assert state_of_path(hosts, assoc, FIRST) == "active"


def test_path_unconfirmed(hosts):
    """An address that the peer told, and from which no heartbeat ever came back."""
    hosts.topology("cut", "2")
    assert state_of_path(hosts, connect(hosts, addrs=[FIRST]), SECOND) == "unconfirmed"


def test_cookie_wait(hosts):
    """Nobody answers the INIT."""
    hosts.topology("cut", "1")
    hosts.topology("cut", "2")
    assoc = connect(hosts, wait=False)
    await_state(hosts.client_a, assoc, "cookie_wait")
    hosts.client_a.fails("not_connected", "send", assoc=assoc, text="early")


def test_nobody_answers(hosts):
    hosts.topology("cut", "1")
    hosts.topology("cut", "2")
    with pytest.raises(RpcError) as failed:
        connect(hosts, options={"initmsg": {"max_attempts": 2, "max_init_timeo": 200}})
    assert (failed.value.name, failed.value.data["errno"]) == ("unreachable", "ETIMEDOUT")


def test_shutdown_pending(hosts):
    """What was sent is not acknowledged: the SHUTDOWN waits for it."""
    assoc = connect(hosts)
    hosts.topology("cut", "1")
    hosts.topology("cut", "2")
    hosts.client_a.call("send", assoc=assoc, text="on its way")
    hosts.client_a.call("eof", assoc=assoc, wait=False)
    await_state(hosts.client_a, assoc, "shutdown_pending")


def fill(client, assoc):
    """Sends until there is room for nothing more."""
    filler = b64(bytes(60000))
    with pytest.raises(RpcError) as full:
        for _ in range(10000):
            client.call("send", assoc=assoc, data=filler, timeout_ms=1000)
    assert full.value.name == "would_block"


def test_shutdown_received(daemon):
    """Our peer is done and we are not: it does not read, so what we sent stays with us, and nothing is tried again soon."""
    slow = {"options": {"rtoinfo": {"initial": 20000, "min": 20000, "max": 60000}}}
    pair = sctpd.Pair(daemon, open_a=slow, open_b=slow)
    pair.a.call("subscribe", events=["paused"])
    fill(pair.b, pair.assoc_b)
    pair.a.event("paused")
    fill(pair.b, pair.assoc_b)
    pair.a.call("eof", assoc=pair.assoc_a, wait=False)
    await_state(pair.b, pair.assoc_b, "shutdown_received")


def test_assoc_closed(pair):
    """An association that is over, and whose end was not read yet, takes nothing more."""
    watch = pair.b.call("subscribe", events=["assoc_change"])["sub"]
    pair.a.call("abort", assoc=pair.assoc_a)
    pair.b.event("assoc_change", state="comm_lost", sub=watch, assoc=pair.assoc_b)
    pair.b.fails("assoc_closed", "send", assoc=pair.assoc_b, text="late")


@pytest.mark.skipif(STACK != "kernel" or os.geteuid() != 0, reason="needs the kernel's stack, and root to give up a right")
def test_permission_denied():
    with Daemon(prefix=["setpriv", "--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service"]) as daemon:
        daemon.client().fails("permission_denied", "open", addrs=[HERE], port=7)


def test_encoding(pair):
    """Text comes as text only to who asks for it."""
    for text in ("one", "two"):
        pair.say(text)
    assert pair.hear(encoding="base64")["data"] == b64(b"one")
    assert pair.hear(encoding="text")["text"] == "two"


def test_parameters_of_one_path(pair):
    name = "peer_addr_params"
    fields = {"address": HERE, "hbinterval": 7000, "flags": ["hb_enable"]}
    pair.b.call("setopts", assoc=pair.assoc_b, options={name: fields})
    assert option(pair.b, pair.assoc_b, name, address=HERE)["hbinterval"] == 7000


def test_heartbeat_on_demand(pair):
    """Beyond being taken it can be seen where the stack counts what it sends."""
    name, path = "peer_addr_params", {"address": HERE}
    pair.b.call("setopts", assoc=pair.assoc_b, options={name: {**path, "flags": ["hb_disable"]}})
    before = option(pair.b, pair.assoc_b, "get_assoc_stats") if STACK == "kernel" else None
    pair.b.call("setopts", assoc=pair.assoc_b, options={name: {**path, "flags": ["hb_demand"]}})
    if before:
        after = option(pair.b, pair.assoc_b, "get_assoc_stats")
        assert after["octrlchunks"] > before["octrlchunks"]


def test_events_by_name(pair):
    names = ["adaptation_indication", "assoc_change", "authentication", "partial_delivery", "peer_addr_change",
             "remote_error", "send_failed", "shutdown"]
    pair.b.call("setopts", socket=pair.socket_b, options={"events": names})
    got = pair.b.call("getopts", socket=pair.socket_b, options=["events"])["options"]["events"]
    assert sorted(got["value"]) == names
