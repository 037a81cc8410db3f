"""The verbs of the protocol beyond open, connect and recv: what send says of a message."""
import contextlib
import time

import pytest
import sctpd
from sctpd import payload

DEFAULTS = {"default_sndinfo": {"stream": 3, "ppid": 46, "context": 9, "flags": ["unordered"]}}


def header(item):
    return item["stream"], item["ppid"], item["unordered"]


def test_send_inherits_what_it_leaves_out(pair):
    """Zeroes at first; then default_sndinfo, field by field below what is given."""
    pair.say("x")
    assert header(pair.hear()) == (0, 0, False)
    pair.b.call("setopts", assoc=pair.assoc_b, options=DEFAULTS)
    for given, expected in (({}, (3, 46, True)), ({"stream": 0}, (0, 46, True)), ({"ppid": 0}, (3, 0, True)),
                            ({"unordered": False}, (3, 46, False)),
                            ({"stream": 1, "ppid": 2, "unordered": True}, (1, 2, True))):
        pair.say("x", **given)
        assert header(pair.hear()) == expected, given


def test_send_inherits_the_sockets_defaults(daemon):
    """An association begins with its socket's; another socket's are its own."""
    pair = sctpd.Pair(daemon, open_b={"options": DEFAULTS})
    pair.say("x")
    assert header(pair.hear()) == (3, 46, True)
    pair.a.call("send", assoc=pair.assoc_a, text="y")
    assert header(pair.b.recv_message(assoc=pair.assoc_b)) == (0, 0, False)


def test_send_checks_the_inherited_stream(pair):
    too_high = {"default_sndinfo": {"stream": 60000}}
    if sctpd.STACK == "usrsctp":  # which checks it at once
        error = pair.b.fails("bad_option_value", "setopts", assoc=pair.assoc_b, options=too_high)
        assert error.param == "options.default_sndinfo"
        return
    pair.b.call("setopts", assoc=pair.assoc_b, options=too_high)
    error = pair.b.fails("bad_stream", "send", assoc=pair.assoc_b, text="x")
    assert error.param == "stream" and "60000" in error.message
    assert pair.say("x", stream=0)["message"] == 1


def test_timetolive_stands_for_policy_and_value(pair):
    for more in ({"pr_policy": "ttl"}, {"pr_value": 0}, {"pr_policy": "none", "pr_value": 1}):
        error = pair.b.fails("invalid_params", "send", assoc=pair.assoc_b, text="x", timetolive=100, **more)
        assert error.param == "timetolive"
    for ms in (0, 1000000):
        pair.say("in time", timetolive=ms)
        assert payload(pair.hear()) == b"in time"


def test_a_value_without_a_policy_says_nothing(pair):
    assert pair.b.fails("invalid_params", "send", assoc=pair.assoc_b, text="x", pr_value=3).param == "pr_value"
    pair.say("x", pr_policy="rtx", pr_value=3)
    pair.b.call("setopts", assoc=pair.assoc_b, options={"default_prinfo": {"policy": "rtx", "value": 3}})
    pair.say("x", pr_value=5)
    error = pair.b.fails("invalid_params", "send", assoc=pair.assoc_b, text="x", pr_policy="none", pr_value=3)
    assert error.param == "pr_value"


def test_defaults_that_cannot_be_read_are_told(pair):
    """Nothing is sent with other values than the client set."""
    if pair.a.contract.methods.get("fake") is None:
        pytest.skip("needs faults on demand")
    pair.b.call("setopts", assoc=pair.assoc_b, options=DEFAULTS)
    pair.b.call("fake", control={"do": "fault", "op": "get_option", "error": "ENOMEM"})
    error = pair.b.error("send", assoc=pair.assoc_b, text="x")
    assert "default_sndinfo" in error.message, str(error)
    assert pair.say("x")["message"] == 1


def test_send_to_who_is_not_the_peer(pair):
    assert pair.b.fails("bad_address", "send", assoc=pair.assoc_b, text="x", addr="nowhere").param == "addr"
    error = pair.b.fails("bad_address", "send", assoc=pair.assoc_b, text="x", addr="127.0.0.9")
    assert error.param == "addr" and "127.0.0.9" in error.message
    pair.say("x", addr="127.0.0.1")
    assert payload(pair.hear()) == b"x"


