"""The heaviest calls there can be: every method of rpc.discover with every parameter it takes, each as large as its schema lets it be."""
import base64

from described import described

# What the schema does not say: things there are, and what a method needs to get further than its first check.
BIG = 60000  # bytes of a text without a limit of its own
ITEMS = 64
LONG = 60000  # milliseconds a waiting call waits


def text_of(schema):
    if schema.get("contentEncoding") == "base64":
        return base64.b64encode(b"x" * min(schema.get("maxLength", BIG), BIG)).decode()
    if "enum" in schema:
        return schema["enum"][-1]
    return "x" * min(schema.get("maxLength", BIG), BIG)


def heaviest(schema):
    """A value that @schema allows, and takes most."""
    kind = schema.get("type")
    if kind == "integer":
        return schema.get("maximum", 1 << 16)
    if kind == "boolean":
        return True
    if kind == "array":
        return [heaviest(schema["items"])] * min(schema.get("maxItems", ITEMS), ITEMS)
    if kind == "object":
        return {name: heaviest(each) for name, each in schema.get("properties", {}).items()}
    if "anyOf" in schema:
        return heaviest(schema["anyOf"][0])
    return text_of(schema)


# Parameters that point at something, by name: in @there, what the caller has.
POINTERS = {"socket", "assoc", "port", "sub", "to", "token", "resume"}
# What would be refused together, or at once.
WITHOUT = {
    "send": {"data", "addr", "auth_key", "pr_policy", "pr_value", "context"},
    "note": {"data"},
    "subscribe": {"data", "credit", "credit_unit", "encoding", "ack", "since"},
    "open": {"netns", "stack", "port"},
    "connect": {"socket"},
    "hello": {"resume"},
    "list": {"after"},
    "bindx": {"assoc", "remove"},
    "credit": set(),
}
ALWAYS = {"expect_epoch", "epoch", "check", "udp_port"}
# What a method takes that its schema does not bound.
FITTING = {
    "send": {"stream": 0, "timetolive": 0, "text": "x" * 20000},
    "note": {"text": "x" * 4000},
    "subscribe": {"tag": "x" * 256, "events": ["assoc_change", "remote_error"]},
    "getopts": {"options": None},
    "setopts": {"options": {"nodelay": True}, "scope": None},
    "handoff": {"ttl_ms": LONG},
    "stream_reset": {"streams": [0, 1], "direction": "outgoing"},
    "add_streams": {"outbound": 1, "inbound": 1},
    "claim": {"token": None},
    "bindx": {"add": ["127.0.0.2"]},
    "list": {"limit": 1000},
    "open": {"takeover": None, "options": {}},
    "connect": {"options": {}},
    "ack": {"seq": 0},
}


def options_of(document, scope=None):
    """Every option that can be written, with values that are allowed; those that point at an address of a path are left out."""
    found = {}
    for name, schema in described(document, "x-options").items():
        if schema.get("x-access") not in ("rw", "wo") or schema["x-home"] == "kept":
            continue
        fields = {field: each for field, each in schema["properties"].items() if each.get("x-kind") != "address"}
        found[name] = {field: value_of(each) for field, each in fields.items()}
    return found


def value_of(field):
    """Of an option's field: small numbers, for most are refused where they are large."""
    if field.get("x-kind") == "key material, base64":
        return base64.b64encode(b"k" * 1000).decode()
    if field.get("type") == "integer":
        return 1
    if field.get("type") == "array":
        return [value_of(field["items"])] * 4
    if "anyOf" in field:
        return value_of(field["anyOf"][0])
    return heaviest(field)


def params_of(method, there):
    """The heaviest parameters of @method (a row of rpc.discover). @there: values for those that point at something."""
    name = method["name"]
    skipped = WITHOUT.get(name, set()) | ALWAYS
    params = {}
    for each in method["params"]:
        if each["name"] in skipped or (each["name"] in POINTERS and each["name"] not in there):
            continue
        params[each["name"]] = there[each["name"]] if each["name"] in there else heaviest(each["schema"])
    params.update(FITTING.get(name, {}))
    params = {each: value for each, value in params.items() if value is not None}
    if "assoc" in params and "socket" in params:  # one or the other
        del params["socket"]
    if "linger_ms" in params:
        params["linger_ms"] = 0
    if "timeout_ms" in params:
        params["timeout_ms"] = LONG
    for addresses in ("addrs", "add"):
        if name in ("open", "connect", "bindx") and addresses in params:
            params[addresses] = ["127.0.0.1"]
    return params
