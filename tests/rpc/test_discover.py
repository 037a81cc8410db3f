"""The description: complete, and its examples a conversation that works."""
import contextlib
import json

import described
import jsonschema
import pytest
import sctpd


def params_of(example):
    return {p["name"]: p["value"] for p in example["params"]}


def test_document(client):
    document = client.contract.document
    assert document["openrpc"].startswith("1.")
    names = [m["name"] for m in document["methods"]]
    assert len(names) == len(set(names)) and "connect" in names
    for method in document["methods"]:
        assert method["summary"], method["name"]
        assert method["paramStructure"] == "by-name"
        assert method["examples"], method["name"]
        jsonschema.Draft202012Validator.check_schema(method["result"]["schema"])
        for param in method["params"]:
            assert param["summary"], (method["name"], param["name"])
            jsonschema.Draft202012Validator.check_schema(param["schema"])
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_errors_are_distinct(client):
    codes = [e["code"] for e in client.contract.errors.values()]
    assert len(codes) == len(set(codes))
    assert {-32700, -32600, -32601, -32602, -32603} < set(codes)


def test_examples_fit_their_schemas(client):
    for method in client.contract.methods.values():
        schemas = {p["name"]: p["schema"] for p in method["params"]}
        required = {p["name"] for p in method["params"] if p["required"]}
        for example in method["examples"]:
            params = params_of(example)
            assert required <= params.keys(), method["name"]
            for name, value in params.items():
                if name != "check":
                    described.validator(client.contract.document, schemas[name]).validate(value)


def test_examples_are_a_conversation(daemon, client):
    """In the order of the document, on one connection to a fresh daemon, each succeeds and does something. Another session
    joins the group, and leaves it."""
    other = daemon.client()
    for name, method in client.contract.methods.items():
        for example in method["examples"]:
            params = params_of(example)
            assert "check" not in params, f"the example of {name} changes nothing"
            (other if name in ("join", "leave") else client).call(name, params)


@contextlib.contextmanager
def made_ready(name, pair):
    """What some methods need to be there."""
    if name in ("withdraw", "claim"):
        pair.a.call("handoff", assoc=pair.assoc_a, to=pair.b.hello["session"])
        yield
        pair.a.call("withdraw", assoc=pair.assoc_a)
    elif name in ("join", "leave"):
        pair.a.call("group", socket=pair.socket_a, mode="override")
        yield
        pair.a.call("group", socket=pair.socket_a, mode="none")
    else:
        yield


def test_check_changes_nothing(daemon):
    """Every example with check, against a daemon on which each would do something."""
    pair = sctpd.Pair(daemon).settle()
    observer = daemon.client()
    sub = pair.a.call("subscribe", assoc=pair.assoc_a, data=True, credit=0)["sub"]
    before = observer.list()
    acked = next(each["acked"] for each in before["assocs"] if each["assoc"] == pair.assoc_a)
    theirs = {"socket": pair.socket_a, "assoc": pair.assoc_a, "sub": sub, "port": 0, "seq": acked}
    for name, method in observer.contract.methods.items():
        for example in method["examples"]:
            params = {**params_of(example), "check": True}
            params.update({k: v for k, v in theirs.items() if k in params})
            if name == "connect":
                params["port"] = 9
            caller = pair.b if name in ("claim", "steal", "join") else pair.a
            if name == "recv" or params.get("data"):  # a's association is subscribed already
                params["assoc"], caller = pair.assoc_b, pair.b
            with made_ready(name, pair):
                assert caller.call(name, params) == {"checked": True}, name
    assert observer.list() == before


@pytest.mark.parametrize("value", [0, 1, "true", None, [], {}])
def test_check_is_a_boolean(client, value):
    assert client.error("ping", check=value).param == "check"
    assert client.call("ping") == {}


def test_printed_document_is_the_same(client):
    import subprocess
    printed = subprocess.run([sctpd.program(), "--openrpc"], capture_output=True, check=True).stdout
    assert json.loads(printed) == client.contract.document


def test_options_say_all_of_their_rows(client):
    for name, option in client.contract.options.items():
        assert option["x-reference"] and option["description"], name
        assert option["x-home"] in ("stacks", "kernel", "usrsctp", "daemon", "kept"), name
        assert (option["x-home"] in ("kernel", "usrsctp", "kept")) == ("x-absent" in option), name
        if option["x-home"] == "kept":
            assert not option["properties"], name
            continue
        assert option["x-access"] in ("rw", "ro", "wo") and option["x-scope"] in ("any", "socket", "association", "future",
                                                                                       "open")
        for field in option["properties"].values():
            assert field["x-role"] in ("key", "pick", "value", "result") and field["x-kind"], name
        if option["x-access"] == "rw":
            assert any(f["x-role"] == "value" for f in option["properties"].values()), name
