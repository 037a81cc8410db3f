"""usrsctp on raw IP sockets: between two hosts without SCTP in their kernel it works; where the kernel has SCTP it is
refused with the reason, because the kernel would answer the peers' packets with ABORT."""

import pathlib
import subprocess

import pytest

from hosts import TwoHosts, needs_hosts
from sctpd import STACK, Daemon

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
