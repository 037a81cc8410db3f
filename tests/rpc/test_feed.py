"""What a subscription gets: its tag, its credit, who is at the ends; and when its connection is over."""
import socket

import pytest
import sctpd
from sctpd import payload


# --- tags ---

@pytest.mark.parametrize("tag", ["mine", "", 7, -1, 2**53 - 1, 'ä"\\\n', "x" * 256])
def test_a_tag_comes_with_each_notification(pair, tag):
    """Of messages, of the owner's events and of observed ones, of that subscription and no other."""
    pair.a.call("subscribe", data=True, tag=tag)
    watch = pair.b.call("subscribe", tag=tag)["sub"]
    other = pair.b.call("subscribe", events=["socket_opened"])["sub"]
    pair.say("one", stream=1)
    pair.b.call("open", addrs=["127.0.0.1"])
    pair.b.call("close", socket=pair.socket_b, mode="abort")
    pair.a.event("assoc_change", state="comm_lost")
    assert [(m["tag"], m["stream"]) for m in pair.a.data] == [(tag, 1)]
    pair.b.event("socket_opened", sub=other)
    pair.b.quiet()
    observed = [n["params"] for n in pair.b.notes]
    assert len(observed) > 2 and {n.get("tag") for n in observed} == {tag}
    assert all(("tag" in n) == (n["sub"] == watch) for n in observed)


def test_a_text_has_its_tag_too(pair):
    pair.a.call("subscribe", data=True, encoding="text", tag="t")
    body = "".join(chr(n) for n in range(1, 128)) + "ä€\U0001f600\u2028"
    pair.say(body)
    assert pair.a.note(lambda p: p.get("text") == body)["tag"] == "t"


@pytest.mark.fake
def test_a_gap_has_the_tag(pair):
    pair.b.call("subscribe", assoc=pair.assoc_a, tag="watch")
    pair.a.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": "notifications_stopped"})
    assert pair.b.event("gap")["tag"] == "watch"


@pytest.mark.parametrize("tag", [{}, [], [1], True, 1.5, "x" * 257, "ä" * 129])
def test_no_other_tags(client, tag):
    error = client.fails("invalid_params", "subscribe", tag=tag)
    assert error.param == "tag"
    assert (error.data.get("limit") == 256) == isinstance(tag, str)


# --- credit ---

@pytest.mark.fake
def test_credit_that_counts_items(pair):
    """Events take of it as messages do; what it does not name takes none."""
    def happens(event):
        pair.a.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": event})

    sub = pair.a.call("subscribe", data=True, events=["shutdown"], credit=2, credit_unit="item", tag="x")["sub"]
    happens("peer_addr_change")
    pair.say("one")
    happens("shutdown")
    happens("peer_addr_change")
    happens("shutdown")
    pair.say("two")
    pair.a.quiet()
    seen = lambda: [n["params"].get("event", "data") for n in pair.a.notes]  # noqa: E731
    assert seen() == ["data", "shutdown"]
    assert pair.a.call("credit", sub=sub, add=1) == {"credit": 1}
    pair.a.quiet()
    assert seen() == ["data", "shutdown", "shutdown"]
    pair.a.call("credit", sub=sub, add=1)
    assert pair.a.wait_for(lambda: [payload(m) for m in pair.a.data] == [b"one", b"two"])


@pytest.mark.fake
def test_credit_that_counts_messages_lets_events_pass(pair):
    pair.a.call("subscribe", data=True, credit=1, credit_unit="message")
    for _ in range(3):
        pair.a.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": "peer_addr_change"})
    pair.say("one")
    pair.a.wait_for(lambda: len(pair.a.notes) == 4)


def test_a_unit_goes_with_credit(client):
    assert client.fails("invalid_params", "subscribe", data=True, credit_unit="item").param == "credit_unit"
    assert client.fails("invalid_params", "subscribe", data=True, credit=1, credit_unit="byte").param == "credit_unit"


# --- who is at the ends ---

def test_who_is_at_the_ends(daemon):
    """In comm_up, and for observers in assoc_opened and assoc_closed, however short its life was."""
    observer = daemon.client()
    observer.call("subscribe", events=["assoc_opened", "assoc_closed", "assoc_change"])
    pair = sctpd.Pair(daemon, open_a={"name": "diameter"})
    port = pair.b.call("status", socket=pair.socket_b)["socket"]["port"]
    a = {"peer": "127.0.0.1", "peer_port": port, "local_port": pair.port, "incoming": True, "name": "diameter"}
    b = {"peer": "127.0.0.1", "peer_port": pair.port, "local_port": port, "incoming": False}
    assert a.items() <= pair.up_a.items() and b.items() <= pair.up_b.items() and "name" not in pair.up_b
    pair.b.call("close", socket=pair.socket_b, mode="abort")
    pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)
    for assoc, ends in ((pair.assoc_a, a), (pair.assoc_b, b)):
        for event in ("assoc_opened", "assoc_change", "assoc_closed"):
            assert ends.items() <= observer.event(event, assoc=assoc).items()


def test_a_message_says_where_it_came_from(pair):
    """By recv, by a subscription, and where it arrives in pieces."""
    pair.say("x")
    assert pair.hear()["from"] == "127.0.0.1"
    pair.say("y" * 200000)
    pair.say("z")
    pair.a.call("subscribe", data=True)
    pair.a.wait_for(lambda: len(pair.a.data) == 2)
    assert [m["from"] for m in pair.a.data] == ["127.0.0.1"] * 2


# --- a connection that is over ---

@pytest.mark.parametrize("params", [{}, {"data": True}, {"events": ["socket_opened"]}])
def test_a_half_closed_client_with_nothing_but_subscriptions_ends(daemon, params):
    """What it asked is answered; nobody waits for what may still be pushed."""
    client = daemon.client()
    client.call("subscribe", **params)
    last = client.send("list")
    client.sock.shutdown(socket.SHUT_WR)
    assert client.answer(last)
    assert client.closed()


def test_a_half_closed_client_gets_what_its_calls_wait_for(pair):
    """Its subscriptions go on as long."""
    pair.settle()
    pair.a.call("subscribe", events=["socket_opened"])
    waiting = pair.a.send("recv", assoc=pair.assoc_a)
    pair.a.sock.shutdown(socket.SHUT_WR)
    opened = pair.b.call("open", addrs=["127.0.0.1"])["socket"]
    assert pair.a.event("socket_opened", socket=opened)
    pair.say("late")
    assert payload(pair.a.answer(waiting)["items"][0]) == b"late"
    assert pair.a.closed()
