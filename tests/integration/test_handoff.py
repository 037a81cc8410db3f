"""An association goes to another owner with nothing lost: handed over, or claimed when its owner has died. The h are the
holes that programs over SCTP are known to have here."""

import socket

import pytest

import sctpd
import wire
from sctpd import STACK, Pair, b64, payload
from wire import DATA, ERROR, SHUTDOWN, causes, chunk
from wired import HERE, Wired, names

HELD = {"ack": "explicit", "linger_ms": 60000}


@pytest.fixture(autouse=True)
def real_stacks():
    if STACK == "fake":
        pytest.skip("the fake stack has no peers")


@pytest.fixture
def wired(daemon):
    with wire.wires():
        yield Wired(daemon, daemon.client(**HELD))


@pytest.fixture
def pair(daemon):
    """a is the owner that will go; b is the peer."""
    pair = Pair(daemon, clients=(daemon.client(**HELD), daemon.client()))
    pair.daemon = daemon
    return pair


def dies(client):
    """As SIGKILL ends it: the connection closes, and nothing is said."""
    client.close()


def by_offer(owner, daemon, assoc):
    successor = daemon.client(**HELD)
    token = owner.call("handoff", assoc=assoc)["token"]
    return successor, successor.call("claim", assoc=assoc, token=token)


def by_death(owner, daemon, assoc):
    dies(owner)
    successor = daemon.client(**HELD)
    return successor, successor.call("claim", assoc=assoc, expect_epoch=1)


def by_theft(owner, daemon, assoc):
    successor = daemon.client(**HELD)
    got = successor.call("steal", assoc=assoc)
    assert owner.event("owner_changed", assoc=assoc)["how"] == "stolen"
    return successor, got


WAYS = pytest.mark.parametrize("change", [by_offer, by_death, by_theft])


def rest_of(client, assoc):
    """All that is to be read until the end is among it: some comes behind that."""
    items = []
    while not {item.get("state") for item in items} & {"comm_lost", "shutdown_comp"}:
        items += client.recv(assoc=assoc, max=16)
    return items


@WAYS
def test_h1_every_kind_of_event_goes_over(wired, change):
    """Events of the error class stayed with the old owner; here all kinds go over, in the one sequence: what it had been
    given marked, the rest not."""
    wired.client.call("send", assoc=wired.assoc, text="will fail")
    wired.peer.expect(DATA)
    wired.peer.send(chunk(ERROR, causes((13, b"why"))))
    seen = [wired.client.recv_event("remote_error", assoc=wired.assoc)]
    wired.peer.send(chunk(ERROR, causes((9, b"\0\0\0\1"))))
    wired.peer.data(b"before the end")
    successor, got = change(wired.client, wired.daemon, wired.assoc)
    wired.abort()
    items = rest_of(successor, wired.assoc)
    assert [item["seq"] for item in items] == list(range(1, len(items) + 1)), "nothing was acknowledged, so all comes"
    assert [item["seq"] for item in items if "redelivered" in item] == list(range(1, seen[0]["seq"] + 1))
    told = names(items)
    assert told.index("data") > told.index("remote_error") and told.count("remote_error") == 2
    assert got["epoch"] == 2 and got["acked"] == 0
    end = items[-1]["seq"]
    successor.call("ack", assoc=wired.assoc, seq=end)
    late = []
    with pytest.raises(sctpd.RpcError, match="assoc_closed|no_such_assoc"):
        while True:
            late += successor.recv(assoc=wired.assoc, max=16)
            successor.call("ack", assoc=wired.assoc, seq=late[-1]["seq"])
    assert "send_failed" in told + names(late)


@WAYS
@pytest.mark.parametrize("daemon", [{"recv_queue_messages": 4}], indirect=True)
def test_h2_that_reading_stopped_goes_over(pair, change):
    """That a socket had gone passive was told to the old owner alone; here the claim says it, and the event is among what
    the next owner reads."""
    pair.b.call("subscribe", assoc=pair.assoc_a, events=["paused"])
    for n in range(8):
        pair.say(str(n))
    assert pair.b.event("paused")
    successor, got = change(pair.a, pair.daemon, pair.assoc_a)
    assert got["paused"]
    texts, told = [], []
    while len(texts) < 8:
        for item in successor.recv(assoc=pair.assoc_a, max=16):
            told.append(item.get("event", "data"))
            texts += [payload(item)] if item["type"] == "data" else []
        successor.call("ack", assoc=pair.assoc_a, seq=item["seq"])
    assert texts == [b"%d" % n for n in range(8)]
    assert told.index("paused") < told.index("resumed")


