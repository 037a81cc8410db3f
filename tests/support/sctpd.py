"""A daemon to test against, and a client that holds every answer against what rpc.discover promises.

Daemon starts any sctpd in a directory of its own and stops it; stopping checks the exit status and that no
sanitizer complained. Client speaks the protocol; whatever comes in goes through Client._take(), which validates
it against that daemon's own description, so no test can forget to.

Environment: SCTPD_STACK fake (default), usrsctp or kernel; SCTPD_BIN the program, or BUILD_DIR where it was built.
"""
import base64
import collections
import contextlib
import functools
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import described
import jsonschema

import shown

# A daemon does not outlive the tests, however these end.
WITH_PARENT = ["setpriv", "--pdeathsig", "KILL"]

ROOT = pathlib.Path(__file__).resolve().parents[2]
STACK = os.environ.get("SCTPD_STACK", "fake")
TIMEOUT = float(os.environ.get("SCTPD_TEST_TIMEOUT", "10"))
LINE_MAX = 1024 * 1024

# What a message looks like; events are described by rpc.discover.
DATA_SCHEMA = {
    "type": "object",
    "required": ["socket", "assoc", "seq", "stream", "ssn", "ppid", "tsn", "unordered"],
    "properties": {
        "type": {"const": "data"},
        "sub": {"type": "integer", "minimum": 1},
        "tag": {"type": ["string", "integer"]},
        "socket": {"type": "integer", "minimum": 1},
        "assoc": {"type": "integer", "minimum": 1},
        "seq": {"type": "integer", "minimum": 1},
        "stream": {"type": "integer", "minimum": 0, "maximum": 65535},
        "ssn": {"type": "integer", "minimum": 0, "maximum": 65535},
        "ppid": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
        "tsn": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
        "unordered": {"type": "boolean"},
        "from": {"type": "string"},
        "context": {"type": "integer", "minimum": 1, "maximum": 2**32 - 1},
        "redelivered": {"const": True},
        "copy": {"const": True},  # for a member of a group: it has a session then, and no sub
        "session": {"type": "integer", "minimum": 1},
        "cumtsn": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
        "data": {"type": "string", "contentEncoding": "base64"},
        "text": {"type": "string"},
    },
    "oneOf": [{"required": ["data"]}, {"required": ["text"]}],
    "additionalProperties": False,
}
EVENT_SCHEMA = {
    "type": "object",
    "required": ["event", "ts", "socket"],
    "properties": {"event": {"type": "string"}, "ts": {"type": "integer", "minimum": 1}},
}
CHECKED_SCHEMA = {"const": {"checked": True}}


def build_directory():
    """Where the programs are."""
    if "BUILD_DIR" in os.environ:
        return pathlib.Path(os.environ["BUILD_DIR"]).resolve()
    dev = ROOT / "build" / "dev"
    return dev if (dev / "sctpd-fake").exists() else ROOT / "build"


def program(stack=STACK):
    """The sctpd to test."""
    if "SCTPD_BIN" in os.environ:
        return os.environ["SCTPD_BIN"]
    return str(build_directory() / ("sctpd-fake" if stack == "fake" else "sctpd"))


def free_udp_port():
    """A port nobody uses now, for usrsctp's encapsulation."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def address_has_route(addr):
    """Whether this host has a way to that address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        return s.connect_ex((addr, 9)) == 0


class RpcError(Exception):
    """The daemon answered a call with an error."""

    def __init__(self, method, error):
        self.method = method
        self.code = error["code"]
        self.message = error["message"]
        self.data = error["data"]
        self.name = self.data["name"]
        self.param = self.data.get("param")
        super().__init__(f"{method}: {json.dumps(error)}")


class Broken(AssertionError):
    """The daemon said what its description does not allow."""


class Closed(Exception):
    """The daemon closed the connection."""


