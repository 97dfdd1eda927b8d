// The pairing panel, live: refetched when the number's state changes, counting down meanwhile.

import { ask, elements, isTrouble, steadily, the } from "sac/wire";

const { instance, pairing: address } = the("instance").dataset;
const SLOW_ROUND = 10_000;
// After its time a code may still be on its way; the server says when it is none any more.
const OVERDUE = 3_000;

let due = 0;

const panel = () => the("pairing");

function begin() {
  due = performance.now() + 1_000 * Number(panel().dataset.left);
  tick();
}

function tick() {
  const clock = the("countdown");
  if (!clock) return;
  const left = Math.max(0, Math.ceil((due - performance.now()) / 1_000));
  clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (performance.now() > due + OVERDUE) refresh();
}

const refresh = steadily(1_000, async () => {
  const answer = await ask(address);
  // Removed meanwhile, by another admin.
  if (answer.status === 404) location.reload();
  if (!answer.ok) return !isTrouble(answer);
  const fresh = elements(answer.html).querySelector("#pairing");
  const isSame = fresh.dataset.mark === panel().dataset.mark;
  if (isSame) panel().dataset.left = fresh.dataset.left;
  else show(fresh);
  begin();
  return true;
});

function show(fresh) {
  const hadFocus = panel().contains(document.activeElement);
  const { state, tone } = fresh.dataset;
  panel().replaceWith(fresh);
  if (hadFocus) the("pairing-title").focus();
  // A region that is already there is spoken when its words change.
  if (the("state").textContent !== state) the("state").textContent = state;
  the("state").className = `chip chip-dot chip-${tone}`;
  the("save").textContent = fresh.dataset.face === "connected" ? "Salvar" : "Salvar e gerar QR Code";
}

document.addEventListener("sac:frame", ({ detail: frame }) => {
  if (frame.t === "hello" || (frame.t === "instance" && String(frame.instance) === instance)) refresh();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") refresh();
});
setInterval(tick, 500);
setInterval(() => {
  if (document.visibilityState === "visible" && !("settled" in panel().dataset)) refresh();
}, SLOW_ROUND);

// Questions open over the page; without this script the same links lead to pages of their own.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog], dialog a[data-close]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.dialog) the(link.dataset.dialog).showModal();
  else link.closest("dialog").close();
});

begin();
