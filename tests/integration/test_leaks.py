"""What peers can make the library usrsctp forget: it is not to grow for good."""
import re
import time

import pytest
from sctpd import STACK, TIMEOUT, Daemon, build_directory
from wire import WirePeer, wires

pytestmark = pytest.mark.skipif(STACK != "usrsctp", reason="the library usrsctp has memory of its own")

VISITS = 5


def test_an_association_that_ends_while_it_is_taken_leaves_nothing(tmp_path):
    """The library forgets the endpoint that it has made for it."""
    env = {"LD_PRELOAD": str(build_directory() / "libslow-library.so"), "ASAN_OPTIONS": "verify_asan_link_order=0"}
    daemon = Daemon(env=env, directory=tmp_path).start()
    with wires():
        client = daemon.client()
        opened = client.call("open", addrs=["127.0.0.1"], listen=True)
        client.call("subscribe", socket=opened["socket"])
        for n in range(1, VISITS + 1):
            peer = WirePeer(daemon, opened["port"])
            deadline = time.monotonic() + TIMEOUT
            while daemon.log().count("a socket is made") < n:
                assert time.monotonic() < deadline, daemon.log()
            peer.close()
            client.call("ping")
    daemon.stop()
    made, closed = map(int, re.search(r"(\d+) sockets were made and (\d+) closed", daemon.log()).groups())
    assert made == closed == VISITS, daemon.log()
