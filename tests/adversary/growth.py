"""What a daemon grows by, beside what its accounts say: the measure of the memory tests."""
import pathlib
import time

import figures
from hostile import Raw

MIB = 1024 * 1024
# The log of events is nobody's, and bounded as a whole: here it is small, so that what others pay for is not lost in it.
CONFIG = {"socket_mode": 0o666, "rules": ["allow all any"], "log_level": "error", "event_log_bytes": 4096}
LOG = 16384 * 40  # its ring, which is not in memory before it is used
QUIET_S = 0.06  # in which the daemon works no more than a timer takes
PATIENCE_S = 20  # for it to come to rest; for memory to be given back
SAME_S = 3  # in which its memory stays the same: thousands of associations are never quiet, by their heartbeats


class Growth:
    """Of @daemon, from now on."""

    def __init__(self, daemon):
        self.daemon = daemon
        daemon.directory.chmod(0o755)
        self.proc = pathlib.Path(f"/proc/{daemon.process.pid}")
        self.probe = Raw(daemon)
        self.probe.call("list", what=["accounts"])
        self.rest()
        self.begin = self.now()
        (self.proc / "clear_refs").write_text("5")  # the peak begins here

    def now(self):
        """(resident bytes, bytes of all accounts)"""
        accounts = self.probe.call("list", what=["accounts"])["accounts"]
        return self.daemon.rss(), sum(each["bytes"] for each in accounts)

    def peak(self):
        for text in (self.proc / "status").read_text().splitlines():
            if text.startswith("VmHWM:"):
                return int(text.split()[1]) * 1024 - self.begin[0]
        raise AssertionError("no VmHWM")

    def worked(self):
        """Nanoseconds of processor time."""
        return sum(int((task / "schedstat").read_text().split()[0]) for task in (self.proc / "task").iterdir())

    def rest(self, more=lambda: False):
        """Waits until the daemon does nothing, and @more(), which may do something meanwhile, finds nothing either."""
        deadline, was = time.monotonic() + PATIENCE_S, 0
        same_since, rss = time.monotonic(), 0
        while (some := more()) or self.worked() - was > QUIET_S * 1e9 / 30:
            assert time.monotonic() < deadline, f"the daemon does not come to rest{', and tells more' if some else ''}"
            if some:
                continue
            if self.daemon.rss() != rss:
                same_since, rss = time.monotonic(), self.daemon.rss()
            elif time.monotonic() - same_since > SAME_S:
                return
            was = self.worked()
            end = time.monotonic() + QUIET_S
            while time.monotonic() < end:
                time.sleep(QUIET_S / 4)

    def check(self, what, free=0):
        """@free: bytes that are nobody's, whatever anybody does."""
        deadline = time.monotonic() + 10  # a moment later freed memory goes back to the system
        while True:
            rss, charged = (now - begin for now, begin in zip(self.now(), self.begin))
            if rss <= 2 * charged + MIB + free or time.monotonic() > deadline:
                break
            self.rest()
        said = f"{what}: the daemon grows by {rss / MIB:.1f} MiB ({self.peak() / MIB:.1f} at its peak), the accounts by {charged / MIB:.1f} MiB"
        figures.say(f"memory: {said}")
        assert rss <= 2 * charged + MIB + free, said
