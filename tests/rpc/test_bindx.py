"""bindx at run time: who is told, who is not, and all or nothing over a socket and its associations. On the fake stack
an association has negotiated ADD-IP where its own end offers it."""
import pytest
from sctpd import Pair

pytestmark = pytest.mark.fake
OFFER = {"asconf_supported": {"value": True}}
A, B, C = "192.0.2.1", "192.0.2.2", "192.0.2.3"


@pytest.fixture
def pair(daemon):
    return Pair(daemon, open_a={"addrs": [A, B], "options": OFFER}, connect={"addrs": [A]})


def locals_of(pair, assoc=None):
    return set(pair.a.call("status", assoc=assoc or pair.assoc_a)["assoc"]["local_addrs"])


def socket_addrs(pair):
    return set(pair.a.call("status", socket=pair.socket_a)["socket"]["addrs"])


def paths(pair):
    return {p["addr"] for p in pair.b.call("status", assoc=pair.assoc_b)["assoc"]["paths"]}


def second(pair, told):
    """One more association on a's socket; whether it has ADD-IP."""
    pair.a.call("setopts", socket=pair.socket_a, options={"asconf_supported": {"value": told}})
    pair.b.call("connect", addrs=[A], port=pair.port)
    return pair.a.recv_event("assoc_change", "comm_up", socket=pair.socket_a)["assoc"]


def test_a_socket_and_its_associations(pair):
    got = pair.a.call("bindx", socket=pair.socket_a, add=[C], remove=[B])
    assert (set(got["addrs"]), got["told"], got["not_told"]) == ({A, C}, [pair.assoc_a], [])
    added, removed = pair.b.recv_event("peer_addr_change", assoc=pair.assoc_b), pair.b.recv_event(
        "peer_addr_change", assoc=pair.assoc_b)
    assert [(e["addr"], e["state"]) for e in (added, removed)] == [(C, "addr_added"), (B, "addr_removed")]
    assert socket_addrs(pair) == locals_of(pair) == paths(pair) == {A, C}


def test_one_association_alone(pair):
    got = pair.a.call("bindx", assoc=pair.assoc_a, remove=[B])
    assert (got["addrs"], got["told"], got["not_told"]) == ([A], [pair.assoc_a], [])
    assert paths(pair) == {A} and socket_addrs(pair) == {A, B}
    assert pair.a.call("bindx", assoc=pair.assoc_a, add=[B])["addrs"] == [A, B]
    assert paths(pair) == {A, B}


def test_an_association_that_was_changed_alone_comes_along(pair):
    pair.a.call("bindx", assoc=pair.assoc_a, add=[C], remove=[B])
    assert pair.a.call("bindx", socket=pair.socket_a, add=[C], remove=[B])["told"] == [pair.assoc_a]
    assert socket_addrs(pair) == locals_of(pair) == paths(pair) == {A, C}


def test_a_peeled_off_one_is_its_own(pair):
    pair.a.call("peeloff", assoc=pair.assoc_a)
    assert pair.a.call("bindx", socket=pair.socket_a, remove=[B]) == {"addrs": [A], "told": [], "not_told": []}
    assert locals_of(pair) == {A, B}
    assert pair.a.call("bindx", assoc=pair.assoc_a, remove=[B])["addrs"] == [A]


def test_who_has_not_negotiated_keeps_its_addresses(pair):
    other = second(pair, told=False)
    before = locals_of(pair, other)
    got = pair.a.call("bindx", socket=pair.socket_a, remove=[B])
    assert (got["told"], got["not_told"], got["addrs"]) == ([pair.assoc_a], [other], [A])
    assert locals_of(pair, other) == before == {A, B}
    error = pair.a.fails("not_negotiated", "bindx", assoc=other, add=[C])
    assert error.param == "assoc" and "asconf_supported" in error.message and "auth_supported" in error.message


def test_some_are_told(pair):
    told, quiet = pair.assoc_a, second(pair, told=False)
    got = pair.a.call("bindx", socket=pair.socket_a, add=[C])
    assert (got["told"], got["not_told"]) == ([told], [quiet])
    assert (locals_of(pair, told), locals_of(pair, quiet)) == ({A, B, C}, {A, B})


