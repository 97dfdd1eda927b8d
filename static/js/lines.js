// Every page but the desk, live: the bars of the store's numbers, and frames for whoever listens.

import { afterQuiet, ask, connect, elements, the } from "sac/wire";

let wasConnected = false;

/** Show the bars of this fragment, unless they are on the page already: screen readers speak them. */
function show(html) {
  const fresh = elements(html).querySelector("#lines");
  if (fresh && fresh.textContent !== the("lines").textContent) the("lines").replaceChildren(...fresh.childNodes);
}

// Frames were lost while the socket was: this page, read again, has the bars as they are.
async function reread() {
  const answer = await ask(location.pathname);
  if (answer.ok) show(answer.html);
}

const socket = connect({
  address: new URL("/ws/sac/", location.href.replace(/^http/, "ws")).href,
  onFrame(frame) {
    if (frame.t === "lines") show(frame.html);
    document.dispatchEvent(new CustomEvent("sac:frame", { detail: frame }));
  },
  onFound() {
    if (wasConnected) reread();
    wasConnected = true;
  },
  onLost() {},
  onRefused() {},
});

function wake() {
  if (document.visibilityState !== "visible") return;
  socket.wake();
  reread();
}

document.addEventListener("visibilitychange", wake);
addEventListener("online", wake);
afterQuiet(8_000, () => the("done").replaceChildren())();