def sent(pair):
    """What the stack was given with b's last message."""
    return pair.b.call("fake", assoc=pair.assoc_b, control={"do": "sent"})["control"]


def set_by(pair, **options):
    pair.b.call("setopts", assoc=pair.assoc_b, options=options)


@pytest.mark.fake
def test_defaults_that_are_set_hold_from_the_next_message_on(pair):
    """However often one was sent with those before; and a set that fails changes nothing."""
    for ppid, stream in ((46, 1), (47, 1), (47, 2), (0, 0)):
        set_by(pair, default_sndinfo={"ppid": ppid, "stream": stream})
        for _ in range(2):
            pair.say("x")
            assert (sent(pair)["ppid"], sent(pair)["stream"]) == (ppid, stream)
    for value in (3, 4):
        set_by(pair, default_prinfo={"policy": "rtx", "value": value})
        pair.say("x")
        assert sent(pair)["pr_value"] == value
    pair.b.fails("bad_option_value", "setopts", assoc=pair.assoc_b,
                 options={"default_sndinfo": {"ppid": 48}, "default_prinfo": {"policy": "nosuch"}})
    pair.b.call("fake", control={"do": "fault", "op": "set_option", "error": "ENOMEM", "after": 1})
    pair.b.error("setopts", assoc=pair.assoc_b, options={"default_sndinfo": {"ppid": 48}, "rtoinfo": {"max": 5000}})
    pair.say("x")
    assert sent(pair)["ppid"] == 0


@pytest.mark.fake
def test_a_time_to_live_that_was_put_back_is_none(pair):
    """A value without a policy is a time only where default_send_param set it."""
    set_by(pair, default_prinfo={"policy": "none", "value": 7})
    pair.say("x")
    assert sent(pair)["pr_policy"] == "none"
    pair.b.call("fake", control={"do": "fault", "op": "set_option", "error": "ENOMEM", "after": 1})
    pair.b.error("setopts", assoc=pair.assoc_b, options={"default_send_param": {"timetolive": 9}, "rtoinfo": {"max": 5000}})
    pair.say("x")
    assert sent(pair)["pr_policy"] == "none"


@pytest.mark.fake
def test_the_stack_is_given_what_a_message_is_sent_with(daemon):
    """Each parameter alone, and what the others are then."""
    pair = sctpd.Pair(daemon, open_a={"addrs": ["127.0.0.1", "127.0.0.2"]}, open_b={"options": {"auth_supported": True}})
    plain = {"len": 1, "stream": 0, "ppid": 0, "context": 0, "unordered": False, "sack_immediately": False,
             "pr_policy": "none", "pr_value": 0}
    for given, more in (({}, {}), ({"addr": "127.0.0.2"}, {}), ({"addr": "127.0.0.1"}, {}), ({"auth_key": 0}, {}),
                        ({"stream": 1}, {}), ({"ppid": 46}, {}), ({"context": 7}, {}), ({"unordered": True}, {}),
                        ({"sack_immediately": True}, {}), ({"pr_policy": "rtx", "pr_value": 3}, {}),
                        ({"pr_policy": "prio"}, {"pr_value": 0}), ({"timetolive": 5}, {"pr_policy": "ttl", "pr_value": 5})):
        pair.say("x", **given)
        assert sent(pair) == {**plain, **({} if "timetolive" in given else given), **more}, given


@pytest.mark.fake
def test_the_stack_is_given_the_defaults(pair):
    """What the options say, and of it what a parameter does not replace: another policy has no value of this one's."""
    pair.b.call("setopts", assoc=pair.assoc_b, options={
        "default_sndinfo": {"stream": 3, "ppid": 46, "context": 9, "flags": ["unordered", "sack_immediately"]},
        "default_prinfo": {"policy": "rtx", "value": 3}})
    by_default = {"len": 1, "stream": 3, "ppid": 46, "context": 9, "unordered": True, "sack_immediately": True,
                  "pr_policy": "rtx", "pr_value": 3}
    for given, more in (({}, {}), ({"stream": 0}, {}), ({"ppid": 0}, {}), ({"context": 0}, {}), ({"unordered": False}, {}),
                        ({"sack_immediately": False}, {}), ({"pr_value": 4}, {}), ({"pr_policy": "rtx"}, {}),
                        ({"pr_policy": "prio"}, {"pr_value": 0}), ({"pr_policy": "none"}, {"pr_value": 0}),
                        ({"pr_policy": "ttl"}, {"pr_policy": "none", "pr_value": 0}),
                        ({"timetolive": 0}, {"pr_policy": "none", "pr_value": 0}),
                        ({"timetolive": 5}, {"pr_policy": "ttl", "pr_value": 5})):
        pair.say("x", **given)
        assert sent(pair) == {**by_default, **({} if "timetolive" in given else given), **more}, given


