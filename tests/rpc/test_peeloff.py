"""peeloff: an association moves to a socket of its own with all that is its, and the one it leaves goes on."""
import pytest
from sctpd import Pair, payload


def peel(pair):
    """The accepting side's association gets a socket of its own."""
    return pair.a.call("peeloff", assoc=pair.assoc_a)["socket"]


def second(pair):
    """One more association on the same listening socket: (b's id, a's id)."""
    other = pair.b.call("connect", addrs=["127.0.0.1"], port=pair.port)["assoc"]
    return other, pair.a.recv_event("assoc_change", "comm_up", socket=pair.socket_a)["assoc"]


def texts(client, count, **where):
    return [payload(m).decode() for m in client.recv_messages(count, **where)]


def row(client, what, ident):
    return next(r for r in client.list()[what + "s"] if r[what] == ident)


def test_it_moves_and_keeps_its_id(pair):
    answer = pair.a.call("peeloff", assoc=pair.assoc_a)
    assert answer["assoc"] == pair.assoc_a and answer["socket"] not in (pair.socket_a, pair.socket_b)
    new, old = row(pair.a, "socket", answer["socket"]), row(pair.a, "socket", pair.socket_a)
    assert (new["peeled_off"], new["assocs"], new["listening"], new["port"]) == (True, 1, False, pair.port)
    assert (old["peeled_off"], old["assocs"], old["listening"]) == (False, 0, True)
    assert new["owner"] == old["owner"] and new["addrs"] == old["addrs"]
    moved = row(pair.a, "assoc", pair.assoc_a)
    assert moved["socket"] == new["socket"] and moved["state"] == "established"
    pair.say("after")
    assert texts(pair.a, 1, socket=new["socket"]) == ["after"]
    pair.a.call("send", assoc=pair.assoc_a, text="back")
    assert texts(pair.b, 1, assoc=pair.assoc_b) == ["back"]


def test_what_was_not_read_moves_in_order(pair):
    other_b, other_a = second(pair)
    for n in range(20):
        pair.say(f"one {n}")
        pair.b.call("send", assoc=other_b, text=f"two {n}")
    before = row(pair.a, "assoc", pair.assoc_a)["seq"]
    new = peel(pair)
    pair.say("one 20")
    items = pair.a.recv_messages(21, socket=new)
    assert [payload(i).decode() for i in items] == [f"one {n}" for n in range(21)]
    assert [i["seq"] for i in items] == list(range(items[0]["seq"], items[0]["seq"] + 21)) and items[0]["seq"] <= before
    assert texts(pair.a, 20, socket=pair.socket_a) == [f"two {n}" for n in range(20)]
    pair.a.fails("timeout", "recv", socket=pair.socket_a, timeout_ms=0)
    assert row(pair.a, "assoc", other_a)["socket"] == pair.socket_a


@pytest.mark.fake
def test_calls_that_wait(pair):
    """recv on the association goes on; recv on the socket it left gets nothing of it, and what others of it have."""
    other_b, _ = second(pair)
    old = pair.a.send("recv", socket=pair.socket_a)
    own = pair.a.send("recv", assoc=pair.assoc_a)
    new = peel(pair)
    theirs = pair.a.send("recv", socket=new)
    pair.say("first")
    pair.say("second")
    assert payload(pair.a.answer(own)["items"][0]) == b"first"
    assert payload(pair.a.answer(theirs)["items"][0]) == b"second"
    assert old not in pair.a.answers
    pair.b.call("send", assoc=other_b, text="third")
    assert payload(pair.a.answer(old)["items"][0]) == b"third"


@pytest.mark.fake
@pytest.mark.parametrize("daemon", [{"recv_queue_messages": 1, "shutdown_timeout_ms": 100}], indirect=True)
def test_sends_that_wait_go_on(pair):
    """The peer's queue holds one message, its stack's buffer four, the rest waits in the daemon."""
    numbers = [pair.a.send("send", assoc=pair.assoc_a, text=f"{n} " + "x" * 50000) for n in range(12)]
    pair.a.quiet()
    assert row(pair.a, "assoc", pair.assoc_a)["send_waiting"] > 0
    peel(pair)
    assert [t.split()[0] for t in texts(pair.b, 12, assoc=pair.assoc_b)] == [str(n) for n in range(12)]
    assert [pair.a.answer(n)["message"] for n in numbers] == list(range(1, 13))


@pytest.mark.fake
def test_a_message_in_pieces_goes_on(daemon):
    """Some of 10000 pieces were read: a turn of the loop takes 64 lines of a client and 32 pieces."""
    client = daemon.client()
    pair = Pair(daemon, clients=(client, client))
    client.call("fake", control={"do": "split", "bytes": 10})
    numbers = client.send_all([("send", {"assoc": pair.assoc_b, "text": "y" * 100000})] + [("ping", {})] * 300 + [
        ("status", {"assoc": pair.assoc_a}), ("peeloff", {"assoc": pair.assoc_a})])
    *_, status, peeled = [client.answer(n) for n in numbers]
    assert 0 < status["assoc"]["recv_queued_bytes"] < 100000
    pair.say("whole")
    assert texts(client, 2, socket=peeled["socket"]) == ["y" * 100000, "whole"]


