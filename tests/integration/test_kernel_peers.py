"""sctpd on the kernel's stack against peers nobody here wrote: lksctp-tools, Erlang's gen_sctp, ncat and socat."""

import re

import pytest

from erlang import Erlang
from peer import Peer, Wire, await_listener, free_port, needs
from sctpd import STACK, b64, payload

pytestmark = pytest.mark.skipif(STACK != "kernel", reason="these programs use the kernel's SCTP; SCTPD_STACK is not kernel")

HERE = "127.0.0.1"


@pytest.fixture
def client(daemon):
    return daemon.client()


def connect(client, port, **options):
    await_listener(port)
    return client.call("connect", addrs=[HERE], port=port, timeout_ms=10000, **options)


def listen(client, **options):
    return client.call("open", addrs=[HERE], listen=True, **options)


def accept(client, socket):
    return client.recv_event("assoc_change", socket=socket, state="comm_up")


def recv_until_end(client, socket):
    """Every message until the association's end, and that event."""
    messages = []
    while True:
        for item in client.recv(socket=socket):
            if item["type"] == "data":
                messages.append(item)
            elif item["event"] == "assoc_change" and item["state"] != "comm_up":
                return messages, item


# --- lksctp-tools ---


def test_sctp_darn_serves(client):
    needs("sctp_darn", "lksctp-tools")
    port = free_port()
    with Peer("sctp_darn", "-H", HERE, "-P", port, "-l") as peer:
        up = connect(client, port)
        for number, text in enumerate(["alpha", "beta", "gamma"]):
            client.call("send", assoc=up["assoc"], text=text, stream=number, ppid=46 + number)
        for number, text in enumerate(["alpha", "beta", "gamma"]):
            assert int(peer.expect(r"sinfo_stream (\d+)")[1]) == number
            # It prints the four bytes as a number of this host, so we turn them.
            shown = int(peer.expect(r"sinfo_ppid (\d+)")[1]) & 0xffffffff
            assert int.from_bytes(shown.to_bytes(4, "little"), "big") == 46 + number
            # It shows a NUL in place of the last byte.
            assert peer.expect(r"DATA\((\d+)\):  (\w+)").groups() == (str(len(text)), text[:-1])
        client.call("eof", assoc=up["assoc"], wait=True, timeout_ms=10000)
        peer.expect("NOTIFICATION: ASSOC_CHANGE - SHUTDOWN_COMP")
        end = client.recv_event("assoc_change", socket=up["socket"], state="shutdown_comp")
        assert end["assoc"] == up["assoc"]


def test_sctp_darn_sends(client):
    needs("sctp_darn", "lksctp-tools")
    server = listen(client)
    lines = [f"line {number}\n" for number in range(20)]
    with Peer("sctp_darn", "-H", HERE, "-P", free_port(), "-h", HERE, "-p", server["port"], "-s") as peer:
        peer.write("".join(lines))
        peer.end_input()
        messages, end = recv_until_end(client, server["socket"])
        peer.wait()
    assert [payload(item) for item in messages] == [line.encode() + b"\0" for line in lines]
    assert [item["ssn"] for item in messages] == list(range(20))
    assert {(item["stream"], item["ppid"]) for item in messages} == {(0, 0)}
    assert end["state"] == "shutdown_comp"


@pytest.mark.parametrize("command, state", [("shutdown", "shutdown_comp"), ("abort", "comm_lost")])
def test_sctp_darn_interactive(client, command, state):
    needs("sctp_darn", "lksctp-tools")
    server = listen(client)
    arguments = ["-H", HERE, "-P", free_port(), "-h", HERE, "-p", server["port"], "-s", "-I"]
    with Peer("sctp_darn", *arguments) as peer:
        for size in (1, 100, 5000):
            peer.write(f"snd={size}\n")
            (message,) = client.recv_messages(1, socket=server["socket"])
            assert len(payload(message)) == size
        client.call("send", assoc=message["assoc"], text="never read by it")
        peer.write(f"{command}\n")
        messages, end = recv_until_end(client, server["socket"])
    assert (messages, end["state"], end["assoc"]) == ([], state, message["assoc"])


