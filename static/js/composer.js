// The box one writes in: sends at once, gives back what was refused, loses nothing that was typed.

import { gaps } from "sac/answers";
import { complain, here, isReply, isSend, newUuid, reasonOf, shownForm } from "sac/box";
import { isEditing, saveEdition, write, written } from "sac/editing";
import { use } from "sac/later";
import { tell } from "sac/nav";
import { isNoting } from "sac/notes";
import { place, toEnd } from "sac/thread";
import * as tray from "sac/tray";
import { upload } from "sac/upload";
import { afterQuiet, ask, isTrouble, steadily, the } from "sac/wire";

const MAX_TEXT = 4096;
const DOUBLE_CLICK = 1_000;
const TRY_AGAIN = 2_000;
const GIVE_UP = 60_000;

// What was typed and is not known to be on the server, by the address that keeps it.
const drafts = new Map();
// Messages whose fate the server has not told yet.
const unsent = new Set();
// Per conversation, one after the other: what was written first leaves first.
const lines = new Map();
let lastSent = 0;
// The text about whose gaps the person was warned, and when.
let warned = { text: "", at: 0 };
// What the server keeps, as far as this page knows.
const kept = new Map();
let isSaveFailing = false;
let saving;

/** Whether leaving this page now would lose what somebody typed or picked. */
export const isUnsaved = () => drafts.size > 0 || unsent.size > 0 || tray.isHolding() || isNoting();

function send(form) {
  if (isEditing(form)) {
    saveEdition(form);
    return;
  }
  const text = form.elements.text.value;
  const fault = faultOf(text);
  if (fault !== undefined) {
    complain(form, fault);
    return;
  }
  const cargo = tray.take();
  // Given back and edited since, it is another message.
  if (form.dataset.returned !== stampOf(text, cargo)) form.elements.client_uuid.value = newUuid();
  delete form.dataset.returned;
  const parcels = wrapped(text, cargo, form.elements.client_uuid.value);
  drafts.delete(here());
  lastSent = Date.now();
  form.elements.text.value = "";
  complain(form, "");
  form.elements.text.focus();
  for (const parcel of parcels) dispatch(form, parcel);
}

/** Send a recording at once, past whatever is being written. */
export function sendVoice(file) {
  const form = shownForm();
  const { quote } = tray.cargo();
  if (!form) return;
  if (quote) tray.quote(null);
  dispatch(form, { text: "", uuid: newUuid(), items: [tray.item(file, "voice")], quote });
}

function faultOf(text) {
  const isEmpty = !text.trim() && tray.cargo().items.length === 0;
  if (isEmpty) return Date.now() - lastSent < DOUBLE_CLICK ? "" : "Escreva a mensagem antes de enviar.";
  if (text.length <= MAX_TEXT) return gapsOf(text);
  return `A mensagem tem ${text.length} caracteres; o limite é ${MAX_TEXT}.`;
}

/** Warn of what a ready answer still lacks: once, for who wants to send just that. */
function gapsOf(text) {
  const missing = gaps(text);
  const isMeant = warned.text === text && Date.now() - warned.at > DOUBLE_CLICK;
  if (missing.length === 0 || isMeant) return undefined;
  warned = { text, at: Date.now() };
  return `Falta preencher: ${missing.join(", ")}.`;
}

const stampOf = (text, { items, quote }) => JSON.stringify([text, items.map(({ serial }) => serial), quote?.id]);

/** One parcel for all files that travel alike; the text and the quote go with the first. */
function wrapped(text, { items, quote }, uuid) {
  const kinds = [...new Set(items.map(({ kind }) => kind))];
  const [first = [], ...others] = kinds.map((kind) => items.filter((item) => item.kind === kind));
  const rest = others.map((group) => {
    group[0].uuid ??= newUuid();
    return { text: "", uuid: group[0].uuid, items: group, quote: null };
  });
  return [{ text, uuid, items: first, quote }, ...rest];
}

