"""Addresses that come and go while an association goes on (RFC 5061). Two daemons on two hosts with two paths:
tests/lab/topology.sh."""

import subprocess
import time

import pytest
from hosts import HOST_A, HOST_B
from sctpd import STACK, RpcError, payload

A1, A2, B1, B2 = "10.77.1.1", "10.77.2.1", "10.77.1.2", "10.77.2.2"
# The kernel wants ADD-IP's chunks authenticated (RFC 5061 4.2.7).
OFFER = {"auth_supported": {"value": True}, "asconf_supported": {"value": True}}
# usrsctp offers it by itself.
REFUSE = {"asconf_supported": {"value": False}}
# Linux counts what is lost while a path is cut, which on a busy machine is long, and waits twice as long each time.
PATIENT = {"rtoinfo": {"initial": 100, "min": 100, "max": 300}, "associnfo": {"asocmaxrxt": 1000}} if STACK == "kernel" else {}


class Ends:
    """A server on b and an association from a; both have one address at first."""

    def __init__(self, hosts, options, addrs_a=(A1,), addrs_b=(B1,)):
        self.a, self.b = hosts.client_a, hosts.client_b
        self.socket_b = self.b.call("open", addrs=list(addrs_b), port=7000, listen=True, options=options)["socket"]
        self.socket_a = self.a.call("open", addrs=list(addrs_a), options=options)["socket"]
        self.assoc_a = self.connect()
        self.assoc_b = self.b.recv_event("assoc_change", "comm_up", socket=self.socket_b)["assoc"]

    def connect(self):
        return self.a.call("connect", socket=self.socket_a, addrs=[B1], port=7000, timeout_ms=15000)["assoc"]

    def paths_of_a(self):
        return {p["addr"] for p in self.a.call("status", assoc=self.assoc_a)["assoc"]["paths"]}

    def local_of_b(self):
        return set(self.b.call("status", assoc=self.assoc_b)["assoc"]["local_addrs"])

    def told(self, state, addr):
        """Waits until a's stack has taken the change."""
        self.a.recv_until(lambda i: (i.get("event"), i.get("state"), i.get("addr")) == ("peer_addr_change", state, addr),
                          assoc=self.assoc_a)

    def agreed(self, addrs):
        """Waits until the peer's answer is there: only then an association has the address (RFC 5061 5.1)."""
        deadline = time.monotonic() + 10
        while (local := self.local_of_b()) != addrs:
            assert time.monotonic() < deadline, local

    def talk(self, text):
        self.a.call("send", assoc=self.assoc_a, text=text)
        assert payload(self.b.recv_message(assoc=self.assoc_b)) == text.encode()
        self.b.call("send", assoc=self.assoc_b, text=text)
        assert payload(self.a.recv_message(assoc=self.assoc_a)) == text.encode()


@pytest.fixture
def ends(two_hosts):
    return Ends(two_hosts, OFFER)


# usrsctp gives an address that comes later to one socket of a port alone: the listening one, or an association's.
shared = pytest.mark.skipif(STACK == "usrsctp", reason="usrsctp cannot add an address to a socket and its associations")


@pytest.mark.parametrize("what", [pytest.param("socket", marks=shared), "assoc"])
def test_a_peer_sees_an_address_come_and_go(ends, what):
    about = {what: ends.socket_b if what == "socket" else ends.assoc_b}
    got = ends.b.call("bindx", {**about, "add": [B2]})
    assert (got["told"], got["not_told"]) == ([ends.assoc_b], [])
    ends.told("addr_added", B2)
    assert ends.paths_of_a() == {B1, B2}
    ends.agreed({B1, B2})
    ends.talk("two paths")
    assert ends.b.call("bindx", {**about, "remove": [B2]})["told"] == [ends.assoc_b]
    ends.told("addr_removed", B2)
    ends.agreed({B1})
    assert ends.paths_of_a() == {B1}
    ends.talk("one path")


@pytest.mark.skipif(STACK == "usrsctp", reason="usrsctp does not exchange the only address in one step")
@pytest.mark.parametrize("what", ["socket", "assoc"])
def test_an_association_moves_to_another_address(ends, what):
    """The only address is exchanged for another: what is sent then goes there."""
    about = {what: ends.socket_b if what == "socket" else ends.assoc_b}
    assert ends.b.call("bindx", {**about, "add": [B2], "remove": [B1]})["told"] == [ends.assoc_b]
    ends.told("addr_added", B2)
    ends.told("addr_removed", B1)
    assert ends.paths_of_a() == {B2}
    ends.talk("elsewhere")


