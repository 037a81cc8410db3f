"""A graceful end comes within its time, whatever the peer and the stack do meanwhile."""
import pathlib
import time

import pytest
from sctpd import TIMEOUT, Pair, until

pytestmark = pytest.mark.fake

UP = {"outbound_streams": 10, "inbound_streams": 10, "error": 0}
MARKED = {"recv_queue_messages": 2}


def inject(client, assoc, event, **fields):
    client.call("fake", assoc=assoc, control={"do": "event", "event": event, "fields": fields})


def fault(client, op, times=1):
    client.call("fake", control={"do": "fault", "op": op, "error": "EIO", "times": times})


@pytest.fixture
def unread(daemon):
    """The peer `a` reads nothing more: what `b` has sent keeps its shutdown from being complete."""
    pair = Pair(daemon, clients=(daemon.client(ack="explicit"), daemon.client()))
    for n in range(4):
        pair.say(str(n))
    return pair


def ended(client, call):
    """The call was answered: its association is gone."""
    with pytest.raises(Exception, match="aborted|lost"):
        client.answer(call)


@pytest.mark.parametrize("daemon", [MARKED], indirect=True)
@pytest.mark.parametrize("what", ["eof", "close"])
def test_a_restart_of_the_peer_does_not_stop_the_time_of_a_shutdown(unread, what):
    b, params = unread.b, {"assoc": unread.assoc_b} if what == "eof" else {"socket": unread.socket_b}
    call = b.send(what, **params, timeout_ms=400, **({"wait": True} if what == "eof" else {}))
    inject(b, unread.assoc_b, "assoc_change", state="restart", **UP)
    if what == "eof":
        ended(b, call)
    else:
        b.answer(call)
    assert unread.assoc_b not in [each["assoc"] for each in b.list()["assocs"] if each["state"] != "closed"]


def test_a_restart_of_the_peer_takes_its_shutdown_back(pair):
    inject(pair.b, pair.assoc_b, "shutdown")
    assert pair.b.fails("assoc_closed", "send", assoc=pair.assoc_b, text="x")
    inject(pair.b, pair.assoc_b, "assoc_change", state="restart", **UP)
    assert pair.say("again") == {"message": 1}


@pytest.mark.parametrize("daemon", [MARKED], indirect=True)
def test_what_the_stack_cannot_abort_at_the_end_of_its_time_is_given_up(unread):
    fault(unread.b, "abort", times=-1)
    ended(unread.b, unread.b.send("eof", assoc=unread.assoc_b, wait=True, timeout_ms=300))
    fault(unread.b, "abort", times=0)


def test_what_the_stack_cannot_abort_keeps_no_socket_that_is_closed(pair):
    """Nobody reads any more that it was given up."""
    pair.b.call("fake", control={"do": "silent"})
    fault(pair.b, "abort", times=-1)
    pair.b.call("close", socket=pair.socket_b, timeout_ms=50)
    assert [each["socket"] for each in pair.b.list()["sockets"]] == [pair.socket_a]
    fault(pair.b, "abort", times=0)


def test_the_daemon_rests_while_a_shutdown_is_not_answered(daemon):
    """Each association of a closed socket is told once."""
    pair = Pair(daemon)
    pair.b.call("fake", control={"do": "silent"})
    close = pair.a.send("close", socket=pair.socket_a, timeout_ms=3600000)
    pair.a.quiet()
    stat = pathlib.Path(f"/proc/{daemon.process.pid}/stat")
    until(lambda: stat.read_text().rsplit(")", 1)[1].split()[0] == "S")
    assert close not in pair.a.answers
    pair.b.call("abort", assoc=pair.assoc_b)
    pair.a.answer(close)


@pytest.mark.parametrize("daemon", [MARKED], indirect=True)
def test_a_shutdown_that_cannot_follow_the_waiting_sends_aborts(unread):
    """The sends that wait go first: the stack refuses the end after them, long before its time is over."""
    a, b = unread.a, unread.b
    sends = [b.send("send", assoc=unread.assoc_b, data="QUFB" * 40000) for _ in range(3)]
    end = b.send("eof", assoc=unread.assoc_b, wait=True, timeout_ms=3600000)
    fault(b, "eof", times=-1)
    for item in a.recv_messages(7, assoc=unread.assoc_a, ack="auto"):
        assert item["assoc"] == unread.assoc_a
    for each in sends:
        b.answer(each)
    ended(b, end)
    fault(b, "eof", times=0)


def test_the_end_of_a_shutdown_that_the_peer_has_begun_asks_the_stack_for_nothing(pair):
    """It goes on by itself, and may be complete before we have read that."""
    inject(pair.b, pair.assoc_b, "shutdown")
    fault(pair.b, "eof", times=-1)
    assert pair.b.call("eof", assoc=pair.assoc_b, timeout_ms=60000) == {}
    fault(pair.b, "eof", times=0)


@pytest.mark.parametrize("daemon", [MARKED], indirect=True)
def test_the_end_is_learnt_though_its_owner_does_not_read(daemon):
    """Its queue is at the mark, and the end is behind that: eof is answered in its time, and the rest can be read."""
    pair = Pair(daemon, clients=(daemon.client(), daemon.client(ack="explicit")))
    deadline = time.monotonic() + TIMEOUT
    while not pair.b.call("status", assoc=pair.assoc_b)["assoc"]["paused"]:
        assert time.monotonic() < deadline
        pair.a.call("send", assoc=pair.assoc_a, text="unread")
    assert pair.b.call("eof", assoc=pair.assoc_b, wait=True, timeout_ms=int(5000 * TIMEOUT)) == {}
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b, ack="auto")
