// Where a voice message begins: what records it comes when the button is pressed.

import { shownForm } from "sac/box";
import { use } from "sac/later";

const isAble = () => Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);

function show() {
  const start = shownForm()?.querySelector("[data-voice=start]");
  if (start) start.hidden = !isAble();
}

document.addEventListener("click", ({ target }) => {
  const start = target.closest?.("[data-voice=start]");
  if (!start) return;
  use(() => import("sac/voice"), ({ begin }) => {
    if (start.form === shownForm()) begin(start.form);
  });
});
document.addEventListener("sac:arrived", show);
document.addEventListener("htmx:oobAfterSwap", show);
show();
