"""Two daemons, each on the stack it is told, with a relay between them, and the two ends of an association."""

import contextlib
import pathlib
import time

import pytest

from relay import HERE, Relay
from sctpd import STACK, Daemon, RpcError, b64, payload, until  # noqa: F401

KERNEL_UDP_PORT = 9899
MOST_UNREAD = 64  # messages of an association that a daemon keeps
# The kernel would take the loopback's 65536 bytes for its packets, and what is to be fragmented would not be.
PATH = {"pathmtu": 1500, "flags": ["pmtud_disable"]}
# A loss is then repaired in a moment, and what is due by a timer comes soon.
FAST = {"rtoinfo": {"initial": 100, "min": 100, "max": 300}, "peer_addr_params": PATH}




@contextlib.contextmanager
def sysctl(**values):
    """Settings of net.sctp for the time of a test. Skips it where they cannot be made."""
    before = {}
    try:
        for name, value in values.items():
            file = pathlib.Path("/proc/sys/net/sctp") / name
            try:
                before[file] = file.read_text(encoding="ascii")
                file.write_text(str(value), encoding="ascii")
            except OSError as error:
                pytest.skip(f"cannot set {file}: {error}")
        yield
    finally:
        for file, value in before.items():
            file.write_text(value, encoding="ascii")


class End:
    """One end of an association. What is read and not asked for yet is kept in order."""

    def __init__(self, client, socket, assoc):
        self.client, self.socket, self.assoc = client, socket, assoc
        self.stack = client.call("hello")["stack"]
        self.kept, self.told = [], []  # what is left, and all there was

    def set(self, **options):
        self.client.call("setopts", assoc=self.assoc, options=options)

    def refuses(self, name, **options):
        """The error of a setopts that is to fail."""
        return self.client.fails(name, "setopts", assoc=self.assoc, options=options)

    def get(self, name, **keys):
        result = self.client.call("getopts", assoc=self.assoc, options={name: keys})
        assert name in result["options"], result
        return result["options"][name]

    def send(self, text, **more):
        payload_of = {"text": text} if isinstance(text, str) else {"data": b64(text)}
        return self.client.call("send", assoc=self.assoc, **payload_of, **more)

    def status(self):
        return self.client.call("status", assoc=self.assoc)["assoc"]

    def take(self, wanted, what="item"):
        """The first item for which @wanted is true."""
        deadline = time.monotonic() + self.client.timeout
        while True:
            for place, item in enumerate(self.kept):
                if wanted(item):
                    return self.kept.pop(place)
            left = deadline - time.monotonic()
            assert left > 0, f"no {what} among {self.kept}"
            with contextlib.suppress(RpcError):  # timeout: said above, with what there is
                items = self.client.recv(max=64, timeout_ms=int(left * 1000) + 1, assoc=self.assoc)
                self.kept += items
                self.told += items

    def event(self, name, **members):
        return self.take(lambda item: item.get("event") == name and members.items() <= item.items(), f"{name} {members}")

    def message(self):
        """The payload of the next message."""
        return payload(self.take(lambda item: item["type"] == "data", "message"))

    def messages(self, count):
        return [self.message() for _ in range(count)]

    def hears(self, other, text="a word", **more):
        """@other speaks, and nothing came before."""
        other.send(text, **more)
        assert self.message() == text.encode()


class Link:
    """Two daemons: the far one listens, the near one connects, by way of the relay. Use it in a `with`."""

    def __init__(self, near_stack, far_stack):
        config = {"recv_queue_messages": MOST_UNREAD}
        self.near_daemon, self.far_daemon = (Daemon(stack=stack, config=config) for stack in (near_stack, far_stack))
        self.todo = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as todo:
            if "kernel" in (self.near_daemon.stack, self.far_daemon.stack):
                todo.enter_context(sysctl(udp_port=KERNEL_UDP_PORT))
            # It ends last: daemons that end shut their associations down.
            self.relay = todo.enter_context(Relay(self.far_daemon.udp_port or KERNEL_UDP_PORT))
            todo.enter_context(self.far_daemon)
            todo.enter_context(self.near_daemon)
            self.near_client, self.far_client = self.near_daemon.client(), self.far_daemon.client()
            self.todo = todo.pop_all()
        return self

    def __exit__(self, kind, value, traceback):
        self.todo.__exit__(kind, value, traceback)

    def listen(self, addrs=(HERE,), **options):
        listening = self.far_client.call("open", addrs=list(addrs), listen=True, options={**FAST, **options})
        self.port = listening["port"]
        return listening

    def connect(self, port, local_port=0, timeout_ms=10000, addrs=(HERE,), **options):
        options = {**FAST, "remote_udp_encaps_port": {"port": self.relay.port}, **options}
        socket = self.near_client.call("open", addrs=list(addrs), port=local_port, options=options)["socket"]
        up = self.near_client.call("connect", socket=socket, addrs=[HERE], port=port, timeout_ms=timeout_ms)
        return End(self.near_client, socket, up["assoc"])

    def accept(self, listening):
        """The far end, its comm_up read."""
        up = self.far_client.recv_event("assoc_change", socket=listening["socket"], state="comm_up")
        return End(self.far_client, listening["socket"], up["assoc"])

    def ends(self, near=None, far=None, addrs=(HERE,), **both):
        """An association with options of each end: (near, far). @addrs are those of both."""
        listening = self.listen(addrs=addrs, **{**both, **(far or {})})
        end = self.connect(listening["port"], addrs=addrs, **{**both, **(near or {})})
        return end, self.accept(listening)


    def kill_near(self):
        """The near daemon dies, and nothing of what its stack says then gets out; another takes its place."""
        self.relay.lose = lambda chunks: chunks[0].to_far
        self.near_daemon.kill()
        self.near_daemon.process = None
        self.near_daemon = self.todo.enter_context(Daemon(stack=self.near_daemon.stack, udp_port=self.near_daemon.udp_port))
        self.near_client = self.near_daemon.client()
        self.relay.lose = lambda chunks: False


def stacks():
    """Which stacks can be near and far here: pairs."""
    if STACK == "kernel":
        return [("kernel", "kernel"), ("kernel", "usrsctp"), ("usrsctp", "kernel")]
    return [(STACK, STACK)]
