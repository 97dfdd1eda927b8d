// What one can do with a bubble: answer, react, copy, correct, delete.

import { here, reasonOf, shownForm } from "sac/box";
import { beginEditing } from "sac/editing";
import { use } from "sac/later";
import { tell } from "sac/nav";
import { openAt } from "sac/popup";
import { place } from "sac/thread";
import * as tray from "sac/tray";
import { ask, the } from "sac/wire";

// WhatsApp's own limits, in seconds since it was sent.
const LIMITS = { edit: 15 * 60, delete: 48 * 3600 };
const LONG_PRESS = 500;

let bubble = null;

const idOf = (item) => item.id.replace("message-", "");
const textOf = (item) => item.querySelector(".body > .text, .body > :not(details) .text")?.textContent ?? "";

/** What may be done with a bubble here and now. */
function offers(item) {
  const mayReply = shownForm() !== null;
  const isTaken = mayReply && !the("composer").querySelector(".composer-hint");
  const age = Date.now() / 1000 - Number(item.dataset.at);
  return (item.dataset.can ?? "").split(" ").filter((verb) => {
    if (verb === "copy") return true;
    // Into a conversation of one's own: those who answer nobody have none.
    if (verb === "forward") return the("desk").dataset.attendant !== "";
    return verb === "quote" ? mayReply : isTaken && age < (LIMITS[verb] ?? Infinity);
  });
}

function open(item, button) {
  const able = offers(item);
  if (able.length === 0) {
    tell("Não há o que fazer com esta mensagem agora.");
    return;
  }
  bubble = item;
  const menu = the("message-menu");
  for (const entry of menu.querySelectorAll("[data-verb]")) entry.hidden = !able.includes(entry.dataset.verb);
  menu.querySelector("[data-mine]").hidden = !able.includes("react") || !item.querySelector("[data-ours]");
  openAt(menu, button);
}

/** Post what is done to a message; the answer is the message as it stands. */
async function act(item, noun, data = {}) {
  const home = here();
  const answer = await ask(`${the("conversation").dataset.address}mensagens/${idOf(item)}/${noun}/`, {
    method: "POST",
    data,
  });
  if (here() !== home) return;
  if (answer.ok) place(answer.html);
  else tell(reasonOf(answer));
}

function react(emoji) {
  the("message-menu").hidePopover();
  act(bubble, "reacao", { emoji });
  back();
}

/** React with any other emoji there is. */
function reactOtherwise() {
  the("message-menu").hidePopover();
  const item = bubble;
  use(() => import("sac/emojis"), ({ pick }) => {
    const button = the(item.id)?.querySelector("[data-menu]");
    if (button) pick(button, (emoji) => act(item, "reacao", { emoji }));
  });
}

function back() {
  the(bubble.id)?.querySelector("[data-menu]")?.focus({ preventScroll: true });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    tell("Copiado.", "done");
  } catch {
    tell("O navegador não deixou copiar.");
  }
}

const verbs = {
  quote() {
    const who = bubble.matches(".is-in") ? "ao cliente" : "à loja";
    tray.quote({ id: idOf(bubble), who, text: (textOf(bubble) || bubble.dataset.words).slice(0, 120) });
  },
  copy() {
    copy(textOf(bubble));
    back();
  },
  forward() {
    const address = `${the("conversation").dataset.address}mensagens/${idOf(bubble)}/encaminhamento/`;
    htmx.ajax("GET", address, { target: "#dialog", swap: "innerHTML" });
  },
  edit() {
    const refused = bubble.querySelector("[data-refused]")?.textContent;
    beginEditing({ id: idOf(bubble), text: refused ?? textOf(bubble) });
  },
  drop() {
    act(bubble, "cancelamento");
    back();
  },
  delete() {
    const dialog = the("dialog");
    dialog.replaceChildren(the("ask-deletion").content.cloneNode(true));
    dialog.showModal();
    dialog.querySelector("[data-delete]").focus();
  },
};

document.addEventListener("click", (event) => {
  const { target } = event;
  const button = target.closest?.("[data-menu]");
  if (button) open(button.closest(".bubble"), button);
  const entry = target.closest?.("#message-menu [data-verb]");
  if (entry && !entry.matches("[data-verb=react]")) {
    the("message-menu").hidePopover();
    verbs[entry.dataset.verb]();
  }
  const emoji = target.closest?.("[data-emoji]");
  if (emoji) react(emoji.dataset.emoji);
  if (target.closest?.("[data-delete]")) {
    the("dialog").close();
    act(bubble, "exclusao");
    back();
  }
  if (target.closest?.("[data-more]")) reactOtherwise();
  const again = target.closest?.("[data-act]");
  if (again) act(again.closest(".bubble"), again.dataset.act);
  const copied = target.closest?.("[data-copy]");
  if (copied) copy(copied.dataset.copy);
});
document.addEventListener("sac:leaving", () => the("message-menu").hidePopover());

// A finger that stays on a bubble asks what can be done with it.
let press;
document.addEventListener(
  "touchstart",
  ({ target, touches }) => {
    const item = target.closest?.("#thread .bubble[data-can]");
    clearTimeout(press);
    if (!item || touches.length > 1 || target.closest("button, a, input, audio, video, summary")) return;
    press = setTimeout(() => open(item, item.querySelector("[data-menu]")), LONG_PRESS);
  },
  { passive: true },
);
for (const end of ["touchend", "touchmove", "touchcancel"]) {
  document.addEventListener(end, () => clearTimeout(press), { passive: true });
}
