"""What a browser that was never here asks for to show Atendimento: how often, how much, how still.

And what it asks for later: nothing that is clicked or typed before it has come is lost.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, WebSocket, expect

from tests.e2e.glass import until
from tests.running import Running

pytestmark = pytest.mark.browser

T = TypeVar("T")

MOST_REQUESTS = 15
MOST_BYTES = 80_000
# A line that says what is new is put into a thread by the page itself; nothing else may move.
MOST_SHIFT = 0.01
SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) window.shifted += value;
    }).observe({ type: "layout-shift", buffered: true });
"""
# What is asked for last: the list and its figures over again, and the styles of dialogs.
LAST = ("/atendimento/lista/", "/atendimento/contadores/", "/packs/dialogs.")


@dataclass
class Load:
    """What was asked for since the address was entered."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    done: list[Request] = field(default_factory=list)
    sockets: list[WebSocket] = field(default_factory=list)

    def has_ended(self) -> bool:
        asked = " ".join(one.url for one in self.done)
        return all(part in asked for part in LAST) and len(self.done) == len(self.requests)

    @property
    def count(self) -> int:
        return len(self.requests) + len(self.sockets)

    @property
    def weight(self) -> int:
        """Bytes of all bodies as they came, compressed with gzip."""
        return sum(_weight(one) for one in self.done)

    @property
    def scripts(self) -> list[str]:
        """Their names, without what makes them new to a browser's memory."""
        paths = [urlsplit(one.url).path for one in self.done if one.resource_type == "script"]
        return [re.sub(r"\.[0-9a-f]{12}(?=\.js$)", "", path) for path in paths]

    @property
    def told(self) -> str:
        """Every request, for whoever looks for the one too many."""
        return "\n".join(f"{_weight(one):7} {urlsplit(one.url).path}" for one in self.done)


def _weight(request: Request) -> int:
    # What came from the browser's own memory is told as less than nothing.
    return max(0, request.sizes()["responseBodySize"])


def into(kept: list[T]) -> Callable[[T], None]:
    """Keep each: a list's own method will not do, as Playwright marks what it calls."""

    def keep(one: T) -> None:
        kept.append(one)

    return keep


@pytest.fixture
def ana_at_home(desk: Running, sign_in: Callable[..., Page]) -> Page:
    page = sign_in("ana")
    page.goto(f"{desk.web}sac/atendimento/")
    return page


@pytest.fixture
def arrive(ana_at_home: Page, open_window: Callable[..., Page]) -> Callable[[str], Load]:
    """Enter an address as ana, with a browser that has kept nothing but her session."""
    session = ana_at_home.context.storage_state()

    def go(address: str) -> Load:
        headers = {"Accept-Encoding": "gzip"}
        page = open_window(storage_state=session, extra_http_headers=headers)
        page.add_init_script(SHIFTS)
        load = Load(page)
        page.on("request", into(load.requests))
        page.on("requestfinished", into(load.done))
        page.on("websocket", into(load.sockets))
        page.goto(address)
        until(page, load.has_ended, seconds=30)
        return load

    return go


@pytest.fixture
def a_conversation(ana_at_home: Page) -> str:
    link = ana_at_home.locator("#rows .row-link").first
    return str(link.evaluate("link => link.href"))


def require_light(load: Load) -> None:
    assert sorted(load.scripts) == ["/static/django_htmx/htmx-2.min.js", "/static/packs/desk.js"]
    assert load.count <= MOST_REQUESTS, load.told
    assert load.weight <= MOST_BYTES, load.told
    assert load.page.evaluate("window.shifted") <= MOST_SHIFT


def test_the_list_comes_in_few_requests_and_stands_still(
    arrive: Callable[[str], Load], ana_at_home: Page, complaints: list[str]
) -> None:
    require_light(arrive(ana_at_home.url))
    assert complaints == []


def test_a_conversation_comes_in_few_requests_and_stands_still(
    arrive: Callable[[str], Load], a_conversation: str, complaints: list[str]
) -> None:
    load = arrive(a_conversation)
    expect(load.page.locator("#thread .bubble").first).to_be_visible()
    require_light(load)
    assert complaints == []


def test_what_is_typed_before_the_search_has_come_is_searched_for(
    ana_at_home: Page,
) -> None:
    page = ana_at_home
    held: list[Route] = []
    page.route("**/packs/search.*", into(held))
    page.keyboard.press("Control+k")
    until(page, lambda: held, seconds=10)
    page.keyboard.type("sara")
    expect(page.locator("#search-text")).to_have_value("sara")
    asked = re.compile(r"busca/\?q=sara")
    with page.expect_request(asked):
        held[0].continue_()
    page.keyboard.type("h")
    expect(page.locator("#search-text")).to_have_value("sarah")


def test_emoji_that_do_not_come_are_told_and_come_at_the_next_click(
    ana_at_home: Page, a_conversation: str
) -> None:
    page = ana_at_home
    page.goto(a_conversation)
    button = page.locator("[data-emojis]").first
    page.route("**/packs/emojis.*", lambda route: route.abort())
    button.click()
    expect(page.locator("#refusal")).to_contain_text("Isto não carregou")
    page.unroute("**/packs/emojis.*")
    page.route("**/js/emojidata.*", lambda route: route.abort())
    button.click()
    expect(page.locator("#emoji-told")).to_contain_text("Os emojis não vieram")
    page.keyboard.press("Escape")
    page.unroute("**/js/emojidata.*")
    button.click()
    expect(page.locator("#emoji-picker [data-pick]").first).to_be_visible()
