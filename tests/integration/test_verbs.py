"""What send says of a message, between two daemons on a real stack."""
import contextlib
import pathlib
import time

import pytest
import sctpd
from hosts import TwoDaemons
from sctpd import STACK, payload

ALL = {"reconfig_supported": True, "auth_supported": True, "asconf_supported": True}
SIGNED = {**ALL, "auth_chunk": {"chunk": "data"}}
KEY = {"auth_key": {"keynumber": 7, "key": "c2VjcmV0"}}


@pytest.fixture(autouse=True)
def everything_on():
    """The kernel's stack has extensions off until the system turns them on. (A socket's own option does too, but
    an answer that comes while the association gets its descriptor misses it.)"""
    if STACK != "kernel":
        yield
        return
    with contextlib.ExitStack() as stack:
        for name in ("auth_enable", "addip_enable", "reconf_enable"):
            stack.enter_context(sysctl(pathlib.Path("/proc/sys/net/sctp") / name))
        yield


@contextlib.contextmanager
def sysctl(file):
    before = file.read_text()
    try:
        file.write_text("1")
    except PermissionError:
        pytest.skip(f"may not write {file}")
    yield
    file.write_text(before)


def pair_of(daemons, a=None, b=None, **how):
    """An association between two daemons; @a and @b are options of the two sockets."""
    return sctpd.Pair(daemons.server, daemons.client, open_a={"options": a or ALL}, open_b={"options": b or ALL}, **how)


def hears_nothing(client, assoc, ms):
    """No message for @ms, past events."""
    while True:
        try:
            items = client.recv(ms, assoc=assoc)
        except sctpd.RpcError as e:
            assert e.name == "timeout", e
            return
        assert items[0]["type"] == "event", items


def header(item):
    return item["stream"], item["ppid"], item["unordered"]


def test_send_inherits_what_it_leaves_out(two_daemons):
    pair = pair_of(two_daemons)
    pair.b.call("setopts", assoc=pair.assoc_b,
                options={"default_sndinfo": {"stream": 3, "ppid": 46, "context": 9, "flags": ["unordered"]}})
    for given, expected in (({}, (3, 46, True)), ({"stream": 0}, (0, 46, True)), ({"ppid": 0}, (3, 0, True)),
                            ({"unordered": False, "sack_immediately": True}, (3, 46, False))):
        pair.say("x", **given)
        assert header(pair.hear()) == expected, given


SMALL = {"recv_queue_messages": 16, "recv_queue_bytes": 16384}


@pytest.fixture
def slow_reader():
    """Two daemons, the first of which stops reading soon."""
    with TwoDaemons(config=SMALL) as daemons:
        yield daemons


@pytest.mark.skipif(STACK != "kernel", reason="usrsctp gives up only what it would send again")
@pytest.mark.parametrize("how", ["timetolive", "policy", "inherited"])
def test_a_message_that_is_too_old_is_given_up(slow_reader, how):
    """Behind a peer that does not read: send_failed with the context, and nothing of it arrives."""
    pair = pair_of(slow_reader, a={**ALL, "recbuf": 20000})
    given = {"timetolive": {"timetolive": 50}, "policy": {"pr_policy": "ttl", "pr_value": 50}, "inherited": {}}[how]
    for _ in range(12):  # more than a's window and queue take, less than b's send buffer has room for
        pair.say("x" * 10000, timeout_ms=0)
    if how == "inherited":
        pair.b.call("setopts", assoc=pair.assoc_b, options={"default_prinfo": {"policy": "ttl", "value": 50}})
    pair.say("late", context=77, timeout_ms=0, **given)
    pair.say("kept", timetolive=0, timeout_ms=0)
    pair.b.call("setopts", assoc=pair.assoc_b, options={"default_prinfo": {"policy": "rtx", "value": 50}})
    pair.say("kept too", pr_policy="ttl", timeout_ms=0)  # the 50 are not its time
    hears_nothing(pair.b, pair.assoc_b, 500)  # while it grows old
    got = [payload(m) for m in pair.a.recv_messages(14, assoc=pair.assoc_a)]
    assert got == [b"x" * 10000] * 12 + [b"kept", b"kept too"]
    failed = pair.b.recv_event("send_failed", assoc=pair.assoc_b)
    assert (payload(failed), failed["context"]) == (b"late", 77)


def test_send_to_a_named_address(two_daemons):
    """The primary path by its name; another address is none of the peer's."""
    pair = pair_of(two_daemons)
    pair.say("x", addr="127.0.0.1")
    assert payload(pair.hear()) == b"x"
    error = pair.b.fails("bad_address", "send", assoc=pair.assoc_b, text="x", addr="127.0.0.2")
    assert error.param == "addr"