@pytest.mark.fake
def test_a_key_needs_authentication(pair, daemon):
    error = pair.b.fails("not_negotiated", "send", assoc=pair.assoc_b, text="x", auth_key=1)
    assert error.param == "auth_key" and "auth_supported" in error.message
    keyed = sctpd.Pair(daemon, open_b={"options": {"auth_supported": True}})
    keyed.say("x", auth_key=1, sack_immediately=True)


def ssns(pair, count, **more):
    """The stream sequence numbers of @count messages from b to a."""
    for n in range(count):
        pair.say(str(n), **more)
    return [m["ssn"] for m in pair.a.recv_messages(count, assoc=pair.assoc_a)]


@pytest.mark.fake
def test_stream_reset_begins_anew(pair):
    """Outgoing streams alone, those that are named; both sides are told."""
    assert ssns(pair, 2, stream=1) == ssns(pair, 2, stream=2) == [0, 1]
    assert pair.b.call("stream_reset", assoc=pair.assoc_b, streams=[1]) == {"direction": "outgoing"}
    for client, assoc, flag in ((pair.a, pair.assoc_a, "incoming"), (pair.b, pair.assoc_b, "outgoing")):
        event = client.recv_event("stream_reset", assoc=assoc)
        assert (event["flags"], event["streams"]) == ([flag], [1])
    assert (ssns(pair, 1, stream=1), ssns(pair, 1, stream=2)) == ([0], [2])
    assert pair.b.call("stream_reset", assoc=pair.assoc_b, direction="both") == {"direction": "both"}
    assert pair.b.call("stream_reset", assoc=pair.assoc_b, direction="incoming", streams=[]) == {"direction": "incoming"}
    assert (ssns(pair, 1, stream=1), ssns(pair, 1, stream=2)) == ([0], [0])


@pytest.mark.fake
def test_both_directions_need_both_answers(pair):
    pair.b.call("fake", control={"do": "silent"})
    call = pair.b.send("stream_reset", assoc=pair.assoc_b, direction="both")
    answer(pair, "stream_reset", flags=["incoming"])
    pair.b.recv_event("stream_reset", assoc=pair.assoc_b)
    assert call not in pair.b.answers
    answer(pair, "stream_reset", flags=["outgoing"])
    assert pair.b.answer(call) == {"direction": "both"}


def answer(pair, event, **fields):
    """What b's peer answers to a request of b's."""
    pair.a.call("fake", assoc=pair.assoc_b, control={"do": "event", "event": event, "fields": fields})


@pytest.mark.fake
@pytest.mark.parametrize("method,params,event", [("stream_reset", {}, "stream_reset"), ("assoc_reset", {}, "assoc_reset"),
                                                 ("add_streams", {"inbound": 1}, "stream_change")])
@pytest.mark.parametrize("flag", ["denied", "failed"])
def test_reconfigurations_that_the_peer_refuses(pair, method, params, event, flag):
    pair.b.call("fake", control={"do": "silent"})
    call = pair.b.send(method, assoc=pair.assoc_b, **params)
    busy = pair.b.fails("reconfig_busy", "assoc_reset", assoc=pair.assoc_b)
    assert busy.data["retry"] is True
    answer(pair, event, flags=["outgoing", flag] if event == "stream_reset" else [flag])
    with pytest.raises(sctpd.RpcError) as e:
        pair.b.answer(call)
    assert (e.value.name, e.value.data["assoc"]) == (f"reconfig_{flag}", pair.assoc_b)
    pair.b.call("fake", control={"do": "reset"})
    pair.b.call("assoc_reset", assoc=pair.assoc_b)


