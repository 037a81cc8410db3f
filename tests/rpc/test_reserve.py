"""Who must get in gets in: places and descriptors are kept back for root and the daemon's user, and whoever is turned away is
told so at once."""
import contextlib
import json
import resource
import socket

import pytest
import sctpd
import users

pytestmark = pytest.mark.fake

OPEN = {"socket_mode": 0o666, "rules": ["allow all any"]}


def connect(daemon, uid=0):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(sctpd.TIMEOUT)
    with users.being(uid):
        s.connect(str(daemon.path))
    return s


def said(s):
    """All that comes until the connection ends."""
    text = b""
    while chunk := s.recv(4096):
        text += chunk
    s.close()
    return text


def refusal(s):
    error = json.loads(said(s))["error"]
    assert error["data"]["name"] == "limit_reached" and error["data"]["retry"] is True
    return error["data"]


def ask(s, method):
    """The answer; one that is turned away may be so before it asks."""
    with contextlib.suppress(BrokenPipeError):
        s.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method}).encode() + b"\n")
    return json.loads(s.recv(65536))


def fill(daemon, uid, most):
    """Silent connections of @uid, until one is turned away: those that are in, and what that one was told."""
    held = []
    for _ in range(most):
        s = connect(daemon, uid)
        answer = ask(s, "ping")
        if "error" in answer:
            s.close()
            return held, answer["error"]["data"]
        held.append(s)
    raise AssertionError(f"{most} connections, and none was turned away")


@pytest.fixture
def reachable(daemon):
    users.needed()
    daemon.directory.chmod(0o755)
    return daemon


@pytest.mark.parametrize("daemon", [{**OPEN, "clients": 32}], indirect=True)
def test_places_are_kept_back(reachable):
    """Connections of others that say nothing take all they may have: root gets in, and is the last that does."""
    held, data = fill(reachable, users.NOBODY, 40)
    assert len(held) == 28 and (data["what"], data["limit"], data["retry"]) == ("clients", 28, True)
    mine, data = fill(reachable, 0, 10)
    assert len(mine) == 4 and data["limit"] == 32
    limits = ask(mine[0], "hello")["result"]["limits"]
    assert (limits["clients"], limits["clients_reserved"]) == (32, 4)
    for s in held + mine:
        s.close()


@pytest.mark.parametrize("daemon", [{**OPEN, "clients_per_user": 3}], indirect=True)
def test_one_of_a_user_too_many_is_told_at_once(reachable):
    held, data = fill(reachable, users.NOBODY, 10)
    assert len(held) == 3
    assert data == {"name": "limit_reached", "what": "clients", "limit": 3, "user": users.NOBODY, "retry": True}
    other = connect(reachable, users.STRANGER)
    assert ask(other, "ping")["result"] == {}
    for s in [*held, other]:
        s.close()


@pytest.fixture
def short_of_descriptors():
    """A daemon with so few that a test can take them all."""
    users.needed()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    daemon = sctpd.Daemon(config=OPEN, prefix=["prlimit", "--nofile=60"])
    daemon.directory.chmod(0o755)
    with daemon:
        yield daemon
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


def test_descriptors_are_kept_back(short_of_descriptors):
    daemon = short_of_descriptors
    held, data = fill(daemon, users.NOBODY, 60)
    assert data["what"] == "descriptors"
    root, last = fill(daemon, 0, 60)
    assert 4 <= len(root) <= 15 and last["what"] == "descriptors"
    limits = ask(root[0], "hello")["result"]["limits"]
    assert (limits["descriptors"], limits["descriptors_reserved"]) == (60, len(root))
    assert f"60 descriptors, of which {len(root)} are reserved" in daemon.log()
    held.pop().close()
    while True:  # that it ended is told to nobody
        s = connect(daemon, users.NOBODY)
        if "result" in ask(s, "ping"):
            break
        s.close()
    for each in [s, *held, *root]:
        each.close()


@pytest.mark.parametrize("daemon", [{**OPEN, "clients_per_user": 1}], indirect=True)
def test_refusals_are_logged_at_a_bounded_rate(reachable):
    """A burst, then one a second with the number of those that were left out."""
    held, _ = fill(reachable, users.NOBODY, 2)
    for _ in range(300):
        assert refusal(connect(reachable, users.NOBODY))["what"] == "clients"
    assert reachable.log().count("turned away") <= 20
    held[0].close()
    reachable.terminate()
    assert " were left out" in reachable.check_end()
