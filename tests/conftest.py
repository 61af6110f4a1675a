"""What holds for every test: examples that are the same on every run of CI, and no silent skip there."""

import os
import re
from collections.abc import Generator

import pytest
from hypothesis import settings

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if "CI" in os.environ or "DENYUT_REFUSE_SKIPS" in os.environ else "here")

REFUSES_SKIPS = os.environ.get("DENYUT_REFUSE_SKIPS") == "1"
MISSING_PROGRAM = re.compile(r"not on PATH|not installed|not found", re.IGNORECASE)
PERMITTED = re.compile(r"no Docker engine|recording|as root|\bPython 3", re.IGNORECASE)


def is_permitted(reason: str) -> bool:
    """Whether a skip may stand where every program that Debian packages was installed."""
    return bool(PERMITTED.search(reason)) and not MISSING_PROGRAM.search(reason)


def refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip that the installed programs should have made unnecessary into a failure that names its reason."""
    if not (REFUSES_SKIPS and report.skipped) or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not is_permitted(reason):
        report.outcome = "failed"
        report.longrepr = f"skipped where skips are refused: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse(report)
    return report
