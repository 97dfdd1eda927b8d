// The list of conversations: rows placed by what they say of themselves, the filter of this page.

import * as filters from "sac/filters";
import { hold } from "sac/hold";
import { tellTime } from "sac/weave";
import { ask, elements, isTrouble, steadily, the } from "sac/wire";

const MOST_KNOWN = 20_000;
const TICK = 10_000;
const LONG = { "": "", warning: "espera longa", alarm: "espera crítica" };

// The newest revision known of each ticket, on screen or not: what is older changes nothing.
const newest = new Map();
// Rows heard of since the list was last asked for, null for what is gone: its answer may be older.
let heard = new Map();
let reading = 0;
// Another tab, filter or figure was asked for and is not shown yet: of what is shown, nothing stays.
let isTurning = false;
// What changed while somebody was choosing, by id: rows to be placed, null for one that is gone.
const late = new Map();
let isOwed = false;
const hand = hold(the("rows-hold"), catchUp);

const rows = () => [...the("rows").querySelectorAll(".row")];
const pad = (id) => id.padStart(20, "0");
const isOld = (ticket, revision) => Number(revision) < (newest.get(Number(ticket)) ?? 0);
const isOpen = (row) => row.dataset.ticket === the("conversation").dataset.ticket;

/** A row changed somewhere: show it, move it or drop it. Returns it unless a newer one is known. */
export function receive(frame) {
  if (isOld(frame.ticket, frame.revision)) return null;
  const row = elements(frame.html).querySelector(".row");
  learn(frame.ticket, frame.revision);
  heard.set(frame.ticket, row);
  put(row);
  if (frame.counts) recount();
  // Only the server knows what a figure counts.
  if (frame.counts && the("desk").dataset.figure) reread();
  return row;
}

/** A ticket left this person's sight. Returns whether that is the newest known of it. */
export function remove(frame) {
  if (isOld(frame.ticket, frame.revision)) return false;
  learn(frame.ticket, frame.revision);
  heard.set(frame.ticket, null);
  drop(`ticket-${frame.ticket}`);
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
  const isShown = shown !== null;
  const hadFocus = shown?.contains(document.activeElement);
  const stays = isShown ? belongs(row, { isShown }) : false;
  late.delete(row.id);
  if (!hand.isHeld()) {
    shown?.remove();
    if (stays || belongs(row, { isShown })) insert(row, { isPinned: isShown && isOpen(row) });
  } else {
    shown?.replaceWith(row);
    if (isShown ? !stays || isMisplaced(row) : belongs(row, { isShown })) late.set(row.id, row);
  }
  tidy();
  if (hadFocus && row.isConnected) row.querySelector("a").focus({ preventScroll: true });
}

function drop(id) {
  late.delete(id);
  const row = the(id);
  if (!row || !hand.isHeld()) {
    row?.remove();
    return;
  }
  // Its place stays until nobody aims at the next one.
  row.classList.add("is-gone");
  row.inert = true;
  late.set(id, null);
}

/** Nobody is choosing any more: let everything take its place. */
function catchUp() {
  const waited = [...late];
  late.clear();
  for (const [id, row] of waited) {
    if (row) put(row);
    else the(id)?.remove();
  }
  tidy();
  if (isOwed) reread();
  isOwed = false;
}

/** The conversation on screen keeps its row where it was, until another one is opened. */
function belongs(row, { isShown }) {
  const { figure, status } = the("desk").dataset;
  if (isShown && (figure || isOpen(row))) return true;
  return !figure && fits(row, status);
}

const fits = (row, status) => row.dataset.status === status && filters.pass(row);

function insert(row, { isPinned = false } = {}) {
  const below = rows().find((other) => precedes(row, other));
  if (below) below.before(row);
  // Below the last row loaded: it comes with its page.
  else if (!the("more")) the("rows").append(row);
  else if (isPinned) the("more").before(row);
}

