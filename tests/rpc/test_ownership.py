"""Whose an association is: sessions, hold, offers, claims, acknowledgement; and what is refused."""

import pytest

from sctpd import STACK, Pair, RpcError, payload
from users import NOBODY, client_of

HELD = {"ack": "explicit", "linger_ms": 60000}
FORGED = "0123456789abcdef" * 4

pytestmark = pytest.mark.skipif(STACK != "fake", reason="integration/test_handoff.py is about the real stacks")


@pytest.fixture
def pair(daemon):
    """a is the owner, b the peer."""
    pair = Pair(daemon, clients=(daemon.client(**HELD), daemon.client()))
    pair.daemon = daemon
    return pair


def ownership(client, assoc):
    (found,) = [each for each in client.list()["assocs"] if each["assoc"] == assoc]
    return {key: found.get(key) for key in ("epoch", "ownership", "owner", "acked", "unacked", "note_bytes")}


def held(pair):
    """a has died, and its socket waits."""
    watcher = pair.daemon.client()
    watcher.call("subscribe", events=["held", "lapsed", "assoc_closed", "socket_closed", "owner_changed", "resumed_owner"])
    pair.a.close()
    assert watcher.event("held", socket=pair.socket_a)["owner"] == pair.a.hello["session"]
    return watcher


# --- sessions ---

def test_a_session_resumes(pair):
    """Another connection with the token is the same owner: the same epoch, and what was not acknowledged comes again."""
    pair.say("one")
    pair.say("two")
    read = pair.a.recv_messages(2, assoc=pair.assoc_a)
    pair.a.call("ack", assoc=pair.assoc_a, seq=read[0]["seq"])
    watcher = held(pair)
    pair.say("three")
    back = pair.daemon.client(ack="explicit", resume=pair.a.hello["resume"])
    assert back.hello["resumed"] and back.hello["session"] == pair.a.hello["session"]
    assert back.hello["resume"] == pair.a.hello["resume"]
    assert back.hello["owns"] == {"sockets": [pair.socket_a], "assocs": [pair.assoc_a]}
    assert watcher.event("resumed_owner")["socket"] == pair.socket_a
    again = back.recv(assoc=pair.assoc_a, max=16)
    assert [(payload(m), m.get("redelivered", False)) for m in again] == [(b"two", True), (b"three", False)]
    assert back.call("send", assoc=pair.assoc_a, text="x", epoch=1) == {"message": 1}


def test_an_event_that_was_passed_over_does_not_come_again_as_redelivered(pair):
    """A subscription that does not name it was not shown it: whoever reads next sees it for the first time."""
    pair.a.call("ack", assoc=pair.assoc_a, seq=pair.up_a["seq"])
    pair.a.call("subscribe", data=True, events=["shutdown"])
    pair.say("one")
    pair.a.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": "peer_addr_change", "fields": {"addr": "192.0.2.1"}})
    pair.say("two")
    pair.a.wait_for(lambda: len(pair.a.data) == 2)
    held(pair)
    back = pair.daemon.client(ack="explicit", resume=pair.a.hello["resume"])
    again = back.recv(assoc=pair.assoc_a, max=16)
    assert [(i.get("event") or payload(i), i.get("redelivered", False)) for i in again] == [
        (b"one", True), ("peer_addr_change", False), (b"two", True)]


def test_a_session_resumes_while_its_old_connection_is_dying(pair):
    """The daemon need not have read the end of the old one yet."""
    for _ in range(20):
        token = pair.a.hello["resume"]
        pair.a.close()
        pair.a = pair.daemon.client(ack="explicit", resume=token)
        assert pair.a.hello["resumed"]


