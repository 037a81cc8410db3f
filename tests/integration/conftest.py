"""Two daemons on this host, and two hosts with two paths between them, a daemon on each."""

import pytest
from hosts import TwoDaemons, TwoEncapsulatedHosts, TwoHosts, needs_hosts
from sctpd import STACK


@pytest.fixture
def two_daemons():
    with TwoDaemons() as daemons:
        yield daemons


@pytest.fixture
def two_hosts():
    needs_hosts()
    hosts = TwoHosts(STACK, STACK)
    yield hosts
    hosts.close()


@pytest.fixture
def two_stacks():
    """The kernel's stack on hosta, usrsctp on hostb, over UDP encapsulation."""
    needs_hosts()
    if STACK != "kernel":
        pytest.skip("needs a kernel with SCTP")
    hosts = TwoEncapsulatedHosts("kernel", "usrsctp")
    yield hosts
    hosts.close()

