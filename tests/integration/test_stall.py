"""One association of a listening socket stalls, another goes on: nothing is lost on the first, and the second does not
wait. Prints what a round trip takes with and without the stall, measured in turns in one run."""

import time

import pytest

from hosts import TwoDaemons
from sctpd import STACK, RpcError

HERE = "127.0.0.1"
TURNS = 2
TRIPS = 100  # per turn
BOUND_MS = 1000  # a stall that reaches another association lasts longer: it ends when the stalled one is read

# Lower marks than by default, so that a queue is soon full.
CONFIG = {"recv_queue_bytes": 65536}
# A send that waits as long has no room: what was on its way, also by retransmission (RTO.min is 1 s), has arrived.
FULL_MS = 1200


@pytest.fixture
def daemons():
    with TwoDaemons(config=CONFIG) as two:
        yield two


class World:
    """An owner with one listening socket, and two clients of the other daemon with an association each."""

    def __init__(self, daemons):
        self.owner = daemons.server.client()
        self.socket = self.owner.call("open", addrs=[HERE], listen=True)
        self.stalling, self.brisk = daemons.client.client(), daemons.client.client()
        # (what the peer calls it, what the owner calls it)
        self.stalled = self._associate(self.stalling, daemons.to_server)
        self.other = self._associate(self.brisk, daemons.to_server)
        self.sent, self.got = 0, 0

    def _associate(self, client, options):
        up = client.call("connect", addrs=[HERE], port=self.socket["port"], options=options)
        peer = self.owner.recv_event("assoc_change", socket=self.socket["socket"], state="comm_up")
        self._drain_events(self.owner, peer["assoc"])
        return up["assoc"], peer["assoc"]

    @staticmethod
    def _drain_events(client, assoc):
        while client.call("list", what=["assocs"])["assocs"][-1]["recv_queued"]:
            client.recv(assoc=assoc)

    # --- the other association ---

    def round_trip(self, text):
        """From the owner to the peer, and its echo: milliseconds."""
        near, far = self.other[1], self.other[0]
        begin = time.monotonic()
        self.owner.call("send", assoc=near, text=text)
        echo = self.data(self.brisk, far)
        self.brisk.call("send", assoc=far, text=echo)
        assert self.data(self.owner, near) == text
        return (time.monotonic() - begin) * 1000

    def round_trips(self, turn):
        return [self.round_trip(f"{turn} {number}") for number in range(TRIPS)]

    @staticmethod
    def data(client, assoc):
        while True:
            for item in client.recv(assoc=assoc, encoding="text"):
                if item["type"] == "data":
                    return item["text"]

    # --- the one that stalls ---

    def fill(self, sender, assoc):
        """Numbered messages until nothing moves any more: the reader's queue and both stacks' buffers are full."""
        timeout_ms = 0
        for _ in range(5000):
            try:
                sender.call("send", assoc=assoc, text=f"{self.sent:08}" + "." * 4000, timeout_ms=timeout_ms)
                self.sent += 1
                timeout_ms = 0
            except RpcError as error:
                assert error.name == "would_block" and error.data["retry"]
                if timeout_ms:
                    return
                timeout_ms = FULL_MS
        raise AssertionError("there is always room")

    def read_all(self, reader, assoc):
        """All that was sent, in order."""
        while self.got < self.sent:
            for item in reader.recv(assoc=assoc, max=100, encoding="text"):
                if item["type"] == "data":
                    assert int(item["text"][:8]) == self.got, "lost, twice or out of order"
                    self.got += 1


def percentile(values, part):
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


def report(what, world, free, stalled):
    print(f"\n{STACK}, {what}: {world.sent} messages held back, none lost; round trips of the other association")
    for name, values in (("not stalled", free), ("stalled", stalled)):
        print(f"  {name:12} n {len(values):4}  p50 {percentile(values, .5):7.2f} ms  p99 {percentile(values, .99):7.2f} ms  "
              f"max {max(values):7.2f} ms")
    assert percentile(stalled, .99) < BOUND_MS


def test_a_peer_that_does_not_read(daemons):
    world, free, stalled = World(daemons), [], []
    for turn in range(TURNS):
        free += world.round_trips(f"free {turn}")
        world.fill(world.owner, world.stalled[1])
        stalled += world.round_trips(f"stalled {turn}")
        world.fill(world.owner, world.stalled[1])  # still stalled: there may be room for a few more, and no further
        world.read_all(world.stalling, world.stalled[0])
    report("a peer that does not read", world, free, stalled)


def test_an_owner_that_does_not_read(daemons):
    world, free, stalled = World(daemons), [], []
    observer = daemons.server.client()
    observer.call("subscribe", events=["paused", "resumed"], assoc=world.stalled[1])
    for turn in range(TURNS):
        free += world.round_trips(f"free {turn}")
        world.fill(world.stalling, world.stalled[0])
        assert observer.poll_event("paused", timeout=20), "the queue is above its mark"
        stalled += world.round_trips(f"stalled {turn}")
        assert world.owner.call("status", assoc=world.stalled[1])["assoc"]["paused"]
        world.read_all(world.owner, world.stalled[1])
        assert observer.poll_event("resumed", timeout=20)
        while observer.poll_event("paused", timeout=0) or observer.poll_event("resumed", timeout=0):
            pass  # reading a long queue pauses and resumes several times
    report("an owner that does not read", world, free, stalled)