def test_tokens_that_are_no_good(pair):
    """Forged, of a session that is over, of one that is connected, and on a connection that owns something."""
    newcomer = pair.daemon.client()
    for token in (FORGED, "x", pair.a.hello["resume"][:-1], pair.a.hello["resume"] + "0", pair.a.hello["resume"].upper()):
        assert newcomer.fails("bad_token", "hello", resume=token).param == "resume"
    assert newcomer.fails("session_in_use", "hello", resume=pair.a.hello["resume"]).data["retry"]
    gone = pair.daemon.client()
    gone.close()
    newcomer.call("list")
    assert newcomer.fails("bad_token", "hello", resume=gone.hello["resume"])
    held(pair)
    assert pair.b.fails("session_busy", "hello", resume=pair.a.hello["resume"])
    assert ownership(newcomer, pair.assoc_a)["ownership"] == "held"


@pytest.mark.parametrize("daemon", [{"linger_ms": 60000}], indirect=True)
def test_names(daemon):
    """A name is one connected session's at a time; that of a held one is taken over."""
    first = daemon.client(session="mme")
    first.call("open", addrs=["127.0.0.1"], listen=True)
    second = daemon.client()
    assert second.fails("session_name_in_use", "hello", session="mme").param == "session"
    first.close()
    assert second.call("hello", session="mme")["session_name"] == "mme"
    names = {s["session"]: s.get("name") for s in second.call("list", what=["sessions"])["sessions"]}
    assert names[first.hello["session"]] is None and names[second.hello["session"]] == "mme"


# --- hold ---

def shorter(pair, linger_ms):
    """An association of a that is held for less long than its socket; a has gone: (the association, who was told)."""
    port = pair.b.call("open", addrs=["127.0.0.1"], listen=True)["port"]
    watcher = pair.daemon.client()
    watcher.call("subscribe", events=["held", "lapsed", "assoc_closed", "socket_closed"])
    assoc = pair.a.call("connect", socket=pair.socket_a, addrs=["127.0.0.1"], port=port, linger_ms=linger_ms)["assoc"]
    pair.a.close()
    assert watcher.event("held", socket=pair.socket_a)
    return assoc, watcher


def test_an_association_with_a_shorter_linger_lapses_alone(pair):
    assoc, watcher = shorter(pair, 50)
    assert watcher.event("lapsed")["assoc"] == assoc
    assert ownership(pair.b, pair.assoc_a)["ownership"] == "held"


@pytest.mark.parametrize("how", ["resume", "claim"])
def test_who_is_back_in_time_keeps_an_association_with_a_shorter_linger(pair, how):
    """Its time is over a while later, and nothing happens."""
    assoc, watcher = shorter(pair, 700)
    if how == "resume":
        back = pair.daemon.client(ack="explicit", resume=pair.a.hello["resume"])
    else:
        back = pair.daemon.client(**HELD)
        back.call("claim", socket=pair.socket_a)
    clock = pair.daemon.client(**{**HELD, "linger_ms": 900})  # lapses after the other would have
    socket = clock.call("open", addrs=["127.0.0.1"])["socket"]
    clock.close()
    lapsed = watcher.event("lapsed")
    assert lapsed.get("socket") == socket and "assoc" not in lapsed
    assert ownership(pair.b, assoc)["owner"] == back.hello["session"]
    assert back.call("send", assoc=assoc, text="x")


@pytest.mark.parametrize("linger_ms", [0, 50])
def test_the_linger_ends(pair, linger_ms):
    """At its end the association is shut down, and the peer is told."""
    other = Pair(pair.daemon, clients=(pair.daemon.client(ack="explicit", linger_ms=linger_ms), pair.b))
    watcher = pair.daemon.client()
    watcher.call("subscribe", socket=other.socket_a, events=["held", "lapsed", "socket_closed"])
    other.a.close()
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=other.assoc_b)
    watcher.event("socket_closed")
    assert [n["params"]["event"] for n in watcher.notes] == ([] if linger_ms == 0 else ["held", "lapsed"])
    assert ownership(watcher, pair.assoc_a)["ownership"] == "owned"


