"""The extensions of SCTP between two daemons on every pair of stacks there is, with a relay between them that shows what
was on the wire and loses what a test wants lost."""

import contextlib
import struct

import pytest

from ends import KERNEL_UDP_PORT, MOST_UNREAD, PATH, End, Link, stacks, sysctl, until
from foreign import ADAPTATION_INDICATION, ASCONF_SUPPORTED, AUTH_SUPPORTED, BINDX_ADD, BINDX_REM, Foreign
from relay import AUTH, DATA, FIRST, FORWARD_TSN, HERE, I_DATA, I_FORWARD_TSN, LAST, RE_CONFIG, stream_of
from sctpd import STACK, Daemon, RpcError, b64, payload

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
    if link.far_daemon.stack == "kernel":
        pytest.skip("Linux accepts no COOKIE ECHO under a key of ours, be it the right one")
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
    assert (told["flags"], told["outbound_streams"]) == (["denied"], 64)
    assert asks.status()["outbound_streams"] == 64
    asks.client.fails("bad_stream", "send", assoc=asks.assoc, text="x", stream=64)


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


# --- interleaving: RFC 8260 ---

LARGE, SMALL = bytes(n * 7 % 251 for n in range(60000)), b"small"


@pytest.fixture
def interleaving():
    """Options that offer it, and the setting without which the kernel refuses them."""
    with contextlib.ExitStack() as todo:
        if STACK == "kernel":
            todo.enter_context(sysctl(intl_enable=1))
        yield {"fragment_interleave": {"value": 2}, "interleaving_supported": True}


def large_then_small(link, sender, receiver):
    """Both wait to be sent at the same time: what arrives, in order."""
    link.relay.lose = lambda chunks: any(chunk.type in (DATA, I_DATA) for chunk in chunks)
    sender.send(LARGE, stream=1)
    sender.send(SMALL, stream=2)
    link.relay.lose = lambda chunks: False
    return receiver.messages(2)


@pytest.fixture
def interleaved(interleaving, link, turned):
    """An association that has it: the link, the end that sends, the one that receives."""
    if link.near_daemon.stack != link.far_daemon.stack:
        pytest.skip("Linux numbers the second fragment of a message 0, and RFC 8260 2.1 says 1: others cannot read it")
    return link, *turned(link.ends(stream_scheduler="rr", **interleaving))


def test_messages_of_one_packet_interleave_on_any_stack(interleaving, link):
    near, far = link.ends(**interleaving)
    for number in range(20):
        far.hears(near, f"there {number}", stream=number % 3, ppid=number)
        near.hears(far, f"back {number}", stream=number % 3, unordered=True)
    assert len(link.relay.passed(I_DATA)) >= 40 and not link.relay.passed(DATA)
    assert near.get("interleaving_supported")["value"] and far.get("interleaving_supported")["value"]


def test_a_small_message_overtakes_a_large_one(interleaved):
    link, sender, receiver = interleaved
    assert large_then_small(link, sender, receiver) == [SMALL, LARGE]
    assert sender.get("interleaving_supported")["value"] and receiver.get("interleaving_supported")["value"]
    passed = link.relay.passed(I_DATA)
    assert not link.relay.passed(DATA)
    small = next(place for place, chunk in enumerate(passed) if stream_of(chunk) == 2)
    assert any(stream_of(chunk) == 1 and chunk.flags & LAST for chunk in passed[small:])
    assert {chunk.flags & (FIRST | LAST) for chunk in passed if stream_of(chunk) == 1} == {FIRST, 0, LAST}


def test_without_interleaving_it_waits(link, turned):
    sender, receiver = turned(link.ends(stream_scheduler="rr"))
    assert large_then_small(link, sender, receiver) == [LARGE, SMALL]
    assert not link.relay.passed(I_DATA)


def test_large_messages_interleave_both_ways(interleaved):
    _, a, b = interleaved
    for stream in range(5):
        a.send(bytes([stream]) * 30000, stream=stream)
        b.send(bytes([stream + 100]) * 30000, stream=stream)
    assert sorted(b.messages(5)) == [bytes([stream]) * 30000 for stream in range(5)]
    assert sorted(a.messages(5)) == [bytes([stream + 100]) * 30000 for stream in range(5)]


def test_interleaving_with_a_peer_that_has_none(interleaving, link, turned):
    near, far = turned((interleaving, {}))
    able, unable = turned(link.ends(near=near, far=far))
    unable.hears(able)
    able.hears(unable)
    assert not able.get("interleaving_supported")["value"] and not link.relay.passed(I_DATA)