@pytest.mark.parametrize("addressed", [True, False])
def test_h3_a_dead_target_takes_nothing_with_it(pair, addressed):
    """What was forwarded to a dead process was lost, and the socket stood still; here the old owner is the owner until the
    claim, and reads on."""
    pair.say("before")
    target = pair.daemon.client(session="target")
    offer = pair.a.call("handoff", assoc=pair.assoc_a, **({"to": "target"} if addressed else {}))
    assert not addressed or target.event("offered", assoc=pair.assoc_a)
    dies(target)
    if addressed:
        assert pair.a.event("offer_ended", assoc=pair.assoc_a)["how"] == "target_gone"
        assert pair.a.fails("no_such_offer", "withdraw", assoc=pair.assoc_a)
    else:
        pair.a.call("withdraw", assoc=pair.assoc_a)
    assert pair.daemon.client().fails("bad_token", "claim", assoc=pair.assoc_a, token=offer["token"])
    pair.say("after")
    assert [payload(m) for m in pair.a.recv_messages(2, assoc=pair.assoc_a)] == [b"before", b"after"]
    assert pair.a.call("send", assoc=pair.assoc_a, text="still mine", epoch=1)
    assert payload(pair.b.recv_message(assoc=pair.assoc_b)) == b"still mine"


@pytest.mark.parametrize("change", [by_offer, by_theft])
def test_h4_a_waiting_recv_steals_nothing(pair, change):
    """A recv of the old owner that waited was answered with the new owner's message; here it is told that it is the owner
    no more."""
    pair.settle()
    waiting = [pair.a.send("recv", assoc=pair.assoc_a), pair.a.send("recv", assoc=pair.assoc_a, ack="auto")]
    pair.a.quiet()
    successor, _ = change(pair.a, pair.daemon, pair.assoc_a)
    for call in waiting:
        with pytest.raises(sctpd.RpcError, match="not_owner"):
            pair.a.answer(call)
    pair.say("for the successor")
    assert payload(successor.recv_message(assoc=pair.assoc_a)) == b"for the successor"


