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
def test_a_key_needs_authentication(pair):
    error = pair.b.fails("not_negotiated", "send", assoc=pair.assoc_b, text="x", auth_key=1)
    assert error.param == "auth_key" and "auth_supported" in error.message
    pair.b.call("setopts", assoc=pair.assoc_b, options={"auth_supported": True})
    pair.say("x", auth_key=1, sack_immediately=True)
