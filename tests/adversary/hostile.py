"""Connections of one user that do one thing as fast as they are let, in a process of their own."""
import contextlib
import json
import multiprocessing
import os
import selectors
import socket
import time

import users

CONNECTIONS = 200
NOBODY = users.NOBODY


def line(*calls):
    """One call, or a batch of several, as bytes: (method, id or None for none, params)."""
    made = [{"jsonrpc": "2.0", "method": method, **({} if ident is None else {"id": ident}), **({"params": params} if params else {})}
            for method, ident, params in calls]
    return json.dumps(made if len(made) > 1 else made[0]).encode() + b"\n"


def connect(path):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(str(path))  # waits where many do: with a timeout it would fail at once
    sock.settimeout(30)
    return sock


class Raw:
    """A connection that checks nothing, so that it is as fast as it can be; of @uid, or of who runs the tests."""

    def __init__(self, daemon, uid=None):
        users.needed()
        daemon.directory.chmod(0o755)
        with users.being(uid) if uid else contextlib.nullcontext():
            self.sock = connect(daemon.path)
        self.lines = self.sock.makefile("rb")

    def call_all(self, calls, may_fail=False):
        """Pipelines (method, params); their results in the order of the calls, None of one that failed where it may."""
        texts = [json.dumps({"jsonrpc": "2.0", "id": n, "method": m, "params": p}) for n, (m, p) in enumerate(calls)]
        answers = {}
        for first in range(0, len(texts), 256):
            some = texts[first:first + 256]
            self.sock.sendall("".join(f"{text}\n" for text in some).encode())
            while len(answers) < first + len(some):
                message = json.loads(self.lines.readline())
                if "id" in message:
                    answers[message["id"]] = message
        failed = [answers[n] for n in range(len(texts)) if "error" in answers[n]]
        assert may_fail or not failed, f"{len(failed)} calls failed, the first so: {failed[0]}"
        return [answers[n].get("result") for n in range(len(texts))]

    def call(self, method, **params):
        return self.call_all([(method, params)])[0]

    def close(self):
        self.lines.close()
        self.sock.close()


class Connection:
    """Sends @text again whenever @answers lines have come; reads all, or (answers 0) nothing. One that @leaves does it once."""

    def __init__(self, path, text, answers, leaves=False):
        self.leaves = leaves
        self.sock = connect(path)
        self.sock.setblocking(False)
        self.text, self.answers = text, answers
        self.left, self.missing = text, answers

    def wants(self):
        return (selectors.EVENT_READ if self.answers else 0) | (selectors.EVENT_WRITE if self.left else 0)

    def turn(self, events):
        """False: the daemon has closed it, or there is nothing more to do."""
        if events & selectors.EVENT_READ:
            try:
                data = self.sock.recv(1 << 20)
            except ConnectionResetError:
                data = b""
            if not data:
                return False
            self.missing -= data.count(b"\n")
            if self.missing <= 0 and not self.left:
                if self.leaves:
                    return False
                self.left, self.missing = self.text, self.answers
        if events & selectors.EVENT_WRITE and self.left:
            with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                self.left = self.left[self.sock.send(self.left):]
        return self.wants() != 0


def attack(path, uid, text, answers, leaves, n, ready, stop):
    os.nice(10)  # what is measured is the daemon, not who of us gets the processor
    os.setgid(uid)
    os.setuid(uid)
    with selectors.DefaultSelector() as selector:
        def enter():
            c = Connection(path, text, answers, leaves)
            selector.register(c.sock, c.wants(), c)

        for _ in range(n):
            enter()
        ready.set()
        while not stop.is_set():
            for key, events in selector.select(0.1):
                c = key.data
                if c.turn(events):
                    if c.wants() != key.events:
                        selector.modify(c.sock, c.wants(), c)
                    continue
                selector.unregister(c.sock)
                if leaves:  # and another comes
                    c.sock.close()
                    enter()


@contextlib.contextmanager
def attacked(daemon, text, answers=1, leaves=False, n=CONNECTIONS, uid=NOBODY):
    """Meanwhile @n connections of @uid do it."""
    users.needed()
    daemon.directory.chmod(0o755)
    context = multiprocessing.get_context("fork")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=attack, args=(daemon.path, uid, text, answers, leaves, n, ready, stop), daemon=True)
    process.start()
    try:
        assert ready.wait(30)
        yield process
    finally:
        stop.set()
        process.join(10)
        if process.is_alive():
            process.kill()
            process.join()


class Pings:
    """A connection of another user that asks for nothing but an answer.

    Two figures of each ping: how long it took, and how long the daemon worked meanwhile. The second is what others'
    calls cost it, and does not depend on who else uses the machine."""

    def __init__(self, daemon):
        self.sock = connect(daemon.path)
        self.ping = line(("ping", 1, None))
        self.stat = open(f"/proc/{daemon.process.pid}/schedstat")

    def worked(self):
        """Milliseconds of processor that the daemon's loop has had."""
        self.stat.seek(0)
        return int(self.stat.read().split()[0]) / 1e6

    def once(self):
        before, start = self.worked(), time.monotonic()
        self.sock.sendall(self.ping)
        data = b""
        while not data.endswith(b"\n"):
            data += self.sock.recv(4096)
        return (time.monotonic() - start) * 1000, self.worked() - before

    def measure(self, seconds):
        """(p50, p99, longest) in ms: of what a ping took, and of what the daemon worked meanwhile."""
        end, took = time.monotonic() + seconds, []
        os.setpriority(os.PRIO_PROCESS, 0, -20)  # it is not this process that has to wait
        try:
            while time.monotonic() < end or len(took) < 100:
                took.append(self.once())
                time.sleep(0.002)
        finally:
            os.setpriority(os.PRIO_PROCESS, 0, 0)
        return [(each[len(each) // 2], each[len(each) * 99 // 100], each[-1]) for each in map(sorted, zip(*took))]