def test_each_association_has_its_own_linger(daemon):
    """A longer one than its socket's gives it a socket of its own."""
    peer = daemon.client()
    port = peer.call("open", addrs=["127.0.0.1"], listen=True)["port"]
    owner = daemon.client(ack="explicit")
    socket = owner.call("open", addrs=["127.0.0.1"], linger_ms=0)["socket"]
    stays = owner.call("connect", socket=socket, addrs=["127.0.0.1"], port=port, linger_ms=60000)["assoc"]
    watcher = daemon.client()
    watcher.call("subscribe", events=["socket_closed", "held"])
    owner.close()
    assert watcher.event("socket_closed")["socket"] == socket
    own = watcher.event("held")["socket"]
    assert daemon.client().call("claim", assoc=stays)["socket"] == own != socket


def test_a_port_that_is_held_says_so(pair):
    held(pair)
    error = pair.daemon.client().fails("address_in_use", "open", addrs=["127.0.0.1"], port=pair.port)
    assert error.data["socket"] == pair.socket_a and error.data["held"] and "claim" in error.message
    assert "held" not in pair.daemon.client().fails("address_in_use", "open", addrs=["127.0.0.1"], port=Pair(pair.daemon).port).data


# --- acknowledgement ---

def test_acknowledging(pair):
    """Cumulative; not beyond what was delivered, not backwards; the same again is fine."""
    for n in range(3):
        pair.say(str(n))
    read = pair.a.recv_messages(2, assoc=pair.assoc_a)
    last = read[-1]["seq"]
    error = pair.a.fails("ack_beyond", "ack", assoc=pair.assoc_a, seq=last + 1)
    assert (error.data["acked"], error.data["seq"]) == (0, last)
    assert pair.a.call("ack", assoc=pair.assoc_a, seq=last - 1) == {"acked": last - 1, "unacked": 1}
    assert pair.a.fails("ack_backwards", "ack", assoc=pair.assoc_a, seq=last - 2).data["acked"] == last - 1
    assert pair.a.call("ack", assoc=pair.assoc_a, seq=last - 1) == {"acked": last - 1, "unacked": 1}
    assert pair.b.fails("not_owner", "ack", assoc=pair.assoc_a, seq=last)
    assert ownership(pair.a, pair.assoc_a)["acked"] == last - 1


def test_the_ack_of_a_call_goes_before_that_of_hello(pair):
    pair.say("x")
    pair.a.recv(assoc=pair.assoc_a, max=1)
    assert ownership(pair.b, pair.assoc_a)["unacked"] == 2, "hello said explicit; the pair has read comm_up"
    pair.say("y")
    pair.a.recv(assoc=pair.assoc_a, max=16, ack="auto")
    assert ownership(pair.b, pair.assoc_a)["unacked"] == 0
    sub = pair.b.call("subscribe", assoc=pair.assoc_b, data=True, ack="explicit")["sub"]
    pair.a.call("send", assoc=pair.assoc_a, text="z")
    pair.b.wait_for(lambda: pair.b.data)
    assert ownership(pair.a, pair.assoc_b)["unacked"] == 1
    pair.b.call("unsubscribe", sub=sub)


@pytest.mark.parametrize("daemon", [{"recv_queue_messages": 8}], indirect=True)
def test_who_never_acknowledges_is_told(pair):
    """Reading stops at the mark; recv says why instead of waiting for ever, also where it waited before."""
    pair.a.call("ack", assoc=pair.assoc_a, seq=1)
    for n in range(20):
        pair.say(str(n))
    items, waiting = [], pair.a.send_all([("recv", {"assoc": pair.assoc_a})] * 10)
    for ident in waiting[:9]:
        items += pair.a.answer(ident)["items"]
    assert [i.get("event", "data") for i in items] == ["data"] * 8 + ["paused"]
    with pytest.raises(RpcError, match="unacknowledged"):
        pair.a.answer(waiting[9])
    assert pair.a.fails("unacknowledged", "recv", socket=pair.socket_a)
    pair.a.call("ack", assoc=pair.assoc_a, seq=items[-1]["seq"])
    rest = []
    while len([i for i in rest if i["type"] == "data"]) < 12:
        rest += pair.a.recv(assoc=pair.assoc_a, ack="auto")
    assert [payload(i) for i in items + rest if i["type"] == "data"] == [b"%d" % n for n in range(20)]