@pytest.fixture
def two_paths(two_hosts):
    """(client, association, the primary path, the other one, the peer's client, its socket)"""
    a, b = two_hosts.client_a, two_hosts.client_b
    there = ["10.77.1.2", "10.77.2.2"]
    server = b.call("open", addrs=there, port=7000, listen=True)["socket"]
    client = a.call("open", addrs=["10.77.1.1", "10.77.2.1"])["socket"]
    assoc = a.call("connect", socket=client, addrs=there, port=7000)["assoc"]
    paths = a.call("status", assoc=assoc)["assoc"]["paths"]
    assert {p["addr"] for p in paths} == set(there)
    primary = next(p["addr"] for p in paths if p["primary"])
    return a, assoc, primary, next(p["addr"] for p in paths if not p["primary"]), b, server


def test_send_to_the_other_path(two_paths):
    """Refused by name where the stack cannot; the option primary_addr can everywhere."""
    a, assoc, primary, other, b, server = two_paths
    error = a.error("send", assoc=assoc, text="x", addr=other)
    assert (error.param, error.data["errno"]) == ("addr", "EOPNOTSUPP") and "primary_addr" in error.message
    a.call("send", assoc=assoc, text="first", addr=primary)
    a.call("setopts", assoc=assoc, options={"primary_addr": {"addr": other}})
    a.call("send", assoc=assoc, text="second", addr=other)
    assert [payload(m) for m in b.recv_messages(2, socket=server)] == [b"first", b"second"]


@pytest.mark.skipif(STACK != "usrsctp", reason="the kernel cannot choose the path of one message")
def test_each_message_to_a_path_of_its_own(two_paths):
    """usrsctp can while messages go in their order, so the scheduler stays once one was given a path."""
    a, assoc, primary, other, b, server = two_paths
    a.call("setopts", assoc=assoc, options={"stream_scheduler": "fcfs"})
    for n in range(30):
        a.call("send", assoc=assoc, text=f"{n:04d}" * 500, stream=n % 3, **({"addr": (primary, other)[n % 2]} if n % 5 else {}))
    got = [payload(m)[:4] for m in b.recv_messages(30, socket=server)]
    assert sorted(got) == [f"{n:04d}".encode() for n in range(30)]
    error = a.error("setopts", assoc=assoc, options={"stream_scheduler": "rr"})
    assert error.param == "options.stream_scheduler"


def test_a_message_is_signed_with_the_key_it_names(two_daemons):
    """The peer has the key and takes the message; a key that nobody set is refused by name."""
    pair = pair_of(two_daemons, a=SIGNED)
    for client, assoc in ((pair.a, pair.assoc_a), (pair.b, pair.assoc_b)):
        client.call("setopts", assoc=assoc, options=KEY)
    pair.say("signed", auth_key=7)
    assert payload(pair.hear()) == b"signed"
    assert pair.b.call("getopts", assoc=pair.assoc_b, options=["auth_active_key"])["options"]["auth_active_key"] == {"keynumber": 0}
    error = pair.b.fails("no_such_key", "send", assoc=pair.assoc_b, text="x", auth_key=8)
    assert error.param == "auth_key"


def test_a_message_signed_with_another_key_is_not_taken(two_daemons):
    """The peer drops what it cannot verify: the key named is really the one used."""
    pair = pair_of(two_daemons, a=SIGNED)
    pair.b.call("setopts", assoc=pair.assoc_b, options=KEY)
    pair.a.call("setopts", assoc=pair.assoc_a, options={"auth_key": {"keynumber": 7, "key": "b3RoZXI="}})
    pair.say("forged", auth_key=7)
    hears_nothing(pair.a, pair.assoc_a, 1000)


def test_a_key_needs_authentication(two_daemons):
    off = {"asconf_supported": False, "auth_supported": False}
    pair = pair_of(two_daemons, a=off, b=off)
    error = pair.b.fails("not_negotiated", "send", assoc=pair.assoc_b, text="x", auth_key=0)
    assert error.param == "auth_key" and "auth_supported" in error.message


# --- stream reconfiguration, RFC 6525 ---

GRANTED = {**ALL, "enable_stream_reset": {"value": ["reset_streams", "reset_assoc", "change_assoc"]}}


def all_acknowledged(client, assoc):
    """Nothing is on its way any more."""
    for _ in range(5000):
        status = client.call("status", assoc=assoc)["assoc"]
        if status["unackdata"] == 0:
            return
    raise AssertionError(f"never acknowledged: {status}")


def ssns(pair, count, **more):
    """The stream sequence numbers of @count messages from b to a."""
    for n in range(count):
        pair.say(str(n), **more)
    return [m["ssn"] for m in pair.a.recv_messages(count, assoc=pair.assoc_a)]


