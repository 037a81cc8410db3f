"""Events: who is told which, what sender_dry takes, what happens where the stack lost some."""
import struct

import pytest
import sctpd

pytestmark = pytest.mark.fake

WITHOUT_ASSOC_CHANGE = ["peer_addr_change", "remote_error", "send_failed", "shutdown"]


def inject(client, assoc, event, **fields):
    client.call("fake", assoc=assoc, control={"do": "event", "event": event, "fields": fields})


def path(client, assoc):
    inject(client, assoc, "peer_addr_change", addr="127.0.0.9", state="addr_unreachable", error=0)


def events_of(client, assoc):
    """What waits for the owner now."""
    try:
        return [i["event"] for i in client.recv(0, assoc=assoc, max=256) if i["type"] == "event"]
    except sctpd.RpcError as e:
        assert e.name == "timeout", e
        return []


# --- the option events ---

def test_what_the_owner_does_not_want_takes_no_number(pair):
    observer = pair.b
    observer.call("subscribe", assoc=pair.assoc_a, events=["peer_addr_change", "adaptation_indication"])
    pair.a.call("setopts", assoc=pair.assoc_a, options={"events": ["assoc_change", "adaptation_indication"]})
    path(pair.a, pair.assoc_a)
    inject(pair.a, pair.assoc_a, "adaptation_indication", indication=7)
    item = pair.a.recv(assoc=pair.assoc_a)[0]
    assert (item["event"], item["seq"]) == ("adaptation_indication", pair.up_a["seq"] + 1)
    assert "seq" not in observer.event("peer_addr_change", addr="127.0.0.9")
    assert observer.event("adaptation_indication")["seq"] == item["seq"]


def test_a_subscription_with_data_has_the_same_sequence(pair):
    pair.a.call("setopts", assoc=pair.assoc_a, options={"events": ["assoc_change"]})
    pair.a.call("subscribe", assoc=pair.assoc_a, data=True)
    path(pair.a, pair.assoc_a)
    pair.say("x")
    assert pair.a.note(lambda p: "stream" in p)["seq"] == pair.up_a["seq"] + 1
    assert not [n for n in pair.a.notes if n["params"].get("event") == "peer_addr_change"]


def test_of_a_socket_it_counts_for_associations_to_come(daemon):
    pair = sctpd.Pair(daemon, open_a={"options": {"events": ["assoc_change"]}})
    path(pair.a, pair.assoc_a)
    path(pair.b, pair.assoc_b)
    assert events_of(pair.a, pair.assoc_a) == []
    assert events_of(pair.b, pair.assoc_b) == ["peer_addr_change"]


def test_turned_on_again(pair):
    pair.a.call("setopts", assoc=pair.assoc_a, options={"events": []})
    path(pair.a, pair.assoc_a)
    pair.a.call("setopts", assoc=pair.assoc_a, options={"events": ["peer_addr_change"]})
    path(pair.a, pair.assoc_a)
    assert events_of(pair.a, pair.assoc_a) == ["peer_addr_change"]


@pytest.fixture
def deaf(daemon):
    """A pair of which neither wants assoc_change; a's association is known from a message."""
    options = {"options": {"events": WITHOUT_ASSOC_CHANGE}}
    a, b = daemon.client(), daemon.client()
    opened = a.call("open", addrs=["127.0.0.1"], listen=True, **options)
    socket = b.call("open", addrs=["127.0.0.1"], **options)["socket"]
    b.assoc = b.call("connect", socket=socket, addrs=["127.0.0.1"], port=opened["port"])["assoc"]
    b.call("send", assoc=b.assoc, text="hello")
    first = a.recv(socket=opened["socket"])[0]
    assert first["seq"] == 1, "the comm_up before it took no number"
    a.assoc, a.socket = first["assoc"], opened["socket"]
    return a, b


def test_the_end_is_told_to_a_call_that_waits(deaf):
    a, b = deaf
    waiting = a.send("recv", assoc=a.assoc)
    b.call("abort", assoc=b.assoc)
    with pytest.raises(sctpd.RpcError, match="assoc_closed"):
        a.answer(waiting)


def test_the_end_is_told_to_the_next_call(deaf):
    a, b = deaf
    assert a.fails("timeout", "recv", assoc=a.assoc, timeout_ms=0)
    b.call("subscribe", assoc=a.assoc, events=["assoc_change"])
    b.call("abort", assoc=b.assoc)
    assert b.event("assoc_change", state="comm_lost")
    assert a.fails("assoc_closed", "recv", assoc=a.assoc)
    assert a.fails("no_such_assoc", "recv", assoc=a.assoc)


