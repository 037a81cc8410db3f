"""A daemon that knows the protocol and no SCTP: what the tests of sctpctl talk to where no sctpd runs."""
import json
import os
import socket
import threading

with open(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "proto", "sctpd.openrpc.json")) as f:
    DOCUMENT = json.load(f)
DESCRIBED = {m["name"]: m for m in DOCUMENT["methods"]}


def param(name, schema, required=False, summary=""):
    return {"name": name, "summary": summary, "required": required, "schema": schema}


def method(name, summary, *params):
    return {"name": name, "summary": summary, "paramStructure": "by-name", "params": list(params),
            "result": {"name": "result", "schema": {"type": "object"}}}


# As the daemon describes them, and one that no daemon has.
METHODS = [DESCRIBED[name] for name in ("hello", "ping", "rpc.discover", "list", "open", "connect", "send", "recv", "close",
                                        "subscribe", "getopts")]
METHODS.append(method("sleep", "Answer when another call comes"))


def resolved(schema):
    """@schema, or the one that it refers to."""
    return DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def described(schema, **given):
    """An object as @schema declares it: what must be there, with nothing in it, and @given, which must be declared."""
    empty = {"integer": 0, "number": 0, "string": "", "boolean": False, "array": [], "object": {}}
    schema = resolved(schema)
    assert set(given) <= set(schema["properties"]), set(given) - set(schema["properties"])
    needed = {name: resolved(schema["properties"][name]) for name in schema.get("required", [])}
    return {**{name: row["enum"][0] if "enum" in row else empty[row["type"]] for name, row in needed.items()}, **given}


def listed(kind, **given):
    """A row of `list`: kind is "sockets" or "assocs"."""
    return described(DESCRIBED["list"]["result"]["schema"]["properties"][kind]["items"], **given)


def complete(name, result):
    """@result with all that the description promises of it."""
    schema = DESCRIBED.get(name, {}).get("result", {}).get("schema", {})
    return described(schema, **result) if "properties" in schema and name != "rpc.discover" else result


SECRET = "5ec3e7"


class CallError(Exception):
    def __init__(self, code, name, message, **data):
        super().__init__(message)
        self.error = {"code": code, "message": message, "data": dict(data, name=name)}


class Session:
    """One client."""

    def __init__(self, daemon, conn):
        self.daemon, self.conn, self.waiting = daemon, conn, []
        self.sockets, self.assocs = [], []

    def write(self, message):
        self.conn.sendall(json.dumps(dict(message, jsonrpc="2.0")).encode() + b"\n")

    def notify(self, name, **params):
        self.write({"method": name, "params": params})

    def serve(self):
        with self.conn, self.conn.makefile("rb") as lines:
            for line in lines:
                request = json.loads(line)
                self.daemon.requests.append(request)
                if not self.answer(request):
                    return

    def answer(self, request):
        name, params = request["method"], request.get("params", {})
        if name == "sleep":
            self.waiting.append(request["id"])
            return True
        if name == "die":
            return False
        call = self.daemon.answers.get(name) or getattr(self, "do_" + name.replace(".", "_"), None)
        try:
            if not call:
                raise CallError(-32601, "method_not_found", "there is no such method")
            if params.get("check"):
                self.write({"id": request["id"], "result": {"checked": True}})
            else:
                self.write({"id": request["id"], "result": complete(name, call(**params))})
        except CallError as e:
            self.write({"id": request["id"], "error": e.error})
        if name == "subscribe":
            self.daemon.after_subscribe(self)
        while self.waiting:
            self.write({"id": self.waiting.pop(0), "result": {}})
        return name != "close_connection"

    def do_hello(self, client=""):
        stack = {"name": "usrsctp", "version": "usrsctp 0.9.5", "transport": "udp", "udp_port": 9899,
                 "capabilities": ["multihoming", "ipv6"]}
        return {"server": "sctpd", "version": "0.1.0", "protocol": 1, "boot": "b1", "stack": "usrsctp", "stacks": [stack], "resume": SECRET,
                "limits": {"line_bytes": 1048576}, "session": 1}

    def do_ping(self):
        return {}

    def do_rpc_discover(self):
        return {"openrpc": "1.3.2", "info": {"title": "mock", "version": "0"},
                "methods": METHODS + self.daemon.more_methods}

    def do_list(self, what=None):
        return {"sockets": self.daemon.sockets + self.sockets, "assocs": self.daemon.assocs + self.assocs,
                "clients": [], "subs": []}

    def do_open(self, addrs=("127.0.0.1",), port=4000, listen=False, options=None, name=""):
        if port == 1:
            raise CallError(204, "permission_denied", "port 1 is not for you", param="port", errno="EACCES")
        self.sockets.append(listed("sockets", socket=7, addrs=list(addrs), port=port, listening=listen))
        return {"socket": 7, "addrs": list(addrs), "port": port}

    def do_connect(self, addrs, port, socket=0, timeout_ms=0):
        return {"socket": socket, "assoc": 9, "state": "established", "outbound_streams": 10, "inbound_streams": 5}

    def do_send(self, assoc, text=""):
        self.notify("event", sub=1, socket=7, assoc=assoc, seq=1, event="echo\x1b[2J", ts=1700000000123, text=text)
        return {"message": 1}

    def do_recv(self, assoc, timeout_ms=0):
        raise CallError(303, "timeout", "nothing came", assoc=assoc)

    def do_getopts(self, socket=0, assoc=0, options=None):
        return {"options": {}}

    def do_close(self, socket, mode="graceful"):
        return {}

    def do_subscribe(self, events=None, socket=0, assoc=0):
        return {"sub": 1, "cursor": 17, "snapshot": {name: self.do_list()[name] for name in ("sockets", "assocs")}}


class Daemon:
    """Listens on @path until closed."""

    def __init__(self, path):
        self.path, self.requests, self.sockets, self.assocs, self.more_methods = path, [], [], [], []
        self.answers = {}  # methods -> what answers them instead
        self.after_subscribe = lambda session: None
        self.clients, self.threads = [], []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(16)
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self.serve, args=(conn,))
            self.clients.append(conn)
            self.threads.append(thread)
            thread.start()

    def serve(self, conn):
        try:
            Session(self, conn).serve()
        except OSError:
            pass  # the client left while it was written to

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)
        for conn in self.clients:
            try:
                conn.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is closed
        for thread in self.threads:
            thread.join(5)
        os.unlink(self.path)
