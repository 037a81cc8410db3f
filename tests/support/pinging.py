"""How long another user waits meanwhile: a process of its own pings a daemon, so that what the test does takes nothing from it."""
import contextlib
import json
import socket
import subprocess
import sys

import users

# Pings as fast as it is answered, 2000 times a second at most, until its input ends; then says how long each took, in ms.
CODE = """
import json, select, socket, sys, time
s = socket.socket(fileno=int(sys.argv[1])); f = s.makefile("rb")
took = []
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.0005)[0] or len(took) < 20:
    start = time.monotonic()
    s.sendall(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\\n')
    f.readline()
    took.append(1000 * (time.monotonic() - start))
took.sort()
print(json.dumps({"n": len(took), "p50": took[len(took) // 2], "p99": took[len(took) * 99 // 100], "max": took[-1]}))
"""

# Milliseconds that another user may wait for a ping, whatever anybody does.
P99, MAX = 20, 100


class Pings:
    """What was seen: p50, p99 and max in milliseconds, and how many."""

    def __init__(self):
        self.seen = None

    def __str__(self):
        return "{n} pings, p50 {p50:.2f} ms, p99 {p99:.2f} ms, max {max:.1f} ms".format(**self.seen)

    def check(self, idle):
        """@idle: the same on the same machine in the same run, with nothing else going on: that is its noise, not ours. Of few
        pings the slowest says all there is to say."""
        slow = self.seen["n"] >= 200 and self.seen["p99"] > P99 + idle.seen["p99"]
        assert not slow and self.seen["max"] <= MAX + idle.seen["max"], f"{self}; idle: {idle}"


@contextlib.contextmanager
def pinging(daemon):
    """Pings @daemon meanwhile, as a user who has nothing else to do with it."""
    pings = Pings()
    users.needed()
    daemon.directory.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as s, contextlib.ExitStack() as todo:
        with users.being(users.NOBODY):
            s.connect(str(daemon.path))
        process = todo.enter_context(subprocess.Popen([sys.executable, "-c", CODE, str(s.fileno())], stdin=subprocess.PIPE,
                                                      stdout=subprocess.PIPE, text=True, pass_fds=[s.fileno()]))
        process.stdout.readline()
        try:
            yield pings
        finally:
            said = process.communicate(timeout=60)[0]
    pings.seen = json.loads(said)