def test_who_reads_the_socket_keeps_no_ended_association(deaf):
    a, b = deaf
    b.call("subscribe", assoc=a.assoc, events=["assoc_closed"])
    b.call("abort", assoc=b.assoc)
    assert b.event("assoc_closed", assoc=a.assoc)
    assert not [each for each in a.list()["assocs"] if each["assoc"] == a.assoc]


def test_an_ended_association_goes_with_its_socket(deaf):
    a, b = deaf
    assert a.fails("timeout", "recv", assoc=a.assoc, timeout_ms=0)
    b.call("abort", assoc=b.assoc)
    a.call("close", socket=a.socket)
    assert a.list()["assocs"] == []


# --- sender_dry ---

def dry_of(client, assoc):
    return events_of(client, assoc).count("sender_dry")


def test_nobody_asked_for_sender_dry(pair):
    pair.a.call("subscribe", assoc=pair.assoc_b)
    pair.say("x")
    pair.hear()
    pair.a.quiet()
    assert dry_of(pair.b, pair.assoc_b) == 0
    assert not [n for n in pair.a.notes if n["params"]["event"] == "sender_dry"]


def test_sender_dry_by_the_option(pair):
    """At once where nothing waits, then after what is sent was acknowledged."""
    pair.b.call("setopts", assoc=pair.assoc_b, options={"events": ["sender_dry"]})
    assert pair.b.recv_event("sender_dry", assoc=pair.assoc_b)
    pair.say("one")
    pair.hear()
    assert pair.b.recv_event("sender_dry", assoc=pair.assoc_b)
    pair.b.call("setopts", assoc=pair.assoc_b, options={"events": []})
    pair.say("two")
    pair.hear()
    assert dry_of(pair.b, pair.assoc_b) == 0


@pytest.mark.parametrize("daemon", [{"recv_queue_messages": 2}], indirect=True)
def test_sender_dry_waits_for_the_last(pair):
    """The peer's queue is full: what it has not taken is not acknowledged."""
    pair.a.call("subscribe", assoc=pair.assoc_a, events=["paused"])
    for n in range(6):
        pair.say(str(n))
    assert pair.a.event("paused")
    pair.b.call("setopts", assoc=pair.assoc_b, options={"events": ["sender_dry"]})
    assert pair.b.call("status", assoc=pair.assoc_b)["assoc"]["unackdata"] > 0
    assert dry_of(pair.b, pair.assoc_b) == 0
    assert len(pair.a.recv_messages(6, assoc=pair.assoc_a)) == 6
    assert pair.b.recv_event("sender_dry", assoc=pair.assoc_b)


def test_sender_dry_by_the_sockets_option(daemon):
    pair = sctpd.Pair(daemon, open_b={"options": {"events": ["assoc_change", "sender_dry"]}})
    dry = pair.b.recv_event("sender_dry", assoc=pair.assoc_b)
    assert dry["seq"] == pair.up_b["seq"] + 1, "not while the association was being set up"


def test_sender_dry_by_an_observer_is_its_own(pair):
    sub = pair.a.call("subscribe", assoc=pair.assoc_b, events=["sender_dry"])["sub"]
    assert pair.a.event("sender_dry", assoc=pair.assoc_b)
    pair.say("x")
    pair.hear()
    assert pair.a.event("sender_dry", assoc=pair.assoc_b)
    assert dry_of(pair.b, pair.assoc_b) == 0
    pair.a.call("unsubscribe", sub=sub)
    other = pair.a.call("subscribe", assoc=pair.assoc_b, events=["sender_dry"])["sub"]
    assert pair.a.event("sender_dry", sub=other), "it was off meanwhile: turned on it is told at once"


def test_sender_dry_by_an_owner_that_subscribes(pair):
    pair.b.call("subscribe", assoc=pair.assoc_b, data=True, events=["sender_dry", "assoc_change"])
    first = pair.b.event("sender_dry")
    pair.say("x")
    pair.hear()
    assert pair.b.event("sender_dry")["seq"] == first["seq"] + 1


@pytest.mark.fake
def test_sender_dry_of_one_association_beside_another(pair):
    """Of two of the same socket one user asks for the one and the other for the other, and each gets its own. Two
    whose ids have the same remainder are looked for in the same place."""
    for number in pair.b.send_all([("connect", {"addrs": ["127.0.0.1"], "port": pair.port})] * 256):
        pair.b.answer(number)
    one, other = pair.assoc_a, pair.assoc_a + 512
    assert {one, other} <= {a["assoc"] for a in pair.a.list()["assocs"] if a["socket"] == pair.socket_a}
    first, second = (pair.b.call("subscribe", assoc=assoc, events=["sender_dry"])["sub"] for assoc in (one, other))
    assert pair.b.event("sender_dry", sub=first, assoc=one)
    assert pair.b.event("sender_dry", sub=second, assoc=other)
    pair.b.call("unsubscribe", sub=first)
    pair.a.call("send", assoc=other, text="x")
    assert pair.b.event("sender_dry", sub=second, assoc=other)


