"""A UDP relay between two SCTP stacks (RFC 6951): it remembers every chunk that passes, and loses, doubles or delays what
the test says."""

import collections
import contextlib
import heapq
import itertools
import os
import select
import socket
import struct
import threading
import time

from peer import TIMEOUT, tlvs

HERE = "127.0.0.1"
COMMON_HEADER = 12
DATA, INIT, INIT_ACK, ABORT, SHUTDOWN, COOKIE_ECHO, AUTH = 0, 1, 2, 6, 7, 10, 15
I_DATA, ASCONF, ASCONF_ACK, FORWARD_TSN, I_FORWARD_TSN, RE_CONFIG = 64, 193, 128, 192, 194, 130
FIRST, LAST = 2, 1  # flags of DATA and I_DATA

Chunk = collections.namedtuple("Chunk", "to_far type flags body")


def chunks_of(packet, to_far):
    """What an SCTP packet carries, RFC 9260 3.2."""
    return [Chunk(to_far, head >> 8, head & 255, body) for head, body in tlvs(packet[COMMON_HEADER:], ">HH")]


def stream_of(chunk):
    """Of DATA or I_DATA."""
    return struct.unpack_from(">H", chunk.body, 4)[0]


class Relay:
    """The near stack sends to `port`, the far one has UDP port @far_port. Use it in a `with`.

    `lose` is called with the chunks of each packet; where it is true the packet goes no further. `treat` is called with
    those of the others: the seconds after which the packet goes on, one for each copy."""

    def __init__(self, far_port):
        self.far_port, self.near = far_port, None
        self.from_near, self.from_far = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (self.from_near, self.from_far):
            each.bind((HERE, 0))
        self.port = self.from_near.getsockname()[1]
        self.lose = lambda chunks: False
        self.treat = lambda chunks: (0,)
        self.late, self.order = [], itertools.count()  # a heap of (when, order, socket, packet, address)
        self.packets = []  # lists of chunks, in the order they came
        self.news = threading.Condition()
        self.stop_read, self.stop_write = os.pipe()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, value, traceback):
        os.write(self.stop_write, b".")
        self.thread.join()
        os.close(self.stop_read)
        os.close(self.stop_write)
        self.from_near.close()
        self.from_far.close()

    def _run(self):
        while True:
            wait = max(self.late[0][0] - time.monotonic(), 0) if self.late else None
            ready = select.select([self.from_near, self.from_far, self.stop_read], [], [], wait)[0]
            if self.stop_read in ready:
                return
            self._send_late()
            for source in ready:
                try:
                    self._pass_on(source)
                except ConnectionRefusedError:  # nobody has that port now
                    pass

    def _pass_on(self, source):
        packet, address = source.recvfrom(65536)
        to_far = source is self.from_near
        if to_far:
            self.near = address
        chunks = chunks_of(packet, to_far)
        with self.news:
            self.packets.append(chunks)
            self.news.notify_all()
        if self.lose(chunks):
            return
        out, target = (self.from_far, (HERE, self.far_port)) if to_far else (self.from_near, self.near)
        for seconds in self.treat(chunks):
            if seconds:
                heapq.heappush(self.late, (time.monotonic() + seconds, next(self.order), out, packet, target))
            elif target:
                out.sendto(packet, target)

    def _send_late(self):
        while self.late and self.late[0][0] <= time.monotonic():
            _, _, out, packet, target = heapq.heappop(self.late)
            with contextlib.suppress(ConnectionRefusedError):
                out.sendto(packet, target)

    def passed(self, *types, to_far=None):
        """The chunks of these types that came so far; lost ones are among them."""
        with self.news:
            return [chunk for packet in self.packets for chunk in packet
                    if chunk.type in types and to_far in (None, chunk.to_far)]

    def await_chunk(self, *types, to_far=None, count=1):
        """Until there were @count chunks of these types: the last of them."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            found = self.passed(*types, to_far=to_far)
            if len(found) >= count:
                return found[count - 1]
            with self.news:
                left = deadline - time.monotonic()
                assert left > 0, f"{len(found)} chunks of {types}, {count} awaited"
                self.news.wait(min(left, 0.1))
