"""The verbs of the protocol beyond open, connect and recv: what send says of a message."""
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


def other_port(pair):
    """Of a second socket of a's, which becomes pair.socket_a."""
    opened = pair.a.call("open", addrs=["127.0.0.1"], listen=True)
    pair.socket_a = opened["socket"]
    return opened["port"]


def test_send_inherits_the_sockets_defaults(daemon):
    """An association begins with its socket's; another socket's are its own."""
    pair = sctpd.Pair(daemon)
    pair.b.call("setopts", socket=pair.socket_b, options=DEFAULTS)
    pair.assoc_b = pair.b.call("connect", socket=pair.socket_b, addrs=["127.0.0.1"], port=other_port(pair))["assoc"]
    pair.assoc_a = pair.a.recv_event("assoc_change", "comm_up", socket=pair.socket_a)["assoc"]
    pair.say("x")
    assert header(pair.hear()) == (3, 46, True)
    pair.a.call("send", assoc=pair.assoc_a, text="y")
    assert header(pair.b.recv_message(assoc=pair.assoc_b)) == (0, 0, False)


def test_send_checks_the_inherited_stream(pair):
    pair.b.call("setopts", assoc=pair.assoc_b, options={"default_sndinfo": {"stream": 60000}})
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


@pytest.mark.fake
def test_a_client_that_leaves_leaves_no_place_taken(daemon, pair):
    """Its waiting call goes with it, and the next one is asked for."""
    pair.b.call("fake", control={"do": "silent"})
    pair.b.send("assoc_reset", assoc=pair.assoc_b)
    pair.b.call("ping")
    pair.b.close()
    observer = daemon.client()
    while [s for s in observer.list()["sockets"] if s["socket"] == pair.socket_b]:
        observer.call("ping")
    assert observer.call("ping") == {}


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
