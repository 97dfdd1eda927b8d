// What goes along with the next message: picked files, and the message it answers.
// Kept by conversation: what was picked in one is never seen, nor sent, in another.

import { complain, here, shownForm } from "sac/box";
import { isEditing } from "sac/editing";
import { the } from "sac/wire";

const MOST = 10;
const LARGEST = 100 * 1024 * 1024;
const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

// By the address of the conversation's draft: {items, quote}. An item is {file, kind, serial, url}.
const held = new Map();
let serial = 0;

const cargoOf = (address) => held.get(address) ?? { items: [], quote: null };

/** Whether leaving this page would lose picked files. */
export const isHolding = () => [...held.values()].some(({ items }) => items.length > 0);

/** What stands ready for the conversation on screen. */
export const cargo = () => cargoOf(here());

/** Put files into the tray of the conversation on screen. `kind` as the server's as_kind. */
export function add(files, kind = "") {
  const form = shownForm();
  if (!form) return;
  const { items, quote } = cargo();
  const fault = isEditing(form) ? "Termine a edição antes de anexar." : faultOf([...files], items);
  if (fault) {
    complain(form, fault);
    return;
  }
  const fresh = [...files].map((file) => item(file, kind));
  keep(here(), { items: [...items, ...fresh], quote });
  complain(form, "");
  form.elements.text.focus();
}

/** A file with what is known of it on this page. */
export const item = (file, kind) => ({ file, kind, serial: ++serial, url: previewOf(file) });

function faultOf(files, items) {
  if (items.length + files.length > MOST) return `Envie até ${MOST} arquivos de cada vez.`;
  const empty = files.find((file) => file.size === 0);
  if (empty) return `“${empty.name}” está vazio.`;
  const large = files.find((file) => file.size > LARGEST);
  return large ? `“${large.name}” tem ${sizeOf(large)}; o limite é ${sizeOf({ size: LARGEST })}.` : "";
}

const previewOf = (file) => (/^image\/(jpeg|png|webp|gif)$/.test(file.type) ? URL.createObjectURL(file) : "");

/** Answer a message: {id, who, text}; null to answer none. */
export function quote(message) {
  keep(here(), { ...cargo(), quote: message });
  if (message) shownForm()?.elements.text.focus();
}

/** Take everything out, to be sent. */
export function take() {
  const taken = cargo();
  keep(here(), { items: [], quote: null });
  return taken;
}

/** Put back what did not leave, before whatever was picked meanwhile. */
export function giveBack(address, { items, quote: answered }) {
  const now = cargoOf(address);
  keep(address, { items: [...items, ...now.items], quote: now.quote ?? answered });
}

/** What left is not needed any more. */
export function forget({ items }) {
  for (const { url } of items) if (url) URL.revokeObjectURL(url);
}

function keep(address, wanted) {
  if (wanted.items.length || wanted.quote) held.set(address, wanted);
  else held.delete(address);
  if (address === here()) draw();
}

/** Show what is held for the conversation on screen. */
export function draw() {
  const form = shownForm();
  if (!form) return;
  const { items, quote: answered } = cargo();
  const tray = form.querySelector("[data-tray]");
  tray.replaceChildren(...items.map(card));
  tray.hidden = items.length === 0;
  const bar = form.querySelector("[data-quote]");
  bar.hidden = answered === null;
  if (answered) bar.querySelector("[data-words]").textContent = `Respondendo ${answered.who}: ${answered.text}`;
}

function card({ file, kind, serial: number, url }) {
  const element = the("tray-item").content.firstElementChild.cloneNode(true);
  const image = element.querySelector("img");
  if (url) image.src = url;
  else image.remove();
  element.dataset.serial = number;
  element.querySelector("[data-name]").textContent = kind === "voice" ? "Mensagem de voz" : file.name;
  const as = { document: " · documento", sticker: " · figurinha" }[kind] ?? "";
  element.querySelector("[data-size]").textContent = `${sizeOf(file)}${as}`;
  element.querySelector("button").setAttribute("aria-label", `Tirar ${file.name}`);
  return element;
}

/** As the server writes sizes everywhere else. */
export function sizeOf({ size }) {
  if (size < 1024) return `${size}\u00a0${size === 1 ? "byte" : "bytes"}`;
  const [amount, unit] = size < 1024 ** 2 ? [size / 1024, "KB"] : [size / 1024 ** 2, "MB"];
  return `${amount.toLocaleString("pt-BR", TENTHS)}\u00a0${unit}`;
}

function remove(number) {
  const { items, quote: answered } = cargo();
  forget({ items: items.filter((item) => item.serial === number) });
  keep(here(), { items: items.filter((item) => item.serial !== number), quote: answered });
  complain(shownForm(), "");
  shownForm().elements.text.focus();
}

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-remove]")) remove(Number(target.closest("[data-serial]").dataset.serial));
  if (target.closest?.("[data-unquote]")) {
    quote(null);
    shownForm()?.elements.text.focus();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !cargo().quote) return;
  if (event.target.form && event.target.form === shownForm()) quote(null);
});
document.addEventListener("sac:carried", ({ detail: { from, to } }) => {
  const cargo = held.get(from);
  held.delete(from);
  if (cargo) held.set(to, cargo);
});
document.addEventListener("sac:arrived", draw);
document.addEventListener("htmx:oobAfterSwap", draw);
