// Correcting a message that is out: in the box itself, whose own text waits meanwhile.

import { complain, here, reasonOf, shownForm } from "sac/box";
import { place } from "sac/thread";
import { ask } from "sac/wire";

// By form: the message being corrected, and what stood in the box.
const under = new WeakMap();

export const isEditing = (form) => under.has(form);

/** Begin to correct a message: its id and its text. */
export function beginEditing({ id, text }) {
  const form = shownForm();
  if (!form) return;
  under.set(form, { id, waiting: under.get(form)?.waiting ?? form.elements.text.value, isSending: false });
  form.querySelector("[data-editing]").hidden = false;
  form.dataset.edits = id;
  form.elements.text.value = text;
  form.elements.text.focus();
  complain(form, "");
}

/** Go back to what stood in the box. */
export function endEditing(form) {
  const { waiting } = under.get(form);
  under.delete(form);
  delete form.dataset.edits;
  form.querySelector("[data-editing]").hidden = true;
  form.elements.text.value = waiting;
  complain(form, "");
  form.elements.text.focus();
}

/** What is to be sent next: the box, or what waits behind a correction. */
export const written = (form) => under.get(form)?.waiting ?? form.elements.text.value;

/** Put a text where the next message is written. */
export function write(form, text) {
  const correction = under.get(form);
  if (correction) correction.waiting = text;
  else form.elements.text.value = text;
}

export async function saveEdition(form) {
  const correction = under.get(form);
  if (correction.isSending) return;
  correction.isSending = true;
  const home = here();
  const address = form.action + `${correction.id}/edicao/`;
  const answer = await ask(address, { data: { text: form.elements.text.value } });
  correction.isSending = false;
  if (answer.ok && here() === home) place(answer.html);
  if (under.get(form) !== correction) return;
  if (answer.ok) endEditing(form);
  else complain(form, reasonOf(answer));
}

document.addEventListener("click", ({ target }) => {
  const form = target.closest?.("[data-unedit]")?.form;
  if (form) endEditing(form);
});
document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (event.key !== "Escape" || !form || !isEditing(form)) return;
  event.preventDefault();
  endEditing(form);
});
