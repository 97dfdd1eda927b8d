// One message on a phone: text, file, place, card, quote, reactions, and what became of it.

import { act, clone, write } from "./api.js";
import { offer } from "./menu.js";

const TICKS = { SERVER_ACK: "Enviada", DELIVERY_ACK: "Entregue", READ: "Lida", PLAYED: "Ouvida" };
const KINDS = {
  image: "Foto",
  video: "Vídeo",
  audio: "Áudio",
  voice: "Mensagem de voz",
  document: "Documento",
  sticker: "Figurinha",
  location: "Localização",
  contact: "Contato",
  poll: "Enquete",
  choice: "Resposta",
  order: "Pedido",
  product: "Produto",
};

export function bubble(row) {
  const item = clone("bubble-template");
  item.dataset.from = row.from;
  item.dataset.id = row.id;
  item.querySelector(".sender").textContent = row.from === "store" ? "Loja: " : "Cliente: ";
  const time = item.querySelector("time");
  const moment = new Date(row.time * 1000);
  time.dateTime = moment.toISOString();
  time.textContent = moment.toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" });
  item.querySelector(".ticks").hidden = row.from !== "customer";
  return item;
}

// Draws a message anew only when something about it changed: players go on playing.
export function dress(item, row, thread) {
  const { status, ...lasting } = row;
  const quoted = row.quotes ? thread.find((one) => one.id === row.quotes) : null;
  const look = JSON.stringify([lasting, quoted?.text, quoted?.deleted]);
  if (item.dataset.look === look) return;
  item.dataset.look = look;
  item.dataset.kind = row.deleted ? "deleted" : row.kind;
  item.querySelector(".text").replaceChildren(...words(row));
  item.querySelector(".edited").hidden = !row.edited || row.deleted;
  dressContent(item.querySelector(".content"), row);
  dressQuote(item.querySelector(".quote"), row, quoted);
  dressReactions(item.querySelector(".reactions"), row);
  const more = item.querySelector(".more");
  more.hidden = row.deleted;
  more.onclick = () => offer(more, row, item.closest(".phone"));
}

export function tick(item, status) {
  const ticks = item.querySelector(".ticks");
  ticks.dataset.status = status;
  write(ticks.querySelector(".unseen"), TICKS[status] || "");
}

export function notice(row) {
  const item = document.createElement("p");
  item.className = row.day ? "day" : "quiet";
  item.textContent = row.day || row.hint;
  return item;
}

// What a message is called in one line: in a quote, in the strip above the composer.
export function summary(row) {
  if (row.deleted) return "Mensagem apagada";
  const text = row.text.replace(/\*([^*\n]+)\*/g, "$1");
  if (row.kind === "text") return text;
  const kind = KINDS[row.kind] || "Mensagem";
  const said = text || row.file?.name || row.facts.name || row.facts.question || "";
  return said ? `${kind}: ${said}` : kind;
}

function words(row) {
  if (row.deleted) return ["Mensagem apagada"];
  return withBold(row.text);
}

function dressContent(place, row) {
  const build = row.deleted ? null : CONTENTS[row.kind];
  const parts = build ? build(row) : [];
  if (row.wrapper === "view_once" && !row.deleted) parts.unshift(line("once", "Visualização única"));
  place.replaceChildren(...parts);
  place.hidden = parts.length === 0;
}

const CONTENTS = {
  image: (row) => [picture(row, "Foto")],
  sticker: (row) => [picture(row, "Figurinha")],
  video: (row) => [player("video", row)],
  audio: (row) => [player("audio", row)],
  voice: (row) => [player("audio", row)],
  document: (row) => [paper(row)],
  location: ({ facts }) => [
    line("title", facts.name || (facts.is_live ? "Localização em tempo real" : "Localização")),
    ...(facts.address ? [line("note", facts.address)] : []),
    line("note", `${decimal(facts.latitude)}; ${decimal(facts.longitude)}`),
  ],
  contact: ({ facts }) => facts.cards.flatMap((card) => [
    line("title", card.name),
    ...phonesOf(card).map((phone) => line("note", phone)),
  ]),
  poll: ({ facts }) => [line("title", facts.question), list(facts.options)],
  choice: () => [line("note", "Escolheu na lista")],
  order: ({ facts }) => [line("title", facts.title || "Pedido"), line("note", `${facts.items || 1} itens`)],
  product: ({ facts }) => [line("title", facts.title || "Produto")],
  unsupported: ({ facts }) => [line("title", "Conteúdo desconhecido"), line("note", facts.type || "")],
};

function picture(row, name) {
  if (!row.file) return line("note", `${name} sem arquivo`);
  const image = document.createElement("img");
  image.src = row.file.url;
  image.alt = row.text || row.file.name || name;
  if (row.file.width) [image.width, image.height] = [row.file.width, row.file.height];
  image.addEventListener("error", () => image.replaceWith(line("note", `${name} que o navegador não mostra`)));
  return image;
}

function player(tag, row) {
  if (!row.file) return line("note", "Arquivo ausente");
  const media = document.createElement(tag);
  media.src = row.file.url;
  media.controls = true;
  media.preload = "metadata";
  media.setAttribute("aria-label", KINDS[row.kind]);
  if (row.kind === "voice" && row.from === "store") {
    media.addEventListener("play", () => act("status", { id: row.id, status: "PLAYED" }), { once: true });
  }
  return media;
}

function paper(row) {
  if (!row.file) return line("note", "Documento sem arquivo");
  const link = document.createElement("a");
  link.href = row.file.url;
  link.className = "paper";
  link.append(line("title", row.file.name || "documento"), line("note", weight(row.file.size)));
  return link;
}

function line(name, text) {
  const item = document.createElement("span");
  item.className = name;
  item.textContent = text;
  return item;
}

function list(entries) {
  const items = document.createElement("ul");
  items.append(...entries.map((entry) => {
    const item = document.createElement("li");
    item.textContent = entry;
    return item;
  }));
  return items;
}

function phonesOf(card) {
  if (card.phones) return card.phones;
  return [...(card.vcard || "").matchAll(/^(?:item\d+\.)?TEL[^:]*:(.+)$/gm)].map((found) => found[1].trim());
}

function dressQuote(place, row, quoted) {
  place.hidden = !row.quotes || row.deleted;
  place.textContent = quoted ? summary(quoted) : "Mensagem que não está mais aqui";
  place.dataset.from = quoted?.from || "";
}

function dressReactions(place, row) {
  const emojis = Object.values(row.reactions);
  place.hidden = emojis.length === 0 || row.deleted;
  place.textContent = emojis.join(" ");
  place.setAttribute("aria-label", `Reações: ${emojis.join(" ")}`);
}

// WhatsApp's *bold*, with which the desk signs the attendant's name.
function withBold(text) {
  return text.split(/(\*[^\s*](?:[^*\n]*[^\s*])?\*)/).map((part, index) => {
    if (index % 2 === 0) return part;
    const strong = document.createElement("strong");
    strong.textContent = part.slice(1, -1);
    return strong;
  });
}

function weight(bytes) {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const [value, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KB"] : [bytes / 1024 ** 2, "MB"];
  return `${value.toLocaleString("pt-BR", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} ${unit}`;
}

function decimal(value) {
  return Number(value).toLocaleString("pt-BR", { maximumFractionDigits: 5 });
}
