// The customer's earlier tickets, above the thread: read in place, and brought there from Histórico.

import { open, tell } from "sac/nav";
import { placeOlder } from "sac/thread";
import { weave } from "sac/weave";
import { ask, elements, the } from "sac/wire";

// Pages of a thread: further up nobody waits for it.
const MOST_ASKED = 20;
const SHOWN_FOR = 2_500;

/** Bring an earlier ticket before the reader's eyes; one too far up is opened by itself. */
async function show(link) {
  const home = the("conversation");
  for (let asked = 0; asked < MOST_ASKED; asked += 1) {
    const end = the(`chapter-${link.dataset.chapter}`);
    if (end) {
      reveal(end);
      return;
    }
    const way = the("older") ?? the("earlier");
    if (!way) break;
    const answer = await ask(way.getAttribute("hx-get"));
    if (the("conversation") !== home) return;
    if (!answer.ok) {
      tell("O servidor não respondeu. Tente de novo.");
      return;
    }
    place(answer.html, way);
  }
  open(link.pathname);
}

function place(html, way) {
  if (way.id === "older") placeOlder(html, way);
  // Whoever scrolled up meanwhile has asked for it as well.
  else if (the("earlier") === way) {
    htmx.trigger(way, "htmx:abort");
    const lines = [...elements(html).children];
    way.replaceWith(...lines);
    for (const line of lines) htmx.process(line);
    weave(the("chapters"));
  }
}

function reveal(end) {
  // On small screens the customer's data are a page of their own.
  if (location.hash === "#contact") location.hash = "#chat";
  end.scrollIntoView({ block: "end" });
  end.classList.add("is-flashing");
  setTimeout(() => end.classList.remove("is-flashing"), SHOWN_FOR);
  end.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-chapter]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link);
});
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.closest?.("#chapters")) weave(the("chapters"));
});
