"""The examples, run as a reader would run them."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

from sctpd import STACK, TIMEOUT, program

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"


class Program:
    """An example that runs, and what it printed so far."""

    def __init__(self, daemon, *command):
        environment = {**os.environ, "SCTPD_SOCKET": str(daemon.path), "PYTHONDONTWRITEBYTECODE": "1"}
        # Whoever runs the tests in the background has interrupts ignored, and so would it.
        argv = ["env", "--default-signal=INT", *map(str, command)]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, env=environment, stdin=subprocess.DEVNULL, text=True)
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


PYTHON = sorted(path for path in (EXAMPLES / "python").glob("*.py") if path.name != "sctpd_client.py")
NEEDED = {"ask.py": ["5000"], "peer.py": ["5000"], "shared_worker.py": ["one"], "two_connects.py": ["127.0.0.1", "1", "127.0.0.1", "2"]}


def alone(*command, **environment):
    """Run where there is no daemon: status, and all it said."""
    r = subprocess.run([str(word) for word in command], env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT)
    assert "Traceback" not in r.stdout
    return r.returncode, r.stdout


@pytest.mark.parametrize("example", PYTHON, ids=lambda path: path.name)
def test_without_a_daemon_it_says_where_it_looked(example, tmp_path):
    words = NEEDED.get(example.name, [])
    status, said = alone(example, *words, SCTPD_SOCKET=str(tmp_path / "none.sock"))
    assert (status, f"cannot reach sctpd at {tmp_path}/none.sock: No such file or directory" in said) == (2, True), said
    if not os.path.exists("/run/sctpd/control.sock"):
        status, said = alone(example, *words, SCTPD_SOCKET="", XDG_RUNTIME_DIR=str(tmp_path))
        assert status == 2 and "/run/sctpd/control.sock: " in said and f"{tmp_path}/sctpd/control.sock: " in said, said


@pytest.mark.parametrize("example", PYTHON, ids=lambda path: path.name)
def test_wrong_arguments_are_told_the_usage(example, tmp_path):
    nowhere = {"SCTPD_SOCKET": str(tmp_path / "none.sock")}
    for words in (["1", "2", "3", "4", "5", "6"], ["127.0.0.1", "x", "y"] if example.name != "worker.py" else ["x"],
                  *([[]] if example.name in NEEDED else [])):
        status, said = alone(example, *words, **nowhere)
        assert (status, said.startswith(f"Usage: {example.name}")) == (2, True), (words, said)
    status, said = alone(example, "--help", **nowhere)
    assert status == 0 and "Usage:" in said


def test_those_in_c_and_shell_say_it_too(tmp_path):
    programs = pathlib.Path(program(STACK)).parent
    missing = str(tmp_path / "none.sock")
    for command, status in ((programs / "example-client", 2), (programs / "example-successor", 2), (EXAMPLES / "shell" / "answer.sh", 2)):
        ended, said = alone(command, SCTPD_SOCKET=missing)
        assert (ended, f"cannot reach sctpd at {missing}: " in said) == (status, True), said
    assert alone(programs / "example-client", "127.0.0.1", "x", SCTPD_SOCKET=missing)[0] == 2


@pytest.mark.parametrize("daemon", [{"linger_ms": 10000}], indirect=True, ids=["lingers"])
def test_a_server_that_is_started_again_takes_over_what_it_left(run, daemon):
    """Within the time its socket is held: the port is its again, and so is its peer, which notices nothing."""
    listening, port = server(run)
    peer = daemon.client()
    assoc = peer.call("connect", addrs=["127.0.0.1"], port=port)["assoc"]
    peer.call("send", assoc=assoc, text="before")
    listening.wait_for("before")
    watcher = daemon.client()
    watcher.call("subscribe", events=["held"])
    listening.process.kill()
    listening.process.wait()
    watcher.event("held")  # from now on nothing goes to the one that has ended
    peer.call("send", assoc=assoc, text="meanwhile")
    again, same = server(run, port)
    assert same == port
    again.wait_for("meanwhile")
    peer.call("send", assoc=assoc, text="after")
    again.wait_for("after")
    assert peer.call("status", assoc=assoc)["assoc"]["state"] == "established"


def test_a_server_beside_one_that_lives_is_refused(run):
    _, port = server(run)
    status, printed = run(EXAMPLES / "python" / "server.py", "127.0.0.1", port).finish()
    assert (status, printed) == (1, "")


def test_a_message_that_is_no_request_does_not_end_a_worker(run, daemon):
    worker = run(EXAMPLES / "python" / "worker.py")
    port = int(re.search(r"port (\d+);", worker.wait_for("listening")).group(1))
    peer = daemon.client()
    assoc = peer.call("connect", addrs=["127.0.0.1"], port=port)["assoc"]
    for what in ({"text": "hello"}, {"data": "/w=="}, {"text": "request 1"}):
        peer.call("send", assoc=assoc, **what)
    worker.wait_for('"request 1".*acknowledged')


def test_an_example_ends_with_its_daemon(run, daemon):
    listening, _ = server(run)
    daemon.stop()
    assert listening.finish()[0] == 1


def test_an_example_is_ended_by_an_interrupt(run):
    listening, _ = server(run)
    listening.process.send_signal(signal.SIGINT)
    assert listening.finish()[0] == 130


def test_what_a_peer_writes_does_not_drive_the_terminal(run, daemon, tmp_path):
    """Neither a server in Python nor one in a shell shows control characters or marks of direction."""
    driving = "\x1b[2J\x07\x9b2J\u202e\u2066"
    listening, port = server(run)
    answering = run(EXAMPLES / "shell" / "answer.sh", tmp_path / "port")
    shell_port = int(re.search(r"port (\d+)", answering.wait_for(r"listening on")).group(1))
    peer = daemon.client()
    for example, to in ((listening, port), (answering, shell_port)):
        assoc = peer.call("connect", addrs=["127.0.0.1"], port=to)["assoc"]
        peer.call("send", assoc=assoc, text=f"begin{driving}end")
        line = example.wait_for("begin.*end")
        assert line.isascii() and line.rstrip("\n").isprintable(), repr(line)