@pytest.mark.parametrize("op, after", [("assoc_bindx", 0), ("assoc_bindx", 1), ("assoc_bindx", 2), ("assoc_bindx", 3),
                                       ("bindx", 0), ("bindx", 1)])
def test_all_or_nothing(pair, op, after):
    """Two associations and the socket, adding and removing: whichever call of the stack fails, all is as before."""
    other = second(pair, told=True)
    before = socket_addrs(pair), locals_of(pair), locals_of(pair, other), paths(pair)
    pair.a.call("fake", control={"do": "fault", "op": op, "error": "EADDRINUSE", "after": after})
    error = pair.a.fails("address_in_use", "bindx", socket=pair.socket_a, add=[C], remove=[B])
    assert error.param.split("[")[0] in ("add", "remove")
    assert ("assoc" in error.data) == (op == "assoc_bindx")
    assert (socket_addrs(pair), locals_of(pair), locals_of(pair, other), paths(pair)) == before
    pair.a.call("bindx", socket=pair.socket_a, add=[C], remove=[B])
    assert socket_addrs(pair) == locals_of(pair) == locals_of(pair, other) == {A, C}


def test_the_last_address_stays(pair):
    for about in ({"socket": pair.socket_a}, {"assoc": pair.assoc_a}):
        error = pair.a.fails("last_address", "bindx", {**about, "remove": [A, B]})
        assert error.param == "remove"
    assert socket_addrs(pair) == locals_of(pair) == {A, B}
    assert pair.a.call("bindx", socket=pair.socket_a, add=[C], remove=[A, B])["addrs"] == [C]
    pair.a.call("bindx", assoc=pair.assoc_a, add=[A], remove=[C])
    error = pair.a.fails("last_address", "bindx", socket=pair.socket_a, add=[C, B], remove=[A, C, B])
    assert error.param == "remove"


def test_an_association_that_would_lose_its_last(pair):
    """The socket keeps an address, the association does not: nothing changes."""
    pair.a.call("bindx", assoc=pair.assoc_a, remove=[A])
    error = pair.a.fails("last_address", "bindx", socket=pair.socket_a, remove=[B])
    assert error.data["assoc"] == pair.assoc_a
    assert socket_addrs(pair) == {A, B} and locals_of(pair) == {B}


def test_every_address_of_the_host(client):
    opened = client.call("open")["socket"]
    named = client.call("open", addrs=["::"])["socket"]
    for ident in (opened, named):
        assert client.fails("bound_to_all", "bindx", socket=ident, add=[A]).param == "socket"


def test_refusals(pair):
    both = pair.a.fails("invalid_params", "bindx", socket=pair.socket_a, assoc=pair.assoc_a, add=[C])
    assert both.param == "assoc"
    assert pair.a.fails("invalid_params", "bindx", assoc=pair.assoc_a).param == "add"
    assert pair.b.fails("not_owner", "bindx", assoc=pair.assoc_a, add=[C]).param == "assoc"
    assert pair.a.fails("bad_address", "bindx", assoc=pair.assoc_a, add=["x"]).param == "add[0]"
    assert pair.a.fails("address_in_use", "bindx", assoc=pair.assoc_a, add=[A]).param == "add[0]"
    assert pair.a.fails("address_not_available", "bindx", assoc=pair.assoc_a, remove=[C]).param == "remove[0]"


def test_only_while_it_is_established(pair, client):
    sub = client.call("subscribe", assoc=pair.assoc_a)["sub"]
    pair.b.call("abort", assoc=pair.assoc_b)
    client.event("assoc_change", sub=sub, state="comm_lost")
    assert pair.a.fails("assoc_closed", "bindx", assoc=pair.assoc_a, add=[C]).param == "assoc"
    late = pair.b.call("connect", addrs=["198.51.100.1"], port=9, wait=False)["assoc"]
    assert pair.b.fails("bound_to_all", "bindx", assoc=late, add=[C]).param == "assoc"
    bound = pair.b.call("open", addrs=["192.0.2.9"])["socket"]
    late = pair.b.call("connect", socket=bound, addrs=["198.51.100.1"], port=9, wait=False)["assoc"]
    assert pair.b.fails("not_connected", "bindx", assoc=late, add=[C]).param == "assoc"
    assert pair.b.call("bindx", socket=bound, add=[C])["not_told"] == [late]
