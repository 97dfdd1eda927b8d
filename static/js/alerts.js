// A colleague handed a conversation over: shown on whichever page one is, with a quiet tone.

import { chime } from "sac/tone";
import { elements, the } from "sac/wire";

const MOST = 4;
// Twenty conversations handed over at once sound like one.
const BREATH = 1_000;
let rang = 0;

const ofTicket = (ticket) => the("alerts").querySelector(`[data-ticket="${ticket}"]`);

export function receive({ html, ticket }) {
  drop(ticket);
  the("alerts").prepend(elements(html));
  for (const old of [...the("alerts").children].slice(MOST)) old.remove();
  if (Date.now() - rang > BREATH && chime()) rang = Date.now();
}

/** Somebody else has it by now, or nobody: there is nothing to tell any more. */
export function follow(row) {
  const shown = ofTicket(row.dataset.ticket);
  if (shown && shown.dataset.attendant !== row.dataset.attendant) shown.remove();
}

export function drop(ticket) {
  ofTicket(ticket)?.remove();
}

document.addEventListener("click", ({ target }) => target.closest("[data-dismiss]")?.closest(".alert").remove());
