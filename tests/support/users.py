"""Clients of other users: the daemon learns who they are from the kernel, so they really are these users."""
import contextlib
import os

import pytest

# Users of every system, and one that is in no file.
NOBODY = 65534
DAEMON = 1
STRANGER = 54321


def needed():
    """Skips a test that cannot become somebody else."""
    if os.geteuid() != 0:
        pytest.skip("only root can be other users")


@contextlib.contextmanager
def being(uid, gid=None, groups=()):
    """What connects meanwhile is @uid's (SO_PEERCRED, SO_PEERGROUPS)."""
    mine = os.getegid(), os.getgroups()
    os.setgroups(list(groups))
    os.setegid(uid if gid is None else gid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(mine[0])
        os.setgroups(mine[1])


def client_of(daemon, uid, gid=None, groups=(), **how):
    """A client of @daemon that is @uid's; the daemon's socket has to be open to all (socket_mode 438)."""
    needed()
    daemon.directory.chmod(0o755)
    with being(uid, gid, groups):
        return daemon.client(**how)