def test_an_ended_association_waits_for_its_last_acknowledgement(pair):
    watcher = pair.daemon.client()
    watcher.call("subscribe", assoc=pair.assoc_a, events=["assoc_closed"])
    pair.b.call("abort", assoc=pair.assoc_b)
    end = pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)
    assert ownership(watcher, pair.assoc_a)["unacked"] == 2
    pair.a.call("ack", assoc=pair.assoc_a, seq=end["seq"])
    assert watcher.event("assoc_closed")


def test_what_a_reader_passes_over_needs_no_acknowledgement(pair):
    """An event that the subscription does not name goes with what comes before it."""
    sub = pair.a.call("subscribe", assoc=pair.assoc_a, data=True, events=["shutdown"])["sub"]
    pair.say("x")
    pair.a.wait_for(lambda: pair.a.data)
    watcher = pair.daemon.client()
    watcher.call("subscribe", assoc=pair.assoc_a, events=["assoc_change", "assoc_closed"])
    pair.b.call("abort", assoc=pair.assoc_b)
    assert watcher.event("assoc_change", state="comm_lost")
    pair.a.call("ack", assoc=pair.assoc_a, seq=pair.a.data[0]["seq"])
    assert watcher.event("assoc_closed")
    pair.a.call("unsubscribe", sub=sub)


@pytest.mark.parametrize("daemon", [{"recv_queue_messages": 4, "linger_ms": 60000}], indirect=True)
@pytest.mark.parametrize("change", ["dies", "stolen"])
def test_a_shutdown_waits_for_no_send_that_was_refused(daemon, change):
    """It began only after a message that had waited was sent; where none was any more, never."""
    pair = Pair(daemon, clients=(daemon.client(**HELD), daemon.client()), open_a={"options": {"sndbuf": 2000}})
    sends = pair.a.send_all([("send", {"assoc": pair.assoc_a, "text": "x" * 500})] * 20)
    pair.a.call("eof", assoc=pair.assoc_a)
    if change == "dies":
        pair.a.close()
    else:
        daemon.client(**HELD).call("steal", assoc=pair.assoc_a)
        with pytest.raises(RpcError, match="not_owner"):
            pair.a.answer(sends[-1])
    assert pair.b.recv_event("shutdown", assoc=pair.assoc_b)


# --- offers ---

def test_offers_that_are_no_good(pair):
    """Two, to oneself, to nobody, of what is not one's own; and nothing has changed."""
    before = ownership(pair.b, pair.assoc_a)
    assert pair.b.fails("not_owner", "handoff", assoc=pair.assoc_a).data["owner"] == pair.a.hello["session"]
    assert pair.a.fails("offer_to_self", "handoff", assoc=pair.assoc_a, to=pair.a.hello["session"])
    for nobody in ("nobody", 999999):
        assert pair.a.fails("no_such_session", "handoff", assoc=pair.assoc_a, to=nobody).param == "to"
    assert pair.a.fails("invalid_params", "handoff", assoc=pair.assoc_a, to=["x"]).param == "to"
    assert pair.a.fails("no_such_offer", "withdraw", assoc=pair.assoc_a)
    assert pair.a.fails("wrong_epoch", "handoff", assoc=pair.assoc_a, epoch=2).data["epoch"] == 1
    assert ownership(pair.b, pair.assoc_a) == before
    pair.a.call("handoff", assoc=pair.assoc_a, epoch=1)
    assert pair.a.fails("already_offered", "handoff", assoc=pair.assoc_a)
    assert ownership(pair.b, pair.assoc_a) == {**before, "ownership": "offered"}
    pair.a.call("withdraw", assoc=pair.assoc_a)
    assert ownership(pair.b, pair.assoc_a) == before