class Contract:
    """rpc.discover's document, ready to validate against."""

    def __init__(self, document):
        self.document = document
        validator = jsonschema.Draft202012Validator
        self.methods = {m["name"]: m for m in document["methods"]}
        self.results = {name: described.validator(document, self.of_result(m)) for name, m in self.methods.items()}
        self.errors = document["components"]["errors"]
        self.options = described.described(document, "x-options")
        self.events = {name: described.validator(document, schema)
                       for name, schema in described.described(document, "x-notifications").items()}
        self.message = described.validator(document, document["components"]["schemas"]["Message"])
        self.error = described.validator(document, document["components"]["schemas"]["Error"])
        self.data = validator(DATA_SCHEMA)
        self.event = validator(EVENT_SCHEMA)
        self.checked = validator(CHECKED_SCHEMA)

    @staticmethod
    def of_result(method):
        """Items are checked one by one, each by what it says it is."""
        schema = method["result"]["schema"]
        return {"required": ["items"]} if method["name"] == "recv" else schema

    @staticmethod
    def _validate(validator, value, what):
        for error in validator.iter_errors(value):
            raise Broken(f"{what}: {error.json_path}: {error.message}: {json.dumps(value)[:500]}")

    def check_result(self, method, result, checking):
        self._validate(self.checked if checking else self.results[method], result, f"result of {method}")
        if method == "recv" and not checking:
            if not 1 <= len(result["items"]) <= 256:
                raise Broken(f"recv answered {len(result['items'])} items")
            for item in result["items"]:
                self.check_item(item)

    def check_item(self, item):
        if item.get("type") == "data":
            self._validate(self.data, item, "item")
            self._validate(self.message, item, "item")
            self._check_base64(item)
        elif item.get("type") == "event":
            self.check_event(item)
            if not {"assoc", "seq"} <= item.keys():
                raise Broken(f"an owner's event without assoc or seq: {item}")
        else:
            raise Broken(f"an item of no known type: {item}")

    @staticmethod
    def _check_base64(item):
        if "data" in item and not base64.b64decode(item["data"], validate=True):
            raise Broken(f"an empty message: {item}")

    def check_event(self, event):
        if event.get("event") == "gap" and event.get("copy"):
            if not {"session", "ts", "socket", "missed"} <= event.keys() or ("assoc" in event) != ({"from", "to"} <= event.keys()):
                raise Broken(f"a gap of copies that lacks something: {event}")
        elif event.get("event") == "gap":  # stands for many, so it is of no socket
            if not {"sub", "cursor", "ts", "from", "to", "snapshot"} <= event.keys():
                raise Broken(f"a gap that lacks something: {event}")
        elif event.get("event") == "missed":  # of a session
            if not {"session", "ts", "count"} <= event.keys():
                raise Broken(f"a missed that lacks something: {event}")
        else:
            self._validate(self.event, event, "event")
        if event["event"] not in self.events:
            raise Broken(f"rpc.discover has no event {event['event']}")
        self._validate(self.events[event["event"]], event, f"event {event['event']}")

    def check_error(self, error):
        if not {"code", "message", "data"} == set(error):
            raise Broken(f"an error has code, message and data: {error}")
        self._validate(self.error, error, "error")
        if not error["data"].keys() <= self.document["components"]["schemas"]["ErrorData"]["properties"].keys():
            raise Broken(f"an error with data that is not declared: {error}")
        name = error["data"].get("name")
        if name not in self.errors:
            raise Broken(f"rpc.discover has no error {name}: {error}")
        if self.errors[name]["code"] != error["code"]:
            raise Broken(f"the code of {name} is {self.errors[name]['code']}: {error}")
        if not error["message"]:
            raise Broken(f"an error without a message: {error}")
        if "x-errno" in self.errors[name] and not re.fullmatch(r"E[A-Z0-9]+", error["data"].get("errno", "")):
            raise Broken(f"an error that a socket's call would have had, without errno: {error}")

    def check_notification(self, message):
        params = message["params"]
        if not {"sub", "session"} & params.keys():
            raise Broken(f"a notification to nobody: {message}")
        if message["method"] == "data":
            self._validate(self.data, params, "data")
            self._check_base64(params)
        elif message["method"] == "event":
            self.check_event(params)
        else:
            raise Broken(f"a notification of no known method: {message}")


