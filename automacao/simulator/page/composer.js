// Where a customer writes, attaches, records, answers and edits.

import { act, write } from "./api.js";
import { summary } from "./bubbles.js";
import { recorder } from "./recorder.js";

const drafts = new WeakMap();
const dialogs = { place: document.getElementById("place-dialog"), card: document.getElementById("card-dialog") };
const LIMIT = 100_000_000;
let sendFacts = null;

// `whose` tells at any moment which store and which customer this composer belongs to.
export function listenToComposer(article, whose) {
  const composer = article.querySelector(".composer");
  drafts.set(article, { whose });
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    send(article);
  });
  composer.elements.text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return forget(article);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  composer.querySelector(".drop").addEventListener("click", () => forget(article));
  for (const input of composer.querySelectorAll('input[type="file"]')) {
    input.addEventListener("change", () => attach(article, input));
  }
  for (const button of composer.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => openDialog(article, button.dataset.open));
  }
  recorder(composer, (file, seconds) => sendFile(article, file, { kind: "voice", seconds }));
}

export function quoteMessage(article, row) {
  prepare(article, { quotes: row.id }, `Respondendo: ${summary(row)}`);
}

export function editMessage(article, row) {
  prepare(article, { edits: row.id }, `Editando: ${summary(row)}`);
  article.querySelector("textarea").value = row.text;
}

export function say(article, text) {
  write(article.querySelector(".composer .problem"), text);
}

function prepare(article, wanted, label) {
  const draft = drafts.get(article);
  drafts.set(article, { whose: draft.whose, ...wanted });
  const strip = article.querySelector(".attached");
  strip.firstChild.textContent = label;
  strip.hidden = false;
  article.querySelector("textarea").focus();
}

function forget(article) {
  const { whose, edits } = drafts.get(article);
  drafts.set(article, { whose });
  article.querySelector(".attached").hidden = true;
  if (edits) article.querySelector("textarea").value = "";
  say(article, "");
}

function attach(article, input) {
  const [file] = input.files;
  input.value = "";
  article.querySelector(".attach").open = false;
  if (!file) return;
  if (file.size > LIMIT) return say(article, "Arquivo grande demais: até 100 MB.");
  const kind = input.dataset.kind === "image" && file.type.startsWith("video/") ? "video" : input.dataset.kind;
  if (kind === "voice" || kind === "sticker") sendFile(article, file, { kind });
  else prepare(article, { file, kind, quotes: drafts.get(article).quotes }, file.name);
}

async function send(article) {
  const field = article.querySelector("textarea");
  const { whose, file, kind, quotes, edits } = drafts.get(article);
  const text = field.value;
  if (!file && !text.trim()) return;
  if (edits) return finish(article, () => act("edit", { id: edits, text }));
  if (file) return sendFile(article, file, { kind, text, quotes });
  await finish(article, () => act("receive", { ...whose(), text, quotes }));
}

async function sendFile(article, file, details) {
  const { whose } = drafts.get(article);
  await finish(article, async () => act("receive", {
    ...whose(),
    ...details,
    data: await base64(file),
    mime: file.type || undefined,
    filename: file.name,
  }));
}

// The field empties at once and gets its text back when the message did not leave.
async function finish(article, work) {
  const field = article.querySelector("textarea");
  const text = field.value;
  field.value = "";
  try {
    await work();
    forget(article);
  } catch (error) {
    field.value = text;
    say(article, error.message);
  }
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error("Não foi possível ler o arquivo."));
    reader.readAsDataURL(file);
  });
}

function openDialog(article, name) {
  article.querySelector(".attach").open = false;
  const dialog = dialogs[name];
  const kind = name === "place" ? "location" : "contact";
  sendFacts = (facts) => act("receive", { ...drafts.get(article).whose(), kind, facts });
  dialog.querySelector("form").reset();
  write(dialog.querySelector(".problem"), "");
  dialog.showModal();
}

function number(field) {
  return Number(field.value.replace(",", "."));
}

const FACTS = {
  place: ({ name, address, latitude, longitude, is_live: live }) => ({
    name: name.value,
    address: address.value,
    latitude: number(latitude),
    longitude: number(longitude),
    is_live: live.checked,
  }),
  card: ({ name, phone }) => ({ cards: [{ name: name.value, phones: [phone.value] }] }),
};

for (const [name, dialog] of Object.entries(dialogs)) {
  const form = dialog.querySelector("form");
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await sendFacts(FACTS[name](form.elements));
      dialog.close();
    } catch (error) {
      write(dialog.querySelector(".problem"), error.message);
    }
  });
}
