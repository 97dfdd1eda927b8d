// Disponível, Em pausa, Indisponível: one's own switch, and the dots beside colleagues' names.

import { ask, elements, the } from "sac/wire";

async function choose(form, button) {
  const told = form.querySelector("[role=alert]");
  told.textContent = "";
  const answer = await ask(form.action, { data: { availability: button.value } });
  if (answer.ok) show(button.value);
  else if (answer.status !== 401) told.textContent = elements(answer.html).textContent.trim() || "O servidor não respondeu. Tente de novo.";
}

/** Show one's own state on the switch and on the avatar. */
function show(state) {
  for (const choice of the("availability").querySelectorAll("button")) {
    const isChosen = choice.value === state;
    choice.setAttribute("aria-pressed", isChosen);
    if (isChosen) the("my-dot").title = choice.textContent;
  }
  the("my-dot").dataset.state = state;
}

function follow({ attendant, html }) {
  const fresh = elements(html).querySelector("[data-presence]");
  for (const shown of document.querySelectorAll(`[data-presence="${attendant}"]`)) shown.replaceWith(fresh.cloneNode(true));
  if (the("availability")?.dataset.attendant === String(attendant)) show(fresh.dataset.state);
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "availability") return;
  event.preventDefault();
  choose(event.target, event.submitter);
});
document.addEventListener("sac:frame", ({ detail }) => {
  if (detail.t === "team") follow(detail);
});
