"""The extensions of SCTP between two daemons on every pair of stacks there is, with a relay between them that shows what
was on the wire and loses what a test wants lost."""

import pytest

from ends import PATH, Link, stacks, until
from relay import DATA, FORWARD_TSN, stream_of
from sctpd import STACK, RpcError, payload

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
