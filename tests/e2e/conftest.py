"""A running desk and a real Chromium, for the serial lane."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.bustle import go_home
from tests.e2e.glass import RIGGING
from tests.e2e.looking import Eye
from tests.e2e.stock import stock
from tests.running import Running, running

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 360, "height": 740}
REDIS_DATABASE = 40
# Seconds, more than an installation's ten: a loaded machine has none to miss.
UNDO_FOR = 25
_phones = count(5511991270001)

Cookies = list[Any]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("desk")
    longer = {"EVENDAS_CLOSE_UNDO_FOR": str(UNDO_FOR)}
    with running(folder, redis_database=REDIS_DATABASE, **longer) as stack:
        yield stack


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of; empty at the end of a healthy test."""
    return []


@pytest.fixture
def open_window(browser: Browser, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Open windows of separate people: each its own session."""
    contexts: list[BrowserContext] = []

    def open_one(**options: object) -> Page:
        context = browser.new_context(
            **{"viewport": WIDE, "locale": "pt-BR", "timezone_id": "America/Sao_Paulo", **options}  # type: ignore[arg-type]
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text) if line.type in {"error", "warning"} else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, Cookies]:
    """The cookies of who signed in once: the form is looked at by tests of its own."""
    return {}


@pytest.fixture
def sign_in(
    desk: Running, open_window: Callable[..., Page], sessions: dict[str, Cookies]
) -> Callable[..., Page]:
    """Open a page of a person of the demo: at Início, or with `at_home` false somewhere."""

    def enter(who: str, *, at_home: bool = True, **options: object) -> Page:
        page = open_window(**options)
        page.context.add_cookies(sessions.get(who, []))
        door = f"{desk.web}entrar/"
        if page.request.get(door, max_redirects=0).status != 302:
            page.goto(door)
            _sign_in(page, f"{who}@aurora.demo", desk)
            sessions[who] = list(page.context.cookies())
        elif at_home:
            page.goto(desk.web)
        return page

    return enter


def _sign_in(page: Page, email: str, desk: Running) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Senha").fill(desk.logins[email])
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url(desk.web)


@pytest.fixture
def phones() -> list[str]:
    """Who wrote during the test."""
    return []


@pytest.fixture
def customer(desk: Running, phones: list[str]) -> Callable[[str], str]:
    """Let somebody new write to the store; return their number."""

    def write(name: str) -> str:
        phone = str(next(_phones))
        phones.append(phone)
        desk.simulator.phone(phone, name=name)
        desk.simulator.receive(phone, "Oi!")
        # Whoever writes next is the next to arrive: nobody promises it of what is on its way.
        desk.simulator.quiet(5)
        return phone

    return write


@pytest.fixture(params=["estreito", "largo"])
def eye(request: pytest.FixtureRequest) -> Eye:
    """Who judges screens: once in front of a phone, once of a desk."""
    return Eye(request.param, NARROW if request.param == "estreito" else WIDE)


@pytest.fixture
def stocked(desk: Running) -> Iterator[None]:
    """The store has reasons, tags and ready answers."""
    with stock(desk):
        yield


@pytest.fixture
def ana(desk: Running, sign_in: Callable[..., Page], phones: list[str]) -> Iterator[Page]:
    """Ana at the desk, with her clock and her socket in our hands."""
    page = sign_in("ana", at_home=False)
    page.context.add_init_script(RIGGING)
    page.clock.install()
    page.goto(f"{desk.web}sac/atendimento/")
    page.evaluate("window.neverReloaded = true")
    yield page
    go_home(desk, page.context, phones)
