// To a message, wherever in the conversation it stands.

import { reasonOf } from "sac/box";
import { open, tell } from "sac/nav";
import { placeOlder } from "sac/thread";
import { ask, elements, isTrouble, the } from "sac/wire";

// Of 200 messages each: further up nobody waits for it.
const MOST_ASKED = 10;
const SHOWN_FOR = 2_500;

const isThere = (home) => the("conversation") === home;

/**
 * Bring a message before the reader's eyes and let it stand out for a moment: one on screen, further
 * up, or in another ticket of the conversation. `message` is {id} as we number it, or {wid} as the
 * network does. Where it cannot be shown, the page says so.
 */
export async function jumpTo(message) {
  const home = the("conversation");
  the("log").setAttribute("aria-busy", "true");
  const found = find(message) ?? (await fetchTo(message, home));
  home.querySelector("#log").removeAttribute("aria-busy");
  if (found && isThere(home)) show(found);
}

function find({ id, wid }) {
  return id ? the(`message-${id}`) : document.querySelector(`#thread [data-wid="${CSS.escape(wid)}"]`);
}

/** Load what is above the oldest line until the message is among it. */
async function fetchTo(message, home) {
  for (let asked = 0; asked < MOST_ASKED; asked += 1) {
    const older = the("older");
    const answer = await ask(addressOf(message, older));
    if (!isThere(home)) return null;
    const elsewhere = elements(answer.html).querySelector("[data-elsewhere]");
    if (answer.ok && elsewhere) {
      const [address, hash] = elsewhere.getAttribute("href").split("#");
      open(address, { hash: `#${hash}` });
      return null;
    }
    if (!answer.ok) {
      tell(isTrouble(answer) ? "O servidor não respondeu. Tente de novo." : reasonOf(answer));
      return null;
    }
    placeOlder(answer.html, older);
    const found = find(message);
    if (found) return found;
    if (!the("older")) break;
  }
  tell("Não deu para chegar até a mensagem. Role a conversa para cima para procurá-la.");
  return null;
}

function addressOf({ id, wid }, older) {
  const query = new URLSearchParams(id ? { mensagem: id } : { wid });
  if (older) query.set("antes", older.dataset.cursor);
  return `${the("conversation").dataset.address}trecho/?${query}`;
}

function show(found) {
  found.scrollIntoView({ block: "center" });
  found.classList.remove("is-flashing");
  // The same one may be asked for twice.
  requestAnimationFrame(() => found.classList.add("is-flashing"));
  setTimeout(() => found.classList.remove("is-flashing"), SHOWN_FOR);
  found.querySelector("[data-menu]")?.focus({ preventScroll: true });
}

function followHash() {
  const [, id] = /^#message-(\d+)$/.exec(location.hash) ?? [];
  if (id && the("thread")) jumpTo({ id });
}

document.addEventListener("click", ({ target }) => {
  const quoted = target.closest?.("[data-quotes]");
  if (quoted) jumpTo({ wid: quoted.dataset.quotes });
});
document.addEventListener("sac:arrived", followHash);
followHash();
