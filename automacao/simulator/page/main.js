// Asks what changed, draws it, and minds the "Novo cliente" form.

import { act, changes, write } from "./api.js";
import { drawLines } from "./lines.js";
import { drawPhones, focus, readWhatIsOpen, show } from "./phones.js";

const EVERY_MS = 700;
const alarm = document.getElementById("alarm");
const dialog = document.getElementById("customer-dialog");
const form = document.getElementById("customer-form");
let revision = 0;

async function refresh() {
  let state = null;
  try {
    state = await changes(revision);
    alarm.hidden = true;
  } catch {
    write(alarm, "O simulador não responde. Ele ainda está rodando?");
    alarm.hidden = false;
  }
  if (state) draw(state);
}

function draw(state) {
  revision = state.revision;
  document.getElementById("desk-link").href = state.desk_url;
  document.getElementById("desk-link").hidden = !state.desk_url;
  drawLines(state.instances, refresh);
  drawPhones(state);
  readWhatIsOpen();
}

async function keepRefreshing() {
  await refresh();
  setTimeout(keepRefreshing, EVERY_MS);
}

async function createCustomer(event) {
  event.preventDefault();
  const problem = form.querySelector(".problem");
  const body = { name: form.elements.name.value, number: form.elements.number.value, old: form.elements.old.checked };
  try {
    const phone = await act("phone", body);
    show(phone.wa_id);
    dialog.close();
    await refresh();
    focus(phone.wa_id);
  } catch (error) {
    write(problem, error.message);
  }
}

document.getElementById("new-customer").addEventListener("click", () => {
  form.reset();
  write(form.querySelector(".problem"), "");
  dialog.showModal();
});
form.addEventListener("submit", createCustomer);
form.querySelector("[data-close]").addEventListener("click", () => dialog.close());
window.addEventListener("focus", readWhatIsOpen);
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(":is(.options, .attach)[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
keepRefreshing();
