"""Which of our addresses packets leave from: those the socket was opened for, wherever routing would send from. Two
daemons on two hosts with two paths: tests/lab/topology.sh."""

import subprocess

import pytest
from ends import until
from hosts import HOST_A, HOST_B
from sctpd import payload

A1, A2, B1, B2 = "10.77.1.1", "10.77.2.1", "10.77.1.2", "10.77.2.2"
FLOATING, ROUTED = "10.77.1.100", "10.99.9.9"


def ip(host, *words):
    subprocess.run(["ip", "-n", host, *words], check=True)


@pytest.fixture
def hosts(two_hosts):
    """Host a has a second address on path 1, and one on lo that host b has a route to."""
    ip(HOST_A, "address", "add", f"{FLOATING}/24", "dev", "path1")
    ip(HOST_A, "address", "add", f"{ROUTED}/32", "dev", "lo")
    ip(HOST_B, "route", "add", ROUTED, "via", A1)
    return two_hosts


def associate(near, near_addrs, far, far_addrs):
    """@near connects to @far, and both speak; the addresses each has of the other."""
    listening = far.call("open", {"addrs": far_addrs} if far_addrs else {}, listen=True)
    socket = near.call("open", {"addrs": near_addrs} if near_addrs else {})["socket"]
    assoc = near.call("connect", socket=socket, addrs=(far_addrs or [B1])[:1], port=listening["port"], timeout_ms=5000)["assoc"]
    other = far.recv_event("assoc_change", "comm_up", socket=listening["socket"])["assoc"]
    for client, end, peer, peer_end in ((near, assoc, far, other), (far, other, near, assoc)):
        client.call("send", assoc=end, text="a word")
        assert payload(peer.recv_message(assoc=peer_end)) == b"a word"
    return [{path["addr"] for path in client.call("paths", assoc=end)["paths"]} for client, end in ((near, assoc), (far, other))]


@pytest.mark.parametrize("addrs", [[FLOATING], [ROUTED], [A2], [A1, FLOATING], [A1, A2]])
def test_a_listening_socket_answers_from_its_address(hosts, addrs):
    if addrs == [A2]:
        ip(HOST_B, "route", "add", A2, "via", A1)  # the answer's route has the source A1
    assert associate(hosts.client_b, [B1], hosts.client_a, addrs) == [set(addrs), {B1}]


@pytest.mark.parametrize("addrs", [[FLOATING], [ROUTED], [A2], [A1, FLOATING], [A1, A2]])
def test_a_connecting_socket_sends_from_its_address(hosts, addrs):
    if addrs == [A2]:
        ip(HOST_B, "route", "add", A2, "via", A1)
    assert associate(hosts.client_a, addrs, hosts.client_b, [B1]) == [{B1}, set(addrs)]


@pytest.mark.parametrize("far", [FLOATING, ROUTED, A2])
def test_between_two_addresses_of_one_host(hosts, far):
    assert associate(hosts.client_a, [A1], hosts.client_a, [far]) == [{far}, {A1}]


def test_an_address_that_comes_later(hosts):
    later = "10.77.1.101"
    assert hosts.client_a.fails("address_not_available", "open", addrs=[later]).param == "addrs[0]"
    ip(HOST_A, "address", "add", f"{later}/24", "dev", "path1")
    assert associate(hosts.client_b, [B1], hosts.client_a, [later]) == [{later}, {B1}]
    assert associate(hosts.client_a, [later], hosts.client_b, [B1]) == [{B1}, {later}]
    ip(HOST_A, "address", "del", f"{later}/24", "dev", "path1")
    assert hosts.client_a.fails("address_not_available", "open", addrs=[later]).param == "addrs[0]"
    ip(HOST_A, "address", "add", f"{later}/24", "dev", "path1")
    assert associate(hosts.client_b, [B1], hosts.client_a, [later]) == [{later}, {B1}]


def test_a_socket_for_all_addresses_has_those_that_came_later(hosts):
    later = "10.77.1.101"
    ip(HOST_A, "address", "add", f"{later}/24", "dev", "path1")
    assert {A1, A2, FLOATING, ROUTED, later} <= set(hosts.client_a.call("open")["addrs"])


def test_each_path_has_the_source_of_its_interface(hosts):
    """So that a path that is cut takes no other with it."""
    with_both = {"listen": True, "port": 7100}
    listening = hosts.client_b.call("open", addrs=[B1, B2], **with_both)["socket"]
    socket = hosts.client_a.call("open", addrs=[A1, A2])["socket"]
    assoc = hosts.client_a.call("connect", socket=socket, addrs=[B1, B2], port=7100, timeout_ms=5000)["assoc"]
    other = hosts.client_b.recv_event("assoc_change", "comm_up", socket=listening)["assoc"]
    for client, end in ((hosts.client_a, assoc), (hosts.client_b, other)):
        until(lambda client=client, end=end: all(path["state"] == "active" for path in client.call("paths", assoc=end)["paths"]))
    hosts.topology("cut", "1")
    hosts.client_b.call("setopts", assoc=other, options={"primary_addr": {"addr": A2}})
    hosts.client_a.call("setopts", assoc=assoc, options={"primary_addr": {"addr": B2}})
    hosts.client_a.call("send", assoc=assoc, text="by path 2")
    assert payload(hosts.client_b.recv_message(assoc=other)) == b"by path 2"
