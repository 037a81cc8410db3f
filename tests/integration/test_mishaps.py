"""Every extension, once for each packet of its own that is lost, comes twice, or comes late: what was asked for is done all
the same, and once. Two daemons on every pair of stacks there is, with a relay between them."""

import contextlib
import itertools

import pytest

from ends import Link, stacks, sysctl, until
from relay import ASCONF, ASCONF_ACK, AUTH, DATA, FORWARD_TSN, HERE, I_DATA, I_FORWARD_TSN, RE_CONFIG, stream_of
from sctpd import STACK, payload

pytestmark = pytest.mark.skipif(STACK == "fake", reason="the fake stack has no wire")

LATE = 0.25  # longer than what the stacks wait before they send again
FATES = {"lost": (), "twice": (0, 0), "late": (LATE,), "twice, once late": (0, LATE)}
GRANTED = {"reconfig_supported": True, "enable_stream_reset": {"value": ["reset_streams", "reset_assoc", "change_assoc"]}}
CHANGING = {"auth_supported": True, "asconf_supported": True}
OTHER = "::1"


@pytest.fixture(params=stacks(), ids="-".join)
def link(request):
    with Link(*request.param) as link:
        yield link


class Mishap:
    """What becomes of the @number-th packet with a chunk of @kind that goes to the far end, or comes from there."""

    def __init__(self, kind, to_far, number, fate):
        self.kind, self.to_far, self.number, self.fate = kind, to_far, number, fate
        self.seen = 0

    def __call__(self, chunks):
        if not any(chunk.type == self.kind and chunk.to_far == self.to_far for chunk in chunks):
            return (0,)
        self.seen += 1
        return FATES[self.fate] if self.seen == self.number else (0,)

    def __str__(self):
        return f"packet {self.number} of type {self.kind} {'to' if self.to_far else 'from'} the far end {self.fate}"


def mishaps(link, *kinds):
    """Each in turn; the relay does it. @kinds are (type, whether it goes to the far end, how many there are)."""
    for kind, to_far, count in kinds:
        for number, fate in itertools.product(range(1, count + 1), FATES):
            link.relay.treat = Mishap(kind, to_far, number, fate)
            try:
                yield link.relay.treat
            except BaseException as error:
                error.add_note(str(link.relay.treat))
                raise
            assert link.relay.treat.seen >= number, str(link.relay.treat)
            link.relay.treat = lambda chunks: (0,)
            for client in (link.near_client, link.far_client):
                for socket in client.call("list", what=["sockets"])["sockets"]:
                    client.call("close", socket=socket["socket"], mode="abort")


def talk(near, far, **how):
    """Nothing is missing and nothing comes twice."""
    for sender, receiver in ((near, far), (far, near)):
        for number in range(5):
            sender.send(f"message {number}", stream=3, **how)
        assert [receiver.message() for _ in range(5)] == [b"message %d" % number for number in range(5)]


def quiet(*ends):
    for end in ends:
        until(lambda end=end: not end.status()["unackdata"])


def test_a_change_of_addresses(link):
    for mishap in mishaps(link, (ASCONF, True, 2), (ASCONF_ACK, False, 2)):
        # Nobody has that port at the other address. Its own, which is the default, would be the far daemon's.
        port = {"remote_udp_encaps_port": {"port": link.relay.from_far.getsockname()[1]}}
        near, far = link.ends(addrs=(HERE, OTHER), far=port, **CHANGING)
        assert {path["addr"] for path in far.status()["paths"]} == {HERE, OTHER}, mishap
        near.client.call("bindx", socket=near.socket, remove=[OTHER])
        far.event("peer_addr_change", state="addr_removed", addr=OTHER)
        until(lambda near=near: near.status()["local_addrs"] == [HERE])
        near.client.call("bindx", assoc=near.assoc, add=[OTHER])
        far.event("peer_addr_change", state="addr_added", addr=OTHER)
        until(lambda near=near: set(near.status()["local_addrs"]) == {HERE, OTHER})
        talk(near, far)


