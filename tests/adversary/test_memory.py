"""What one user's clients make the daemon keep is in that user's account: the daemon grows by no more than twice what the
accounts say, and a mebibyte. Each row is one thing that a client can do, many times: every method with the heaviest
parameters it takes, in every way that a client can call it; every option; every event; and lines that are no calls."""
import contextlib
import json
import os
import random
import select
import struct

import calls
import pytest
import sctpd
import users
from described import described
from growth import CONFIG, LOG, MIB, Growth
from hostile import NOBODY, Raw, connect, line
from sctpd import STACK

SEED = int(os.environ.get("SCTPD_MEMORY_SEED", "0")) or random.randrange(1, 1 << 32)
DOCUMENT = json.loads((sctpd.ROOT / "proto" / "sctpd.openrpc.json").read_text())
METHODS = {each["name"]: each for each in DOCUMENT["methods"]}
CLIENTS = 10
MOST = 4 << 20  # bytes that a connection writes in a row


class Victim:
    """A daemon, and its hostile user with things of its own."""

    def __init__(self, **config):
        self.daemon = sctpd.Daemon(config={**CONFIG, **config}).start()
        self.socks = []
        self.owner = Raw(self.daemon, NOBODY)
        hello = self.owner.call("hello", ack="explicit")
        opened = self.owner.call("open", addrs=["127.0.0.1"], listen=True)
        encaps = {"options": {"remote_udp_encaps_port": {"port": self.daemon.udp_port}}} if STACK == "usrsctp" else {}
        made = [self.owner.call("connect", addrs=["127.0.0.1"], port=opened["port"], timeout_ms=5000, **encaps)["assoc"] for _ in range(3)]
        accepted = [each["assoc"] for each in self.owner.call("list", what=["assocs"])["assocs"] if each["socket"] == opened["socket"]]
        self.there = {"socket": opened["socket"], "port": opened["port"], "assoc": accepted[0], "sub": 1, "to": hello["session"],
                      "token": "x" * 128}
        self.made, self.accepted = made, accepted
        self.growth = Growth(self.daemon)

    def connect(self):
        with users.being(NOBODY):
            self.socks.append(connect(self.daemon.path))
        return self.socks[-1]

    def __enter__(self):
        return self

    def __exit__(self, kind, *exc):
        for sock in self.socks:
            sock.close()
        self.owner.close()
        self.growth.probe.close()
        self.daemon.__exit__(kind, *exc)


def write(sock, data, reads=False):
    """As much of it as the daemon takes, in a while; its answers are left, or read and dropped."""
    sock.setblocking(False)
    view = memoryview(data)
    while view:
        readable, writable, _ = select.select([sock] if reads else [], [sock], [], 0.15)
        if not readable and not writable:
            return
        try:
            if readable and not sock.recv(1 << 20):
                return
            if writable:
                view = view[sock.send(view):]
        except BlockingIOError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return


def drop_answers(socks):
    """Whether there were any."""
    dropped = 0
    for sock in socks:
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError, ConnectionResetError):
            while some := len(sock.recv(1 << 20)):
                dropped += some
    return dropped > 0


