"""The examples, run as a reader would run them."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from sctpd import STACK, TIMEOUT, program

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"


class Program:
    """An example that runs, and what it printed so far."""

    def __init__(self, daemon, *command):
        environment = {**os.environ, "SCTPD_SOCKET": str(daemon.path), "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, env=environment,
                                        stdin=subprocess.DEVNULL, text=True)
        self.printed = ""

    def wait_for(self, pattern):
        """Reads lines until one matches."""
        for line in self.process.stdout:
            self.printed += line
            if re.search(pattern, line):
                return line
        raise AssertionError(f"it ended without printing {pattern!r}:\n{self.printed}")

    def finish(self):
        """Its exit status, and all it printed."""
        rest, _ = self.process.communicate(timeout=TIMEOUT)
        self.printed += rest
        return self.process.returncode, self.printed

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def run(daemon):
    programs = []

    def start(*command):
        programs.append(Program(daemon, *command))
        return programs[-1]

    yield start
    for program in programs:
        program.stop()


def server(run, port=0):
    program = run(sys.executable, EXAMPLES / "python" / "server.py", "127.0.0.1", port)
    line = program.wait_for(r"Listening on")
    return program, int(re.search(r":(\d+)\.", line).group(1))


def test_server_and_client_of_gen_sctps_manual(run):
    listening, port = server(run)
    status, printed = run(pathlib.Path(program(STACK)).parent / "example-client", "127.0.0.1", port).finish()
    assert status == 0, printed
    assert re.search(r"Connection successful, assoc=\d+, 5 outbound streams", printed)
    assert "send: ok" in printed
    assert "send: error bad_stream: there is no stream 5: the association has 5 outbound streams" in printed
    assert "abort: ok" in printed

    listening.wait_for(r"assoc_change .*comm_up")
    listening.wait_for(r"stream 0 ppid 0: Test 0")
    lost = listening.wait_for(r"assoc_change .*comm_lost")
    assert "'reason': 'done'" in lost
    assert "Test 5" not in listening.printed


def test_two_connects_without_waiting(run):
    listening, port = server(run)
    nobody = 1 + port % 60000
    client = run(sys.executable, EXAMPLES / "python" / "two_connects.py", "127.0.0.1", port, "127.0.0.1", nobody, 30)
    client.wait_for("Connections initiated")
    ids = {}
    while len(ids) < 2:
        line = client.wait_for("connect result")
        number, state, ident = re.match(r"Association (\d) connect result: (\w+)\. AssocId: (\d+)", line).groups()
        ids[number] = ident
        assert state == {"1": "comm_up", "2": "cant_assoc"}[number]
    assert ids["1"] != ids["2"]


def test_shell_and_python_talk(run, tmp_path):
    answering = run(EXAMPLES / "shell" / "answer.sh", tmp_path / "port")
    answering.wait_for(r"listening on")
    port = re.search(r"port (\d+)", answering.printed).group(1)
    status, printed = run(sys.executable, EXAMPLES / "python" / "ask.py", port).finish()
    assert status == 0, printed
    status, printed = answering.finish()
    assert status == 0 and "answered 3 messages" in printed, printed


def test_a_worker_is_killed(run):
    """What it had in its hands comes to its successor, marked; the peer sees answers in order and nothing else."""
    worker = run(sys.executable, EXAMPLES / "python" / "worker.py", 3)
    port = re.search(r"port (\d+);", worker.wait_for("listening")).group(1)
    peer = run(sys.executable, EXAMPLES / "python" / "peer.py", port)
    worker.wait_for('"request 4"')
    worker.process.kill()
    worker.process.wait()
    status, printed = run(pathlib.Path(program(STACK)).parent / "example-successor").finish()
    assert status == 0, printed
    assert re.findall(r'"request (\d)"( \(redelivered\))?', printed) == [
        ("3", " (redelivered)"), ("4", " (redelivered)")] + [(str(n), "") for n in range(5, 9)]
    assert 'claimed   epoch 2; its note: "answered 2"' in printed
    assert "refused   a message of epoch 1" in printed
    status, printed = peer.finish()
    assert status == 0, printed
    assert [line for line in printed.splitlines() if "received" in line] == [
        f'received  "answer {n} from {"Python" if n < 3 else "C"}"' for n in range(1, 9)]


def test_workers_share_a_port(run):
    """One peer each; one worker is killed, and the other goes on with its peer, who sees answers in order and nothing else."""
    worker, peer = EXAMPLES / "python" / "shared_worker.py", EXAMPLES / "python" / "peer.py"
    one = run(sys.executable, worker, "one", "0", "4")
    port, socket = re.search(r"port (\d+), socket (\d+)", one.wait_for("listening")).groups()
    two = run(sys.executable, worker, "two", socket)
    two.wait_for("joined the group .*: 2 members")
    peers = []
    for its_worker in (one, two):
        peers.append(run(sys.executable, peer, port))
        its_worker.wait_for("has association")
    one.wait_for('"request 4"')
    one.process.kill()
    one.process.wait()
    answers = []
    for each in peers:
        status, printed = each.finish()
        assert status == 0, printed
        answers.append(re.findall(r'"answer (\d) from (\w+)"', printed))
    assert answers == [[(str(n), "one" if n < 4 else "two") for n in range(1, 9)], [(str(n), "two") for n in range(1, 9)]]