@pytest.mark.parametrize("removed", [B1, B2])
def test_the_address_in_use_is_given_up_after_another_has_come(ends, removed):
    """The peer goes on by the other, both ways, and hears nothing that would end it."""
    ends.b.call("bindx", assoc=ends.assoc_b, add=[B2])
    ends.told("addr_added", B2)
    ends.agreed({B1, B2})
    ends.b.call("bindx", assoc=ends.assoc_b, remove=[removed])
    ends.told("addr_removed", removed)
    ends.agreed({B1, B2} - {removed})
    assert ends.paths_of_a() == {B1, B2} - {removed}
    for number in range(20):
        ends.talk(f"by the other {number}")


def test_a_peer_that_does_not_know_yet_that_an_address_has_gone(two_hosts):
    """It still sends there, heartbeats for instance, and is not told that there is no such association: what tells it of
    the change is lost at first."""
    options = {**OFFER, **PATIENT, "peer_addr_params": {"hbinterval": 20, "flags": ["hb_enable"]}}
    ends = Ends(two_hosts, options, addrs_a=(A1, A2), addrs_b=(B1, B2))
    ends.told("addr_confirmed", B2)
    two_hosts.topology("cut", "1")
    ends.b.call("bindx", socket=ends.socket_b, remove=[B2])
    if STACK == "usrsctp":  # the kernel waits for the path of the address that stays
        ends.told("addr_removed", B2)
    two_hosts.topology("mend", "1")
    if STACK != "usrsctp":
        ends.told("addr_removed", B2)
    ends.talk("goes on")


def test_a_socket_gives_an_address_up(two_hosts):
    ends = Ends(two_hosts, OFFER, addrs_b=(B1, B2))
    assert ends.paths_of_a() == {B1, B2}
    ends.talk("two paths")
    got = ends.b.call("bindx", socket=ends.socket_b, remove=[B2])
    assert (got["addrs"], got["told"], got["not_told"]) == ([B1], [ends.assoc_b], [])
    ends.told("addr_removed", B2)
    assert ends.paths_of_a() == {B1}
    ends.talk("one path")


def test_one_association_alone(ends):
    late_a = ends.a.call("open", addrs=[A1], options=OFFER)["socket"]
    ends.a.call("connect", socket=late_a, addrs=[B1], port=7000, timeout_ms=15000)
    late_b = ends.b.recv_event("assoc_change", "comm_up", socket=ends.socket_b)["assoc"]
    got = ends.b.call("bindx", assoc=ends.assoc_b, add=[B2])
    assert (got["told"], got["not_told"]) == ([ends.assoc_b], [])
    ends.told("addr_added", B2)
    ends.agreed({B1, B2})
    assert ends.b.call("status", socket=ends.socket_b)["socket"]["addrs"] == [B1]
    assert ends.b.call("status", assoc=late_b)["assoc"]["local_addrs"] == [B1]


@shared
def test_an_address_that_the_socket_has_too(ends):
    """Taken from one association and given back, while the listening socket has it all along."""
    ends.b.call("bindx", socket=ends.socket_b, add=[B2])
    ends.told("addr_added", B2)
    ends.b.call("bindx", assoc=ends.assoc_b, remove=[B2])
    ends.told("addr_removed", B2)
    ends.b.call("bindx", assoc=ends.assoc_b, add=[B2])
    ends.told("addr_added", B2)
    assert ends.paths_of_a() == {B1, B2}
    assert set(ends.b.call("status", socket=ends.socket_b)["socket"]["addrs"]) == {B1, B2}


@pytest.mark.skipif(STACK != "usrsctp", reason="the other stacks tell them")
def test_usrsctp_adds_to_the_socket_alone(ends):
    got = ends.b.call("bindx", socket=ends.socket_b, add=[B2])
    assert (set(got["addrs"]), got["told"], got["not_told"]) == ({B1, B2}, [], [ends.assoc_b])
    assert ends.b.fails("address_in_use", "bindx", assoc=ends.assoc_b, add=[B2]).param == "add[0]"
    assert ends.paths_of_a() == ends.local_of_b() == {B1}


def test_of_a_peeled_off_association(ends):
    ends.b.call("peeloff", assoc=ends.assoc_b)
    ends.b.call("close", socket=ends.socket_b)
    ends.b.call("bindx", assoc=ends.assoc_b, add=[B2])
    ends.told("addr_added", B2)
    ends.talk("peeled off")


def test_all_or_nothing(ends):
    error = ends.b.fails("address_not_available", "bindx", socket=ends.socket_b, add=[B2, "192.0.2.77"])
    assert error.param.startswith("add")
    assert ends.b.call("status", socket=ends.socket_b)["socket"]["addrs"] == [B1]
    assert ends.b.fails("last_address", "bindx", socket=ends.socket_b, remove=[B1]).param == "remove[0]"
    assert ends.b.fails("last_address", "bindx", assoc=ends.assoc_b, remove=[B1]).param == "remove[0]"
    ends.talk("as before")
    assert ends.local_of_b() == {B1}


