"""The stage of a busy quarter of an hour: who is there, what they do, and what must remain."""

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from playwright.sync_api import Locator, Page, expect

from automacao.simulator.client import Bubble
from dev.local import ROOT
from tests.e2e.glass import box, differences, open_talk, row, until
from tests.running import Running

# Seconds for what goes through workers; a limit, not a measure.
LIMIT = 60.0

LEADS = [
    "Davi Luz",
    "Elza Brito",
    "Irene Prata",
    "Ivone Sá",
    "Lia Pires",
    "Marina Teles",
    "Noel Castro",
    "Otávio Reis",
    "Paula Nunes",
]
CROWD = [f"Freguês {number:02d}" for number in range(25)]
LATE = [f"Atrasado {number}" for number in range(5)]
GOODBYE = "Obrigado por comprar na Aurora!"
REASON = "Dúvida respondida"
NICKNAME = "Ana – Suporte"

# In every window, before its own scripts: what the person there would hear and be shown.
EARS = """
(() => {
  window.told = [];
  window.AudioContext = new Proxy(AudioContext, {
    construct(Kind) { told.push("tone"); return new Kind(); },
  });
  window.Notification = new Proxy(Notification, {
    construct(Kind, [who, words]) {
      told.push(`${who}: ${words.body}`);
      return new Kind(who, words);
    },
  });
})();
"""
_HEARD = """
    SELECT message.provider_id, message.text, message.direction
    FROM sac_message message
    JOIN sac_conversation conversation ON conversation.id = message.conversation_id
    JOIN sac_contact contact ON contact.id = conversation.contact_id
    WHERE contact.phone = %s AND message.provider_id IS NOT NULL
"""
_UNDER_WAY = """
    SELECT (SELECT count(*) FROM automacao_inboundevent WHERE status = 'waiting')
         + (SELECT count(*) FROM sac_message WHERE state IN ('queued', 'sending', 'unknown'))
         + (SELECT count(*) FROM sac_media WHERE state = 'pending')
"""

# How many rows there are by now, and whether more come.
_SCROLL = """
() => {
  const more = document.querySelector("#more");
  more?.scrollIntoView();
  return [document.querySelectorAll("#rows > :is(.row, .row-hidden)").length, more !== null];
}
"""


