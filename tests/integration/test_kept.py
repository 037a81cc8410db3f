"""What a stack keeps in the daemon's memory is charged to whose association it is."""
import os
import time

import pytest
from sctpd import STACK, TIMEOUT, payload
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


@pytest.mark.parametrize("daemon", [{"bytes_per_user": 131072}], indirect=True)
def test_associations_do_not_take_the_room_of_what_they_carry(daemon, client):
    """Peers begin as many as they like: beyond three quarters they are refused, and those that are there are read."""
    with wires():
        opened = client.call("open", addrs=["127.0.0.1"], listen=True)
        peer = WirePeer(daemon, opened["port"])
        assoc = client.recv_event("assoc_change", "comm_up", socket=opened["socket"])["assoc"]
        for _ in range(9):
            WirePeer(daemon, opened["port"])
        why = client.event("assoc_refused", socket=opened["socket"])["why"]
        assert why == "the application's associations have reached their memory limit"
        assert 131072 * 3 // 4 < charged(client) < 131072
        error = client.fails("limit_reached", "connect", addrs=["127.0.0.1"], port=opened["port"])
        assert error.data["what"] == "stack_bytes" and error.data["retry"]
        peer.data(b"still read")
        assert payload(client.recv_message(assoc=assoc)) == b"still read"


@pytest.mark.parametrize("daemon", [{"bytes_per_user": 65536}], indirect=True)
def test_a_connect_without_room_to_wait_leaves_no_association(daemon, client):
    """There was room for the call, until the association took it."""
    port = client.call("open", addrs=["127.0.0.1"])["port"]  # nobody listens there
    while charged(client) < 48000:
        client.call("note", socket=client.call("open", addrs=["127.0.0.1"])["socket"], text="x" * 4000)
    sockets = client.list()["sockets"]
    error = client.fails("limit_reached", "connect", addrs=["127.0.0.1"] * 25, port=port)
    assert error.data["what"] == "bytes"
    assert client.list()["assocs"] == [] and client.list()["sockets"] == sockets
