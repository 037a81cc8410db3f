"""The mistakes that are put into the code are those of the code, and nothing else."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import mistakes  # noqa: E402
import trial  # noqa: E402

SOURCE = """/* A comment with a < b in it. */
#include <stdio.h>

static const int table[4] = {1, 2, 3};

int take(struct thing *t, int n)
{
\tchar why[64];

\tif (n < 7 && t->ready)
\t\tlog_error("%d < 3", n);
\tt->n = n;
\tthing_start(t, n);
\tthing_stop(t);
\treturn 0;
}
"""


def made(kind):
    return [m.put_into(SOURCE) for m in mistakes.find(SOURCE) if m.kind == kind]


def test_relations_are_those_of_the_code():
    """Not those in a comment, an include, or what a log says."""
    assert [text for text in made("relation")] == [
        SOURCE.replace("n < 7", "n <= 7"), SOURCE.replace("n < 7", "n > 7"), SOURCE.replace("&&", "||")]


def test_constants_are_those_of_a_function():
    """Not the size of a buffer, nor what stands in a table."""
    assert made("constant by one") == [
        SOURCE.replace("7", "8"), SOURCE.replace("7", "6"), SOURCE.replace("return 0", "return 1")]


def test_a_result_is_0_or_negative():
    """Where a function fails with a negative number, 1 says what 0 says, and -2 what -1 says."""
    source = "int f(void)\n{\n\tif (g(3))\n\t\treturn -1;\n\treturn 0;\n}\n"
    made = [m.put_into(source) for m in mistakes.find(source) if m.kind == "constant by one"]
    assert made == [source.replace("3", "4"), source.replace("3", "2"), source.replace("-1", "-0")]


def test_more_memory_than_needed_is_no_mistake():
    source = "void f(void)\n{\n\tg(calloc(1, sizeof(*p)));\n}\n"
    made = [m.put_into(source) for m in mistakes.find(source) if m.kind == "constant by one"]
    assert made == [source.replace("1", "0")]


def test_the_checks_of_dev_builds_are_left_alone():
    source = "void f(void)\n{\n\tg(1);\n#ifdef SCTPD_CHECKS\n\th(2);\n#endif\n\ti(3);\n}\n\n#ifdef SCTPD_CHECKS\nvoid j(void)\n{\n\tk(4);\n}\n#else\nvoid l(void)\n{\n\tm(5);\n}\n#endif\n"
    left_out = [source[m.start:m.end].strip() for m in mistakes.find(source) if m.kind == "call left out"]
    assert left_out == ["g(1);", "i(3);", "m(5);"]


def test_a_condition_is_inverted_whole():
    assert made("condition inverted") == [SOURCE.replace("(n < 7 && t->ready)", "(!(n < 7 && t->ready))")]


def test_statements_are_left_out():
    assert made("call left out") == [SOURCE.replace("thing_start(t, n)", ""), SOURCE.replace("thing_stop(t)", "")]
    assert made("assignment left out") == [SOURCE.replace("t->n = n", "")]


def test_only_statements_that_depend_on_each_other_are_swapped():
    assert made("statements swapped") == [
        SOURCE.replace("\tthing_start(t, n);\n\tthing_stop(t);", "\tthing_stop(t);\n\tthing_start(t, n);")]
    independent = SOURCE.replace("thing_stop(t)", "thing_start(u, 1)")
    assert not [m for m in mistakes.find(independent) if m.kind == "statements swapped"]


def test_the_lines_of_a_statement():
    lines = ["{", "\tif (a)", "\t\treturn f(b,", "\t\t         c) < 0;", "\tg();", "}"]
    assert [list(trial.statement(lines, n)) for n in range(1, 7)] == [[1], [2, 3, 4], [2, 3, 4], [2, 3, 4], [5], [6]]
