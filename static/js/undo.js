// Closing can be undone for some seconds: a note with a button, wherever the person goes meanwhile.

import { reasonOf } from "sac/box";
import { redraw, tell } from "sac/nav";
import { ask, the } from "sac/wire";

const TICK = 250;

/** Offer for `seconds` to take back by `address` what was done to the ticket at `home`. */
export function offer({ told, address, home, seconds }) {
  const note = the("undo-note").content.firstElementChild.cloneNode(true);
  const [words, button] = note.children;
  const ends = Date.now() + seconds * 1_000;
  words.textContent = told;
  the("undo").append(note);
  const left = note.querySelector("[data-left]");
  const ticking = setInterval(tick, TICK);
  let isAsking = false;
  tick();

  function tick() {
    const remaining = Math.ceil((ends - Date.now()) / 1_000);
    left.textContent = remaining;
    if (remaining <= 0) end();
  }

  function end() {
    clearInterval(ticking);
    const hadFocus = note.contains(document.activeElement);
    note.remove();
    if (hadFocus) the("chat-name")?.focus({ preventScroll: true });
  }

  async function undo() {
    // A button that is disabled meanwhile would lose the keyboard.
    if (isAsking) return;
    isAsking = true;
    const answer = await ask(address, { method: "POST" });
    // Nobody answered: the button is there to be pressed again.
    isAsking = false;
    if (!answer.ok) tell(reasonOf(answer));
    if (answer.status === 0) return;
    end();
    if (!answer.ok) return;
    tell("Encerramento desfeito.", "done");
    if (the("conversation").dataset.address === home) redraw(home);
  }

  button.addEventListener("click", undo);
}

/** Take back what was closed last, if that is still offered. */
export function undoLast() {
  the("undo").lastElementChild?.querySelector("button").click();
}
