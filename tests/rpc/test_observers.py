"""Watching: a snapshot and the events after it are one story, for whoever looks, however slowly."""
import json
import time

import pytest
import sctpd


def apply(state, event):
    """The sockets and associations that are open after @event."""
    if event["event"] == "socket_opened":
        state["sockets"].add(event["socket"])
    elif event["event"] == "socket_closed":
        state["sockets"].discard(event["socket"])
    elif event["event"] == "assoc_opened":
        state["assocs"].add(event["assoc"])
    elif event["event"] == "assoc_closed":
        state["assocs"].discard(event["assoc"])
    elif event["event"] == "gap":
        state.update(state_of(event["snapshot"]))
    return state


def state_of(snapshot):
    return {"sockets": {s["socket"] for s in snapshot["sockets"]}, "assocs": {a["assoc"] for a in snapshot["assocs"]}}


def live(client, n):
    """Something happens: an association that comes, says something, and goes."""
    for _ in range(n):
        opened = client.call("open", addrs=["127.0.0.1"], listen=True)
        up = client.call("connect", addrs=["127.0.0.1"], port=opened["port"])
        client.call("send", assoc=up["assoc"], text="x")
        client.call("close", socket=up["socket"], mode="abort")
        client.call("close", socket=opened["socket"], mode="abort")


def read_lines(client, count):
    """The next notifications as they are: so many that to hold each against its schema would take minutes."""
    deadline = time.monotonic() + 60
    lines = []
    while len(lines) < count:
        message = json.loads(client._line(deadline))
        if "id" not in message:
            lines.append(message)
    return lines


def events_until_quiet(observer):
    observer.quiet()
    observer.quiet()
    return [n["params"] for n in observer.notes]


def test_snapshot_and_events(daemon):
    busy, observer = daemon.client(), daemon.client()
    kept = busy.call("open", addrs=["127.0.0.1"])["socket"]
    watch = observer.call("subscribe")
    state = state_of(watch["snapshot"])
    assert state == {"sockets": {kept}, "assocs": set()}
    live(busy, 5)
    sub = busy.call("open", addrs=["127.0.0.1"])["socket"]
    events = events_until_quiet(observer)
    cursors = [e["cursor"] for e in events]
    assert cursors == list(range(watch["cursor"] + 1, watch["cursor"] + 1 + len(events)))
    for event in events:
        apply(state, event)
    assert state == state_of(observer.list()) == {"sockets": {kept, sub}, "assocs": set()}
    names = [e["event"] for e in events]
    assert {"socket_opened", "socket_closed", "assoc_opened", "assoc_closed", "assoc_change"} <= set(names)


def test_payloads_are_not_for_observers(pair):
    pair.b.call("subscribe", assoc=pair.assoc_a)
    pair.say("secret")
    pair.hear()
    pair.b.quiet()
    assert "secret" not in str(pair.b.notes) and sctpd.b64(b"secret") not in str(pair.b.notes)


def test_filters(daemon):
    one, two = sctpd.Pair(daemon), sctpd.Pair(daemon)
    observer = daemon.client()
    by_event = observer.call("subscribe", events=["assoc_closed"])["sub"]
    by_socket = observer.call("subscribe", socket=one.socket_a)
    by_assoc = observer.call("subscribe", assoc=two.assoc_b)
    assert state_of(by_socket["snapshot"]) == {"sockets": {one.socket_a}, "assocs": {one.assoc_a}}
    assert state_of(by_assoc["snapshot"]) == {"sockets": {two.socket_b}, "assocs": {two.assoc_b}}
    for pair in (one, two):
        pair.b.call("close", socket=pair.socket_b, mode="abort")
        pair.a.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_a)
        pair.a.call("close", socket=pair.socket_a)
    events = events_until_quiet(observer)
    assert {e["event"] for e in events if e["sub"] == by_event} == {"assoc_closed"}
    assert {e["socket"] for e in events if e["sub"] == by_socket["sub"]} == {one.socket_a}
    assert {e["event"] for e in events if e["sub"] == by_socket["sub"]} >= {"assoc_change", "assoc_closed", "socket_closed"}
    assert {e["assoc"] for e in events if e["sub"] == by_assoc["sub"]} == {two.assoc_b}


def test_since_resumes(daemon):
    busy, observer = daemon.client(), daemon.client()
    cursor = observer.call("subscribe")["cursor"]
    live(busy, 2)
    first = events_until_quiet(observer)
    observer.close()
    live(busy, 2)
    again = daemon.client()
    watch = again.call("subscribe", since=first[2]["cursor"])
    assert watch["resumed"] is True and watch["cursor"] == first[2]["cursor"] > cursor
    events = events_until_quiet(again)
    assert [e["cursor"] for e in events] == list(range(watch["cursor"] + 1, watch["cursor"] + 1 + len(events)))
    strip = lambda e: {k: v for k, v in e.items() if k != "sub"}  # noqa: E731
    assert [strip(e) for e in events[:len(first) - 3]] == [strip(e) for e in first[3:]]


