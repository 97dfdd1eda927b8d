// A colleague handed a conversation over: shown on whichever page one is, with a quiet tone.

import { elements, the } from "sac/wire";

const MOST = 4;

const ofTicket = (ticket) => the("alerts").querySelector(`[data-ticket="${ticket}"]`);

export function receive({ html, ticket }) {
  drop(ticket);
  the("alerts").prepend(elements(html));
  for (const old of [...the("alerts").children].slice(MOST)) old.remove();
  sound();
}

/** Somebody else has it by now, or nobody: there is nothing to tell any more. */
export function follow(row) {
  const shown = ofTicket(row.dataset.ticket);
  if (shown && shown.dataset.attendant !== row.dataset.attendant) shown.remove();
}

export function drop(ticket) {
  ofTicket(ticket)?.remove();
}

// Browsers allow no sound before the person touched the page.
function sound() {
  if (!navigator.userActivation?.hasBeenActive) return;
  const audio = new AudioContext();
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.06, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
  tone.connect(volume).connect(audio.destination);
  tone.onended = () => audio.close();
  tone.start();
  tone.stop(audio.currentTime + 0.4);
}

document.addEventListener("click", ({ target }) => target.closest("[data-dismiss]")?.closest(".alert").remove());