def test_h5_the_change_is_one_step(pair):
    """While one owner followed the other, calls in between took messages or lost them; here owners change while messages
    come in, and each message is acknowledged once, in order."""
    owner, seen, count = pair.a, [], 300
    sends = pair.b.send_all([("send", {"assoc": pair.assoc_b, "text": str(n)}) for n in range(count)])
    while len(seen) < count:
        items = owner.recv(assoc=pair.assoc_a, max=16)
        keep = items[:len(items) // 2 + 1]
        seen += [payload(item) for item in keep if item["type"] == "data"]
        owner.call("ack", assoc=pair.assoc_a, seq=keep[-1]["seq"])
        old = owner
        token = old.call("handoff", assoc=pair.assoc_a)["token"]
        owner = pair.daemon.client(**HELD)
        got = owner.call("claim", assoc=pair.assoc_a, token=token)
        assert got["acked"] >= keep[-1]["seq"]
        assert old.fails("not_owner", "ack", assoc=pair.assoc_a, seq=items[-1]["seq"])
        old.close()
    assert seen == [b"%d" % n for n in range(count)]
    for ident in sends:
        pair.b.answer(ident)


def test_h6_the_target_is_asked_and_told(pair):
    """The target was not asked and not told, and nobody could take anything back; here it is told of the offer, takes it or
    does not, and the offer can be withdrawn."""
    target = pair.daemon.client(session="target", ack="explicit")
    pair.a.call("handoff", assoc=pair.assoc_a, to="target")
    assert target.event("offered", assoc=pair.assoc_a)["to"] == target.hello["session"]
    pair.a.call("withdraw", assoc=pair.assoc_a)
    assert target.event("offer_ended", assoc=pair.assoc_a)["how"] == "withdrawn"
    assert target.fails("owned", "claim", assoc=pair.assoc_a)
    pair.a.call("handoff", assoc=pair.assoc_a, to=target.hello["session"])
    assert target.event("offered", assoc=pair.assoc_a)
    got = target.call("claim", assoc=pair.assoc_a)
    changed = pair.a.event("owner_changed", assoc=pair.assoc_a)
    assert (changed["how"], changed["to"], changed["epoch"]) == ("handed_off", target.hello["session"], got["epoch"])
    assert not [n for n in target.notes if n["params"]["event"] == "owner_changed"], "its answer says it"


@WAYS
def test_h7_one_association_of_a_socket_goes_over(pair, change):
    """One association of a socket went over in two steps, and what had been read stayed behind; here it is one step, and
    the others stay."""
    neighbour = Pair(pair.daemon, clients=(pair.daemon.client(**HELD), pair.b))
    theirs = pair.b.call("connect", addrs=[HERE], port=neighbour.port)
    up = neighbour.a.recv_event("assoc_change", "comm_up", socket=neighbour.socket_a)
    pair.b.call("send", assoc=theirs["assoc"], text="waits")
    successor, got = change(neighbour.a, pair.daemon, up["assoc"])
    assert got["socket"] != neighbour.socket_a
    assert payload(successor.recv_message(assoc=up["assoc"])) == b"waits"
    left = [each for each in successor.list()["assocs"] if each["assoc"] == neighbour.assoc_a]
    assert left[0]["socket"] == neighbour.socket_a and left[0]["epoch"] == 1
    assert neighbour.say("x")


@WAYS
def test_h8_what_was_read_is_known(pair, change):
    """Nobody knew what the old owner had read; here its acknowledgement says it: nothing of that comes again, and all else
    does."""
    for n in range(6):
        pair.say(str(n))
    read = pair.a.recv_messages(4, assoc=pair.assoc_a)
    pair.a.call("ack", assoc=pair.assoc_a, seq=read[1]["seq"])
    successor, got = change(pair.a, pair.daemon, pair.assoc_a)
    assert got["acked"] == read[1]["seq"]
    again = successor.recv_messages(4, assoc=pair.assoc_a)
    assert [payload(m) for m in again] == [b"2", b"3", b"4", b"5"]
    assert [m.get("redelivered", False) for m in again] == [True, True, False, False]
    assert [m["seq"] for m in again] == [read[1]["seq"] + n for n in range(1, 5)]


@WAYS
def test_h9_the_new_owner_knows_what_it_has(pair, change):
    """The new owner was given no state; here the claim has it all: the sequence, the state with its paths, the options, and
    the old owner's note."""
    pair.a.call("note", assoc=pair.assoc_a, text="at 42")
    pair.a.call("setopts", assoc=pair.assoc_a, options={"rtoinfo": {"max": 4000}})
    successor, got = change(pair.a, pair.daemon, pair.assoc_a)
    assert got["note"] == {"data": b64(b"at 42")}
    assert (got["state"], got["status"]["outbound_streams"]) == ("established", pair.up_a["outbound_streams"])
    assert [path["addr"] for path in got["status"]["paths"]] == [HERE]
    assert got["options"]["rtoinfo"]["max"] == 4000
    assert got["seq"] == got["unacked"] and got["acked"] == 0
    assert successor.call("send", assoc=pair.assoc_a, text="hello", epoch=got["epoch"])


def test_h10_waiting_calls_are_answered(daemon):
    """A send and a connect of the old owner that waited went on by themselves; here both are answered, and the message is
    not sent."""
    with wire.wires(), socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind((HERE, 0))
        silence = {"remote_udp_encaps_port": {"port": silent.getsockname()[1]}}
        wired = Wired(daemon, daemon.client(**HELD))
        wired.client.call("setopts", assoc=wired.assoc, options={"sndbuf": 20000})
        sends = [wired.client.send("send", assoc=wired.assoc, data=b64(b"x" * 5000), timeout_ms=60000) for _ in range(50)]
        connecting = wired.client.send("connect", addrs=[HERE], port=9, timeout_ms=60000, options=silence)
        wired.client.quiet()
        thief = daemon.client(**HELD)
        got = thief.call("steal", assoc=wired.assoc)
        attempt = [each for each in thief.list()["assocs"] if each["state"] == "cookie_wait"][0]
        thief.call("steal", socket=attempt["socket"])
        refused = 0
        for ident in sends:
            try:
                wired.client.answer(ident)
            except sctpd.RpcError as e:
                assert e.name == "not_owner", e
                refused += 1
        assert 0 < refused < 50
        with pytest.raises(sctpd.RpcError, match="not_owner"):
            wired.client.answer(connecting)
        (now,) = [each for each in thief.list()["assocs"] if each["assoc"] == wired.assoc]
        assert now["send_waiting"] == 0 and now["messages_sent"] == 50 - refused
        assert got["epoch"] == 2


# --- beyond the holes ---

def test_the_same_owner_comes_back(pair):
    """With its token it is the owner it was: the epoch stays, and what it had not acknowledged comes again."""
    watcher = pair.daemon.client()
    watcher.call("subscribe", socket=pair.socket_a, events=["held", "resumed_owner"])
    pair.say("read")
    read = pair.hear()
    dies(pair.a)
    assert watcher.event("held")["owner"] == pair.a.hello["session"]
    pair.say("while nobody was there")
    back = pair.daemon.client(ack="explicit", resume=pair.a.hello["resume"])
    assert watcher.event("resumed_owner")["owner"] == back.hello["session"]
    again = back.recv_messages(2, assoc=pair.assoc_a)
    assert [(m["seq"] - read["seq"], m.get("redelivered", False)) for m in again] == [(0, True), (1, False)]
    assert back.call("send", assoc=pair.assoc_a, text="I am back", epoch=1)
    assert payload(pair.b.recv_message(assoc=pair.assoc_b)) == b"I am back"


def test_nobody_comes(daemon):
    """At the end of its time what is held is shut down: the peer is told, gracefully."""
    pair = Pair(daemon, clients=(daemon.client(ack="explicit", linger_ms=100), daemon.client()))
    watcher = daemon.client()
    watcher.call("subscribe", socket=pair.socket_a, events=["held", "lapsed", "socket_closed"])
    dies(pair.a)
    assert watcher.event("lapsed")
    assert pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b)
    assert watcher.event("socket_closed")
    assert [n["params"]["event"] for n in watcher.notes] == ["held"]



