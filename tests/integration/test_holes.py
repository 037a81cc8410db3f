"""Defects that programs over SCTP are known to have, each with the test that would show it here. The h are about giving an
association to another reader, the d about everything else."""

import pytest

import sctpd
import wire
from sctpd import STACK, Pair, b64, payload
from wire import ABORT, DATA, ERROR, causes, chunk
from wired import HERE, Wired, names


@pytest.fixture(autouse=True)
def real_stacks():
    if STACK == "fake":
        pytest.skip("the fake stack has no peers")


@pytest.fixture
def wired(daemon):
    with wire.wires():
        yield Wired(daemon)


@pytest.fixture
def pair(daemon):
    pair = Pair(daemon).settle()
    pair.daemon = daemon
    return pair


# --- another reader ---

def test_h1_errors_follow_to_the_next_reader(wired):
    """Events of the error class were left behind with the old reader; here they are in the one sequence, which goes over
    whole and in order."""
    wired.client.call("send", assoc=wired.assoc, text="will fail")
    wired.peer.expect(DATA)
    wired.peer.send(chunk(ERROR, causes((13, b"why"))))
    first = wired.client.recv_event("remote_error", assoc=wired.assoc)
    wired.peer.send(chunk(ERROR, causes((9, b"\0\0\0\1"))))
    wired.peer.data(b"before the end")
    wired.abort()
    wired.client.call("subscribe", assoc=wired.assoc, data=True)
    wired.client.event("remote_error", error=9)
    wired.client.event("assoc_change", state="comm_lost")
    wired.client.event("send_failed")
    got = wired.client.data
    assert [payload(item) for item in got] == [b"before the end"]
    assert got[0]["seq"] == first["seq"] + 2, "nothing was read in between but the second error"


@pytest.mark.parametrize("daemon", [{"recv_queue_messages": 4}], indirect=True)
def test_h2_the_next_reader_learns_that_reading_stopped(pair):
    """That a socket had gone passive was told to the old reader alone; here the state shows it, and whoever reads next
    gets on."""
    pair.b.call("subscribe", assoc=pair.assoc_a, events=["paused", "resumed"])
    for n in range(8):
        pair.say(str(n))
    assert pair.b.event("paused")
    watch = pair.a.call("subscribe", assoc=pair.assoc_a, data=True, credit=0)
    assert watch["snapshot"]["assocs"][0]["paused"]
    pair.a.call("credit", sub=watch["sub"], add=8)
    pair.a.wait_for(lambda: len(pair.a.data) == 8)
    assert [payload(item) for item in pair.a.data] == [b"%d" % n for n in range(8)]
    assert pair.b.event("resumed")


def test_h4_a_waiting_recv_steals_nothing(pair):
    """A recv of the old reader that waits was answered with the new reader's message; here it is told so, at once."""
    waiting = [pair.a.send("recv", assoc=pair.assoc_a), pair.a.send("recv", socket=pair.socket_a)]
    pair.a.call("subscribe", assoc=pair.assoc_a, data=True)
    with pytest.raises(sctpd.RpcError, match="data_subscribed"):
        pair.a.answer(waiting[0])
    pair.say("for the new one")
    assert payload(pair.a.note(lambda p: "stream" in p)) == b"for the new one"
    pair.say("too")
    assert payload(pair.a.note(lambda p: "stream" in p)) == b"too"
    assert waiting[1] not in pair.a.answers


def test_h5_the_change_of_readers_is_one_step(pair):
    """While one reader followed the other, calls in between took messages or lost them; here readers change while messages
    come in, and each message is read once, in order."""
    seen = []
    for turn in range(20):
        sends = pair.b.send_all([("send", {"assoc": pair.assoc_b, "text": str(10 * turn + n)}) for n in range(10)])
        calls = pair.a.send_all([("subscribe", {"assoc": pair.assoc_a, "data": True, "credit": 3}),
                                 ("recv", {"assoc": pair.assoc_a, "timeout_ms": 0})])
        sub = pair.a.answer(calls[0])["sub"]
        with pytest.raises(sctpd.RpcError, match="data_subscribed"):
            pair.a.answer(calls[1])
        pair.a.call("unsubscribe", sub=sub)
        seen += pair.a.data
        pair.a.notes.clear()
        while len(seen) < 10 * turn + 8:
            seen += pair.a.recv_messages(1, assoc=pair.assoc_a)
        for ident in sends:
            pair.b.answer(ident)
    seen += pair.a.recv_messages(200 - len(seen), assoc=pair.assoc_a)
    assert [payload(item) for item in seen] == [b"%d" % n for n in range(200)]
    assert [item["seq"] for item in seen] == list(range(seen[0]["seq"], seen[0]["seq"] + 200))


