"""One real Chromium for all tests of the serial lane: Playwright starts only once per process."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium", path="/usr/bin") or shutil.which("chromium")
    if path is None:
        pytest.fail("O Chromium não está instalado: apt-get install chromium")
    # A limit, not a measure: a busy machine takes its time.
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()
