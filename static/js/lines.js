// Every page but the desk, live: the bars of the store's numbers, what colleagues hand over, and
// frames for whoever listens.

import { afterQuiet, ask, connect, elements, isTrouble, onReturn, steadily, the } from "sac/wire";

let alerts;
let wasConnected = false;

const frames = {
  lines: (frame) => show(frame.html, "lines"),
  instance() {
    if (the("instances")) reread();
  },
  async alert(frame) {
    alerts ??= await import("sac/alerts");
    alerts.receive(frame);
  },
  row: (frame) => alerts?.follow(elements(frame.html).querySelector(".row")),
  gone: (frame) => alerts?.drop(frame.ticket),
};

/** Show what is new of these parts: one that reads the same stays, as screen readers speak it. */
function show(html, ...parts) {
  const fresh = elements(html);
  for (const id of parts) {
    const [shown, found] = [the(id), fresh.getElementById(id)];
    if (shown && found && shown.textContent !== found.textContent) shown.replaceChildren(...found.childNodes);
  }
}

// Frames may have been lost, or say too little: this page, read again, has everything as it is.
const reread = steadily(1_000, async () => {
  const answer = await ask(location.pathname);
  if (answer.ok) show(answer.html, "lines", "instances");
  return !isTrouble(answer);
});

const socket = connect({
  address: new URL("/ws/sac/", location.href.replace(/^http/, "ws")).href,
  onFrame(frame) {
    frames[frame.t]?.(frame);
    document.dispatchEvent(new CustomEvent("sac:frame", { detail: frame }));
  },
  onFound() {
    if (wasConnected) reread();
    wasConnected = true;
  },
  onLost() {},
  onRefused() {},
});

onReturn(() => {
  socket.wake();
  reread();
});
document.addEventListener("sac:signedout", () => location.reload());
afterQuiet(8_000, () => the("done").replaceChildren())();
