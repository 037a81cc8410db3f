"""A peer that does not answer for a while when it is told of a change of addresses (RFC 5061): associations may end of
it, the daemon goes on. Two daemons on two hosts with two paths: tests/lab/topology.sh."""

import contextlib
import signal
import subprocess
import time

import pytest
from hosts import HOST_A
from sctpd import STACK

pytestmark = pytest.mark.skipif(STACK != "usrsctp", reason="the stack of a process that can be frozen")

OFFER = {"auth_supported": True, "asconf_supported": True}
ADDRS_A = ["10.77.1.1", "10.77.2.1", "fd77:1::1"]
ADDRS_B = ["10.77.1.2", "10.77.2.2", "fd77:1::2"]
SPARE = "10.77.1.101"


class Trial:
    """One association with @count addresses at each end. It is told of a @change while the peer is frozen, and ends by
    @end afterwards."""

    def __init__(self, hosts, count, change, end, port):
        self.a, self.b, self.change, self.end = hosts.client_a, hosts.client_b, change, end
        self.addrs = ADDRS_A[:count]
        listening = self.b.call("open", addrs=ADDRS_B[:count], port=port, listen=True, options=OFFER)["socket"]
        self.socket = self.a.call("open", addrs=self.addrs, options=OFFER)["socket"]
        self.assoc = self.a.call("connect", socket=self.socket, addrs=ADDRS_B[:count], port=port)["assoc"]
        self.assoc_b = self.b.recv_event("assoc_change", "comm_up", socket=listening)["assoc"]

    def begin(self):
        if self.change == "primary":
            self.a.call("setopts", assoc=self.assoc, options={"set_peer_primary_addr": {"addr": self.addrs[-1]}})
        elif self.change == "add":
            self.a.call("bindx", assoc=self.assoc, add=[SPARE])
        else:
            self.a.call("bindx", assoc=self.assoc, remove=[self.addrs[-1]])

    def taken(self):
        """Waits until the peer has taken the change."""
        state, addr = {"primary": ("addr_made_prim", self.addrs[-1]), "add": ("addr_added", SPARE),
                       "remove": ("addr_removed", self.addrs[-1])}[self.change]
        seen, _ = self.b.recv_until(lambda i: i.get("event") == "assoc_change" or
                                    (i.get("event"), i.get("state"), i.get("addr")) == ("peer_addr_change", state, addr),
                                    assoc=self.assoc_b)
        assert seen["event"] == "peer_addr_change", (self.change, self.addrs, seen)

    def finish(self):
        if self.end == "eof":
            self.a.call("eof", assoc=self.assoc, wait=True, timeout_ms=5000)
        elif self.end == "close":
            self.a.call("close", socket=self.socket)
        elif self.end == "abort":
            self.b.call("abort", assoc=self.assoc_b)


TRIALS = [(count, change, end) for count in (1, 2, 3) for change in ("primary", "add", "remove")
          for end in ("eof", "close", "abort", "stop") if count > 1 or change != "remove"]


@pytest.fixture
def trials(two_hosts):
    subprocess.run(["ip", "-n", HOST_A, "address", "add", f"{SPARE}/24", "dev", "path1"], check=True)
    return [Trial(two_hosts, *each, 7000 + number) for number, each in enumerate(TRIALS)]


@contextlib.contextmanager
def frozen(daemon):
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        daemon.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("seconds", [1.6, 9])
def test_a_change_that_was_not_answered_for_a_while_is_made(two_hosts, trials, seconds):
    with frozen(two_hosts.b):
        for trial in trials:
            trial.begin()
        time.sleep(seconds)  # what is tested is that nothing is answered meanwhile
    for trial in trials:
        trial.taken()
    for trial in trials:
        trial.finish()
    two_hosts.client_a.call("ping")  # and the daemons end as they should: two_hosts.close()


def test_a_change_that_is_never_answered_ends_the_association(two_hosts):
    """And tells the peer why; nothing else would end it."""
    fast = {**OFFER, "rtoinfo": {"initial": 100, "min": 100, "max": 100}, "associnfo": {"asocmaxrxt": 10000},
            "peer_addr_params": {"pathmaxrxt": 10000}}
    listening = two_hosts.client_b.call("open", addrs=ADDRS_B[:1], port=7000, listen=True, options=OFFER)["socket"]
    a = two_hosts.client_a
    up = a.call("connect", socket=a.call("open", addrs=ADDRS_A[:1], options=fast)["socket"], addrs=ADDRS_B[:1], port=7000)
    with frozen(two_hosts.b):
        a.call("bindx", assoc=up["assoc"], add=[ADDRS_A[1]])
        a.recv_event("assoc_change", "comm_lost", assoc=up["assoc"])
    end = two_hosts.client_b.recv_event("assoc_change", "comm_lost", socket=listening)
    assert end["cause"] == "protocol_violation" and "ASCONF" in str(end["info"]), end