def test_its_subscription_follows(pair):
    sub = pair.a.call("subscribe", assoc=pair.assoc_a, data=True, credit=1)["sub"]
    for n in range(3):
        pair.say(str(n))
    assert payload(pair.a.note(lambda p: "stream" in p)) == b"0"
    new = peel(pair)
    assert pair.a.fails("data_subscribed", "recv", assoc=pair.assoc_a, timeout_ms=0)
    pair.a.call("credit", sub=sub, add=2)
    assert [payload(pair.a.note(lambda p: "stream" in p)) for _ in range(2)] == [b"1", b"2"]
    pair.a.call("unsubscribe", sub=sub)
    pair.say("3")
    assert texts(pair.a, 1, socket=new) == ["3"]


def test_the_old_sockets_subscription_does_not(pair):
    other_b, other_a = second(pair)
    sub = pair.a.call("subscribe", socket=pair.socket_a, data=True, credit=1)["sub"]
    pair.say("0")
    pair.say("1")
    assert payload(pair.a.note(lambda p: "stream" in p)) == b"0"
    new = peel(pair)
    assert texts(pair.a, 1, socket=new) == ["1"]
    pair.a.call("credit", sub=sub, add=5)
    pair.b.call("send", assoc=other_b, text="2")
    assert pair.a.note(lambda p: "stream" in p)["assoc"] == other_a


def test_its_owners_subscription_gets_what_the_sockets_left(pair):
    """A subscription to all of a client's data stands behind that of one socket."""
    pair.a.call("subscribe", data=True)
    pair.a.call("subscribe", socket=pair.socket_a, data=True, credit=0)
    pair.say("0")
    pair.a.quiet()
    new = peel(pair)
    note = pair.a.note(lambda p: "stream" in p)
    assert payload(note) == b"0" and note["assoc"] == pair.assoc_a
    assert pair.a.fails("data_subscribed", "recv", socket=new, timeout_ms=0)


def test_observers_are_told(pair):
    observer = pair.b
    subs = [observer.call("subscribe", **about)["sub"] for about in
            ({}, {"socket": pair.socket_a}, {"assoc": pair.assoc_a}, {"events": ["assoc_moved"]})]
    new = peel(pair)
    for sub in subs:
        event = observer.event("assoc_moved", sub=sub)
        assert (event["assoc"], event["from"], event["socket"]) == (pair.assoc_a, pair.socket_a, new)
    assert observer.event("socket_opened", sub=subs[0])["socket"] == new
    pair.a.call("abort", assoc=pair.assoc_a)
    assert observer.event("assoc_change", sub=subs[2])["socket"] == new
    observer.quiet()
    assert not [n for n in observer.notes if n["params"].get("sub") == subs[1]]


def test_closing_the_parent_does_not_touch_it(pair):
    new = peel(pair)
    pair.a.call("close", socket=pair.socket_a)
    pair.say("still here")
    assert texts(pair.a, 1, socket=new) == ["still here"]
    pair.a.call("open", addrs=["127.0.0.1"], port=pair.port, listen=True)
    assert pair.b.call("connect", addrs=["127.0.0.1"], port=pair.port)["state"] == "established"
    pair.a.call("eof", assoc=pair.assoc_a, wait=True)
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b)


def test_closing_the_new_one_ends_just_it(pair):
    other_b, other_a = second(pair)
    new = peel(pair)
    pair.a.call("close", socket=new)
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b)
    assert {s["socket"] for s in pair.a.list()["sockets"]} & {new, pair.socket_a} == {pair.socket_a}
    pair.b.call("send", assoc=other_b, text="alive")
    assert texts(pair.a, 1, assoc=other_a) == ["alive"]


def test_the_parent_goes_on(pair):
    peel(pair)
    other_b, other_a = second(pair)
    pair.b.call("send", assoc=other_b, text="hello")
    assert texts(pair.a, 1, socket=pair.socket_a) == ["hello"]
    peer = pair.b.call("open", addrs=["127.0.0.1"], listen=True)
    out = pair.a.call("connect", socket=pair.socket_a, addrs=["127.0.0.1"], port=peer["port"])
    assert out["socket"] == pair.socket_a and out["assoc"] != other_a


def test_the_socket_connect_made_ends(pair):
    up = pair.b.call("connect", addrs=["127.0.0.1"], port=pair.port)
    new = pair.b.call("peeloff", assoc=up["assoc"])["socket"]
    pair.b.fails("no_such_socket", "status", socket=up["socket"])
    assert row(pair.b, "socket", new)["peeled_off"]
    pair.b.call("send", assoc=up["assoc"], text="on")
    assert texts(pair.a, 1, socket=pair.socket_a) == ["on"]


