"""Nothing dies inside a call about it: what ends in a call, or while another call is about it."""

import pathlib
import signal
import time

import pytest

from sctpd import STACK, Pair, RpcError

HERE = "127.0.0.1"
HELD = {"ack": "explicit", "linger_ms": 60000}

pytestmark = pytest.mark.skipif(STACK != "fake", reason="what lives how long is no matter of the stack")


class Frozen:
    """The daemon stands still meanwhile: all that happens comes to it in one turn of its loop, in this order."""

    def __init__(self, daemon):
        self.process = daemon.process

    def wait_for_state(self, letter):
        deadline = time.monotonic() + 10
        while pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != letter:
            assert time.monotonic() < deadline, f"the daemon's state does not become {letter}"
            time.sleep(0.001)

    def __enter__(self):
        self.wait_for_state("S")  # its latest turn is over
        self.process.send_signal(signal.SIGSTOP)
        self.wait_for_state("T")

    def __exit__(self, *exc):
        self.process.send_signal(signal.SIGCONT)


# --- sessions ---

def test_an_offer_ends_with_the_session_that_another_replaces(daemon):
    """Who resumes leaves the session of his connection, and what was offered to that."""
    owner, first = daemon.client(**HELD), daemon.client(**HELD)
    first.call("open", addrs=[HERE])
    first.close()
    target = daemon.client()
    socket = owner.call("open", addrs=[HERE])["socket"]
    owner.call("handoff", socket=socket, to=target.hello["session"], ttl_ms=60000)
    assert target.call("hello", resume=first.hello["resume"])["resumed"]
    ended = owner.event("offer_ended")
    assert (ended["how"], ended["to"]) == ("target_gone", target.hello["session"])
    assert owner.fails("no_such_offer", "withdraw", socket=socket)
    assert owner.call("handoff", socket=socket, to=first.hello["session"])["epoch"] == 1


def test_a_session_that_ends_while_it_is_resumed_is_not_resumed(daemon):
    """Its share is held by a group that ends with a member whose death nobody has read yet, whose name is wanted in the
    same call."""
    active = daemon.client(session="x", linger_ms=0)
    opened = active.call("open", addrs=[HERE], listen=True)
    active.call("group", socket=opened["socket"], mode="loadshare", takeover_ms=60000)
    shareholder = daemon.client(linger_ms=0)
    shareholder.call("join", socket=opened["socket"])
    peer, newcomer, watcher = daemon.client(), daemon.client(), daemon.client()
    watcher.call("subscribe", events=["held", "owner_changed", "socket_closed"])
    for _ in range(2):  # one for each
        peer.call("connect", addrs=[HERE], port=opened["port"])
    share = watcher.event("owner_changed", how="group", to=shareholder.hello["session"])["socket"]
    shareholder.close()
    watcher.event("held", socket=share)
    with Frozen(daemon):
        resumed = newcomer.send("hello", resume=shareholder.hello["resume"], session="x")
        active.close()
    with pytest.raises(Exception, match="there is no session with that token"):
        newcomer.answer(resumed)
    watcher.event("socket_closed", socket=share)
    assert newcomer.call("hello", session="x")["session_name"] == "x"


def test_the_last_member_becomes_the_one_whose_socket_waited_for_a_member(daemon):
    """It leaves the group with its old session, and what it resumes is kept."""
    owner, member, watcher = daemon.client(linger_ms=0), daemon.client(), daemon.client()
    opened = owner.call("open", addrs=[HERE], listen=True)
    owner.call("group", socket=opened["socket"], mode="override", takeover_ms=60000)
    member.call("join", socket=opened["socket"])
    watcher.call("subscribe", events=["held"])
    owner.close()
    watcher.event("held", socket=opened["socket"])
    assert member.call("hello", resume=owner.hello["resume"])["owns"]["sockets"] == [opened["socket"]]
    got = member.call("status", socket=opened["socket"])["socket"]
    assert (got["ownership"], got["group"]["members"]) == ("owned", [owner.hello["session"]])


def test_what_is_claimed_may_end_with_its_owner_in_the_same_turn(daemon):
    """The claim comes before the end of the owner's connection: with a linger there is something to claim, without there is not."""
    for linger_ms in (60000, 0):
        owner, heir = daemon.client(ack="explicit", linger_ms=linger_ms), daemon.client()
        socket = owner.call("open", addrs=[HERE])["socket"]
        with Frozen(daemon):
            claim = heir.send("claim", socket=socket)
            owner.close()
        if linger_ms:
            assert heir.answer(claim)["epoch"] == 2
        else:
            with pytest.raises(Exception, match="there is no socket"):
                heir.answer(claim)


def test_a_target_that_died_in_the_same_turn_is_offered_nothing(daemon):
    owner = daemon.client(**HELD)
    target = daemon.client()
    socket = owner.call("open", addrs=[HERE])["socket"]
    with Frozen(daemon):
        offer = owner.send("handoff", socket=socket, to=target.hello["session"])
        target.close()
    with pytest.raises(Exception, match="there is no connected session"):
        owner.answer(offer)


def test_looking_a_session_up_ends_nothing_that_the_call_is_about(daemon):
    """The caller's own connection has gone as well: its call is still served."""
    holder = daemon.client(session="x", linger_ms=0)
    caller = daemon.client(**HELD)
    socket = caller.call("open", addrs=[HERE])["socket"]
    with Frozen(daemon):
        caller.send("handoff", socket=socket, to="x")
        holder.close()
        caller.close()
    assert daemon.client().call("claim", socket=socket)["epoch"] == 2


# --- associations ---

def test_who_waits_when_an_association_ends_is_answered(pair):
    """The end is one item: the first call gets it, and the association is over and read before the second could."""
    first, second = (pair.a.send("recv", {"assoc": pair.assoc_a}) for _ in range(2))
    pair.a.call("ping")
    pair.b.call("abort", assoc=pair.assoc_b)
    assert pair.a.answer(first)["items"][0]["state"] == "comm_lost"
    with pytest.raises(RpcError, match="assoc_closed"):
        pair.a.answer(second)
    assert not [each for each in pair.a.list()["assocs"] if each["assoc"] == pair.assoc_a]
