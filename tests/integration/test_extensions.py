"""The extensions of SCTP between two daemons on every pair of stacks there is, with a relay between them that shows what
was on the wire and loses what a test wants lost."""

import pytest

from ends import PATH, Link, stacks, until
from relay import AUTH, DATA, FORWARD_TSN, RE_CONFIG, stream_of
from sctpd import STACK, RpcError, b64, payload

pytestmark = pytest.mark.skipif(STACK == "fake", reason="the fake stack has no wire")


@pytest.fixture(params=stacks(), ids="-".join)
def link(request):
    with Link(*request.param) as link:
        yield link


@pytest.fixture(params=["near sends", "far sends"])
def turned(request):
    """Takes (near, far), gives (sender, receiver)."""
    return (lambda ends: ends) if request.param == "near sends" else (lambda ends: ends[::-1])


# --- partial reliability: RFC 3758, RFC 7496 ---


def lose_stream(stream):
    """Packets with data of that stream."""
    return lambda chunks: any(chunk.type == DATA and stream_of(chunk) == stream for chunk in chunks)


UNIMPORTANT = b"u" * 1000


def full(sender, **how):
    """Sends, unless there is no room."""
    try:
        sender.send(UNIMPORTANT, timeout_ms=0, **how)
    except RpcError as error:
        assert error.name == "would_block"
        return True
    return False


def abandoned(end, policy):
    status = end.get("pr_assoc_status", policy=policy)
    return status["abandoned_unsent"], status["abandoned_sent"]


@pytest.mark.parametrize("policy, value", [("ttl", 250), ("rtx", 1)])
def test_a_lost_message_is_given_up(link, turned, policy, value):
    sender, receiver = turned(link.ends(pr_supported=True))
    receiver.hears(sender, "before", stream=2)
    link.relay.lose = lose_stream(1)
    sender.send("lost", stream=1, ppid=77, context=4711, pr_policy=policy, pr_value=value)
    if sender.stack != "kernel":  # that one tells only of messages it had not sent
        failed = sender.event("send_failed")
        assert (failed["sent"], failed["stream"], failed["ppid"], failed["context"]) == ("sent", 1, 77, 4711)
        assert payload(failed) == b"lost"
    link.relay.await_chunk(FORWARD_TSN)
    receiver.hears(sender, "after", stream=2)
    link.relay.lose = lambda chunks: False
    receiver.hears(sender, "the stream goes on", stream=1)
    assert abandoned(sender, policy) == (0, 1)
    assert abandoned(receiver, policy) == (0, 0)


def test_messages_expire_before_they_are_sent(link, turned):
    """The congestion window lets only some of them out. usrsctp sends each once before it looks at the time."""
    sender, receiver = turned(link.ends(pr_supported=True, associnfo={"asocmaxrxt": 1000},
                                        peer_addr_params={**PATH, "pathmaxrxt": 1000}))
    link.relay.lose = lose_stream(1)
    for number in range(20):
        sender.send("x" * 1000, stream=1, context=number, pr_policy="ttl", pr_value=300)
    until(lambda: sum(abandoned(sender, "ttl")) == 20)
    unsent, _ = abandoned(sender, "ttl")
    assert (unsent > 0) == (sender.stack == "kernel")
    told = [sender.event("send_failed") for _ in range(unsent if sender.stack == "kernel" else 20)]
    assert len({item["context"] for item in told}) == len(told)
    assert sum(item["sent"] == "unsent" for item in told) == unsent
    assert all(len(payload(item)) == 1000 for item in told)
    assert sender.get("pr_stream_status", policy="all", stream=1)["abandoned_unsent"] == unsent
    assert sender.get("pr_stream_status", policy="all", stream=2)["abandoned_unsent"] == 0
    link.relay.lose = lambda chunks: False
    receiver.hears(sender, "the stream goes on", stream=1)


