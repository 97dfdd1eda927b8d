// Sounds: play, seek, and hear them faster. Without this script the browser's own player stands there.

import { the } from "sac/wire";

const SPEEDS = [1, 1.5, 2];
const STEP = 5;

let playing = null;
let speed = 1;

/** Give every sound that is on the page by now its controls. */
function dress() {
  for (const player of document.querySelectorAll("#thread [data-player]:not(:has(.player-controls))")) equip(player);
}

function equip(player) {
  const live = player.querySelector("[data-live]");
  const audio = live.querySelector("audio");
  const controls = the("player-controls").content.firstElementChild.cloneNode(true);
  const name = player.dataset.name;
  audio.removeAttribute("controls");
  controls.querySelector(".player-play").setAttribute("aria-label", `Ouvir: ${name}`);
  controls.querySelector(".player-seek").setAttribute("aria-label", `Posição: ${name}`);
  live.append(controls);
  show(player);
  for (const happening of ["play", "pause", "timeupdate", "durationchange", "ended", "ratechange"]) {
    audio.addEventListener(happening, () => show(player));
  }
  audio.addEventListener("play", () => only(audio));
  audio.addEventListener("error", () => fail(player));
}

function only(audio) {
  if (playing && playing !== audio) playing.pause();
  playing = audio;
  audio.playbackRate = speed;
}

function fail(player) {
  player.querySelector(".player-time").textContent = "não tocou";
}

const lengthOf = (player, audio) =>
  Number.isFinite(audio.duration) ? audio.duration : Number(player.dataset.seconds) || 0;

function show(player) {
  const audio = player.querySelector("audio");
  const length = lengthOf(player, audio);
  const button = player.querySelector(".player-play");
  const name = player.dataset.name;
  button.toggleAttribute("data-playing", !audio.paused);
  button.setAttribute("aria-label", audio.paused ? `Ouvir: ${name}` : `Pausar: ${name}`);
  const seek = player.querySelector(".player-seek");
  seek.max = Math.max(length, 1);
  seek.value = audio.currentTime;
  seek.setAttribute("aria-valuetext", `${written(audio.currentTime)} de ${written(length)}`);
  const isBegun = audio.currentTime > 0 && !audio.ended;
  player.querySelector(".player-time").textContent = written(isBegun ? audio.currentTime : length);
  const faster = player.querySelector(".player-speed");
  faster.textContent = `${String(speed).replace(".", ",")}×`;
  faster.setAttribute("aria-label", `Velocidade: ${faster.textContent}`);
}

export function written(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function toggle(player) {
  const audio = player.querySelector("audio");
  if (!audio.paused) audio.pause();
  else audio.play().catch(() => fail(player));
}

/** One speed for everything one listens to. */
function hurry() {
  speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
  if (playing) playing.playbackRate = speed;
  for (const player of document.querySelectorAll("#thread [data-player]:has(.player-controls)")) show(player);
}

function seekTo(player, seconds) {
  const audio = player.querySelector("audio");
  audio.currentTime = Math.min(Math.max(seconds, 0), lengthOf(player, audio));
}

document.addEventListener("click", ({ target }) => {
  const player = target.closest?.("[data-player]");
  if (!player) return;
  if (target.closest(".player-play")) toggle(player);
  if (target.closest(".player-speed")) hurry();
});
document.addEventListener("input", ({ target }) => {
  if (target.matches(".player-seek")) seekTo(target.closest("[data-player]"), Number(target.value));
});
document.addEventListener("keydown", (event) => {
  const player = event.target.closest?.(".player-play")?.closest("[data-player]");
  const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
  if (!player || !step) return;
  event.preventDefault();
  seekTo(player, player.querySelector("audio").currentTime + step);
});
// A conversation one left goes on talking to nobody.
document.addEventListener("sac:leaving", () => playing?.pause());
new MutationObserver(dress).observe(document.body, { childList: true, subtree: true });
dress();
