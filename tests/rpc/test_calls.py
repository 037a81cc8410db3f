"""What a call may cost: memory that its user pays for, and time that the others do not notice."""
import json
import socket
import threading
import time

import pytest
import sctpd
import users
from sctpd import Pair, until

MIB = 1024 * 1024
OPEN = {"socket_mode": 0o666, "rules": ["allow all any"]}


def limited(**limits):
    return pytest.mark.parametrize("daemon", [{**OPEN, **limits}], indirect=True)


def line(*calls):
    """One call, or a batch of several, given as (method, id or None, params)."""
    made = [{"jsonrpc": "2.0", "method": method, **({} if ident is None else {"id": ident}), **({"params": params} if params else {})}
            for method, ident, params in calls]
    return json.dumps(made if len(made) > 1 else made[0]) + "\n"


def bytes_of(client, uid=0):
    (found,) = [each for each in client.call("list", what=["accounts"])["accounts"] if each["user"] == uid]
    return found["bytes"]


# --- what a line may be ---

def test_an_id_has_a_limit(client):
    """The error names it; hello says it."""
    assert client.hello["limits"]["id_bytes"] == 256
    client.raw(line(("ping", "x" * 256, None)))
    assert client.answer("x" * 256) == {}
    client.write(line(("ping", "x" * 257, None)).encode())
    error = client.stray_answer()["error"]
    assert (error["data"]["name"], error["data"]["param"], error["data"]["limit"]) == ("id_too_long", "id", 256)
    client.write(line(("ping", "y" * 1000, None), ("ping", 7, None)).encode())
    client.sent[7] = ("ping", {})
    answers = client.stray_answer()
    assert sorted((a["id"] or 0, "error" in a) for a in answers) == [(0, True), (7, False)]


@pytest.mark.parametrize("text, limit", [
    ('{"a":[' + "1," * 70000 + "1]}", "line_values"),
    ('{"a":[' + '"x",' * 70000 + "1]}", "line_values"),
    ('{"a":[' + "1.5," * 8750 + "1]}", "line_values"),
    ('{"a":[' + "1e5," * 8750 + "1]}", "line_values"),
    ('{"a":[' + "1234567890123456789," * 8750 + "1]}", "line_values"),
    ('{"a":[' + "{}," * 4100 + "1]}", "line_objects"),
    ('{"a":[' + "[]," * 4100 + "1]}", "line_objects"),
    ('{"a":{' + ",".join('"%d":1' % n for n in range(4100)) + "}}", "line_members"),
])
def test_a_line_has_a_limit_of_values(client, text, limit):
    client.write(text.encode() + b"\n")
    data = client.stray_answer()["error"]["data"]
    assert data == {"name": "too_many_values", "limit": client.hello["limits"][limit]}
    assert client.call("ping") == {}


def test_who_leaves_in_the_middle_of_a_line_costs_nothing(client, daemon):
    """A long one, which is parsed in steps: several clients have theirs on its way, or waiting for its turn, when they are cut off."""
    before = bytes_of(client)
    for _ in range(3):
        socks = []
        for _ in range(8):
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(str(daemon.path))
            socks.append(sock)
            sock.sendall(line(("ping", 1, None)).encode() + b'{"a":[' + b"1.5," * 60000 + b"1]}\n")
        for sock in socks:
            sock.close()  # with an answer unread: the daemon's next reading fails
    until(lambda: bytes_of(client) <= before + 1000)


def test_all_streams_of_an_association_fit_into_a_line(pair):
    streams = list(range(65535))
    assert pair.a.error("stream_reset", assoc=pair.assoc_a, streams=streams).name != "too_many_values"


@pytest.mark.parametrize("text", ["[" + "{}," * 349000 + "{}]", "[" + "1," * 500000 + "1]"])
def test_a_long_batch_is_refused_before_it_is_built(text):
    """With no memory but that of the line."""
    # Freed memory that AddressSanitizer keeps aside is not what is measured.
    with sctpd.Daemon(env={"ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=1"}) as daemon:
        client, before = daemon.client(), daemon.rss()
        for _ in range(5):
            client.write(text.encode() + b"\n")
            assert client.stray_answer()["error"]["data"] == {"name": "batch_too_long", "limit": 64}
        assert daemon.rss() - before < 16 * MIB


# --- memory ---

