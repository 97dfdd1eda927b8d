// Every page but the desk, live: the bars of the store's numbers, and frames for whoever listens.

import { afterQuiet, ask, atMostEvery, connect, elements, the } from "sac/wire";

let wasConnected = false;

/** Show what is new of these parts: one that reads the same stays, as screen readers speak it. */
function show(html, ...parts) {
  const fresh = elements(html);
  for (const id of parts) {
    const [shown, found] = [the(id), fresh.getElementById(id)];
    if (shown && found && shown.textContent !== found.textContent) shown.replaceChildren(...found.childNodes);
  }
}

// Frames may have been lost, or say too little: this page, read again, has everything as it is.
const reread = atMostEvery(1_000, async () => {
  const answer = await ask(location.pathname);
  if (answer.ok) show(answer.html, "lines", "instances");
});

const socket = connect({
  address: new URL("/ws/sac/", location.href.replace(/^http/, "ws")).href,
  onFrame(frame) {
    if (frame.t === "lines") show(frame.html, "lines");
    if (frame.t === "instance" && the("instances")) reread();
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
