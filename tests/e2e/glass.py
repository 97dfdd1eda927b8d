"""What a page shows, as data; and a look at how it came to know."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

Model = dict[str, Any]

# In the page, before its own scripts: sockets that can be cut, go deaf or hold frames back, and a
# tally of which line of a thread and which row came first by push and which by asking.
RIGGING = r"""
(() => {
  const known = new Set();
  const sockets = new Set();
  const came = { push: 0, asked: 0, drawn: 0 };
  const rig = { loss: 0, isDeaf: false, held: null, lost: 0, asks: 0, came, unheard: [] };
  const parts = /id="((?:message|event|ticket)-\d+)"[^>]*? data-revision="(\d+)"/g;
  const note = (way, html) => {
    for (const [, id, revision] of (html ?? "").matchAll(parts)) {
      const fact = `${id}@${revision}`;
      if (!known.has(fact)) rig.came[way] += 1;
      known.add(fact);
    }
  };
  rig.hold = () => (rig.held = []);
  rig.release = () => {
    const late = rig.held;
    rig.held = null;
    return () => late.forEach((come) => come());
  };
  rig.cut = () => sockets.forEach((socket) => socket.close());
  window.rig = rig;
  window.WebSocket = new Proxy(WebSocket, {
    construct(Kind, words) {
      const socket = new Kind(...words);
      sockets.add(socket);
      socket.addEventListener("close", () => sockets.delete(socket));
      socket.addEventListener("message", (event) => {
        const frame = JSON.parse(event.data);
        const isPush = ["row", "thread", "gone"].includes(frame.t);
        if (rig.isDeaf || (isPush && Math.random() < rig.loss)) {
          rig.lost += 1;
          rig.unheard.push(frame.html ?? "");
          event.stopImmediatePropagation();
        } else if (rig.held && isPush) {
          rig.held.push(() => socket.onmessage({ data: event.data }));
          event.stopImmediatePropagation();
        } else note("push", frame.html);
      });
      return socket;
    },
  });
  const { fetch } = window;
  window.fetch = async (address, options) => {
    const answer = await fetch(address, options);
    if (/novidades|lista/.test(address)) {
      note("asked", await answer.clone().text());
      rig.asks += 1;
    }
    return answer;
  };
  document.addEventListener("DOMContentLoaded", () => note("drawn", document.body.outerHTML));
})();
"""

_MODEL = r"""
() => {
  const said = (node) => node?.textContent.replace(/\s+/g, " ").trim() ?? null;
  const without = (node, part) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll(part).forEach((one) => one.remove());
    return said(copy);
  };
  // What was new is said to whoever opened the page then; it is no line of the thread.
  const lines = [...document.querySelectorAll("#thread > li:not([hidden], .older, .unseen)")];
  return {
    thread: lines.map((line) => [line.id || line.dataset.day, said(line)]),
    unsent: document.querySelectorAll("[id^=unsent-]").length,
    rows: [...document.querySelectorAll("#rows > .row:not(.is-pinned)")].map((row) => [
      row.id, row.dataset.status, row.dataset.department, row.dataset.attendant,
      "new" in row.dataset, row.classList.contains("is-mine"), without(row, "[data-elapsed]"),
    ]),
    hasMoreRows: document.querySelector("#more") !== null,
    tabs: [...document.querySelectorAll("#tabs .tab")].map(said),
    figures: said(document.querySelector("#figures")),
    // Hidden it tells nothing, whatever it holds.
    badge: said(document.querySelector("#waiting-badge:not([hidden])")),
    lines: said(document.querySelector("#lines")),
    header: said(document.querySelector("#chat-head")),
    contact: said(document.querySelector("#contact-card")),
    hint: said(document.querySelector("#composer .composer-hint")),
    draft: document.querySelector("#composer textarea")?.value ?? null,
  };
}
"""
_ALL_LINES = """
async () => {
  for (let older; (older = document.querySelector("#older")); ) {
    older.scrollIntoView();
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
"""


def model(page: Page) -> Model:
    """Everything the person at this page is told."""
    found: Model = page.evaluate(_MODEL)
    return found


def fresh(page: Page) -> Model:
    """What a new window of the same person shows at the same address, its whole thread loaded."""
    window = page.context.new_page()
    try:
        window.goto(page.url)
        window.evaluate(_ALL_LINES)
        return model(window)
    finally:
        window.close()


def differences(page: Page) -> list[str]:
    """In what the page differs from a fresh one; empty when in nothing."""
    shown, true = model(page), fresh(page)
    if shown["hasMoreRows"] or true["hasMoreRows"]:
        # Each may have loaded another number of rows.
        loaded = min(len(shown["rows"]), len(true["rows"]))
        for one in (shown, true):
            one["rows"], one["hasMoreRows"] = one["rows"][:loaded], True
    return [
        f"{part}: {shown[part]!r}, not {true[part]!r}" for part in true if shown[part] != true[part]
    ]


def until(page: Page, condition: Callable[[], object], *, seconds: float) -> None:
    """Wait for something outside of the browser, which goes on meanwhile."""
    for _ in range(int(seconds * 20)):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"nothing happened within {seconds} s")


def row(page: Page, name: str) -> Locator:
    return page.locator("#rows .row", has_text=name)


def tab(page: Page, name: str) -> None:
    """Choose a tab of the list, and wait for what it shows."""
    page.locator("#tabs").get_by_role("link", name=re.compile(f"^{name}")).click()
    expect(page.locator("#rows")).to_have_attribute("aria-busy", "false")


def settled(page: Page) -> None:
    """Wait for the list that was asked for last."""
    expect(page.locator("#rows")).not_to_have_attribute("aria-busy", "true")


def open_talk(page: Page, name: str) -> None:
    row(page, name).get_by_role("link").click()
    expect(page.get_by_role("heading", name=name).first).to_be_visible()


def box(page: Page) -> Locator:
    return page.get_by_placeholder("Escreva uma mensagem")