def test_sctp_test_serves(client):
    needs("sctp_test", "lksctp-tools")
    port = free_port()
    with Peer("sctp_test", "-H", HERE, "-P", port, "-l") as peer:
        up = connect(client, port)
        for number in range(30):
            client.call("send", assoc=up["assoc"], text="x" * (number + 1), stream=number % 3)
        client.call("eof", assoc=up["assoc"], wait=True, timeout_ms=10000)
        peer.expect(r"SCTP_ASSOC_CHANGE\(SHUTDOWN_COMPLETE\)")
        sizes = re.findall(r"Data (\d+) bytes", peer.output)
        assert [int(size) for size in sizes] == list(range(1, 31))
        # It tells nothing about the first message but its size.
        places = [(int(stream), int(ssn)) for stream, ssn in re.findall(r"stream=(\d+) ssn=(\d+)", peer.output)]
        assert places == [(number % 3, number // 3) for number in range(1, 30)]


def test_sctp_test_sends(client):
    needs("sctp_test", "lksctp-tools")
    server = listen(client)
    arguments = ["-H", HERE, "-P", free_port(), "-h", HERE, "-p", server["port"], "-s", "-d", 0]
    with Peer("sctp_test", *arguments, "-c", 4, "-x", 2, "-o", 1, "-M", 3) as peer:
        messages, end = recv_until_end(client, server["socket"])
        assert peer.wait() == 0, peer.output
    sizes = [1, 1000, 2000, 3000, 5000, 10000, 15000, 20000, 25000, 32768]
    assert sorted(len(payload(item)) for item in messages) == sorted(2 * sizes)
    for stream in range(3):
        ssns = [item["ssn"] for item in messages if item["stream"] == stream]
        assert ssns == list(range(len(ssns))) and ssns
    assert end["state"] == "shutdown_comp"


def test_sctp_test_reads_echoes(client):
    needs("sctp_test", "lksctp-tools")
    server = listen(client)
    arguments = ["-H", HERE, "-P", free_port(), "-h", HERE, "-p", server["port"], "-s", "-D"]
    with Peer("sctp_test", *arguments, "-c", -100, "-x", 2, "-o", 1, "-M", 1) as peer:
        for _ in range(20):
            (message,) = client.recv_messages(1, socket=server["socket"])
            client.call("send", assoc=message["assoc"], data=message["data"], stream=message["stream"])
        _, end = recv_until_end(client, server["socket"])
        assert peer.wait() == 0, peer.output
    # An echo that comes after its close is answered by an ABORT.
    assert end["state"] in ("shutdown_comp", "comm_lost")
    assert client.call("list", what=["assocs"])["assocs"] == []


# --- Erlang's gen_sctp ---


def test_gen_sctp_serves(client):
    with Erlang("gen_sctp_echo", "--associations", 2, HERE, 0) as peer:
        port = peer.event(event="listening")["port"]
        up = connect(client, port, options={"initmsg": {"num_ostreams": 7}})
        assert up["outbound_streams"] == 7
        accepted = peer.event(event="assoc_change", state="comm_up")
        assert (accepted["inbound_streams"], accepted["outbound_streams"]) == (7, up["inbound_streams"])

        with Wire() as wire:
            for number in range(14):
                client.call("send", assoc=up["assoc"], text=f"message {number}", stream=number % 7, ppid=1000 + number,
                            unordered=number == 13)
            echoes = client.recv_messages(14, socket=up["socket"])
            there = wire.data(port, 14)
        assert [int.from_bytes(ppid, "big") for _, ppid, _ in there] == [1000 + number for number in range(14)]
        assert sorted((item["ppid"], payload(item)) for item in echoes) == \
            [(1000 + number, b"message %d" % number) for number in range(14)]
        assert all(item["stream"] == (item["ppid"] - 1000) % 7 for item in echoes)
        shown = [peer.event(event="data") for _ in range(14)]
        assert [(line["stream"], line["ppid"]) for line in shown if not line["unordered"]] == \
            [(number % 7, 1000 + number) for number in range(13)]
        assert [line["ppid"] for line in shown if line["unordered"]] == [1013]

        client.call("eof", assoc=up["assoc"], wait=True, timeout_ms=10000)
        peer.event(event="shutdown_event")
        peer.event(event="assoc_change", state="shutdown_comp", error=0)

        again = connect(client, port)
        client.call("abort", assoc=again["assoc"], reason="maintenance")
        lost = peer.event(event="assoc_change", state="comm_lost")
        assert lost["error"] == 12  # User Initiated Abort
        ours = client.recv_event("assoc_change", socket=again["socket"], state="comm_lost")
        assert ours["assoc"] == again["assoc"]
        assert peer.wait() == 0, peer.output


def test_an_abort_carries_its_reason_in_the_packet(client):
    """gen_sctp shows the cause's number alone, so the text is looked for in the packet."""
    with Erlang("gen_sctp_echo", "--associations", 1, HERE, 0) as peer:
        port = peer.event(event="listening")["port"]
        up = connect(client, port)
        with Wire() as wire:
            client.call("abort", assoc=up["assoc"], reason="maintenance at nine")
            peer.event(event="assoc_change", state="comm_lost", error=12)
            causes = wire.abort_causes(port)
        assert causes == [(12, b"maintenance at nine")]
        assert peer.wait() == 0


@pytest.mark.parametrize("ending, state", [("--timeout", "shutdown_comp"), ("--abort", "comm_lost")])
def test_gen_sctp_connects(client, ending, state):
    server = listen(client, options={"initmsg": {"max_instreams": 5, "num_ostreams": 6}})
    arguments = ["--timeout", 30000] if ending == "--timeout" else ["--abort"]
    with Wire() as wire, Erlang("gen_sctp_client", "--count", 20, "--streams", 4, "--ppid", 46, "--size", 300,
                                *arguments, HERE, server["port"]) as peer:
        up = accept(client, server["socket"])
        assert (up["inbound_streams"], up["outbound_streams"]) == (4, 6)
        opened = peer.event(event="open")
        messages = client.recv_messages(20, socket=server["socket"])
        for item in messages:
            client.call("send", assoc=item["assoc"], data=item["data"], stream=item["stream"], ppid=item["ppid"])
        sent = wire.data(server["port"], 20)
        assert {(stream, int.from_bytes(ppid, "big")) for stream, ppid, _ in sent} == {(s, 46 + s) for s in range(4)}
        assert {(item["stream"], item["ppid"]) for item in messages} == {(s, 46 + s) for s in range(4)}
        assert sorted(payload(item) for item in messages) == sorted(data for _, _, data in sent)
        assert {item["peer_port"] for item in client.call("list")["assocs"]} <= {opened["port"]}
        rest, end = recv_until_end(client, server["socket"])
        assert (rest, end["state"]) == ([], state)
        if state == "comm_lost":
            assert end["error"] == 12 and end["cause"] == "user_initiated_abort"
        assert peer.event(event="done")["echoed"] == 20
        assert peer.wait() == 0, peer.output


def test_gen_sctp_big_messages(client):
    """Fragments both ways: a message of 60 kB, and its echo."""
    with Erlang("gen_sctp_echo", "--associations", 1, HERE, 0) as peer:
        up = connect(client, peer.event(event="listening")["port"])
        data = bytes(number * 7 % 251 for number in range(60000))
        client.call("send", assoc=up["assoc"], data=b64(data), stream=2, ppid=60)
        pieces = b""
        while len(pieces) < len(data):
            pieces += payload(client.recv_messages(1, socket=up["socket"])[0])
        assert pieces == data
        client.call("eof", assoc=up["assoc"], wait=True, timeout_ms=10000)
        assert peer.wait() == 0, peer.output


# --- ncat and socat: one-to-one sockets ---


def a_message_each_way(client, socket, assoc, peer):
    client.call("send", assoc=assoc, text="from sctpd\n")
    peer.expect("^from sctpd$")
    peer.write("from the peer\n")
    (message,) = client.recv_messages(1, socket=socket, encoding="text")
    assert (message["text"], message["assoc"]) == ("from the peer\n", assoc)


def server_command(program, port):
    return {"ncat": ["ncat", "--sctp", "-l", HERE, port],
            "socat": ["socat", "-t", "1", f"SCTP-LISTEN:{port},bind={HERE}", "STDIO"]}[program]


def client_command(program, port):
    return {"ncat": ["ncat", "--sctp", HERE, port],
            "socat": ["socat", "-t", "1", f"SCTP-CONNECT:{HERE}:{port}", "STDIO"]}[program]


@pytest.mark.parametrize("program", ["ncat", "socat"])
def test_one_to_one_server(client, program):
    needs(program, program)
    port = free_port()
    with Peer(*server_command(program, port)) as peer:
        up = connect(client, port)
        a_message_each_way(client, up["socket"], up["assoc"], peer)
        client.call("eof", assoc=up["assoc"], wait=True, timeout_ms=10000)
        peer.end_input()
        peer.wait()
    assert client.recv_event("assoc_change", socket=up["socket"], state="shutdown_comp")["assoc"] == up["assoc"]


@pytest.mark.parametrize("program", ["ncat", "socat"])
def test_one_to_one_client(client, program):
    needs(program, program)
    server = listen(client)
    with Peer(*client_command(program, server["port"])) as peer:
        up = accept(client, server["socket"])
        a_message_each_way(client, server["socket"], up["assoc"], peer)
        peer.end_input()
        _, end = recv_until_end(client, server["socket"])
        peer.wait()
    assert end["state"] == "shutdown_comp"


# --- what status tells ---


def test_status_as_negotiated(client):
    """Two addresses and few streams on the peer's side."""
    needs("sctp_darn", "lksctp-tools")
    port = free_port()
    with Peer("sctp_darn", "-H", HERE, "-B", "127.0.0.2", "-P", port, "-l"):
        socket = client.call("open", addrs=[HERE, "127.0.0.2"], options={"initmsg": {"num_ostreams": 12}})["socket"]
        up = connect(client, port, socket=socket)
        status = client.call("status", assoc=up["assoc"])["assoc"]
        assert status["state"] == "established"
        assert (status["peer"], status["peer_port"]) == (HERE, port)
        assert {path["addr"] for path in status["paths"]} == {HERE, "127.0.0.2"}
        assert [path["addr"] for path in status["paths"] if path["primary"]] == [HERE]
        assert all(path["mtu"] > 500 and path["rto"] > 0 and path["cwnd"] > 0 for path in status["paths"])
        assert set(status["local_addrs"]) == {HERE, "127.0.0.2"}
        assert status["outbound_streams"] == 12
        assert status["inbound_streams"] == up["inbound_streams"] == 10
        assert not status["paused"]
