"""connect: which addresses it takes, how it says why it failed, what it leaves behind."""
import pytest
import sctpd

HERE = "127.0.0.1"


@pytest.fixture
def listening(client):
    return client.call("open", addrs=[HERE], listen=True)


# --- addresses ---


@pytest.mark.parametrize("addr", ["0.0.0.0", "::", "fe80::1", "224.0.0.1", "255.255.255.255", "ff02::1"])
@pytest.mark.parametrize("at", [0, 1])
def test_an_address_no_peer_can_have_is_named(client, addr, at):
    """By its place in the list, before anything is sent."""
    addrs = [HERE] * at + [addr]
    for check in (False, True):
        error = client.fails("bad_address", "connect", addrs=addrs, port=9, check=check)
        assert (error.param, error.data["errno"]) == (f"addrs[{at}]", "EINVAL") and addr in error.message
    assert client.list()["sockets"] == []


def test_a_link_local_address_needs_its_interface(client):
    for method, params in (("open", {}), ("connect", {"port": 9})):
        error = client.fails("bad_address", method, {**params, "addrs": [HERE, "fe80::1"]})
        assert error.param == "addrs[1]" and "interface" in error.message
    s = client.call("open", addrs=[HERE])["socket"]
    assert client.fails("bad_address", "bindx", socket=s, add=["fe80::1"]).param == "add[0]"


@pytest.mark.parametrize("addrs", [[HERE, HERE], [HERE, "::ffff:127.0.0.1"], ["::ffff:127.0.0.1", HERE]])
def test_an_address_given_twice_is_one(client, listening, addrs):
    up = client.call("connect", addrs=addrs, port=listening["port"])
    assert client.call("addrs", assoc=up["assoc"])["peer"] == [HERE]
    assert client.call("open", addrs=addrs)["addrs"] == [HERE]


def test_the_place_of_an_address_behind_one_given_twice(client):
    """The list's own, not that of what is left of it."""
    error = client.fails("address_not_available", "open", addrs=[HERE, HERE, "203.0.113.1"])
    assert error.param == "addrs[2]" and "203.0.113.1" in error.message
    s = client.call("open", addrs=[HERE])["socket"]
    error = client.fails("address_not_available", "bindx", socket=s, add=["127.0.0.2", "127.0.0.2", "203.0.113.1"])
    assert error.param == "add[2]"


# --- stacks ---


def test_why_a_stack_is_not_there(client):
    """One that does not exist, and one that does but was not started, are two things."""
    none = client.fails("stack_not_available", "open", stack="lksctp")
    assert none.param == "stack" and 'there is no stack "lksctp"' in none.message and "kernel, usrsctp" in none.message
    other = "usrsctp" if sctpd.STACK != "usrsctp" else "kernel"
    idle = client.fails("stack_not_available", "open", stack=other)
    assert f"the setting `stack` is {sctpd.STACK}" in idle.message


def test_why_a_stack_does_not_run():
    """With auto the one that was tried in vain has its reason."""
    with sctpd.Daemon(stack="auto", args=["--udp-port", str(sctpd.free_udp_port())]) as daemon:
        client = daemon.client()
        stacks = [s["name"] for s in client.hello["stacks"]]
        absent = {"kernel", "usrsctp"} - set(stacks)
        said = client.fails("stack_not_available", "open", stack=absent.pop()).message
        assert ("no SCTP" in said) if stacks == ["usrsctp"] else ("was not started" in said), said
