"""A peer whose 65,535 streams each hold the beginning of a message, or which begins one after the other and ends none: what is
kept of them is charged and bounded, and everybody else is served."""
import struct
import time

import pytest
import users
from growth import CONFIG, Growth
from hostile import NOBODY, Pings
from sctpd import STACK, Daemon, payload
from wire import DATA, WirePeer, chunk, wires
from wired import HERE, Wired

pytestmark = pytest.mark.skipif(STACK == "fake", reason="what a peer sends is read by a real stack")

STREAMS = 65535
TOGETHER = 90  # chunks of a packet
P99_MS, MOST_MS = 20, 100


class Fragments(WirePeer):
    """Says it has all streams there are, and sends pieces, window or not."""

    streams = STREAMS

    def begin(self, streams, size):
        """The first piece of a message on each of @streams."""
        chunks = []
        for stream in streams:
            chunks.append(chunk(DATA, struct.pack(">IHHI", self.tsn, stream, 0, 0) + b"x" * size, flags=2))
            self.tsn = (self.tsn + 1) % 2**32
        self.send(*chunks)

    def drain(self):
        """What comes back is not looked at, but for an ABORT."""
        self.sock.setblocking(False)
        try:
            while True:
                self.sock.recv(65536)
        except (BlockingIOError, ConnectionRefusedError):
            return
        finally:
            self.sock.setblocking(True)


@pytest.mark.parametrize("size", [1, 1000])
def test_pieces_on_all_streams_are_bounded_and_charged(size):
    users.needed()
    with Daemon(config=CONFIG) as daemon, wires():
        daemon.directory.chmod(0o755)
        server = users.client_of(daemon, NOBODY, ack="explicit")
        opened = server.call("open", addrs=[HERE], listen=True, options={"initmsg": {"max_instreams": STREAMS}})
        growth, pings = Growth(daemon), Pings(daemon)
        peer = Fragments(daemon, opened["port"])
        assoc = server.recv_event("assoc_change", "comm_up", socket=opened["socket"])["assoc"]
        together = TOGETHER if size == 1 else 1
        begin, told = time.monotonic(), []
        for first in range(0, STREAMS, together):
            peer.begin(range(first, min(first + together, STREAMS)), size)
            if first // together % 64 == 0:
                peer.drain()
                told.append(pings.once()[1])
        growth.rest()
        growth.check(f"pieces of {size} bytes on {STREAMS} streams, in {time.monotonic() - begin:.1f} s")
        if STACK == "usrsctp":  # the kernel's own work is not the daemon's
            assert max(told) <= MOST_MS and sorted(told)[len(told) * 99 // 100] <= P99_MS
        (kept,) = [each for each in server.call("list", what=["assocs"])["assocs"] if each["assoc"] == assoc]
        assert kept["state"] == "established" or server.recv_event("assoc_change", "comm_lost", assoc=assoc)["error"], "its end has a reason"
        growth.probe.close()
        another = Wired(daemon, server)
        another.peer.data(b"served")
        assert payload(server.recv_message(assoc=another.assoc)) == b"served"
