"""Messages: order, sizes, encodings, backpressure, waiting, and pushing under credit."""
import socket

import pytest
import sctpd
from sctpd import b64, payload, until

SMALL = {"recv_queue_messages": 16, "recv_queue_bytes": 4096, "send_queue_messages": 8, "send_queue_bytes": 65536}


def contiguous(items):
    seqs = [i["seq"] for i in items]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs))), seqs


def test_order_per_stream(pair):
    """1000 messages over all streams, pipelined: each stream in order, ssn and message numbers count."""
    streams = pair.connected["outbound_streams"]
    calls = [("send", {"assoc": pair.assoc_b, "text": str(n), "stream": n % streams, "ppid": n}) for n in range(1000)]
    ids = pair.b.send_all(calls)
    items = pair.a.recv_messages(1000, assoc=pair.assoc_a, encoding="text")
    assert [pair.b.answer(i)["message"] for i in ids] == list(range(1, 1001))
    by_stream = {}
    for item in items:
        assert item["ppid"] == int(item["text"]) and item["stream"] == item["ppid"] % streams
        by_stream.setdefault(item["stream"], []).append(item)
    for messages in by_stream.values():
        numbers = [int(m["text"]) for m in messages]
        assert numbers == sorted(numbers)
        assert [m["ssn"] for m in messages] == list(range(len(messages)))
    assert sorted(int(i["text"]) for i in items) == list(range(1000))


def test_sequence_has_no_holes(pair):
    first = pair.up_a["seq"]
    for n in range(30):
        pair.say(str(n))
    items = []
    while len([i for i in items if i["type"] == "data"]) < 30:
        items += pair.a.recv(assoc=pair.assoc_a, max=7)
    contiguous(items)
    assert items[0]["seq"] == first + 1