def test_later_associations_have_the_new_address(ends):
    ends.b.call("bindx", socket=ends.socket_b, add=[B2])
    late = ends.a.call("open", addrs=[A2], options=OFFER)["socket"]
    late = ends.a.call("connect", socket=late, addrs=[B2], port=7000, timeout_ms=15000)["assoc"]
    assert {p["addr"] for p in ends.a.call("status", assoc=late)["assoc"]["paths"]} == {B1, B2}


def test_not_negotiated(two_hosts):
    ends = Ends(two_hosts, {} if STACK == "kernel" else REFUSE)
    got = ends.b.call("bindx", socket=ends.socket_b, add=[B2])
    assert (set(got["addrs"]), got["told"], got["not_told"]) == ({B1, B2}, [], [ends.assoc_b])
    assert ends.local_of_b() == {B1} and ends.paths_of_a() == {B1}
    error = ends.b.fails("not_negotiated", "bindx", assoc=ends.assoc_b, add=[B2])
    assert error.param == "assoc" and "asconf_supported" in error.message
    ends.talk("as before")


@pytest.mark.skipif(STACK != "kernel", reason="the kernel's sysctls")
def test_offered_by_sysctl_and_not_authenticated(two_hosts):
    for host in (HOST_A, HOST_B):
        subprocess.run(["ip", "netns", "exec", host, "sysctl", "-qw", "net.sctp.addip_enable=1",
                        "net.sctp.addip_noauth_enable=1"], check=True)
    ends = Ends(two_hosts, {})
    assert ends.b.call("bindx", socket=ends.socket_b, add=[B2])["told"] == [ends.assoc_b]
    ends.told("addr_added", B2)
    ends.talk("two paths")


def ask_for_primary(client, assoc, addr):
    """Again while the stack still takes the address; whether it had to be."""
    busy = False
    while True:
        try:
            client.call("setopts", assoc=assoc, options={"set_peer_primary_addr": {"addr": addr}})
            return busy
        except RpcError as error:
            assert (error.name, error.data["retry"], error.data["errno"]) == ("reconfig_busy", True, "EINPROGRESS"), error
            busy = True


def test_the_peer_is_asked_to_prefer_an_address_that_has_just_come(ends):
    for _ in range(10):
        ends.b.call("bindx", assoc=ends.assoc_b, add=[B2])
        ask_for_primary(ends.b, ends.assoc_b, B2)
        ends.told("addr_made_prim", B2)
        ends.agreed({B1, B2})
        ask_for_primary(ends.b, ends.assoc_b, B1)
        ends.told("addr_made_prim", B1)
        ends.b.call("bindx", assoc=ends.assoc_b, remove=[B2])
        ends.told("addr_removed", B2)
        ends.agreed({B1})
    assert ends.b.fails("bad_option_value", "setopts", assoc=ends.assoc_b,
                        options={"set_peer_primary_addr": {"addr": "192.0.2.77"}}).data["errno"] == ("EADDRNOTAVAIL" if STACK == "kernel" else "EINVAL")


@pytest.mark.skipif(STACK != "usrsctp", reason="the kernel exchanges them in one step")
def test_the_only_address_is_not_exchanged_in_one_step(ends):
    error = ends.b.fails("last_address", "bindx", assoc=ends.assoc_b, add=[B2], remove=[B1])
    assert error.param == "remove[0]" and error.data["assoc"] == ends.assoc_b and "agreed" in error.message
    assert ends.local_of_b() == ends.paths_of_a() == {B1}
    ends.talk("as before")


@pytest.mark.skipif(STACK != "usrsctp", reason="the kernel's sockets of IPv6 have both")
def test_an_address_of_the_other_family(ends):
    """The sockets are of IPv4."""
    for about in ({"socket": ends.socket_b}, {"assoc": ends.assoc_b}):
        error = ends.b.fails("bad_address", "bindx", {**about, "add": ["fd77:1::2"]})
        assert error.param == "add[0]" and error.data["errno"] == "EAFNOSUPPORT"


@pytest.mark.skipif(STACK != "usrsctp", reason="the kernel reaches them")
def test_link_local_addresses_are_refused_by_name(two_hosts):
    """usrsctp sends nothing to them: silence, and a timeout, is what a client saw."""
    client, address = two_hosts.client_a, "fe80::1%path1"
    for method, params, param in (("connect", {"addrs": [B1, address], "port": 7000}, "addrs[1]"),
                                  ("open", {"addrs": [address]}, "addrs[0]"),
                                  ("bindx", {"socket": client.call("open", addrs=[A1])["socket"], "add": [address]}, "add[0]")):
        error = client.fails("address_not_supported", method, params)
        assert error.param == param and error.data["errno"] == "EAFNOSUPPORT" and "usrsctp" in error.message
