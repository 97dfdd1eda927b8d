// The list of conversations: rows placed by what they say of themselves, the filter of this page.

import { ask, atMostEvery, elements, the } from "sac/wire";

// Pushes that arrive while the list is being re-read are newer than what was read.
let held = null;

const rows = () => [...the("rows").querySelectorAll(".row")];
const pad = (id) => id.padStart(20, "0");

/** A row changed somewhere: show it, move it or drop it. */
export function receive(frame) {
  held?.push(frame);
  const row = elements(frame.html).querySelector(".row");
  row.dataset.revision = frame.revision;
  put(row);
  if (frame.counts) recount();
  return row;
}

export function remove(ticket) {
  the(`ticket-${ticket}`)?.remove();
  tidy();
  recount();
}

function put(row) {
  const shown = the(row.id);
  if (Number(shown?.dataset.revision ?? 0) > Number(row.dataset.revision)) return;
  const hadFocus = shown?.contains(document.activeElement);
  shown?.remove();
  if (belongs(row)) insert(row);
  tidy();
  if (hadFocus && row.isConnected) row.querySelector("a").focus({ preventScroll: true });
}

function belongs(row) {
  const { status, department } = the("desk").dataset;
  // "sem": only what has no department.
  const place = row.dataset.department || "sem";
  return row.dataset.status === status && (!department || place === department);
}

function insert(row) {
  const below = rows().find((other) => precedes(row, other));
  if (below) below.before(row);
  // Below the last row loaded: it comes with its page.
  else if (!the("more")) the("rows").append(row);
}

// Waiting: longest wait first. The others: newest activity first.
function precedes(row, other) {
  const isWaiting = the("desk").dataset.status === "waiting";
  const key = ({ dataset }) => (isWaiting ? dataset.queued : dataset.activity) + pad(dataset.ticket);
  return isWaiting ? key(row) < key(other) : key(row) > key(other);
}

/** What depends on this viewer: the open row, rows of one's own, the empty state. */
export function tidy() {
  const { attendant, status } = the("desk").dataset;
  const open = the("conversation").dataset.ticket;
  const all = rows();
  for (const row of all) {
    const link = row.querySelector(".row-link");
    if (row.dataset.ticket === open) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    row.classList.toggle("is-mine", attendant !== "" && row.dataset.attendant === attendant);
  }
  for (const note of document.querySelectorAll(".nobody")) {
    note.hidden = all.length > 0 || note.dataset.status !== status;
  }
}

/** Show another tab or department. */
export function show(query) {
  const desk = the("desk");
  const wish = new URLSearchParams(query);
  for (const tab of the("tabs").querySelectorAll(".tab")) {
    const own = new URLSearchParams(wish);
    own.set("situacao", tab.dataset.slug);
    tab.search = own;
    const isCurrent = tab.dataset.slug === wish.get("situacao");
    if (isCurrent) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
    if (isCurrent) desk.dataset.status = tab.dataset.status;
  }
  desk.dataset.query = query;
  desk.dataset.department = wish.get("departamento") ?? "";
  the("filters").elements.situacao.value = wish.get("situacao");
  the("filters").elements.departamento.value = desk.dataset.department;
  recount();
  return reread({ loaded: 0 });
}

/** Read the loaded part of the list again: the truth that pushes only hint at. */
export async function reread({ loaded = rows().length } = {}) {
  const { list, query } = the("desk").dataset;
  const mine = (held = []);
  const found = [];
  let address = list + query;
  let more;
  do {
    const answer = await ask(address);
    if (!answer.ok || mine !== held) return;
    const page = elements(answer.html);
    found.push(...page.querySelectorAll(".row"));
    more = page.querySelector("#more");
    address = more?.getAttribute("hx-get");
  } while (more && found.length < loaded);
  held = null;
  replace(more ? [...found, more] : found);
  for (const frame of mine) receive(frame);
}

function replace(items) {
  const focused = document.activeElement.closest?.(".row")?.id;
  the("rows").replaceChildren(...items);
  htmx.process(the("rows"));
  tidy();
  if (focused) the(focused)?.querySelector("a").focus({ preventScroll: true });
}

export const recount = atMostEvery(1_000, async () => {
  const { counts, query, department } = the("desk").dataset;
  const answer = await ask(counts + query);
  if (!answer.ok || the("desk").dataset.query !== query) return;
  const found = elements(answer.html);
  for (const fresh of found.querySelectorAll("[data-count]")) {
    const { count } = fresh.dataset;
    the("tabs").querySelector(`[data-count="${count}"]`).textContent = fresh.textContent;
    if (count === "waiting") badge(department ? "" : fresh.textContent);
  }
  the("figures").replaceWith(found.querySelector("#figures"));
});

// The menu's badge counts everybody who waits: under a department's filter that is not known.
function badge(waiting) {
  const shown = document.querySelector("[data-waiting-badge]");
  shown.hidden = !Number(waiting);
  shown.firstElementChild.textContent = waiting;
}

// A row may have moved into the page that was just loaded: the later copy is the fresher one.
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (!target.closest?.("#rows")) return;
  const seen = new Set();
  for (const row of rows().reverse()) {
    if (seen.has(row.id)) row.remove();
    seen.add(row.id);
  }
  tidy();
});
