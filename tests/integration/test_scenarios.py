"""What programs do with SCTP, between two clients of one daemon and between two daemons, on either stack."""

import pathlib
import select
import socket
import time

import pytest

from sctpd import STACK, RpcError, b64, payload

HERE = "127.0.0.1"
FAST = {"rtoinfo": {"initial": 100, "min": 100, "max": 200}}


class Sides:
    """A client that listens and one that connects, and how the second reaches the first."""

    def __init__(self, server_daemon, client_daemon, options):
        self.server_daemon, self.client_daemon, self.options = server_daemon, client_daemon, options
        self.server, self.client = server_daemon.client(), client_daemon.client()

    def listen(self, **options):
        return self.server.call("open", addrs=[HERE], listen=True, **options)

    def connect(self, port, options=None, **members):
        return self.client.call("connect", addrs=[HERE], port=port, options={**self.options, **(options or {})},
                                **members)

    def associate(self, **options):
        """Both ends: (our association, our socket), (the peer's association, its socket)."""
        listening = self.listen()
        up = self.connect(listening["port"], options)
        peer = self.server.recv_event("assoc_change", socket=listening["socket"], state="comm_up")
        return (up["assoc"], up["socket"]), (peer["assoc"], listening["socket"])


@pytest.fixture
def apart(two_daemons):
    return Sides(two_daemons.server, two_daemons.client, two_daemons.to_server)


@pytest.fixture(params=["one daemon", "two daemons"])
def sides(request):
    if request.param == "one daemon":
        daemon = request.getfixturevalue("daemon")
        return Sides(daemon, daemon, {})
    return request.getfixturevalue("apart")


def send_all(client, messages):
    """Pipelined, no more of them waiting than a client may have."""
    for start in range(0, len(messages), 50):
        numbers = [client.send("send", message) for message in messages[start:start + 50]]
        for number in numbers:
            client.answer(number)


# --- messages ---


def test_a_thousand_messages_keep_their_order(sides):
    (assoc, _), (_, server_socket) = sides.associate(initmsg={"num_ostreams": 10})
    sent = [{"assoc": assoc, "text": str(number), "stream": number * 7 % 10, "ppid": 4294967295 - number}
            for number in range(1000)]
    send_all(sides.client, sent)
    got = sides.server.recv_messages(1000, socket=server_socket, encoding="text")
    assert len(got) == 1000
    for stream in range(10):
        ours = [message for message in sent if message["stream"] == stream]
        theirs = [item for item in got if item["stream"] == stream]
        assert [(item["text"], item["ppid"]) for item in theirs] == [(m["text"], m["ppid"]) for m in ours]
        assert [item["ssn"] for item in theirs] == list(range(len(ours)))
        assert not any(item["unordered"] for item in theirs)
    assert [item["seq"] for item in got] == list(range(got[0]["seq"], got[0]["seq"] + 1000))


