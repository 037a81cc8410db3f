"""Every parameter of every method, from its schema: what does not fit is refused by name and has no effect."""
import pytest


def wrong_values(schema):
    """(value, why) that the schema does not allow."""
    kind = schema.get("type")
    for value in (None, True, 1, 1.5, "x", [], {}):
        if not fits(kind, value):
            yield value, f"{value!r} for {kind}"
    if kind == "integer":
        yield schema["minimum"] - 1, "below the minimum"
        yield schema["maximum"] + 1, "above the maximum"
        yield 10**30, "beyond 64 bits"
        yield -10**30, "beyond 64 bits"
        yield 2**64, "wraps to 0"
        yield 2**64 + 1, "wraps to 1"
    elif kind == "string":
        if "maxLength" in schema:
            yield "x" * (schema["maxLength"] + 1), "too long"
        if schema.get("minLength"):
            yield "", "too short"
        if schema.get("contentEncoding") == "base64":
            yield from ((text, "base64") for text in ("=", "a", "aa=a", "aGVsbG8", "aGVs bG8=", "a_-=", "aGVsbG9=", "\n"))
        if "enum" in schema:
            yield "nosuch", "no such name"
            yield schema["enum"][0].upper(), "in capitals"
    elif kind == "array":
        yield ["x" if schema["items"].get("type") == "integer" else 1], "items"
        yield [None], "items"
        if "maximum" in schema["items"]:
            yield [schema["items"]["maximum"] + 1], "items above the maximum"
        if "maxItems" in schema:
            yield ["127.0.0.1"] * (schema["maxItems"] + 1), "too many"
        if schema.get("minItems"):
            yield [], "too few"


def fits(kind, value):
    return {"integer": type(value) is int, "boolean": type(value) is bool, "string": type(value) is str,
            "array": type(value) is list, "object": type(value) is dict}.get(kind, True)


# Objects that every value below is tried against; what the call needs beside the parameter that is wrong.
def others_of(pair, method, wrong):
    values = {"socket": pair.socket_b, "assoc": pair.assoc_b, "addrs": ["127.0.0.1"], "port": 9, "text": "x",
              "add": 1 if method["name"] == "credit" else ["127.0.0.1"], "sub": 1, "code": 1, "seq": 0, "control": {"do": "calls", "op": "send"},
              "options": {"nodelay": True}, "mode": "override"}
    required = [p["name"] for p in method["params"] if p["required"]]
    return {name: values[name] for name in required if name != wrong}


def test_every_parameter(pair):
    """One connection goes through all of it."""
    client, observer = pair.b, pair.a
    before = observer.list()
    tried = 0
    for method in client.contract.methods.values():
        for param in method["params"]:
            for value, why in wrong_values(param["schema"]):
                error = client.error(method["name"], {**others_of(pair, method, param["name"]), param["name"]: value})
                where = (method["name"], param["name"], why, str(error))
                assert error.name == "invalid_params", where
                assert error.param.split("[")[0] == param["name"], where
                tried += 1
    assert tried > 300
    assert observer.list() == before
    assert client.call("ping") == {}


def test_every_required_parameter(pair):
    client = pair.b
    before = pair.a.list()
    for method in client.contract.methods.values():
        for param in method["params"]:
            if param["required"]:
                error = client.error(method["name"], others_of(pair, method, param["name"]))
                assert (error.name, error.param) == ("invalid_params", param["name"]), (method["name"], str(error))
    assert pair.a.list() == before


def test_unknown_parameters(pair):
    client = pair.b
    before = pair.a.list()
    for method in client.contract.methods.values():
        for name in ("nosuch", "Check", "", "x" * 1000, "a.b"):
            error = client.error(method["name"], {**others_of(pair, method, None), name: 1})
            assert error.name == "invalid_params", (method["name"], str(error))
            assert name.startswith(error.param or "") and bool(error.param) == bool(name), (method["name"], str(error))
            assert len(error.message) < 400
    assert pair.a.list() == before


def bare_fits(schema, value):
    """Whether the option can be given bare, and the value is of its one field's type."""
    fields = list(schema["properties"].values())
    return len(fields) == 1 and fits(fields[0].get("type"), value)


@pytest.mark.parametrize("method", ["open", "connect"])
def test_every_option(client, method):
    """A field of a wrong type, and one that there is not, of every option."""
    before = client.list()
    base = {"addrs": ["127.0.0.1"], "port": 9} if method == "connect" else {"addrs": ["127.0.0.1"]}
    for name, schema in client.contract.options.items():
        for value in ({"nosuch": 1}, "x", None, [], {"value": {}}, {"value": None}):
            if bare_fits(schema, value):
                continue
            error = client.error(method, {**base, "options": {name: value}})
            assert error.name in ("no_such_option", "bad_option_value", "invalid_params", "option_read_only",
                                  "option_not_supported", "option_scope", "option_kept"), str(error)
            assert error.param.startswith(f"options.{name}"), str(error)
    assert client.list() == before


def test_options_are_all_or_nothing(pair):
    """A good option before a bad one leaves nothing of itself."""
    for bad, name in (({"nosuch": {"value": 1}}, "no_such_option"), ({"status": {"state": "established"}}, "option_read_only"),
                      ({"initmsg": {"nosuch": 1}}, "no_such_option")):
        before = pair.a.list()
        options = {"nodelay": {"value": True}, **bad}
        error = pair.b.error("open", options=options)
        assert error.name == name and error.param.startswith("options."), str(error)
        error = pair.b.error("connect", addrs=["127.0.0.1"], port=9, options=options)
        assert error.name == name, str(error)
        assert pair.a.list() == before


def test_both_or_neither(client):
    """Parameters that exclude each other."""
    s = client.call("open", addrs=["127.0.0.1"])["socket"]
    for method in ("recv", "status", "addrs", "stats"):
        assert client.error(method).name == "invalid_params"
        assert client.error(method, socket=s, assoc=1).name == "invalid_params"
    assert client.error("bindx", socket=s).name == "invalid_params"
    assert client.error("subscribe", socket=s, assoc=1).name == "invalid_params"
    assert client.error("subscribe", credit=1).param == "credit"
    assert client.error("subscribe", data=True, since=1).param == "since"


def test_send_takes_one_payload(pair):
    for more in ({}, {"text": "a", "data": "YQ=="}):
        assert pair.b.error("send", {"assoc": pair.assoc_b, **more}).name == "invalid_params"
    for more in ({"text": ""}, {"data": ""}):
        assert pair.b.error("send", {"assoc": pair.assoc_b, **more}).name == "bad_payload"
    assert pair.say("still")["message"] == 1


@pytest.mark.fake
def test_fake_control_says_what_is_wrong(client):
    assert client.error("fake", control={"do": "fault", "op": "send", "error": "ENOSUCH"}).param
    assert client.error("fake", control={"do": "nosuch"}).param
    assert isinstance(client.call("fake", control={"do": "calls", "op": "send"})["control"]["calls"], int)
