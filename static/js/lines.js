// Every page but the desk, live: the bars of the store's numbers, what colleagues hand over, the
// figures of Início, and frames for whoever listens.

import { afterQuiet, ask, connect, elements, isTrouble, isWelcome, onReturn, steadily, the } from "sac/wire";

const SLOW_ROUND = 60_000;
const FIGURES = ["waiting-now", "oldest-wait", "open-now", "closed-now", "waiting-badge", "steps"];
// What changes nothing there is told by these.
const ELSEWHERE = ["alert", "watching", "money"];
// What may change how many wait, besides rows that say so.
const MOVED = ["gone", "rights"];
let alerts;
let wasConnected = false;
const isHome = the("waiting-now") !== null;
// One that is hidden reads itself anew once somebody returns to it.
const isSeen = () => document.visibilityState === "visible";

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
  money() {
    if (the("financeiro") && isSeen()) rereadFigures();
  },
};

/** Show what is new of these parts: one that reads the same stays, as screen readers speak it. */
function show(html, ...parts) {
  const fresh = elements(html);
  for (const id of parts) {
    const [shown, found] = [the(id), fresh.getElementById(id)];
    if (!shown || !found) continue;
    shown.hidden = found.hidden;
    if (shown.textContent !== found.textContent) shown.replaceChildren(...found.childNodes);
  }
}

// Frames may have been lost, or say too little: this page, read again, has everything as it is.
const reread = steadily(1_000, async () => {
  const answer = await ask(location.pathname);
  if (answer.ok) show(answer.html, "lines", "instances", ...FIGURES);
  return !isTrouble(answer);
});

// Who waits is told on every page.
const recount = steadily(1_000, async () => {
  const answer = await ask(the("waiting-badge").dataset.counts);
  if (answer.ok) show(answer.html, "waiting-badge");
  return !isTrouble(answer);
});

// What costs more to count: the page as it was loaded, once in a while, or when an order moved.
const rereadFigures = steadily(3_000, async () => {
  const answer = await ask(location.href, { headers: {} });
  const figures = the("home-figures");
  const isInUse = figures.contains(document.activeElement) || figures.querySelector("details[open]");
  if (answer.ok && !isInUse) show(answer.html, "home-figures");
  return !isTrouble(answer);
});

const socket = connect({
  address: new URL("/ws/sac/", location.href.replace(/^http/, "ws")).href,
  onFrame(frame) {
    frames[frame.t]?.(frame);
    if (isHome && !ELSEWHERE.includes(frame.t)) reread();
    else if (isSeen() && (frame.counts || MOVED.includes(frame.t))) recount();
  },
  onFound() {
    if (wasConnected) reread();
    wasConnected = true;
  },
  onLost() {},
  onRefused: () => isWelcome(location.pathname),
});

onReturn(() => {
  socket.wake();
  reread();
  if (isHome) rereadFigures();
});
// Waits grow by themselves.
setInterval(() => {
  if (!isHome || !isSeen()) return;
  reread();
  rereadFigures();
}, SLOW_ROUND);
document.addEventListener("sac:signedout", () => location.reload());
afterQuiet(8_000, () => the("done").replaceChildren())();
