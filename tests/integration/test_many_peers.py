"""One socket with many associations."""
import socket

import pytest
from sctpd import STACK, Daemon, build_directory
from wire import WirePeer, wires

pytestmark = pytest.mark.skipif(STACK != "usrsctp", reason="the kernel sees what was peeled off")

PEERS, PORT = 20, 4000


class Neighbour(WirePeer):
    """One of many that have the same port, each at an address of its own."""

    def __init__(self, daemon, port, number):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((f"127.0.0.{number}", 0))
        self.sock.connect(("127.0.0.1", daemon.udp_port))
        self.own_port, self.port = PORT, port
        self.tag, self.peer_tag, self.tsn, self.peer_tsn = 4711 + number, 0, 1000, 0
        self.parameters, self.received = b"", []
        self.living.append(self)
        self.associate()


def test_a_connect_asks_about_no_other_association(tmp_path):
    """The library is asked about the one with that peer, if there is one, not for the peers of all others."""
    env = {"LD_PRELOAD": str(build_directory() / "libcounted-library.so"), "ASAN_OPTIONS": "verify_asan_link_order=0"}
    with Daemon(env=env, directory=tmp_path) as daemon, wires():
        client = daemon.client()
        opened = client.call("open", addrs=["127.0.0.1"], listen=True)
        for n in range(2, PEERS + 2):
            Neighbour(daemon, opened["port"], n)
            client.recv_event("assoc_change", "comm_up", socket=opened["socket"])
        before = daemon.log().count("asked for addresses")
        client.fails("timeout", "connect", socket=opened["socket"], addrs=["127.0.0.99"], port=PORT, timeout_ms=100)
        assert daemon.log().count("asked for addresses") - before < PEERS / 2
        client.fails("already_connected", "connect", socket=opened["socket"], addrs=["127.0.0.5"], port=PORT)