@limited(output_bytes_per_client=65536)
def test_what_a_batch_has_gathered_is_charged(daemon):
    """The answers wait for the last call; beyond the mark of the client's output the others are refused."""
    pair = Pair(daemon).settle()
    other = users.client_of(daemon, users.NOBODY)
    before = bytes_of(other)
    calls = [("recv", 99, {"assoc": pair.assoc_a})] + [("list", n, None) for n in range(63)]
    for base in (1000, 2000):
        pair.a.raw(line(*((method, base + ident, params) for method, ident, params in calls)))
    pair.a.quiet()
    assert 65536 <= bytes_of(other) - before < 4 * 65536
    pair.say("one"), pair.say("two")
    for base in (1000, 2000):
        answers = {a["id"] - base: a for a in pair.a.stray_answer()}
        assert len(answers) == 64
        refused = [a for a in answers.values() if "error" in a]
        assert refused and all((a["error"]["data"]["name"], a["error"]["data"]["what"], a["error"]["data"]["limit"]) ==
                               ("limit_reached", "bytes", 65536) for a in refused)
    until(lambda: bytes_of(other) <= before + 2000)


@limited()
def test_a_waiting_call_is_charged(daemon):
    pair = Pair(daemon).settle()
    other = users.client_of(daemon, users.NOBODY)
    before = bytes_of(other)
    pair.a.send_all([("recv", {"assoc": pair.assoc_a})] * 100)
    pair.a.quiet()
    assert 100 * 300 < bytes_of(other) - before < 100 * 2048
    pair.a.close()
    until(lambda: bytes_of(other) < before + 5000)


@pytest.mark.fake
@limited(recv_queue_messages=4)
def test_a_waiting_send_keeps_its_payload_once(daemon):
    """Not the base64 of it too."""
    pair = Pair(daemon, clients=(daemon.client(ack="explicit"), users.client_of(daemon, users.NOBODY)))
    size, n = 20000, 40
    ids = pair.b.send_all([("send", {"assoc": pair.assoc_b, "data": sctpd.b64(b"x" * size), "timeout_ms": 60000})] * n)
    pair.b.quiet()
    waiting = len([i for i in ids if i not in pair.b.answers])
    assert waiting > 5
    assert waiting * size < bytes_of(pair.a, users.NOBODY) < waiting * (size + 2048) + 4096


@limited()
def test_a_notification_that_only_looks_costs_nothing(daemon, client):
    for method in ("ping", "rpc.discover", "list"):
        client.write((line(*[(method, None, None)] * 64) * 64).encode())
    client.write(line(("status", None, {"assoc": 12345})).encode())
    assert client.call("ping") == {}
    assert not client.stray


# --- a user whose account is full ---

BYTES = 256 * 1024


@limited(bytes_per_user=BYTES, recv_queue_bytes=64 * BYTES, recv_queue_messages=100000)
def test_who_is_full_can_still_get_out(daemon):
    """ping, ack, unsubscribe and close go on, on a connection that is there and on a new one."""
    reader = users.client_of(daemon, users.NOBODY, ack="explicit")
    pair = Pair(daemon, clients=(reader, daemon.client()))
    watch = daemon.client()
    watch.call("subscribe", assoc=pair.assoc_a, events=["paused"])
    while not watch.notes:
        pair.say("x" * 8000, timeout_ms=1000)
        watch.quiet()
    assert bytes_of(watch, users.NOBODY) >= BYTES
    sub = reader.call("subscribe", assoc=pair.assoc_a)["sub"]
    assert reader.call("ping") == {}
    assert reader.call("unsubscribe", sub=sub) == {}
    seq = reader.recv_messages(1, assoc=pair.assoc_a)[0]["seq"]
    assert reader.call("ack", assoc=pair.assoc_a, seq=seq)["acked"] == seq
    assert users.client_of(daemon, users.NOBODY).call("ping") == {}
    assert reader.call("abort", assoc=pair.assoc_a) == {}
    assert reader.call("close", socket=pair.socket_a)["unread"]["messages"] > 0
    until(lambda: bytes_of(watch, users.NOBODY) < 20000)


