"""Memory and system calls that fail: each allocation of a scenario of some thirty methods, and each system call, fails once
(and with all that follow for a while). Every call ends in an answer or an error, what was said to be sent arrives, numbers
have no hole without a `gap`, and the daemon goes on. That the accounts hold is checked by the daemon itself, all the time.

How many of all places are tried in a run follows SCTPD_FAILS (a share in percent, 100: every place)."""
import contextlib
import json
import os
import socket
import time

import pytest
import sctpd

pytestmark = pytest.mark.fake

SHARE = int(os.environ.get("SCTPD_FAILS", "25"))
# How many places lie between two that fail in one run of the scenario.
APART = 60


class Ended(Exception):
    """The connection ended."""


class Plain:
    """A client that validates nothing: the scenario runs some hundred times."""

    breaks = False  # the connection itself may

    def __init__(self, daemon, hello=None):
        self.daemon, self.number, self.notes, self.text, self.refused = daemon, 0, [], b"", False
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(sctpd.TIMEOUT)
        self.socket.connect(str(daemon.path))
        self.call("hello", **(hello or {"ack": "explicit"}))

    def line(self):
        while b"\n" not in self.text:
            try:
                chunk = self.socket.recv(1 << 18)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                assert self.number > 1 or self.refused or self.breaks, "turned away without a word"
                raise Ended
            self.text += chunk
        line, _, self.text = self.text.partition(b"\n")
        return json.loads(line)

    def call(self, method, **params):
        """The result, or an error as {"error": name}."""
        self.number += 1
        with contextlib.suppress(BrokenPipeError):  # why is still to be read
            self.socket.sendall(json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}).encode() + b"\n")
        while True:
            message = self.line()
            if "method" in message:
                self.notes.append(message["params"])
            elif message["id"] == self.number:
                if "result" in message:
                    return message["result"]
                assert message["error"]["message"]
                return {"error": message["error"]["data"]["name"], "data": message["error"]["data"]}
            elif message["id"] is None:  # turned away, or something is missing: the connection ends
                assert message["error"]["data"]["name"] == "limit_reached" and message["error"]["data"]["retry"], message
                self.refused = True
            else:
                raise AssertionError(f"an answer to nothing: {message}")

    def close(self):
        self.socket.close()


def connected(daemon):
    """A client that got in, however often it was turned away: it was told so then."""
    for _ in range(2000):
        try:
            return Plain(daemon)
        except Ended:
            assert daemon.process.poll() is None, daemon.log()
    raise AssertionError("nobody gets in")


def drain(client, assoc, expected=0):
    """Reads all there is, acknowledging it: the texts, and whether numbers have no hole."""
    texts, last = [], 0
    for _ in range(200):
        answer = client.call("recv", assoc=assoc, timeout_ms=5000 if len(texts) < expected else 0, max=256)
        if "error" in answer:
            if answer["error"] == "limit_reached":
                continue
            break
        for item in answer["items"]:
            assert item["seq"] == last + 1 or item.get("event") == "gap", (last, item)
            last = item["seq"]
            if item["type"] == "data":
                texts.append(sctpd.payload(item).decode())
        while client.call("ack", assoc=assoc, seq=last).get("error") == "limit_reached":
            pass
    return texts


def again(client, method, **params):
    """A call that may be refused for want of something, until it is not."""
    for _ in range(1000):
        answer = client.call(method, **params)
        if answer.get("error") not in ("limit_reached", "system_error", "internal_error"):
            return answer
    raise AssertionError(f"{method} keeps failing: {answer}")


