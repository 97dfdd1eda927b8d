// The customers' phones: several at once, each with its conversation, ticks and composer.

import { act, clone, displayNumber, write } from "./api.js";
import { bubble, dress, notice, tick } from "./bubbles.js";
import { listenToComposer } from "./composer.js";

const board = document.getElementById("phones");
const chips = document.getElementById("chips");
const phones = new Map();
const STORED = "celulares-a-mostra";
const AT_FIRST = 3;

let shown = remembered();
let latest = null;

export function drawPhones(state) {
  latest = state;
  shown ??= new Set(state.phones.slice(0, AT_FIRST).map((phone) => phone.wa_id));
  const known = new Set(state.phones.map((phone) => phone.wa_id));
  for (const [id, phone] of phones) if (!known.has(id)) remove(id, phone);
  state.phones.forEach((phone, index) => draw(phoneFor(phone, index), phone, state));
  document.getElementById("no-phone").hidden = state.phones.some((one) => shown.has(one.wa_id));
}

export function show(id) {
  shown = (shown || new Set()).add(id);
  remember();
}

export function focus(id) {
  const made = phones.get(id);
  made?.article.scrollIntoView({ block: "nearest" });
  made?.article.querySelector("textarea").focus();
}

// A conversation somebody looks at is read.
export function readWhatIsOpen() {
  const article = document.hasFocus() && document.activeElement?.closest(".phone");
  if (!article || !latest) return;
  const phone = latest.phones.find((one) => one.wa_id === article.dataset.id);
  const line = lineOf(article);
  if (!phone?.online || !line || unread(threadOf(line, phone)) === 0) return;
  act("read", { instance: line, phone: phone.wa_id });
}

function phoneFor(phone, index) {
  const known = phones.get(phone.wa_id);
  if (known) return known;
  const article = clone("phone-template");
  const made = { article, chip: chipFor(phone), bubbles: new Map() };
  article.dataset.id = phone.wa_id;
  article.querySelector(".avatar").dataset.hue = index % 6;
  listen(article, phone);
  pin(made);
  phones.set(phone.wa_id, made);
  board.append(article);
  return made;
}

function chipFor(phone) {
  const item = document.createElement("li");
  const chip = document.createElement("button");
  chip.type = "button";
  chip.className = "chip";
  chip.append(document.createElement("span"), document.createElement("span"));
  chip.lastChild.className = "badge";
  chip.addEventListener("click", () => toggle(phone.wa_id));
  item.append(chip);
  chips.append(item);
  return chip;
}

function listen(article, phone) {
  listenToComposer(article, () => ({ instance: lineOf(article), from: phone.wa_id }));
  article.addEventListener("focusin", readWhatIsOpen);
  article.querySelector("select").addEventListener("change", () => drawPhones(latest));
  article.querySelector("[data-hide]").addEventListener("click", () => toggle(phone.wa_id));
  article.querySelector("[data-call]").addEventListener("click", () => ring(article, phone.wa_id));
  for (const box of article.querySelectorAll(".menu input")) {
    box.addEventListener("change", () => change(phone.wa_id, box));
  }
}

// Nobody picks up: the call rings and is missed.
async function ring(article, id) {
  article.querySelector(".options").open = false;
  const call = await act("call", { instance: lineOf(article), from: id });
  await act("call", { instance: lineOf(article), from: id, id: call.id, status: "timeout" });
}

function change(id, box) {
  const phone = latest.phones.find((one) => one.wa_id === id);
  const wanted = {
    offline: { online: !box.checked },
    reads_alone: { reads_alone: box.checked },
    hidden: { addressing: box.checked ? "lid_only" : "pn" },
  }[box.name];
  act("phone", { number: `+${phone.number}`, wa_id: id, ...wanted });
}

function toggle(id) {
  if (!shown.delete(id)) shown.add(id);
  remember();
  drawPhones(latest);
}

function remove(id, { article, chip }) {
  article.remove();
  chip.parentElement.remove();
  phones.delete(id);
}

function draw(made, phone, state) {
  const { article, chip } = made;
  const name = phone.name || displayNumber(phone.number);
  article.hidden = !shown.has(phone.wa_id);
  article.setAttribute("aria-label", `Celular de ${name}`);
  write(article.querySelector(".avatar"), initials(name));
  write(article.querySelector("h3"), name);
  const isHidden = phone.addressing === "lid_only";
  const withoutNine = phone.wa_id === phone.number ? "" : " · conta sem o 9";
  write(article.querySelector(".number"), displayNumber(phone.number) + (isHidden ? " · oculto" : withoutNine));
  write(article.querySelector("summary .unseen"), `Opções do celular de ${name}`);
  write(article.querySelector(".text-field .unseen"), `Mensagem de ${name}`);
  article.querySelector('[name="reads_alone"]').checked = phone.reads_alone;
  article.querySelector('[name="offline"]').checked = !phone.online;
  article.querySelector('[name="hidden"]').checked = isHidden;
  article.querySelector(".off").hidden = phone.online;
  drawStores(article, state);
  const thread = threadOf(lineOf(article), phone);
  drawThread(made, thread);
  drawUnread(made, name, unread(thread));
  write(chip.firstChild, name);
  chip.setAttribute("aria-pressed", String(!article.hidden));
}