def test_h7_one_association_moves_with_what_it_has(pair):
    """One association of a socket was moved in two steps, and what had been read already stayed behind; here it is one,
    with all that waits, in order, under the same id."""
    neighbour = Pair(pair.daemon, clients=(pair.a, pair.b))
    pair.say("first")
    first = pair.hear()
    for n in range(5):
        pair.say(str(n))
    moved = pair.a.call("peeloff", assoc=pair.assoc_a)
    assert moved["assoc"] == pair.assoc_a and moved["socket"] != pair.socket_a
    pair.say("5")
    got = pair.a.recv_messages(6, socket=moved["socket"])
    assert [payload(item) for item in got] == [b"%d" % n for n in range(6)]
    assert [item["seq"] for item in got] == list(range(first["seq"] + 1, first["seq"] + 7))
    assert {item["assoc"] for item in got} == {pair.assoc_a}
    pair.a.call("close", socket=pair.socket_a)
    pair.say("the former socket is closed")
    assert pair.hear()
    assert neighbour.say("x") and neighbour.hear()


def test_h8_a_gap_would_show(pair):
    """Nobody could tell whether a message was lost on the way to the next reader; here all that is read has a number, and
    none is missing."""
    for n in range(4):
        pair.say(str(n))
    seqs = [item["seq"] for item in pair.a.recv_messages(2, assoc=pair.assoc_a)]
    sub = pair.a.call("subscribe", assoc=pair.assoc_a, data=True, credit=1)["sub"]
    seqs.append(pair.a.note(lambda p: "stream" in p)["seq"])
    pair.a.call("unsubscribe", sub=sub)
    seqs.append(pair.hear()["seq"])
    assert seqs == list(range(seqs[0], seqs[0] + 4))


def test_h9_a_newcomer_sees_what_there_is(pair):
    """The new reader was given no list of associations and no negotiated values; here a subscription begins with both."""
    seen = pair.a.call("subscribe")["snapshot"]
    (mine,) = [each for each in seen["assocs"] if each["assoc"] == pair.assoc_a]
    assert (mine["state"], mine["outbound_streams"]) == ("established", pair.up_a["outbound_streams"])
    assert (mine["peer"], mine["socket"]) == (HERE, pair.socket_a)


def test_h10_calls_of_one_who_left_are_over(daemon):
    """A connect and a send of the old owner went on by themselves; here they end with its connection, and what it began
    with them."""
    with wire.wires():
        wired = Wired(daemon)
        wired.client.call("setopts", assoc=wired.assoc, options={"sndbuf": 20000})
        watcher = daemon.client()
        watcher.call("subscribe", events=["assoc_closed", "socket_closed"])
        for _ in range(50):
            wired.client.send("send", assoc=wired.assoc, data=b64(b"x" * 5000), timeout_ms=60000)
        wired.client.send("connect", addrs=["192.0.2.1"], port=9, timeout_ms=60000)
        wired.client.quiet()
        wired.client.close()
        wired.abort()
        assert watcher.event("socket_closed")
        assert watcher.event("socket_closed")
        assert watcher.list()["assocs"] == watcher.list()["sockets"] == []


# --- the rest ---

def test_d1_causes_are_numbers_of_the_rfc(wired):
    """Error codes came in network byte order: 3072 for 12."""
    wired.client.call("send", assoc=wired.assoc, text="x")
    wired.peer.expect(DATA)
    wired.peer.send(chunk(ERROR, causes((9, b"\0\0\0\1"))))
    wired.abort(b"enough")
    by_name = {item["event"]: item for item in wired.everything()}
    assert (by_name["remote_error"]["error"], by_name["remote_error"]["cause"]) == (9, "no_user_data")
    assert (by_name["assoc_change"]["error"], by_name["assoc_change"]["cause"]) == (12, "user_initiated_abort")
    assert by_name["assoc_change"]["info"] == [{"code": 12, "cause": "user_initiated_abort", "reason": "enough"}]
    assert by_name["send_failed"]["error"] in (0, 12), "what the stack gives, never its bytes swapped"


