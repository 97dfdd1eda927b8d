// The thread on screen: places items by id and order, knows what it missed, keeps the reader's place.

import { weave } from "sac/weave";
import { ask, elements, the } from "sac/wire";

const GAP = 300;
const AT_END = 40;

let gap;
let catching = false;
let again = false;
let unseen = 0;

/** A push covers revisions from..to. When an earlier one is missing for a while, ask for it. */
export function receive(frame) {
  place(frame.html);
  const cursor = Number(the("thread").dataset.revision);
  if (frame.from <= cursor + 1) advance(frame.to);
  else fillGap();
}

/** The server's answer to "watch": what it knows, against what is on screen. */
export function compare(frame) {
  if (frame.revision > Number(the("thread").dataset.revision)) catchUp();
}

function advance(revision) {
  const { dataset } = the("thread");
  dataset.revision = Math.max(Number(dataset.revision), Number(revision));
}

function fillGap() {
  clearTimeout(gap);
  gap = setTimeout(catchUp, GAP);
}

/** Fetch whatever changed since the cursor. One at a time: a call meanwhile asks once more. */
export async function catchUp() {
  if (catching) {
    again = true;
    return;
  }
  catching = true;
  do {
    again = false;
    again = (await fetchChanges(the("conversation"))) || again;
  } while (again);
  catching = false;
}

async function fetchChanges(talk) {
  if (!talk.dataset.changes) return false;
  const since = the("thread").dataset.revision;
  const answer = await ask(`${talk.dataset.changes}?desde=${since}`);
  if (the("conversation") !== talk) return false;
  if (answer.status === 404) document.dispatchEvent(new Event("sac:gone"));
  if (!answer.ok) return false;
  place(answer.html);
  const changes = elements(answer.html).firstElementChild;
  // Every step of the ticket leaves a line, and may change what the viewer may do. A change that
  // leaves none is of the customer's data.
  const isBare = !changes.querySelector("[data-order]") && changes.dataset.reached !== since;
  if (isBare || changes.querySelector(".event")) document.dispatchEvent(new Event("sac:stepped"));
  advance(changes.dataset.reached);
  return "more" in changes.dataset;
}

/** Put the items of a fragment where they belong. Doing it twice changes nothing. */
export function place(html) {
  keepPlace(() => {
    for (const item of elements(html).querySelectorAll("[data-order]")) placeItem(item);
    weave();
  });
}

function placeItem(item) {
  const { ticket } = the("conversation").dataset;
  if (item.dataset.ticket && item.dataset.ticket !== ticket) return;
  const shown = the(item.id);
  if (shown && Number(shown.dataset.revision) >= Number(item.dataset.revision)) return;
  if (shown && shown.dataset.order === item.dataset.order) renew(shown, item);
  else {
    shown?.remove();
    insert(item);
    if (!shown && item.matches(".is-in")) unseen += 1;
  }
}

// Only the small print changed: a screen reader must not hear the whole bubble again.
function renew(shown, item) {
  const [before, after] = [shown, item].map((bubble) => bubble.querySelector(".text")?.textContent);
  const isPlain = !shown.querySelector(".trouble") && !item.querySelector(".trouble");
  if (after === undefined || before !== after || !isPlain) {
    shown.replaceWith(item);
    htmx.process(item);
    return;
  }
  shown.querySelector(".meta").replaceChildren(...item.querySelector(".meta").childNodes);
  for (const { name, value } of item.attributes) shown.setAttribute(name, value);
}

function insert(item) {
  const { order } = item.dataset;
  let above = the("thread").lastElementChild;
  while (above && !(above.dataset.order < order)) above = above.previousElementSibling;
  // Above the oldest line loaded: it comes with its page.
  if (!above && the("older")) return;
  if (above) above.after(item);
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
  button.hidden = unseen === 0;
  button.lastElementChild.textContent = unseen === 1 ? "1 nova mensagem" : `${unseen} novas mensagens`;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#to-bottom")) toEnd();
});
document.addEventListener(
  "scroll",
  ({ target }) => {
    if (target.id === "log" && unseen && target.scrollTop > -AT_END) toEnd();
  },
  { capture: true, passive: true },
);
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.closest?.("#thread")) weave();
});
