// The box one writes in: sends at once, gives back what was refused, loses nothing that was typed.

import { tell } from "sac/nav";
import { place, toEnd } from "sac/thread";
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
// What the server keeps, as far as this page knows.
const kept = new Map();
let isSaveFailing = false;
let saving;

const isReply = (form) => form?.matches?.("[data-reply]");
const shownForm = () => the("composer")?.querySelector("[data-reply]");
const here = () => the("conversation").dataset.draft;

/** Whether leaving this page now would lose what somebody typed. */
export const isUnsaved = () => drafts.size > 0 || unsent.size > 0;

function send(form) {
  const text = form.elements.text.value;
  const fault = faultOf(text);
  if (fault !== undefined) {
    complain(form, fault);
    return;
  }
  // Given back and edited since, it is another message.
  if (form.dataset.returned !== text) form.elements.client_uuid.value = newUuid();
  const message = {
    action: form.action,
    draft: here(),
    data: { text, client_uuid: form.elements.client_uuid.value },
    hasFailed: false,
  };
  delete form.dataset.returned;
  drafts.delete(message.draft);
  unsent.add(message);
  lastSent = Date.now();
  form.elements.text.value = "";
  complain(form, "");
  form.elements.text.focus();
  showUnsent(message);
  toEnd();
  // A draft that is being saved right now must not be there again once its message has left.
  const before = [saving, lines.get(message.draft)];
  lines.set(message.draft, Promise.allSettled(before).then(() => post(message)));
}

function faultOf(text) {
  if (!text.trim()) return Date.now() - lastSent < DOUBLE_CLICK ? "" : "Escreva a mensagem antes de enviar.";
  if (text.length <= MAX_TEXT) return undefined;
  return `A mensagem tem ${text.length} caracteres; o limite é ${MAX_TEXT}.`;
}

/** Stand in for the bubble until the server has drawn it, in whichever way it comes. */
function showUnsent({ data }) {
  if (document.querySelector(`#thread [data-uuid="${data.client_uuid}"]`)) return;
  const bubble = the("unsent").content.firstElementChild.cloneNode(true);
  bubble.id = `unsent-${data.client_uuid}`;
  bubble.querySelector(".text").textContent = data.text;
  the("thread").append(bubble);
}

/** The same number is the same message: trying it again cannot double it. */
async function post(message) {
  const began = Date.now();
  let answer;
  for (;;) {
    answer = await ask(message.action, { data: message.data, keepalive: true });
    if (!isTrouble(answer) || Date.now() - began > GIVE_UP) break;
    message.hasFailed = true;
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
  }
  unsent.delete(message);
  const isHere = message.draft === here();
  if (answer.ok && isHere) place(answer.html);
  if (answer.ok) {
    settleDraft(message);
    return;
  }
  the(`unsent-${message.data.client_uuid}`)?.remove();
  giveBack(message, reasonOf(answer));
}

/** The server drops the draft this message grew from; one that was rewritten it cannot know. */
function settleDraft({ draft, data }) {
  const isDropped = data.text.trim().startsWith((kept.get(draft) ?? "").trim());
  kept.delete(draft);
  if (!isDropped && !drafts.has(draft)) drafts.set(draft, "");
  saveDrafts();
}

function reasonOf({ status, html }) {
  const said = new DOMParser().parseFromString(html, "text/html").querySelector(".notice")?.textContent;
  if (status === 401) return "Sua sessão terminou.";
  if (status >= 400 && status < 500 && said) return said.trim();
  if (status === 403) {
    // The token is of before another tab signed in: what is typed is saved with the new one.
    document.dispatchEvent(new Event("sac:outdated"));
    return "Esta página venceu. Recarregue a página e envie de novo.";
  }
  return "O servidor não respondeu. Tente enviar de novo.";
}

/** Put a text that did not leave back in its box; out of sight, among the drafts. */
function giveBack({ draft, data }, reason) {
  const form = draft === here() ? shownForm() : null;
  const written = form ? form.elements.text.value : drafts.get(draft);
  const text = written ? `${data.text}\n${written}` : data.text;
  drafts.set(draft, text);
  saveDrafts();
  if (!form) {
    tell(`A mensagem não saiu e ficou como rascunho. ${reason}`);
    return;
  }
  form.elements.text.value = text;
  if (!written) {
    form.elements.client_uuid.value = data.client_uuid;
    form.dataset.returned = text;
  }
  complain(form, reason);
}

function complain(form, reason) {
  form.querySelector(".composer-error").textContent = reason;
}

// crypto.randomUUID exists only on https and localhost.
function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
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
  if (form && typed !== undefined && form.elements.text.value !== typed) form.elements.text.value = typed;
}

document.addEventListener("input", ({ target }) => {
  if (!isReply(target.form)) return;
  complain(target.form, "");
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
  if (event.key !== "Enter" || !isReply(form) || event.target.type !== "textarea") return;
  const isTouch = matchMedia("(pointer: coarse)").matches;
  if (event.shiftKey || event.isComposing || (isTouch && !event.ctrlKey)) return;
  event.preventDefault();
  send(form);
});
document.addEventListener("sac:leaving", saveDrafts);
document.addEventListener("sac:arrived", () => {
  restore();
  for (const message of unsent) if (message.draft === here()) showUnsent(message);
});
document.addEventListener("htmx:oobAfterSwap", restore);
addEventListener("pagehide", saveAtOnce);
restore();
// Before the next page is asked for, which shows what is saved by then.
addEventListener("beforeunload", (event) => {
  saveAtOnce();
  if ((isSaveFailing && drafts.size) || [...unsent].some(({ hasFailed }) => hasFailed)) event.preventDefault();
});
