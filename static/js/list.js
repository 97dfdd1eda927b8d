// The list of conversations: rows placed by what they say of themselves, the filter of this page.

import { ask, elements, isTrouble, steadily, the } from "sac/wire";

const MOST_KNOWN = 20_000;

// The newest revision known of each ticket, on screen or not: what is older changes nothing.
const newest = new Map();
// Rows heard of since the list was last asked for, null for what is gone: its answer may be older.
let heard = new Map();
let reading = 0;

const rows = () => [...the("rows").querySelectorAll(".row")];
const pad = (id) => id.padStart(20, "0");
const isOld = (ticket, revision) => Number(revision) < (newest.get(Number(ticket)) ?? 0);

/** A row changed somewhere: show it, move it or drop it. Returns it unless a newer one is known. */
export function receive(frame) {
  if (isOld(frame.ticket, frame.revision)) return null;
  const row = elements(frame.html).querySelector(".row");
  learn(frame.ticket, frame.revision);
  heard.set(frame.ticket, row);
  put(row);
  if (frame.counts) recount();
  return row;
}

/** A ticket left this person's sight. Returns whether that is the newest known of it. */
export function remove(frame) {
  if (isOld(frame.ticket, frame.revision)) return false;
  learn(frame.ticket, frame.revision);
  heard.set(frame.ticket, null);
  the(`ticket-${frame.ticket}`)?.remove();
  tidy();
  recount();
  return true;
}

/** Whether one of these conversations has a row on screen; none named: any. */
export function shows(conversations) {
  const shown = new Set(rows().map((row) => Number(row.dataset.conversation)));
  return conversations.length === 0 || conversations.some((one) => shown.has(one));
}

function learn(ticket, revision) {
  newest.delete(Number(ticket));
  newest.set(Number(ticket), Number(revision));
  if (newest.size > MOST_KNOWN) newest.delete(newest.keys().next().value);
}

function put(row) {
  const shown = the(row.id);
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
  const { attendant, status, department } = the("desk").dataset;
  const open = the("conversation").dataset.ticket;
  const all = rows();
  for (const row of all) {
    const link = row.querySelector(".row-link");
    if (row.dataset.ticket === open) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    row.classList.toggle("is-mine", attendant !== "" && row.dataset.attendant === attendant);
  }
  for (const note of document.querySelectorAll(".nobody")) {
    const fits = department ? "filtered" in note.dataset : note.dataset.status === status;
    note.hidden = all.length > 0 || !fits;
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
  const { situacao, departamento } = the("filters").elements;
  situacao.value = wish.get("situacao");
  departamento.value = wish.get("departamento") ?? "";
  // One that is not offered to this person means all, as it does to the server.
  if (departamento.selectedIndex < 0) departamento.value = "";
  desk.dataset.department = departamento.value;
  recount();
  read(0).then((isDone) => isDone || reread());
}

/** Read the loaded part of the list again: the truth that pushes only hint at. */
export const reread = steadily(1_000, () => read(rows().length));

// The one that began last counts: two never cross. False when it failed.
async function read(loaded) {
  const mine = ++reading;
  const { list, query } = the("desk").dataset;
  const found = [];
  let address = list + query;
  let more;
  heard = new Map();
  do {
    const answer = await ask(address);
    if (mine !== reading) return true;
    if (!answer.ok) return !isTrouble(answer);
    const page = elements(answer.html);
    if (page.querySelector(":not(li, li *)")) return false;
    found.push(...page.querySelectorAll(".row"));
    more = page.querySelector("#more");
    address = more?.getAttribute("hx-get");
  } while (more && found.length < loaded);
  replace(more ? [...found, more] : found);
  return true;
}

function replace(items) {
  const focused = document.activeElement.closest?.(".row")?.id;
  the("rows").replaceChildren(...items);
  htmx.process(the("rows"));
  reconcile();
  if (focused) the(focused)?.querySelector("a").focus({ preventScroll: true });
}

// A page of the list was read a moment ago: what was heard meanwhile may be newer.
function reconcile() {
  const seen = new Set();
  for (const row of rows().reverse()) {
    const { ticket, revision } = row.dataset;
    if (seen.has(ticket) || isOld(ticket, revision)) row.remove();
    else {
      learn(ticket, revision);
      seen.add(ticket);
    }
  }
  for (const row of heard.values()) if (row) put(row);
  tidy();
}

/** Ask for the counters, the figures and the state of the store's numbers. */
export const recount = steadily(1_000, async () => {
  const { counts, query, department } = the("desk").dataset;
  const answer = await ask(counts + query);
  if (!answer.ok) return !isTrouble(answer);
  if (the("desk").dataset.query !== query) return true;
  const found = elements(answer.html);
  const figures = found.querySelector("#figures");
  if (!figures) return false;
  for (const fresh of found.querySelectorAll("[data-count]")) {
    const { count } = fresh.dataset;
    the("tabs").querySelector(`[data-count="${count}"]`).textContent = fresh.textContent;
    if (count === "waiting") badge(department ? "" : fresh.textContent);
  }
  the("figures").replaceWith(figures);
  document.dispatchEvent(new CustomEvent("sac:counted", { detail: found }));
  return true;
});

// The menu's badge counts everybody who waits: under a department's filter that is not known.
function badge(waiting) {
  const shown = the("waiting-badge");
  shown.hidden = !Number(waiting);
  shown.firstElementChild.textContent = waiting;
}

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.closest?.("#rows")) reconcile();
});