def test_sizes(pair):
    limit = pair.b.call("status", assoc=pair.assoc_b)["assoc"]["max_message"]
    # What base64 makes of it has to fit a line.
    top = min(limit, sctpd.LINE_MAX * 3 // 4 - 300)
    for size in [1, 2, 3, 1000, 1452, 1453, 65535, 65536, top - 1, top]:
        data = bytes((n * 7 + size) % 256 for n in range(size))
        pair.b.call("send", assoc=pair.assoc_b, data=b64(data))
        assert payload(pair.hear()) == data
    if limit >= top + 1 and limit > sctpd.LINE_MAX * 3 // 4:
        return
    for name, value in (("data", b64(b"x" * (limit + 1))), ("text", "x" * (limit + 1))):
        error = pair.b.error("send", {"assoc": pair.assoc_b, name: value})
        assert (error.name, error.param, error.data["limit"]) == ("message_too_long", name, limit)
    assert pair.b.call("status", assoc=pair.assoc_b)["assoc"]["messages_sent"] == 10


@pytest.mark.parametrize("data", [b"hello", "ä€\U0001f600".encode(), b"\x00", b"a\x00b", b"\xff\xfe", b"\xc0\x80", b'"\\\n\r\t/',
                                  b"\xed\xa0\x80", b"\x7f\x1b", "\u2028\u2029".encode()])
def test_payload_both_ways(pair, data):
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = None
    pair.b.call("send", assoc=pair.assoc_b, data=b64(data))
    assert pair.hear()["data"] == b64(data)
    pair.b.call("send", assoc=pair.assoc_b, data=b64(data))
    item = pair.hear(encoding="text")
    if text is None:
        assert item["data"] == b64(data)
        return
    assert item["text"] == text
    pair.say(text)
    assert payload(pair.hear()) == data


def test_metadata(pair):
    pair.say("x", stream=3, ppid=4294967295, unordered=True)
    item = pair.hear()
    assert (item["stream"], item["ppid"], item["unordered"]) == (3, 4294967295, True)
    pair.a.call("send", assoc=pair.assoc_a, text="y", stream=1)
    item = pair.b.recv_message(assoc=pair.assoc_b)
    assert (item["stream"], item["ppid"], item["unordered"], item["ssn"]) == (1, 0, False, 0)


@pytest.mark.fake
@pytest.mark.parametrize("daemon", [SMALL], indirect=True)
def test_context_in_send_failed(daemon):
    """What the peer's stack had not given away when it ended comes back, whole, with its context."""
    pair = sctpd.Pair(daemon)
    fill_reader(pair)
    pair.b.call("send", assoc=pair.assoc_b, text="lost", context=4294967295, stream=2, ppid=9, timeout_ms=0)
    pair.a.call("abort", assoc=pair.assoc_a)
    item, _ = pair.b.recv_until(lambda i: i.get("context") == 4294967295, assoc=pair.assoc_b)
    assert (item["event"], payload(item), item["stream"], item["ppid"]) == ("send_failed", b"lost", 2, 9)


def fill_reader(pair, size=1000):
    """b sends until a's queue in the daemon is above its mark: the association is paused."""
    watch = pair.a.call("subscribe", socket=pair.socket_a, events=["paused", "resumed"])["sub"]
    sent = 0
    while not any(n["params"].get("event") == "paused" for n in pair.a.notes):
        pair.say(f"{sent:08d}" + "x" * size, timeout_ms=0)
        sent += 1
        pair.a.quiet()
        assert sent < 500
    assert pair.a.call("status", assoc=pair.assoc_a)["assoc"]["paused"]
    pair.a.call("unsubscribe", sub=watch)
    return sent


def fill(pair, body):
    """Sends until a wait makes no room either: what was on its way, also by retransmission, has arrived by then."""
    sent, wait = 0, 0
    while sent < 2000:
        try:
            pair.say(f"{sent:06d}{body}", timeout_ms=wait)
        except sctpd.RpcError as e:
            assert (e.name, e.data["retry"], e.data["errno"]) == ("would_block", True, "EAGAIN")
            if wait:
                break
            wait = 1500
        else:
            sent, wait = sent + 1, 0
    return sent


@pytest.mark.parametrize("daemon", [SMALL], indirect=True)
def test_backpressure(daemon):
    """A reader that stops: paused, would_block, waiting, then all of it in order."""
    pair = sctpd.Pair(daemon)
    body = "x" * 20000
    watch = pair.a.call("subscribe", socket=pair.socket_a, events=["paused", "resumed"])["sub"]
    sent = fill(pair, body)
    assert 0 < sent < 2000
    pair.a.event("paused", assoc=pair.assoc_a)
    waiting = []
    while not pair.a.call("status", assoc=pair.assoc_b)["assoc"]["send_waiting"]:
        waiting.append(pair.b.send("send", assoc=pair.assoc_b, text=f"{sent + len(waiting):06d}{body}", timeout_ms=9000))
        pair.b.quiet()
        assert len(waiting) < 50, "there is always room"
    sent += len(waiting)
    got = pair.a.recv_messages(sent, assoc=pair.assoc_a, encoding="text")
    assert [int(m["text"][:6]) for m in got] == list(range(sent))
    for ident in waiting:
        pair.b.answer(ident)
    pair.a.event("resumed", assoc=pair.assoc_a)
    pair.a.call("unsubscribe", sub=watch)
    assert pair.a.call("status", assoc=pair.assoc_a)["assoc"]["paused"] is False


@pytest.mark.parametrize("daemon", [SMALL], indirect=True)
def test_the_age_of_what_the_peer_has_not_taken(daemon):
    """It is there while there is something, and grows; who looks at lists sees it too."""
    pair = sctpd.Pair(daemon)

    def age():
        return pair.a.call("status", assoc=pair.assoc_b)["assoc"].get("send_unacked_ms")

    def listed():
        return next(each for each in pair.a.list()["assocs"] if each["assoc"] == pair.assoc_b).get("send_unacked_ms")

    assert age() is None and listed() is None
    sent = fill(pair, "x" * 20000)
    first = age()
    until(lambda: age() > first + 20)
    assert listed() > first + 20
    pair.a.recv_messages(sent, assoc=pair.assoc_a)
    until(lambda: age() is None)  # a peer may delay what acknowledges the last
    assert listed() is None


@pytest.mark.parametrize("daemon,bound", [(SMALL, 8), ({**SMALL, "send_queue_messages": 9}, 9)], indirect=["daemon"])
def test_sends_that_wait_are_bounded(daemon, bound):
    """In messages, exactly; in bytes: test_bytes_of_sends. Nothing is on its way any more that could make room meanwhile."""
    pair = sctpd.Pair(daemon)
    fill(pair, "x" * 30000)
    calls = [("send", {"assoc": pair.assoc_b, "text": "x" * 30000, "timeout_ms": 8000}) for _ in range(40)]
    ids = pair.b.send_all(calls)
    pair.b.quiet()
    refused = 0
    for ident in [i for i in ids if i in pair.b.answers]:
        try:
            pair.b.answer(ident)
        except sctpd.RpcError as e:
            assert e.name == "would_block"
            refused += 1
    status = pair.a.call("status", assoc=pair.assoc_b)["assoc"]
    assert status["send_waiting"] == bound
    assert refused == len(ids) - bound


def test_waiters_are_served_in_turn(pair):
    pair.settle()
    other = [pair.a.send("recv", assoc=pair.assoc_a) for _ in range(5)]
    for n in range(5):
        pair.say(str(n))
    assert [payload(pair.a.answer(i)["items"][0]) for i in other] == [b"0", b"1", b"2", b"3", b"4"]


def test_recv_takes_what_is_there(pair):
    pair.settle()
    for n in range(10):
        pair.say(str(n))
    got = []
    while len(got) < 10:
        items = pair.a.recv(assoc=pair.assoc_a, max=4)
        assert len(items) <= 4
        got += [payload(i).decode() for i in items]
    assert got == [str(n) for n in range(10)]
    for timeout_ms in (0, 30):
        error = pair.a.error("recv", assoc=pair.assoc_a, timeout_ms=timeout_ms)
        assert (error.name, error.data["retry"]) == ("timeout", True)


def test_recv_of_a_socket(daemon):
    """From any association of it, in the order things came."""
    a, b = daemon.client(), daemon.client()
    opened = a.call("open", addrs=["127.0.0.1"], listen=True)
    assocs = [b.call("connect", addrs=["127.0.0.1"], port=opened["port"])["assoc"] for _ in range(3)]
    ups = [a.recv_event("assoc_change", "comm_up", socket=opened["socket"])["assoc"] for _ in assocs]
    theirs = dict(zip(assocs, ups))
    order = [assocs[n] for n in (2, 0, 1)]
    for n, assoc in enumerate(order):
        b.call("send", assoc=assoc, text=str(n))
        until(lambda: a.call("status", assoc=theirs[assoc])["assoc"]["messages_received"] == 1)
    got = a.recv_messages(3, socket=opened["socket"], encoding="text")
    assert [(m["assoc"], m["text"]) for m in got] == [(theirs[assoc], str(n)) for n, assoc in enumerate(order)]


def test_a_waiter_that_leaves(daemon):
    """Of a second connection of nobody: its calls go with it, its sockets too, and the peer is told."""
    pair = sctpd.Pair(daemon)
    before = daemon.client()
    for _ in range(100):
        pair.a.send("recv", assoc=pair.assoc_a)
    pair.a.quiet()
    pair.a.sock.shutdown(socket.SHUT_RDWR)
    pair.a.close()
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b)
    watch = before.call("subscribe")
    if any(s["socket"] == pair.socket_a for s in watch["snapshot"]["sockets"]):
        before.event("socket_closed", socket=pair.socket_a)
    clients = before.call("list", what=["clients"])["clients"]
    assert sum(c["waiting"] for c in clients) == 1  # that list itself


