// What a customer may do with one message: react, answer, edit, delete.

import { act } from "./api.js";
import { editMessage, quoteMessage, say } from "./composer.js";

const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const EDITABLE = new Set(["text", "image", "video", "document"]);
const menu = document.getElementById("bubble-menu");
const GAP = 6;
let meant = null;

for (const emoji of EMOJIS) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = emoji;
  button.setAttribute("aria-label", `Reagir com ${emoji}`);
  button.addEventListener("click", () => choose(() => react(emoji)));
  menu.firstElementChild.append(button);
}
for (const button of menu.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => choose(ACTS[button.dataset.do]));
}

const ACTS = {
  quote: () => quoteMessage(meant.article, meant.row),
  edit: () => editMessage(meant.article, meant.row),
  revoke: () => act("revoke", { id: meant.row.id }),
};

export function offer(button, row, article) {
  meant = { row, article };
  const isMine = row.from === "customer";
  menu.querySelector('[data-do="edit"]').hidden = !isMine || !EDITABLE.has(row.kind);
  menu.querySelector('[data-do="revoke"]').hidden = !isMine;
  for (const emoji of menu.firstElementChild.children) {
    emoji.setAttribute("aria-pressed", String(emoji.textContent === row.reactions.customer));
  }
  menu.showPopover();
  const near = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = near.bottom + GAP;
  const top = below + height > innerHeight ? near.top - height - GAP : below;
  menu.style.left = `${Math.max(GAP, Math.min(near.right - width, innerWidth - width - GAP))}px`;
  menu.style.top = `${Math.max(GAP, top)}px`;
  menu.querySelector("button").focus();
}

async function choose(work) {
  menu.hidePopover();
  try {
    await work();
  } catch (error) {
    say(meant.article, error.message);
  }
}

// The same emoji again takes it away.
function react(emoji) {
  const isSame = meant.row.reactions.customer === emoji;
  return act("react", { id: meant.row.id, emoji: isSame ? "" : emoji });
}
