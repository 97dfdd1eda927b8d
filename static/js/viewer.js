// A picture at full size, over the page: arrows lead to the others of the thread.

import { the } from "sac/wire";

let shown = null;

const pictures = () => [...document.querySelectorAll("#thread [data-view]")];

/** Show the picture of a link, and lead to the others. */
export function open(link) {
  shown = link;
  const viewer = the("viewer");
  const image = viewer.querySelector("img");
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  const save = viewer.querySelector("[data-save]");
  save.href = link.href;
  save.download = link.dataset.name;
  const all = pictures();
  const place = all.indexOf(link);
  viewer.querySelector("[data-place]").textContent = `${place + 1} de ${all.length}`;
  viewer.querySelector("[data-before]").disabled = place <= 0;
  viewer.querySelector("[data-after]").disabled = place >= all.length - 1;
  if (!viewer.open) viewer.showModal();
}

function move(by) {
  const all = pictures();
  // The one on show may have been drawn anew meanwhile.
  const place = all.findIndex((link) => link.href === shown.href);
  const next = all[place + by];
  if (next) open(next);
}

the("viewer").addEventListener("click", ({ target }) => {
  if (target.closest("[data-before]")) move(-1);
  else if (target.closest("[data-after]")) move(1);
  else if (target.closest("[data-close]") || !target.closest("button, a, img")) the("viewer").close();
});
the("viewer").addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by) move(by);
});
the("viewer").addEventListener("close", () => {
  the("viewer").querySelector("img").removeAttribute("src");
  const link = pictures().find(({ href }) => href === shown?.href);
  link?.focus({ preventScroll: true });
});
document.addEventListener("sac:leaving", () => the("viewer").close());
