"""A program somebody else wrote, run as an SCTP peer: its output watched line by line, its end bounded."""

import os
import re
import select
import shutil
import socket
import struct
import subprocess
import time

import pytest

TIMEOUT = 20  # seconds


def needs(program, package):
    """Skips the test where @program is not installed."""
    if not shutil.which(program):
        pytest.skip(f"needs {program} (package {package})")


class Peer:
    """Use it in a `with`: on the way out the program is killed if it has not ended, by its id."""

    def __init__(self, *command):
        # A pipe would keep their output in their buffers.
        self.process = subprocess.Popen(["stdbuf", "-oL", *map(str, command)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.output = ""
        self.seen = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def write(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def end_input(self):
        self.process.stdin.close()

    def _read(self, seconds):
        """False: the program has closed its output."""
        if not select.select([self.process.stdout], [], [], max(seconds, 0))[0]:
            return True
        chunk = self.process.stdout.read()
        self.output += (chunk or b"").decode(errors="replace")
        return chunk != b""

    def expect(self, pattern, timeout=TIMEOUT):
        """Waits for @pattern in the output behind what the last expect() matched."""
        deadline, going = time.monotonic() + timeout, True
        while True:
            found = re.compile(pattern, re.M).search(self.output, self.seen)
            if found:
                self.seen = found.end()
                return found
            if not going or time.monotonic() > deadline:
                raise AssertionError(f"no {pattern!r} in:\n{self.output}")
            going = self._read(deadline - time.monotonic())

    def wait(self, timeout=TIMEOUT):
        """Reads to the end of the output; the exit status."""
        deadline = time.monotonic() + timeout
        while self._read(deadline - time.monotonic()):
            if time.monotonic() > deadline:
                raise AssertionError(f"it does not end:\n{self.output}")
        return self.process.wait(TIMEOUT)


def await_listener(port):
    """The kernel's table of endpoints, the state LISTEN in its fourth column."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        with open("/proc/net/sctp/eps", encoding="ascii") as table:
            rows = [line.split() for line in table][1:]
        if any(row[3] == "10" and row[5] == str(port) for row in rows):
            return
        time.sleep(0.02)
    raise AssertionError(f"nobody listens on port {port}")


def free_port():
    """A port no SCTP socket has now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Wire:
    """The chunks that pass on this host, as they are in the packets (RFC 9260 3.3). Use it in a `with`."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_SCTP)
        self.socket.settimeout(TIMEOUT)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        return self

    def __exit__(self, kind, value, traceback):
        self.socket.close()

    def _chunks_to(self, port):
        """The chunks of the next packet to @port: (type, body)."""
        while True:
            packet = self.socket.recv(65536)
            sctp = packet[(packet[0] & 15) * 4:]
            if struct.unpack_from(">H", sctp, 2)[0] == port:
                return list(tlvs(sctp[12:], ">BxH"))

    def data(self, to_port, count):
        """The first @count DATA chunks to @to_port: (stream, the PPID's four bytes, payload)."""
        found = []
        while len(found) < count:
            found += [(struct.unpack_from(">H", body, 4)[0], body[8:12], body[12:])
                      for kind, body in self._chunks_to(to_port) if kind == 0]
        return found

    def abort_causes(self, to_port):
        """The causes of the first ABORT chunk to @to_port: (code, what comes with it)."""
        while True:
            for kind, body in self._chunks_to(to_port):
                if kind == 6:
                    return list(tlvs(body, ">HH"))


def tlvs(rest, head):
    """Type, length, value, each padded to four bytes; @head is the format of type and length."""
    while len(rest) >= 4:
        kind, length = struct.unpack_from(head, rest)
        yield kind, rest[4:length]
        rest = rest[(max(length, 4) + 3) & ~3:]
