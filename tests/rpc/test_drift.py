"""Built with the header of one kernel, run on another: structs of options and events that are shorter or longer than
those of the header, options and events that one of the two does not know."""
import pytest
import sctpd

pytestmark = pytest.mark.fake
RTOINFO = {"initial": 3000, "max": 60000, "min": 1000}


def drift(client, **what):
    """The running kernel's length of the struct; what the header says is the result."""
    return client.call("fake", control={"do": "drift", **what})["control"]["length"]


def get(pair, name, **target):
    return pair.b.call("getopts", {**(target or {"assoc": pair.assoc_b}), "options": [name]})


# --- an older kernel ---

def test_fields_an_older_kernel_lacks_are_absent(pair):
    length = drift(pair.b, option="rtoinfo", bytes=12)
    assert length == 16
    assert get(pair, "rtoinfo")["options"]["rtoinfo"] == {"initial": 3000, "max": 60000}


def test_fields_an_older_kernel_lacks_are_refused_by_name(pair):
    drift(pair.b, option="rtoinfo", bytes=12)
    for value in ({"min": 500}, {"max": 5000, "min": 500}):
        error = pair.b.fails("option_not_supported", "setopts", assoc=pair.assoc_b, options={"rtoinfo": value})
        assert error.param == "options.rtoinfo.min" and "rtoinfo.min" in error.message
    drift(pair.b, option="rtoinfo", bytes=0)
    assert get(pair, "rtoinfo")["options"]["rtoinfo"] == RTOINFO, "nothing was changed"


def test_what_an_older_kernel_has_can_be_set(pair):
    """It takes a struct of its own length alone."""
    drift(pair.b, option="rtoinfo", bytes=12)
    pair.b.call("setopts", assoc=pair.assoc_b, options={"rtoinfo": {"max": 5000}})
    assert get(pair, "rtoinfo")["options"]["rtoinfo"] == {"initial": 3000, "max": 5000}


def test_an_older_kernel_and_a_value_that_starts_from_the_one_in_force(pair):
    length = drift(pair.b, option="default_sndinfo", bytes=0)
    drift(pair.b, option="default_sndinfo", bytes=length - 4)
    pair.b.call("setopts", socket=pair.socket_b, options={"default_sndinfo": {"ppid": 46}})
    pair.b.call("setopts", socket=pair.socket_b, options={"default_sndinfo": {"stream": 2}})
    got = get(pair, "default_sndinfo", socket=pair.socket_b)["options"]["default_sndinfo"]
    assert (got["ppid"], got["stream"]) == (46, 2)


@pytest.mark.parametrize("place", ["open", "connect"])
def test_open_and_connect_say_the_field_too(client, place):
    drift(client, option="rtoinfo", bytes=12)
    params = {"addrs": ["127.0.0.1"], "options": {"rtoinfo": {"min": 500}}}
    if place == "connect":
        params["port"] = 9
    error = client.fails("option_not_supported", place, params)
    assert error.param == "options.rtoinfo.min"
    assert client.list()["sockets"] == []


# --- a newer kernel ---

@pytest.mark.parametrize("more", [4, 64, 1000])
def test_a_longer_struct_reads_the_same(pair, more):
    length = drift(pair.b, option="rtoinfo", bytes=16 + more)
    assert length == 16
    assert get(pair, "rtoinfo")["options"]["rtoinfo"] == RTOINFO


@pytest.mark.parametrize("more", [4, 64, 1000])
def test_a_longer_struct_is_set_in_its_own_length(pair, more):
    drift(pair.b, option="rtoinfo", bytes=16 + more)
    pair.b.call("setopts", assoc=pair.assoc_b, options={"rtoinfo": {"max": 5000}})
    assert get(pair, "rtoinfo")["options"]["rtoinfo"] == {**RTOINFO, "max": 5000}


def test_what_a_newer_kernel_keeps_behind_the_struct_is_written_back(pair):
    """The fake kernel refuses the set where its own members changed."""
    length = drift(pair.b, option="default_sndinfo", bytes=0)
    drift(pair.b, option="default_sndinfo", bytes=length + 8)
    pair.b.call("setopts", assoc=pair.assoc_b, options={"default_sndinfo": {"ppid": 46}})
    assert get(pair, "default_sndinfo")["options"]["default_sndinfo"]["ppid"] == 46


def test_a_struct_longer_than_anything_known_is_an_error_not_a_crash(pair):
    drift(pair.b, option="rtoinfo", bytes=5000)
    failed = get(pair, "rtoinfo")["failed"]["rtoinfo"]
    assert failed["name"] == "bad_option_value"
    pair.say("still there")
    assert sctpd.payload(pair.hear()) == b"still there"


# --- what one of the two does not know ---

def test_an_option_the_kernel_does_not_have(pair):
    drift(pair.b, option="nodelay", absent=True)
    failed = get(pair, "nodelay")["failed"]["nodelay"]
    assert failed["name"] == "option_not_supported" and "nodelay" in failed["message"]
    error = pair.b.fails("option_not_supported", "setopts", assoc=pair.assoc_b,
                         options={"rtoinfo": {"max": 5000}, "nodelay": True})
    assert error.param == "options.nodelay"
    assert get(pair, "rtoinfo")["options"]["rtoinfo"] == RTOINFO, "all or nothing"
    everything = pair.b.call("getopts", assoc=pair.assoc_b)
    assert "nodelay" in everything["failed"] and "rtoinfo" in everything["options"]


def inject(pair, event, **fields):
    pair.a.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": event, "fields": fields})
    return pair.a.recv_event(event, assoc=pair.assoc_a)


SHUT = {"state": "addr_unreachable", "addr": "127.0.0.9", "error": 7}


def test_an_event_of_an_older_kernel_shows_what_it_has(pair):
    length = drift(pair.a, event="peer_addr_change", bytes=0)
    drift(pair.a, event="peer_addr_change", bytes=length - 8)
    event = inject(pair, "peer_addr_change", **SHUT)
    assert (event["addr"], event["state"]) == ("127.0.0.9", "addr_unreachable") and "error" not in event
    drift(pair.a, event="peer_addr_change", bytes=length - 12)
    event = inject(pair, "peer_addr_change", **SHUT)
    assert event["addr"] == "127.0.0.9" and "state" not in event


def test_an_event_of_a_newer_kernel_is_the_same(pair):
    length = drift(pair.a, event="peer_addr_change", bytes=0)
    drift(pair.a, event="peer_addr_change", bytes=length + 16)
    event = inject(pair, "peer_addr_change", **SHUT)
    assert {name: event[name] for name in SHUT} == SHUT


def test_an_event_that_only_a_newer_kernel_has(pair):
    pair.a.call("fake", assoc=pair.assoc_a, control={"do": "unknown", "number": 32999})
    assert pair.a.recv_event("unknown", assoc=pair.assoc_a)["number"] == 32999


def test_values_that_only_a_newer_kernel_has_come_as_numbers(pair):
    event = inject(pair, "peer_addr_change", addr="127.0.0.9", state=77, error=0)
    assert event["state"] == 77
    pair.a.call("fake", assoc=pair.assoc_a, control={"do": "event", "event": "assoc_change", "fields": {"state": 99}})
    assert pair.a.recv_event("assoc_change", assoc=pair.assoc_a)["state"] == 99
    assert pair.a.call("status", assoc=pair.assoc_a)["assoc"]["state"] == "established", "what is not known changes nothing"