def test_subscription_pushes(pair):
    sub = pair.a.call("subscribe", assoc=pair.assoc_a, data=True, encoding="text")["sub"]
    for n in range(20):
        pair.say(str(n))
    pair.a.wait_for(lambda: len(pair.a.data) == 20)
    assert [d["text"] for d in pair.a.data] == [str(n) for n in range(20)]
    assert {d["sub"] for d in pair.a.data} == {sub}
    contiguous([n["params"] for n in pair.a.notes])


@pytest.mark.parametrize("how", ["assoc", "socket", "all"])
def test_credit(pair, how):
    pair.settle()
    where = {"assoc": {"assoc": pair.assoc_a}, "socket": {"socket": pair.socket_a}, "all": {}}[how]
    sub = pair.a.call("subscribe", {**where, "data": True, "credit": 0, "encoding": "text"})["sub"]
    for n in range(10):
        pair.say(str(n))
    pair.a.quiet()
    assert pair.a.data == []
    assert pair.a.call("credit", sub=sub, add=1)["credit"] == 1
    pair.a.wait_for(lambda: len(pair.a.data) == 1)
    pair.a.quiet()
    assert len(pair.a.data) == 1
    pair.a.call("credit", sub=sub, add=4)
    pair.a.wait_for(lambda: len(pair.a.data) == 5)
    pair.a.quiet()
    assert [d["text"] for d in pair.a.data] == ["0", "1", "2", "3", "4"]
    assert pair.a.error("recv", assoc=pair.assoc_a).name == "data_subscribed"
    if how != "assoc":  # the socket's other associations may still be read
        assert pair.a.error("recv", socket=pair.socket_a).name == "data_subscribed"
    assert pair.a.call("unsubscribe", sub=sub) == {}
    rest = pair.a.recv_messages(5, assoc=pair.assoc_a, encoding="text")
    assert [m["text"] for m in rest] == ["5", "6", "7", "8", "9"]


