"""Clients that misbehave, limits, and the daemon's own start and end."""
import contextlib
import json
import resource
import signal
import socket
import subprocess
import time

import pytest
import sctpd

MIB = 1024 * 1024


def test_half_a_request(daemon):
    for text in (b"", b"{", b'{"jsonrpc":"2.0","id":1,"method":"pi', b"\n\n\n{", b"x" * 500000):
        client = daemon.client()
        client.write(text)
        client.close()
    other = daemon.client()
    assert other.call("ping") == {}
    deadline = time.monotonic() + 10
    while len(other.call("list", what=["clients"])["clients"]) > 1:
        assert time.monotonic() < deadline


def test_many_pings(client):
    ids = client.send_all([("ping", {})] * 10000)
    for ident in ids:
        assert client.answer(ident) == {}
    assert list(client.answers) == []


def test_many_waiting_calls(pair):
    """10,000 calls that wait: as many as the limit allows, the others are told, nothing is forgotten."""
    pair.settle()
    limit = pair.a.call("hello")["limits"]["requests"]
    ids = pair.a.send_all([("recv", {"assoc": pair.assoc_a})] * 10000)
    pair.a.quiet()
    refused = 0
    for ident in [i for i in ids if i in pair.a.answers]:
        with pytest.raises(sctpd.RpcError) as e:
            pair.a.answer(ident)
        assert e.value.name == "too_many_requests" and e.value.data["limit"] == limit
        refused += 1
    assert refused == 10000 - limit
    pair.say("one")
    waiting = [i for i in ids if i in pair.a.sent]
    assert sctpd.payload(pair.a.answer(waiting[0])["items"][0]) == b"one"


def test_client_that_never_reads():
    """It pipelines what has big answers: the daemon keeps a bounded part of them, and serves others."""
    # Freed memory that AddressSanitizer keeps aside is not what is measured.
    with sctpd.Daemon(env={"ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=1"}) as daemon:
        flood(daemon)


def flood(daemon):
    other = daemon.client()
    greedy = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    greedy.connect(str(daemon.path))
    greedy.setblocking(False)
    before = daemon.rss()
    line = b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}\n' * 200
    written = 0
    try:
        for _ in range(200):
            written += greedy.send(line)
            other.quiet()
    except BlockingIOError:
        pass
    assert written // len(line) < 200
    start = time.monotonic()
    other.quiet()
    took = time.monotonic() - start
    growth = daemon.rss() - before
    greedy.close()
    assert growth < 24 * MIB, growth
    print(f"grown by {growth / MIB:.1f} MiB, ping in {took * 1000:.1f} ms")


def test_connections_come_and_go(daemon):
    keeper = daemon.client()
    descriptors = daemon.descriptors()
    for _ in range(20):
        some = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(50)]
        for s in some:
            s.connect(str(daemon.path))
        for s in some:
            s.close()
    deadline = time.monotonic() + 10
    while len(keeper.call("list", what=["clients"])["clients"]) > 1 and time.monotonic() < deadline:
        keeper.quiet()
    assert daemon.descriptors() == descriptors


def test_owner_leaves(pair):
    """Its sockets end gracefully: what it sent arrives first."""
    for n in range(20):
        pair.say(str(n))
    watch = pair.a.call("subscribe", events=["socket_closed"])["sub"]
    pair.b.close()
    assert [sctpd.payload(m) for m in pair.a.recv_messages(20, assoc=pair.assoc_a)] == [b"%d" % n for n in range(20)]
    pair.a.recv_event("assoc_change", "shutdown_comp", assoc=pair.assoc_a)
    pair.a.event("socket_closed", socket=pair.socket_b)
    pair.a.call("unsubscribe", sub=watch)
    assert [s["socket"] for s in pair.a.list()["sockets"]] == [pair.socket_a]


def test_half_closed_client_gets_its_answers(pair):
    """A client that has said all, as `echo … | socat` does: calls that wait are answered too, then the end comes."""
    pair.settle()
    waiting = pair.a.send("recv", assoc=pair.assoc_a)
    ping = pair.a.send("ping")
    pair.a.sock.shutdown(socket.SHUT_WR)
    assert pair.a.answer(ping) == {}
    pair.say("late")
    assert sctpd.payload(pair.a.answer(waiting)["items"][0]) == b"late"
    assert pair.a.closed()


def test_last_line_without_a_newline(daemon):
    client = daemon.client()
    client.raw('{"jsonrpc":"2.0","id":"last","method":"ping"}')
    client.sock.shutdown(socket.SHUT_WR)
    assert client.answer("last") == {}
    assert client.closed()


