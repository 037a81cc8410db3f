"""Reads what a test runner wrote and prints `passed failed skipped`: TAP, pytest, ctest, or a line that says it."""

import re
import sys


def number(pattern, text):
    found = re.findall(pattern, text, re.MULTILINE)
    return int(found[-1]) if found else 0


def plain(text):
    found = re.findall(r"^(?:\S+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$", text, re.MULTILINE)
    return [int(part or 0) for part in found[-1]] if found else None


def ctest(text):
    if "% tests passed" not in text:
        return None
    total = number(r"tests failed out of (\d+)", text)
    failed, skipped = number(r"(\d+) tests? failed out of", text), len(re.findall(r"\*\*\*Skipped", text))
    return [total - failed - skipped, failed, skipped]


def pytest(text):
    lines = re.findall(r"^.*\b(?:passed|failed|skipped|errors?)\b.* in [\d.]+s.*$", text, re.MULTILINE)
    if not lines:
        return None
    def count(what):  # a lane may run it several times
        return sum(number(rf"(\d+) {what}", line) for line in lines)

    return [count("passed"), count("failed") + count("errors?"), count("skipped")]


def tap(text):
    oks = re.findall(r"^ok\b.*$", text, re.MULTILINE)
    if not oks and "not ok" not in text:
        return None
    skipped = sum("# SKIP" in line.upper() for line in oks)
    return [len(oks) - skipped, len(re.findall(r"^not ok\b", text, re.MULTILINE)), skipped]


text = sys.stdin.read()
print(*next((found for found in (reader(text) for reader in (plain, ctest, pytest, tap)) if found), [0, 0, 0]))
