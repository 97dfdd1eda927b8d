// Minhas preferências: the browser is asked for its leave when notifications are switched on, never
// before; and how an alert sounds and looks.

import { chime } from "sac/tone";

const box = document.getElementById("id_notifies");
const told = document.getElementById("notices-told");

async function ask() {
  if (!box.checked) return;
  const answer = globalThis.Notification ? await Notification.requestPermission() : "unsupported";
  if (answer === "granted") {
    told.textContent = "Notificações permitidas. Salve para usá-las.";
    return;
  }
  box.checked = false;
  told.textContent =
    answer === "denied"
      ? "O navegador bloqueou as notificações deste site. Libere-as no cadeado ao lado do endereço."
      : "Este navegador não mostra notificações aqui.";
}

function test() {
  chime();
  const isShown = globalThis.Notification?.permission === "granted";
  if (isShown) new Notification("E-Vendas SAC", { body: "Assim chega um aviso.", tag: "teste" });
  told.textContent = isShown ? "Som tocado e notificação enviada." : "Som tocado.";
}

box.addEventListener("change", ask);
document.getElementById("notices-test").addEventListener("click", test);
