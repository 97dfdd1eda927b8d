// The emoji picker: for what is being written, and for reactions. Its emoji are loaded when it is first opened.

import { plain } from "sac/offers";
import { the } from "sac/wire";

const RECENT = "sac:emojis";
const MOST_RECENT = 16;

let groups;
let take = () => {};
let opener = null;
// Where the keyboard goes once it is closed.
let home = null;
let isLasting = false;
// A button of its own was pressed while it stood open: that closes it, and does not open it again.
let isClosing = false;

/** Let somebody put emoji where they are writing, one after the other, until they close the picker. */
export function write(button) {
  const { text } = button.form.elements;
  return open(button, { lasts: true }, (emoji) => {
    text.setRangeText(emoji, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    if (!isTouch()) home = text;
  });
}

/** Let somebody choose one emoji beside a button; `onPick` gets it, once the picker is closed. */
export const pick = (button, onPick) => open(button, { lasts: false }, onPick);

async function open(button, { lasts }, onPick) {
  const picker = the("emoji-picker");
  const wasClosing = isClosing;
  isClosing = false;
  if (wasClosing && lasts) return;
  [take, opener, home, isLasting] = [onPick, button, button, lasts];
  await load();
  if (!button.isConnected) return;
  search().value = "";
  draw();
  picker.showPopover();
  stand(picker, button);
  button.setAttribute("aria-expanded", "true");
  // On a phone the keyboard would cover what there is to choose from.
  const first = isTouch() ? shown()[0] : search();
  first?.focus();
}

/** Without them the picker opens as well, and says so; opened again, it asks again. */
async function load() {
  try {
    groups ??= (await import("sac/emojidata")).groups;
  } catch {
    // Nobody answered.
  }
}

const isTouch = () => matchMedia("(pointer: coarse)").matches;
const isOpen = () => the("emoji-picker").matches(":popover-open");
const search = () => the("emoji-picker").querySelector("input");
const shown = () => [...the("emoji-picker").querySelectorAll("[data-pick]")];

/** Above its button where there is room, and always on the screen. */
function stand(picker, button) {
  const at = button.getBoundingClientRect();
  // What is written stays in sight.
  if (button.form) at.y = button.form.getBoundingClientRect().top;
  const { width, height } = picker.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  const top = at.top - height - 6 > 8 ? at.top - height - 6 : Math.min(at.bottom + 6, innerHeight - height - 8);
  Object.assign(picker.style, { inset: "auto", left: `${left}px`, top: `${Math.max(8, top)}px` });
}

function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT)) ?? [];
  } catch {
    return [];
  }
}

function remember(emoji) {
  const kept = [emoji, ...recent().filter((one) => one !== emoji)].slice(0, MOST_RECENT);
  try {
    localStorage.setItem(RECENT, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing shows no recent ones.
  }
}

function draw() {
  const sought = plain(search().value.trim());
  const all = (groups ?? []).flatMap(({ entries }) => entries);
  const found = (entries) => entries.filter(({ emoji, words }) => plain(words).includes(sought) || emoji === sought);
  const lately = recent().map((emoji) => all.find((one) => one.emoji === emoji)).filter(Boolean);
  const sections = sought ? [{ title: "Encontrados", entries: found(all) }] : [{ title: "Recentes", entries: lately }, ...(groups ?? [])];
  const filled = sections.filter(({ entries }) => entries.length > 0);
  the("emoji-list").replaceChildren(...filled.map(section));
  // The list scrolls, and the keyboard must find its way into it.
  const [first] = shown();
  if (first) first.tabIndex = 0;
  const count = sought ? filled[0]?.entries.length ?? 0 : null;
  const trouble = groups ? "Nenhum emoji com esse nome." : "Os emojis não vieram. Feche e tente de novo.";
  the("emoji-told").textContent = count === 0 || !groups ? trouble : "";
}

function section({ title, entries }) {
  const box = document.createElement("div");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", title);
  const heading = document.createElement("p");
  heading.textContent = title;
  heading.setAttribute("aria-hidden", "true");
  box.append(heading, ...entries.map(button));
  return box;
}

function button({ emoji, words }) {
  const one = document.createElement("button");
  Object.assign(one, { type: "button", textContent: emoji, title: words, tabIndex: -1 });
  one.setAttribute("aria-label", words);
  one.dataset.pick = emoji;
  return one;
}

function choose(emoji) {
  remember(emoji);
  if (!isLasting) the("emoji-picker").hidePopover();
  take(emoji);
}

/** The next one in a direction, as they stand on the screen. */
function step(from, key) {
  const all = shown();
  const at = all.indexOf(from);
  if (key === "ArrowRight") return all[at + 1];
  if (key === "ArrowLeft") return all[at - 1] ?? search();
  const { left, top } = from.getBoundingClientRect();
  const isBelow = key === "ArrowDown";
  const others = isBelow ? all.slice(at + 1) : all.slice(0, at).reverse();
  const row = others.find((one) => Math.abs(one.getBoundingClientRect().top - top) > 4);
  if (!row) return isBelow ? all.at(-1) : search();
  const line = others.filter((one) => Math.abs(one.getBoundingClientRect().top - row.getBoundingClientRect().top) < 4);
  const distance = (one) => Math.abs(one.getBoundingClientRect().left - left);
  return line.reduce((near, one) => (distance(one) < distance(near) ? one : near));
}

document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#emoji-picker")) return;
  const isSearch = event.target === search();
  if (isSearch && event.key === "Enter") {
    event.preventDefault();
    const first = shown()[0];
    if (first) choose(first.dataset.pick);
    // The next name takes the place of this one.
    search().select();
  } else if (isSearch && event.key === "ArrowDown") {
    event.preventDefault();
    shown()[0]?.focus();
  } else if (!isSearch && event.key.startsWith("Arrow")) {
    event.preventDefault();
    step(event.target, event.key)?.focus();
  } else if (event.key === "Escape") {
    // A field for searching would only empty itself.
    event.preventDefault();
    the("emoji-picker").hidePopover();
  } else if (event.key === "Tab") {
    event.preventDefault();
    (isSearch ? shown()[0] : search())?.focus();
  }
});
document.addEventListener("input", ({ target }) => {
  if (target.closest?.("#emoji-picker")) draw();
});
document.addEventListener("click", ({ target }) => {
  const one = target.closest?.("[data-pick]");
  if (one) choose(one.dataset.pick);
});
the("emoji-picker").addEventListener("toggle", ({ newState, target }) => {
  if (newState === "open") return;
  opener?.removeAttribute("aria-expanded");
  // The browser itself goes back to what had the keyboard before.
  const { activeElement } = document;
  if (target.contains(activeElement) || [document.body, opener].includes(activeElement)) home?.focus();
});
// Whoever goes on elsewhere, writing or sending, has chosen.
document.addEventListener("focusin", ({ target }) => {
  if (isOpen() && !target.closest("#emoji-picker")) the("emoji-picker").hidePopover();
});
document.addEventListener("pointerdown", ({ target }) => (isClosing = isOpen() && target.closest("[data-emojis]") !== null), true);
document.addEventListener("sac:leaving", () => the("emoji-picker").hidePopover());
