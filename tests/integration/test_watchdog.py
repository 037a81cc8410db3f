"""What happens when something in the daemon does not come back."""
import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest
from sctpd import STACK, TIMEOUT, Daemon, build_directory
from wire import COOKIE_ACK, chunk, crc32c


def test_a_daemon_that_was_stopped_for_longer_goes_on():
    """By SIGSTOP, as a suspended machine or a debugger would."""
    with Daemon(config={"watchdog_s": 1}) as daemon:
        client = daemon.client()
        daemon.process.send_signal(signal.SIGSTOP)
        time.sleep(3)
        daemon.process.send_signal(signal.SIGCONT)
        for _ in range(20):
            client.call("ping")
            time.sleep(0.05)
        assert daemon.process.poll() is None


SPIN = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-c", "while True: pass"]


def test_a_machine_with_too_much_to_do_is_no_hang():
    """A second and more goes by between two steps of a thread that others wait for."""
    with Daemon(config={"watchdog_s": 1}) as daemon:
        client, others = daemon.client(timeout=60), []
        socket_ = client.call("open", addrs=["127.0.0.1"])["socket"]
        try:
            others += [subprocess.Popen(SPIN) for _ in range(20 * os.cpu_count())]
            deadline = time.monotonic() + 15
            while time.monotonic() < deadline:
                for each in client.send_all([("getopts", {"socket": socket_})] * 20):
                    client.answer(each)
        finally:
            for each in others:
                each.kill()
                each.wait()
        assert daemon.process.poll() is None, daemon.log()


on_usrsctp = pytest.mark.skipif(STACK != "usrsctp", reason="the library usrsctp has threads of its own")


@contextlib.contextmanager
def beside(library, **config):
    """A daemon whose library usrsctp has something of @library in it."""
    env = {"LD_PRELOAD": str(build_directory() / f"lib{library}-library.so"),
           "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
    daemon = Daemon(config=config, env=env).start()
    try:
        yield daemon
    finally:
        daemon.kill()
        daemon.clean()


@on_usrsctp
def test_a_library_that_does_not_come_back_is_named_and_ends_the_daemon():
    with beside("stuck", watchdog_s=1) as daemon:
        packet = struct.pack(">HHII", 1, 2, 3, 0) + chunk(COOKIE_ACK)
        packet = packet[:8] + struct.pack("<I", crc32c(packet)) + packet[12:]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.sendto(packet, ("127.0.0.1", daemon.udp_port))
        assert daemon.process.wait(20) == -signal.SIGABRT
        assert "the thread of usrsctp that receives UDP over IPv4 has made no progress for 1000 ms" in daemon.log()
        assert "sctp_common_input_processing" in daemon.log()


@on_usrsctp
def test_timers_of_the_library_that_stand_still_end_the_daemon():
    """They run in a thread that never comes through our hands."""
    with beside("stuck_timers", watchdog_s=3) as daemon:
        assert daemon.process.wait(TIMEOUT) == -signal.SIGABRT
        assert "the thread of usrsctp that runs its timers has made no progress for 3000 ms" in daemon.log()
