"""What the library must never see of the network: packets that anybody can forge, against an association that is up."""
import struct
import time

import pytest
from bad_inits import ASCONF, ASCONF_ACK, CHUNKS, ENDING, ENDLESS, EXTENSIONS, HMACS_OK, RANDOM_OK
from sctpd import STACK, Daemon, payload
from wire import DATA, WirePeer, chunk, padded, tlv, wires
from wired import Wired

pytestmark = pytest.mark.skipif(STACK != "usrsctp", reason="the guard stands before the library usrsctp")


@pytest.fixture
def wired(daemon):
    with wires():
        yield Wired(daemon)


def forge(peer, packet_chunks):
    """Sends what has the addresses and ports of the association, and not its tag."""
    tag, peer.peer_tag = peer.peer_tag, 0
    try:
        peer.send(packet_chunks)
    finally:
        peer.peer_tag = tag


def goes_on(wired, text=b"still there"):
    """The association carries messages both ways of the library: it receives, and new ones come up."""
    wired.peer.data(text)
    assert payload(wired.client.recv_message(assoc=wired.assoc)) == text
    wired.another()
    assert wired.client.call("list", what=["assocs"])


def dropped(wired):
    return wired.client.call("stats", assoc=wired.assoc).get("dropped", {})


@pytest.mark.parametrize("what", ENDLESS)
def test_no_forged_init_hangs_the_library(wired, what):
    """The library would walk its parameters for ever, with the association locked."""
    forge(wired.peer, ENDLESS[what])
    goes_on(wired)
    assert sum(dropped(wired).values()) == 1


@pytest.mark.parametrize("what", ENDING)
def test_no_forged_init_ends_an_association(wired, what):
    forge(wired.peer, ENDING[what])
    goes_on(wired)
    assert sum(dropped(wired).values()) == 1


def test_a_packet_in_several_pieces_is_looked_at_to_its_end(wired):
    """The library receives into buffers of 2048 bytes."""
    texts = [bytes([65 + n]) * 1900 for n in range(8)]
    chunks = [chunk(DATA, struct.pack(">IHHI", wired.peer.tsn + n, 1, n, 0) + text, flags=3) for n, text in enumerate(texts)]
    longer = chunks[-1][:2] + struct.pack(">H", len(chunks[-1]) + 4) + chunks[-1][4:]
    wired.peer.send(*chunks[:-1], longer)
    wired.peer.send(*chunks)
    wired.peer.tsn += len(chunks)
    assert [payload(wired.client.recv_message(assoc=wired.assoc)) for _ in texts] == texts
    assert dropped(wired) == {"chunk_length": 1}
    goes_on(wired)


def test_what_the_guard_drops_is_counted_by_reason_and_logged(daemon, wired):
    forge(wired.peer, ENDING["no window"])
    forge(wired.peer, ENDLESS["a parameter of length 0"])
    goes_on(wired)
    assert dropped(wired) == {"init_fields": 1, "param_length": 1}
    deadline = time.monotonic() + 10
    while "dropped 1 packets of peers" not in daemon.log():
        assert time.monotonic() < deadline, daemon.log()
        time.sleep(0.1)


def test_an_init_that_a_peer_may_send_still_comes_through(daemon, wired):
    """With all that AUTH and ASCONF want."""
    lists = RANDOM_OK + padded(tlv(CHUNKS, bytes([ASCONF, ASCONF_ACK]))) + HMACS_OK + \
        padded(tlv(EXTENSIONS, bytes([ASCONF, ASCONF_ACK, 15])))
    WirePeer(daemon, wired.opened["port"], parameters=lists + tlv(0x8000, b""))
    assert wired.client.recv_event("assoc_change", "comm_up", socket=wired.opened["socket"])["assoc"] != wired.assoc
    assert dropped(wired) == {}


def test_the_log_says_what_the_library_lacks():
    with Daemon() as daemon:
        assert "dropped before it sees them" in daemon.log()