@limited(bytes_per_user=BYTES)
def test_half_lines_of_a_user_are_bounded(daemon, client):
    """Whoever has more than an account holds in lines without an end is not read; another user notices nothing, and what
    is sent to the end is served, one after the other."""
    start, end = b'{"jsonrpc":"2.0","method":"ping","id":"', b'"}\n'
    half = start + b"x" * 500000
    senders = [users.client_of(daemon, users.NOBODY) for _ in range(8)]
    left = []
    for each in senders:
        each.sock.setblocking(False)
        sent = 0
        try:
            while sent < len(half):
                sent += each.sock.send(half[sent:])
                client.quiet()
        except BlockingIOError:
            pass
        left.append(half[sent:] + end)
        each.sock.settimeout(each.timeout)
    assert bytes_of(client, users.NOBODY) < BYTES + 600000 + 8 * 70000
    assert sum(len(rest) > len(end) for rest in left) >= 4, "they are not read"
    for each, rest in zip(senders, left):
        each.sock.setblocking(True)
    threads = [threading.Thread(target=each.sock.sendall, args=(rest,), daemon=True) for each, rest in zip(senders, left)]
    for thread in threads:
        thread.start()
    for each in senders:
        assert each.stray_answer()["error"]["data"]["name"] == "id_too_long"
    for thread in threads:
        thread.join(sctpd.TIMEOUT)
    until(lambda: bytes_of(client, users.NOBODY) < 20000)


# --- a client that is told to go ---

@limited(refusals_per_client=5, output_bytes_per_client=MIB, sockets_per_user=1)
def test_who_is_told_to_go_and_does_not_read_is_cut_off(daemon):
    watch = users.client_of(daemon, users.NOBODY)
    stubborn = daemon.client(rcvbuf=4096)

    def clients():
        return [c["client"] for c in watch.call("list", what=["clients"])["clients"]]

    ident = clients()[-1]
    stubborn.call("open", addrs=["127.0.0.1"])
    stubborn.write(line(*[("rpc.discover", n, None) for n in range(2)]).encode())
    stubborn.write(line(("open", 5, None)).encode() * 5)
    deadline = time.monotonic() + 20
    while ident in clients():
        assert time.monotonic() < deadline
        time.sleep(0.2)


# --- long answers ---

def test_a_list_comes_in_pages(client):
    """Each page says where the next begins; together they are what the whole list is."""
    for _ in range(10):
        client.call("open", addrs=["127.0.0.1"])
    whole = client.call("list", what=["sockets"])
    assert "next" not in whole and len(whole["sockets"]) == 10
    pages, page = [], {"next": 0}
    while "next" in page:
        page = client.call("list", what=["sockets"], limit=4, after=page["next"])
        pages.append([s["socket"] for s in page["sockets"]])
    assert [len(p) for p in pages] == [4, 4, 2]
    assert sum(pages, []) == [s["socket"] for s in whole["sockets"]]
    assert client.call("list", what=["sockets"], limit=100) == whole
    assert client.call("list", what=["assocs"], limit=1) == {"assocs": []}


def test_pages_are_of_one_kind(client):
    for params in ({"limit": 1}, {"after": 1}, {"limit": 1, "what": ["sockets", "assocs"]}):
        error = client.fails("invalid_params", "list", **params)
        assert error.param == ("limit" if "limit" in params else "after") and "`what`" in error.message


@limited()
def test_a_long_snapshot_and_events_make_a_whole(daemon):
    """What happens while the snapshot is made comes as events behind its cursor: nothing falls in between."""
    busy, watch = daemon.client(), users.client_of(daemon, users.NOBODY)
    mine = [busy.call("open", addrs=["127.0.0.1"])["socket"] for _ in range(200)]
    for n in range(5):
        sub = watch.send("subscribe", events=["socket_opened", "socket_closed"])
        closing = busy.send_all([("close", {"socket": each}) for each in mine[:20]])
        opening = busy.send_all([("open", {"addrs": ["127.0.0.1"]})] * 20)
        for each in closing:
            busy.answer(each)
        mine = mine[20:] + [busy.answer(each)["socket"] for each in opening]
        answer = watch.answer(sub)
        watch.quiet()
        known = {s["socket"] for s in answer["snapshot"]["sockets"]}
        for note in watch.notes:
            event = note["params"]
            assert event["cursor"] > answer["cursor"]
            (known.add if event["event"] == "socket_opened" else known.discard)(event["socket"])
        assert known == set(mine)
        watch.call("unsubscribe", sub=answer["sub"])
        watch.notes.clear()
