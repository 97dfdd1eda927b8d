// Ways for files, places and contacts into a message: the menu, the clipboard, a drop on the chat.

import { newUuid, reasonOf, shownForm } from "sac/box";
import { openAt } from "sac/popup";
import { place, toEnd } from "sac/thread";
import * as tray from "sac/tray";
import { ask, the } from "sac/wire";

const WAYS = {
  media: { accept: "image/*,video/*,audio/*", kind: "" },
  document: { accept: "", kind: "document" },
  sticker: { accept: "image/png,image/jpeg,image/webp,image/gif", kind: "sticker" },
};

function choose(way) {
  the("attach-menu").hidePopover();
  const picker = shownForm()?.querySelector("[data-picker]");
  if (!picker) return;
  picker.accept = WAYS[way].accept;
  picker.dataset.kind = WAYS[way].kind;
  picker.value = "";
  picker.click();
}

/** Ask for a place or a contact in a dialog; its id is made once, however often it is sent. */
function askFor(name) {
  the("attach-menu").hidePopover();
  const dialog = the("dialog");
  dialog.replaceChildren(the(`ask-${name}`).content.cloneNode(true));
  const form = dialog.querySelector("form");
  form.action = the("conversation").dataset.address + form.dataset.noun;
  form.elements.client_uuid.value = newUuid();
  form.elements.quotes.value = tray.cargo().quote?.id ?? "";
  dialog.showModal();
  form.querySelector("input:not([type=hidden])").focus();
}

/** Say at every field at once what is wrong with it. Return whether all is well. */
function isWhole(form) {
  const faulty = [...form.querySelectorAll("[required]")].filter((field) => {
    const { valid, valueMissing } = field.validity;
    const { missing, wrong = missing } = field.dataset;
    point(field, valid ? "" : valueMissing ? missing : wrong);
    return !valid;
  });
  faulty[0]?.focus();
  return faulty.length === 0;
}

function point(field, fault) {
  const told = the(`${field.id}-error`);
  told.textContent = fault;
  told.hidden = !fault;
  if (fault) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

async function sendFacts(form) {
  if (!isWhole(form)) return;
  const told = the("dialog-told");
  const button = form.querySelector("[type=submit]");
  const home = the("conversation");
  button.disabled = true;
  told.replaceChildren();
  const answer = await ask(form.action, { data: new FormData(form) });
  button.disabled = false;
  if (answer.ok && the("conversation") === home) {
    place(answer.html);
    toEnd();
    if (tray.cargo().quote) tray.quote(null);
  }
  if (!form.isConnected) return;
  if (answer.ok) {
    the("dialog").close();
    shownForm()?.elements.text.focus();
    return;
  }
  const note = document.createElement("p");
  note.className = "notice notice-error";
  note.textContent = reasonOf(answer);
  told.replaceChildren(note);
}

// --- Dropped and pasted ----------------------------------------------------------------------------

const bringsFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");

function hover(isOver) {
  the("chat")?.toggleAttribute("data-dropping", isOver);
}

document.addEventListener("dragover", (event) => {
  if (!bringsFiles(event)) return;
  // A file that misses must not replace the page.
  event.preventDefault();
  const isHere = Boolean(shownForm() && event.target.closest?.("#chat"));
  event.dataTransfer.dropEffect = isHere ? "copy" : "none";
  hover(isHere);
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) hover(false);
});
document.addEventListener("drop", (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  hover(false);
  if (event.target.closest?.("#chat")) tray.add(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  const { files = [], types = [] } = event.clipboardData ?? {};
  // What office programs copy is also a picture of itself: the words are what is meant.
  if (!files.length || types.includes("text/plain") || event.target.form !== shownForm()) return;
  event.preventDefault();
  tray.add(files);
});
// A place as maps copy it, "-23.5614, -46.6558", or as it stands in a bubble, "-23,5614; -46,6558".
const PLACE = /^\s*([-+]?\d+[.,]\d+)\s*[,;\s]\s*([-+]?\d+[.,]\d+)\s*$/;

document.addEventListener("paste", (event) => {
  if (event.target.id !== "place-latitude") return;
  const found = PLACE.exec(event.clipboardData.getData("text/plain"));
  if (!found) return;
  event.preventDefault();
  const { latitude, longitude } = event.target.form.elements;
  for (const [field, number] of [[latitude, found[1]], [longitude, found[2]]]) {
    field.value = number.replace(".", ",");
    point(field, "");
  }
  longitude.focus();
});
document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-facts] [aria-invalid]")) point(target, "");
});
document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-attach]");
  if (opener) openAt(the("attach-menu"), opener);
  const way = target.closest?.("[data-way]")?.dataset.way;
  if (way in WAYS) choose(way);
  else if (way) askFor(way);
});
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-picker]")) return;
  tray.add(target.files, target.dataset.kind);
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-facts]")) return;
  event.preventDefault();
  sendFacts(event.target);
});
