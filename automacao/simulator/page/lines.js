// The store's numbers: state, QR Code, and what may happen to a connection.

import { act, clone, displayNumber, write } from "./api.js";

const list = document.getElementById("lines");
const cards = new Map();

const LOSSES = {
  401: ["Desconectado pelo celular", "bad"],
  403: ["Bloqueado pelo WhatsApp", "bad"],
};
const PHASES = {
  new: ["Desconectado", ""],
  qr: ["Aguardando leitura", "wait"],
  open: ["Conectado", "good"],
  dropped: ["Sem conexão", "wait"],
};

export function drawLines(lines, refresh) {
  document.getElementById("no-line").hidden = lines.length > 0;
  const names = new Set(lines.map((line) => line.name));
  for (const [name, card] of cards) if (!names.has(name)) forget(name, card);
  for (const line of lines) draw(card(line, refresh), line);
}

function forget(name, card) {
  card.remove();
  cards.delete(name);
}

function card(line, refresh) {
  const known = cards.get(line.name);
  if (known) return known;
  const made = clone("line-template");
  made.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(made, refresh, "pair", { instance: line.name, phone: event.target.elements.phone.value });
  });
  for (const button of made.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => {
      attempt(made, refresh, button.dataset.act, { instance: line.name, seconds: null });
    });
  }
  cards.set(line.name, made);
  list.append(made);
  return made;
}

async function attempt(made, refresh, name, body) {
  const problem = made.querySelector(".problem");
  try {
    await act(name, body);
    write(problem, "");
  } catch (error) {
    write(problem, error.message);
  }
  refresh();
}

function draw(made, line) {
  const [label, tone] = PHASES[line.phase] || LOSSES[line.closed_reason] || PHASES.new;
  const pill = made.querySelector(".pill");
  write(pill, label);
  pill.dataset.tone = tone;
  write(made.querySelector("h3"), line.profile || line.name);
  const digits = line.own_id || line.number;
  write(made.querySelector(".number"), digits ? displayNumber(digits) : "Ainda sem celular");
  for (const part of made.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(" ").includes(line.phase);
  }
  drawQr(made, line);
}

function drawQr(made, line) {
  const image = made.querySelector(".qr-image");
  image.hidden = !line.qr.image;
  if (line.qr.image && image.src !== line.qr.image) image.src = line.qr.image;
  const pairing = made.querySelector(".pairing");
  pairing.parentElement.hidden = !line.qr.pairing_code;
  write(pairing, line.qr.pairing_code || "");
  const input = made.querySelector("input");
  const suggestion = line.number || line.own_id;
  if (!input.value && suggestion && input !== document.activeElement) {
    input.value = displayNumber(suggestion);
  }
}