def test_given_up_while_interleaved(interleaved):
    """I-FORWARD-TSN, RFC 8260 2.3."""
    link, sender, receiver = interleaved
    link.relay.lose = lambda chunks: any(chunk.type == I_DATA and stream_of(chunk) == 1 for chunk in chunks)
    sender.send("lost", stream=1, pr_policy="ttl", pr_value=100)
    link.relay.await_chunk(I_FORWARD_TSN)
    link.relay.lose = lambda chunks: False
    receiver.hears(sender, "the stream goes on", stream=1)


def test_streams_have_priorities(link, turned):
    sender, receiver = turned(link.ends(stream_scheduler="prio"))
    sender.set(stream_scheduler_value={"stream": 1, "value": 9})
    sender.set(stream_scheduler_value={"stream": 2, "value": 1})
    link.relay.lose = lambda chunks: any(chunk.type == DATA for chunk in chunks)
    for _ in range(30):
        sender.send(UNIMPORTANT, stream=1)
    sender.send(SMALL, stream=2)
    link.relay.lose = lambda chunks: False
    assert receiver.messages(31).index(SMALL) < 15


# --- adaptation layer indication: RFC 5061 4.2.6 ---


def test_adaptation_indication(link):
    near, far = link.ends(near={"adaptation_layer": {"adaptation_ind": 0xfeed}}, far={"adaptation_layer": {"adaptation_ind": 77}})
    assert near.event("adaptation_indication")["indication"] == 77
    assert far.event("adaptation_indication")["indication"] == 0xfeed


# --- encapsulation: RFC 6951 ---


def test_each_path_has_its_udp_port(link):
    near, far = link.ends()
    far.hears(near)
    near.hears(far)
    assert near.get("remote_udp_encaps_port", address=HERE)["port"] == link.relay.port
    learned = far.get("remote_udp_encaps_port", address=HERE)["port"]
    assert learned == link.relay.from_far.getsockname()[1]


# --- SHUTDOWN with data queued: RFC 9260 9.2 ---


def test_shutdown_waits_for_what_is_queued(link, turned):
    end, other = turned(link.ends())
    link.relay.lose = lambda chunks: any(chunk.type == DATA for chunk in chunks)
    for number in range(40):
        end.send(f"there {number} " + "x" * 500, stream=3)
        other.send(f"back {number} " + "x" * 500, stream=3)
    end.client.call("eof", assoc=end.assoc)
    link.relay.lose = lambda chunks: False
    for side, word in ((other, b"there"), (end, b"back")):
        assert [message.split()[:2] for message in side.messages(40)] == [[word, b"%d" % n] for n in range(40)]
        side.event("assoc_change", state="shutdown_comp")
    kinds = [item["event"] for item in other.told if item.get("event") in ("shutdown", "assoc_change")]
    assert kinds[-2:] == ["shutdown", "assoc_change"]


# --- restart: RFC 9260 5.2 ---


def test_a_killed_peer_comes_back(link):
    """It says nothing when it dies, and comes again from the same address and port."""
    near, far = link.ends(near={"initmsg": {"num_ostreams": 6}})
    port = near.client.call("status", socket=near.socket)["socket"]["port"]
    for number in range(3):
        speak_both(near, far, 2, (number, number))
    leave_unread(near, far)
    far.set(associnfo={"asocmaxrxt": 1000})  # it may take a while until another is there
    seq = far.told[-1]["seq"]
    link.kill_near()
    near = link.connect(link.port, local_port=port, initmsg={"num_ostreams": 4})
    restart = far.event("assoc_change", state="restart")
    assert (restart["assoc"], restart["inbound_streams"]) == (far.assoc, 4) and restart["seq"] > seq
    speak_both(near, far, 2, (0, 0))
    assert [item["seq"] for item in far.told] == list(range(far.told[0]["seq"], far.told[-1]["seq"] + 1))
    assert far.status()["inbound_streams"] == 4


def leave_unread(end, other):
    """The kernel forgets an association at once only where it may abort it: where something was not read."""
    for _ in range(MOST_UNREAD + 1):
        other.send("not read", stream=1)
    until(lambda: end.status()["paused"])
    other.send("nor this", stream=1)
    settle(other)


# --- a peer that is a program of its own, on the kernel's stack ---


