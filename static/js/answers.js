// Ready answers: offered after a "/", filled in by the server, and what is still missing in one.
// What there is to say of the customer's orders: after a "#".

import { complain, here, isReply, reasonOf, shownForm } from "sac/box";
import { isEditing } from "sac/editing";
import { use as later } from "sac/later";
import { begin, offer, put } from "sac/offers";
import * as tray from "sac/tray";
import { ask, elements, the } from "sac/wire";

const GAP = /\{\{\s*(\w+)\s*\}\}/gu;

let known;

/** The gaps of a text that nobody filled in, by name; none twice. */
export const gaps = (text) => [...new Set([...text.matchAll(GAP)].map(([, name]) => name))];

/** Everything this person may use, asked for once. */
function all() {
  known ??= fetchAll();
  return known;
}

async function fetchAll() {
  const answer = await ask(the("desk").dataset.answers);
  if (answer.ok) return [...elements(answer.html).querySelectorAll("li")];
  known = undefined;
  return [];
}

async function use({ dataset }, spot) {
  const home = here();
  const { form } = spot.field;
  const answer = await ask(`${the("conversation").dataset.address}respostas/${dataset.answer}/`);
  if (here() !== home || !form.isConnected) return;
  if (!answer.ok) {
    complain(form, reasonOf(answer));
    return;
  }
  const filled = elements(answer.html).querySelector("[data-filled]");
  put(spot, filled.textContent);
  if (filled.dataset.file) await attach(filled.dataset, home);
}

async function attach({ file, name, kind, mime }, home) {
  try {
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(answer.status);
    const bytes = await answer.blob();
    if (here() === home) tray.add([new File([bytes], name, { type: mime })], kind === "document" ? kind : "");
  } catch {
    if (here() === home) complain(shownForm(), "O arquivo da resposta não veio. Tente de novo.");
  }
}

const isAnswer = (form) => isReply(form) && !isEditing(form);

offer("/", { isFor: isAnswer, find: all, choose: use });
offer("#", {
  isFor: isAnswer,
  find: async () => (await later(() => import("sac/orders"), ({ find }) => find())) ?? [],
  choose: ({ dataset }, spot) => put(spot, dataset.text),
});

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-slash]");
  if (!button) return;
  const { form } = button;
  if ((await all()).length) begin(form.elements.text, "/");
  else complain(form, "Nenhuma resposta rápida ainda: crie a primeira no menu da sua conta.");
});
