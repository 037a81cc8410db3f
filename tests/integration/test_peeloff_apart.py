"""peeloff between two daemons: what is on its way when an association moves arrives behind what had arrived."""

import pytest
from hosts import TwoDaemons
from sctpd import STACK, Daemon, Pair, payload

COUNT = 400


@pytest.fixture
def apart():
    """`a` listens and accepted on one daemon, `b` connected from another."""
    if STACK == "fake":
        with Daemon() as daemon:
            pair = Pair(daemon)
            pair.to_a = {}
            yield pair
    else:
        with TwoDaemons() as daemons:
            pair = Pair(daemons.server, daemons.client)
            pair.to_a = daemons.to_server
            yield pair


def test_messages_on_their_way(apart):
    """Numbered messages, half of them sent before the move and half behind it; read only then."""
    for n in range(COUNT // 2):
        apart.say(str(n))
    rest = apart.b.send_all([("send", {"assoc": apart.assoc_b, "text": str(n)}) for n in range(COUNT // 2, COUNT // 2 + 50)])
    new = apart.a.call("peeloff", assoc=apart.assoc_a)["socket"]
    for number in rest:
        apart.b.answer(number)
    for n in range(COUNT // 2 + 50, COUNT):
        apart.say(str(n))
    items = []
    while len(items) < COUNT:
        items += apart.a.recv(max=256, socket=new)
        items = [i for i in items if i["type"] == "data"]
    assert [int(payload(i)) for i in items] == list(range(COUNT))
    seqs = [i["seq"] for i in items]
    assert seqs == sorted(set(seqs)), "one sequence, before the move and after it"


@pytest.mark.parametrize("size", [60000, 150000])
def test_a_big_message_on_its_way(apart, size):
    numbers = [apart.b.send("send", assoc=apart.assoc_b, text=str(n) * size) for n in range(4)]
    new = apart.a.call("peeloff", assoc=apart.assoc_a)["socket"]
    for n in range(4):
        assert payload(apart.a.recv_message(socket=new)) == (str(n) * size).encode()
    for number in numbers:
        apart.b.answer(number)


def test_both_ends_peeled_off_without_their_parents(apart):
    a = apart.a.call("peeloff", assoc=apart.assoc_a)["socket"]
    b = apart.b.call("peeloff", assoc=apart.assoc_b)["socket"]
    apart.a.call("close", socket=apart.socket_a)
    apart.b.call("close", socket=apart.socket_b)
    apart.say("there")
    assert payload(apart.a.recv_message(socket=a)) == b"there"
    apart.a.call("send", assoc=apart.assoc_a, text="back")
    assert payload(apart.b.recv_message(socket=b)) == b"back"
    status = apart.b.call("status", assoc=apart.assoc_b)["assoc"]
    assert [p["addr"] for p in status["paths"]] == ["127.0.0.1"] and status["local_addrs"] == ["127.0.0.1"]
    apart.b.call("close", socket=b)
    assert apart.a.recv_event("assoc_change", "shutdown_comp", socket=a)


def test_the_port_is_free_for_another_parent(apart):
    """A new socket on the same port does not see the association that stayed, and does not restart it either."""
    port_b = apart.b.call("status", socket=apart.socket_b)["socket"]["port"]
    new = apart.b.call("peeloff", assoc=apart.assoc_b)["socket"]
    apart.b.call("close", socket=apart.socket_b)
    again = apart.b.call("open", addrs=["127.0.0.1"], port=port_b)["socket"]
    where = {"addrs": ["127.0.0.1"], "port": apart.port}
    if STACK != "fake":
        apart.b.fails("already_connected", "connect", {"socket": again, "options": apart.to_a, **where})
    apart.a.call("send", assoc=apart.assoc_a, text="as before")
    assert payload(apart.b.recv_message(socket=new)) == b"as before"


def test_an_abort_with_a_reason_and_its_cause(apart):
    new = apart.b.call("peeloff", assoc=apart.assoc_b)["socket"]
    apart.b.call("close", socket=apart.socket_b)
    apart.b.call("abort", assoc=apart.assoc_b, reason="that is all")
    lost = apart.a.recv_event("assoc_change", "comm_lost", assoc=apart.assoc_a)
    assert lost["error"] == 12
    assert apart.b.recv_event("assoc_change", "comm_lost", socket=new)
    assert new not in [s["socket"] for s in apart.b.list()["sockets"]]
