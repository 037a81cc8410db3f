"""Peers that nobody here wrote: the library's own example programs, over UDP encapsulation (RFC 6951)."""

import os
import pathlib
import subprocess
import time

import pytest

from sctpd import TIMEOUT, b64, free_udp_port, payload

PROGRAMS = pathlib.Path("/usr/lib/usrsctp")


@pytest.fixture(autouse=True)
def needs_programs():
    if os.environ.get("SCTPD_STACK", "usrsctp") != "usrsctp":
        pytest.skip("the daemon is to run on another stack")
    if not (PROGRAMS / "tsctp").exists():
        pytest.skip(f"no {PROGRAMS}: apt-get install libusrsctp-examples")


class Peer:
    """One of the programs, in a `with`: killed at its end, if it has not ended by itself."""

    def __init__(self, log, name, *arguments, text=None):
        self.log = log / name
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen([str(PROGRAMS / name), *map(str, arguments)], stdout=output, stderr=output,
                                            stdin=subprocess.DEVNULL if text is None else subprocess.PIPE)
        if text is not None:
            self.process.stdin.write(text)
            self.process.stdin.close()

    def await_udp(self, port):
        """Until the program has this port: what is sent before is lost, and sent again only after seconds."""
        entry, deadline = f":{port:04X} ", time.monotonic() + TIMEOUT
        while entry not in pathlib.Path("/proc/net/udp").read_text():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text(errors="replace")
            time.sleep(0.01)

    def ended(self):
        return self.process.wait(TIMEOUT)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(TIMEOUT)


def test_echo_server_sends_back_what_it_got(daemon, tmp_path):
    client, udp = daemon.client(), free_udp_port()
    with Peer(tmp_path, "echo_server", udp, daemon.udp_port) as peer:
        peer.await_udp(udp)
        socket = client.call("open", addrs=["127.0.0.1"], options={"remote_udp_encaps_port": {"port": udp}})["socket"]
        assoc = client.call("connect", socket=socket, addrs=["127.0.0.1"], port=7, timeout_ms=int(TIMEOUT * 1000))["assoc"]
        sent = [(0, 46, b"one"), (3, 0xDEADBEEF, bytes(range(256))), (9, 0, b"x" * 5000)]
        for stream, ppid, data in sent:
            client.call("send", assoc=assoc, stream=stream, ppid=ppid, data=b64(data))
        items = client.recv_messages(len(sent), socket=socket)
        assert sorted((item["stream"], item["ppid"], payload(item)) for item in items) == sent
        client.call("eof", assoc=assoc, wait=True, timeout_ms=int(TIMEOUT * 1000))


def test_client_connects_speaks_and_leaves(daemon, tmp_path):
    client, udp = daemon.client(), free_udp_port()
    listening = client.call("open", addrs=["127.0.0.1"], listen=True)
    arguments = ["127.0.0.1", listening["port"], 0, udp, daemon.udp_port]
    with Peer(tmp_path, "client", *arguments, text=b"first line\nsecond line\n") as peer:
        up = client.recv_event("assoc_change", socket=listening["socket"], state="comm_up")
        items = client.recv_messages(2, socket=listening["socket"])
        assert [payload(item) for item in items] == [b"first line\n", b"second line\n"]
        assert {item["assoc"] for item in items} == {up["assoc"]}
        client.recv_event("assoc_change", socket=listening["socket"], state="shutdown_comp")
        peer.ended()


def test_tsctp_sends_and_all_arrives(daemon, tmp_path):
    client, udp = daemon.client(), free_udp_port()
    listening = client.call("open", addrs=["127.0.0.1"], listen=True)
    arguments = ["-E", udp, "-U", daemon.udp_port, "-n", 200, "-l", 1000, "-p", listening["port"], "127.0.0.1"]
    with Peer(tmp_path, "tsctp", *arguments) as peer:
        items = []
        while len(items) < 200:
            items += [item for item in client.recv(socket=listening["socket"]) if item["type"] == "data"]
        assert [len(payload(item)) for item in items] == [1000] * 200
        assert [item["ssn"] for item in items] == list(range(200))
        client.recv_event("assoc_change", socket=listening["socket"], state="shutdown_comp")
        assert peer.ended() == 0
