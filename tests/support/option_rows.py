"""The rows of proto/options.def and proto/names.def, for tests that go by them: they name
tests before there is a daemon to ask, and say which stack has which field and name."""

import csv
import dataclasses
import pathlib
import re

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"
ROW = re.compile(r"^(OPTION|FIELD|TAIL|NAMES?|NEEDS|WITH|EVENT)(?:_(KERNEL|USRSCTP|DAEMON|KEPT|WIRE))?\((.*)\)", re.MULTILINE)
REAL_STACKS = {"kernel", "usrsctp"}
HIDDEN = {"ASSOC", "COUNT"}  # the codec's own


@dataclasses.dataclass
class Field:
    name: str
    kind: str
    role: str
    names: str
    stacks: set


@dataclasses.dataclass
class Option:
    """One row; `home` is where it lives, `absent` why elsewhere it does not."""

    name: str
    home: str
    access: str
    scope: str
    stacks: set
    absent: str = ""
    needs: str = ""
    flags: dict = dataclasses.field(default_factory=dict)  # field -> (the flag that turns it on, the one that turns it off)
    fields: list = dataclasses.field(default_factory=list)

    def on(self, stack):
        """Whether a daemon with @stack has it."""
        return self.home != "KEPT" and (stack in self.stacks or self.home == "DAEMON")

    def fields_on(self, stack, *roles):
        """The fields that a client of @stack sees, of these roles."""
        return [f for f in self.fields if f.role in roles and (stack in f.stacks or self.home == "DAEMON")]

    def places(self):
        """What it can be read on."""
        return {"ANY": ("socket", "assoc"), "ASSOC": ("assoc",)}.get(self.scope, ("socket",))


def rows_of(file):
    """(macro, home, arguments) of every row."""
    for macro, home, arguments in ROW.findall((PROTO / file).read_text()):
        yield macro, home, next(csv.reader([arguments], skipinitialspace=True))


def stacks_of(home):
    return {home.lower()} & REAL_STACKS or set(REAL_STACKS)


def make_option(home, row):
    if home == "KEPT":
        return Option(row[0], home, "RW", "ANY", set(), absent=row[2])
    if home == "DAEMON":
        return Option(row[0], home, row[1], row[2], set())
    return Option(row[0], home or "STACK", row[4], row[6], stacks_of(home), absent=row[9] if home else "")


def read_options():
    """Every option by name, in the order of the rows."""
    options = {}
    for macro, home, row in rows_of("options.def"):
        if macro == "OPTION":
            options[row[0]] = make_option(home, row)
        elif macro == "NEEDS":
            options[row[0]].needs = row[1]
        elif macro == "WITH":
            options[row[0]].flags[row[1]] = (row[3], row[4])
        else:
            kind, role, names = row[2:5] if home == "DAEMON" else row[3:6]
            if kind not in HIDDEN:
                options[row[0]].fields.append(Field(row[1], kind, role, names, stacks_of(home)))
    return options


def read_names():
    """set -> name -> the stacks that have it."""
    sets = {}
    for macro, home, row in rows_of("names.def"):
        if macro == "NAME":
            sets.setdefault(row[0], {})[row[1]] = stacks_of(home)
    sets["event"] = {row[0]: stacks_of(home) for macro, home, row in rows_of("events.def") if macro == "EVENT" and home != "DAEMON"}
    return sets


OPTIONS = read_options()
NAMES = read_names()