def test_the_important_drives_out_the_unimportant(link, turned):
    sender, receiver = turned(link.ends(pr_supported=True, sndbuf={"value": 20000}))
    link.relay.lose = lose_stream(1)
    sent = 0
    while sent < 100 and not full(sender, stream=1, pr_policy="prio", pr_value=9):
        sent += 1
    assert 0 < sent < 100
    number = sender.client.send("send", assoc=sender.assoc, text="important", stream=1, pr_policy="prio", pr_value=1)
    # usrsctp takes the policy, and gives nothing up for it.
    lost = until(lambda: sum(abandoned(sender, "prio"))) if sender.stack == "kernel" else 0
    link.relay.lose = lambda chunks: False
    sender.client.answer(number)
    got = receiver.messages(sent - lost + 1)
    assert got == [UNIMPORTANT] * (sent - lost) + [b"important"]


# --- authentication: RFC 4895 ---

AUTHENTICATED = {"auth_supported": True, "auth_chunk": {"chunk": "data"}}
UNAUTHENTICATED = {"asconf_supported": False, "auth_supported": False}  # the first cannot be without the second


def key(number, secret):
    return {"auth_key": {"keynumber": number, "key": b64(secret)}}


def active(number):
    return {"auth_active_key": {"keynumber": number}}


def key_numbers(link, to_far):
    """The keys of the AUTH chunks, each with the DATA behind it; there is no DATA without."""
    numbers = set()
    for packet in link.relay.packets:
        types = [chunk.type for chunk in packet if chunk.to_far == to_far]
        if DATA in types:
            assert AUTH in types[:types.index(DATA)], types
            numbers |= {int.from_bytes(chunk.body[:2], "big") for chunk in packet if chunk.type == AUTH}
    return numbers


def test_authenticated_data(link):
    near, far = link.ends(**AUTHENTICATED, **key(7, b"a secret"), **active(7))
    far.hears(near, "one way")
    near.hears(far, "and back")
    assert key_numbers(link, True) == key_numbers(link, False) == {7}
    for end in (near, far):
        assert end.get("auth_supported")["value"]
        assert "data" in end.get("peer_auth_chunks")["chunks"]
        assert "data" in end.get("local_auth_chunks")["chunks"]
        offered = end.client.call("getopts", socket=end.socket, options=["hmac_ident"])["options"]
        assert "sha1" in offered["hmac_ident"]["idents"]
        assert end.get("auth_active_key") == {"keynumber": 7}


def test_only_what_the_peer_wants_is_authenticated(link, turned):
    wants = {"near" if turned("nf")[0] == "n" else "far": {"auth_chunk": {"chunk": "data"}}}
    sender, receiver = turned(link.ends(near={"auth_supported": True, **wants.get("far", {})},
                                        far={"auth_supported": True, **wants.get("near", {})}))
    receiver.hears(sender, "it wants it")
    sender.hears(receiver, "it does not")
    to_far = "near" in wants
    assert key_numbers(link, to_far) == {0}
    assert all(chunk.type != AUTH for packet in link.relay.packets for chunk in packet if chunk.to_far != to_far
               if any(other.type == DATA for other in packet))
    assert "data" in sender.get("peer_auth_chunks")["chunks"]
    assert "data" not in receiver.get("peer_auth_chunks")["chunks"]


def test_no_authentication(link):
    near, far = link.ends(**UNAUTHENTICATED)
    far.hears(near)
    assert not link.relay.passed(AUTH)
    for end in (near, far):
        assert end.event("authentication")["indication"] == "no_auth"
        assert not end.get("auth_supported")["value"]


def test_a_peer_that_has_no_authentication(link, turned):
    near, far = turned(({"auth_supported": True}, UNAUTHENTICATED))
    able, unable = turned(link.ends(near=near, far=far))
    unable.hears(able)
    assert able.event("authentication")["indication"] == "no_auth"


