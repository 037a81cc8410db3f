"""usrsctp on raw IP sockets: between two hosts without SCTP in their kernel it works; where the kernel has SCTP it is
refused with the reason, because the kernel would answer the peers' packets with ABORT."""

import contextlib
import ctypes
import os
import pathlib
import select
import socket
import struct
import subprocess
import time

import pytest

from bad_inits import ENDING, ENDLESS, init
from hosts import CLONE_NEWNET, HOST_A, TwoHosts, needs_hosts
from sctpd import STACK, TIMEOUT, Daemon
from wire import INIT_ACK, chunks_of, crc32c

RAW = {"raw": "true"}


def kernel_has_sctp():
    return any(line.startswith("SCTP") for line in pathlib.Path("/proc/net/protocols").read_text().splitlines())


def test_two_hosts_over_raw_ip():
    if kernel_has_sctp():
        pytest.skip("the kernel has SCTP")
    needs_hosts()
    hosts = TwoHosts("usrsctp", "usrsctp", config=RAW)
    try:
        a, b = hosts.client_a, hosts.client_b
        assert a.call("hello")["stacks"][0]["transport"] == "ip"
        server = b.call("open", addrs=["10.77.1.2", "10.77.2.2"], port=7000, listen=True)
        socket = a.call("open", addrs=["10.77.1.1", "10.77.2.1"])["socket"]
        up = a.call("connect", socket=socket, addrs=["10.77.1.2"], port=7000, timeout_ms=10000)
        for number in range(10):
            a.call("send", assoc=up["assoc"], text=str(number), stream=number)
        assert sorted(item["text"] for item in b.recv_messages(10, socket=server["socket"], encoding="text")) == list("0123456789")
        a.call("eof", assoc=up["assoc"], wait=True)
    finally:
        hosts.close()


@contextlib.contextmanager
def raw_socket(host, family):
    """SCTP by hand, from @host."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as here, open(f"/run/netns/{host}") as there:
        assert libc.setns(there.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            made = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_SCTP)
        finally:
            assert libc.setns(here.fileno(), CLONE_NEWNET) == 0
    with made:
        yield made


def packet_of(chunks, port=40000, peer_port=7000):
    packet = struct.pack(">HHII", port, peer_port, 0, 0) + chunks
    return packet[:8] + struct.pack("<I", crc32c(packet)) + packet[12:]


def hears_init_ack(sock, family):
    """Whether an INIT ACK comes for the port of packet_of(); a raw socket hears all that comes to its host."""
    deadline = time.monotonic() + TIMEOUT
    while (left := deadline - time.monotonic()) > 0 and select.select([sock], [], [], left)[0]:
        packet = sock.recv(65536)
        packet = packet[(packet[0] & 15) * 4:] if family == socket.AF_INET else packet
        if struct.unpack_from(">HH", packet) == (7000, 40000):
            return [kind for kind, _, _ in chunks_of(packet)] == [INIT_ACK]
    return False


@pytest.mark.parametrize("family, addr", [(socket.AF_INET, "10.77.1.2"), (socket.AF_INET6, "fd77:1::2")], ids=["IPv4", "IPv6"])
def test_no_bad_init_comes_to_the_library_over_raw_ip(family, addr):
    """Each is dropped and counted, a good one is answered, and the daemon goes on."""
    if kernel_has_sctp():
        pytest.skip("the kernel has SCTP")
    needs_hosts()
    bad = [*ENDLESS.values(), *ENDING.values()]
    with contextlib.closing(TwoHosts("usrsctp", "usrsctp", config=RAW)) as hosts, raw_socket(HOST_A, family) as sock:
        a, b = hosts.client_a, hosts.client_b
        server = b.call("open", port=7000, listen=True)
        for each in bad:
            sock.sendto(packet_of(each), (addr, 0))
        sock.sendto(packet_of(init()), (addr, 0))
        assert hears_init_ack(sock, family)
        dropped = b.call("stats", socket=server["socket"])["dropped"]
        assert sum(dropped.values()) == len(bad), dropped
        up = a.call("connect", addrs=[addr], port=7000, timeout_ms=10000)
        a.call("send", assoc=up["assoc"], text="still there")
        assert b.recv_message(socket=server["socket"], encoding="text")["text"] == "still there"


def test_refused_beside_the_kernels_sctp():
    if STACK != "kernel":
        pytest.skip("needs a kernel with SCTP")
    daemon = Daemon(stack="usrsctp", config=RAW)
    ended = subprocess.run(daemon.command(), capture_output=True, text=True, timeout=20)
    daemon.clean()
    assert ended.returncode == 1
    assert "the usrsctp stack does not run here" in ended.stderr and "kernel" in ended.stderr, ended.stderr


def test_refused_without_the_privilege():
    if kernel_has_sctp():
        pytest.skip("the kernel has SCTP")
    daemon = Daemon(stack="usrsctp", config=RAW, prefix=["setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw"])
    ended = subprocess.run(daemon.command(), capture_output=True, text=True, timeout=20)
    daemon.clean()
    assert ended.returncode == 1, ended.stderr
    assert "CAP_NET_RAW" in ended.stderr, ended.stderr
