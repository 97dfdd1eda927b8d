// Records a voice note; where there is no microphone a file may be picked instead.

import { write } from "./api.js";

const FORMATS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

export function recorder(composer, finished) {
  const button = composer.querySelector(".record");
  const strip = composer.querySelector(".attached");
  let recording = null;

  button.addEventListener("click", async () => {
    if (recording) return recording.stop();
    const microphone = await listen();
    if (!microphone) return composer.querySelector('[data-kind="voice"]').click();
    recording = start(microphone);
  });
  composer.querySelector(".drop").addEventListener("click", () => recording?.discard());

  function start(microphone) {
    const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
    const media = new MediaRecorder(microphone, { mimeType });
    const parts = [];
    const since = Date.now();
    let isWanted = true;
    const seconds = () => Math.max(1, Math.round((Date.now() - since) / 1000));
    const clock = setInterval(show, 500);
    media.addEventListener("dataavailable", (event) => parts.push(event.data));
    media.addEventListener("stop", () => {
      clearInterval(clock);
      microphone.getTracks().forEach((track) => track.stop());
      recording = null;
      label(false);
      if (isWanted) finished(new File(parts, "", { type: media.mimeType }), seconds());
    });
    media.start();
    show();
    label(true);
    return {
      stop: () => media.stop(),
      discard: () => {
        isWanted = false;
        media.stop();
      },
    };

    function show() {
      strip.firstChild.textContent = `Gravando… ${seconds()} s`;
      strip.hidden = false;
    }
  }

  function label(isRecording) {
    button.setAttribute("aria-pressed", String(isRecording));
    write(button.querySelector(".unseen"), isRecording ? "Parar e enviar" : "Gravar áudio");
    if (!isRecording) strip.hidden = true;
  }
}

async function listen() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return null;
  }
}