def test_sender_dry_of_a_socket_stays_behind(pair):
    """Who asked for it of a socket does not get that of an association that has left it."""
    pair.a.call("subscribe", socket=pair.socket_b, events=["sender_dry"])
    assert pair.a.event("sender_dry", assoc=pair.assoc_b)
    moved = pair.b.call("peeloff", assoc=pair.assoc_b)
    pair.a.call("subscribe", socket=moved["socket"], events=["sender_dry"])
    assert pair.a.event("sender_dry", socket=moved["socket"]), "it was off meanwhile: turned on it is told at once"


# --- what was negotiated ---

def test_features(daemon):
    pair = sctpd.Pair(daemon, open_b={"options": {"auth_supported": True, "pr_supported": True}})
    assert pair.up_b["features"] == ["pr", "auth"]
    assert pair.up_a["features"] == []


def test_features_the_stack_does_not_tell(daemon):
    client = daemon.client()
    client.call("fake", control={"do": "fault", "op": "get_option", "error": "ENOTCONN", "times": -1})
    assert "features" not in sctpd.Pair(daemon).up_a


# --- causes ---

def test_hundreds_of_causes(pair):
    causes = "".join("\x00\x0d\x00\x04" for _ in range(700))
    inject(pair.a, pair.assoc_a, "remote_error", error=13, causes=causes)
    event = pair.a.recv_event("remote_error", assoc=pair.assoc_a)
    assert len(event["causes"]) == 16 and event["causes"][0] == {"code": 13, "cause": "protocol_violation"}
    assert (event["causes_total"], event["truncated"]) == (700, True)


def test_a_flood_of_errors_stops_at_the_mark(daemon):
    """What is kept of what a peer writes into events counts against the queue's mark as its messages do."""
    pair = sctpd.Pair(daemon)
    watcher = daemon.client()
    watcher.call("subscribe", assoc=pair.assoc_a, events=["paused"])
    causes = (struct.pack(">HH", 12, 1028) + b"x" * 1024).decode() * 16
    kept = 16 * 1024
    for n in range(1024 * 1024 // kept):
        assert pair.a.call("status", assoc=pair.assoc_a)["assoc"]["recv_queued_bytes"] >= n * kept
        inject(pair.a, pair.assoc_a, "remote_error", error=12, causes=causes)
    assert watcher.event("paused")


# --- events that the stack has lost ---

def test_lost_events_come_as_a_snapshot(pair):
    watchers = [pair.b.call("subscribe", **what)["sub"] for what in ({"assoc": pair.assoc_a}, {"events": ["shutdown"]})]
    elsewhere = pair.b.call("subscribe", assoc=pair.assoc_b)["sub"]
    inject(pair.a, pair.assoc_a, "notifications_stopped")
    event = pair.a.recv_event("notifications_stopped", assoc=pair.assoc_a)
    assert event["seq"] == pair.up_a["seq"] + 1
    assert event["snapshot"]["state"] == "established"
    assert event["snapshot"]["paths"][0]["state"] == "active"
    gaps = {sub: pair.b.event("gap", sub=sub) for sub in watchers}
    assert [each["assoc"] for each in gaps[watchers[0]]["snapshot"]["assocs"]] == [pair.assoc_a]
    assert len(gaps[watchers[1]]["snapshot"]["assocs"]) == 2, "what it observes is everything"
    pair.b.quiet()
    assert not [n for n in pair.b.notes if n["params"].get("sub") == elsewhere]
    pair.say("still there")
    assert pair.hear()


def test_a_loss_that_hid_the_end(pair):
    pair.b.call("fake", control={"do": "fault", "op": "get_option", "error": "ENOENT", "times": -1})
    inject(pair.a, pair.assoc_a, "notifications_stopped")
    assert pair.a.recv_event("notifications_stopped", assoc=pair.assoc_a)
    assert pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)
    assert "paths" in pair.a.call("status", assoc=pair.assoc_b)["assoc"], "the other end has its own"


def test_a_loss_that_hid_the_beginning(daemon):
    """The comm_up is lost; the state says that it is up."""
    client = daemon.client()
    client.call("fake", control={"do": "truncate", "times": 2})
    port = client.call("open", addrs=["127.0.0.1"], listen=True)["port"]
    connecting = client.send("connect", addrs=["127.0.0.1"], port=port)
    client.call("ping")
    assoc = next(each["assoc"] for each in client.list()["assocs"] if not each["incoming"])
    inject(client, assoc, "notifications_stopped")
    up = client.answer(connecting)
    assert (up["state"], up["outbound_streams"]) == ("established", 64)
    client.call("send", assoc=assoc, text="x")