// Writing needs a number to write to: one that has been connected at least once.
function drawStores(article, state) {
  const id = article.dataset.id;
  const select = article.querySelector("select");
  const stores = state.instances.filter((line) => line.own_id);
  const wanted = stores.map((line) => `${line.name}|${line.profile || line.name}`).join("\n");
  if (select.dataset.stores !== wanted) {
    const chosen = select.value;
    const none = new Option("Nenhuma loja conectada", "");
    const options = stores.map((line) => new Option(line.profile || line.name, line.name));
    select.replaceChildren(...(options.length ? options : [none]));
    // At first the shop this customer knows.
    const known = stores.find((line) => state.threads[line.name]?.[id]);
    if (stores.some((line) => line.name === chosen)) select.value = chosen;
    else if (known) select.value = known.name;
    select.dataset.stores = wanted;
  }
  select.disabled = stores.length < 2;
  write(article.querySelector(".store-avatar"), initials(select.selectedOptions[0].text));
  for (const part of article.querySelectorAll(".composer :is(textarea, input, button)")) part.disabled = !stores.length;
}

function drawUnread({ article, chip }, name, count) {
  for (const badge of [article.querySelector(".badge"), chip.lastChild]) {
    badge.hidden = count === 0;
    write(badge, String(count));
  }
  const words = count === 1 ? "1 não lida" : `${count} não lidas`;
  chip.setAttribute("aria-label", count ? `${name}, ${words}` : name);
  article.querySelector(".badge").setAttribute("aria-label", words);
}

function drawThread(made, thread) {
  made.thread = thread;
  const list = made.article.querySelector(".thread");
  const isAtEnd = made.isPinned ?? true;
  const isFirst = made.bubbles.size === 0;
  const rows = thread.length ? withDays(thread) : [emptyHint(made.article)];
  const wanted = new Set(rows.map((row) => row.id));
  for (const [id, item] of made.bubbles) {
    if (wanted.has(id)) continue;
    item.remove();
    made.bubbles.delete(id);
  }
  rows.forEach((row, index) => place(made, list, row, { index, isFirst }));
  if (isAtEnd || isFirst) list.scrollTop = list.scrollHeight;
}

// Pictures and players grow when they have come: who was at the end stays there.
function pin(made) {
  const list = made.article.querySelector(".thread");
  const toEnd = () => made.isPinned !== false && list.scrollTo(0, list.scrollHeight);
  list.addEventListener("scroll", () => {
    made.isPinned = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  });
  for (const name of ["load", "loadedmetadata"]) list.addEventListener(name, toEnd, true);
  new ResizeObserver(toEnd).observe(list);
}

function place(made, list, row, { index, isFirst }) {
  let item = made.bubbles.get(row.id);
  if (!item) {
    item = row.from ? bubble(row) : notice(row);
    item.classList.toggle("fresh", !isFirst);
    made.bubbles.set(row.id, item);
  }
  if (list.children[index] !== item) list.insertBefore(item, list.children[index] || null);
  if (!row.from) return;
  dress(item, row, made.thread);
  if (row.from === "customer") tick(item, row.status);
}

function withDays(thread) {
  const rows = [];
  let last = "";
  for (const message of thread) {
    const day = dayName(new Date(message.time * 1000));
    if (day !== last) rows.push({ id: `day ${day} ${message.id}`, day });
    last = day;
    rows.push(message);
  }
  return rows;
}

function emptyHint(article) {
  return lineOf(article)
    ? { id: "quiet", hint: "Nenhuma mensagem ainda. Escreva como se fosse o cliente." }
    : { id: "no store", hint: "Conecte o WhatsApp da loja para conversar por aqui." };
}

function dayName(date) {
  if (date.toDateString() === new Date().toDateString()) return "Hoje";
  return date.toLocaleDateString("pt-BR", { day: "numeric", month: "long" });
}

function lineOf(article) {
  return article.querySelector("select").value;
}

function threadOf(line, phone) {
  return latest.threads[line]?.[phone.wa_id] || [];
}

function unread(thread) {
  return thread.filter((one) => one.from === "store" && !["READ", "PLAYED", "ERROR"].includes(one.status)).length;
}

function initials(name) {
  const words = name.replace(/[^\p{L}\s]/gu, "").trim().split(/\s+/).filter(Boolean);
  if (!words.length) return "+";
  return (words[0][0] + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

function remembered() {
  try {
    const ids = JSON.parse(localStorage.getItem(STORED));
    return Array.isArray(ids) ? new Set(ids) : null;
  } catch {
    return null;
  }
}

function remember() {
  localStorage.setItem(STORED, JSON.stringify([...shown]));
}