def test_which_address_is_preferred(link):
    for mishap in mishaps(link, (ASCONF, True, 2), (ASCONF_ACK, False, 2)):
        near, far = link.ends(**CHANGING)
        for _ in range(2):
            before = len(link.relay.passed(ASCONF_ACK))
            near.set(set_peer_primary_addr={"addr": HERE})
            link.relay.await_chunk(ASCONF_ACK, count=before + 1)
        if mishap.kind == ASCONF_ACK and mishap.fate in ("lost", "late"):
            link.relay.await_chunk(ASCONF_ACK, count=before + 2)
        talk(near, far)


def test_streams_are_reset(link):
    for _ in mishaps(link, (RE_CONFIG, True, 2), (RE_CONFIG, False, 1)):
        near, far = link.ends(**GRANTED)
        talk(near, far)
        quiet(near, far)
        near.set(reset_streams={"flags": ["incoming", "outgoing"], "streams": [3]})
        for end, flag in itertools.product((near, far), ("outgoing", "incoming")):
            assert end.event("stream_reset", flags=[flag])["streams"] == [3]
        for sender, receiver in ((near, far), (far, near)):
            sender.send("the first", stream=3)
            assert receiver.take(lambda item: item["type"] == "data")["ssn"] == 0


def test_streams_are_added(link):
    for _ in mishaps(link, (RE_CONFIG, True, 1), (RE_CONFIG, False, 1)):
        near, far = link.ends(**GRANTED, initmsg={"num_ostreams": 10, "max_instreams": 20})
        near.set(add_streams={"outstrms": 5})
        assert near.event("stream_change")["outbound_streams"] == 15
        assert far.event("stream_change")["inbound_streams"] == 15
        far.hears(near, stream=14)
        talk(near, far)


def test_authenticated_data(link):
    for _ in mishaps(link, (AUTH, True, 2), (AUTH, False, 2)):
        near, far = link.ends(auth_supported=True, auth_chunk={"chunk": "data"})
        talk(near, far)


@pytest.fixture
def interleaving():
    """Options that offer it, and the setting without which the kernel refuses them."""
    with contextlib.ExitStack() as todo:
        if STACK == "kernel":
            todo.enter_context(sysctl(intl_enable=1))
        yield {"fragment_interleave": {"value": 2}, "interleaving_supported": True}


def test_interleaved_data(interleaving, link):
    if link.near_daemon.stack != link.far_daemon.stack:
        pytest.skip("Linux numbers the second fragment of a message 0, and RFC 8260 2.1 says 1: others cannot read it")
    for _ in mishaps(link, (I_DATA, True, 3), (I_DATA, False, 3)):
        near, far = link.ends(**interleaving)
        for sender, receiver in ((near, far), (far, near)):
            sender.send(b"l" * 20000, stream=1)
            sender.send("small", stream=2)
            assert sorted(receiver.messages(2)) == [b"l" * 20000, b"small"]
        talk(near, far)


@pytest.mark.parametrize("interleaved", [False, True], ids=["plain", "interleaved"])
def test_what_is_given_up(interleaving, link, interleaved):
    if interleaved and link.near_daemon.stack != link.far_daemon.stack:
        pytest.skip("see above")
    kinds = (I_DATA, I_FORWARD_TSN) if interleaved else (DATA, FORWARD_TSN)
    for mishap in mishaps(link, (kinds[1], True, 1)):
        near, far = link.ends(pr_supported=True, **(interleaving if interleaved else {}))
        link.relay.lose = lambda chunks: any(chunk.type == kinds[0] and stream_of(chunk) == 1 for chunk in chunks)
        near.send("lost", stream=1, pr_policy="ttl", pr_value=100)
        until(lambda mishap=mishap: mishap.seen)
        link.relay.lose = lambda chunks: False
        near.send("after", stream=1)
        assert payload(far.take(lambda item: item["type"] == "data")) == b"after"
        talk(near, far)
