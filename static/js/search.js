// Busca: one box over everything this person may see, or over the conversation on screen.

import { jumpTo } from "sac/jump";
import { open } from "sac/nav";
import { closeSearch } from "sac/shortcuts";
import { afterQuiet, ask, elements, the } from "sac/wire";

const PAUSE = 180;

const box = the("search");
const input = the("search-text");
const found = the("search-found");
let code = "";
let asked = 0;
let active = null;

const options = () => [...found.querySelectorAll("[role=option]")];

/** Look for what stands in the box; `ticket` is the code of the conversation to look in, "" for all. */
export function seek(ticket) {
  narrow(ticket);
  look();
}

function narrow(ticket) {
  code = ticket;
  the("search-here").hidden = !ticket;
}

function addressOf() {
  const query = new URLSearchParams({ q: input.value });
  if (code) query.set("conversa", code);
  return `${input.form.action}?${query}`;
}

async function look() {
  const mine = ++asked;
  const answer = await ask(addressOf());
  if (mine !== asked) return;
  found.replaceChildren(answer.ok ? elements(answer.html) : excuse());
  found.scrollTop = 0;
  choose(options()[0] ?? null);
  const count = options().filter((option) => !option.matches("[data-more]")).length;
  const words = count === 1 ? "1 resultado" : `${count} resultados`;
  the("search-told").textContent = count ? words : found.textContent.trim();
}

function excuse() {
  const note = document.createElement("p");
  note.className = "found-note";
  note.textContent = "A busca não respondeu. Tente de novo.";
  return note;
}

function choose(option) {
  active?.removeAttribute("aria-selected");
  active = option;
  active?.setAttribute("aria-selected", "true");
  active?.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-expanded", String(active !== null));
  if (active) input.setAttribute("aria-activedescendant", active.id);
  else input.removeAttribute("aria-activedescendant");
}

async function follow(option) {
  if (option.matches("[data-more]")) {
    const answer = await ask(option.getAttribute("href"));
    if (!answer.ok || !option.isConnected) return;
    const page = elements(answer.html);
    const first = page.querySelector("[role=option]");
    option.replaceWith(page);
    choose(first);
    return;
  }
  closeSearch();
  const [, id] = /^#message-(\d+)$/.exec(option.hash) ?? [];
  if (option.pathname !== the("conversation").dataset.address) open(option.pathname, { hash: option.hash });
  else if (id) jumpTo({ id });
}

function step(by) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(active) + by + all.length) % all.length]);
}

input.addEventListener("input", afterQuiet(PAUSE, look));
input.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) step(by);
  else if (event.key === "Enter" && !event.isComposing && active) follow(active);
  // A field for searching would only empty itself.
  else if (event.key === "Escape") closeSearch();
  else return;
  event.preventDefault();
});
input.form.addEventListener("submit", (event) => event.preventDefault());
found.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  follow(option);
});
box.addEventListener("click", ({ target }) => {
  if (!target.closest("#search-here")) return;
  narrow("");
  input.focus();
  look();
});