def test_data_with_another_key_does_not_come_in(link, turned):
    near, far = turned((key(1, b"right"), key(1, b"wrong")))
    sender, receiver = turned(link.ends(near=near, far=far, **AUTHENTICATED, **active(1)))
    sender.send("in secret")
    link.relay.await_chunk(DATA, count=4)  # again and again
    with pytest.raises(RpcError) as nothing:
        while True:
            assert receiver.client.recv(assoc=receiver.assoc, timeout_ms=0)[0]["type"] == "event"
    assert nothing.value.name == "timeout" and sender.status()["unackdata"] > 0
    receiver.set(**key(1, b"right"))
    assert receiver.message() == b"in secret"


def test_no_association_with_another_key(link):
    chunks = {"auth_supported": True, "auth_chunk": {"chunk": "cookie_echo"}, **active(1)}
    listening = link.listen(**chunks, **key(1, b"right"))
    with pytest.raises(RpcError) as refused:
        link.connect(listening["port"], timeout_ms=1500, **chunks, **key(1, b"wrong"))
    assert refused.value.name == "timeout"
    assert link.relay.passed(AUTH, to_far=True) and not link.far_client.list()["assocs"]
    near = link.connect(listening["port"], **chunks, **key(1, b"right"))
    link.accept(listening).hears(near)


def test_keys_change_while_data_flows(link, turned):
    sender, receiver = turned(link.ends(**AUTHENTICATED, **key(1, b"old"), **active(1)))
    receiver.hears(sender, "with the old one")
    for end in (sender, receiver):
        end.set(**key(2, b"new"))
    sender.set(**active(2))
    receiver.hears(sender, "with the new one")
    receiver.event("authentication", indication="new_key", keynumber=2)
    sender.set(auth_deactivate_key={"keynumber": 1})
    sender.event("authentication", indication="free_key", keynumber=1)
    sender.set(auth_delete_key={"keynumber": 1})
    receiver.hears(sender, "the old one is gone")
    sender.refuses("bad_option_value", **active(1))
    sender.refuses("bad_option_value", auth_delete_key={"keynumber": 2})
    assert {1, 2} == key_numbers(link, sender.client is link.near_client)


# --- reconfiguration of streams: RFC 6525 ---

GRANTED = ["reset_streams", "reset_assoc", "change_assoc"]
RECONFIGURED = {"reconfig_supported": True, "enable_stream_reset": {"value": GRANTED}}


def speak(sender, receiver, stream, ssn):
    sender.send("a word", stream=stream)
    item = receiver.take(lambda item: item["type"] == "data", "message")
    assert (item["stream"], item["ssn"]) == (stream, ssn)


def speak_both(a, b, stream, ssns):
    speak(a, b, stream, ssns[0])
    speak(b, a, stream, ssns[1])


@pytest.mark.parametrize("flags, ssns", [(["outgoing"], (0, 1)), (["incoming"], (1, 0)), (["incoming", "outgoing"], (0, 0))],
                         ids=["outgoing", "incoming", "both"])
def test_reset_streams(link, turned, flags, ssns):
    asks, answers = turned(link.ends(**RECONFIGURED))
    for stream in (1, 2):
        speak_both(asks, answers, stream, (0, 0))
    settle(asks, answers)
    asks.set(reset_streams={"flags": flags, "streams": [1]})
    others = {"outgoing": "incoming", "incoming": "outgoing"}
    for flag in flags:
        assert asks.event("stream_reset", flags=[flag])["streams"] == [1]
        assert answers.event("stream_reset", flags=[others[flag]])["streams"] == [1]
    speak_both(asks, answers, 1, ssns)
    speak_both(asks, answers, 2, (1, 1))


def settle(*ends):
    """A request to reset is refused while data is on its way."""
    for end in ends:
        until(lambda end=end: not end.status()["unackdata"])


