// A voice message: record, pause, listen, discard, send. It belongs to the conversation it was begun in.

import { complain, here, shownForm } from "sac/box";
import { sendVoice } from "sac/composer";
import { written } from "sac/player";

const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const LONGEST = 15 * 60;

let recording = null;

const part = (name) => shownForm().querySelector(`[data-voice=${name}]`);

/** Record in this form. */
export async function begin(form) {
  if (recording) return;
  const mine = { home: here(), form, chunks: [], seconds: 0, file: null, url: "" };
  recording = mine;
  try {
    mine.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    recording = null;
    complain(form, reasonOf(error));
    return;
  }
  if (recording !== mine || here() !== mine.home) {
    release(mine);
    return;
  }
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  mine.recorder = new MediaRecorder(mine.stream, mimeType ? { mimeType } : {});
  mine.recorder.ondataavailable = ({ data }) => data.size && mine.chunks.push(data);
  mine.recorder.onstop = () => finish(mine);
  mine.recorder.start(1_000);
  mine.timer = setInterval(() => tick(mine), 1_000);
  complain(form, "");
  show();
  part("pause").focus();
}

function reasonOf({ name }) {
  if (name === "NotAllowedError") return "O navegador não deixou usar o microfone. Libere o acesso ao lado do endereço.";
  if (name === "NotFoundError") return "Nenhum microfone foi encontrado neste aparelho.";
  return "O microfone não pôde ser usado. Veja se outro programa está com ele.";
}

function tick(mine) {
  if (mine.recorder.state !== "recording") return;
  mine.seconds += 1;
  show();
  if (mine.seconds >= LONGEST) mine.recorder.stop();
}

function pause() {
  const { recorder } = recording;
  if (recorder.state === "recording") recorder.pause();
  else if (recorder.state === "paused") recorder.resume();
  show();
}

/** The recording is whole: it can be listened to, and sent if that was asked for. */
function finish(mine) {
  release(mine);
  if (recording !== mine) return;
  const type = mine.recorder.mimeType || mine.chunks[0]?.type || "audio/webm";
  const ending = /ogg/.test(type) ? "ogg" : /mp4/.test(type) ? "m4a" : "webm";
  mine.file = new File(mine.chunks, `voz.${ending}`, { type });
  if (mine.isWanted) {
    send();
    return;
  }
  mine.url = URL.createObjectURL(mine.file);
  show();
  part("listen").focus();
}

function send() {
  const { file } = recording;
  if (!file) {
    recording.isWanted = true;
    recording.recorder.stop();
    return;
  }
  const isHere = recording.home === here();
  discard();
  if (isHere && file.size) sendVoice(file);
  // Until now it was hidden.
  shownForm()?.elements.text.focus();
}

function discard() {
  const mine = recording;
  recording = null;
  if (mine.recorder && mine.recorder.state !== "inactive") mine.recorder.stop();
  release(mine);
  if (mine.url) URL.revokeObjectURL(mine.url);
  show();
}

function release(mine) {
  clearInterval(mine.timer);
  for (const track of mine.stream?.getTracks() ?? []) track.stop();
}

function show() {
  const form = shownForm();
  if (!form) return;
  const state = recording?.recorder?.state;
  const isWhole = Boolean(recording?.file);
  form.toggleAttribute("data-recording", Boolean(recording?.recorder));
  part("panel").hidden = !recording?.recorder;
  if (!recording?.recorder) return;
  part("time").textContent = written(recording.seconds);
  part("state").textContent = isWhole ? "Gravada" : state === "paused" ? "Em pausa" : "Gravando";
  part("pause").hidden = part("stop").hidden = isWhole;
  part("pause").setAttribute("aria-label", state === "paused" ? "Continuar a gravar" : "Pausar a gravação");
  part("pause").toggleAttribute("data-paused", state === "paused");
  part("listen").hidden = !isWhole;
  if (isWhole && part("listen").src !== recording.url) part("listen").src = recording.url;
}

const acts = {
  pause,
  stop: () => recording.recorder.stop(),
  discard(button) {
    discard();
    complain(button.form, "");
    part("start").focus();
  },
  send,
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button[data-voice]");
  if (button && recording) acts[button.dataset.voice]?.(button);
});
// What was said to one customer is never heard by another.
document.addEventListener("sac:leaving", () => {
  if (recording) discard();
});
document.addEventListener("sac:arrived", show);
document.addEventListener("htmx:oobAfterSwap", show);
addEventListener("beforeunload", (event) => {
  if (recording) event.preventDefault();
});
show();
