"""Shared by the Python examples: a connection to sctpd with the standard library alone, and plain messages when something fails."""

import json
import os
import socket
import sys

# Exit statuses, the same as those of sctpctl.
FAILED, UNUSABLE = 1, 2


def fail(words, status=FAILED):
    """Ends the program with a sentence on standard error."""
    print(words, file=sys.stderr)
    sys.exit(status)


def paths():
    """The control sockets to try: $SCTPD_SOCKET; where it is not set, the system's daemon, then a daemon of this user."""
    if os.environ.get("SCTPD_SOCKET"):
        return [os.environ["SCTPD_SOCKET"]]
    own = os.environ.get("XDG_RUNTIME_DIR")
    return ["/run/sctpd/control.sock"] + ([f"{own}/sctpd/control.sock"] if own else [])


def connect():
    """The first of the paths that answers, and the connection to it. The program ends if none does."""
    tried = []
    for path in paths():
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
            return path, connection
        except OSError as e:
            tried.append(f"{path}: {e.strerror or e}")
            connection.close()
    return fail("cannot reach sctpd at " + ", ".join(tried) + "\nIs the daemon running? Set SCTPD_SOCKET to the path of its control socket.",
                UNUSABLE)


class Sctpd:
    """One request per line, one answer per line. Notifications that arrive before an answer wait in `pushed`."""

    def __init__(self):
        self.path, connection = connect()
        # Two files: a single one for both directions would discard its read buffer at each write.
        self.reader, self.writer = connection.makefile("rb"), connection.makefile("wb")
        self.last_id = 0
        self.pushed = []

    def gone(self):
        fail(f"lost the connection to sctpd at {self.path}: the daemon has ended, or closed it")

    def read(self):
        """The next answer or notification."""
        try:
            line = self.reader.readline()
        except OSError:
            line = b""
        if not line.endswith(b"\n"):
            self.gone()
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            fail(f"the program at {self.path} is not sctpd: it does not answer in JSON-RPC")
        return message

    def ask(self, method, **params):
        """The whole answer, with a `result` or an `error`."""
        self.last_id += 1
        try:
            self.writer.write(json.dumps({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}).encode() + b"\n")
            self.writer.flush()
        except OSError:
            self.gone()
        while True:
            message = self.read()
            if message.get("id") == self.last_id:
                return message
            if "method" not in message:  # an error without an id: the daemon refuses this connection
                fail(f"sctpd refused: {message.get('error', {}).get('message')}")
            self.pushed.append(message)

    def call(self, method, **params):
        """The result; an error ends the program."""
        answer = self.ask(method, **params)
        if "error" in answer:
            fail(f"{method} failed: {answer['error']['message']}")
        return answer["result"]

    def try_call(self, method, **params):
        """The result, or None with a message: for a server, which goes on when one of its peers has left."""
        answer = self.ask(method, **params)
        if "error" in answer:
            print(f"{method} failed: {answer['error']['message']}", file=sys.stderr)
        return answer.get("result")

    def next_pushed(self):
        return self.pushed.pop(0) if self.pushed else self.read()


def seconds(word):
    """An argument of the command line: a time from one second to a day."""
    number = int(word)
    if not 1 <= number <= 86400:
        raise ValueError
    return number


def port(word):
    """An argument of the command line: a port, 0 for one that the daemon chooses."""
    number = int(word)
    if not 0 <= number <= 65535:
        raise ValueError
    return number


def arguments(doc, *kinds, needed=0):
    """The words of the command line, converted by @kinds (int, str …); None for those that are missing. @needed of them must be there.
    Wrong arguments end the program with the usage, taken from its description @doc."""
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
    """The number at the end of a request's text; None if there is none."""
    last = (item.get("text", "").split() or [""])[-1]
    return int(last) if last.isascii() and last.isdigit() else None


def shown(text):
    """@text with control characters and direction marks escaped: a peer wrote it, and must not drive the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def forget_output():
    """Nothing more is written when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(main):
    """Runs @main. Ctrl-C, and a reader of the output that leaves (`… | head`), end the program quietly."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character
    try:
        try:
            main()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        forget_output()
        sys.exit(141)
    except OSError as e:
        forget_output()
        fail(f"cannot write the output: {e.strerror or e}")
