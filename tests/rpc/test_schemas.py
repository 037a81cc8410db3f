"""The types of the description: every value has one, every reference leads to one, and types of another language can be made of them."""
import json
import keyword
import subprocess
import typing

import sctpd

SAYS = ("type", "$ref", "anyOf", "allOf")
PREFIX = "#/components/schemas/"


def parts_of(schema):
    """(where, schema) of all that @schema is made of."""
    for name, each in schema.get("properties", {}).items():
        yield f".{name}", each
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield f".{word}", schema[word]
    for word in ("anyOf", "allOf"):
        for n, each in enumerate(schema.get(word, [])):
            yield f".{word}[{n}]", each


def walk(where, schema):
    yield where, schema
    for name, each in parts_of(schema):
        yield from walk(where + name, each)


def schemas_of(document):
    for method in document["methods"]:
        for param in method["params"]:
            yield from walk(f"{method['name']}({param['name']})", param["schema"])
        yield from walk(f"{method['name']} result", method["result"]["schema"])
    for group in ("x-notifications", "x-options"):
        for name, schema in document[group].items():
            yield from walk(f"{group} {name}", schema)
    for name, schema in document["components"]["schemas"].items():
        yield from walk(name, schema)


def test_every_value_has_a_type(client):
    untyped = [where for where, schema in schemas_of(client.contract.document) if not any(word in schema for word in SAYS)]
    assert not untyped


def test_every_array_says_of_what(client):
    assert not [where for where, schema in schemas_of(client.contract.document) if schema.get("type") == "array" and "items" not in schema]


def test_every_reference_leads_to_a_type(client):
    document = client.contract.document
    referred = {schema["$ref"] for _, schema in schemas_of(document) if "$ref" in schema}
    assert all(ref.startswith(PREFIX) for ref in referred)
    assert {ref.removeprefix(PREFIX) for ref in referred} <= document["components"]["schemas"].keys()
    shared = {"Socket", "Assoc", "AssocStatus", "Path", "Item", "Message", "Event", "Options", "OptionRtoinfo", "EventAssocChange", "Error"}
    assert shared <= document["components"]["schemas"].keys()


def test_every_name_is_given_once():
    def once(pairs):
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), sorted(names)
        return dict(pairs)

    printed = subprocess.run([sctpd.program(), "--openrpc"], capture_output=True, check=True).stdout
    json.loads(printed, object_pairs_hook=once)


# --- types of Python, as a generator for any language would make them ---

PLAIN = {"integer": "int", "boolean": "bool", "string": "str", "null": "None"}


class Generator:
    def __init__(self, document):
        self.lines = ["import typing"]
        self.made = 0
        for name, schema in document["components"]["schemas"].items():
            self.define(name, schema)
        for method in document["methods"]:
            name = "".join(word.capitalize() for word in method["name"].replace(".", "_").split("_"))
            self.define(f"{name}Result", method["result"]["schema"])
            self.define(f"{name}Params", {"type": "object", "required": [p["name"] for p in method["params"] if p["required"]],
                                          "properties": {p["name"]: p["schema"] for p in method["params"]}})

    def define(self, name, schema):
        assert name.isidentifier() and not keyword.iskeyword(name)
        if "properties" in schema:
            members = {key: self.type_of(each) for key, each in schema["properties"].items()}
            required = schema.get("required", [])
            assert set(required) <= members.keys(), name
            wrapped = {key: each if key in required else f"typing.NotRequired[{each}]" for key, each in members.items()}
            body = ", ".join(f"{key!r}: {each}" for key, each in wrapped.items())
            self.lines.append(f"{name} = typing.TypedDict({name!r}, {{{body}}})")
        else:
            self.lines.append(f"{name} = {self.type_of(schema)}")

    def type_of(self, schema):
        if "$ref" in schema:
            return f"typing.ForwardRef({schema['$ref'].removeprefix(PREFIX)!r})"
        if "anyOf" in schema:
            return f"typing.Union[{', '.join(self.type_of(each) for each in schema['anyOf'])}]"
        if "allOf" in schema:
            return self.type_of(schema["allOf"][-1])
        if schema["type"] == "array":
            return f"list[{self.type_of(schema['items'])}]"
        if "enum" in schema:
            return f"typing.Literal[{', '.join(repr(each) for each in schema['enum'])}]"
        if schema["type"] != "object":
            return PLAIN[schema["type"]]
        if isinstance(schema.get("additionalProperties"), dict):
            return f"dict[str, {self.type_of(schema['additionalProperties'])}]"
        if "properties" not in schema:
            return "dict[str, object]"
        self.made += 1
        self.define(f"Part{self.made}", schema)
        return f"typing.ForwardRef('Part{self.made}')"


def test_types_can_be_generated(daemon, client):
    generator = Generator(client.contract.document)
    space = {}
    exec("\n".join(generator.lines), space)
    pair = sctpd.Pair(daemon).settle()
    answers = {"ListResult": pair.a.list(), "Socket": pair.a.list()["sockets"][0], "Assoc": pair.a.list()["assocs"][0],
               "HelloResult": pair.a.hello, "AssocStatus": pair.a.call("status", assoc=pair.assoc_a)["assoc"],
               "Path": pair.a.call("paths", assoc=pair.assoc_a)["paths"][0]}
    for name, answer in answers.items():
        declared = typing.get_type_hints(space[name], space)
        assert answer.keys() <= declared.keys(), name
        assert space[name].__required_keys__ <= answer.keys(), name