@pytest.fixture(params=["kernel", "usrsctp"])
def other(request):
    """A daemon on either stack on a host with the kernel's, and what its sockets need to find a program on that."""
    if STACK != "kernel":
        pytest.skip("needs a kernel with SCTP")
    with sysctl(udp_port=KERNEL_UDP_PORT), Daemon(stack=request.param) as daemon:
        options = {"remote_udp_encaps_port": {"port": KERNEL_UDP_PORT}} if request.param == "usrsctp" else {}
        yield daemon, options


def connected(other, foreign, **options):
    """Our end of an association with @foreign, which is made to listen."""
    daemon, needed = other
    client = daemon.client()
    foreign.listen()
    socket = client.call("open", addrs=[HERE], options={**needed, **options})["socket"]
    up = client.call("connect", socket=socket, addrs=[HERE], port=foreign.port, timeout_ms=10000)
    foreign.accept()
    return End(client, socket, up["assoc"])


def accepted(other, foreign, **options):
    """The same, the other way round."""
    daemon, needed = other
    client = daemon.client()
    listening = client.call("open", addrs=[HERE], listen=True, options={**needed, **options})
    foreign.connect(listening["port"])
    up = client.recv_event("assoc_change", "comm_up", socket=listening["socket"])
    return End(client, listening["socket"], up["assoc"])


@pytest.mark.parametrize("begin", [connected, accepted])
def test_a_program_s_adaptation_indication(other, begin):
    with Foreign(adaptation=4660, udp_port=other[0].udp_port) as foreign:
        end = begin(other, foreign, adaptation_layer={"adaptation_ind": 0xabcd})
        assert end.event("adaptation_indication")["indication"] == 4660
        assert struct.unpack_from("=I", foreign.notification(ADAPTATION_INDICATION), 8)[0] == 0xabcd
        foreign.send(b"from the program", 5, 46)
        item = end.take(lambda item: item["type"] == "data")
        assert (payload(item), item["stream"], item["ppid"]) == (b"from the program", 5, 46)
        end.send("and back")
        assert foreign.message() == b"and back"
        end.client.call("eof", assoc=end.assoc)
        foreign.ended()
        end.event("assoc_change", state="shutdown_comp")


@pytest.mark.parametrize("begin", [connected, accepted])
def test_a_program_adds_an_address_and_removes_it(other, begin):
    more = "127.0.0.2"
    with Foreign(AUTH_SUPPORTED, ASCONF_SUPPORTED, udp_port=other[0].udp_port) as foreign:
        end = begin(other, foreign, auth_supported=True, asconf_supported=True)
        foreign.bindx(BINDX_ADD, more)
        end.event("peer_addr_change", addr=more, state="addr_added")
        assert {path["addr"] for path in end.status()["paths"]} == {HERE, more}
        foreign.bindx(BINDX_REM, more)
        end.event("peer_addr_change", addr=more, state="addr_removed")
        assert [path["addr"] for path in end.status()["paths"]] == [HERE]
        foreign.send(b"still here")
        assert end.message() == b"still here"


# --- which of our addresses the peer is to use: RFC 5061 4.2.4 ---

ADDRS_A, ADDRS_B = ["10.77.1.1", "10.77.2.1"], ["10.77.1.2", "10.77.2.2"]


@pytest.fixture(params=["two_hosts", "two_stacks"])
def hosts(request):
    return request.getfixturevalue(request.param)


def test_the_peer_takes_the_primary_it_is_asked_to(hosts):
    able = {"auth_supported": True, "asconf_supported": True}
    listening = hosts.client_b.call("open", addrs=ADDRS_B, listen=True, options=able)
    socket = hosts.client_a.call("open", addrs=ADDRS_A, options=able)["socket"]
    up = hosts.client_a.call("connect", socket=socket, addrs=ADDRS_B, port=listening["port"], timeout_ms=10000)
    ends = [End(hosts.client_a, socket, up["assoc"])]
    up = hosts.client_b.recv_event("assoc_change", "comm_up", socket=listening["socket"])
    ends.append(End(hosts.client_b, listening["socket"], up["assoc"]))
    for end, other, addrs in ((*ends, ADDRS_A), (*ends[::-1], ADDRS_B)):
        until(lambda other=other: all(path["state"] == "active" for path in other.status()["paths"]))
        for addr in reversed(addrs):
            end.set(set_peer_primary_addr={"addr": addr})
            other.event("peer_addr_change", addr=addr, state="addr_made_prim")
            assert [path["addr"] for path in other.status()["paths"] if path["primary"]] == [addr]
            end.hears(other)
