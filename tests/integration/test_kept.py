"""What a stack keeps in the daemon's memory is charged to whose association it is."""
import os
import time

import pytest
from sctpd import STACK, TIMEOUT
from wire import WirePeer, wires

pytestmark = pytest.mark.skipif(STACK != "usrsctp", reason="the kernel's memory is not the daemon's")


def charged(client):
    (mine,) = [each for each in client.call("list", what=["accounts"])["accounts"] if each["user"] == os.getuid()]
    return mine["bytes"]


class Greedy(WirePeer):
    """It wants as many streams as there are."""

    streams = 65535


def test_an_association_is_charged_with_what_the_library_keeps(daemon, client):
    with wires():
        opened = client.call("open", addrs=["127.0.0.1"], listen=True)
        before = charged(client)
        WirePeer(daemon, opened["port"])
        assoc = client.recv_event("assoc_change", "comm_up", socket=opened["socket"])["assoc"]
        one = charged(client) - before
        assert 15000 < one < 40000
        Greedy(daemon, opened["port"])
        client.recv_event("assoc_change", "comm_up", socket=opened["socket"])
        greedy = charged(client) - before - one
        assert greedy > one + 60000
        client.call("abort", assoc=assoc)
        client.recv_event("assoc_change", "comm_lost", assoc=assoc)
        deadline = time.monotonic() + TIMEOUT
        while charged(client) - before > greedy + 5000:
            assert time.monotonic() < deadline, "what the library gave back is still charged"