def test_tokens_of_offers(pair):
    """Good once, for the one they are for, while the offer stands."""
    one, two = pair.daemon.client(), pair.daemon.client()
    token = pair.a.call("handoff", assoc=pair.assoc_a)["token"]
    assert one.fails("bad_token", "claim", assoc=pair.assoc_a, token=FORGED)
    assert one.fails("bad_token", "claim", assoc=pair.assoc_b, token=token), "it is for another association"
    assert one.fails("owned", "claim", assoc=pair.assoc_a), "offered, but not to it by name"
    assert one.call("claim", assoc=pair.assoc_a, token=token)["epoch"] == 2
    assert two.fails("bad_token", "claim", assoc=pair.assoc_a, token=token), "used"
    token = one.call("handoff", assoc=pair.assoc_a, to=two.hello["session"])["token"]
    assert pair.a.fails("bad_token", "claim", assoc=pair.assoc_a, token=token), "another's"
    assert two.call("claim", assoc=pair.assoc_a, token=token)["epoch"] == 3
    token = two.call("handoff", assoc=pair.assoc_a, ttl_ms=1)["token"]
    assert two.event("offer_ended", how="expired")
    assert one.fails("bad_token", "claim", assoc=pair.assoc_a, token=token), "expired"
    token = two.call("handoff", assoc=pair.assoc_a)["token"]
    two.call("withdraw", assoc=pair.assoc_a)
    assert one.fails("bad_token", "claim", assoc=pair.assoc_a, token=token), "withdrawn"


def test_an_offer_outlives_its_owner(pair):
    """The token is good while the offer stands, whether the owner lives or not."""
    token = pair.a.call("handoff", assoc=pair.assoc_a)["token"]
    held(pair)
    assert pair.daemon.client().call("claim", assoc=pair.assoc_a, token=token)["epoch"] == 2


# --- claims ---

def test_claims_that_are_no_good(pair):
    """Of what is owned, one's own, at another epoch, not there, or over; and nothing has changed."""
    other = pair.daemon.client()
    before = ownership(other, pair.assoc_a)
    error = other.fails("owned", "claim", assoc=pair.assoc_a)
    assert (error.data["owner"], error.data["epoch"]) == (pair.a.hello["session"], 1)
    assert pair.a.fails("already_owner", "claim", assoc=pair.assoc_a)
    assert pair.a.fails("already_owner", "steal", socket=pair.socket_a)
    for epoch in (2, 2**53 - 1):
        assert other.fails("wrong_epoch", "claim", assoc=pair.assoc_a, expect_epoch=epoch).data["epoch"] == 1
        assert pair.a.fails("wrong_epoch", "send", assoc=pair.assoc_a, text="x", epoch=epoch).data["epoch"] == 1
    assert other.fails("no_such_assoc", "claim", assoc=999)
    assert other.fails("no_such_socket", "steal", socket=999)
    assert other.fails("invalid_params", "claim", assoc=pair.assoc_a, socket=pair.socket_a)
    assert other.fails("invalid_params", "claim")
    assert pair.a.fails("invalid_params", "connect", addrs=["127.0.0.1"], port=9, epoch=1).param == "epoch"
    assert ownership(other, pair.assoc_a) == before
    pair.b.call("abort", assoc=pair.assoc_b)
    pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a, ack="auto")
    assert other.fails("no_such_assoc", "claim", assoc=pair.assoc_a)


def test_an_ended_association_can_be_claimed_with_what_it_has(pair):
    pair.say("last words")
    watcher = held(pair)
    watcher.call("subscribe", assoc=pair.assoc_a, events=["assoc_change"])
    pair.b.call("abort", assoc=pair.assoc_b)
    assert watcher.event("assoc_change", state="comm_lost")
    heir = pair.daemon.client()
    assert heir.call("claim", assoc=pair.assoc_a)["state"] == "closed"
    items = heir.recv(assoc=pair.assoc_a, max=16)
    assert [i.get("state") or payload(i) for i in items] == ["comm_up", b"last words", "comm_lost"]
    assert watcher.event("assoc_closed", assoc=pair.assoc_a)