def test_reset_all_streams(link, turned):
    asks, answers = turned(link.ends(**RECONFIGURED))
    for stream in range(10):
        speak(asks, answers, stream, 0)
    settle(asks, answers)
    asks.set(reset_streams={"flags": ["outgoing"]})
    assert asks.event("stream_reset", flags=["outgoing"])["streams"] == []
    assert answers.event("stream_reset", flags=["incoming"])["streams"] == []
    for stream in range(10):
        speak(asks, answers, stream, 0)


@pytest.fixture
def ungranted(link, turned):
    """An association whose second end grants nothing: (the one that asks, the one that answers)."""
    near, far = turned(({"enable_stream_reset": {"value": GRANTED}}, {"enable_stream_reset": {"value": []}}))
    asks, answers = turned(link.ends(near=near, far=far, reconfig_supported=True))
    speak(asks, answers, 1, 0)
    settle(asks, answers)
    return asks, answers


@pytest.mark.parametrize("flag", ["outgoing", "incoming"])
def test_reset_denied(ungranted, flag):
    asks, answers = ungranted
    asks.set(reset_streams={"flags": [flag], "streams": [1]})
    assert asks.event("stream_reset", flags=[flag, "denied"])["streams"] == [1]
    speak(asks, answers, 1, 1)


def test_no_reconfiguration(link, turned):
    near, far = turned((RECONFIGURED, {"reconfig_supported": False}))
    asks, answers = turned(link.ends(near=near, far=far))
    answers.hears(asks)
    settle(asks, answers)
    asks.refuses("not_negotiated", reset_streams={"flags": ["outgoing"], "streams": [1]})
    asks.refuses("not_negotiated", add_streams={"outstrms": 2})
    asks.refuses("not_negotiated", reset_assoc={})
    assert not asks.get("reconfig_supported")["value"] and not link.relay.passed(RE_CONFIG)


def test_add_outgoing_streams(link, turned):
    asks, answers = turned(link.ends(**RECONFIGURED, initmsg={"num_ostreams": 10, "max_instreams": 20}))
    asks.client.fails("bad_stream", "send", assoc=asks.assoc, text="x", stream=14)
    asks.set(add_streams={"outstrms": 5})
    assert asks.event("stream_change")["outbound_streams"] == 15
    assert answers.event("stream_change")["inbound_streams"] == 15
    speak(asks, answers, 14, 0)
    assert asks.status()["outbound_streams"] == answers.status()["inbound_streams"] == 15


def test_add_incoming_streams(link, turned):
    asks, answers = turned(link.ends(**RECONFIGURED, initmsg={"num_ostreams": 10, "max_instreams": 20}))
    asks.set(add_streams={"instrms": 3})
    assert asks.event("stream_change")["inbound_streams"] == 13
    assert answers.event("stream_change")["outbound_streams"] == 13
    speak(answers, asks, 12, 0)
    answers.client.fails("bad_stream", "send", assoc=answers.assoc, text="x", stream=13)


def test_add_streams_denied(ungranted):
    asks, _ = ungranted
    asks.set(add_streams={"outstrms": 5})
    told = asks.event("stream_change")
    assert (told["flags"], told["outbound_streams"]) == (["denied"], 10)
    assert asks.status()["outbound_streams"] == 10
    asks.client.fails("bad_stream", "send", assoc=asks.assoc, text="x", stream=10)


def test_reset_assoc(link, turned):
    asks, answers = turned(link.ends(**RECONFIGURED))
    speak_both(asks, answers, 1, (0, 0))
    settle(asks, answers)
    asks.set(reset_assoc={})
    assert asks.event("assoc_reset")["flags"] == answers.event("assoc_reset")["flags"] == []
    speak_both(asks, answers, 1, (0, 0))


def test_reset_assoc_denied(ungranted):
    asks, answers = ungranted
    asks.set(reset_assoc={})
    assert asks.event("assoc_reset")["flags"] == ["denied"]
    speak(asks, answers, 1, 1)
