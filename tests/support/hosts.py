"""Daemons that talk to each other: two on this host, or one on each of two hosts with two paths between them
(tests/lab/topology.sh)."""

import contextlib
import ctypes
import os
import pathlib
import shutil
import subprocess
import time

import pytest
from sctpd import STACK, Daemon

TESTS = pathlib.Path(__file__).resolve().parent.parent
TOPOLOGY = TESTS / "lab" / "topology.sh"
# Of this process alone: another run beside it has its own.
HOST_A, HOST_B = f"sctpd-a{os.getpid()}", f"sctpd-b{os.getpid()}"


SETTINGS = pathlib.Path("/proc/sys/net/sctp")
CLONE_NEWNET = 0x40000000  # <linux/sched.h>


def network_of_its_own():
    """For one of several processes that test the kernel's stack beside each other: ports, packets and settings are a
    network's. The settings are as they were."""
    before = {file: file.read_bytes() for file in SETTINGS.iterdir()}
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network of its own")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for file, value in before.items():  # some are the kernel's, and not to be seen here
        if file.exists() and file.read_bytes() != value:
            file.write_bytes(value)


class TwoDaemons:
    """Two daemons on this host, and what their clients add to `open` or `connect` so that one finds the other."""

    def __init__(self, **options):
        self.server = Daemon(stack=STACK, **options)
        self.client = Daemon(stack=STACK, **options)
        self.to_server = self.options_to(self.server.udp_port)
        self.to_client = self.options_to(self.client.udp_port)

    @staticmethod
    def options_to(udp_port):
        return {"remote_udp_encaps_port": {"port": udp_port}} if STACK == "usrsctp" else {}

    def __enter__(self):
        self.server.start()
        try:
            self.client.start()
        except BaseException:
            self.server.stop()
            raise
        return self

    def __exit__(self, kind, value, traceback):
        try:
            self.client.__exit__(kind, value, traceback)
        finally:
            self.server.__exit__(kind, value, traceback)


class TwoHosts:
    """A daemon and a client on each of two hosts."""

    def __init__(self, stack_a, stack_b, config=None):
        self.daemons, self.config = [], config
        self.topology("up")
        try:
            self.a, self.b = self._start(HOST_A, stack_a), self._start(HOST_B, stack_b)
            self.client_a, self.client_b = self.a.client(), self.b.client()
        except BaseException:
            self.close()
            raise

    def _start(self, host, stack):
        if stack == "kernel" and self.encapsulated:
            self._encapsulate(host)
        daemon = Daemon(stack=stack, udp_port=9899, config=self.config,
                        prefix=["ip", "netns", "exec", host]).start()
        self.daemons.append(daemon)
        return daemon

    encapsulated = False

    @staticmethod
    def _encapsulate(host):
        """The kernel's end of RFC 6951. It says EADDRINUSE for a moment where a namespace has just ended; nothing tells
        when that is over."""
        for _ in range(100):
            done = subprocess.run(["ip", "netns", "exec", host, "sysctl", "-qw", "net.sctp.udp_port=9899",
                                   "net.sctp.encap_port=9899"], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return
            assert "in use" in done.stderr, done.stderr
            time.sleep(0.1)
        raise AssertionError(done.stderr)

    @staticmethod
    def topology(*words):
        names = {"TOPOLOGY_A": HOST_A, "TOPOLOGY_B": HOST_B}
        subprocess.run(["bash", str(TOPOLOGY), *words], check=True, env={**os.environ, **names})

    def close(self):
        with contextlib.ExitStack() as todo:
            todo.callback(self.topology, "down")
            for daemon in self.daemons:
                todo.callback(daemon.stop)


class TwoEncapsulatedHosts(TwoHosts):
    encapsulated = True


def needs_hosts():
    if STACK == "fake":
        pytest.skip("the fake stack has no network")
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("needs root and iproute2 for network namespaces")
