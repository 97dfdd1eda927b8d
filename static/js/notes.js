// Notes to the team: the second box, which sends nothing to the customer; and who may be named in one.

import { complain, here, isSend, newUuid, reasonOf, shownForm } from "sac/box";
import { offer, put } from "sac/offers";
import { place, toEnd } from "sac/thread";
import { ask, elements, the } from "sac/wire";

// What was written and not saved, and where the box stood open, by the conversation it is about.
const written = new Map();
const opened = new Set();
const teams = new Map();

const noteForm = () => the("composer")?.querySelector("[data-note]") ?? null;
const isNote = (form) => Boolean(form?.matches?.("[data-note]"));

/** Whether leaving this page would lose a note. */
export const isNoting = () => [...written.values()].some((text) => text.trim());

function show(isOpen) {
  if (isOpen) opened.add(here());
  else opened.delete(here());
  draw();
  (isOpen ? noteForm() : shownForm())?.elements.text.focus();
}

/** Let the boxes stand as they were left in this conversation. */
function draw() {
  const form = noteForm();
  if (!form) return;
  const isOpen = opened.has(here());
  form.hidden = !isOpen;
  const reply = shownForm();
  if (reply) reply.hidden = isOpen;
  the("note-toggle").setAttribute("aria-pressed", String(isOpen));
  the("reply-toggle")?.setAttribute("aria-pressed", String(!isOpen));
  const text = written.get(here()) ?? "";
  if (form.elements.text.value !== text) form.elements.text.value = text;
}

async function save(form) {
  const { text, client_uuid: uuid } = form.elements;
  const home = here();
  if (!text.value.trim()) {
    complain(form, "Escreva a nota antes de salvar.");
    return;
  }
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  button.disabled = text.readOnly = true;
  const answer = await ask(form.action, { data: { text: text.value, client_uuid: uuid.value } });
  button.disabled = text.readOnly = false;
  if (!answer.ok) {
    // The same number is the same note: saving it again cannot double it.
    complain(form, reasonOf(answer));
    return;
  }
  written.delete(home);
  opened.delete(home);
  text.value = "";
  uuid.value = newUuid();
  if (here() !== home) return;
  place(answer.html);
  toEnd();
  show(false);
  if (!shownForm()) the("note-toggle").focus();
}

// --- Whom it names -----------------------------------------------------------------------------------

function team() {
  const { address } = the("conversation").dataset;
  if (!teams.has(address)) teams.set(address, fetchTeam(address));
  return teams.get(address);
}

async function fetchTeam(address) {
  const answer = await ask(`${address}equipe/`);
  if (answer.ok) return [...elements(answer.html).querySelectorAll("li")];
  teams.delete(address);
  return [];
}

offer("@", {
  isFor: isNote,
  find: team,
  choose: ({ dataset }, spot) => put(spot, `@${dataset.name} `),
});

/** Tell the server that who was named has the conversation before their eyes. */
async function look() {
  const composer = the("composer");
  if (!composer || !("mentioned" in composer.dataset)) return;
  if (document.visibilityState !== "visible" || !document.hasFocus()) return;
  delete composer.dataset.mentioned;
  const answer = await ask(`${the("conversation").dataset.address}mencoes/`, { method: "POST" });
  if (!answer.ok) composer.dataset.mentioned = "";
}

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("#note-toggle")) show(!opened.has(here()));
  if (target.closest?.("#reply-toggle")) show(false);
});
// What is answered, corrected or attached is for the customer.
for (const [kind, part] of [["click", "[data-verb=quote], [data-verb=edit]"], ["drop", "#chat"]]) {
  document.addEventListener(kind, ({ target }) => target.closest?.(part) && opened.has(here()) && show(false), true);
}
document.addEventListener("input", ({ target }) => {
  if (!isNote(target.form)) return;
  complain(target.form, "");
  if (target.value) written.set(here(), target.value);
  else written.delete(here());
});
document.addEventListener("submit", (event) => {
  if (!isNote(event.target)) return;
  event.preventDefault();
  save(event.target);
});
document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (!isNote(form)) return;
  if (event.key === "Escape" && !event.target.value && shownForm()) show(false);
  if (!isSend(event)) return;
  event.preventDefault();
  save(form);
});
document.addEventListener("sac:arrived", () => {
  teams.clear();
  draw();
  look();
});
document.addEventListener("sac:carried", ({ detail: { from, to } }) => {
  if (written.has(from)) written.set(to, written.get(from));
  if (opened.delete(from)) opened.add(to);
  written.delete(from);
});
document.addEventListener("htmx:oobAfterSwap", () => {
  draw();
  look();
});
addEventListener("focus", look);
addEventListener("beforeunload", (event) => {
  if (isNoting()) event.preventDefault();
});
draw();
look();