@functools.lru_cache(maxsize=8)
def contract_of(text):
    return Contract(json.loads(text)["result"])


class Client:
    """One connection. Answers are matched by id, notifications kept in order in `notes`."""

    def __init__(self, path, timeout=TIMEOUT, rcvbuf=None, stack=STACK, ack="auto", **hello):
        self.timeout = timeout
        self.stack = stack
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self.sock.settimeout(timeout)
        self.sock.connect(str(path))
        self.buffer = bytearray()
        self.next_id = 1
        self.sent = {}  # id -> (method, params)
        self.answers = {}
        self.stray = collections.deque()  # answers with the id null, and batches
        self.notes = []
        self.seen = {}  # assoc -> the latest seq its owner read here
        self.contract = self._fetch_contract()
        # Acknowledging is the business of the tests that are about it: these pass ack="explicit", or None for no hello.
        self.hello = self.call("hello", ack=ack, **hello) if ack else None

    def _fetch_contract(self):
        self.sock.sendall(b'{"jsonrpc":"2.0","id":0,"method":"rpc.discover"}\n')
        contract = contract_of(bytes(self._line(time.monotonic() + self.timeout)))
        contract.check_result("rpc.discover", contract.document, False)
        shown.call(self.stack, "rpc.discover", {}, contract.document)
        return contract

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        self.sock.close()

    # Out.

    def _expect(self, request):
        if isinstance(request, dict) and isinstance(request.get("id"), (str, int)):
            params = request.get("params")
            self.sent[request["id"]] = (request.get("method"), params if isinstance(params, dict) else {})

    def raw(self, data):
        """Sends bytes as they are; learns the ids of what can be read as requests."""
        if isinstance(data, str):
            data = data.encode()
        for line in data.split(b"\n"):
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            for each in value if isinstance(value, list) else [value]:
                self._expect(each)
        self.write(data)

    def write(self, data):
        """Sends all of @data, taking in meanwhile what comes: a daemon with nowhere to write stops reading."""
        view = memoryview(data)
        deadline = time.monotonic() + self.timeout
        while view:
            readable, writable, _ = select.select([self.sock], [self.sock], [], max(0, deadline - time.monotonic()))
            if not readable and not writable:
                raise TimeoutError("the daemon does not read")
            if writable:
                try:
                    view = view[self.sock.send(view, socket.MSG_DONTWAIT):]
                except BlockingIOError:
                    pass
            if readable:
                self._fill()

    def message(self, method, params=None, **more):
        request = {"jsonrpc": "2.0", "id": self.next_id, "method": method}
        self.next_id += 1
        params = {**(params or {}), **more}
        if params:
            request["params"] = params
        self._expect(request)
        return request

    def send(self, method, params=None, **more):
        """Sends a call and returns its id; answer() has what comes of it."""
        request = self.message(method, params, **more)
        self.write(json.dumps(request).encode() + b"\n")
        return request["id"]

    def send_all(self, calls):
        """Pipelines (method, params) pairs in one write; their ids."""
        requests = [self.message(*call) for call in calls]
        self.write(b"".join(json.dumps(r).encode() + b"\n" for r in requests))
        return [r["id"] for r in requests]

    # In.

    def _fill(self):
        chunk = self.sock.recv(1 << 20)
        if not chunk:
            raise Closed()
        self.buffer += chunk

    def _line(self, deadline):
        start = 0
        while True:
            end = self.buffer.find(b"\n", start)
            if end >= 0:
                line = self.buffer[:end]
                del self.buffer[:end + 1]
                return line
            start = len(self.buffer)
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                raise TimeoutError("nothing came in time")
            self._fill()

    def _take_answer(self, message):
        """(id, answer) of one answer, after holding it against the contract."""
        if not {"jsonrpc", "id"} <= message.keys() or len(message) != 3:
            raise Broken(f"not an answer: {message}")
        ident = message["id"]
        if ident is not None and ident not in self.sent:
            raise Broken(f"an answer nobody waits for: {message}")
        method, params = self.sent.pop(ident, (None, {}))
        check = params.get("check") is True
        if "error" in message:
            self.contract.check_error(message["error"])
            shown.error(self.stack, message["error"])
        elif method is None:
            raise Broken(f"a result of no call: {message}")
        else:
            self.contract.check_result(method, message["result"], check)
            if not check:
                shown.call(self.stack, method, params, message["result"])
            if method == "recv" and not check:
                self._see(message["result"]["items"])
        return ident, (method, message)

    def _see(self, items):
        for item in items:
            if item["seq"] <= self.seen.get(item["assoc"], 0) and "redelivered" not in item:
                raise Broken(f"seq does not grow: {item}")
            self.seen[item["assoc"]] = item["seq"]

    def _take(self, line):
        """Every line the daemon sends comes through here."""
        message = json.loads(line.decode("utf-8"))
        if isinstance(message, list):
            if not message:
                raise Broken("an empty batch")
            self.stray.append([self._take_answer(m)[1][1] for m in message])
            return
        if message.get("jsonrpc") != "2.0":
            raise Broken(f"no JSON-RPC: {message}")
        if "method" in message:
            if set(message) != {"jsonrpc", "method", "params"}:
                raise Broken(f"not a notification: {message}")
            self.contract.check_notification(message)
            shown.item(self.stack, message["params"])
            if not {"cursor", "session"} & message["params"].keys():
                self._see([message["params"]])
            self.notes.append(message)
            return
        ident, answer = self._take_answer(message)
        if ident is None:
            self.stray.append(message)
        else:
            self.answers[ident] = answer

    def pump(self, timeout=None):
        """Takes one message in."""
        self._take(self._line(time.monotonic() + (self.timeout if timeout is None else timeout)))

    def wait_for(self, predicate, timeout=None):
        """Takes messages in until @predicate() is true; its value."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while not (value := predicate()):
            self._take(self._line(deadline))
        return value

    def answer(self, ident, timeout=None):
        """The result of a call; RpcError where it failed."""
        method, message = self.wait_for(lambda: self.answers.pop(ident, None), timeout)
        if "error" in message:
            raise RpcError(method, message["error"])
        return message["result"]

    def call(self, method, params=None, timeout=None, **more):
        return self.answer(self.send(method, params, **more), timeout)

    def error(self, method, params=None, **more):
        """The error of a call that is to fail."""
        try:
            result = self.call(method, params, **more)
        except RpcError as e:
            return e
        raise AssertionError(f"{method} {params or more} succeeded: {result}")

    def fails(self, name, method, params=None, **more):
        """The error of a call that is to fail with the name @name."""
        error = self.error(method, params, **more)
        assert error.name == name, error
        return error

    def stray_answer(self, timeout=None):
        """The next answer with a null id, or batch of answers."""
        self.wait_for(lambda: self.stray, timeout)
        return self.stray.popleft()

    def closed(self, timeout=None):
        """Waits until the daemon closes; what came before is taken in."""
        with contextlib.suppress(Closed, ConnectionResetError):
            while True:
                self.pump(timeout)
        return True

    def quiet(self):
        """Takes in what the daemon has to say already: what was sent before a ping's answer."""
        self.call("ping")

    # What tests do all the time.

    @property
    def data(self):
        """The messages a subscription pushed."""
        return [n["params"] for n in self.notes if n["method"] == "data"]

    def note(self, predicate, timeout=None):
        """Takes the first notification of which @predicate(params) is true out of the queue."""
        def find():
            for i, message in enumerate(self.notes):
                if predicate(message["params"]):
                    return self.notes.pop(i)
            return None
        return self.wait_for(find, timeout)["params"]

    def event(self, name, timeout=None, **fields):
        return self.note(lambda p: p.get("event") == name and fields.items() <= p.items(), timeout)

    def poll_event(self, name, timeout, **fields):
        """The same, or None after @timeout seconds."""
        try:
            return self.event(name, timeout, **fields)
        except TimeoutError:
            return None

    def recv(self, timeout_ms=None, **params):
        """One recv; its items."""
        params["timeout_ms"] = int(self.timeout * 1000) if timeout_ms is None else timeout_ms
        return self.call("recv", params, timeout=self.timeout + 5)["items"]

    def recv_until(self, predicate, **params):
        """Reads on until an item for which @predicate is true: (it, what came before)."""
        before = []
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            for item in self.recv(max=1, **params):
                if predicate(item):
                    return item, before
                before.append(item)
        raise TimeoutError(f"not among {before}")

    def recv_event(self, name, state=None, **params):
        return self.recv_until(lambda i: i.get("event") == name and state in (None, i.get("state")), **params)[0]

    def recv_message(self, **params):
        """The next message, past events."""
        return self.recv_until(lambda i: i["type"] == "data", **params)[0]

    def recv_messages(self, count, **params):
        """The next @count messages, past events."""
        messages = []
        while len(messages) < count:
            messages += [i for i in self.recv(max=min(count - len(messages), 256), **params) if i["type"] == "data"]
        return messages

    def list(self):
        """Sockets and associations as they are, without what counts reads and calls."""
        return self.call("list", what=["sockets", "assocs", "subs"])


