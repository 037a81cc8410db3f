"""Single mistakes that can be put into a C file: where each goes, and the text of the file with it.

The code is laid out by clang-format, and that is all this knows of C: a function's body begins with a brace in the first column and ends with
one, a statement ends with a semicolon at the end of a line. What cannot be a mistake that a test should see is left alone: lines of the log,
sizes of buffers, and what does not compile falls out by itself.
"""
import dataclasses
import re

RELATIONS = {"<": ("<=", ">"), "<=": ("<", ">="), ">": (">=", "<"), ">=": (">", "<="), "==": ("!=",), "!=": ("==",)}
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|/\*.*?\*/|//[^\n]*|[A-Za-z_]\w*|0[xX][0-9a-fA-F]+|\d+(?![\w.])'
                   r'|->|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.', re.DOTALL)
CALL = re.compile(r"(\t+)(\w+)\((?:[^;\"]|\"(?:\\.|[^\"\\])*\")*\);$", re.DOTALL)
ASSIGNMENT = re.compile(r"(\t+)[\w>.*\[\]-]+(?:\(\w+\))? [-+|&*]?= [^;]*;$|(\t+)[\w>.\[\]-]+(?:\+\+|--);$", re.DOTALL)
# What a log says, and what only a debugger or another compiler sees.
UNSEEN = re.compile(r"\t*(?:log_\w+|assert|explicit_bzero|\(void\))\b")
# Members have no order, so what only adds some to an object can stand anywhere.
ADDITION = re.compile(r"\badd|_add")
DECLARATION = re.compile(r"\t+(?:const |static |struct |enum |unsigned |_cleanup_)?[\w ]+[ *]\w+\[")
JUMPS = ("return", "break", "continue", "goto", "case", "default", "else", "}", "{")


@dataclasses.dataclass(frozen=True)
class Mistake:
    """Replaces the characters @start … @end of a file by @text."""
    kind: str
    line: int  # from 1
    start: int
    end: int
    text: str

    def put_into(self, source):
        return source[:self.start] + self.text + source[self.end:]

    def describe(self, source):
        was = " ".join(source[self.start:self.end].split())
        now = " ".join(self.text.split())
        return f"{self.kind}: `{was}` -> `{now}`"


def bodies(source):
    """(start, end) of each function's body, in characters."""
    found, start, at = [], None, 0
    for line in source.splitlines(keepends=True):
        if line.startswith("{"):
            start = at
        elif line.startswith("}") and start is not None:
            found.append((start, at))
            start = None
        at += len(line)
    return found


def tokens(source, start, end):
    for match in TOKEN.finditer(source, start, end):
        text = match.group()
        if not text.isspace() and text[0] not in "\"'" and not text.startswith(("/*", "//")):
            yield match.start(), text


def line_at(source, at):
    start = source.rfind("\n", 0, at) + 1
    return source[start:source.find("\n", at)]


def closing(source, opening):
    """Where the parenthesis at @opening is closed."""
    depth = 0
    for at, text in tokens(source, opening, len(source)):
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return at
    return None


def of_tokens(source, start, end):
    """(kind, start, end, text) of relations, constants, conditions."""
    # 0 or negative: who calls it asks which of them, so 1 and -2 say the same.
    is_result = bool(re.search(r"\treturn (?:-\w|option_error|bad_value)", source[start:end]))
    before = None
    for at, text in tokens(source, start, end):
        line = line_at(source, at)
        if UNSEEN.match(line) or line.startswith("#"):
            before = text
            continue
        for other in RELATIONS.get(text, ()):
            yield "relation", at, at + len(text), other
        if text in ("&&", "||"):
            yield "relation", at, at + 2, "||" if text == "&&" else "&&"
        if text.isdigit() and not DECLARATION.match(line) and before != "[":
            more_memory = source[:at].endswith("calloc(")
            if not more_memory and not (is_result and re.match(r"\t+return (?:-1|0);", line)):
                yield "constant by one", at, at + len(text), str(int(text) + 1)
            if int(text) > 0:
                yield "constant by one", at, at + len(text), str(int(text) - 1)
        if text == "(" and before in ("if", "while"):
            close = closing(source, at)
            if close:
                yield "condition inverted", at, close + 1, f"(!{source[at:close + 1]})"
        before = text


def statements(source, start, end):
    """(start, end, indentation) of each simple statement that has whole lines for itself."""
    at = source.find("\n", start) + 1
    while at < end:
        stop = source.find("\n", at)
        line = source[at:stop]
        indentation = len(line) - len(line.lstrip("\t"))
        while not line.endswith((";", "{", "}", ":")) and stop < end and line.strip():
            stop = source.find("\n", stop + 1)
            line = source[at:stop]
        if line.endswith(";") and not line.strip().startswith(JUMPS):
            yield at, stop, indentation
        at = stop + 1


def depend(first, second):
    """Whether the order of two statements can matter: one sets what the other names, or different calls are about one thing."""
    for one, other in ((first, second), (second, first)):
        if not CALL.match(one) and re.match(r"\t+([\w>.*\[\]-]+)", one).group(1) in other:
            return True
    if not (CALL.match(first) and CALL.match(second)) or ADDITION.search(first) and ADDITION.search(second):
        return False
    names = [re.findall(r"[A-Za-z_]\w*", text) for text in (first, second)]
    return names[0][0] != names[1][0] and bool(set(names[0][1:]) & set(names[1][1:]))


def of_statements(source, start, end):
    """(kind, start, end, text) of statements left out and swapped."""
    before = None
    for at, stop, indentation in statements(source, start, end):
        text = source[at:stop]
        if UNSEEN.match(text):
            before = None
            continue
        simple = bool(CALL.match(text) or ASSIGNMENT.match(text))
        if simple:
            yield "call left out" if CALL.match(text) else "assignment left out", at, stop, "\t" * indentation + ";"
        if simple and before and before[1] + 1 == at and before[2] == indentation and depend(source[before[0]:before[1]], text):
            yield "statements swapped", before[0], stop, f"{text}\n{source[before[0]:before[1]]}"
        before = (at, stop, indentation) if simple else None


def checked_bodies(source):
    """Those without what dev builds alone check, which is no part of the daemon."""
    checks = [match.span() for match in re.finditer(r"^#ifdef SCTPD_CHECKS$.*?^#(?:else|endif)", source, re.DOTALL | re.MULTILINE)]
    for start, end in bodies(source):
        at = start
        for first, last in checks:
            if start <= first and last <= end:
                yield at, first
                at = last
        if not any(first <= start and end <= last for first, last in checks):
            yield at, end


def find(source):
    """Every mistake that can be made in the text of a file."""
    found = []
    for start, end in checked_bodies(source):
        for kind, at, stop, text in [*of_tokens(source, start, end), *of_statements(source, start, end)]:
            where = stop - 1 if kind.endswith("swapped") else at
            found.append(Mistake(kind, source.count("\n", 0, where) + 1, at, stop, text))
    return found
