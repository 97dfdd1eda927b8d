// Conversas ativas, live: read anew when something moved, without losing what is marked.

import { ask, elements, onReturn, steadily, the } from "sac/wire";

const PAUSE = 3_000;
const ROUND = 30_000;
const MOVES = ["row", "gone", "team", "hello"];

const marks = () => [...the("active-form").querySelectorAll("[name=ticket]")];

const reread = steadily(PAUSE, async () => {
  const answer = await ask(location.pathname.replace(/redistribuicao\/$/, "") + location.search);
  if (answer.ok) show(elements(answer.html).getElementById("active"));
  return answer.ok || answer.status === 401;
});

function show(fresh) {
  const shown = the("active");
  if (!fresh || fresh.textContent === shown.textContent) return;
  const marked = new Set(marks().filter((mark) => mark.checked).map((mark) => mark.id));
  const held = shown.contains(document.activeElement) ? document.activeElement.id : "";
  shown.replaceChildren(...fresh.childNodes);
  for (const mark of marks()) mark.checked = marked.has(mark.id);
  if (held) the(held)?.focus();
  prepare();
}

/** Marks for whole piles do something only here. */
function prepare() {
  for (const all of document.querySelectorAll("[data-all]")) all.hidden = false;
  count();
}

function count() {
  for (const all of document.querySelectorAll("[data-all]")) {
    const own = [...all.closest(".pile").querySelectorAll("[name=ticket]")];
    all.checked = own.length > 0 && own.every((mark) => mark.checked);
    all.indeterminate = !all.checked && own.some((mark) => mark.checked);
  }
  if (!the("marked")) return;
  const many = marks().filter((mark) => mark.checked).length;
  the("marked").textContent = many ? `${many} ${many === 1 ? "conversa marcada" : "conversas marcadas"}` : "Marque conversas para passá-las adiante.";
}

the("active-form").addEventListener("change", ({ target }) => {
  if ("all" in target.dataset) {
    for (const mark of target.closest(".pile").querySelectorAll("[name=ticket]")) mark.checked = target.checked;
  }
  count();
});
/** A page nobody looks at is read anew when somebody does. */
function look() {
  if (document.visibilityState === "visible") reread();
}

document.addEventListener("sac:frame", ({ detail }) => {
  if (MOVES.includes(detail.t)) look();
});
onReturn(look);
setInterval(look, ROUND);
prepare();