def test_d2_one_failed_message_is_one_event(wired):
    """A message of 200 kB that failed came back as an event for each fragment, with the fragments' bits as its flags."""
    data = bytes(i % 253 for i in range(200_000))
    wired.client.call("send", assoc=wired.assoc, data=b64(data))
    wired.peer.expect(DATA)
    wired.abort()
    (failed,) = [item for item in wired.everything() if item.get("event") == "send_failed"]
    assert payload(failed) == data and failed["length"] == len(data) and failed["sent"] == "sent"


def test_d3_errors_are_read_as_everything_else(wired):
    """An event of the error class came out of recv as a failure, undecoded; here it is an item like others."""
    wired.peer.send(chunk(ERROR, causes((13, b"why"))))
    event = wired.client.recv_event("remote_error", assoc=wired.assoc)
    assert {"type": "event", "assoc": wired.assoc, "error": 13, "cause": "protocol_violation"}.items() <= event.items()
    assert event["causes"] == [{"code": 13, "cause": "protocol_violation", "reason": "why"}]


def test_d4_an_abort_in_mid_message_wedges_nothing(daemon):
    """An abort in mid-message left recv hanging and swallowed the loss; here there is one event for the message, then the
    loss, and the next association is read."""
    with wire.wires():
        wired = Wired(daemon, partial_delivery_point=1000)
        wired.peer.data(b"x" * 1400, end=False)
        wired.peer.data(b"y" * 1400, begin=False, end=False)
        wired.abort()
        told = [name for name in names(wired.rest()) if name not in ("peer_addr_change", "authentication")]
        assert told == ["partial_delivery", "assoc_change"]
        wired.peer, wired.assoc = wired.another()
        wired.peer.data(b"whole")
        assert payload(wired.client.recv_message(socket=wired.opened["socket"])) == b"whole"


def test_d5_a_waiter_that_is_gone_frees_its_place(pair):
    """A reader that was killed while it waited left the socket busy; here many may wait, in order, and one that gives up
    or leaves is no more in the way."""
    gone = pair.a.send("recv", assoc=pair.assoc_a, timeout_ms=50)
    with pytest.raises(sctpd.RpcError, match="timeout"):
        pair.a.answer(gone)
    waiting = [pair.a.send("recv", assoc=pair.assoc_a) for _ in range(3)]
    for n in range(3):
        pair.say(str(n))
    assert [payload(pair.a.answer(i)["items"][0]) for i in waiting] == [b"0", b"1", b"2"]
    pair.a.send("recv", assoc=pair.assoc_a)
    pair.a.quiet()
    pair.a.close()
    assert pair.b.recv_event("assoc_change", assoc=pair.assoc_b)["state"] == "shutdown_comp"
    assert pair.b.list()["assocs"] == []


def test_d6_a_reader_that_fails_loses_nothing(wired):
    """What had been passed on to a reader that was gone was lost; here all it was not sent, errors too, is there for the
    next."""
    wired.client.call("send", assoc=wired.assoc, text="will fail")
    wired.peer.expect(DATA)
    sub = wired.client.call("subscribe", assoc=wired.assoc, data=True, credit=1)["sub"]
    for n in range(3):
        wired.peer.data(b"%d" % n, ssn=n)
    assert payload(wired.client.note(lambda p: "stream" in p)) == b"0"
    wired.peer.send(chunk(ERROR, causes((13, b""))))
    wired.abort()
    wired.client.call("unsubscribe", sub=sub)
    items = wired.everything()
    assert [payload(item) for item in items if item["type"] == "data"] == [b"1", b"2"]
    assert {"remote_error", "assoc_change", "send_failed"} <= set(names(items))


@pytest.mark.parametrize("daemon", [{"recv_queue_bytes": 16384, "send_queue_bytes": 262144}], indirect=True)
def test_d7_a_stalled_association_blocks_no_other(daemon):
    """A send to one peer that does not read made senders to all others wait; here they are answered, while that one goes on
    waiting."""
    a, b = daemon.client(), daemon.client()
    opened = a.call("open", addrs=[HERE], listen=True)
    socket = b.call("open", addrs=[HERE])["socket"]
    other = a.call("open", addrs=[HERE], listen=True)
    stalled, brisk = (b.call("connect", socket=socket, addrs=[HERE], port=each["port"])["assoc"] for each in (opened, other))
    for _ in range(1000):
        waiting = b.send("send", assoc=stalled, data=b64(b"x" * 50000), timeout_ms=60000)
        try:
            b.answer(waiting, timeout=1)
        except TimeoutError:
            break
    for n in range(20):
        b.call("send", assoc=brisk, text=str(n))
        assert payload(a.recv_message(socket=other["socket"])) == b"%d" % n
    assert waiting not in b.answers, "the stalled one still waits"
    a.recv_messages(1, socket=opened["socket"])


