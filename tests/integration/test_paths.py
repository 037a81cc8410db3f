"""Multi-homing: two addresses on each side, one path cut and mended while messages go on. Two daemons on two hosts
(namespaces) joined by two paths: tests/lab/topology.sh."""

import pytest

# A dead path is then found in about a second, not in minutes.
FAST = {
    "rtoinfo": {"initial": 200, "min": 100, "max": 400},
    "peer_addr_params": {"hbinterval": 300, "pathmaxrxt": 2, "flags": ["hb_enable"]},
}


def paths_of(client, assoc):
    return client.call("status", assoc=assoc)["assoc"]["paths"]


class Stream:
    """Numbered messages from one side, and what of them arrived at the other."""

    def __init__(self, sender, assoc, receiver):
        self.sender, self.assoc, self.receiver = sender, assoc, receiver
        self.sent = 0

    def send(self, count=1):
        for _ in range(count):
            self.sender.call("send", assoc=self.assoc, text=str(self.sent), stream=self.sent % 10)
            self.sent += 1

    def send_until(self, state):
        """One message after another until a path has that state."""
        for _ in range(3000):
            self.send()
            event = self.sender.poll_event("peer_addr_change", state=state, timeout=0.01)
            if event:
                return event
        raise AssertionError(f"no path became {state} while {self.sent} messages were sent")

    def received(self):
        self.receiver.wait_for(lambda: len(self.receiver.data) >= self.sent, timeout=20)
        return sorted(int(item["text"]) for item in self.receiver.data)


@pytest.fixture
def association(two_hosts):
    """Two daemons, an association with two paths between them, and both ends' clients."""
    a, b = two_hosts.client_a, two_hosts.client_b
    server = b.call("open", addrs=["10.77.1.2", "10.77.2.2"], port=7000, listen=True, options=FAST)
    b.call("subscribe", data=True, socket=server["socket"], encoding="text")
    a.call("subscribe", events=["peer_addr_change"])
    client = a.call("open", addrs=["10.77.1.1", "10.77.2.1"], options=FAST)
    up = a.call("connect", socket=client["socket"], addrs=["10.77.1.2", "10.77.2.2"], port=7000, timeout_ms=10000)
    return two_hosts, Stream(a, up["assoc"], b)


def test_both_paths_are_known(association):
    hosts, stream = association
    addrs = {path["addr"] for path in paths_of(hosts.client_a, stream.assoc)}
    assert addrs == {"10.77.1.2", "10.77.2.2"}
    assert sum(path["primary"] for path in paths_of(hosts.client_a, stream.assoc)) == 1


def test_delivery_goes_on_while_a_path_is_cut(association):
    hosts, stream = association
    stream.send(20)
    primary = next(path["addr"] for path in paths_of(hosts.client_a, stream.assoc) if path["primary"])
    number = primary.split(".")[2]

    hosts.topology("cut", number)
    lost = stream.send_until("addr_unreachable")
    assert lost["addr"] == primary
    stream.send(20)

    hosts.topology("mend", number)
    found = stream.send_until("addr_available")
    assert found["addr"] == primary
    stream.send(20)

    assert stream.received() == list(range(stream.sent)), "nothing lost, nothing twice"
    print(f"\n{stream.sent} messages, none lost; {primary} unreachable and available again")
