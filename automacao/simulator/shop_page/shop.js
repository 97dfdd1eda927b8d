// The shop's page: places orders, lets them go on, and shows what the desk answered.

import { act, changes, clone, displayNumber, write } from "/celular/api.js";

const EVERY_MS = 700;
const MONEY = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });
const STATES = {
  pending: ["Aguardando pagamento", "wait"],
  processing: ["Pago", "good"],
  completed: ["Enviado", "good"],
  cancelled: ["Cancelado", ""],
  refunded: ["Reembolsado", ""],
};
const alarm = document.getElementById("alarm");
const form = document.getElementById("order-form");
const list = document.getElementById("orders");
const cards = new Map();
let revision = 0;

async function refresh() {
  let state = null;
  try {
    state = await changes(revision, "/loja/estado");
    alarm.hidden = true;
  } catch {
    write(alarm, "O simulador não responde. Ele ainda está rodando?");
    alarm.hidden = false;
  }
  if (state) draw(state);
}

function draw(state) {
  const { shop, customers, orders } = state;
  revision = state.revision;
  document.getElementById("desk-link").href = state.desk_url;
  document.getElementById("desk-link").hidden = !state.desk_url;
  document.getElementById("no-shop").hidden = shop !== null;
  document.getElementById("no-order").hidden = !shop || orders.length > 0;
  form.hidden = !shop;
  if (!shop) return;
  write(document.getElementById("shop-title"), shop.name);
  offer("phone", customers.map((one) => [one.wa_id, nameOf(one)]));
  offer("product", shop.products.map((one, place) => [place, `${one.name} · ${MONEY.format(one.price)}`]));
  offer("method", Object.entries(shop.methods));
  orders.toReversed().forEach(drawOrder);
}

const nameOf = ({ name, number }) => name || displayNumber(number);

// What is chosen stays chosen while others come and go.
function offer(name, choices) {
  const select = form.elements[name];
  const wanted = JSON.stringify(choices);
  if (select.dataset.choices === wanted) return;
  const chosen = select.value;
  select.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
  if (choices.some(([value]) => String(value) === chosen)) select.value = chosen;
  select.dataset.choices = wanted;
}

// The newest first: each new one takes the top.
function drawOrder(order) {
  const card = cards.get(order.number) ?? made(order);
  const [label, tone] = STATES[order.status];
  const pill = card.querySelector(".pill");
  write(pill, label);
  pill.dataset.tone = tone;
  write(card.querySelector("h3"), `#${order.number} · ${nameOf(order.buyer)}`);
  write(card.querySelector(".bought"), `${order.quantity}× ${order.product}`);
  write(card.querySelector(".number"), `${MONEY.format(order.total)} · ${order.method} · ${moment(order.placed_at)}`);
  const tracking = card.querySelector(".tracking");
  tracking.hidden = !order.tracking;
  write(tracking, `Rastreio ${order.tracking}`);
  drawHeard(card.querySelector(".heard"), order.heard);
  for (const button of card.querySelectorAll("[data-step]")) {
    const { step } = button.dataset;
    button.hidden = step === "again" ? order.heard === 200 : !order.steps.includes(step);
  }
}

function drawHeard(line, heard) {
  const isWell = heard === 200;
  const trouble = heard ? `O sistema recusou o aviso (${heard}).` : "O sistema não respondeu ao aviso.";
  write(line, isWell ? "O sistema recebeu o aviso." : trouble);
  line.dataset.tone = isWell ? "" : "bad";
}

function made({ number }) {
  const card = clone("order-template");
  card.id = `order-${number}`;
  for (const button of card.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => {
      attempt(card, button, () => act("shop_step", { number, step: button.dataset.step }));
    });
  }
  cards.set(number, card);
  list.prepend(card);
  return card;
}

async function attempt(place, button, work) {
  const problem = place.querySelector(".problem");
  button.disabled = true;
  try {
    drawOrder(await work());
    write(problem, "");
  } catch (error) {
    write(problem, error.message);
  }
  button.disabled = false;
}

function moment(seconds) {
  const words = { day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" };
  return new Date(seconds * 1000).toLocaleString("pt-BR", words).replace(", ", " às ");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { phone, product, quantity, method } = form.elements;
  const wanted = {
    phone: phone.value,
    product: Number(product.value),
    quantity: Number(quantity.value),
    method: method.value,
  };
  attempt(form, form.querySelector("[type=submit]"), () => act("shop_order", wanted));
});

async function keepRefreshing() {
  await refresh();
  setTimeout(keepRefreshing, EVERY_MS);
}
keepRefreshing();