def test_credit_overflow(pair):
    sub = pair.a.call("subscribe", assoc=pair.assoc_a, data=True, credit=2**31 - 1)["sub"]
    assert pair.a.call("credit", sub=sub, add=1)["credit"] == 2**31
    for add in (1, 2**31):
        error = pair.a.error("credit", sub=sub, add=add)
        assert (error.name, error.data["limit"]) == ("credit_overflow", 2**31)
    assert pair.a.call("list", what=["subs"])["subs"][0]["credit"] == 2**31
    assert pair.a.error("credit", sub=99, add=1).name == "no_such_subscription"
    assert pair.b.error("credit", sub=sub, add=1).name == "no_such_subscription"
    assert pair.b.error("unsubscribe", sub=sub).name == "no_such_subscription"


def test_one_reader_at_a_time(pair):
    pair.a.call("subscribe", assoc=pair.assoc_a, data=True)
    assert pair.a.error("subscribe", assoc=pair.assoc_a, data=True).name == "data_subscribed"


@pytest.mark.fake
def test_events_keep_their_place(pair):
    """An event between messages waits behind those that wait for credit, and takes none itself."""
    sub = pair.a.call("subscribe", assoc=pair.assoc_a, data=True, credit=1, encoding="text")["sub"]
    pair.say("one")
    pair.a.wait_for(lambda: len(pair.a.data) == 1)
    pair.say("two")
    pair.a.quiet()
    pair.b.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": "peer_addr_change",
                                                     "fields": {"addr": "192.0.2.1", "state": "addr_unreachable"}})
    pair.say("three")
    pair.b.quiet()
    pair.a.quiet()
    assert [n["method"] for n in pair.a.notes] == ["data"]
    pair.a.call("credit", sub=sub, add=1)
    pair.a.wait_for(lambda: len(pair.a.notes) == 3)
    assert [n["method"] for n in pair.a.notes] == ["data", "data", "event"]
    pair.a.call("credit", sub=sub, add=1)
    pair.a.wait_for(lambda: len(pair.a.notes) == 4)
    contiguous([n["params"] for n in pair.a.notes])


@pytest.mark.fake
def test_unknown_event_has_its_number(pair):
    pair.a.call("fake", assoc=pair.assoc_a, control={"do": "unknown", "number": 32800})
    assert pair.a.recv_event("unknown", assoc=pair.assoc_a)["number"] == 32800