def test_a_socket_goes_with_all_that_is_on_it(pair):
    """Its associations keep their numbers; the order of what comes is kept among them."""
    second = pair.b.call("connect", addrs=["127.0.0.1"], port=pair.port)["assoc"]
    up = pair.a.recv_event("assoc_change", "comm_up", socket=pair.socket_a)
    for n in range(6):
        pair.b.call("send", assoc=second if n % 2 else pair.assoc_b, text=str(n))
    pair.a.recv_messages(3, socket=pair.socket_a)
    held(pair)
    heir = pair.daemon.client(ack="explicit")
    got = heir.call("claim", socket=pair.socket_a, expect_epoch=1)
    assert {each["assoc"]: each["epoch"] for each in got["assocs"]} == {pair.assoc_a: 2, up["assoc"]: 2}
    assert (got["socket"], got["port"], got["epoch"]) == (pair.socket_a, pair.port, 2)
    items = heir.recv(socket=pair.socket_a, max=64)
    assert [payload(i) for i in items if i["type"] == "data"] == [b"%d" % n for n in range(6)]
    assert [i.get("redelivered", False) for i in items] == [True] * 5 + [False] * 3
    assert pair.b.call("connect", addrs=["127.0.0.1"], port=pair.port), "it listens as before"
    assert heir.recv_event("assoc_change", "comm_up", socket=pair.socket_a)


def test_a_socket_whose_associations_have_all_ended(pair):
    """The first that is read reads all, and each is gone with its last item."""
    peers = [pair.assoc_b] + [pair.b.call("connect", addrs=["127.0.0.1"], port=pair.port)["assoc"] for _ in range(5)]
    watcher = held(pair)
    watcher.call("subscribe", socket=pair.socket_a, events=["assoc_change", "assoc_closed"])
    for assoc in peers:
        pair.b.call("abort", assoc=assoc)
        watcher.event("assoc_change", state="comm_lost")
    heir = pair.daemon.client(ack="auto")
    heir.call("subscribe", data=True)
    heir.call("claim", socket=pair.socket_a)
    for _ in peers:
        watcher.event("assoc_closed")
    heir.quiet()
    assert len([n for n in heir.notes if n["params"].get("state") == "comm_lost"]) == 6


def test_release(pair):
    """Nobody's, for its linger; then it is closed."""
    assert pair.b.fails("not_owner", "release", assoc=pair.assoc_a)
    assert pair.a.call("release", assoc=pair.assoc_a, linger_ms=60000) == {}
    now = ownership(pair.b, pair.assoc_a)
    assert (now["ownership"], now["owner"], now["epoch"]) == ("unowned", None, 2)
    assert "owner" not in pair.a.fails("not_owner", "send", assoc=pair.assoc_a, text="x").data
    assert pair.b.call("claim", assoc=pair.assoc_a)["epoch"] == 3
    pair.b.call("subscribe", events=["lapsed"])
    pair.b.call("release", assoc=pair.assoc_a, linger_ms=1)
    assert pair.b.event("lapsed")
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b)


def test_a_thief_is_named(pair):
    """The old owner is told who, and to where it was read."""
    pair.say("x")
    read = pair.a.recv_messages(1, assoc=pair.assoc_a)
    pair.a.call("ack", assoc=pair.assoc_a, seq=read[0]["seq"])
    thief = pair.daemon.client(ack="explicit")
    assert thief.fails("wrong_epoch", "steal", assoc=pair.assoc_a, expect_epoch=7)
    got = thief.call("steal", assoc=pair.assoc_a, expect_epoch=1)
    told = pair.a.event("owner_changed", assoc=pair.assoc_a)
    assert (told["how"], told["from"], told["to"]) == ("stolen", pair.a.hello["session"], thief.hello["session"])
    assert (told["epoch"], told["acked"], told["seq"]) == (2, read[0]["seq"], read[0]["seq"])
    assert got["unacked"] == 0
    assert pair.a.fails("not_owner", "recv", assoc=pair.assoc_a).data["owner"] == thief.hello["session"]