def test_sizes(sides):
    (assoc, _), (_, server_socket) = sides.associate()
    limit = sides.client.call("status", assoc=assoc)["assoc"]["max_message"]
    for size in (1, 2, 3, 4, 5, 1199, 1452, 1453, 1500, 9000, 65535, 65536, limit):
        data = bytes((number * 31 + number // 256) % 256 for number in range(size))
        sides.client.call("send", assoc=assoc, data=b64(data), ppid=size)
        (item,) = sides.server.recv_messages(1, socket=server_socket)
        assert item["ppid"] == size and payload(item) == data
    error = sides.client.fails("message_too_long", "send", assoc=assoc, data=b64(bytes(limit + 1)))
    assert error.data["limit"] == limit and error.param == "data"
    sides.client.fails("bad_payload", "send", assoc=assoc, text="")


def test_big_messages_both_ways(sides):
    (assoc, our_socket), (peer, server_socket) = sides.associate()
    for number in range(3):
        there, back = bytes([number]) * 200000, bytes([255 - number]) * 200000
        sides.client.call("send", assoc=assoc, data=b64(there), stream=1)
        sides.server.call("send", assoc=peer, data=b64(back), stream=2)
        assert payload(sides.server.recv_messages(1, socket=server_socket)[0]) == there
        assert payload(sides.client.recv_messages(1, socket=our_socket)[0]) == back


def test_unordered(sides):
    (assoc, _), (_, server_socket) = sides.associate()
    send_all(sides.client, [{"assoc": assoc, "text": str(number), "unordered": True} for number in range(20)])
    got = sides.server.recv_messages(20, socket=server_socket, encoding="text")
    assert sorted(int(item["text"]) for item in got) == list(range(20))
    assert all(item["unordered"] for item in got)


def test_a_stream_too_high(sides):
    (assoc, _), _ = sides.associate(initmsg={"num_ostreams": 4})
    sides.client.call("send", assoc=assoc, text="x", stream=3)
    assert sides.client.fails("bad_stream", "send", assoc=assoc, text="x", stream=4).data["limit"] == 4


# --- how an association ends ---


def test_abort_tells_the_reason(sides):
    (assoc, our_socket), (peer, server_socket) = sides.associate()
    sides.client.call("abort", assoc=assoc, reason="maintenance at nine")
    lost = sides.server.recv_event("assoc_change", socket=server_socket, state="comm_lost")
    assert (lost["assoc"], lost["error"], lost["cause"]) == (peer, 12, "user_initiated_abort")
    assert (lost["info"][0]["code"], lost["info"][0]["reason"]) == (12, "maintenance at nine")
    ours = sides.client.recv_event("assoc_change", socket=our_socket, state="comm_lost")
    assert ours["assoc"] == assoc


def test_eof_is_seen_on_both_sides(sides):
    (assoc, our_socket), (peer, server_socket) = sides.associate()
    sides.client.call("send", assoc=assoc, text="last words")
    sides.client.call("eof", assoc=assoc, wait=True, timeout_ms=10000)
    seen = []
    while not seen or seen[-1].get("state") != "shutdown_comp":
        seen += sides.server.recv(socket=server_socket, encoding="text")
    # Beside these usrsctp confirms the peer's address, and the kernel says that there is no authentication.
    told = [item.get("text") or item["event"] for item in seen]
    told = [what for what in told if what not in ("peer_addr_change", "authentication")]
    assert told == ["last words", "shutdown", "assoc_change"]
    assert all(item["assoc"] == peer for item in seen)
    assert sides.client.recv_event("assoc_change", socket=our_socket, state="shutdown_comp")["assoc"] == assoc
    assert sides.client.fails("no_such_assoc", "send", assoc=assoc, text="too late")


def test_an_owner_that_leaves_shuts_down_gracefully(sides):
    (assoc, _), (_, server_socket) = sides.associate()
    send_all(sides.client, [{"assoc": assoc, "text": str(number)} for number in range(50)])
    sides.client.close()
    got = sides.server.recv_messages(50, socket=server_socket, encoding="text")
    assert [int(item["text"]) for item in got] == list(range(50))
    sides.server.recv_event("assoc_change", socket=server_socket, state="shutdown_comp")


@pytest.mark.parametrize("leaving", ["server", "client"])
def test_sigterm_shuts_down_gracefully(apart, leaving):
    ends = [apart.associate() for _ in range(3)]
    if leaving == "server":
        stopped, stays, sockets = apart.server_daemon, apart.client, [ours[1] for ours, _ in ends]
    else:
        stopped, stays, sockets = apart.client_daemon, apart.server, [theirs[1] for _, theirs in ends]
    stopped.terminate()
    for socket_id in sockets:
        end = stays.recv_event("assoc_change", socket=socket_id)
        while end["state"] == "comm_up":
            end = stays.recv_event("assoc_change", socket=socket_id)
        assert end["state"] == "shutdown_comp"
    stopped.stop()


# --- connections that do not come to be ---


def test_connection_refused(sides):
    listening = sides.listen()
    sides.server.call("close", socket=listening["socket"])
    begin = time.monotonic()
    with pytest.raises(RpcError) as caught:
        sides.connect(listening["port"], timeout_ms=15000)
    assert caught.value.name == "connection_refused"
    assert time.monotonic() - begin < 5, "refused, not given up"
    left = sides.client.call("list", what=["sockets", "assocs"])
    assert left == {"sockets": [], "assocs": []}, "nobody knows the socket that connect made"


@pytest.fixture
def silence():
    """A UDP socket that answers nothing. The kernel's stack encapsulates only when it has a UDP port of its own."""
    own = pathlib.Path("/proc/sys/net/sctp/udp_port")
    if STACK == "kernel":
        try:
            before = own.read_text(encoding="ascii")
            own.write_text("9899", encoding="ascii")
        except OSError as error:
            pytest.skip(f"cannot set {own}: {error}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((HERE, 0))
        yield silent
    if STACK == "kernel":
        own.write_text(before, encoding="ascii")


def packets(silent, seconds):
    """The type of the first chunk of each packet that comes in that time."""
    found, deadline = [], time.monotonic() + seconds
    while select.select([silent], [], [], max(deadline - time.monotonic(), 0))[0]:
        found.append(silent.recv(65536)[12])
    return found


def test_a_connect_that_times_out_is_over(silence, daemon):
    client = daemon.client()
    options = {"remote_udp_encaps_port": {"port": silence.getsockname()[1]}, **FAST}
    begin = time.monotonic()
    error = client.fails("timeout", "connect", addrs=[HERE], port=7, timeout_ms=1500, options=options)
    assert 1.4 < time.monotonic() - begin < 10 and error.data["errno"] == "ETIMEDOUT"
    assert packets(silence, 0.05).count(1) >= 2, "INIT was sent, and sent again"
    assert packets(silence, 1) == [], "nothing more: an attempt that went on would repeat its INIT every 200 ms"
    assert client.call("list", what=["sockets", "assocs"]) == {"sockets": [], "assocs": []}


def test_a_failed_connect_leaves_nothing_to_read(daemon):
    client = daemon.client()
    own = client.call("open", addrs=[HERE])
    unused = client.call("open", addrs=[HERE])
    client.fails("connection_refused", "connect", socket=own["socket"], addrs=[HERE], port=unused["port"])
    assert client.call("list")["assocs"] == []
    client.fails("timeout", "recv", socket=own["socket"], timeout_ms=0)


def test_port_in_use(daemon):
    client = daemon.client()
    first = client.call("open", addrs=[HERE], listen=True)
    error = client.fails("address_in_use", "open", addrs=[HERE], port=first["port"], listen=True)
    assert error.data["errno"] == "EADDRINUSE"
    client.call("close", socket=first["socket"])
    assert client.call("open", addrs=[HERE], port=first["port"], listen=True)["port"] == first["port"]


def test_address_of_another_host(daemon):
    client = daemon.client()
    error = client.fails("address_not_available", "open", addrs=[HERE, "192.0.2.77"])
    assert error.param == "addrs[1]" and error.data["errno"] == "EADDRNOTAVAIL"
    assert client.call("list", what=["sockets"])["sockets"] == []


# --- many ---


def test_a_hundred_associations(sides):
    listening = sides.listen()
    numbers = [sides.client.send("connect", addrs=[HERE], port=listening["port"], options=sides.options)
               for _ in range(100)]
    ups = [sides.client.answer(number) for number in numbers]
    assert len({up["assoc"] for up in ups}) == 100
    send_all(sides.client, [{"assoc": up["assoc"], "text": "ping", "ppid": n} for n, up in enumerate(ups)])
    pings = sides.server.recv_messages(100, socket=listening["socket"])
    assert sorted(item["ppid"] for item in pings) == list(range(100)) and len({item["assoc"] for item in pings}) == 100
    send_all(sides.server, [{"assoc": item["assoc"], "text": "pong", "ppid": item["ppid"]} for item in pings])
    for number, up in enumerate(ups):
        (pong,) = sides.client.recv_messages(1, socket=up["socket"])
        assert (pong["assoc"], pong["ppid"]) == (up["assoc"], number)
    assert sides.server.call("status", socket=listening["socket"])["socket"]["assocs"] == 100
    sides.server.call("close", socket=listening["socket"], timeout_ms=20000)
    for up in ups:
        assert sides.client.recv_event("assoc_change", socket=up["socket"], state="shutdown_comp")["assoc"] == up["assoc"]
