"""The screen catches up: whatever was cut, lost or restarted, it ends as a fresh one begins."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from random import Random
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from redis import Redis

from tests.e2e.bustle import Bustle, Hand, go_home
from tests.e2e.conftest import REDIS_DATABASE
from tests.e2e.glass import RIGGING, differences, model, until
from tests.faults.size import sized
from tests.running import Running
from tests.tally import Tally

pytestmark = [pytest.mark.browser]

SignIn = Callable[..., Page]
BACK = 15.0
DRAFT = "Isto eu ainda não enviei 👞"
NAMES = [f"Freguês {number}" for number in range(6)]
_phones = count(5511991260001)


@pytest.fixture
def customers(desk: Running) -> list[str]:
    """Six people who have written to the store."""
    phones = [str(next(_phones)) for _ in NAMES]
    for name, phone in zip(NAMES, phones, strict=True):
        desk.simulator.phone(phone, name=name, reads_alone=True)
        desk.simulator.receive(phone, "Oi!")
    return phones


@pytest.fixture
def rigged(sign_in: SignIn) -> SignIn:
    """Sign somebody in at a window whose socket can be cut and go deaf."""

    def enter(who: str) -> Page:
        page = sign_in(who)
        page.context.add_init_script(RIGGING)
        return page

    return enter


@pytest.fixture
def windows(rigged: SignIn) -> dict[str, Page]:
    return {who: rigged(who) for who in ("ana", "bia", "sara")}


@pytest.fixture
def bustle(desk: Running, windows: dict[str, Page], customers: list[str]) -> Iterator[Bustle]:
    """A morning of its own for everybody, not begun; the first customer's ticket is sara's."""
    seed = Random().randrange(10**6)
    print(f"seed {seed}")
    hands = {who: Hand(desk, page.context) for who, page in windows.items()}
    bustle = Bustle(desk, hands, customers, seed, sized(100, full=1_000))
    until(windows["ana"], lambda: len(bustle.standing()) == len(customers), seconds=20)
    bustle.give(customers[0], "sara")
    yield bustle
    bustle.close()
    go_home(desk, windows["sara"].context, customers)


@pytest.mark.drill
def test_whatever_is_cut_meanwhile_the_page_equals_a_fresh_one(
    desk: Running, windows: dict[str, Page], bustle: Bustle, tally: Tally
) -> None:
    talk, board = windows["sara"], windows["ana"]
    board.goto(f"{desk.web}sac/atendimento/?situacao=aguardando")
    talk.goto(f"{desk.web}sac/atendimento/?situacao=em-aberto")
    talk.locator("#rows .row", has_text=NAMES[0]).get_by_role("link").click()
    type_draft(talk, DRAFT)

    began = time.monotonic()
    with bustle.going_on():
        Trouble(bustle, (talk, board), Random(bustle.seed)).make()
    spent = time.monotonic() - began
    until(talk, bustle.is_settled, seconds=60)
    # They were deaf until the end: nothing more will be pushed, only a new socket tells them.
    for page in (talk, board):
        page.evaluate("rig.loss = 0, rig.isDeaf = false, rig.cut()")
    for page in (talk, board):
        await_truth(page)
    # What comes when all is well again comes by push.
    bustle.write(bustle.customers[0])
    bustle.give(bustle.customers[0], "sara")
    until(talk, bustle.is_settled, seconds=30)
    for page in (talk, board):
        await_truth(page)
    shown = model(talk)
    assert len({id_ for id_, _ in shown["thread"]}) == len(shown["thread"])
    assert (shown["draft"], shown["unsent"]) == (DRAFT, 0)
    tally(f"catch-up: {bustle.done.total()} changes in {spent:.0f} s, seed {bustle.seed}")
    tally(f"catch-up: {dict(bustle.done)}")
    tally(f"catch-up: {_shares(talk)} (conversation), {_shares(board)} (list)")


def type_draft(page: Page, text: str) -> None:
    """Type and wait until the server has it."""
    with page.expect_response("**/rascunho/"):
        page.get_by_placeholder("Escreva uma mensagem").fill(text)


def await_truth(page: Page) -> None:
    """Wait until the page shows what a fresh one shows; say in what it does not."""
    end = time.monotonic() + BACK
    while found := differences(page):
        assert time.monotonic() < end, "\n".join(found)
        page.wait_for_timeout(200)


@dataclass
class Trouble:
    """Ways to lose what is told, at random moments while it bustles."""

    bustle: Bustle
    pages: tuple[Page, ...]
    dice: Random

    def make(self) -> None:
        """Lose pushes, cut, deafen, unplug, flush, kill and restart; then all are deaf."""
        ways = [self.cut, self.deafen, self.unplug, self.flush, self.kill] * sized(2, full=10)
        ways += [self.restart] * sized(1, full=3)
        self.dice.shuffle(ways)
        moments = sorted(self.dice.randrange(self.bustle.wanted * 4 // 5) for _ in ways)
        for page in self.pages:
            page.evaluate("rig.loss = 0.1")
        for moment, way in zip(moments, ways, strict=True):
            self._await(moment)
            way(self.dice.choice(self.pages))
        for page in self.pages:
            page.evaluate("rig.isDeaf = true")
        self._await(self.bustle.wanted)

    def _await(self, changes: int) -> None:
        bustle = self.bustle
        until(self.pages[0], lambda: bustle.done.total() >= changes or bustle.is_over, seconds=90)

    def cut(self, page: Page) -> None:
        page.evaluate("rig.cut()")

    def deafen(self, page: Page) -> None:
        """Its socket stays open, and nothing comes through."""
        page.evaluate("rig.isDeaf = !rig.isDeaf")

    def unplug(self, page: Page) -> None:
        page.context.set_offline(offline=True)
        page.wait_for_timeout(self.dice.randrange(100, 1_500))
        page.context.set_offline(offline=False)

    def flush(self, _: Page) -> None:
        with valkey() as server:
            server.flushdb()

    def kill(self, _: Page) -> None:
        """Cut the web server's own line to the groups: for a moment it hears no push at all."""
        with valkey() as server:
            for client in server.client_list():
                if client["db"] == str(REDIS_DATABASE) and client["sub"] != "0":
                    server.client_kill_filter(_id=client["id"])

    def restart(self, _: Page) -> None:
        desk = self.bustle.desk
        desk.children["web"].stop()
        desk.restart("web")


def valkey() -> Redis:
    """The server of the running desk, at its own database."""
    address = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{REDIS_DATABASE}")
    return Redis.from_url(address.geturl())


def _shares(page: Page) -> str:
    rig = page.evaluate("({...rig.came, lost: rig.lost})")
    known = rig["push"] + rig["asked"]
    share = 100 * rig["push"] / known if known else 0.0
    return f"{share:.0f} % of {known} lines and rows by push, {rig['lost']} frames lost"
