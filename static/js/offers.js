// Words that are offered while one types, after a sign: "/" ready answers, "@" colleagues, "#" orders.

import { the } from "sac/wire";

const WORD = /(?:^|\s)([/@#])([^\s/@#]*)$/;
const MOST = 30;

// By sign: {isFor(form), find(), choose(entry, place)}.
const sources = new Map();
// What is being offered: {field, from, to, source}.
let open = null;
let wanted = 0;

/**
 * Offer entries once `sign` is typed in a form that `isFor` accepts. `find` gives all of them, as
 * elements with what they are found by in data-words; `choose` gets the one that was taken and
 * the place it goes to, see `put`.
 */
export function offer(sign, source) {
  sources.set(sign, source);
}

/** Without marks and capitals: "Orçamento" is found by "orca". */
export const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Put a text in the place of what was typed; where that changed meanwhile, at the cursor. */
export function put({ field, from, to, typed }, text) {
  const isThere = field.value.slice(from, to) === typed;
  const [start, end] = isThere ? [from, to] : [field.selectionStart, field.selectionEnd];
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Type a sign for somebody who pressed its button. */
export function begin(field, sign) {
  const before = field.value.slice(0, field.selectionStart);
  field.focus();
  field.setRangeText(/(^|\s)$/.test(before) ? sign : ` ${sign}`, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

async function look(field) {
  const mine = ++wanted;
  const to = field.selectionStart;
  const found = to === field.selectionEnd ? WORD.exec(field.value.slice(0, to)) : null;
  const source = found && sources.get(found[1]);
  if (!source?.isFor(field.form)) {
    close();
    return;
  }
  const entries = await source.find();
  if (mine !== wanted || !field.isConnected || document.activeElement !== field) return;
  const sought = plain(found[2]);
  const fit = entries.filter(({ dataset }) => plain(dataset.words).includes(sought)).slice(0, MOST);
  const typed = found[1] + found[2];
  show({ field, from: to - typed.length, to, typed, source }, fit);
}

function show(place, entries) {
  if (entries.length === 0) {
    close();
    return;
  }
  open = place;
  const list = the("offers");
  list.replaceChildren(...entries.map((entry) => entry.cloneNode(true)));
  if (!list.matches(":popover-open")) list.showPopover();
  stand(list, place.field.form);
  place.field.setAttribute("aria-controls", "offers");
  place.field.setAttribute("aria-haspopup", "listbox");
  point(list.firstElementChild);
  the("offers-told").textContent = entries.length === 1 ? "1 sugestão" : `${entries.length} sugestões`;
}

/** Right above the box: what is typed stays in sight. */
function stand(list, form) {
  const { left, top, width } = form.getBoundingClientRect();
  const wide = Math.min(width, 460);
  const style = { inset: "auto", left: `${left}px`, bottom: `${innerHeight - top + 6}px`, width: `${wide}px` };
  Object.assign(list.style, style, { maxHeight: `${Math.min(top - 16, 320)}px` });
}

function point(entry) {
  for (const one of the("offers").children) one.setAttribute("aria-selected", String(one === entry));
  entry.scrollIntoView({ block: "nearest" });
  open.field.setAttribute("aria-activedescendant", entry.id);
}

function close() {
  wanted += 1;
  if (!open) return;
  open.field.removeAttribute("aria-activedescendant");
  open.field.removeAttribute("aria-controls");
  open = null;
  the("offers").hidePopover();
  the("offers-told").textContent = "";
}

function choose(entry) {
  const { source, ...place } = open;
  close();
  source.choose(entry, place);
}

function step(by) {
  const all = [...the("offers").children];
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  point(all[(at + by + all.length) % all.length]);
}

const keys = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => choose(the("offers").querySelector("[aria-selected=true]")),
  Tab: () => choose(the("offers").querySelector("[aria-selected=true]")),
  Escape: close,
};

document.addEventListener("input", ({ target, isComposing }) => {
  if (target.matches?.("#composer textarea") && !isComposing) look(target);
});
// Before anybody else: Enter takes the word, and sends nothing; Escape leaves the rest as it is.
document.addEventListener(
  "keydown",
  (event) => {
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing;
    if (!open || event.target !== open.field || !isPlain || !(event.key in keys)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keys[event.key]();
  },
  true,
);
document.addEventListener("selectionchange", () => {
  if (open && (document.activeElement !== open.field || open.field.selectionStart !== open.to)) close();
});
document.addEventListener("focusout", ({ target }) => {
  if (open && target === open.field) close();
});
// The keyboard stays in the box while one of them is clicked.
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest?.("#offers")) event.preventDefault();
});
document.addEventListener("click", ({ target }) => {
  const entry = target.closest?.("#offers > li");
  if (entry && open) choose(entry);
});
document.addEventListener("sac:leaving", close);
addEventListener("resize", close);
