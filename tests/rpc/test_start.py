"""Where the control socket appears: whose directory it may be, what is never removed, and which descriptor it is."""
import contextlib
import os
import socket
import subprocess

import pytest
import sctpd
import users

pytestmark = pytest.mark.fake

ENV = {**os.environ, "LSAN_OPTIONS": f"suppressions={sctpd.ROOT}/tests/support/lsan.supp:print_suppressions=0"}


def start(directory, **how):
    """A daemon that is not to start: what it says."""
    daemon = sctpd.Daemon(directory=directory, **how)
    daemon.spawn(None)
    return daemon.check_end(status=1)


def others(path):
    path.chmod(0o777)


def groups(path):
    os.chown(path, -1, users.NOBODY)
    path.chmod(0o775)


def users_own(path):
    users.needed()
    os.chown(path, users.NOBODY, -1)


@pytest.mark.parametrize("change, says", [
    (others, "is writable for everybody (mode 0777)"),
    (groups, "is writable for another group (mode 0775)"),
    (users_own, f"belongs to user {users.NOBODY}")])
def test_a_directory_that_is_not_ours(tmp_path, change, says):
    """Who can write there could put a socket of his own in place of ours."""
    users.needed()
    (tmp_path / "run").mkdir()
    change(tmp_path / "run")
    log = start(tmp_path)
    assert says in log and "could replace the socket" in log
    assert not (tmp_path / "run" / "control.sock").exists()


@pytest.mark.parametrize("kind", ["file", "link", "directory"])
def test_what_is_no_socket_is_not_removed(tmp_path, kind):
    (tmp_path / "run").mkdir()
    name, target = tmp_path / "run" / "control.sock", tmp_path / "target"
    target.write_text("precious")
    if kind == "file":
        name.write_text("precious")
    elif kind == "link":
        name.symlink_to(target)
    else:
        name.mkdir()
    assert "control.sock exists and is not a socket; remove it" in start(tmp_path)
    assert name.is_dir() or name.read_text() == "precious"


def test_another_daemons_socket_is_left(daemon):
    """The name is somebody else's by now."""
    daemon.path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(daemon.path))
        daemon.terminate()
        daemon.check_end()
        assert daemon.path.is_socket()
    daemon.path.unlink()


def test_of_two_daemons_the_second_says_so_before_it_tries_a_stack(daemon):
    """Also where the first one's socket file has gone: the directory is its own as long as it runs."""
    for gone in (False, True):
        if gone:
            daemon.path.unlink()
        log = start(daemon.directory)
        assert log.splitlines() == [f"sctpd: {daemon.path} is served by another process; stop it first"]


def test_each_start_has_a_boot_of_its_own():
    boots = set()
    for _ in range(2):
        daemon = sctpd.Daemon().start()
        boots.add(daemon.client().hello["boot"])
        daemon.stop()
    assert len(boots) == 2 and min(len(boot) for boot in boots) >= 16


def test_a_udp_port_that_is_in_use():
    """Which option chooses another is said."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 0))
        daemon = sctpd.Daemon(stack="usrsctp", udp_port=taken.getsockname()[1])
        daemon.spawn(None)
        log = daemon.check_end(status=1)
        daemon.clean()
    assert "Address already in use; --udp-port chooses another port" in log


@pytest.mark.parametrize("names, found", [("control:other", 0), ("other:control", 1), (None, 0)])
def test_the_control_socket_among_descriptors(tmp_path, names, found):
    """By its name, or the first that listens where there are none; whatever else is passed stays as it is."""
    listening = []
    for n in range(2):
        s = socket.socket(socket.AF_UNIX)
        s.bind(str(tmp_path / f"{n}.sock"))
        s.listen()
        listening.append(s)
    if names is None:
        listening[1].close()
        listening[1] = socket.socketpair()[0]
    ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ready.bind(str(tmp_path / "notify"))
    env = {**ENV, "LISTEN_FDS": "2", "NOTIFY_SOCKET": str(tmp_path / "notify")}
    if names:
        env["LISTEN_FDNAMES"] = names

    def pass_them():
        high = [os.dup2(s.fileno(), 20 + n) for n, s in enumerate(listening)]
        for n, fd in enumerate(high):
            os.dup2(fd, 3 + n)

    process = subprocess.Popen(["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh", sctpd.program(), "--stack", "fake", "--runtime-dir",
                                str(tmp_path / "run")], env=env, close_fds=False, preexec_fn=pass_them, stderr=subprocess.DEVNULL)
    try:
        ready.settimeout(20)
        assert b"READY=1" in ready.recv(4096)
        client = sctpd.Client(tmp_path / f"{found}.sock")
        assert client.call("ping") == {}
        client.close()
        assert not (tmp_path / "run").exists()
    finally:
        process.terminate()
        assert process.wait(20) == 0
    assert (tmp_path / f"{found}.sock").is_socket(), "systemd's"


def test_who_does_not_read_the_log_holds_nothing_up(tmp_path):
    """A pipe that is full from the start; what it missed is counted, and said when there is room again."""
    daemon = sctpd.Daemon(directory=tmp_path)
    read, write = os.pipe()
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write, b"x")
    os.set_blocking(write, True)
    try:
        daemon.start(stderr=write)
        with contextlib.closing(daemon.client()) as client:
            assert client.call("reload") == {"rules": 0}
            os.read(read, 1 << 20)
            assert client.call("reload") == {"rules": 0}
    finally:
        daemon.terminate()
        assert daemon.process.wait(20) == 0
        said = os.read(read, 1 << 16).decode()
        os.close(read)
        os.close(write)
    assert "lines of the log were lost: they were not read in time" in said
    assert said.endswith("Terminated: shutting associations down\n")


def said_by(*words, **files):
    """(status, output, errors) of a program that is no daemon."""
    r = subprocess.run([str(sctpd.program()), *words], env=ENV, capture_output=True, text=True, timeout=20)
    return r.returncode, r.stdout.splitlines(), r.stderr.splitlines()


def test_a_wrong_word_is_named_once():
    """Also where a file was looked for among the words before."""
    status, output, errors = said_by("--nonesuch")
    assert (status, output) == (2, []) and len(errors) == 2
    assert "'--nonesuch'" in errors[0] and errors[1].endswith("try `sctpd --help'")


def test_rules_and_what_is_odd_about_them(tmp_path):
    """All of them, with the place of each."""
    conf = tmp_path / "sctpd.conf"
    rules = ["allow own any", "deny own user:root", "allow all user:root", "allow connect any", "deny connect any"]
    conf.write_text("\n".join(rules) + "\n")
    status, output, errors = said_by("--config", str(conf), "--rules")
    assert (status, errors) == (0, []) and output == [f"{conf}:{n}: {rule}" for n, rule in enumerate(rules, 1)]
    status, output, errors = said_by("--config", str(conf), "--check")
    assert (status, output) == (0, []) and len(errors) == 2
    assert all(line.startswith("sctpd: warning: ") for line in errors)
    assert rules[1] in errors[0] and rules[4] in errors[1]
    conf.write_text("allow listen any\n")
    assert len(said_by("--config", str(conf), "--check")[2]) == 1, "the first one too"
    status, output, errors = said_by("--rules")
    assert (status, errors) == (0, []) and [line.split(": ", 1)[0] for line in output] == ["built-in"] * 3
