"""A peer that starts again in the middle of something."""
import time

import pytest
from sctpd import STACK, TIMEOUT
from wire import wires
from wired import Wired

pytestmark = pytest.mark.skipif(STACK != "usrsctp", reason="the work-around is that stack's")


def test_a_restart_in_the_middle_of_a_message_does_not_make_the_association_deaf(daemon):
    """Its owner learns of the restart, and of the end where the stack cannot go on."""
    with wires():
        wired = Wired(daemon, partial_delivery_point={"value": 1})
        wired.peer.data(b"x" * 600, end=False)
        wired.peer.data(b"y" * 600, begin=False, end=False)
        deadline = time.monotonic() + TIMEOUT
        while wired.client.call("stats", assoc=wired.assoc)["recv_queued_bytes"] < 1200:
            assert time.monotonic() < deadline, "the pieces do not come"
        wired.peer.tsn = 5000
        wired.peer.associate(tag=0x99887766)
        restart = wired.client.recv_event("assoc_change", "restart", assoc=wired.assoc)
        assert restart["assoc"] == wired.assoc
        wired.client.recv_event("assoc_change", "comm_lost", assoc=wired.assoc)
        _, assoc = wired.another()
        assert assoc != wired.assoc