class Daemon:
    """One sctpd in a directory of its own. Use it in a `with`, or start() and stop() it."""

    def __init__(self, stack=None, config=None, args=(), env=None, directory=None, udp_port=None, prefix=()):
        self.stack = stack or STACK
        self.own_directory = directory is None
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="sctpd-", dir=os.environ.get("XDG_RUNTIME_DIR", "/tmp")))
        self.path = self.directory / "run" / "control.sock"
        self.log_path = self.directory / f"log-{time.monotonic_ns()}"
        self.udp_port = udp_port or (free_udp_port() if self.stack == "usrsctp" else 0)
        # Holding is the business of the tests that are about it: for the others what a client leaves is closed.
        self.config = config if isinstance(config, str) else {"linger_ms": 0, **(config or {})}
        self.args, self.prefix = list(args), list(prefix)
        self.env = env or {}
        self.process = None
        self.clients = []

    def command(self):
        argv = WITH_PARENT + self.prefix + [program(self.stack), "--runtime-dir", str(self.directory / "run"), "--stack", self.stack]
        if self.udp_port:
            argv += ["--udp-port", str(self.udp_port)]
        if self.config:
            self.write_config()
            argv += ["--config", str(self.config_path)]
        return argv + self.args

    @property
    def config_path(self):
        return self.directory / "sctpd.conf"

    def write_config(self, config=None):
        """The file says @config now (a text, or settings by name with `rules`, a list of lines), else what it said before."""
        self.config = self.config if config is None else config
        text = self.config
        if not isinstance(text, str):
            lines = [f"{name} = {value:04o}" if name == "socket_mode" else f"{name} = {value}"
                     for name, value in text.items() if name != "rules"] + text.get("rules", [])
            text = "".join(f"{line}\n" for line in lines)
        new = self.config_path.with_suffix(".new")
        new.write_text(text)
        new.replace(self.config_path)  # the daemon may read it at any time

    def spawn(self, notify, stderr=None):
        env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1",
               "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1", **self.env}
        env.setdefault("LSAN_OPTIONS", f"suppressions={ROOT}/tests/support/lsan.supp:print_suppressions=0")
        env.pop("NOTIFY_SOCKET", None)
        if notify:
            env["NOTIFY_SOCKET"] = str(notify)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=stderr or log, env=env)

    def start(self, stderr=None):
        """Returns when the daemon says that it is ready. @stderr: a descriptor instead of the file that log() reads."""
        notify = self.directory / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(str(notify))
            notify.chmod(0o777)  # it may run as another user
            self.spawn(notify, stderr)
            pidfd = os.pidfd_open(self.process.pid)
            try:
                events = select.select([ready, pidfd], [], [], 20)[0]
            finally:
                os.close(pidfd)
                notify.unlink()
            said = ready.recv(4096) if ready in events else b""
        if b"READY=1" not in said:
            self.kill()
            raise AssertionError(f"{self.command()} did not start:\n{self.log()}")
        for name in self.settings():
            shown.setting(self.stack, name)
        return self

    def settings(self):
        """The names that its configuration sets."""
        text = self.config if isinstance(self.config, str) else "".join(f"{name} =\n" for name in self.config or {})
        return re.findall(r"^([a-z_]+) *=", text, re.MULTILINE)

    @property
    def socket_path(self):
        return str(self.path)

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def client(self, **how):
        client = Client(self.path, stack=self.stack, **how)
        self.clients.append(client)
        return client

    def rss(self):
        """Resident memory in bytes."""
        pages = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def terminate(self):
        """SIGTERM, without waiting; stop() does that."""
        self.process.send_signal(signal.SIGTERM)

    def stop(self, timeout=20):
        """Ends it by SIGTERM, and checks how it went."""
        try:
            # The signal first: a dev build then holds what it has charged to users against what there is.
            if self.process and self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
            for client in self.clients:
                client.close()
            if self.process:
                self.check_end(timeout)
        finally:
            self.kill()
            self.clean()

    def check_end(self, timeout=20, status=0):
        """Waits for its end: @status, and nothing in the log that a sanitizer wrote."""
        got = self.process.wait(timeout)
        log = self.log()
        assert "Sanitizer" not in log and "runtime error:" not in log, log
        assert "is not what is declared" not in log, log
        assert got == status, f"exit status {got}:\n{log}"
        return log

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def clean(self):
        if self.own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self if self.process else self.start()

    def __exit__(self, kind, *exc):
        if kind:
            for client in self.clients:
                client.close()
            self.kill()
            print(self.log())
            self.clean()
        else:
            self.stop()