function isMisplaced(row) {
  const all = rows();
  const place = all.indexOf(row);
  const [above, below] = [all[place - 1], all[place + 1]];
  return Boolean((above && precedes(row, above)) || (below && precedes(below, row)));
}

// Waiting: by the wait. The others: by activity. Either end of it first.
function precedes(row, other) {
  const { figure, status } = the("desk").dataset;
  const isOldestFirst = !figure && filters.isOldestFirst();
  const isByWait = isOldestFirst && status === "waiting";
  const key = ({ dataset }) => (isByWait ? dataset.queued : dataset.activity) + pad(dataset.ticket);
  return isOldestFirst ? key(row) < key(other) : key(row) > key(other);
}

/** What depends on this viewer: the open row, rows of one's own, the empty state. */
export function tidy() {
  const { attendant, status, figure } = the("desk").dataset;
  for (const row of rows()) {
    const link = row.querySelector(".row-link");
    if (isOpen(row)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (row.classList.contains("is-pinned") && !isOpen(row) && !late.has(row.id)) row.remove();
    row.classList.toggle("is-pinned", !figure && isOpen(row) && !fits(row, status));
    row.classList.toggle("is-mine", attendant !== "" && row.dataset.attendant === attendant);
    const by = row.querySelector(".row-by");
    if (by && attendant && by.dataset.by === attendant) by.textContent = "Você:";
  }
  const kind = figure ? "counted" : filters.names().length > 0 ? "filtered" : status;
  const isEmpty = !the("rows").querySelector(".row, .row-hidden");
  for (const note of document.querySelectorAll(".nobody")) {
    note.hidden = !isEmpty || !(kind in note.dataset || note.dataset.status === kind);
  }
  tellLate();
  ripen();
}

function tellLate() {
  const button = the("rows-late");
  button.hidden = late.size === 0;
  button.textContent = late.size === 1 ? "1 atualização" : `${late.size} atualizações`;
}

/** Let each waiting clock say how it stands against the store's limits, as the server does. */
function ripen() {
  tellTime();
  for (const wait of the("rows").querySelectorAll(".row-wait")) {
    const { dateTime, dataset } = wait.querySelector("time");
    const minutes = (Date.now() - Date.parse(dateTime)) / 60_000;
    const level = minutes >= dataset.alarms ? "alarm" : minutes >= dataset.warns ? "warning" : "";
    if (wait.dataset.level === level) continue;
    wait.dataset.level = level;
    wait.querySelector(".wait-words").textContent = LONG[level];
  }
}

/** Show another tab, other filters, or what is behind a figure. */
export function show(query) {
  const { dataset } = the("desk");
  const wish = new URLSearchParams(query);
  const figure = wish.get("numeros");
  hand.release();
  filters.set(wish);
  dataset.query = query;
  if (figure) dataset.figure = figure;
  else delete dataset.figure;
  showTabs(wish);
  showFigure();
  recount();
  the("rows").ariaBusy = "true";
  isTurning = true;
  read().then((isDone) => isDone || reread());
}

function showTabs(wish) {
  for (const tab of the("tabs").querySelectorAll(".tab")) {
    const own = new URLSearchParams(wish);
    for (const name of ["numeros", "ordem"]) own.delete(name);
    tab.search = new URLSearchParams([["situacao", tab.dataset.slug], ...[...own].filter(([name]) => name !== "situacao")]);
    const isCurrent = tab.dataset.slug === (wish.get("situacao") ?? "aguardando");
    if (isCurrent) the("desk").dataset.status = tab.dataset.status;
    if (isCurrent && !wish.has("numeros")) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

function showFigure() {
  const { figure } = the("desk").dataset;
  the("filters").hidden = Boolean(figure);
  the("figure-bar").hidden = !figure;
  for (const link of the("figures").querySelectorAll(".figure-link")) {
    const isShown = figure && link.dataset.figure === figure;
    if (isShown) the("figure-words").textContent = link.dataset.words;
    if (isShown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** Read the loaded part of the list again: the truth that pushes only hint at. */
export const reread = steadily(1_000, () => {
  isOwed = hand.isHeld();
  return isOwed || read();
});

// The one that began last counts: two never cross. False when it failed.
async function read() {
  const mine = ++reading;
  const { list, query } = the("desk").dataset;
  const open = !isTurning && rows().find(isOpen);
  const found = [];
  let address = list + query + (open ? `&aberta=${open.dataset.ticket}` : "");
  let more;
  heard = new Map();
  do {
    const answer = await ask(address);
    if (mine !== reading) return true;
    if (!answer.ok) return !isTrouble(answer);
    const page = elements(answer.html);
    if (page.querySelector(":not(li, li *)")) return false;
    found.push(...page.querySelectorAll(".row, .row-hidden"));
    more = page.querySelector("#more");
    address = more?.getAttribute("hx-get");
    // A page that came by scroll meanwhile is not to be lost.
  } while (more && !isTurning && found.length < rows().length);
  isTurning = false;
  replace(more ? [...found, more] : found);
  return true;
}

function replace(items) {
  const focused = document.activeElement.closest?.(".row")?.id;
  const pinned = items.find((item) => item.matches(".is-pinned"));
  late.clear();
  the("rows").ariaBusy = "false";
  the("rows").replaceChildren(...items.filter((item) => item !== pinned));
  if (pinned && !the(pinned.id)) insert(pinned, { isPinned: true });
  htmx.process(the("rows"));
  reconcile();
  if (focused) the(focused)?.querySelector("a").focus({ preventScroll: true });
}

// A page of the list was read a moment ago: what was heard meanwhile may be newer.
function reconcile() {
  const seen = new Set();
  for (const row of rows().reverse()) {
    const { ticket, revision } = row.dataset;
    const isPast = isOld(ticket, revision);
    // One that was heard of meanwhile takes its place, right below.
    if (seen.has(ticket) || (isPast && !heard.get(Number(ticket)))) row.remove();
    else if (!isPast) learn(ticket, revision);
    seen.add(ticket);
  }
  for (const row of heard.values()) if (row) put(row);
  tidy();
}

/** Ask for the counters, the figures and the state of the store's numbers. */
export const recount = steadily(1_000, async () => {
  const { counts, query } = the("desk").dataset;
  const answer = await ask(counts + query);
  if (!answer.ok) return !isTrouble(answer);
  if (the("desk").dataset.query !== query) return true;
  const found = elements(answer.html);
  const figures = found.querySelector("#figures");
  if (!figures) return false;
  for (const fresh of found.querySelectorAll("[data-count]")) {
    the("tabs").querySelector(`[data-count="${fresh.dataset.count}"]`).textContent = fresh.textContent;
  }
  the("waiting-badge").replaceWith(found.querySelector("#waiting-badge"));
  redraw(figures);
  document.dispatchEvent(new CustomEvent("sac:counted", { detail: found }));
  return true;
});

function redraw(figures) {
  const focused = document.activeElement.closest?.(".figure-link")?.getAttribute("href");
  the("figures").replaceWith(figures);
  showFigure();
  if (focused) figures.querySelector(`[href="${focused}"]`)?.focus({ preventScroll: true });
}

// The row above the link that was reached by keyboard, which is gone once its page is there.
let above = null;
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (target.id === "more") above = target.contains(document.activeElement) ? target.previousElementSibling : null;
});
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (!target.closest?.("#rows")) return;
  reconcile();
  above?.nextElementSibling?.querySelector("a")?.focus({ preventScroll: true });
  above = null;
});
// Where the scroll brought nothing, a click tries again.
the("rows").addEventListener("click", (event) => {
  const more = event.target.closest("#more");
  if (!more) return;
  event.preventDefault();
  htmx.ajax("GET", more.getAttribute("hx-get"), { target: more, source: more, swap: "outerHTML" });
});
setInterval(ripen, TICK);