def scenario(daemon):
    """Some thirty methods. What fails is left out; what was said to be done is held against what arrived."""
    a, b = connected(daemon), connected(daemon)
    try:
        server = again(a, "open", addrs=["127.0.0.1"], listen=True)
        if "error" in server:
            return
        a.call("note", socket=server["socket"], text="x" * 100)
        b.call("subscribe", events=["assoc_closed", "assoc_change"])
        made = again(b, "connect", addrs=["127.0.0.1"], port=server["port"], timeout_ms=2000)
        assert "assoc" in made, made
        theirs = None
        for _ in range(100):
            listed = a.call("list", what=["assocs"])
            theirs = next((x["assoc"] for x in listed.get("assocs", []) if x["socket"] == server["socket"]), None)
            if theirs:
                break
        if not theirs:
            return  # it was refused
        sent = []
        for i in range(12):
            text = f"{i}:" + "y" * (3000 if i % 4 == 3 else 20)
            if "error" not in b.call("send", assoc=made["assoc"], text=text):
                sent.append(text)
        for client, assoc in ((a, theirs), (b, made["assoc"])):
            client.call("status", assoc=assoc)
            client.call("paths", assoc=assoc)
            client.call("addrs", assoc=assoc)
            client.call("stats", assoc=assoc)
            client.call("getopts", assoc=assoc)
            client.call("setopts", assoc=assoc, options={"nodelay": True, "rtoinfo": {"initial": 500}})
        a.call("list")
        a.call("error_string", code=1)
        b.call("no_such_method")
        b.call("send", assoc=made["assoc"], nonsense=1)
        a.call("stream_reset", assoc=theirs, outgoing=True)
        a.call("group", socket=server["socket"])
        token = a.call("handoff", assoc=theirs)
        a.call("withdraw", assoc=theirs)
        a.call("bindx", socket=server["socket"], add=["127.0.0.2"])
        del token
        texts = drain(a, theirs, len(sent))
        assert texts == sent, "what was sent arrives, in order"
        drain(b, made["assoc"])
        b.call("abort", assoc=made["assoc"])
        again(a, "close", socket=server["socket"])
    except Ended:
        pass  # told so in the log; what it owned is closed
    finally:
        a.close()
        b.close()


def alive(daemon):
    """It answers a new client, and nothing is left of the others."""
    deadline = time.monotonic() + sctpd.TIMEOUT
    while True:
        try:
            client = Plain(daemon)
            left = client.call("list")
            client.close()
            if "error" not in left and not left["sockets"] and not left["assocs"]:
                return
        except (Ended, KeyError):
            pass
        assert daemon.process.poll() is None, daemon.log()
        assert time.monotonic() < deadline, left


def told(daemon, **how):
    keeper = connected(daemon)
    try:
        return again(keeper, "fake_system", **how)
    except Ended:  # the first thing that failed
        return {}
    finally:
        keeper.close()


def off(daemon, **how):
    while True:
        try:
            return told(daemon, times=0, **how)
        except Ended:
            assert daemon.process.poll() is None, daemon.log()