def test_it_ends_with_its_association(pair):
    new = peel(pair)
    pair.b.call("abort", assoc=pair.assoc_b, reason="enough")
    assert pair.a.recv_event("assoc_change", "comm_lost", socket=new)
    pair.a.fails("no_such_socket", "status", socket=new)
    pair.a.fails("no_such_assoc", "status", assoc=pair.assoc_a)


def test_it_ends_with_its_owner(daemon):
    pair = Pair(daemon)
    peel(pair)
    pair.a.close()
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b)


def test_what_the_new_socket_cannot_do(pair):
    new = peel(pair)
    for method, params in (("listen", {}), ("connect", {"addrs": ["127.0.0.1"], "port": 9}),
                           ("bindx", {"add": ["127.0.0.2"]})):
        error = pair.a.fails("peeled_off", method, {"socket": new, **params})
        assert error.param == "socket" and error.data["socket"] == new and "peeled off" in error.message


def test_refusals(pair):
    before = pair.a.list()
    assert pair.b.fails("not_owner", "peeloff", assoc=pair.assoc_a).param == "assoc"
    assert pair.a.list() == before
    new = peel(pair)
    again = pair.a.fails("peeled_off", "peeloff", assoc=pair.assoc_a)
    assert again.param == "assoc" and again.data["socket"] == new
    pair.b.call("abort", assoc=pair.assoc_b)
    pair.b.call("status", assoc=pair.assoc_b)
    pair.b.wait_for(lambda: row(pair.b, "assoc", pair.assoc_b)["state"] == "closed" or pair.b.pump(0.01))
    assert pair.b.fails("assoc_closed", "peeloff", assoc=pair.assoc_b).param == "assoc"


@pytest.mark.fake
def test_not_while_it_connects(client):
    up = client.call("connect", addrs=["198.51.100.1"], port=9, wait=False)
    assert client.fails("not_connected", "peeloff", assoc=up["assoc"]).param == "assoc"


@pytest.mark.fake
@pytest.mark.parametrize("daemon", [{"recv_queue_messages": 1, "shutdown_timeout_ms": 100}], indirect=True)
def test_while_it_shuts_down(pair):
    """The peer has not read all, so the shutdown is not complete."""
    for text in "12":
        pair.a.call("send", assoc=pair.assoc_a, text=text)
    pair.a.call("eof", assoc=pair.assoc_a)
    assert row(pair.a, "assoc", pair.assoc_a)["state"] == "shutdown_pending"
    new = peel(pair)
    assert texts(pair.b, 2, assoc=pair.assoc_b) == ["1", "2"]
    assert pair.a.recv_event("assoc_change", "shutdown_comp", socket=new)


@pytest.mark.parametrize("daemon", [{"sockets_per_client": 2}], indirect=True)
def test_the_limit_of_sockets_holds(daemon):
    pair = Pair(daemon)
    pair.a.call("open")
    assert pair.a.fails("limit_reached", "peeloff", assoc=pair.assoc_a).data["limit"] == 2
    assert row(pair.a, "assoc", pair.assoc_a)["socket"] == pair.socket_a


def test_options_of_the_new_socket_are_the_associations(pair):
    pair.a.call("setopts", socket=pair.socket_a, options={"linger": {"onoff": True, "linger": 3}})
    pair.a.call("setopts", assoc=pair.assoc_a, options={"autoclose": 600, "rtoinfo": {"max": 7000}})
    new = peel(pair)
    got = pair.a.call("getopts", socket=new, options=["linger", "autoclose", "rtoinfo"])["options"]
    assert got["linger"] == {"onoff": True, "linger": 3} and got["autoclose"] == {"value": 600}
    assert got["rtoinfo"]["max"] == 7000
    pair.a.call("setopts", socket=new, options={"rtoinfo": {"max": 8000}, "autoclose": 0})
    of_assoc = pair.a.call("getopts", assoc=pair.assoc_a, options=["rtoinfo", "autoclose"])["options"]
    assert of_assoc["rtoinfo"]["max"] == 8000 and of_assoc["autoclose"] == {"value": 0}
    of_parent = pair.a.call("getopts", socket=pair.socket_a, options=["rtoinfo"])["options"]
    assert of_parent["rtoinfo"]["max"] != 8000


def test_idle_close_on_the_new_socket(pair):
    new = peel(pair)
    pair.a.call("setopts", socket=new, options={"autoclose": 1})
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b)


def test_an_association_peeled_off_a_wildcard_keeps_all_addresses(daemon):
    """Its socket has every address of the host as well: none can be taken away."""
    pair = Pair(daemon, open_b={"addrs": ["0.0.0.0"]})
    own = pair.b.call("peeloff", assoc=pair.assoc_b)["socket"]
    assert own != pair.socket_b
    pair.b.fails("bound_to_all", "bindx", assoc=pair.assoc_b, remove=["127.0.0.1"])
