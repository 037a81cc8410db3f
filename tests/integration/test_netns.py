"""Sockets in another network namespace than the daemon's: `open` with `netns`. Of the stacks only the kernel's has it."""

import os
import shutil
import subprocess

import pytest
from sctpd import STACK, Daemon, payload

HERE = "127.0.0.1"
NAME = f"sctpd-n{os.getpid()}"

kernel_only = pytest.mark.skipif(STACK != "kernel", reason="the other stacks know only the daemon's namespace")


@pytest.fixture
def netns():
    """A namespace with nothing but its loopback."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("needs root and iproute2 for network namespaces")
    subprocess.run(["ip", "netns", "add", NAME], check=True)
    try:
        subprocess.run(["ip", "-n", NAME, "link", "set", "lo", "up"], check=True)
        yield NAME
    finally:
        subprocess.run(["ip", "netns", "delete", NAME], check=True)


def namespace_of(daemon):
    return os.readlink(f"/proc/{daemon.process.pid}/ns/net")


@kernel_only
@pytest.mark.parametrize("path", ["", "/run/netns/"])
def test_an_association_inside(daemon, netns, path):
    """Both ends in the namespace: accepted, connected, peeled off. The daemon itself stays where it was."""
    client, before = daemon.client(), namespace_of(daemon)
    client.quiet()
    first = daemon.descriptors()
    server = client.call("open", addrs=[HERE], listen=True, netns=path + netns)
    other = client.call("open", addrs=[HERE], netns=path + netns)
    assert client.call("status", socket=server["socket"])["socket"]["netns"] == path + netns
    up = client.call("connect", socket=other["socket"], addrs=[HERE], port=server["port"])
    peer = client.recv_event("assoc_change", "comm_up", socket=server["socket"])["assoc"]
    new = client.call("peeloff", assoc=peer)["socket"]
    assert client.call("status", socket=new)["socket"]["netns"] == path + netns
    client.call("send", assoc=up["assoc"], text="inside")
    assert payload(client.recv_message(socket=new)) == b"inside"
    assert namespace_of(daemon) == before
    for ident in (new, server["socket"], other["socket"]):
        client.call("close", socket=ident)
    assert daemon.descriptors() == first


@kernel_only
def test_the_namespaces_are_apart(daemon, netns):
    """One port in both, and nobody in the other is reached."""
    client = daemon.client()
    inside = client.call("open", addrs=[HERE], listen=True, netns=netns)
    client.fails("connection_refused", "connect", addrs=[HERE], port=inside["port"], timeout_ms=15000)
    outside = client.call("open", addrs=[HERE], port=inside["port"], listen=True)
    assert "netns" not in client.call("status", socket=outside["socket"])["socket"]
    assert client.fails("address_in_use", "open", addrs=[HERE], port=inside["port"], netns=netns).param == "addrs[0]"
    client.call("connect", addrs=[HERE], port=inside["port"])
    assert client.recv_event("assoc_change", "comm_up", socket=outside["socket"])
    client.fails("timeout", "recv", socket=inside["socket"], timeout_ms=0)


@kernel_only
@pytest.mark.parametrize("name", ["no-such-one", "/run/no/such", "/etc/passwd", "/etc/passwd/x", "/dev/null", "/proc/self/ns/mnt", "..", "x" * 300])
def test_what_is_none(daemon, name):
    """Nothing is told of what is there instead, or why it cannot be seen: the daemon's eyes are not the client's."""
    client = daemon.client()
    client.quiet()
    first = daemon.descriptors()
    error = client.fails("no_such_netns", "open", addrs=[HERE], netns=name)
    assert error.param == "netns" and error.message == f"there is no network namespace {name[:64]}"
    assert client.call("list", what=["sockets"])["sockets"] == [] and daemon.descriptors() == first


@kernel_only
def test_without_the_privilege(netns):
    if not shutil.which("setpriv"):
        pytest.skip("needs setpriv")
    with Daemon(prefix=["setpriv", "--inh-caps=-sys_admin", "--bounding-set=-sys_admin"]) as daemon:
        client = daemon.client()
        error = client.fails("permission_denied", "open", addrs=[HERE], netns=netns)
        assert error.param == "netns" and error.data["errno"] == "EPERM"
        assert client.call("open", addrs=[HERE])["socket"]


@pytest.mark.skipif(STACK == "kernel", reason="the kernel's stack has them")
def test_stacks_that_have_none(daemon):
    client = daemon.client()
    error = client.fails("option_not_supported", "open", addrs=[HERE], netns="any")
    assert error.param == "netns" and STACK in error.message
    assert client.call("list", what=["sockets"])["sockets"] == []
