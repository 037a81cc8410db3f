"""A peer that starts again in the middle of a message that is read in pieces."""
import time

import pytest
from sctpd import STACK, TIMEOUT, payload
from wire import SACK, SHUTDOWN, SHUTDOWN_ACK, SHUTDOWN_COMPLETE, chunk, wires
from wired import Wired, names

on_usrsctp = pytest.mark.skipif(STACK != "usrsctp", reason="the work-around is that stack's")
on_linux = pytest.mark.skipif(STACK != "kernel", reason="the kernel holds back what comes behind such a message")


@pytest.fixture
def restarted(daemon):
    """The two pieces that came are read, and the peer's new life has begun."""
    with wires():
        wired = Wired(daemon, partial_delivery_point={"value": 1})
        wired.peer.data(b"x" * 600, end=False)
        wired.peer.data(b"y" * 600, begin=False, end=False)
        deadline = time.monotonic() + TIMEOUT
        while wired.client.call("stats", assoc=wired.assoc)["recv_queued_bytes"] < 1200:
            assert time.monotonic() < deadline, "the pieces do not come"
        wired.peer.tsn = 5000
        wired.peer.associate(tag=0x99887766)
        yield wired


@on_usrsctp
def test_a_restart_in_the_middle_of_a_message_does_not_make_the_association_deaf(restarted):
    """Its owner learns of the restart, and of the end where the stack cannot go on."""
    restart = restarted.client.recv_event("assoc_change", "restart", assoc=restarted.assoc)
    assert restart["assoc"] == restarted.assoc
    restarted.client.recv_event("assoc_change", "comm_lost", assoc=restarted.assoc)
    _, assoc = restarted.another()
    assert assoc != restarted.assoc


def speak(wired):
    """The kernel has it, and keeps it: the message before has no end."""
    wired.peer.received.clear()
    wired.peer.data(b"of the new life")
    wired.peer.expect(SACK)
    wired.client.fails("timeout", "recv", assoc=wired.assoc, max=1, timeout_ms=300)


@on_linux
def test_linux_tells_of_such_a_restart_when_the_association_is_aborted(restarted):
    """Nothing is lost then, and all is in its order."""
    while names(restarted.client.recv(assoc=restarted.assoc, max=1)) != ["authentication"]:
        pass
    speak(restarted)
    restarted.client.call("abort", assoc=restarted.assoc)
    items = restarted.rest()
    assert names(items) == ["partial_delivery", "assoc_change", "data", "assoc_change"]
    assert (items[1]["state"], payload(items[2]), items[3]["state"]) == ("restart", b"of the new life", "comm_lost")


def ends_by_eof(wired):
    wired.client.call("eof", assoc=wired.assoc)
    wired.peer.expect(SHUTDOWN)
    wired.peer.send(chunk(SHUTDOWN_ACK))
    wired.peer.expect(SHUTDOWN_COMPLETE)


def ends_by_the_peer(wired):
    wired.peer.send(chunk(SHUTDOWN, wired.peer.cumulative))
    wired.peer.expect(SHUTDOWN_ACK)
    wired.peer.send(chunk(SHUTDOWN_COMPLETE))


@on_linux
@pytest.mark.parametrize("end", [ends_by_eof, ends_by_the_peer])
def test_an_association_whose_end_linux_does_not_tell_is_lost(restarted, end):
    """After such a restart it keeps that for itself too: the association would stay for ever."""
    end(restarted)
    restarted.client.recv_event("assoc_change", "comm_lost", assoc=restarted.assoc)
    assert restarted.client.call("list", what=["assocs"])["assocs"] == []
    _, assoc = restarted.another()
    assert assoc != restarted.assoc
