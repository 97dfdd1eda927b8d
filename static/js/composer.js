// The box one writes in: sends at once, gives the text back when it was refused, keeps drafts.

import { tell } from "sac/nav";
import { place, toEnd } from "sac/thread";
import { afterQuiet, ask, the } from "sac/wire";

const MAX_TEXT = 4096;
const DOUBLE_CLICK = 1_000;

// One after the other: what was written first leaves first, and a draft never overtakes its message.
let line = Promise.resolve();
let lastSent = 0;
let unsaved = null;

const isReply = (form) => form?.matches?.("[data-reply]");

function send(form) {
  const text = form.elements.text.value;
  const fault = faultOf(text);
  if (fault !== undefined) {
    complain(form, fault);
    return;
  }
  const data = { text, client_uuid: form.elements.client_uuid.value };
  const draft = the("conversation").dataset.draft;
  unsaved = null;
  lastSent = Date.now();
  form.elements.text.value = "";
  form.elements.client_uuid.value = newUuid();
  complain(form, "");
  form.elements.text.focus();
  line = line.then(() => post(form, data, draft));
}

function faultOf(text) {
  if (!text.trim()) return Date.now() - lastSent < DOUBLE_CLICK ? "" : "Escreva a mensagem antes de enviar.";
  if (text.length <= MAX_TEXT) return undefined;
  return `A mensagem tem ${text.length} caracteres; o limite é ${MAX_TEXT}.`;
}

async function post(form, data, draft) {
  const answer = await ask(form.action, { data });
  if (answer.ok) {
    if (!form.isConnected) return;
    place(answer.html);
    toEnd();
    return;
  }
  const reason = reasonOf(answer);
  if (form.isConnected) {
    giveBack(form, data, reason);
    return;
  }
  await ask(draft, { data: { text: data.text } });
  tell(`A mensagem não saiu e ficou como rascunho. ${reason}`);
}

function reasonOf({ status, html }) {
  const said = new DOMParser().parseFromString(html, "text/html").querySelector(".notice")?.textContent;
  if (status >= 400 && status < 500 && said) return said.trim();
  return "O servidor não respondeu. Tente enviar de novo.";
}

function giveBack(form, data, reason) {
  const box = form.elements.text;
  // The same text under the same number is the same message: sending it again cannot double it.
  if (!box.value) form.elements.client_uuid.value = data.client_uuid;
  box.value = box.value ? `${data.text}\n${box.value}` : data.text;
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

/** Save what was typed and not sent, now. */
function saveDraft(options = {}) {
  if (!unsaved) return;
  const { draft, form } = unsaved;
  const text = form.elements.text.value;
  unsaved = null;
  line = line.then(() => ask(draft, { data: { text }, ...options }));
}

const saveDraftSoon = afterQuiet(800, () => saveDraft());

document.addEventListener("input", ({ target }) => {
  if (!isReply(target.form)) return;
  const { form } = target;
  complain(form, "");
  unsaved = { form, draft: the("conversation").dataset.draft };
  saveDraftSoon();
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
document.addEventListener("sac:leaving", () => saveDraft());
addEventListener("pagehide", () => saveDraft({ keepalive: true }));