def test_a_shutdown_while_nobody_is_there(wired):
    """It is told to the one who claims."""
    watcher = wired.daemon.client()
    watcher.call("subscribe", assoc=wired.assoc, events=["shutdown", "held"])
    dies(wired.client)
    wired.peer.data(b"last")
    wired.peer.send(chunk(SHUTDOWN, wired.peer.cumulative))
    assert watcher.event("shutdown")
    successor = wired.daemon.client(**HELD)
    successor.call("claim", assoc=wired.assoc)
    told = names(successor.recv_until(lambda i: i.get("event") == "shutdown", assoc=wired.assoc)[1])
    assert told[-1] == "data"


def test_a_stale_owner_changes_nothing_on_the_wire(wired):
    """What it sends after the change is refused, and the peer sees the successor's message next."""
    wired.client.call("send", assoc=wired.assoc, text="first", epoch=1)
    first = wired.peer.expect(DATA)
    successor, got = by_offer(wired.client, wired.daemon, wired.assoc)
    for how in ({}, {"epoch": 1}, {"epoch": 2}):
        assert wired.client.fails("not_owner", "send", assoc=wired.assoc, text="stale", **how)
    assert wired.client.fails("not_owner", "abort", assoc=wired.assoc)
    assert wired.client.fails("not_owner", "setopts", assoc=wired.assoc, options={"nodelay": True})
    assert successor.fails("wrong_epoch", "send", assoc=wired.assoc, text="of an earlier time", epoch=1)
    wired.peer.acknowledge(first)
    successor.call("send", assoc=wired.assoc, text="second", epoch=got["epoch"])
    second = wired.peer.expect(DATA)
    assert b"second" in second and b"first" in first
    assert int.from_bytes(second[:4], "big") == int.from_bytes(first[:4], "big") + 1, "no TSN in between"


def test_fifty_claim_at_once(pair):
    """Exactly one wins, the others get one error."""
    pair.say("x")
    dies(pair.a)
    claimants = [pair.daemon.client(**HELD) for _ in range(50)]
    calls = [(c, c.send("claim", assoc=pair.assoc_a, expect_epoch=1)) for c in claimants]
    won, lost = [], []
    for client, ident in calls:
        try:
            won.append((client, client.answer(ident)))
        except sctpd.RpcError as e:
            lost.append((e.name, e.data["epoch"]))
    assert len(won) == 1 and set(lost) == {("wrong_epoch", 2)} and len(lost) == 49
    assert payload(won[0][0].recv_message(assoc=pair.assoc_a)) == b"x"
