// What the keyboard does anywhere on the desk, unless its person switched it off; and its help.

import { use } from "sac/later";
import { back as leave, tell } from "sac/nav";
import { undoLast } from "sac/undo";
import { the } from "sac/wire";

const isOn = () => "shortcuts" in the("desk").dataset;
const isTyping = ({ target }) => target.matches?.("input, textarea, select, [contenteditable]");
const isCovered = () => document.querySelector("dialog[open], :popover-open") !== null;

function press(which, reason) {
  const button = document.querySelector(which);
  if (button && !button.disabled) button.click();
  else tell(reason);
}

/** The next conversation of the list, or the one before; without one on screen the first, or the last. */
function walk(step) {
  const links = [...the("rows").querySelectorAll(".row-link")];
  const here = links.findIndex((link) => link.matches("[aria-current]"));
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  if (links[next]) links[next].click();
  else tell(step > 0 ? "Esta é a última conversa da lista." : "Esta é a primeira conversa da lista.");
}

// By the letter itself, wherever the layout has it.
const WITH_ALT = {
  j: () => walk(1),
  k: () => walk(-1),
  a: () => press("#composer [action$='/posse/'] [type=submit]", "Não há o que assumir nesta conversa."),
  e: () => press("#close", "Esta conversa não pode ser encerrada por você."),
  t: () => press("#transfer", "Esta conversa não pode ser transferida por você."),
  n: () => press("#note-toggle", "Abra uma conversa para escrever uma nota."),
  z: undoLast,
};

// AltGr is Ctrl and Alt together, and types a sign on Brazilian keyboards.
function isAlt(event) {
  return event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.getModifierState("AltGraph");
}

// macOS makes signs of letters with Alt: the key itself tells which letter it was.
const letterOf = ({ key, code }) => (/^[a-z]$/i.test(key) ? key : code.replace("Key", "")).toLowerCase();

function actionOf(event) {
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (isCommand && event.key.toLowerCase() === "k") return () => openSearch();
  if (event.key === "Escape") return escape(event);
  if (isCovered()) return null;
  if (isAlt(event)) return WITH_ALT[letterOf(event)];
  const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey;
  return event.key === "?" && isPlain && !isTyping(event) ? help : null;
}

/** What is open closes itself; a box is left first; then the conversation. */
function escape(event) {
  if (isCovered() || event.isComposing) return null;
  // Not to nowhere: from here the keyboard reads on.
  if (isTyping(event)) return () => (the("log") ?? the("main")).focus({ preventScroll: true });
  return "open" in the("desk").dataset ? leave : null;
}

/** The box opens at once, and keeps what is typed until what searches is there. */
function openSearch(ticket = "") {
  if (!the("search").open) the("search").showModal();
  the("search-text").select();
  use(() => import("sac/search"), ({ seek }) => seek(ticket));
}

/** The keyboard leaves the field at once, not when the browser next draws. */
export function closeSearch() {
  the("search").close();
  the("search-text").blur();
}

function help() {
  the("shortcuts").showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !isOn()) return;
  const act = actionOf(event);
  if (!act) return;
  event.preventDefault();
  act();
});
document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest?.("[data-help]")) help();
  if (target.closest?.("[data-search-close]")) closeSearch();
  const opener = target.closest?.("[data-search]");
  if (!opener || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openSearch(opener.dataset.search);
});
