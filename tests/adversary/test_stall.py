"""No input of one user's clients delays another user's ping beyond 20 ms p99 and 100 ms at the most. Each load is 200
connections that do it as fast as they are let, beside 1,000 associations. What is held against the limits is how long the
daemon works between a ping and its answer. How long the ping takes by the clock is printed beside it, as is idle; on a machine that
has nothing else to do SCTPD_STALL_CLOCK=1 holds that against the limits, too."""
import json
import os

import calls
import figures
import pytest
import sctpd
from hostile import Pings, Raw, attacked, line

SECONDS = float(os.environ.get("SCTPD_STALL_SECONDS", "1.5"))
CLOCK = bool(os.environ.get("SCTPD_STALL_CLOCK"))
TRIES = 3  # a machine that is busy with something else is slower: what is ours is there each time
P99_MS, MOST_MS = 20, 100
PAIRS = 500  # associations have two ends
CONFIG = {"socket_mode": 0o666, "rules": ["allow all any"], "sockets_per_client": 5000, "log_level": "error",
          "clients": 8192, "clients_per_user": 4096}
DOCUMENT = json.loads((sctpd.ROOT / "proto" / "sctpd.openrpc.json").read_text())
METHODS = {each["name"]: each for each in DOCUMENT["methods"] if each["name"] not in ("fake", "fake_system")}
THERE = {"socket": 1, "assoc": 2, "port": 32768, "sub": 1, "to": 1, "token": "x"}


def of_method(name, ident=1):
    params = calls.params_of(METHODS[name], THERE)
    params.update({key: 0 for key in ("timeout_ms",) if key in params})
    return line((name, ident, params))


def many(name, params, n=64):
    """A batch."""
    return line(*[(name, number, params) for number in range(n)])


# name -> (what is sent, lines that come back; 0: they are not read; and whether the connection leaves then, and comes again)
LOADS = {
    **{f"{name}, heaviest": (of_method(name), 1, False) for name in METHODS if name != "close"},
    "batch of discover": (many("rpc.discover", None), 1, False),
    "batch of list": (many("list", None), 1, False),
    "batch of getopts": (many("getopts", {"socket": 1}), 1, False),
    "batches that are not read": (many("rpc.discover", None) * 64, 0, False),
    "notifications of list": (line(*[("list", None, None)] * 64) * 64 + line(("ping", 1, None)), 1, False),
    "notifications of discover": (line(*[("rpc.discover", None, None)] * 64) * 64 + line(("ping", 1, None)), 1, False),
    "subscriptions to sender_dry, and leaving": (many("subscribe", {"events": ["sender_dry"]}), 1, True),
    "subscriptions with snapshots, and leaving": (many("subscribe", None, 4), 1, True),
    "sockets, and leaving": (many("open", {"addrs": ["127.0.0.1"], "linger_ms": 0}), 1, True),
    "connects, and leaving": (many("connect", {"addrs": ["127.0.0.1"], "port": 32768, "wait": False, "linger_ms": 0}, 16), 1, True),
    "groups: joining, and leaving": (many("join", {"socket": 1}, 2), 1, True),
    "reloads": (many("reload", None), 1, False),
    "connections, and leaving": (line(("ping", 1, None)), 1, True),
    "a mebibyte of [{},{},…]": (b"[" + b"{}," * 349000 + b"{}]\n", 1, False),
    "as many values as fit": (b'{"a":[' + b"1," * 69990 + b"1]}\n", 1, False),
    "as many numbers with a point as fit": (b'{"a":[' + b"1.5," * 8740 + b"1]}\n", 1, False),
    "integers beyond 64 bits": (b'{"a":[' + b"18446744073709551616," * 8740 + b"1]}\n", 1, False),
    "as many strings with escapes as fit": (b'{"a":[' + b'"\\u00e4\\n",' * 69990 + b"1]}\n", 1, False),
    "a string of escapes": (b'{"a":"' + b"\\n" * 520000 + b'"}\n', 1, False),
    "white space": (b'{"a":' + b" " * 1040000 + b"1}\n", 1, False),
    "as many objects as fit": (b'{"a":[' + b"{}," * 4090 + b"1]}\n", 1, False),
    "as many members as fit": (b'{"a":{' + b",".join(b'"%x":1' % n for n in range(4090)) + b"}}\n", 1, False),
    "a key that is there twice": (b'{"a":{' + b",".join(b'"%x":1' % n for n in range(4090)) + b',"0":2}}\n', 1, False),
    "half lines": (b'{"jsonrpc":"2.0","method":"ping","id":"' + b"x" * 900000, 0, False),
}


@pytest.fixture(scope="module")
def world():
    with sctpd.Daemon(config=CONFIG) as daemon:
        owner = Raw(daemon)
        opened = owner.call("open", addrs=["127.0.0.1"], listen=True)
        assert opened["socket"] == THERE["socket"] and opened["port"] == THERE["port"]
        owner.call("group", socket=opened["socket"], mode="loadshare")
        for _ in range(PAIRS // 100):
            owner.call_all([("connect", {"addrs": ["127.0.0.1"], "port": opened["port"]})] * 100)
        yield daemon
        owner.close()


@pytest.mark.fake
@pytest.mark.parametrize("load", LOADS)
def test_nobody_delays_another_user(world, load):
    text, answers, leaves = LOADS[load]
    pings = Pings(world)
    idle, _ = pings.measure(SECONDS / 6)
    for _ in range(TRIES):
        with attacked(world, text, answers, leaves):
            took, worked = pings.measure(SECONDS)
        figures.say(f"stall, 200 connections: {load}: beside others' ping the daemon works {worked[0]:.1f} ms p50, {worked[1]:.1f} p99, "
                    f"{worked[2]:.1f} at the most; by the clock the ping takes {took[0]:.1f} ms p50, {took[1]:.1f} p99, {took[2]:.1f} "
                    f"at the most (idle {idle[0]:.1f}, {idle[1]:.1f}, {idle[2]:.1f})")
        held = [worked, took] if CLOCK else [worked]
        if all(p99 <= P99_MS and most <= MOST_MS for _, p99, most in held):
            return
    pytest.fail(f"{load}: worked {worked[1]:.1f} ms p99, {worked[2]:.1f} ms at the most; by the clock {took[1]:.1f} and {took[2]:.1f}")