function dispatch(form, { text, uuid, items, quote }) {
  const message = {
    action: form.action,
    draft: here(),
    data: { text, client_uuid: uuid },
    cargo: { items, quote },
    hasFailed: false,
    // Everything left, and only the answer is missing: too late to take it back.
    hasLeft: false,
    cancelling: new AbortController(),
  };
  if (quote) message.data.quotes = quote.id;
  if (items[0]?.kind) message.data.as_kind = items[0].kind;
  unsent.add(message);
  showUnsent(message);
  toEnd();
  // A draft that is being saved right now must not be there again once its message has left.
  const before = Promise.allSettled([saving, lines.get(message.draft)]);
  const done = Promise.race([before, cancelled(message)]).then(() => post(message));
  lines.set(message.draft, Promise.allSettled([before, done]));
}

const cancelled = ({ cancelling }) =>
  new Promise((resolve) => cancelling.signal.addEventListener("abort", resolve));

/** Stand in for the bubble until the server has drawn it, in whichever way it comes. */
function showUnsent(message) {
  const { data, cargo, hasLeft, cancelling } = message;
  if (document.querySelector(`#thread [data-uuid="${data.client_uuid}"]`)) return;
  const bubble = the("unsent").content.firstElementChild.cloneNode(true);
  bubble.id = `unsent-${data.client_uuid}`;
  bubble.querySelector(".text").textContent = data.text;
  const files = bubble.querySelector("[data-files]");
  files.hidden = cargo.items.length === 0;
  const names = cargo.items.map(({ file, kind }) => (kind === "voice" ? "Mensagem de voz" : file.name));
  files.querySelector("span").textContent = names.join(", ");
  const button = bubble.querySelector("[data-unsend]");
  button.hidden = hasLeft;
  button.addEventListener("click", () => cancelling.abort());
  the("thread").append(bubble);
}

function showProgress(message, share) {
  message.hasLeft = share === 1;
  const bubble = the(`unsent-${message.data.client_uuid}`);
  if (!bubble) return;
  bubble.querySelector("progress").value = share;
  bubble.querySelector("[data-unsend]").hidden = message.hasLeft;
}

function deliver(message) {
  const { action, data, cargo, cancelling } = message;
  if (cargo.items.length === 0) {
    // A text has left as soon as it is on its way.
    showProgress(message, 1);
    return ask(action, { data, keepalive: true });
  }
  return upload(action, {
    data,
    files: cargo.items.map(({ file }) => file),
    onProgress: (share) => showProgress(message, share),
    signal: cancelling.signal,
  });
}

/** The same number is the same message: trying it again cannot double it. */
async function post(message) {
  const answer = await outcome(message);
  unsent.delete(message);
  const isHere = message.draft === here();
  if (answer.ok && isHere) place(answer.html);
  if (answer.ok) {
    tray.forget(message.cargo);
    // What is in the box was not part of a recording.
    if (message.data.text) settleDraft(message);
    saveDrafts();
    return;
  }
  the(`unsent-${message.data.client_uuid}`)?.remove();
  const isCancelled = message.cancelling.signal.aborted;
  giveBack(message, isCancelled ? "" : reasonOf(answer));
  if (isCancelled) shownForm()?.elements.text.focus();
}

/** The server's word on a message; what stood last when it was given up or cancelled. */
async function outcome(message) {
  const began = Date.now();
  const { signal } = message.cancelling;
  let answer = { ok: false, status: 0, html: "" };
  while (!signal.aborted) {
    answer = await deliver(message);
    if (!isTrouble(answer) || Date.now() - began > GIVE_UP) break;
    message.hasFailed = true;
    showProgress(message, 0);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, TRY_AGAIN)), cancelled(message)]);
  }
  return answer;
}

/** The server drops the draft this message grew from; one that was rewritten it cannot know. */
function settleDraft({ draft, data }) {
  const isDropped = data.text.trim().startsWith((kept.get(draft) ?? "").trim());
  kept.delete(draft);
  if (!isDropped && !drafts.has(draft)) drafts.set(draft, "");
}