def test_d8_connect_takes_nobodys_messages(wired):
    """A connect that waited took the next message of whoever it came from; here what comes meanwhile is read as always."""
    socket = wired.opened["socket"]
    connecting = wired.client.send("connect", socket=socket, addrs=["192.0.2.1"], port=9, timeout_ms=400)
    wired.peer.data(b"meanwhile")
    with pytest.raises(sctpd.RpcError):
        wired.client.answer(connecting)
    assert payload(wired.client.recv_message(socket=socket)) == b"meanwhile"


def test_d8_connect_needs_no_event(daemon):
    """Without the events of associations a connect could not succeed; here it is answered all the same."""
    client = daemon.client()
    port = client.call("open", addrs=[HERE], listen=True)["port"]
    socket = client.call("open", addrs=[HERE], options={"events": []})["socket"]
    assert client.call("connect", socket=socket, addrs=[HERE], port=port)["state"] == "established"


def test_d9_what_can_be_set_has_an_effect(pair):
    """The delay of acknowledgements could be set and read nowhere; here it is, of a socket and of an association."""
    wanted = {"delayed_sack": {"delay": 150, "freq": 3}}
    for where in ({"socket": pair.socket_a}, {"assoc": pair.assoc_a}):
        pair.a.call("setopts", **where, options=wanted)
        assert pair.a.call("getopts", **where, options=["delayed_sack"])["options"] == wanted


def test_d10_every_answer_of_getopts_has_the_name(pair):
    """Some options were answered by a bare value, without their names."""
    got = pair.a.call("getopts", socket=pair.socket_a)["options"]
    assert isinstance(got, dict) and {"nodelay", "rtoinfo", "events", "linger"} <= got.keys()
    for name, value in got.items():
        assert pair.a.call("getopts", socket=pair.socket_a, options=[name])["options"] == {name: value}, name


@pytest.mark.parametrize("option", ["recvtos", "recvttl"])
def test_d11_what_has_no_effect_is_refused(pair, option):
    """An option that no stack gives an effect was accepted in silence; here it is refused by its name."""
    error = pair.a.error("setopts", socket=pair.socket_a, options={option: True})
    assert error.name in ("option_kept", "no_such_option") and error.param == f"options.{option}"


def test_d12_events_are_not_counted_as_messages(wired):
    """Notifications were counted among the messages, and took their credit."""
    sub = wired.client.call("subscribe", assoc=wired.assoc, data=True, credit=1)["sub"]
    for _ in range(3):
        wired.peer.send(chunk(ERROR, causes((13, b""))))
    wired.peer.data(b"12345")
    assert payload(wired.client.note(lambda p: "stream" in p)) == b"12345"
    assert len([n for n in wired.client.notes if n["params"].get("event") == "remote_error"]) == 3
    status = wired.client.call("status", assoc=wired.assoc)["assoc"]
    assert (status["messages_received"], status["bytes_received"]) == (1, 5)
    assert wired.client.call("credit", sub=sub, add=1)["credit"] == 1


def test_d13_options_are_set_all_or_none(pair):
    """Of several options the first stayed set where a later one failed."""
    read = {"options": ["nodelay", "rtoinfo"]}
    before = pair.a.call("getopts", assoc=pair.assoc_a, **read)["options"]
    wrong = {"nodelay": not before["nodelay"], "rtoinfo": {"initial": 100, "min": 90000, "max": 1}}
    pair.a.error("setopts", assoc=pair.assoc_a, options=wrong)
    assert pair.a.call("getopts", assoc=pair.assoc_a, **read)["options"] == before


def test_d14_a_closed_socket_is_an_error_by_name(pair):
    """A call on a closed socket crashed."""
    pair.a.call("close", socket=pair.socket_a)
    for method, more in (("recv", {}), ("setopts", {"options": {"nodelay": True}}), ("getopts", {}), ("status", {}),
                         ("subscribe", {"data": True}), ("listen", {}), ("close", {})):
        error = pair.a.error(method, socket=pair.socket_a, **more)
        assert error.name in ("no_such_socket", "socket_closing"), (method, error)
    assert pair.a.fails("no_such_assoc", "send", assoc=pair.assoc_a, text="x")
    assert pair.a.call("ping") == {}
