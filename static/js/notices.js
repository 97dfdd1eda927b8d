// What a customer's new message makes heard and seen outside of the list: a tone, a notification of
// the system, and how much waits, in the title and on the tab's icon.

import { open, pend, tell } from "sac/nav";
import { chime } from "sac/tone";
import { the } from "sac/wire";

const PAUSE = 1_500;
// A tab that is looked at speaks first, or keeps silent for all: the others give it this time.
const MANNERS = 200;
const HELD = 3_000;
const SIZE = 64;

let spoke = 0;
let wasHinted = false;

const likes = () => the("desk").dataset;

function isInScope({ attendant, status }) {
  const { sound, attendant: me } = likes();
  if (sound === "all") return true;
  const isMine = me !== "" && attendant === me;
  return isMine ? sound !== "none" : sound === "waiting" && status === "waiting";
}

/** A customer wrote, by a row of the list that was just pushed. */
export async function hear(row) {
  const { ticket, revision } = row.dataset;
  const isBefore = ticket === the("conversation").dataset.ticket && document.hasFocus();
  if (!document.hasFocus()) await new Promise((done) => setTimeout(done, MANNERS));
  // Of several tabs one speaks. Without locks, on plain http, each does.
  if (!navigator.locks) speak(row, isBefore);
  else
    navigator.locks.request(`sac-${ticket}-${revision}`, { ifAvailable: true }, (lock) => {
      if (lock) speak(row, isBefore);
      return lock && new Promise((done) => setTimeout(done, HELD));
    });
}

function speak(row, isBefore) {
  // Who reads it as it comes needs no telling.
  if (isBefore) return;
  if (isInScope(row.dataset)) {
    sound();
    if (!document.hasFocus()) notify(row);
  }
}

function sound() {
  if (Date.now() - spoke < PAUSE) return;
  spoke = Date.now();
  if (chime() || wasHinted) return;
  wasHinted = true;
  tell("O navegador só deixa tocar os avisos depois de um clique na página.", "done");
}

function notify(row) {
  if (!("notifies" in likes()) || globalThis.Notification?.permission !== "granted") return;
  const link = row.querySelector(".row-link");
  const [who, said] = ["name", "said"].map((part) => wordsOf(row.querySelector(`.row-${part}`)));
  const note = new Notification(who, { body: said, tag: row.id, icon: icon().dataset.plain ?? icon().href });
  note.onclick = () => {
    focus();
    open(link.pathname);
    note.close();
  };
}

/** What is shown, without what is only read aloud. */
function wordsOf(part) {
  const copy = part.cloneNode(true);
  for (const silent of copy.querySelectorAll(".sr, .pause")) silent.remove();
  return copy.textContent.trim();
}

// --- How much waits ------------------------------------------------------------------------------

const icon = () => document.querySelector("link[rel=icon]");

function count({ mine, waiting, unread }) {
  const { sound } = likes();
  if (sound === "all") return Number(unread);
  return Number(mine) + (sound === "waiting" ? Number(waiting) : 0);
}

function show(pending) {
  const many = count(pending.dataset);
  if (pend(many)) draw(many);
}

/** The page's own icon with a number on it; without one as it was. */
async function draw(many) {
  const link = icon();
  link.dataset.plain ??= link.href;
  if (!many) {
    link.href = link.dataset.plain;
    return;
  }
  const picture = new Image(SIZE, SIZE);
  picture.src = link.dataset.plain;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0, SIZE, SIZE);
  pen.fillStyle = "#c8143c";
  pen.beginPath();
  pen.arc(42, 42, 22, 0, 2 * Math.PI);
  pen.fill();
  Object.assign(pen, { fillStyle: "#fff", textAlign: "center", textBaseline: "middle", font: "bold 32px sans-serif" });
  pen.fillText(many > 9 ? "9+" : many, 42, 44, 40);
  link.href = canvas.toDataURL();
}

document.addEventListener("sac:counted", ({ detail }) => {
  const pending = detail.querySelector("#pending");
  if (pending) show(pending);
});
