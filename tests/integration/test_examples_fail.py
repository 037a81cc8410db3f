"""Examples and sctpctl where something is wrong: each ends with a sentence on standard error and a status other than 0."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from sctpd import STACK, TIMEOUT, program

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
BUILT = pathlib.Path(program(STACK)).parent
NOBODY = 65534
CLOSED_PORT = "1"  # no socket listens on it

# name: (command, lasting: it runs until somebody ends it)
PYTHON = {"server.py": (["127.0.0.1", "0"], True), "worker.py": ([], True), "shared_worker.py": (["one"], True), "ask.py": ([CLOSED_PORT], False),
          "peer.py": ([CLOSED_PORT], False), "two_connects.py": (["127.0.0.1", CLOSED_PORT, "127.0.0.1", "2", "2"], False)}
PROGRAMS = {name: ([sys.executable, str(EXAMPLES / "python" / name), *words], lasting) for name, (words, lasting) in PYTHON.items()}
PROGRAMS |= {"client": ([str(BUILT / "example-client"), "127.0.0.1", CLOSED_PORT], False),
             "successor": ([str(BUILT / "example-successor")], False),
             "answer.sh": ([str(EXAMPLES / "shell" / "answer.sh")], True)}
PROGRAMS |= {f"sctpctl {words}": ([str(BUILT / "sctpctl"), *words.split()], words == "monitor")
             for words in ("state", "call ping", "list", "monitor", "methods", "options", "session", "help open")}
LASTING = [name for name, (_, lasting) in PROGRAMS.items() if lasting]
# Words of a dump: a traceback, a JSON text, a message of bash with the line of the script.
DUMP = re.compile(r"Traceback|Error:|Exception|\[Errno|^\s*\{|line \d+: |Segmentation|Sanitizer", re.MULTILINE)


def environment(path):
    return {**os.environ, "SCTPD_SOCKET": str(path), "PYTHONDONTWRITEBYTECODE": "1"}


def start(name, path, user=None):
    command = ["env", "--default-signal=INT", "--default-signal=PIPE", *PROGRAMS[name][0]]
    if user is not None:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
    return subprocess.Popen(command, env=environment(path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            cwd="/")


def ended(process, text=""):
    """Its status, standard output and standard error."""
    try:
        out, err = process.communicate(text, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(f"it goes on: {process.communicate()}") from None
    return process.returncode, out, err


def expect_sentence(process, *words, statuses=(1, 2), text=""):
    status, out, err = ended(process, text)
    assert status in statuses, (status, out, err)
    assert err.strip() and not DUMP.search(err) and not DUMP.search(out), (status, out, err)
    for word in words:
        assert word in err, (word, out, err)


class Server:
    """Listens at @path and handles each connection with @handle."""

    def __init__(self, path, handle):
        self.socket, self.handle = socket.socket(socket.AF_UNIX), handle
        self.socket.bind(str(path))
        self.socket.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            with connection:
                self.handle(connection)

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(TIMEOUT)
        self.socket.close()


def answer_http(connection):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def answer_json(connection):
    connection.recv(1000)
    connection.sendall(b'["hello"]\n')


def answer_no_text(connection):
    connection.recv(1000)
    connection.sendall(b"\xff\xfe\n")


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_daemon(name, tmp_path):
    directory, file, stale = tmp_path / "directory", tmp_path / "file", tmp_path / "stale.sock"
    directory.mkdir()
    file.write_text("")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(stale))
    for path in (tmp_path / "none.sock", directory / "none" / "x.sock", directory, file, stale, "/tmp/" + "x" * 200):
        expect_sentence(start(name, path), f"cannot reach sctpd at {path}: ", statuses=(2,))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
@pytest.mark.parametrize("name", PROGRAMS)
def test_no_permission(name, daemon):
    os.chmod(daemon.path, 0o600)
    os.chmod(daemon.path.parent, 0o755)
    os.chmod(daemon.directory, 0o755)
    if subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "test", "-r", str(EXAMPLES / "README.md"), "-a", "-x",
                       daemon.path.parent], check=False).returncode:
        pytest.skip("that user cannot read the examples, or not look into the directory of the socket")
    expect_sentence(start(name, daemon.path, NOBODY), f"cannot reach sctpd at {daemon.path}: ", statuses=(2,))


@pytest.mark.parametrize("handle", [answer_http, answer_json, answer_no_text, lambda c: None], ids=["http", "json", "bytes", "closes"])
@pytest.mark.parametrize("name", [name for name in PROGRAMS if not name.startswith("sctpctl session")])
def test_another_program_listens_there(name, handle, tmp_path):
    server = Server(tmp_path / "other.sock", handle)
    try:
        expect_sentence(start(name, tmp_path / "other.sock"))
    finally:
        server.stop()


@pytest.mark.parametrize("name", ["ask.py", "peer.py", "two_connects.py", "client"])
def test_the_peer_is_away(name, daemon):
    expect_sentence(start(name, daemon.path), "neither peer was reached" if name == "two_connects.py" else "connect failed: ", statuses=(1,))


def test_there_is_no_worker_to_succeed(daemon):
    expect_sentence(start("successor", daemon.path), 'no socket called "worker"', statuses=(1,))


def die(daemon):
    daemon.kill()
    daemon.process = None  # it has not ended as a daemon should


@pytest.mark.parametrize("name", LASTING)
def test_the_daemon_dies(name, daemon):
    process = start(name, daemon.path)
    first = process.stdout.readline()  # it is at work
    assert first, ended(process)
    die(daemon)
    expect_sentence(process)


@pytest.mark.parametrize("name", LASTING)
def test_it_is_interrupted(name, daemon):
    process = start(name, daemon.path)
    assert process.stdout.readline(), ended(process)
    process.send_signal(signal.SIGINT)
    status, out, err = ended(process)
    assert status in (130, -signal.SIGINT, 0 if name.startswith("sctpctl") else 130) and err == "", (status, out, err)


@pytest.mark.parametrize("name", list(PYTHON))
def test_its_output_cannot_be_written(name, daemon):
    """A disk that is full."""
    with open("/dev/full", "w") as full:
        process = subprocess.Popen(PROGRAMS[name][0][:2] + (["-h"]), env=environment(daemon.path), stdout=full, stderr=subprocess.PIPE, text=True)
        status, _, err = ended(process)
    assert (status, err) == (1, "cannot write the output: No space left on device\n")


@pytest.mark.parametrize("command", [
    [BUILT / "example-client", "127.0.0.1", "x"], [BUILT / "example-client", "127.0.0.1", "1", "2"], [BUILT / "example-client", "127.0.0.1", "70000"],
    [BUILT / "example-successor", "a", "b"], [BUILT / "example-successor", "--help"],
    [EXAMPLES / "shell" / "answer.sh", "a", "b"], [EXAMPLES / "shell" / "answer.sh", "--help"],
    [BUILT / "sctpctl", "--nonsense"], [BUILT / "sctpctl", "call"], [BUILT / "sctpctl", "monitor", "-n", "x"],
    [sys.executable, EXAMPLES / "python" / "ask.py", "70000"], [sys.executable, EXAMPLES / "python" / "two_connects.py", "a", "1", "b", "2", "-5"],
], ids=lambda command: " ".join(pathlib.Path(word).name for word in command[-3:]))
def test_wrong_arguments(command, tmp_path):
    process = subprocess.Popen(command, env=environment(tmp_path / "none.sock"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    expect_sentence(process, statuses=(2,))


def test_after_a_restart_all_goes_on(daemon):
    """The daemon dies under each of them; on its successor the same command works again."""
    for restart in (True, False):
        for name in LASTING:
            process = start(name, daemon.path)
            assert process.stdout.readline(), (name, ended(process))
            process.kill()
            ended(process)
        if restart:
            die(daemon)
            daemon.start()