@pytest.mark.fake
@pytest.mark.parametrize("daemon", [SMALL], indirect=True)
def test_small_sends_that_wait_are_counted(daemon):
    """send_queue_messages of them, however small: one more does not wait."""
    pair = sctpd.Pair(daemon)
    fill(pair, "x" * 20000)
    ids = pair.b.send_all([("send", {"assoc": pair.assoc_b, "text": "x" * 100, "timeout_ms": 60000}) for _ in range(400)])
    pair.b.quiet()
    waiting = [i for i in ids if i not in pair.b.answers]
    assert len(waiting) == SMALL["send_queue_messages"]
    assert pair.a.call("status", assoc=pair.assoc_b)["assoc"]["send_waiting"] == len(waiting)
    for ident in ids:
        if ident < waiting[0]:
            pair.b.answer(ident)
        elif ident > waiting[-1]:
            assert pair.b.answers.pop(ident)[1]["error"]["data"]["name"] == "would_block"


def test_one_recv_takes_a_bounded_number_of_bytes(pair):
    """However many it may take: none is added to 256 KiB."""
    for _ in range(5):
        pair.say("x" * 100000)
    until(lambda: pair.a.call("status", assoc=pair.assoc_a)["assoc"]["recv_queued_bytes"] >= 500000)
    items = pair.a.recv(assoc=pair.assoc_a, max=256)
    messages = [i for i in items if i["type"] == "data"]
    assert len(messages) == 3, [i["type"] for i in items]
    assert len(pair.a.recv_messages(2, assoc=pair.assoc_a)) == 2


def test_a_subscription_to_one_socket_leaves_recv_on_another(daemon):
    one = sctpd.Pair(daemon)
    two = sctpd.Pair(daemon, clients=(one.a, one.b)).settle()
    waiting = [one.a.send("recv", socket=two.socket_a), one.a.send("recv", assoc=two.assoc_a)]
    one.a.quiet()
    one.a.call("subscribe", socket=one.socket_a, data=True)
    two.say("x")
    two.say("y")
    got = [payload(one.a.answer(i)["items"][0]) for i in waiting]
    assert sorted(got) == [b"x", b"y"]


@pytest.mark.fake
def test_event_without_fields(pair):
    """A stack older than its headers: an event that is too short."""
    pair.a.call("fake", control={"do": "truncate", "times": 1})
    pair.a.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": "peer_addr_change",
                                                     "fields": {"addr": "192.0.2.1"}})
    assert pair.a.recv_event("peer_addr_change", assoc=pair.assoc_a)
    pair.say("on")
    assert payload(pair.hear()) == b"on"


@pytest.mark.fake
@pytest.mark.parametrize("piece", [1, 7, 1000, 65536])
def test_pieces_become_one(pair, piece):
    pair.a.call("fake", control={"do": "split", "bytes": piece})
    for size in (1, piece, piece + 1, 3000):
        pair.say("y" * size)
        assert len(payload(pair.hear())) == size


@pytest.mark.fake
def test_broken_partial_delivery(pair):
    """One event for the message that broke off, and reading goes on."""
    pair.a.call("fake", control={"do": "split", "bytes": 10})
    pair.a.call("fake", control={"do": "break", "times": 1})
    pair.say("x" * 100, stream=2)
    pair.say("whole")
    item, before = pair.a.recv_until(lambda i: i["type"] == "data", assoc=pair.assoc_a, encoding="text")
    assert item["text"] == "whole"
    assert [(i["event"], i["stream"]) for i in before] == [("partial_delivery", 2)]
    contiguous(before + [item])
    assert pair.a.error("recv", assoc=pair.assoc_a, timeout_ms=0).name == "timeout"


@pytest.mark.fake
def test_lost_association(pair):
    """comm_lost with its cause on both sides; what was read stays to be read."""
    pair.say("before")
    pair.a.call("fake", assoc=pair.assoc_a, control={"do": "lose", "number": 3})
    for client, assoc in ((pair.a, pair.assoc_a), (pair.b, pair.assoc_b)):
        lost = client.recv_event("assoc_change", "comm_lost", assoc=assoc)
        assert (lost["error"], lost["cause"]) == (3, "stale_cookie")