def places(n):
    """Of the first @n places those this run tries."""
    step = max(1, 100 // SHARE)
    return range(os.getpid() % step, n, step)


def run(daemon, **how):
    told(daemon, **how)
    scenario(daemon)
    state = off(daemon, **({"call": how["call"], "error": how["error"]} if "call" in how else {}))
    alive(daemon)
    return state


def test_each_allocation_fails_once(daemon):
    """In each run every sixtieth fails, from another one on."""
    scenario(daemon)
    failed = sum(run(daemon, after=place, times=1, every=APART - 1)["failed"] for place in places(APART))
    assert failed > 20


def test_all_allocations_fail_for_a_while(daemon):
    """New calls are refused meanwhile; then all is as before."""
    all_of_them = run(daemon, times=0)["seen"]
    failed = 0
    for place in list(places(all_of_them))[::150]:
        failed += run(daemon, after=place, times=400)["failed"]
    assert failed > 400


def exchange(b, made, a, theirs, text):
    """One message: what send answered, the texts that came, and whether the association has ended or some were lost, which is told."""
    answer = b.call("send", assoc=made, text=text)
    texts, ended = [], False
    while "error" not in answer and not texts and not ended:
        got = a.call("recv", assoc=theirs, timeout_ms=5000)  # not read while memory is low
        if got.get("error") == "limit_reached":
            continue
        if "error" in got:
            ended |= got["error"] in ("no_such_assoc", "assoc_closed")
            break
        for item in got["items"]:
            if item["type"] == "data":
                texts.append(sctpd.payload(item).decode())
            ended |= item.get("event") == "gap" or item.get("state") == "comm_lost"
        again(a, "ack", assoc=theirs, seq=got["items"][-1]["seq"])
    return answer, texts, ended


@pytest.mark.parametrize("place", range(12))
def test_large_allocations_fail(daemon, place):
    """Those are not taken from the reserve: the call fails and nothing else, or the end is told."""
    a, b = Plain(daemon), Plain(daemon)
    server = a.call("open", addrs=["127.0.0.1"], listen=True)
    made = b.call("connect", addrs=["127.0.0.1"], port=server["port"], timeout_ms=2000)["assoc"]
    assert b.call("setopts", assoc=made, options={"sndbuf": 1 << 20}) == {}
    listed = a.call("list", what=["assocs"])["assocs"]
    theirs = next(x["assoc"] for x in listed if x["socket"] == server["socket"])
    text = "z" * 200000
    told(daemon, least=128 << 10, after=place, times=1)
    try:
        answer, texts, ended = exchange(b, made, a, theirs, text)
        assert answer.get("error", "limit_reached") == "limit_reached"
        assert "error" in answer or texts == [text] or ended
        off(daemon)
        if not ended:
            assert exchange(b, made, a, theirs, text)[1] == [text]
    except Ended:  # what could not be told would have been a hole
        off(daemon)
    a.close()
    b.close()
    alive(daemon)


def observed(observer, socket):
    """What it was told until the socket that was opened last; no number is left out without a `gap` for it."""
    cursor, gaps = None, 0
    for _ in range(1000):
        while observer.notes:
            note = observer.notes.pop(0)
            if note["event"] == "gap":
                assert cursor is None or note["from"] <= cursor + 1 <= note["to"] + 1, note
                gaps += 1
            else:
                assert cursor is None or note["cursor"] == cursor + 1, (cursor, note)
            cursor = note["cursor"]
            shown = note["snapshot"]["sockets"] if note["event"] == "gap" else [note]
            if any(each["socket"] == socket for each in shown):
                return gaps
        observer.call("ping")
    raise AssertionError(f"socket {socket} is not told")


def test_an_event_for_which_there_is_no_memory_is_a_gap_to_observers(daemon):
    """The record of a large event is no small allocation, nor is its text; whichever of those it takes fails, what follows comes in order."""
    gaps = 0
    for place in range(8):
        a, b, observer = Plain(daemon), Plain(daemon), Plain(daemon)
        server = a.call("open", addrs=["127.0.0.1"], listen=True)
        assert "assoc" in b.call("connect", addrs=["127.0.0.1"], port=server["port"], timeout_ms=2000)
        theirs = next(x["assoc"] for x in a.call("list", what=["assocs"])["assocs"] if x["socket"] == server["socket"])
        observer.call("subscribe")
        told(daemon, least=128 << 10, after=place, times=1)
        try:
            for _ in range(2):
                again(a, "fake", assoc=theirs, control={"do": "event", "event": "stream_reset", "fields": {"streams": "ab" * 140000}})
            off(daemon)
            gaps += observed(observer, again(a, "open", addrs=["127.0.0.1"])["socket"])
        except Ended:  # what could not be told would have been a hole
            off(daemon)
        for each in (a, b, observer):
            each.close()
        alive(daemon)
    assert gaps, "none of the allocations was that of the event"


CALLS = [("read", "EINTR"), ("read", "ENOMEM"), ("readv", "ENOMEM"), ("readv", "ECONNRESET"), ("writev", "ENOBUFS"), ("writev", "EAGAIN"),
         ("writev", "ECONNRESET"), ("accept4", "EMFILE"), ("accept4", "ENFILE"), ("accept4", "ENOBUFS"), ("accept4", "ECONNABORTED"), ("accept4", "EINTR"),
         ("accept4", "EPERM"),
         ("socket", "EMFILE"), ("epoll_ctl", "ENOMEM"), ("epoll_ctl", "ENOSPC"), ("epoll_wait", "EINTR"), ("getsockopt", "ENOBUFS"), ("setsockopt", "ENOMEM"),
         ("open", "EMFILE"), ("fcntl", "EMFILE"), ("poll", "ENOMEM"), ("poll", "EINTR"), ("getrandom", "EINTR"), ("send", "ENOBUFS"), ("write", "EIO")]


@pytest.mark.parametrize("call, error", CALLS)
def test_each_system_call_fails(daemon, call, error, monkeypatch):
    """One in seven, from another one on in each run; then three at a time."""
    monkeypatch.setattr(Plain, "breaks", call in ("read", "readv", "writev"))
    for place in places(7):
        run(daemon, call=call, error=error, after=place, times=1, every=6)
    run(daemon, call=call, error=error, after=2, times=3, every=20)


@pytest.mark.parametrize("daemon", [{"output_bytes_per_client": 8192}], indirect=True)
def test_who_cannot_be_read_any_more_is_told_and_disconnected(daemon):
    """It was not read while its answers were above their mark; now the kernel has no memory to wait for what it says."""
    client, other = Plain(daemon), Plain(daemon)
    other.call("fake_system", call="epoll_ctl", error="ENOMEM", times=1)
    line = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "hello", "params": {}}).encode() + b"\n"
    client.socket.sendall(line * 60)
    client.breaks, answers = True, []
    with pytest.raises(Ended):
        while True:
            answers.append(client.line())
    assert "result" in answers[0] and answers[-1]["id"] is None
    assert answers[-1]["error"]["data"]["name"] == "limit_reached"
    other.close()
