// What nobody of the team had seen when this conversation was opened: a line above it, until
// somebody answers. The conversation opens there.

import { the } from "sac/wire";

function mark() {
  const { unseen, unseenCount } = the("thread")?.dataset ?? {};
  const first = the(`message-${unseen}`) ?? the("thread")?.querySelector(".bubble");
  if (!unseen || !first) return;
  const line = document.createElement("li");
  line.id = line.className = "unseen";
  // A day's separator above it stays the day's.
  if (first.dataset.day) line.dataset.day = first.dataset.day;
  line.textContent = unseenCount === "1" ? "1 nova mensagem" : `${unseenCount} novas mensagens`;
  first.before(line);
  answers.observe(the("thread"), { childList: true });
  // Whoever was led to a message stays there.
  if (!location.hash) line.scrollIntoView({ block: "center" });
}

const answers = new MutationObserver(() => {
  if (!document.querySelector("#unseen ~ .is-out")) return;
  answers.disconnect();
  the("unseen").remove();
});

document.addEventListener("sac:arrived", () => {
  answers.disconnect();
  mark();
});
mark();
