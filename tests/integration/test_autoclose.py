"""autoclose (RFC 6458 8.1.8): an association that carries nothing is shut down gracefully, however it came to be and
whatever its descriptor; one that carries messages is not. On the fake stack too."""

import time

import pytest

SECOND = {"autoclose": 1}


def addrs():
    return {"addrs": ["127.0.0.1"]}


class Ends:
    """Two clients of a daemon; `a` listens, `b` connects. The options of both ends are the test's."""

    def __init__(self, daemon):
        self.a, self.b = daemon.client(), daemon.client()

    def listen(self, **options):
        opened = self.a.call("open", {**addrs(), "listen": True, "options": options})
        self.listener, self.port = opened["socket"], opened["port"]
        return self

    def open(self, **options):
        return self.b.call("open", {**addrs(), "options": options})["socket"]

    def connect(self, options=None, **where):
        """The association's ids at `a` and `b`."""
        up = self.b.call("connect", {**addrs(), "port": self.port, "options": options or {}, **where})["assoc"]
        return self.a.recv_event("assoc_change", "comm_up", socket=self.listener)["assoc"], up


def accepted(ends):
    return ends.listen(**SECOND).connect(socket=ends.open())


def connected(ends):
    return ends.listen().connect(SECOND, socket=ends.open())


def of_a_socket_of_its_own(ends):
    return ends.listen().connect(SECOND)


def inherited_from_open(ends):
    return ends.listen().connect(socket=ends.open(**SECOND))


def inherited_from_setopts(ends):
    socket = ends.listen().open()
    ends.b.call("setopts", socket=socket, options=SECOND)
    return ends.connect(socket=socket)


def set_on_the_association(ends):
    at_a, at_b = ends.listen().connect(socket=ends.open())
    ends.b.call("setopts", assoc=at_b, options=SECOND)
    return at_a, at_b


def set_on_the_current(ends):
    socket = ends.listen().open()
    both = ends.connect(socket=socket)
    ends.b.call("setopts", socket=socket, options=SECOND, scope="current")
    assert ends.b.call("getopts", socket=socket, options=["autoclose"])["options"] == {"autoclose": {"value": 0}}
    return both


def gone(client, assoc):
    """Waits for the graceful end; there was no other one."""
    end, before = client.recv_until(lambda i: i.get("event") == "assoc_change", assoc=assoc)
    while end["state"] == "comm_up":
        end, before = client.recv_until(lambda i: i.get("event") == "assoc_change", assoc=assoc)
    assert end["state"] == "shutdown_comp", (end, before)


@pytest.mark.parametrize("kind", [accepted, connected, of_a_socket_of_its_own, inherited_from_open, inherited_from_setopts,
                                  set_on_the_association, set_on_the_current], ids=lambda f: f.__name__)
def test_idle(daemon, kind):
    ends = Ends(daemon)
    at_a, at_b = kind(ends)
    gone(ends.a, at_a)
    gone(ends.b, at_b)


def test_after_traffic(daemon):
    """It is idle from its last message on, and what was sent arrives."""
    ends = Ends(daemon)
    at_a, at_b = connected(ends)
    ends.b.call("send", assoc=at_b, text="last")
    assert ends.a.recv_message(assoc=at_a, encoding="text")["text"] == "last"
    gone(ends.a, at_a)
    gone(ends.b, at_b)


@pytest.mark.parametrize("closer", ["sender", "receiver"])
def test_traffic_keeps_it(daemon, closer):
    """While messages go one way, neither the sending nor the receiving end is idle; another association beside it is."""
    options = {"autoclose": 3}
    ends = Ends(daemon).listen(**(options if closer == "receiver" else {}))
    at_a, at_b = ends.connect(options if closer == "sender" else None)
    idle = ends.connect(options)
    states, deadline = {}, time.monotonic() + 30
    while idle[1] in states or not states:
        assert time.monotonic() < deadline
        ends.b.call("send", assoc=at_b, text="x")
        assert ends.a.recv_message(assoc=at_a, encoding="text")["text"] == "x"
        states = {a["assoc"]: a["state"] for a in ends.b.list()["assocs"] if a["state"] == "established"}
    assert states[at_b] == "established"


def test_off(daemon):
    """0 turns it off: on one association whose socket has it, and on one that had it."""
    ends = Ends(daemon).listen()
    socket = ends.open(**SECOND)
    others = [ends.connect({"autoclose": 0}, socket=socket)]
    assert ends.b.call("getopts", assoc=others[0][1], options=["autoclose"])["options"] == {"autoclose": {"value": 0}}
    others.append(ends.connect())
    calls = [("setopts", {"assoc": others[1][1], "options": {"autoclose": seconds}}) for seconds in (1, 0)]
    for ident in ends.b.send_all(calls):
        ends.b.answer(ident)
    gone(ends.b, ends.connect(SECOND)[1])
    for _, at_b in others:
        assert ends.b.call("status", assoc=at_b)["assoc"]["state"] == "established"