@dataclass
class Stage:
    """Two attendants and a supervisor at the desk, the owner beside them, and their customers."""

    desk: Running
    dono: Page
    ana: Page
    bia: Page
    sara: Page
    phones: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(5511991600001))

    @property
    def team(self) -> tuple[Page, Page, Page]:
        return self.ana, self.bia, self.sara

    def goto(self, page: Page, query: str = "") -> None:
        page.goto(f"{self.desk.web}sac/atendimento/{query}")

    def again(self, page: Page) -> Page:
        """Let the same person sit down at another machine."""
        browser = page.context.browser
        assert browser
        state, size = page.context.storage_state(), page.viewport_size
        return browser.new_context(storage_state=state, viewport=size, locale="pt-BR").new_page()

    # --- Customers --------------------------------------------------------------------------------

    def arrive(self, *names: str) -> None:
        """Let people write for the first time, all at once."""
        line = self.desk.simulator.own_line()
        for name in names:
            self.phones[name] = str(next(self.numbers))
            self.desk.simulator.phone(self.phones[name], name=name)
        said = [{"from": self.phones[name], "text": f"Oi, sou {name}"} for name in names]
        self.desk.simulator.receive_many({"instance": line, **one} for one in said)

    def say(self, name: str, /, *texts: str, **details: object) -> list[str]:
        """Let somebody go on, a thing a second until now: within one there is no order."""
        facts = {"from": self.phones[name], "instance": self.desk.simulator.own_line(), **details}
        began = int(time.time()) - len(texts) + 1
        told = enumerate(texts, start=began)
        return self.desk.simulator.receive_many(
            {**facts, "text": text, "timestamp": second} for second, text in told
        )

    def send(self, name: str, /, kind: str, **told: Any) -> str:
        """Let somebody send another kind of message."""
        return self.desk.simulator.receive(self.phones[name], kind=kind, **told)

    def screen(self, name: str) -> list[Bubble]:
        """What stands on a customer's phone."""
        return self.desk.simulator.thread(self.phones[name])

    def got(self, name: str, kind: str = "text") -> list[Bubble]:
        """What a customer got from the store."""
        return [one for one in self.screen(name) if one.sender == "store" and one.kind == kind]

    def blue(self, name: str) -> bool:
        """Whether the customer knows that all they wrote was read; none of it otherwise."""
        ticks = {one.status == "READ" for one in self.screen(name) if one.sender == "customer"}
        assert len(ticks) == 1
        return ticks.pop()

    # --- Afterwards -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Wait until all that was said has arrived, on either side."""
        assert self.desk.simulator.quiet(LIMIT)
        with psycopg.connect(self.desk.database_url, autocommit=True) as rows:
            self.await_(lambda: rows.execute(_UNDER_WAY).fetchone() == (0,))

    def lost_or_doubled(self) -> dict[str, list[str]]:
        """By customer, what the phones' ledger and the desk do not have alike, once each."""
        found: dict[str, list[str]] = {}
        with psycopg.connect(self.desk.database_url) as rows:
            for name, phone in self.phones.items():
                kept = rows.execute(_HEARD, [f"+{phone}"]).fetchall()
                ledger = Counter((one.id, one.sender == "store") for one in self.screen(name))
                shown = Counter((pk, direction == "out") for pk, _, direction in kept)
                if wrong := [*(ledger - shown), *(shown - ledger)]:
                    found[name] = [pk for pk, _ in wrong]
        return found

    def check_invariants(self) -> None:
        """Ask the installation whether everything is still true that always must be."""
        argv = [sys.executable, "manage.py", "check_invariants"]
        env = dict(self.desk.children["web"].program.env)
        done = subprocess.run(argv, cwd=ROOT, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"

    def await_truth(self) -> None:
        """Wait until every screen shows what a fresh one shows; say in what it does not."""
        end = time.monotonic() + LIMIT
        while found := [line for page in self.team for line in differences(page)]:
            assert time.monotonic() < end, "\n".join(found)

    def await_(self, condition: Callable[[], object]) -> None:
        """Wait for something outside of the browsers, which go on meanwhile."""
        until(self.ana, condition, seconds=LIMIT)


# --- What a person does at the desk ---------------------------------------------------------------


def counter(page: Page, status: str) -> Locator:
    return page.locator(f'#tabs [data-count="{status}"]')


def counted(page: Page, status: str) -> int:
    return int(counter(page, status).inner_text().replace(".", ""))


def pending(page: Page) -> int:
    """How much waits for this person, as their tab says."""
    title = re.compile(r"^\((\d+)\) ")
    expect(page).to_have_title(title)
    found = title.match(page.title())
    assert found
    return int(found[1])


def figure(page: Page, label: str) -> Locator:
    return page.locator("#figures div", has_text=label).locator("dd")


def load_all(page: Page, many: int) -> None:
    """Scroll the list to its end, page by page: so many rows."""
    until(page, lambda: page.evaluate(_SCROLL) == [many, False], seconds=LIMIT)


def names(page: Page) -> list[str]:
    found: list[str] = page.locator("#rows .row-name").evaluate_all(
        "all => all.map((one) => one.firstChild.textContent.trim())"
    )
    return found


def listed(page: Page, name: str) -> Locator:
    """Somebody's row, however far down the list it stands."""
    until(page, lambda: row(page, name).count() or not page.evaluate(_SCROLL), seconds=LIMIT)
    return row(page, name)


def go_to(page: Page, name: str) -> None:
    """Open somebody's conversation from the list."""
    listed(page, name)
    open_talk(page, name)
    expect(page.locator("#chat-name")).to_contain_text(name)


def assume(page: Page, name: str) -> None:
    go_to(page, name)
    page.get_by_role("button", name="Assumir").click()
    expect(page.get_by_role("log")).to_contain_text("assumiu o atendimento")
    expect(page.get_by_role("button", name="Assumir")).to_have_count(0)


def write(page: Page, text: str) -> Locator:
    """Answer who is on screen; return the bubble, which has left."""
    box(page).fill(text)
    box(page).press("Enter")
    return left(page, text)


def left(page: Page, text: str) -> Locator:
    bubble = page.locator("#thread .bubble.is-out", has_text=text)
    expect(bubble.locator(".tick")).to_contain_text(re.compile("Entregue|Lida"))
    return bubble


def said(page: Page, text: str) -> Locator:
    """A customer's bubble."""
    return page.locator("#thread .bubble.is-in", has_text=text)


def transfer(page: Page, to: str, note: str) -> None:
    """In the dialog that is open: choose, explain, hand on."""
    dialog = page.get_by_role("dialog", name="Transferir atendimento")
    dialog.get_by_role("radio", name=re.compile(f"^{to}")).check()
    dialog.get_by_label("Nota para quem recebe").fill(note)
    dialog.get_by_role("button", name="Transferir").click()
    expect(dialog).to_be_hidden()


def alert(page: Page, text: str) -> Locator:
    return page.locator("#alerts .alert", has_text=text)
