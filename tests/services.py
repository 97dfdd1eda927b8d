"""PostgreSQL and Valkey for every test process, ready before Django reads its settings.

`make test` starts them once and names them in the environment; a bare `pytest` starts its own.
"""

import atexit
import os
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from dev.processes import Failure
from dev.testbed import MARK, lent
from tests.template import template

_servers = ExitStack()


def make_ready() -> None:
    """Point DATABASE_URL and REDIS_URL at running servers; called by `tests.settings`."""
    if MARK not in os.environ:
        _start()
    if "EVENDAS_TEMPLATE" not in os.environ:
        os.environ["EVENDAS_TEMPLATE"] = template()
    os.environ["REDIS_URL"] = _own_database(os.environ["REDIS_URL"])


def worker() -> str:
    """Return the name of this pytest-xdist worker, or "" outside of one."""
    return os.environ.get("PYTEST_XDIST_WORKER", "")


def pytest_configure() -> None:
    """Refuse settings that were read before the servers were there."""
    if settings.SETTINGS_MODULE != "tests.settings":
        raise pytest.UsageError(
            f"Tests need DJANGO_SETTINGS_MODULE=tests.settings, not {settings.SETTINGS_MODULE}: "
            "leave the variable unset."
        )


def pytest_report_header() -> str:
    """Say where this run keeps its servers' data and logs."""
    return f"servers: {os.environ[MARK]}"


def _start() -> None:
    atexit.register(_servers.close)
    try:
        os.environ.update(_servers.enter_context(lent()))
    except Failure as failure:
        raise pytest.UsageError(failure.told()) from failure


def _own_database(url: str) -> str:
    """Give each parallel worker a Redis database of its own: 1, 2, ...; 0 is for a serial run."""
    number = int(worker().removeprefix("gw") or -1) + 1
    return urlsplit(url)._replace(path=f"/{number}").geturl()
