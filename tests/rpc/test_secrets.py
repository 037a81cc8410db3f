"""Keys and tokens that clients send are nowhere in the daemon's memory once their calls are over."""
import base64
import contextlib
import os
import pathlib
import secrets

import pytest
from sctpd import STACK

HERE = "127.0.0.1"
MOST = 1 << 26  # bytes of a mapping: those of a sanitizer are larger

pytestmark = pytest.mark.skipif(STACK != "fake", reason="a stack keeps its keys; the one in memory keeps none")


def copies(daemon, text):
    """How often it is in the daemon's memory."""
    found = 0
    with open(f"/proc/{daemon.process.pid}/mem", "rb", 0) as memory:
        for line in pathlib.Path(f"/proc/{daemon.process.pid}/maps").read_text().splitlines():
            extent, rights, *_ = line.split()
            low, high = (int(each, 16) for each in extent.split("-"))
            if not rights.startswith("rw") or high - low > MOST:
                continue
            with contextlib.suppress(OSError):
                found += os.pread(memory.fileno(), high - low, low).count(text)
    return found


def checked_copies(daemon, client, text):
    """After other calls, which take the room of the latest; a text of ours that is kept is found."""
    kept = secrets.token_hex(24)
    client.call("hello", client=kept)
    assert copies(daemon, kept.encode()) > 0
    return copies(daemon, text)


def key(size=48):
    data = secrets.token_bytes(size)
    return data, base64.b64encode(data).decode()


@pytest.mark.parametrize("size", [16, 48, 3000, 8000])
def test_nothing_is_left_of_a_key(daemon, client, size):
    opened = client.call("open", addrs=[HERE], listen=True, name="x")
    for more in ({}, {"check": True}):
        data, text = key(size)
        client.call("setopts", socket=opened["socket"], options={"auth_key": {"keynumber": 1, "key": text}}, **more)
        assert checked_copies(daemon, client, text[:40].encode()) == 0
        assert checked_copies(daemon, client, data[:24]) == 0


def test_nothing_is_left_of_keys_of_open_and_connect(daemon, client):
    opened = client.call("open", addrs=[HERE], listen=True)
    (data, text), (other, shown) = key(), key()
    client.call("open", addrs=[HERE], options={"auth_key": {"keynumber": 1, "key": text}})
    client.call("connect", addrs=[HERE], port=opened["port"], options={"auth_key": {"keynumber": 1, "key": shown}})
    for each in (text.encode(), data, shown.encode(), other):
        assert checked_copies(daemon, client, each[:24]) == 0


def test_nothing_is_left_of_a_key_in_a_batch_or_before_another_line(daemon, client):
    """The beginning of the next line is in the same buffer."""
    opened = client.call("open", addrs=[HERE])
    data, text = key()
    line = '{"jsonrpc":"2.0","id":"a","method":"setopts","params":{"socket":%d,"options":{"auth_key":{"keynumber":1,"key":"%s"}}}}'
    for text_of in ("[%s]\n", "%s\n   "):
        client.raw(text_of % (line % (opened["socket"], text)))
        answer = client.stray_answer()[0] if "[" in text_of else client.answer("a")
        assert "error" not in answer
        assert checked_copies(daemon, client, text.encode()) == 0
        assert checked_copies(daemon, client, data) == 0


def test_nothing_is_left_of_tokens_that_are_over(daemon, client):
    other = daemon.client(ack="explicit", linger_ms=60000)
    socket = other.call("open", addrs=[HERE])["socket"]
    offered = other.call("handoff", socket=socket)["token"]
    client.call("claim", socket=socket, token=offered)
    client.fails("bad_token", "claim", socket=other.call("open", addrs=[HERE])["socket"], token=offered[::-1])
    wrong = secrets.token_hex(32)
    client.fails("bad_token", "hello", resume=wrong)
    for each in (offered, wrong, offered[::-1]):
        assert checked_copies(daemon, client, each.encode()) == 0
