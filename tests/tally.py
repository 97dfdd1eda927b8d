"""What the tests tried, in numbers, at the end of the run: "0 failed" says little of walls."""

from collections.abc import Callable

import pytest

Tally = Callable[[str], None]


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """Say what was tried; the line begins with its subject and a colon."""
    return lambda line: record_property("tally", line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the lines, also under xdist: they travel with the reports of the tests."""
    lines = sorted(
        str(line)
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for name, line in report.user_properties
        if name == "tally"
    )
    if lines:
        terminalreporter.section("what was tried")
    for line in lines:
        terminalreporter.write_line(line)