@pytest.mark.fake
def test_out_of_descriptors(daemon):
    """accept() fails for a while: whoever comes then is told so and not left hanging, and later ones are served."""
    client = daemon.client()
    soft, hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (daemon.descriptors(), hard))
    for _ in range(5):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.settimeout(10)
            s.connect(str(daemon.path))
            error = json.loads(s.recv(1000))["error"]["data"]
            assert (error["name"], error["what"], error["retry"]) == ("limit_reached", "descriptors", True)
            assert s.recv(1) == b""
    assert client.call("ping") == {}
    assert "out of descriptors" in daemon.log()
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
    assert daemon.client().call("ping") == {}


@pytest.mark.parametrize("daemon", [{"clients": 2}], indirect=True)
def test_limit_of_clients(daemon):
    """One too many is told so at once, and closed; it may come again."""
    one, _ = daemon.client(), daemon.client()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as third:
        third.settimeout(10)
        third.connect(str(daemon.path))
        assert json.loads(third.recv(1000))["error"]["data"]["name"] == "limit_reached"
        assert third.recv(1) == b""
    one.close()
    deadline = time.monotonic() + sctpd.TIMEOUT
    while True:  # that it has gone is told to nobody
        with contextlib.suppress(KeyError, sctpd.Closed, OSError):  # it is told before it asked
            assert daemon.client().call("ping") == {}
            break
        assert time.monotonic() < deadline


def test_sigterm_is_graceful(pair, daemon):
    """Messages that were sent arrive, both ends are told, the socket file goes, the exit status is 0."""
    pair.say("last")
    daemon.process.send_signal(signal.SIGTERM)
    daemon.check_end(timeout=10)
    assert not daemon.path.exists()


@pytest.mark.parametrize("daemon", [{"shutdown_timeout_ms": 300}], indirect=True)
def test_sigterm_has_a_deadline(daemon):
    """A peer that does not read cannot hold the daemon up."""
    with sctpd.Daemon() as peer:
        if sctpd.STACK == "fake":
            client = daemon.client()
            client.call("connect", addrs=["198.51.100.1"], port=9, wait=False)
        else:
            sctpd.Pair(peer, daemon)
        start = time.monotonic()
        daemon.process.send_signal(signal.SIGINT)
        daemon.check_end(timeout=10)
        assert time.monotonic() - start < 5
    assert not daemon.path.exists()


def run(args, config=None):
    """A daemon that is not to start: (exit status, what it says)."""
    d = sctpd.Daemon(args=args)
    if config is not None:
        file = d.directory / "bad.conf"
        file.write_bytes(config)
        d.args += ["--config", str(file)]
    done = subprocess.run(d.command(), capture_output=True, timeout=10)
    d.clean()
    text = done.stderr.decode(errors="replace")
    assert "Sanitizer" not in text, text
    return done.returncode, text


def test_second_daemon_is_refused(daemon):
    second = sctpd.Daemon(directory=daemon.directory)
    second.spawn(None)
    log = second.check_end(status=1)
    assert "served by another process" in log
    assert daemon.client().call("ping") == {}


def test_stale_socket_file_is_replaced(daemon):
    daemon.process.kill()
    daemon.process.wait(10)
    assert daemon.path.exists()
    daemon.start()
    assert daemon.client().call("ping") == {}


@pytest.mark.parametrize("config, line", [
    (b"nosuch = 1\n", 1), (b"# fine\n\nudp_port = 70000\n", 3), (b"udp_port = x\n", 1), (b"log_level = loud\n", 1),
    (b"raw = 1\n", 1), (b"clients\n", 1), (b"clients = \n", 1), (b"clients = -1\n", 1), (b"= 1\n", 1),
    (b"clients = 5\nclients = 0\n", 2), (b"\xff = 1\n", 1), (b"clients = 99999999999999999999\n", 1),
])
def test_bad_config(config, line):
    status, text = run([], config)
    assert status != 0
    assert f"bad.conf:{line}:" in text


@pytest.mark.parametrize("args, word", [
    (["--stack", "nosuch"], "nosuch"), (["--nosuch"], "nosuch"), (["--udp-port", "x"], "udp"), (["extra"], "extra"),
    (["--udp-port", "70000"], "65535"), (["--config", "/nonexistent/x.conf"], "/nonexistent/x.conf"),
    (["--log-level", "loud"], "log"), (["--stack", ""], "stack"), (["--runtime-dir", "/proc/nosuch/x"], "/proc/nosuch"),
    (["--runtime-dir", "/tmp/" + "x" * 200], "runtime_dir"), (["--stack", ","], "stack"),
])
def test_bad_options(args, word):
    status, text = run(args)
    assert status != 0
    assert word in text.replace("-", "_") or word in text, text


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help(option):
    done = subprocess.run([sctpd.program(), option], capture_output=True, timeout=10)
    assert done.returncode == 0 and b"sctpd" in done.stdout


def test_socket_is_not_for_everybody(daemon):
    assert daemon.path.stat().st_mode & 0o777 == 0o660
