"""What a test has shown to work: the methods, options, events and values that it used on a real stack and got right.

A feature is a word: `call:open`, `param:send.ppid`, `set:rtoinfo.max`, `get:status.state=established`,
`event:assoc_change.state=comm_up`, `data:stream`, `error:connection_refused`, `kept:event`, `setting:linger_ms`. tests/parity reads the lines
`shows: STACK FEATURE TEST...` and `skips: STACK TEST` from the logs of the lanes and sets them against its table.
"""
import collections
import os
import re

from option_rows import OPTIONS

WANTED = bool(os.environ.get("SCTPD_SHOWS"))

# Tests named for one feature, the most fitting first: enough that one is there again in the next run.
TESTS_MAX = 6

# Parameters whose values are names of the protocol.
NAMED = ("direction", "encoding", "mode", "pr_policy", "scope")

_now = set()  # (stack, feature) of the test that runs
_tests = collections.defaultdict(set)  # (stack, feature) -> tests that passed
_ran, _skipped = set(), set()  # (stack, test)


def _add(stack, feature):
    if WANTED:
        _now.add((stack, feature))


def _value(stack, prefix, value):
    """A field, and where its value is a name, or a list of names, the values."""
    _add(stack, prefix)
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,60}", each):
            _add(stack, f"{prefix}={each}")


def _fields(stack, verb, options):
    for name, fields in (options or {}).items():
        _add(stack, f"{verb}:{name}")
        if not isinstance(fields, dict):  # of an option with one field, its value alone
            fields = {OPTIONS[name].fields[0].name: fields}
        for field, value in fields.items():
            _value(stack, f"{verb}:{name}.{field}", value)


def call(stack, method, params, result):
    """A call that succeeded."""
    _add(stack, f"call:{method}")
    for name, value in params.items():
        _value(stack, f"param:{method}.{name}", value if name in NAMED else None)
    for name in result:
        _add(stack, f"result:{method}.{name}")
    if method in ("open", "connect", "setopts"):
        _fields(stack, "set", params.get("options"))
    elif method == "getopts":
        _fields(stack, "get", result["options"])
    elif method == "recv":
        for each in result["items"]:
            item(stack, each)


def item(stack, what):
    """A message or event that came in."""
    if "event" not in what:
        for name in what:
            _add(stack, f"data:{name}")
        return
    _add(stack, f"event:{what['event']}")
    for name, value in what.items():
        _value(stack, f"event:{what['event']}.{name}", value)


def error(stack, what):
    """An error, and which option it was about."""
    name, param = what["data"]["name"], what["data"].get("param", "")
    _add(stack, f"error:{name}")
    if name in ("option_kept", "option_not_supported") and param.startswith("options."):
        _add(stack, f"{'kept' if name == 'option_kept' else 'absent'}:{param[len('options.'):]}")


def setting(stack, name):
    """A daemon runs with it."""
    _add(stack, f"setting:{name}")


def begin():
    _now.clear()


def ended(test, stack, outcome):
    """Counts what this test used, if it passed; it is known by its function, not by its parameters."""
    test = test.split("[")[0]
    (_skipped if outcome == "skipped" else _ran).add((stack, test))
    for pair in _now if outcome == "passed" else ():
        _tests[pair].add(test)


def dump():
    """All of it, for the process that this one is a helper of."""
    return {"tests": [[*key, sorted(tests)] for key, tests in _tests.items()], "ran": sorted(_ran), "skipped": sorted(_skipped)}


def load(dumped):
    for stack, feature, tests in dumped["tests"]:
        _tests[stack, feature].update(tests)
    _ran.update(map(tuple, dumped["ran"]))
    _skipped.update(map(tuple, dumped["skipped"]))


def _fit(feature):
    """Tests that are called like the feature first."""
    words = [w for w in re.split(r"[:.=]", feature) if len(w) > 2]
    return lambda test: (-sum(w in test for w in words), test)


def lines():
    for (stack, feature), tests in sorted(_tests.items()):
        yield f"shows: {stack} {feature} {' '.join(sorted(tests, key=_fit(feature))[:TESTS_MAX])}"
    for stack, test in sorted(_skipped - _ran):
        yield f"skips: {stack} {test}"
