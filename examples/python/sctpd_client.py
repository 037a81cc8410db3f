"""What the Python examples share: one connection to sctpd, with the standard library alone."""

import json
import os
import socket
import sys

SOCKET = os.environ.get("SCTPD_SOCKET", "/run/sctpd/control.sock")


class Sctpd:
    """A request a line, an answer a line; what the daemon pushes meanwhile waits in `pushed`."""

    def __init__(self, path=SOCKET):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        # Two files: one that reads and writes would throw away what it has read ahead at each write.
        self.reader, self.writer = connection.makefile("r", encoding="utf-8"), connection.makefile("w", encoding="utf-8")
        self.last_id = 0
        self.pushed = []

    def ask(self, method, **params):
        """The whole answer: it has a `result` or an `error`."""
        self.last_id += 1
        self.writer.write(json.dumps({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}) + "\n")
        self.writer.flush()
        while True:
            message = json.loads(self.reader.readline())
            if message.get("id") == self.last_id:
                return message
            self.pushed.append(message)

    def call(self, method, **params):
        """The result; an error ends the program."""
        answer = self.ask(method, **params)
        if "error" in answer:
            sys.exit(f"{method} failed: {answer['error']['message']}")
        return answer["result"]

    def next_pushed(self):
        return self.pushed.pop(0) if self.pushed else json.loads(self.reader.readline())
