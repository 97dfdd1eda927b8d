// The thread on screen: places items by id and order, knows what it missed, keeps the reader's place.

import { weave } from "sac/weave";
import { ask, elements, isTrouble, steadily, the } from "sac/wire";

const GAP = 300;
const AT_END = 40;
const FAR = 300;

// What changed above the oldest line loaded, by id: its page may have been read before that.
const above = new Map();
let gap;
let unseen = 0;

const cursor = () => Number(the("thread").dataset.revision);

/** A push covers revisions from..to. When an earlier one is missing for a while, ask for it. */
export function receive(frame) {
  const items = elements(frame.html);
  // Said outside any ticket: the server knows on which chapter's page it stands.
  if (items.querySelector('[data-ticket=""]')) {
    fillGap();
    return true;
  }
  if (String(frame.ticket) !== the("conversation").dataset.ticket) return true;
  if (items.firstElementChild) place(frame.html);
  const isNext = frame.from <= cursor() + 1;
  if (isNext) advance(frame.to);
  else fillGap();
  return isNext;
}

/** The server's answer to "watch": what it knows, against what is on screen. */
export function compare(frame) {
  if (frame.revision > cursor()) catchUp();
}

function advance(revision) {
  the("thread").dataset.revision = Math.max(cursor(), Number(revision));
}

// What is missing may still be under way, but steady talk must not put off asking for ever.
function fillGap() {
  gap ??= setTimeout(() => {
    gap = undefined;
    catchUp();
  }, GAP);
}

/** Fetch whatever changed since the cursor. */
export const catchUp = steadily(0, async () => {
  const talk = the("conversation");
  if (!talk.dataset.changes) return true;
  let changes;
  do {
    const since = cursor();
    const answer = await ask(`${talk.dataset.changes}?desde=${since}`);
    if (the("conversation") !== talk) return true;
    if (answer.status === 404) document.dispatchEvent(new Event("sac:gone"));
    if (!answer.ok) return !isTrouble(answer);
    changes = elements(answer.html).querySelector("[data-reached]");
    if (!changes) return false;
    place(answer.html);
    // A step of the ticket, or a change of the customer's data: the viewer's buttons may change.
    if (Number(changes.dataset.reached) > since) document.dispatchEvent(new Event("sac:stepped"));
    advance(changes.dataset.reached);
  } while ("more" in changes.dataset);
  return true;
});

/** Put the items of a fragment where they belong. Doing it twice changes nothing. */
export function place(html) {
  keepPlace(() => {
    for (const item of elements(html).querySelectorAll("[data-order]")) placeItem(item);
    weave();
  });
}

/** Put older lines in the place of the way to them, `older`; one that is gone by now has given way itself. */
export function placeOlder(html, older) {
  if (!older || the("older") !== older) {
    place(html);
    return;
  }
  // Whoever scrolled up meanwhile has asked for them as well.
  htmx.trigger(older, "htmx:abort");
  const lines = [...elements(html).children];
  older.replaceWith(...lines);
  for (const line of lines) htmx.process(line);
  settleAbove();
}

/** What changed above the oldest line may be below it now. */
function settleAbove() {
  const waiting = [...above.values()];
  above.clear();
  for (const item of waiting) placeItem(item);
  weave();
}

function placeItem(item) {
  const { ticket } = the("conversation").dataset;
  if (item.dataset.ticket && item.dataset.ticket !== ticket) return;
  // The bubble that stood for it while it was being sent.
  if (item.dataset.uuid) the(`unsent-${item.dataset.uuid}`)?.remove();
  const shown = the(item.id);
  if (shown && Number(shown.dataset.revision) >= Number(item.dataset.revision)) return;
  const isHeld = shown?.contains(document.activeElement);
  if (shown && shown.dataset.order === item.dataset.order) renew(shown, item);
  else {
    shown?.remove();
    insert(item);
    if (!shown && item.matches(".is-in")) unseen += 1;
  }
  if (isHeld) hold(item.id);
}

/** Keep the keyboard on a bubble whose button was drawn away. */
function hold(id) {
  const item = the(id);
  if (!item || item.contains(document.activeElement)) return;
  item.tabIndex = -1;
  item.focus({ preventScroll: true });
}

// Only what changed is drawn anew: a screen reader must not hear the whole bubble again, nor a
// recording stop because somebody reacted to it.
function renew(shown, item) {
  const parts = item.querySelectorAll("[data-part]");
  if (parts.length === 0 || parts.length !== shown.querySelectorAll("[data-part]").length) {
    shown.replaceWith(item);
    htmx.process(item);
    return;
  }
  for (const part of parts) renewPart(shown.querySelector(`[data-part="${part.dataset.part}"]`), part);
  for (const { name, value } of item.attributes) shown.setAttribute(name, value);
}

function renewPart(before, after) {
  if (bare(before) === bare(after)) return;
  before.replaceWith(after);
  htmx.process(after);
}

/** A part as the server drew it: less what a page adds to it, and the viewer's token. */
function bare(part) {
  const copy = part.cloneNode(true);
  for (const token of copy.querySelectorAll("[name=csrfmiddlewaretoken]")) token.remove();
  for (const details of copy.querySelectorAll("details")) details.open = false;
  for (const live of copy.querySelectorAll("[data-live]")) live.remove();
  return copy.innerHTML.replace(/\s+/g, " ").trim();
}

function insert(item) {
  const { order } = item.dataset;
  let place = the("thread").lastElementChild;
  while (place && !(place.dataset.order < order)) place = place.previousElementSibling;
  if (!place && the("older")) {
    above.set(item.id, item);
    return;
  }
  if (place) place.after(item);
  else the("thread").prepend(item);
  htmx.process(item);
}

// The log is laid out bottom-up: its end is scrollTop 0, and older lines never push the reader.
function keepPlace(change) {
  const log = the("log");
  const isAtEnd = log.scrollTop > -AT_END;
  const top = log.getBoundingClientRect().top;
  const items = [...the("thread").querySelectorAll("[data-order]")];
  const anchor = items.find((item) => item.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  change();
  const kept = anchor?.isConnected ? anchor : the(anchor?.id);
  if (isAtEnd) toEnd();
  else if (kept) log.scrollTop += kept.getBoundingClientRect().top - before;
  tellUnseen();
}

export function toEnd() {
  the("log").scrollTop = 0;
  unseen = 0;
  tellUnseen();
}

function tellUnseen() {
  const button = the("to-bottom");
  if (!button) return;
  button.hidden = unseen === 0 && the("log").scrollTop > -FAR;
  const many = unseen === 1 ? "1 nova mensagem" : `${unseen} novas mensagens`;
  const words = unseen ? many : "Ir ao fim";
  if (button.lastElementChild.textContent !== words) button.lastElementChild.textContent = words;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#to-bottom")) toEnd();
});
document.addEventListener(
  "scroll",
  ({ target }) => {
    if (target.id !== "log") return;
    if (unseen && target.scrollTop > -AT_END) toEnd();
    else tellUnseen();
  },
  { capture: true, passive: true },
);
document.addEventListener("sac:arrived", () => above.clear());
let held = "";
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  held = target.matches("#thread .bubble") && target.contains(document.activeElement) ? target.id : "";
});
document.addEventListener("htmx:load", ({ target }) => {
  if (held && target.id === held) hold(held);
});
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.closest?.("#thread")) settleAbove();
});
