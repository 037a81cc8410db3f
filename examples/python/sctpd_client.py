"""What the Python examples share: one connection to sctpd, with the standard library alone, and an end in plain words."""

import json
import os
import socket
import sys

# Exit statuses, as those of sctpctl.
FAILED, UNUSABLE = 1, 2


def fail(words, status=FAILED):
    print(words, file=sys.stderr)
    sys.exit(status)


def paths():
    """Where a daemon may listen: what $SCTPD_SOCKET says, else that of the system and that of one's own."""
    if os.environ.get("SCTPD_SOCKET"):
        return [os.environ["SCTPD_SOCKET"]]
    own = os.environ.get("XDG_RUNTIME_DIR")
    return ["/run/sctpd/control.sock"] + ([f"{own}/sctpd/control.sock"] if own else [])


def connect():
    """A connection to the first of the paths that answers; without one the program ends."""
    tried = []
    for path in paths():
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
            return connection
        except OSError as e:
            tried.append(f"{path}: {e.strerror or e}")
            connection.close()
    fail("cannot reach sctpd at " + ", ".join(tried) + "\nIs it running? SCTPD_SOCKET says where it listens.", UNUSABLE)


class Sctpd:
    """A request a line, an answer a line; what the daemon pushes meanwhile waits in `pushed`."""

    def __init__(self):
        connection = connect()
        # Two files: one that reads and writes would throw away what it has read ahead at each write.
        self.reader, self.writer = connection.makefile("r", encoding="utf-8"), connection.makefile("w", encoding="utf-8")
        self.last_id = 0
        self.pushed = []

    def read(self):
        try:
            line = self.reader.readline()
        except OSError:
            line = ""
        return json.loads(line) if line else fail("the daemon closed the connection")

    def ask(self, method, **params):
        """The whole answer: it has a `result` or an `error`."""
        self.last_id += 1
        try:
            self.writer.write(json.dumps({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}) + "\n")
            self.writer.flush()
        except OSError:
            fail("the daemon closed the connection")
        while True:
            message = self.read()
            if message.get("id") == self.last_id:
                return message
            self.pushed.append(message)

    def call(self, method, **params):
        """The result; an error ends the program."""
        answer = self.ask(method, **params)
        if "error" in answer:
            fail(f"{method} failed: {answer['error']['message']}")
        return answer["result"]

    def next_pushed(self):
        return self.pushed.pop(0) if self.pushed else self.read()


def arguments(doc, *kinds, needed=0):
    """The command line by @kinds (int, str …), None for those that are not given; @needed of them must be. Otherwise the
    program ends with the usage that its description @doc has."""
    words = sys.argv[1:]
    if words and words[0] in ("-h", "--help"):
        print(doc)
        sys.exit(0)
    try:
        if not needed <= len(words) <= len(kinds):
            raise ValueError
        given = [kind(word) for kind, word in zip(kinds, words)]
    except ValueError:
        fail(doc[doc.index("Usage:"):].split("\n\n")[0].strip(), UNUSABLE)
    return given + [None] * (len(kinds) - len(given))


def number_in(item):
    """The number at the end of a request's text; None: it is no such request."""
    last = (item.get("text", "").split() or [""])[-1]
    return int(last) if last.isascii() and last.isdigit() else None


def shown(text):
    """@text with what would drive a terminal (control characters, marks of direction) escaped: a peer wrote it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def run(main):
    """Runs @main; ^C, and a reader of our output that leaves, end it without a word."""
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
