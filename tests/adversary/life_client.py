"""Connections that behave badly: lines cut in the middle, batches, nobody who reads, processes that are stopped and killed."""
import contextlib
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import time

import line
import users

PATIENCE = 20  # seconds for an answer
WAITING = 1 << 20  # bytes the daemon does not read, after which a client gives up
RELAY = pathlib.Path(__file__).resolve().parent / "life_process.py"


class Broken(Exception):
    """The daemon has died."""


class Wrong(Broken):
    """It lives, and does not answer or contradicts itself."""


class Gone(Exception):
    """The connection has ended."""


class Wire(line.Line):
    """What is written waits here where the daemon does not read."""

    def __init__(self, sock):
        self.sock = sock
        self.contract, self.timeout = None, PATIENCE
        self.rest, self.count = b"", 0
        self.methods, self.answers, self.notes = {}, {}, []
        self.out, self.cut = b"", False  # cut: in the middle of a line, where it stays until the next one

    # --- out ---

    def request(self, method, params):
        self.count += 1
        self.methods[self.count] = method
        return {"jsonrpc": "2.0", "id": self.count, "method": method, "params": params}

    def start(self, *calls, together=False):
        """Writes (method, params), in one line or in several; their ids."""
        requests = [self.request(*call) for call in calls]
        lines = [requests] if together else requests
        self.put("".join(json.dumps(each) + "\n" for each in lines).encode())
        return [each["id"] for each in requests]

    def put(self, text):
        self.out += text
        self.cut = False
        self.push()

    def put_part(self, text, part):
        """Only so many bytes of it come before what is written next, unless others wait before it."""
        self.push()
        if self.out:
            self.put(text)
            return
        self.put(text[:part])
        self.cut = not self.out
        self.out += text[part:]

    def push(self):
        with contextlib.suppress(BlockingIOError):
            while self.out and not self.cut:
                self.out = self.out[self.sock.send(self.out, socket.MSG_DONTWAIT):]

    # --- in ---

    def comes(self, enough, seconds):
        deadline = time.monotonic() + seconds
        while not enough():
            writing = [self.sock] if self.out and not self.cut else []
            reading, writing, _ = select.select([self.sock], writing, [], max(0, deadline - time.monotonic()))
            if not reading and not writing:
                return False
            if writing:
                self.push()
            if reading:
                self.take()
        return True

    def _sort(self, message):
        """A batch's answers come together; the id null is of a line that was none."""
        for each in message if isinstance(message, list) else [message]:
            if "method" in each or each["id"] is not None:
                super()._sort(each)


class Client:
    """One connection of a user. What is not answered yet is taken in later."""

    def __init__(self, world, uid, process=False):
        self.world, self.uid, self.hello = world, uid, None
        self.process = None  # whose connection it is, where it is not ours
        self.deaf = False  # does not read
        self.mute = False  # has shut its side down
        self.gone = False
        with users.being(uid) if world.root else contextlib.nullcontext():
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(world.daemon.socket_path)
        self.line = world.wire(self.give_away(sock) if process else sock)

    def give_away(self, sock):
        """The connection is a process's of its own; our end of what is between it and us."""
        ours, theirs = socket.socketpair()
        with sock, theirs:
            self.process = subprocess.Popen([sys.executable, "-I", "-S", str(RELAY)], stdin=sock, stdout=theirs)
        return ours

    def close(self):
        self.gone = True
        self.line.close()
        if self.process:
            self.process.kill()
            self.process.wait()

    def pause(self, on):
        """Its process stops, or goes on; one that has none ceases to read."""
        self.deaf = on
        if self.process:
            self.process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    def shut_down(self):
        self.mute = True
        self.line.sock.shutdown(socket.SHUT_WR)

    # --- calls ---

    def send(self, *calls, together=False):
        """Does not wait. Its answers are read here, so that they do not keep the daemon from reading."""
        self.take()
        if self.gone:
            return
        with self.ending():
            self.line.start(*calls, together=together)
            if len(self.line.out) > WAITING:
                raise Gone

    def call(self, method, **params):
        """Its result, or its error's name."""
        if self.gone:
            return "closed"
        self.line.answers.clear()
        with self.ending():
            try:
                return self.line.call(method, **params)
            except line.Silence as e:
                if "answered" in str(e):
                    raise Wrong(f"{method} {params}: {e}") from e
                raise Gone from e
        return "closed"

    def take(self):
        if self.deaf or self.gone:
            return
        with self.ending():
            try:
                self.line.push()
                self.line.take()
            except line.Silence as e:
                raise Gone from e
        self.world.hear(self)
        self.line.notes.clear()

    @contextlib.contextmanager
    def ending(self):
        try:
            yield
        except (Gone, BrokenPipeError, ConnectionResetError):
            self.world.leave(self)

    def greet(self, **params):
        got = self.call("hello", **params)
        if isinstance(got, dict):
            self.hello = got
            self.world.remember(self)
        return got
