"""Broken packets by the thousand against associations that are up: the daemon lives, answers, and no association ends by a
packet without its verification tag.

SCTPD_PACKETS says how many, SCTPD_PACKETS_SEED which.
"""
import os
import random
import subprocess
import threading
import time

import figures
import pytest
from sctpd import STACK, Daemon, build_directory
from wire import KERNEL_UDP_PORT, wires

COUNT = int(os.environ.get("SCTPD_PACKETS", "1000000"))
SEED = int(os.environ.get("SCTPD_PACKETS_SEED", "0")) or random.randrange(1, 1 << 32)
SPARE = ["spare-linux"] if STACK == "kernel" and not os.environ.get("SCTPD_PACKETS_ALL") else []
SECONDS = 60 + COUNT // 2000
PING_S = 5  # above a sanitizer's and a busy machine's, below the watchdog's

pytestmark = [pytest.mark.skipif(STACK == "fake", reason="there are no packets on the stack in memory"),
              pytest.mark.timeout(SECONDS + 120)]


class Behind(threading.Thread):
    """Calls @step over and over on a client of its own, until the test is over; what fails there is told by fails()."""

    def __init__(self, step, client):
        super().__init__(daemon=True)
        self.step, self.client, self.over, self.failed, self.slowest, self.count = step, client, threading.Event(), None, 0, 0

    def run(self):
        try:
            while not self.over.is_set():
                began = time.monotonic()
                self.step(self.client)
                self.slowest, self.count = max(self.slowest, time.monotonic() - began), self.count + 1
                self.over.wait(0.01)
        except Exception as error:  # another thread's
            self.failed = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.over.set()
        self.join(60)


def take_all(client):
    """As a client under attack would."""
    client.call("ping", timeout=60)
    client.notes.clear()


def ping(client):
    client.call("ping", timeout=PING_S)


def attack(daemon, port):
    """What the peer of our own writing says; it fails where an association ended that must not."""
    peer = subprocess.run([build_directory() / "packets", str(daemon.udp_port or KERNEL_UDP_PORT), str(port), str(COUNT), str(SEED), *SPARE],
                          capture_output=True, text=True, timeout=SECONDS, check=False)
    assert peer.returncode == 0, f"seed {SEED}: {peer.stdout[-40000:]}{peer.stderr}\n{daemon.log()}"
    return peer.stdout.splitlines()[-1]


def test_no_packet_ends_the_daemon_or_anothers_association():
    """With a watchdog that would end it, if one of its threads stood still."""
    with wires(), Daemon(config={"watchdog_s": 10, "log_level": "error"}) as daemon:
        client = daemon.client()
        opened = client.call("open", addrs=["127.0.0.1"], listen=True)
        client.call("subscribe", socket=opened["socket"])
        began = time.monotonic()
        with Behind(take_all, client) as owner, Behind(ping, daemon.client()) as bystander:
            said = attack(daemon, opened["port"])
        for each in (owner, bystander):
            assert each.failed is None, f"seed {SEED}: {each.failed}\n{daemon.log()}"
            assert each.count > 0
        figures.say(f"packets on {STACK}: seed {SEED}, {said}; {time.monotonic() - began:.0f} s, "
                    f"slowest of {bystander.count} pings {bystander.slowest * 1000:.0f} ms")
        daemon.client().call("ping")