@pytest.mark.fake
def test_a_reconfiguration_nobody_answers(pair):
    """It times out, or ends with the association; one without wait is answered at once."""
    pair.b.call("fake", control={"do": "silent"})
    assert pair.b.call("stream_reset", assoc=pair.assoc_b, wait=False) == {}
    assert pair.b.fails("timeout", "stream_reset", assoc=pair.assoc_b, timeout_ms=20).param == "timeout_ms"
    call = pair.b.send("add_streams", assoc=pair.assoc_b, outbound=1)
    pair.a.call("abort", assoc=pair.assoc_a)
    with pytest.raises(sctpd.RpcError) as e:
        pair.b.answer(call)
    assert e.value.name == "assoc_closed"


def resumed(daemon, token):
    """The session's next connection: the daemon may see the end of the last one later."""
    client, deadline = daemon.client(), time.monotonic() + sctpd.TIMEOUT
    while time.monotonic() < deadline:
        with contextlib.suppress(sctpd.RpcError):
            client.call("hello", resume=token)
            return client
    raise TimeoutError("the session has a connection still")


@pytest.mark.fake
def test_a_client_that_leaves_leaves_no_place_taken(daemon, pair):
    """Its waiting call goes with it: the one who comes after it is not told that another is under way."""
    hello = pair.b.call("hello", linger_ms=10000)
    kept = pair.b.call("open", addrs=["127.0.0.1"])["socket"]
    assoc = pair.b.call("connect", socket=kept, addrs=["127.0.0.1"], port=pair.port)["assoc"]
    pair.b.call("fake", control={"do": "silent"})
    call = pair.b.send("assoc_reset", assoc=assoc)
    assert pair.b.fails("reconfig_busy", "assoc_reset", assoc=assoc)
    assert call not in pair.b.answers
    pair.b.close()
    after = resumed(daemon, hello["resume"])
    assert after.fails("timeout", "assoc_reset", assoc=assoc, timeout_ms=20).param == "timeout_ms"


@pytest.mark.fake
def test_added_streams_can_be_used(pair):
    """Both ends know, and send takes them; the event tells how many there are."""
    before = pair.connected["outbound_streams"]
    assert pair.b.fails("bad_stream", "send", assoc=pair.assoc_b, text="x", stream=before).data["limit"] == before
    done = pair.b.call("add_streams", assoc=pair.assoc_b, outbound=3, inbound=2)
    assert done == {"outbound_streams": before + 3, "inbound_streams": pair.connected["inbound_streams"] + 2}
    pair.say("x", stream=before + 2)
    assert pair.hear()["stream"] == before + 2
    for client, assoc, way in ((pair.b, pair.assoc_b, ("outbound_streams", "inbound_streams")),
                               (pair.a, pair.assoc_a, ("inbound_streams", "outbound_streams"))):
        status = client.call("status", assoc=assoc)["assoc"]
        assert [status[w] for w in way] == [before + 3, pair.connected["inbound_streams"] + 2]
    events = [pair.b.recv_event("stream_change", assoc=pair.assoc_b) for _ in range(2)]
    assert events[-1]["outbound_streams"] == before + 3


def test_reconfigurations_that_make_no_sense(pair):
    streams = pair.connected["outbound_streams"]
    error = pair.b.fails("bad_stream", "stream_reset", assoc=pair.assoc_b, streams=[0, 1, streams])
    assert (error.param, error.data["limit"]) == ("streams[2]", streams)
    assert pair.b.fails("bad_stream", "stream_reset", assoc=pair.assoc_b, streams=[0] * (streams + 1)).param == f"streams[{streams}]"
    assert pair.b.fails("invalid_params", "add_streams", assoc=pair.assoc_b).param == "outbound"
    for way in ("outbound", "inbound"):
        assert pair.b.fails("bad_stream", "add_streams", {"assoc": pair.assoc_b, way: 65535}).param == way
    for method, params in (("stream_reset", {}), ("add_streams", {"outbound": 1}), ("assoc_reset", {})):
        pair.a.fails("not_owner", method, assoc=pair.assoc_b, **params)
        pair.a.fails("no_such_assoc", method, assoc=99, **params)
    pair.b.call("eof", assoc=pair.assoc_b)
    pair.b.fails("assoc_closed", "assoc_reset", assoc=pair.assoc_b)


