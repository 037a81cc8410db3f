"""What one user's clients make the daemon keep is in that user's account: the daemon grows by no more than twice what the
account says, and a mebibyte."""
import time

import figures
import pytest
import sctpd
import users
from hostile import NOBODY, connect, line

MIB = 1024 * 1024
CONFIG = {"socket_mode": 0o666, "rules": ["allow all any"]}
LISTED = 300  # sockets that there are to list


def bytes_of(client):
    found = [each for each in client.call("list", what=["accounts"])["accounts"] if each["user"] == NOBODY]
    return found[0]["bytes"] if found else 0


def settle(daemon, client):
    """Waits until the daemon has nothing more to do, and has given back to the system what it will; what its user has."""
    deadline = time.monotonic() + 60
    was = None
    while (now := (bytes_of(client), daemon.rss())) != was:
        assert time.monotonic() < deadline
        was = now
        time.sleep(0.7)  # the daemon gives memory back half a second later
    return now[0]


def owner(daemon):
    with users.being(NOBODY):
        return connect(daemon.path)


def write(sock, data):
    """As much of it as the daemon takes."""
    sock.setblocking(False)
    try:
        while data:
            data = data[sock.send(data):]
    except BlockingIOError:
        pass


def open_socket(sock):
    sock.sendall(line(("open", 1, {"addrs": ["127.0.0.1"]})))
    sock.recv(4096)


def many(n, data):
    def load(daemon):
        socks = [owner(daemon) for _ in range(n)]
        for sock in socks:
            write(sock, data)
        return socks
    return load


def waiting(n, call):
    """Calls that wait on a socket of one connection."""
    def load(daemon):
        sock = owner(daemon)
        open_socket(sock)
        sock.sendall(call(1) and b"".join(call(i) for i in range(n)))
        return [sock]
    return load


def batches_that_wait(daemon):
    socks = [owner(daemon) for _ in range(20)]
    for sock in socks:
        open_socket(sock)
    ids = [s["socket"] for s in daemon.clients[0].call("list", what=["sockets"])["sockets"]][-20:]
    for sock, ident in zip(socks, ids):
        for _ in range(16):
            write(sock, line(("recv", 1, {"socket": ident}), *[("list", n, None) for n in range(2, 65)]))
    return socks


def receive(n):
    return line(("recv", "%0256d" % n, {"socket": LISTED + 1}))


LOADS = {
    "900 connections that say nothing": many(900, b""),
    "900 connections that begin a line": many(900, b"{"),
    "batches of discover, not read": many(100, line(*[("rpc.discover", n, None) for n in range(64)])),
    "batches of list, not read": many(50, line(*[("list", n, None) for n in range(64)])),
    "lists, not read": many(50, line(("list", 1, None)) * 100),
    "batches that wait for their last call": batches_that_wait,
    "1,500 calls of recv with long ids": waiting(1500, receive),
    "half lines": many(200, b'{"jsonrpc":"2.0","method":"ping","id":"' + b"x" * 200000),
    "errors, not read": many(50, line(("nosuch", 1, None)) * 20000),
    "long batches, refused": many(20, b"[" + b"{}," * 349000 + b"{}]\n"),
    "as many values as fit": many(20, (b'{"a":[' + b"1," * 69990 + b"1]}\n") * 5),
    "as many members as fit": many(20, (b'{"a":{' + b",".join(b'"%x":1' % n for n in range(4090)) + b"}}\n") * 5),
    "as many objects as fit": many(20, (b'{"a":[' + b"{}," * 4090 + b"1]}\n") * 5),
}


@pytest.mark.fake
@pytest.mark.parametrize("load", LOADS)
def test_who_causes_it_is_charged(load):
    with sctpd.Daemon(config=CONFIG) as daemon:
        users.needed()
        daemon.directory.chmod(0o755)
        client = daemon.client()
        for _ in range(LISTED):
            client.call("open", addrs=["127.0.0.1"])
        client.call("list")
        before, charged = daemon.rss(), bytes_of(client)
        socks = LOADS[load](daemon)
        account = settle(daemon, client) - charged
        growth = daemon.rss() - before
        figures.say(f"memory: {load}: the daemon grows by {growth / MIB:.1f} MiB, the account by {account / MIB:.1f} MiB")
        for sock in socks:
            sock.close()
        assert growth <= 2 * account + MIB
