// Who else has this conversation before their eyes, and who is writing: told by sockets, kept nowhere.

import { say, the } from "sac/wire";

const BEAT = 20_000;
const FORGET = 45_000;
const TYPING = 3_000;
const PAUSE = 5_000;
const STILL = 8_000;
const MOST = 3;

// By tab: one person may have several.
const others = new Map();
let told = 0;
let isWriting = false;
let pause;

const isOpen = (conversation) => the("conversation")?.dataset.conversation === String(conversation);

function tell(writing) {
  isWriting = writing === true;
  told = Date.now();
  say({ writing });
}

/** Say that one is here, or that one looks elsewhere: what is said no more is forgotten. */
function beat() {
  if (the("conversation")?.dataset.conversation) tell(document.hidden ? null : isWriting);
}

function write() {
  clearTimeout(pause);
  pause = setTimeout(rest, PAUSE);
  if (!isWriting || Date.now() - told > TYPING) tell(true);
}

function rest() {
  clearTimeout(pause);
  if (isWriting) tell(false);
}

function hear(frame) {
  if (frame.state === "gone") others.delete(frame.tab);
  else others.set(frame.tab, { ...frame, at: Date.now() });
  draw();
}

function forget() {
  for (const [tab, { at }] of others) {
    if (Date.now() - at > FORGET) others.delete(tab);
  }
  draw();
}

const isStillWriting = ({ state, at }) => state === "writing" && Date.now() - at < STILL;

/** One entry for each person: of several tabs the one in which they write. */
function people() {
  const found = new Map();
  for (const other of others.values()) {
    const known = found.get(other.user);
    if (!known || isStillWriting(other)) found.set(other.user, other);
  }
  return [...found.values()];
}

function draw() {
  if (!the("viewers")) return;
  const here = people();
  const writers = here.filter(isStillWriting).map(({ name }) => name);
  const faces = here.slice(0, MOST).map(face);
  if (here.length > MOST) faces.push(more(here.slice(MOST)));
  renew(the("viewers"), faces);
  const verb = writers.length > 1 ? "estão" : "está";
  renew(the("writers"), writers.length ? [`${listed(writers)} ${verb} escrevendo…`] : []);
}

/** What reads the same stays: screen readers speak it. */
function renew(place, nodes) {
  const key = nodes.map((node) => node.dataset?.key ?? node).join();
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.replaceChildren(...nodes);
}

function face(other) {
  const isBusy = isStillWriting(other);
  const word = `${other.name} ${isBusy ? "está escrevendo" : "está vendo esta conversa"}`;
  const avatar = circle(other.initials, word, `${other.user}${isBusy}`);
  avatar.classList.add(`tint-${String(other.user).slice(-1)}`);
  avatar.classList.toggle("is-writing", isBusy);
  return avatar;
}

function more(rest) {
  return circle(`+${rest.length}`, `Também: ${listed(rest.map(({ name }) => name))}`, rest.map(({ user }) => user).join());
}

function circle(text, title, key) {
  const item = document.createElement("li");
  const [drawn, spoken] = [document.createElement("span"), document.createElement("span")];
  Object.assign(item, { className: "avatar beside", title });
  item.dataset.key = key;
  Object.assign(drawn, { textContent: text, ariaHidden: "true" });
  Object.assign(spoken, { textContent: title, className: "sr" });
  item.append(drawn, spoken);
  return item;
}

const listed = (names) => new Intl.ListFormat("pt-BR").format(names);

document.addEventListener("sac:frame", ({ detail: frame }) => {
  if (frame.t === "watching" && isOpen(frame.conversation)) beat();
  if (frame.t === "here" && isOpen(frame.conversation)) hear(frame);
});
document.addEventListener("sac:arrived", () => {
  clearTimeout(pause);
  isWriting = false;
  others.clear();
  draw();
});
document.addEventListener("input", ({ target }) => {
  if (target.closest("[data-reply]")) write();
});
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-reply]")) rest();
});
document.addEventListener("visibilitychange", beat);
setInterval(beat, BEAT);
setInterval(forget, PAUSE);
