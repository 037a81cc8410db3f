"""Whoever observes, and whoever does not read: others do not wait for it, and what it makes the daemon keep it pays for."""
import json
import struct
import time

import figures
import pytest
import sctpd
import users
from hostile import Raw
from pinging import pinging

pytestmark = pytest.mark.skipif(sctpd.STACK != "fake", reason="as many associations as it takes, at once")

OPEN = {"socket_mode": 0o666, "rules": ["allow all user:root"], "recv_queue_bytes": 32 * 1024 * 1024, "recv_queue_messages": 100000}
MIB = 1024 * 1024


def associations(owner, n):
    """Both ends of @n of them are @owner's. The accepted ones."""
    opened = owner.call("open", addrs=["127.0.0.1"], listen=True)
    owner.call_all([("connect", {"addrs": ["127.0.0.1"], "port": opened["port"]})] * n)
    assocs = owner.call("list", what=["assocs"])["assocs"]
    return [a["assoc"] for a in assocs if a["socket"] == opened["socket"]]


def measured(daemon, what, act):
    """Others' pings while @act, beside those while nothing happens."""
    with pinging(daemon) as idle:
        time.sleep(1)
    with pinging(daemon) as pings:
        act()
    figures.say(f"stall: {what}: {pings}; idle: {idle}")
    pings.check(idle)


@pytest.fixture
def daemon():
    with sctpd.Daemon(config=OPEN) as daemon:
        yield daemon


# --- time ---

def test_who_asks_for_sender_dry_delays_nobody(daemon):
    """However often it asks, of however many associations that are another's, and when it leaves."""
    owner = Raw(daemon)
    associations(owner, 400)

    def act():
        for _ in range(10):
            stranger = Raw(daemon, users.STRANGER)
            stranger.call_all([("subscribe", {"events": ["sender_dry"]})] * 1024)
            stranger.close()
            owner.call("ping")

    measured(daemon, "10 times 1,024 subscriptions that name sender_dry, 400 associations of another", act)


def test_who_may_see_and_asks_for_sender_dry_delays_nobody(daemon):
    """The same of one who is told of all of them: coming and going is looked at in pieces."""
    owner, other = Raw(daemon), Raw(daemon)
    associations(owner, 400)

    def act():
        for _ in range(50):
            sub = other.call("subscribe", socket=1, events=["sender_dry"])["sub"]
            other.call("unsubscribe", sub=sub)

    measured(daemon, "50 times sender_dry of 400 associations, asked for and no more", act)


def test_many_observers_delay_nobody(daemon):
    """Each event is held against each of 16,384; the log is handed out in pieces."""
    owner = Raw(daemon)
    (assoc, *_) = associations(owner, 1)
    observers = [Raw(daemon, users.STRANGER) for _ in range(16)]
    for each in observers:
        each.call_all([("subscribe", {})] * 1023)
    watcher = Raw(daemon)
    watcher.call("subscribe", events=["peer_addr_change"])

    def act():
        for _ in range(300):
            owner.call("fake", assoc=assoc, control={"do": "event", "event": "peer_addr_change"})
            assert json.loads(watcher.lines.readline())["method"] == "event"

    measured(daemon, "300 events beside 16,368 observers of another user", act)


def test_other_rules_delay_nobody(daemon):
    """Each observer is held against the rules when it is its turn."""
    owner = Raw(daemon)
    for _ in range(10):
        owner.call_all([("open", {"addrs": ["127.0.0.1"]})] * 100)
    observers = [Raw(daemon, users.STRANGER) for _ in range(4)]
    for each in observers:
        each.call_all([("subscribe", {"events": ["paused"]})] * 1024)

    def act():
        for n in range(10):
            daemon.write_config({**OPEN, "rules": [*OPEN["rules"], *(["allow connect any peer 192.0.2.0/24"] * (n % 2))]})
            owner.call("reload")

    measured(daemon, "10 reloads beside 4,096 observers and 1,000 sockets", act)


# --- memory ---

def grown(daemon, act):
    """Bytes of memory, and those that its users are charged with, that there are more after @act."""
    probe = Raw(daemon)

    def now():
        accounts = probe.call("list", what=["accounts"])["accounts"]
        return daemon.rss(), sum(a["bytes"] for a in accounts)

    before = now()
    act()
    after = now()
    probe.close()
    return after[0] - before[0], after[1] - before[1]


