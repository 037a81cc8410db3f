"""sctpd on the kernel's stack with Erlang's gen_sctp at the other end: what test_kernel_peers does not ask of it."""

import pytest

from ends import End
from erlang import Driven
from relay import HERE
from sctpd import STACK, payload

pytestmark = pytest.mark.skipif(STACK != "kernel", reason="gen_sctp uses the kernel's SCTP; SCTPD_STACK is not kernel")


@pytest.fixture
def peer():
    with Driven(HERE, "127.0.0.2", adaptation=4711) as peer:
        yield peer


@pytest.fixture
def client(daemon):
    return daemon.client()


def connected(client, peer, **options):
    """(our end, the peer's number of the association): we connect."""
    socket = client.call("open", addrs=[HERE], options=options)["socket"]
    up = client.call("connect", socket=socket, addrs=[HERE], port=peer.port, timeout_ms=10000)
    return End(client, socket, up["assoc"]), peer.event(event="assoc_change", state="comm_up")["assoc"]


def accepted(client, peer, **options):
    """The same: it connects, to two addresses."""
    listening = client.call("open", addrs=[HERE, "127.0.0.2"], listen=True, options=options)
    assert peer.tell(f'{{connect,"{HERE},127.0.0.2",{listening["port"]}}}') == "ok"
    up = client.recv_event("assoc_change", "comm_up", socket=listening["socket"])
    return End(client, listening["socket"], up["assoc"]), peer.event(event="assoc_change", state="comm_up")["assoc"]


both_ways = pytest.mark.parametrize("begin", [connected, accepted])


@both_ways
def test_messages_and_the_end(client, peer, begin):
    end, assoc = begin(client, peer)
    for number in range(6):
        peer.send(assoc, f"there {number}", number % 3, 0xfffffff0 + number, "[unordered]" if number == 5 else "[]")
    items = [end.take(lambda item: item["type"] == "data") for _ in range(6)]
    assert sorted(payload(item) for item in items) == [b"there %d" % number for number in range(6)]
    assert sorted(item["ppid"] for item in items) == [0xfffffff0 + number for number in range(6)]
    assert [payload(item) for item in items if item["unordered"]] == [b"there 5"]
    for number in range(6):
        end.send(f"back {number}", stream=number % 3, ppid=number, unordered=number == 5)
    shown = [peer.event(event="data") for _ in range(6)]
    assert sorted((item["ppid"], item["stream"]) for item in shown) == [(number, number % 3) for number in range(6)]
    assert [item["ppid"] for item in shown if item["unordered"]] == [5]
    assert peer.tell(f"{{eof,{assoc}}}") == "ok"
    assert end.event("shutdown") and end.event("assoc_change", state="shutdown_comp")
    peer.event(event="assoc_change", state="shutdown_comp")


@both_ways
def test_its_abort_tells_a_reason(client, peer, begin):
    """gen_sctp:abort/2 has none to give; a message with the flag abort has."""
    end, assoc = begin(client, peer)
    peer.send(assoc, "the disk is full", flags="[abort]")
    lost = end.event("assoc_change", state="comm_lost")
    assert (lost["error"], lost["cause"]) == (12, "user_initiated_abort")
    assert (lost["info"][0]["code"], lost["info"][0]["reason"]) == (12, "the disk is full")
    end, assoc = begin(client, peer)
    assert peer.tell(f"{{abort,{assoc}}}") == "ok"
    lost = end.event("assoc_change", state="comm_lost")
    assert lost["error"] == 12 and not lost.get("info", [{}])[0].get("reason")


@both_ways
def test_our_abort_is_one_of_its_events(client, peer, begin):
    end, assoc = begin(client, peer)
    client.call("abort", assoc=end.assoc, reason="no more")
    assert peer.event(event="assoc_change", state="comm_lost")["assoc"] == assoc


def swapped(number):
    """gen_sctp takes the four bytes for a number in network order, and the kernel turns them once more."""
    return int.from_bytes(number.to_bytes(4, "little"), "big")


@both_ways
def test_adaptation_both_ways(client, peer, begin):
    end, _ = begin(client, peer, adaptation_layer={"adaptation_ind": 815})
    assert end.event("adaptation_indication")["indication"] == swapped(4711)
    assert peer.event(event="adaptation")["indication"] == swapped(815)


@both_ways
def test_it_peels_off(client, peer, begin):
    """One socket is as good as another to us."""
    end, assoc = begin(client, peer)
    end.send("before")
    peer.event(event="data", size=6)
    assert peer.tell(f"{{peeloff,{assoc}}}") == "ok"
    end.send("behind it")
    assert peer.event(event="data", size=9)["assoc"] == assoc
    peer.send(assoc, "from the new one", 2, 46)
    assert end.message() == b"from the new one"
    assert peer.tell("{close}") == "ok"
    end.event("assoc_change", state="shutdown_comp")


def test_it_closes_with_all_its_associations(client, peer):
    ends = [begin(client, peer)[0] for begin in (connected, accepted, connected)]
    assert peer.tell("{close}") == "ok"
    for end in ends:
        end.event("assoc_change", state="shutdown_comp")


@pytest.mark.parametrize("daemon", [{"recv_queue_messages": 1}], indirect=True)
def test_its_messages_fail_when_we_are_gone(client, peer):
    """We do not read, so that some of them wait; then we abort, and it gets them back."""
    end, assoc = accepted(client, peer, recbuf={"value": 4096})
    sent = 0
    while sent < 1000 and peer.tell(f"{{send,{assoc},0,0,[],0,<<0:8000>>}}") == "ok":
        sent += 1
    assert 0 < sent < 1000
    client.call("abort", assoc=end.assoc)
    peer.event(event="assoc_change", state="comm_lost")
    failed = peer.event(event="send_failed")
    assert (failed["assoc"], failed["size"]) == (assoc, 1000)