def test_stream_reset_begins_anew(two_daemons):
    pair = pair_of(two_daemons, a=GRANTED, b=GRANTED)
    assert ssns(pair, 2, stream=1) == ssns(pair, 2, stream=2) == [0, 1]
    all_acknowledged(pair.b, pair.assoc_b)
    assert pair.b.call("stream_reset", assoc=pair.assoc_b, streams=[1]) == {"direction": "outgoing"}
    event = pair.a.recv_event("stream_reset", assoc=pair.assoc_a)
    assert (event["flags"], event["streams"]) == (["incoming"], [1])
    assert (ssns(pair, 1, stream=1), ssns(pair, 1, stream=2)) == ([0], [2])


def test_the_peer_resets_its_streams_when_asked(two_daemons):
    """Incoming, then both directions of all streams."""
    pair = pair_of(two_daemons, a=GRANTED, b=GRANTED)
    assert ssns(pair, 2, stream=1) == [0, 1]
    all_acknowledged(pair.b, pair.assoc_b)
    assert pair.a.call("stream_reset", assoc=pair.assoc_a, direction="incoming", streams=[1]) == {"direction": "incoming"}
    assert pair.b.recv_event("stream_reset", assoc=pair.assoc_b)["flags"] == ["outgoing"]
    assert ssns(pair, 2, stream=1) == [0, 1]
    all_acknowledged(pair.b, pair.assoc_b)
    assert pair.b.call("stream_reset", assoc=pair.assoc_b, direction="both") == {"direction": "both"}
    assert ssns(pair, 2, stream=1) == [0, 1]


@pytest.mark.parametrize("outbound,inbound", [(3, 0), (0, 2)])
def test_added_streams_can_be_used(two_daemons, outbound, inbound):
    """Both ends count them, and send takes them."""
    few = {**GRANTED, "initmsg": {"num_ostreams": 5}}
    pair = pair_of(two_daemons, a=few, b=few)
    assert (pair.connected["outbound_streams"], pair.connected["inbound_streams"]) == (5, 5)
    done = pair.b.call("add_streams", assoc=pair.assoc_b, outbound=outbound, inbound=inbound)
    assert done == {"outbound_streams": 5 + outbound, "inbound_streams": 5 + inbound}
    event = pair.a.recv_event("stream_change", assoc=pair.assoc_a)
    assert (event["inbound_streams"], event["outbound_streams"]) == (5 + outbound, 5 + inbound)
    status = pair.a.call("status", assoc=pair.assoc_a)["assoc"]
    assert (status["inbound_streams"], status["outbound_streams"]) == (5 + outbound, 5 + inbound)
    pair.say("new", stream=4 + outbound)
    assert pair.hear()["stream"] == 4 + outbound
    pair.a.call("send", assoc=pair.assoc_a, text="new", stream=4 + inbound)
    assert pair.b.recv_message(assoc=pair.assoc_b)["stream"] == 4 + inbound


def test_assoc_reset_begins_everything_anew(two_daemons):
    pair = pair_of(two_daemons, a=GRANTED, b=GRANTED)
    assert ssns(pair, 3) == [0, 1, 2]
    all_acknowledged(pair.b, pair.assoc_b)
    done = pair.b.call("assoc_reset", assoc=pair.assoc_b)
    event = pair.a.recv_event("assoc_reset", assoc=pair.assoc_a)
    for ours, theirs in ((event, done), (done, event)):  # usrsctp tells the one after the peer's next
        assert ours["remote_tsn"] - theirs["local_tsn"] in ((0, 1) if STACK == "usrsctp" else (0,))
    pair.say("first")
    first = pair.hear()
    assert (first["ssn"], first["tsn"]) == (0, done["local_tsn"])


@pytest.mark.parametrize("method,params", [("stream_reset", {}), ("add_streams", {"outbound": 1}), ("assoc_reset", {})])
def test_what_the_peer_does_not_grant_is_denied(two_daemons, method, params):
    pair = pair_of(two_daemons, a={**ALL, "enable_stream_reset": {"value": []}}, b=GRANTED)
    error = pair.b.error(method, assoc=pair.assoc_b, **params)
    assert error.name in ("reconfig_denied", "reconfig_failed"), error
    assert ssns(pair, 2) == [0, 1]