/** Put what did not leave back in its box; out of sight, among the drafts. */
function giveBack({ draft, data, cargo }, reason) {
  const form = draft === here() ? shownForm() : null;
  const newer = form ? written(form) : drafts.get(draft);
  const text = [data.text, newer].filter(Boolean).join("\n");
  const isAlone = !newer && (!form || tray.cargo().items.length === 0);
  tray.giveBack(draft, cargo);
  if (data.text) drafts.set(draft, text);
  saveDrafts();
  if (!form) {
    tell(`A mensagem não saiu e ficou como rascunho. ${reason}`);
    return;
  }
  write(form, text);
  if (isAlone) {
    form.elements.client_uuid.value = data.client_uuid;
    form.dataset.returned = stampOf(text, tray.cargo());
  }
  complain(form, reason);
}

/** Save what was typed and not sent, and go on trying until it is on the server. */
export const saveDrafts = steadily(0, async () => {
  isSaveFailing = false;
  for (const [address, text] of [...drafts]) {
    // Its message leaves first, and takes the draft of the server along.
    if ([...unsent].some(({ draft }) => draft === address)) isSaveFailing = true;
    else if (!(await saveDraft(address, text))) isSaveFailing = true;
  }
  return !isSaveFailing;
});

async function saveDraft(address, text) {
  saving = ask(address, { data: { text } });
  const answer = await saving;
  // Out of reach, or too long: no other try would end otherwise.
  const isSettled = answer.ok || answer.status === 404 || answer.status === 422;
  if (answer.ok) kept.set(address, text);
  if (isSettled && drafts.get(address) === text) drafts.delete(address);
  return isSettled;
}

const saveDraftsSoon = afterQuiet(800, saveDrafts);

/** The last chance: this request outlives the page. */
function saveAtOnce() {
  const last = new Map(drafts);
  for (const { draft, data, hasFailed } of [...unsent].reverse()) {
    if (hasFailed) last.set(draft, [data.text, last.get(draft)].filter(Boolean).join("\n"));
  }
  for (const [address, text] of last) ask(address, { data: { text }, keepalive: true });
}

/** A box that was just drawn shows what the server knew: what is typed here is newer. */
function restore() {
  const typed = drafts.get(here());
  const form = shownForm();
  if (form && !kept.has(here())) kept.set(here(), form.elements.text.defaultValue);
  if (form && typed !== undefined && written(form) !== typed) write(form, typed);
}

document.addEventListener("input", ({ target }) => {
  if (!isReply(target.form)) return;
  complain(target.form, "");
  if (target.name !== "text" || isEditing(target.form)) return;
  drafts.set(here(), target.value);
  saveDraftsSoon();
});
document.addEventListener("submit", (event) => {
  if (!isReply(event.target)) return;
  event.preventDefault();
  send(event.target);
});
document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (!isReply(form) || !isSend(event)) return;
  event.preventDefault();
  send(form);
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-emojis]");
  if (button) use(() => import("sac/emojis"), ({ write: pick }) => pick(button));
});
document.addEventListener("sac:leaving", saveDrafts);
document.addEventListener("sac:arrived", () => {
  restore();
  for (const message of unsent) if (message.draft === here()) showUnsent(message);
});
// A ticket became part of another one: what was begun in it goes on there.
document.addEventListener("sac:carried", ({ detail: { from, to } }) => {
  for (const message of unsent) if (message.draft === from) message.draft = to;
  if (!drafts.has(from)) return;
  drafts.set(to, drafts.get(from));
  drafts.delete(from);
  saveDraftsSoon();
});
document.addEventListener("htmx:oobAfterSwap", restore);
addEventListener("pagehide", saveAtOnce);
restore();
/** Text leaves with the page; files cannot. */
const isLostBy = ({ hasFailed, cargo }) => hasFailed || cargo.items.length > 0;

// Before the next page is asked for, which shows what is saved by then.
addEventListener("beforeunload", (event) => {
  saveAtOnce();
  if ((isSaveFailing && drafts.size) || [...unsent].some(isLostBy) || tray.isHolding()) event.preventDefault();
});