@pytest.mark.fake
@pytest.mark.parametrize("error,name", [("EINPROGRESS", "reconfig_busy"), ("EALREADY", "reconfig_busy"), ("EAGAIN", "would_block"),
                                        ("ENOPROTOOPT", "not_negotiated")])
def test_what_the_stack_says_of_a_reconfiguration(daemon, error, name):
    pair = sctpd.Pair(daemon, open_b={"options": {"reconfig_supported": name != "not_negotiated"}})
    pair.b.call("fake", control={"do": "fault", "op": "set_option", "error": error})
    pair.b.fails(name, "stream_reset", assoc=pair.assoc_b)


@pytest.mark.fake
def test_a_reconfiguration_that_our_own_end_forbids(daemon):
    pair = sctpd.Pair(daemon, open_b={"options": {"reconfig_supported": True}})
    pair.b.call("fake", control={"do": "fault", "op": "set_option", "error": "ENOPROTOOPT"})
    assert "enable_stream_reset" in pair.b.fails("reconfig_off", "stream_reset", assoc=pair.assoc_b).message


def test_addrs_and_paths(pair):
    """Of an association both ends, of a socket our own; the paths are those of status."""
    addrs = pair.b.call("addrs", assoc=pair.assoc_b)
    port = next(s["port"] for s in pair.b.list()["sockets"] if s["socket"] == pair.socket_b)
    assert addrs == {"local": ["127.0.0.1"], "port": port, "peer": ["127.0.0.1"], "peer_port": pair.port}
    assert pair.b.call("addrs", socket=pair.socket_b) == {"local": ["127.0.0.1"], "port": port}
    peers = {a["assoc"]: (a["peer"], a["peer_port"]) for a in pair.b.list()["assocs"]}
    assert peers == {pair.assoc_a: ("127.0.0.1", port), pair.assoc_b: ("127.0.0.1", pair.port)}
    paths = pair.b.call("paths", assoc=pair.assoc_b)["paths"]
    assert paths == pair.b.call("status", assoc=pair.assoc_b)["assoc"]["paths"]
    assert [(p["addr"], p["primary"]) for p in paths] == [("127.0.0.1", True)]
    assert pair.a.call("paths", assoc=pair.assoc_b) == {"paths": paths}  # anybody may look


def test_addrs_of_a_peeled_off_socket(pair):
    socket = pair.b.call("peeloff", assoc=pair.assoc_b)["socket"]
    assert pair.b.call("addrs", socket=socket) == pair.b.call("addrs", assoc=pair.assoc_b)


def test_addrs_and_paths_of_what_has_ended(pair):
    """Until its owner has read the end, it is there, with the peer as first known."""
    pair.a.call("abort", assoc=pair.assoc_a)
    observer = pair.a
    while observer.call("status", assoc=pair.assoc_b)["assoc"]["state"] != "closed":
        observer.call("ping")
    assert observer.call("paths", assoc=pair.assoc_b) == {"paths": []}
    assert observer.call("addrs", assoc=pair.assoc_b)["peer"] == ["127.0.0.1"]
    assert "stack" not in observer.call("stats", assoc=pair.assoc_b)


def test_stats_count_messages_and_events_apart(pair):
    zero = pair.b.call("stats", assoc=pair.assoc_b)
    assert zero["events_received"] >= 1  # comm_up
    assert not any(v for k, v in zero.items() if k not in ("events_received", "stack"))
    for text in ("four", "sixteen letters.", "x"):
        pair.say(text)
    assert len(pair.a.recv_messages(3, assoc=pair.assoc_a)) == 3
    out, into = pair.b.call("stats", assoc=pair.assoc_b), pair.a.call("stats", assoc=pair.assoc_a)
    assert (out["messages_sent"], out["bytes_sent"], out["send_max"]) == (3, 21, 16)
    assert (into["messages_received"], into["bytes_received"], into["recv_max"]) == (3, 21, 16)
    assert out["messages_received"] == into["messages_sent"] == 0
    assert pair.b.call("stats", socket=pair.socket_b)["messages_sent"] == 3
    assert pair.a.call("stats", socket=pair.socket_a)["bytes_received"] == 21