def test_since_the_future(client):
    watch = client.call("subscribe", since=2**53 - 1)
    assert watch["resumed"] is False


@pytest.mark.parametrize("daemon", [{"event_log_bytes": 4096}], indirect=True)
def test_since_too_far_back(daemon):
    busy, observer = daemon.client(), daemon.client()
    cursor = observer.call("subscribe")["cursor"]
    observer.close()
    live(busy, 20)
    again = daemon.client()
    watch = again.call("subscribe", since=cursor)
    assert watch["resumed"] is False and watch["cursor"] > cursor
    assert state_of(watch["snapshot"]) == state_of(again.list())
    live(busy, 1)
    events = events_until_quiet(again)
    assert events[0]["cursor"] == watch["cursor"] + 1


@pytest.mark.parametrize("daemon", [{"event_log_bytes": 8192, "output_bytes_per_client": 4096}], indirect=True)
def test_slow_observer_gets_a_gap(daemon):
    """Who does not read learns of it by one gap at a time, with how things are; who reads misses nothing."""
    busy, slow, quick = daemon.client(), daemon.client(rcvbuf=1), daemon.client()
    watch = slow.call("subscribe")
    state = state_of(watch["snapshot"])
    start = quick.call("subscribe")["cursor"]
    for _ in range(300):
        live(busy, 5)
        quick.quiet()
        if quick.notes[-1]["params"]["cursor"] - start > 4000:
            break
    kept = busy.call("open", addrs=["127.0.0.1"])["socket"]
    events = events_until_quiet(quick)
    assert not [e for e in events if e["event"] == "gap"]
    assert [e["cursor"] for e in events] == list(range(start + 1, start + 1 + len(events)))
    slow.wait_for(lambda: slow.notes and slow.notes[-1]["params"]["cursor"] >= events[-1]["cursor"])
    seen = [n["params"] for n in slow.notes]
    gaps = [e for e in seen if e["event"] == "gap"]
    assert gaps
    at = watch["cursor"]
    for event in seen:
        if event["event"] == "gap":
            assert event["from"] == at + 1 and event["to"] == event["cursor"]
        else:
            assert event["cursor"] == at + 1
        at = event["cursor"]
        apply(state, event)
    assert kept in state["sockets"] and state == state_of(quick.list())


def test_subscriptions_end(pair):
    sub = pair.b.call("subscribe")["sub"]
    assert [s["sub"] for s in pair.a.call("list", what=["subs"])["subs"]] == [sub]
    pair.b.call("unsubscribe", sub=sub)
    assert pair.a.call("list", what=["subs"])["subs"] == []
    assert pair.b.error("unsubscribe", sub=sub).name == "no_such_subscription"
    live(pair.a, 1)
    pair.b.quiet()
    assert pair.b.notes == []


@pytest.mark.fake
def test_every_event_reaches_both(pair):
    """Each event of the catalog, with no field at all and as it is: to the owner and to an observer, valid."""
    own = {"held", "resumed_owner", "lapsed", "offered", "offer_ended", "owner_changed", "missed", "assoc_refused", "group_changed",
           "unknown", "socket_opened", "socket_closed", "assoc_opened", "assoc_moved", "assoc_closed", "paused", "resumed",
           "gap", "assoc_change"}
    names = sorted(set(pair.a.contract.events) - own)
    pair.b.call("subscribe", assoc=pair.assoc_a, events=names)
    pair.a.call("setopts", assoc=pair.assoc_a, options={"events": names})
    for name in names:
        pair.a.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": name})
        assert pair.a.recv_event(name, assoc=pair.assoc_a)
        assert pair.b.event(name, assoc=pair.assoc_a)


@pytest.mark.fake
def test_the_log_keeps_the_latest_16384_events(pair):
    """One event more, and the oldest goes: a cursor before it is too far back, the one after it has the event that it had."""
    pair.b.call("setopts", assoc=pair.assoc_b, options={"events": ["assoc_change"]})
    watch = pair.a.call("subscribe", events=["peer_addr_change"])
    events = 16384 + 10
    for n in range(events):
        fields = {"addr": "192.0.2.1", "state": "addr_confirmed", "error": n}
        pair.b.write(b'{"jsonrpc":"2.0","method":"fake","params":%s}\n' % json.dumps(
            {"assoc": pair.assoc_b, "control": {"do": "event", "event": "peer_addr_change", "fields": fields}}).encode())
    lines = read_lines(pair.a, events)
    assert [line["params"]["error"] for line in lines] == list(range(events))
    assert [line["params"]["cursor"] for line in lines] == list(range(watch["cursor"] + 1, watch["cursor"] + 1 + events))
    pair.a.call("unsubscribe", sub=watch["sub"])
    latest = watch["cursor"] + events
    oldest = pair.a.call("subscribe", events=["peer_addr_change"], since=latest - 16384)
    assert oldest["resumed"] is True
    assert read_lines(pair.a, 1)[0]["params"]["error"] == 10
    assert pair.a.call("subscribe", events=["peer_addr_change"], since=latest - 16385)["resumed"] is False
