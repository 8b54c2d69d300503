"""What becomes of a skip? It is counted aloud; with WEBMAP_TEST_COMPLETE=1 it is a failure."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse_skip(report)
    return report


def refuse_skip(report: pytest.CollectReport | pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("WEBMAP_TEST_COMPLETE") == "1":
        report.longrepr = f"Skipped although WEBMAP_TEST_COMPLETE=1: {reason_of(report)}"
        report.outcome = "failed"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = Counter(reason_of(report) for report in terminalreporter.getreports("skipped"))
    counted = ", ".join(f"{count} {reason}" for reason, count in sorted(skipped.items()))
    terminalreporter.write_line(f"Skipped here: {counted or 'nothing'}")


def reason_of(report: pytest.CollectReport | pytest.TestReport) -> str:
    """Written as "what (why)", such as "PostGIS (no PGHOST)", so that the count reads well."""
    told = report.longrepr
    return str(told[2] if isinstance(told, tuple) else told).removeprefix("Skipped: ")