@pytest.mark.skipif(STACK != "kernel", reason="usrsctp holds only the peer's requests against the option")
def test_what_our_own_option_forbids(two_daemons):
    pair = pair_of(two_daemons, a=GRANTED)
    for method, params in (("stream_reset", {}), ("add_streams", {"outbound": 1}), ("assoc_reset", {})):
        error = pair.b.fails("reconfig_off", method, assoc=pair.assoc_b, **params)
        assert "enable_stream_reset" in error.message
    pair.b.call("setopts", assoc=pair.assoc_b, options={"enable_stream_reset": {"value": ["reset_streams"]}})
    pair.b.call("stream_reset", assoc=pair.assoc_b)


@pytest.mark.parametrize("method,params", [("stream_reset", {}), ("add_streams", {"outbound": 1}), ("assoc_reset", {})])
def test_what_was_not_negotiated(two_daemons, method, params):
    off = {"reconfig_supported": False}
    pair = pair_of(two_daemons, a=off, b={**GRANTED, **off})
    error = pair.b.fails("not_negotiated", method, assoc=pair.assoc_b, **params)
    assert error.param == "assoc" and "reconfig_supported" in error.message


# --- how things are ---


def test_addrs_and_paths(two_paths):
    a, assoc, primary, other, _, _ = two_paths
    addrs = a.call("addrs", assoc=assoc)
    assert set(addrs["local"]) == {"10.77.1.1", "10.77.2.1"} and set(addrs["peer"]) == {primary, other}
    assert addrs["peer_port"] == 7000 and addrs["port"]
    paths = a.call("paths", assoc=assoc)["paths"]
    assert {p["addr"]: p["primary"] for p in paths} == {primary: True, other: False}


def test_stats(two_daemons):
    """Ours, and what the stack counts by itself."""
    pair = pair_of(two_daemons)
    before = pair.a.call("stats", assoc=pair.assoc_a)
    for n in range(5):
        pair.say("x" * (n + 1) * 1000)
    pair.a.recv_messages(5, assoc=pair.assoc_a)
    out, into = pair.b.call("stats", assoc=pair.assoc_b), pair.a.call("stats", assoc=pair.assoc_a)
    assert (out["messages_sent"], out["bytes_sent"], out["send_max"]) == (5, 15000, 5000)
    assert (into["messages_received"], into["bytes_received"], into["recv_max"]) == (5, 15000, 5000)
    assert before["messages_received"] == 0 and into["events_received"] >= before["events_received"] >= 1
    assert out["stack"]["pr_assoc_status"] == {"abandoned_unsent": 0, "abandoned_sent": 0}
    if STACK == "kernel":
        assert out["stack"]["get_assoc_stats"]["oodchunks"] >= 5
    else:
        assert out["stack"].keys() >= {"timeouts", "get_sndbuf_use"}
    pair.b.call("eof", assoc=pair.assoc_b, wait=True)
    pair.b.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_b)
    assert pair.b.call("stats", socket=pair.socket_b)["bytes_sent"] == 15000


def test_features(two_daemons):
    """What both ends support, and no more."""
    on = pair_of(two_daemons)
    features = set(on.b.call("status", assoc=on.assoc_b)["assoc"]["features"])
    assert features >= {"auth", "asconf", "reconfig", "pr"}
    assert set(on.a.call("status", assoc=on.assoc_a)["assoc"]["features"]) == features
    off = {"asconf_supported": False, "auth_supported": False, "reconfig_supported": False}
    less = pair_of(two_daemons, b=off)
    assert features - set(less.b.call("status", assoc=less.assoc_b)["assoc"]["features"]) == {"auth", "asconf", "reconfig"}


def test_context_and_cumtsn_come_with_a_message(two_daemons):
    """The context of the receiver's own option (RFC 6458 8.1.25); the cumulative TSN with what is unordered (5.3.5)."""
    pair = pair_of(two_daemons)
    pair.a.call("setopts", assoc=pair.assoc_a, options={"context": 4711})
    pair.say("x", unordered=True)
    heard = pair.hear()
    assert heard["context"] == 4711 and heard["unordered"] and "cumtsn" in heard
    pair.a.call("subscribe", assoc=pair.assoc_a, data=True)
    pair.say("y", unordered=True)
    pair.say("z")
    unordered, ordered = (pair.a.note(lambda p: "tsn" in p) for _ in range(2))
    assert unordered["context"] == ordered["context"] == 4711
    assert "cumtsn" in unordered and "cumtsn" not in ordered


def test_a_message_wakes_its_reader(pair):
    """By itself: usrsctp's sockets are also looked at every 50 ms, in case a wake-up was lost."""
    pair.settle()
    pair.b.call("setopts", assoc=pair.assoc_b, options={"nodelay": True})
    took = []
    for _ in range(20):
        began = time.monotonic()
        pair.say("x")
        assert payload(pair.hear()) == b"x"
        took.append(time.monotonic() - began)
    assert sorted(took)[5] < 0.02, took