def check_paid(what, rss, charged):
    figures.say(f"memory: {what}: {rss / MIB:.1f} MiB more, {charged / MIB:.1f} MiB charged")
    assert rss <= 2 * charged + MIB, f"{what}: {rss} bytes more, {charged} charged"


@pytest.fixture
def release():
    """What the sanitizers keep for themselves is no figure."""
    if "dev" in str(sctpd.build_directory()):
        pytest.skip("a build without sanitizers says how much memory it takes")


def test_events_are_charged_what_they_take(daemon, release):
    """Of a peer that writes as many causes as fit into errors that nobody reads."""
    owner = Raw(daemon)
    assocs = associations(owner, 20)
    causes = "".join(struct.pack(">HH", 6, 8).decode() + "abcd" for _ in range(16))
    event = {"do": "event", "event": "remote_error", "fields": {"error": 6, "causes": causes}}
    watch = Raw(daemon)
    owner.call_all([("fake", {"assoc": a, "control": event}) for a in assocs for _ in range(4)])

    def act():
        owner.call_all([("fake", {"assoc": a, "control": event}) for a in assocs for _ in range(1000)])

    check_paid("20,000 errors with 16 causes each", *(g - log for g, log in zip(grown(daemon, act), (4 * MIB, 0))))
    watch.close()


def test_small_messages_are_charged_what_they_take(daemon, release):
    owner = Raw(daemon)
    opened = owner.call("open", addrs=["127.0.0.1"], listen=True)
    ours = [owner.call("connect", addrs=["127.0.0.1"], port=opened["port"])["assoc"] for _ in range(20)]

    def act():
        owner.call_all([("send", {"assoc": a, "text": "x"}) for a in ours for _ in range(1000)])

    check_paid("20,000 messages of a byte that nobody reads", *grown(daemon, act))


def test_sends_that_wait_are_charged_what_they_take(release):
    """The call as well as what it is to send."""
    with sctpd.Daemon(config={**OPEN, "recv_queue_bytes": 4096, "send_queue_messages": 2000}) as daemon:
        owner = Raw(daemon)
        assocs = associations(owner, 4)
        full = Raw(daemon)
        for assoc in assocs:
            for size in (50000, 1000, 10, 1):
                owner.sock.sendall(b"".join(b'{"jsonrpc":"2.0","method":"send","params":{"assoc":%d,"text":"%s","timeout_ms":0}}\n' %
                                            (assoc, b"x" * size) for _ in range(110)))
        owner.call("ping")

        def act():
            for assoc in assocs:
                owner.sock.sendall(b"".join(b'{"jsonrpc":"2.0","id":%d,"method":"send","params":{"assoc":%d,"text":"x"}}\n' % (n, assoc)
                                            for n in range(1000)))
            assert json.loads(ping_of(owner))["result"] == {}
            waiting = sum(a["send_waiting"] for a in full.call("list", what=["assocs"])["assocs"])
            assert waiting == 4000

        check_paid("4,000 sends of a byte that wait", *grown(daemon, act))


@pytest.fixture
def group(daemon):
    """256 members of one group, who read nothing."""
    owner = Raw(daemon)
    opened = owner.call("open", addrs=["127.0.0.1"], listen=True)
    owner.call("group", socket=opened["socket"], mode="override")
    members = [Raw(daemon) for _ in range(255)]
    for each in members:
        each.call("join", socket=opened["socket"])
    return members, opened["socket"]


def come_and_go(members, socket):
    some = b"".join(b'{"jsonrpc":"2.0","method":"%s","params":{"socket":%d}}\n' % (word, socket)
                    for _ in range(96) for word in (b"leave", b"join"))
    for each in members[:60]:
        each.sock.sendall(some)
    for each in members[:60]:
        ping_of(each)


def test_members_that_come_and_go_delay_nobody(daemon, group):
    measured(daemon, "60 of a group's 256 members come and go 96 times", lambda: come_and_go(*group))


def test_members_that_come_and_go_take_what_is_charged(daemon, release, group):
    """A member that does not read is told how the group is when it does, not each step."""
    come_and_go(*group)  # the log of events is full
    check_paid("60 of a group's 256 members come and go 96 times", *grown(daemon, lambda: come_and_go(*group)))


def ping_of(raw):
    """The answer to a ping among others' answers."""
    raw.sock.sendall(b'{"jsonrpc":"2.0","id":"ping","method":"ping"}\n')
    while b'"ping"' not in (line := raw.lines.readline()):
        pass
    return line