def repeated(text, most=MOST):
    return text * max(1, most // len(text))


# --- ways to call ---

def not_read(victim, method, params):
    for _ in range(CLIENTS):
        write(victim.connect(), repeated(line((method, "i" * 256, params))))


def in_batches(victim, method, params):
    one = len(line((method, "i" * 256, params)))
    for _ in range(CLIENTS):
        write(victim.connect(), repeated(line(*[(method, "i" * 256, params)] * min(64, max(2, 900_000 // one)))))


def without_id(victim, method, params):
    write(victim.owner.sock, repeated(line((method, None, params))), reads=True)


def waiting(victim, method, params):
    """All that comes is read, so what there is waits."""
    for _ in range(CLIENTS):
        write(victim.connect(), repeated(line((method, "i" * 256, params)), 1 << 20), reads=True)
    victim.growth.rest(lambda: drop_answers(victim.socks))


WAYS = [not_read, in_batches, without_id, waiting]


def methods():
    return [(name, way) for name in METHODS if name != "fake" for way in WAYS]


@pytest.mark.parametrize("method, way", methods(), ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_a_call_is_paid(method, way):
    with Victim() as victim:
        way(victim, method, calls.params_of(METHODS[method], victim.there))
        victim.growth.rest()
        victim.growth.check(f"{method}, {way.__name__}", free=LOG)


def test_small_batches_are_paid():
    """Each has its answers in a buffer of its own, of which the most is unused."""
    with Victim() as victim:
        for _ in range(CLIENTS):
            write(victim.connect(), repeated(line(("ping", 1, None), ("ping", 2, None))))
        victim.growth.rest()
        victim.growth.check("small batches, not read", free=LOG)


# --- options ---

def writable_options():
    """Those that a daemon on this stack has, by name, with a value of each."""
    return calls.options_of(DOCUMENT)


UNBOUNDED = {"add_streams", "reset_assoc", "reset_streams"}


@pytest.mark.parametrize("option", writable_options())
def test_an_option_is_paid(shared, option):
    """Set on a socket and on an association, with one number after the other where it has one."""
    if STACK == "fake" and option in UNBOUNDED:
        pytest.skip("the stack in memory does not bound what waits to be told")
    fields = writable_options()[option]
    keys = [name for name, each in described(DOCUMENT, "x-options")[option]["properties"].items() if each.get("x-role") == "key" and name in fields]
    growth = Growth(shared.daemon)
    for target in ({"socket": shared.there["socket"]}, {"assoc": shared.there["assoc"]}):
        shared.owner.call_all([("setopts", {**target, "options": {option: {**fields, **{key: n % 60000 for key in keys}}}}) for n in range(2000)], may_fail=True)
    growth.check(f"{option}, set 4,000 times")
    growth.probe.close()


@pytest.fixture(scope="module")
def shared():
    with Victim() as victim:
        yield victim


# --- events ---

# Those that a stack tells; the daemon's own are of what is done by the calls above.
EVENTS = ["assoc_change", "peer_addr_change", "remote_error", "send_failed", "shutdown", "adaptation_indication", "partial_delivery",
          "authentication", "sender_dry", "stream_reset", "assoc_reset", "stream_change", "notifications_stopped"]
CAUSES = "".join(struct.pack(">HH", 6, 8).decode() + "abcd" for _ in range(16))


@pytest.mark.fake
@pytest.mark.parametrize("event", EVENTS)
def test_an_event_is_paid(event):
    """It comes a hundred times to each of two associations that nobody reads, to a subscriber that does not read, and to one
    that does not read its data."""
    with Victim() as victim:
        for more in ({}, {"data": True}, {"events": [event]}):
            each = victim.connect()
            each.sendall(line(("subscribe", 1, more)))
        tail = {"remote_error": {"error": 6, "causes": CAUSES}, "stream_reset": {"streams": "ab" * 500}, "send_failed": {"data": "x" * 1000}}
        control = {"do": "event", "event": event, "fields": tail.get(event, {})}
        growth = Growth(victim.daemon)
        for assoc in victim.accepted + victim.made:
            victim.owner.call_all([("fake", {"assoc": assoc, "control": control})] * 700)
        growth.rest()
        growth.check(f"4,200 times {event}, not read", free=LOG)
        growth.probe.close()


# --- lines that are no calls ---

def mutated(dice):
    """A call in which a few bytes are others."""
    method = dice.choice(list(METHODS.values()))
    text = bytearray(line((method["name"], 1, calls.params_of(method, {"socket": 1, "assoc": 2, "port": 1, "sub": 1, "to": 1, "token": "x"}))))
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(text) - 1)
        text[at:at + dice.randint(0, 2)] = bytes(dice.choice(b'{}[]",:0\\x\xff') for _ in range(dice.randint(0, 3)))
    return bytes(text.replace(b"\n", b" ")) + b"\n"


LINES = {
    "half lines": b'{"jsonrpc":"2.0","method":"ping","id":"' + b"x" * 200000,
    "lines that are too long": b"x" * (1100 * 1024) + b"\n",
    "a batch that is too long": b"[" + b"{}," * 349000 + b"{}]\n",
    "as many values as fit": b'{"a":[' + b"1," * 69990 + b"1]}\n",
    "as many members as fit": b'{"a":{' + b",".join(b'"%x":1' % n for n in range(4090)) + b"}}\n",
    "as many objects as fit": b'{"a":[' + b"{}," * 4090 + b"1]}\n",
    "a key that is there twice": b'{"a":{' + b",".join(b'"%x":1' % n for n in range(4090)) + b',"0":2}}\n',
    "a string of a mebibyte": b'{"jsonrpc":"2.0","method":"ping","id":1,"params":{"x":"' + b"y" * 1000000 + b'"}}\n',
    "a method of a mebibyte": b'{"jsonrpc":"2.0","id":1,"method":"' + b"y" * 1000000 + b'"}\n',
    "an id of a mebibyte": b'{"jsonrpc":"2.0","method":"ping","id":"' + b"y" * 1000000 + b'"}\n',
    "a number of a mebibyte": b'{"jsonrpc":"2.0","method":"ping","id":' + b"1" * 1000000 + b"}\n",
    "depth": b"[" * 500000 + b"\n",
    "no JSON": b"\xff" * 1000 + b"\n",
    "blank lines": b"\r\n" * 1000,
    "no method": line(("nosuch", 1, None)),
}


@pytest.mark.parametrize("what", LINES)
@pytest.mark.parametrize("reads", [False, True], ids=["not read", "read"])
def test_a_line_is_paid(what, reads):
    with Victim() as victim:
        for _ in range(CLIENTS):
            write(victim.connect(), repeated(LINES[what], MOST if len(LINES[what]) > 100000 else MOST // 4), reads=reads)
        victim.growth.rest(lambda: reads and drop_answers(victim.socks))
        victim.growth.check(f"{what}, {'read' if reads else 'not read'}")


def test_broken_calls_are_paid():
    dice = random.Random(SEED)
    with Victim() as victim:
        for _ in range(CLIENTS):
            write(victim.connect(), b"".join(mutated(dice) for _ in range(300)), reads=True)
        victim.growth.rest(lambda: drop_answers(victim.socks))
        victim.growth.check(f"broken calls, seed {SEED}", free=LOG)


def test_connections_are_paid():
    with Victim() as victim:
        for _ in range(900):
            victim.connect()
        victim.growth.rest()
        victim.growth.check("900 connections that say nothing")
