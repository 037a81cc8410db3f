"""What rpc.discover's document describes once, in its components, and refers to."""
import re

import jsonschema


def resolved(document, schema):
    """@schema, or what it refers to. It may have words of its own beside the reference."""
    if "$ref" not in schema:
        return schema
    name = re.fullmatch(r"#/components/schemas/(\w+)", schema["$ref"])[1]
    return {**document["components"]["schemas"][name], **{key: value for key, value in schema.items() if key != "$ref"}}


def described(document, group):
    """The schemas of `x-options` or `x-notifications`, by name."""
    return {name: resolved(document, schema) for name, schema in document[group].items()}


def validator(document, schema):
    """One of @schema, which refers into @document."""
    return jsonschema.Draft202012Validator({**schema, "components": document["components"]})