def test_subscriptions_follow_their_owner_not_the_association(pair):
    """A reader of the old owner gets nothing more; one to all that the new owner has begins with it at once."""
    pair.a.call("subscribe", assoc=pair.assoc_a, data=True)
    pair.say("one")
    pair.a.wait_for(lambda: pair.a.data)
    heir = pair.daemon.client(ack="explicit")
    heir.call("subscribe", data=True)
    heir.call("steal", assoc=pair.assoc_a)
    pair.say("two")
    heir.wait_for(lambda: len(heir.data) == 2)
    assert [(payload(m), m.get("redelivered", False)) for m in heir.data] == [(b"one", True), (b"two", False)]
    pair.a.quiet()
    assert len(pair.a.data) == 1


def test_the_caller_is_not_told_what_its_answer_says(pair):
    """Neither the owner that offers, withdraws and releases nor whoever claims or steals; the other side is."""
    def told(client):
        client.quiet()
        events = [n["params"]["event"] for n in client.notes]
        client.notes.clear()
        return events

    heir = pair.daemon.client(ack="explicit")
    of = {"assoc": pair.assoc_a}
    pair.a.call("handoff", of, to=heir.hello["session"])
    assert (told(pair.a), told(heir)) == ([], ["offered"])
    pair.a.call("withdraw", of)
    assert (told(pair.a), told(heir)) == ([], ["offer_ended"])
    pair.a.call("handoff", of, to=heir.hello["session"])
    assert told(heir) == ["offered"]
    got = heir.call("claim", of)
    assert (told(pair.a), told(heir)) == (["offer_ended", "owner_changed", "owner_changed"], [])
    pair.a.call("steal", of, expect_epoch=got["epoch"])
    assert (told(pair.a), told(heir)) == ([], ["owner_changed", "owner_changed"])
    pair.a.call("release", of)
    assert (told(pair.a), told(heir)) == ([], [])


def test_a_caller_that_wants_no_answer_is_told(pair):
    """A call without an id has none that could say it."""
    thief = pair.daemon.client(ack="explicit")
    thief.write(b'{"jsonrpc":"2.0","method":"steal","params":{"assoc":%d}}\n' % pair.assoc_a)
    assert thief.event("owner_changed", assoc=pair.assoc_a)["to"] == thief.hello["session"]


# --- notes ---

def test_notes(pair):
    """Kept for whoever takes over, up to a limit."""
    assert pair.a.call("note", assoc=pair.assoc_a, text="grüße") == {"bytes": 7}
    assert pair.a.call("note", assoc=pair.assoc_a, data="AAEC") == {"bytes": 3}
    assert pair.a.fails("note_too_long", "note", assoc=pair.assoc_a, text="x" * 4097).data["limit"] == 4096
    assert pair.a.fails("invalid_params", "note", assoc=pair.assoc_a)
    assert pair.a.fails("invalid_params", "note", assoc=pair.assoc_a, text="x", data="AAEC")
    assert pair.b.fails("not_owner", "note", assoc=pair.assoc_a, text="mine")
    assert pair.a.call("note", assoc=pair.assoc_a, text="x" * 4096) == {"bytes": 4096}
    pair.a.call("note", socket=pair.socket_a, text="of the socket")
    held(pair)
    got = pair.b.call("claim", socket=pair.socket_a, encoding="text")
    assert got["note"] == {"text": "of the socket"}
    assert got["assocs"][0]["note"] == {"text": "x" * 4096}


@pytest.mark.parametrize("daemon", [{"linger_ms": 60000, "socket_mode": 0o666}], indirect=True)
def test_the_token_of_another_users_session_is_nobodys(daemon):
    """Also for who has it in hand; its owner still can resume."""
    pair = Pair(daemon)
    token = pair.a.hello["resume"]
    pair.a.close()
    stranger = client_of(daemon, NOBODY)
    assert stranger.fails("bad_token", "hello", resume=token).param == "resume"
    assert daemon.client(resume=token).hello["resumed"] is True
