"""A connection as thin as it can be, for tests that make some hundred thousand calls. Of what comes in, a part is held against
rpc.discover, where the contract is given; the other tests hold all of it."""
import json
import select
import socket
import time

VALIDATED = 64  # one message of so many
PATIENCE = 0.1  # seconds, after which it is asked whether an answer comes


class Silence(Exception):
    """What was expected did not come."""


class Line:
    def __init__(self, path, contract=None, timeout=10):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.contract, self.timeout = contract, timeout
        self.rest, self.count = b"", 0
        self.methods = {}  # of calls that are not answered
        self.answers = {}  # by id: a result, or an error's name
        self.notes = []  # what came unasked, in order

    def close(self):
        self.sock.close()

    # --- out ---

    def start(self, *calls):
        """Writes (method, params) at once; their ids."""
        lines, ids = [], []
        for method, params in calls:
            self.count += 1
            self.methods[self.count] = method
            lines.append(json.dumps({"jsonrpc": "2.0", "id": self.count, "method": method, "params": params}) + "\n")
            ids.append(self.count)
        self.sock.sendall("".join(lines).encode())
        return ids

    def call(self, method, **params):
        return self.answer(self.start((method, params))[0])

    # --- in ---

    def answer(self, ident):
        self.wait(lambda: ident in self.answers)
        return self.answers.pop(ident)

    def prompt(self, ident):
        """The answer to a call that is not to wait: it comes before that to a ping."""
        if not self.comes(lambda: ident in self.answers, PATIENCE):
            self.call("ping")
            if ident not in self.answers:
                raise Silence(f"{self.methods[ident]} is not answered")
        return self.answers.pop(ident)

    def wait(self, enough):
        if not self.comes(enough, self.timeout):
            raise Silence(f"not answered in time: {list(self.methods.values())}")

    def comes(self, enough, seconds):
        deadline = time.monotonic() + seconds
        while not enough():
            if not select.select([self.sock], [], [], max(0, deadline - time.monotonic()))[0]:
                return False
            self.take()
        return True

    def take(self):
        """What has come already."""
        try:
            more = self.sock.recv(1 << 20, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if not more:
            raise Silence("the daemon closed the connection")
        *lines, self.rest = (self.rest + more).split(b"\n")
        for each in lines:
            self._sort(json.loads(each))

    def _sort(self, message):
        if "method" in message:
            self.validate(message, None)
            self.heard(message["params"].get("event", "data"), message)
            self.notes.append((message["method"], message["params"]))
            return
        method = self.methods.pop(message["id"])
        self.validate(message, method)
        self.answers[message["id"]] = self.heard(method, message)

    def heard(self, _what, message):
        """A test of the driver has a line that hears wrong."""
        if "method" in message:
            return None
        return message["result"] if "result" in message else message["error"]["data"]["name"]

    seen = 0

    def validate(self, message, method):
        Line.seen += 1
        if not self.contract or Line.seen % VALIDATED:
            return
        if method is None:
            self.contract.check_notification(message)
        elif "error" in message:
            self.contract.check_error(message["error"])
        else:
            self.contract.check_result(method, message["result"], False)