def until(predicate):
    """Asks until it is true, for what no event tells; its value."""
    deadline = time.monotonic() + TIMEOUT
    while not (value := predicate()):
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.005)
    return value


def payload(item):
    """The bytes of a message."""
    return item["text"].encode() if "text" in item else base64.b64decode(item["data"])


def b64(data):
    return base64.b64encode(data).decode()


def encaps(daemon):
    """Options of a connect to that daemon: where usrsctp's packets for it go."""
    return {"remote_udp_encaps_port": {"port": daemon.udp_port}} if daemon.stack == "usrsctp" else {}


class Pair:
    """An association: `a` listens and accepted, `b` connected."""

    def __init__(self, daemon, other=None, open_a=None, open_b=None, connect=None, clients=None):
        self.a, self.b = clients or (daemon.client(), (other or daemon).client())
        opened = self.a.call("open", {"addrs": ["127.0.0.1"], "listen": True, **(open_a or {})})
        self.socket_a, self.port = opened["socket"], opened["port"]
        where = {"addrs": ["127.0.0.1"], "port": self.port, "timeout_ms": 5000, **(connect or {})}
        options = {**(encaps(daemon) if other else {}), **where.pop("options", {})}
        if options:
            where["options"] = options
        self.socket_b = self.b.call("open", {"addrs": ["127.0.0.1"], **(open_b or {})})["socket"]
        where["socket"] = self.socket_b
        self.connected = self.b.call("connect", where)
        self.assoc_b = self.connected["assoc"]
        self.up_b = self.b.recv_event("assoc_change", "comm_up", assoc=self.assoc_b)
        self.up_a = self.a.recv_event("assoc_change", "comm_up", socket=self.socket_a)
        self.assoc_a = self.up_a["assoc"]

    def settle(self):
        """Reads what events there are after the start (a path's addr_confirmed), where the stack has some."""
        if STACK == "fake":
            return self
        for client, assoc in ((self.a, self.assoc_a), (self.b, self.assoc_b)):
            with contextlib.suppress(RpcError):  # timeout
                while True:
                    client.recv(300, assoc=assoc)
        return self

    def say(self, text, **more):
        """b sends."""
        return self.b.call("send", {"assoc": self.assoc_b, "text": text, **more})

    def hear(self, **more):
        """a receives one message."""
        return self.a.recv_message(assoc=self.assoc_a, **more)