@pytest.mark.fake
def test_stats_of_what_waits_and_what_failed(pair):
    """Queues of both sides; a message that comes back counts as an event that is a send_failed."""
    for _ in range(2):
        pair.say("unread")
    for _ in range(2000):
        if pair.a.call("stats", assoc=pair.assoc_a)["recv_queued"] == 2:
            break
    stats = pair.a.call("stats", assoc=pair.assoc_a)
    assert (stats["recv_queued"], stats["recv_queued_bytes"]) == (2, 12)
    assert pair.a.call("stats", socket=pair.socket_a)["recv_queued"] == 2
    before = pair.b.call("stats", assoc=pair.assoc_b)
    pair.a.call("fake", assoc=pair.assoc_b, control={"do": "event", "event": "send_failed", "fields": {"data": "back"}})
    pair.a.call("fake", assoc=pair.assoc_b, control={"do": "unknown", "number": 99})
    assert pair.b.recv_event("unknown", assoc=pair.assoc_b)
    after = pair.b.call("stats", assoc=pair.assoc_b)
    assert (after["send_failed"], after["events_received"] - before["events_received"]) == (1, 2)
    assert after["messages_received"] == 0


def test_stats_of_a_socket_never_go_back(pair):
    """What ended associations carried stays; what a peeled off one carries from then on is its new socket's."""
    pair.say("one")
    pair.hear()
    pair.b.call("abort", assoc=pair.assoc_b)
    pair.b.recv_event("assoc_change", "comm_lost", assoc=pair.assoc_b)
    while pair.a.call("stats", socket=pair.socket_b)["assocs"]:
        pair.a.call("ping")
    assert pair.b.call("stats", socket=pair.socket_b)["messages_sent"] == 1
    pair.assoc_b = pair.b.call("connect", socket=pair.socket_b, addrs=["127.0.0.1"], port=pair.port)["assoc"]
    pair.say("two")
    peeled = pair.b.call("peeloff", assoc=pair.assoc_b)["socket"]
    pair.say("three")
    assert pair.b.call("stats", socket=pair.socket_b)["messages_sent"] == 2
    assert pair.b.call("stats", socket=peeled)["messages_sent"] == 1
    assert pair.b.call("stats", assoc=pair.assoc_b)["bytes_sent"] == 8


CAUSES = {**{code: f"RFC 9260 3.3.10.{code}" for code in range(1, 14)},
          **{code: f"RFC 5061 4.3.{code - 159}" for code in range(160, 165)}, 0x105: "RFC 4895 4.1"}


def test_error_string(client):
    """Every cause an RFC assigns, its extensions too; others are unknown, 0 is none."""
    names = set()
    for code, section in CAUSES.items():
        said = client.call("error_string", code=code)
        assert (said["code"], said["known"], said["section"]) == (code, True, section)
        assert said["text"] and said["name"]
        names.add(said["name"])
    assert len(names) == len(CAUSES) == 19
    assert client.call("error_string", code=12)["name"] == "user_initiated_abort"
    assert client.call("error_string", code=12)["text"] == "User-Initiated Abort"
    assert client.call("error_string", code=0) == {"code": 0, "known": True, "text": "No error"}
    for code in (14, 159, 165, 260, 65535):
        assert client.call("error_string", code=code) == {"code": code, "known": False, "text": "Unknown error cause"}


@pytest.mark.fake
def test_features_of_an_association(daemon):
    options = {"auth_supported": True, "reconfig_supported": True}
    on = sctpd.Pair(daemon, open_b={"options": options})
    assert sorted(on.b.call("status", assoc=on.assoc_b)["assoc"]["features"]) == ["auth", "reconfig"]


def test_a_stream_that_both_ends_reset_is_one_of_both(daemon):
    """Fewer of ours than of the peer's: one between is none of ours."""
    pair = sctpd.Pair(daemon, open_a={"options": {"initmsg": {"num_ostreams": 9}}},
                      open_b={"options": {"initmsg": {"num_ostreams": 4}}})
    for direction, most in (("both", 4), ("outgoing", 4), ("incoming", 9)):
        error = pair.b.fails("bad_stream", "stream_reset", assoc=pair.assoc_b, direction=direction, streams=[most], check=True)
        assert error.data["limit"] == most
