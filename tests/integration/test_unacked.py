"""How long the oldest message has waited for its acknowledgement: with a peer made by hand, which acknowledges what the
test says, and with real ones behind a relay that loses packets."""
import struct
import time

import pytest
import sctpd
from ends import Link, stacks
from relay import DATA, I_DATA
from sctpd import STACK
from wire import DATA as SENT
from wire import WirePeer, wires
from wired import Wired

PAUSE = 0.4  # between messages: ages that differ by less are the same to the tests
SLACK = 0.15
INTERLEAVING = {"fragment_interleave": {"value": 2}, "interleaving_supported": True}


@pytest.fixture(scope="module", autouse=True)
def _peers():
    with wires():
        yield


@pytest.fixture
def small_window(monkeypatch):
    monkeypatch.setattr(WirePeer, "window", 4000)


@pytest.fixture
def wired():
    with sctpd.Daemon() as daemon:
        wired = Wired(daemon, nodelay=True)
        yield wired
        wired.abort()  # else the daemon would wait for it


def ages(client, assoc):
    """In seconds, as status and list say it; None: nothing waits."""
    shown = (client.call("status", assoc=assoc)["assoc"],
             next(each for each in client.list()["assocs"] if each["assoc"] == assoc))
    return [each["send_unacked_ms"] / 1000 if "send_unacked_ms" in each else None for each in shown]


def await_age(client, assoc, since):
    """The oldest is the one that was sent at @since, as soon as the last acknowledgement was taken."""
    deadline = time.monotonic() + sctpd.TIMEOUT
    while True:
        seen = ages(client, assoc)
        expected = None if since is None else time.monotonic() - since
        if all(each is None if since is None else each is not None and abs(each - expected) < SLACK for each in seen):
            return
        assert time.monotonic() < deadline, (seen, expected)


class Silent:
    """Messages to a peer that is silent, each with the time it was sent."""

    def __init__(self, wired):
        self.wired, self.sent = wired, []

    def send(self, size=10):
        self.sent.append(time.monotonic())
        self.wired.client.call("send", assoc=self.wired.assoc, text="m" * size)

    def acknowledge(self, number):
        """That message of @sent and all before it, each of which is one chunk; it may come several times."""
        tsn = (self.wired.peer.peer_tsn + number) % 2**32
        while struct.unpack_from(">I", data := self.wired.peer.expect(SENT))[0] != tsn:
            pass
        self.wired.peer.acknowledge(data)

    def await_oldest(self, number):
        """That message of @sent; None: all were acknowledged."""
        await_age(self.wired.client, self.wired.assoc, None if number is None else self.sent[number])


@pytest.fixture
def silent(wired):
    return Silent(wired)


def test_it_is_absent_where_all_was_acknowledged(silent):
    silent.await_oldest(None)
    for number in range(3):
        silent.send()
        silent.await_oldest(number)
        silent.acknowledge(number)
        silent.await_oldest(None)


def test_it_is_that_of_the_first_until_that_is_acknowledged(silent):
    for _ in range(3):
        silent.send()
        time.sleep(PAUSE)
    for number in range(3):
        silent.await_oldest(number)
        silent.acknowledge(number)
    silent.await_oldest(None)


@pytest.mark.parametrize("size", [10, 1000, 5000], ids=["small", "one packet", "many packets"])
def test_messages_that_could_not_be_sent_yet_are_younger(small_window, silent, size):
    """More than the peer's window takes: most of them wait in the stack."""
    silent.send(size)
    time.sleep(PAUSE)
    for _ in range(50000 // max(size, 1000)):
        silent.send(size)
    silent.await_oldest(0)
    time.sleep(PAUSE)
    silent.await_oldest(0)


@pytest.mark.parametrize("size", [1, 1000])
def test_a_message_is_as_old_as_it_is_after_many_that_were_acknowledged(silent, size):
    """Each of another age: whoever took one of them for the oldest would be seen."""
    for number in range(40):
        silent.send(size)
        silent.acknowledge(number)  # nobody asks meanwhile: asking forgets what is over
    time.sleep(PAUSE)
    silent.send(size)
    silent.await_oldest(-1)
    time.sleep(PAUSE)
    silent.await_oldest(-1)


def test_a_peer_that_lags_behind(silent):
    """Each message is acknowledged when the next two have been sent: more messages than there are marks."""
    for number in range(40):
        silent.send()
        time.sleep(0.03)
        if number > 1:
            silent.acknowledge(number - 2)
    silent.await_oldest(-2)


@pytest.fixture(params=stacks(), ids=" to ".join)
def link(request):
    with Link(*request.param) as link:
        yield link


@pytest.mark.parametrize("kind", [DATA, I_DATA], ids=["DATA", "I-DATA"])
def test_a_path_that_loses_everything(link, kind):
    """Then it is mended: everything arrives, and nothing waits. Chunks of either kind weigh what they weigh."""
    if kind == I_DATA and STACK != "usrsctp":
        pytest.skip("the kernel counts chunks")
    near, far = link.ends(**INTERLEAVING if kind == I_DATA else {})
    for number in range(20):
        far.hears(near, "m", stream=number % 3)
        time.sleep(0.02)
    time.sleep(PAUSE)  # the last is acknowledged, and nobody has asked
    assert link.relay.passed(kind)
    link.relay.lose = lambda chunks: any(chunk.type == kind for chunk in chunks)
    since = time.monotonic()
    near.send("x")
    await_age(link.near_client, near.assoc, since)
    time.sleep(PAUSE)
    near.send("y")
    await_age(link.near_client, near.assoc, since)
    link.relay.lose = lambda chunks: False
    assert far.messages(2) == [b"x", b"y"]
    await_age(link.near_client, near.assoc, None)
