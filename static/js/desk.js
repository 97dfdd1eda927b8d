// Sac > Atendimento, live: what each frame of the socket touches, and what is asked for to be sure.

import * as alerts from "sac/alerts";
import "sac/attach";
import "sac/chapters";
import { isUnsaved, saveDrafts } from "sac/composer";
import "sac/jump";
import * as list from "sac/list";
import "sac/menu";
import "sac/microphone";
import { close, focusTalk, forget, reconnected, redraw, tell } from "sac/nav";
import * as notices from "sac/notices";
import "sac/picture";
import "sac/player";
import "sac/shortcuts";
import * as thread from "sac/thread";
import { offer } from "sac/undo";
import "sac/unseen";
import { tellTime, weave } from "sac/weave";
import { afterQuiet, ask, connect, elements, isTrouble, isWelcome, onReturn, steadily, the } from "sac/wire";

const FIRST_LOOK = 1_000;
const OFFLINE_AFTER = 1_500;
const SLOW_ROUND = 60_000;

let wasConnected = false;
let isSignedOut = false;
// The ticket on screen left this person's sight.
let hasLeft = false;

const isOpen = (conversation) => the("conversation").dataset.conversation === String(conversation);
const isSeen = () => document.visibilityState === "visible" && document.hasFocus();
const isTicketOpen = (ticket) => the("conversation").dataset.ticket === String(ticket);

const frames = {
  hello() {
    // The page that just loaded is nearly as fresh as its socket: no hurry.
    if (wasConnected) refresh();
    else setTimeout(refreshList, FIRST_LOOK);
    wasConnected = true;
  },
  watching(frame) {
    if (isOpen(frame.conversation)) thread.compare(frame);
  },
  thread(frame) {
    if (!isOpen(frame.conversation)) return;
    // Where one push was lost, those of the list may be too.
    if (!thread.receive(frame)) list.reread();
    if (frame.header) refreshHeader();
  },
  row(frame) {
    const row = list.receive(frame);
    if (!row) return;
    if (frame.heard) notices.hear(row);
    alerts.follow(row);
    if (!isTicketOpen(frame.ticket)) return;
    if (hasLeft) refreshHeader();
    the("chat-head").toggleAttribute("data-new", "new" in row.dataset);
    look();
  },
  gone(frame) {
    if (!list.remove(frame)) return;
    alerts.drop(frame.ticket);
    if (isTicketOpen(frame.ticket)) leave();
  },
  alert(frame) {
    // Who has the note before their eyes that names them needs no telling.
    if (!isOpen(frame.conversation) || !isSeen()) alerts.receive(frame);
  },
  // A name or a colour on the rows is another; who else shows them asks at another moment.
  list(frame) {
    if (list.shows(frame.conversations)) setTimeout(renew, Math.random() * FIRST_LOOK);
  },
  // What became of an order of theirs: no line of the thread need tell of it.
  around(frame) {
    if (isOpen(frame.conversation)) refreshHeader();
  },
  // What this person may see has changed: everything on the page is asked for anew.
  rights() {
    refresh();
  },
  lines(frame) {
    showLines(elements(frame.html).firstElementChild);
    list.recount();
  },
};

let offline;
const socket = connect({
  address: new URL("/ws/sac/", location.href.replace(/^http/, "ws")).href,
  onFrame: (frame) => frames[frame.t]?.(frame),
  onFound() {
    offline = clearTimeout(offline);
    reconnected();
  },
  onLost() {
    offline ??= setTimeout(() => tell("Sem conexão. Tentando de novo…", "offline"), OFFLINE_AFTER);
  },
  async onRefused() {
    // A new password makes a new session: the other tabs go on with it.
    if (await isWelcome(the("desk").dataset.address)) return true;
    if (!isSignedOut) tell("Sua sessão terminou. Recarregue a página para entrar de novo.", "offline");
    return false;
  },
});

// Pushes are hints: after a silence of any kind, ask for everything that is on screen.
function refresh() {
  thread.catchUp();
  const isInUse = ["chat-head", "contact-card"].some((id) => the(id)?.contains(document.activeElement));
  if (!isInUse) refreshHeader();
  refreshList();
  saveDrafts();
}

function renew() {
  list.reread();
  refreshHeader();
}

function refreshList() {
  list.reread();
  list.recount();
}

// --- What depends on the viewer, around the thread -----------------------------------------------

const refreshHeader = steadily(1_000, async () => {
  const talk = the("conversation");
  if (!talk.dataset.header) return true;
  const answer = await ask(talk.dataset.header);
  if (the("conversation") !== talk) return true;
  // A form that is being answered must stay on the page, or its answer finds nothing to replace.
  if (talk.querySelector(".htmx-request")) return false;
  if (answer.status === 404) leave();
  if (!answer.ok) return !isTrouble(answer);
  const drawn = elements(answer.html);
  const head = drawn.querySelector("#chat-head");
  if (!head) return false;
  if (head.dataset.person !== talk.dataset.person) return follow(drawn);
  htmx.swap(talk, answer.html, { swapStyle: "none" });
  lock(false);
  look();
  return true;
});

/**
 * Contacts were united or parted, and messages went from ticket to ticket: what is on screen is drawn
 * anew. A ticket that was closed by it gives way to the one its customer's questions are in now.
 */
function follow(drawn) {
  // What is being typed about the customer comes first; the next refresh finds the same again.
  if (the("contact-form")) return true;
  const successor = drawn.querySelector("#composer [data-open-ticket]");
  const isJoined = successor && "live" in the("chat-head").dataset;
  return redraw(isJoined ? successor.getAttribute("href") : the("conversation").dataset.address);
}

function leave() {
  if (!the("composer")) return;
  lock(true);
  tell("Esta conversa não está mais ao seu alcance.");
}

/** The form outlives what is drawn around it, and its ticket may come back. */
function lock(isLocked) {
  hasLeft = isLocked;
  const composer = the("composer");
  for (const button of composer?.querySelectorAll("button") ?? []) button.disabled = isLocked;
  // What was typed can still be copied.
  for (const box of composer?.querySelectorAll("textarea") ?? []) box.readOnly = isLocked;
}

/** Clear NOVO once somebody who may answer really has the conversation before their eyes. */
const look = afterQuiet(400, async () => {
  const head = the("chat-head");
  if (!head || !("new" in head.dataset) || !("mayReply" in head.dataset)) return;
  if (!isSeen()) return;
  const answer = await ask(the("conversation").dataset.seen, { method: "POST" });
  if (answer.ok) delete head.dataset.new;
});

function showLines(fresh) {
  const shown = the("lines");
  shown.dataset.summary = fresh.dataset.summary;
  // One that reads the same stays: screen readers speak it.
  if (fresh.textContent !== shown.textContent) shown.replaceChildren(...fresh.childNodes);
  tellLines();
}

function tellLines() {
  const { summary } = the("lines").dataset;
  the("lines-chip").textContent = summary;
  the("lines-chip").hidden = !summary;
}

// --- What opens on demand: the dialog, the contact's form, alerts --------------------------------

/** The styles of what is not on screen yet: they need not hold up what is. */
function dress() {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: the("desk").dataset.styles });
  document.head.append(link);
}

function show(dialog) {
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector("[data-first]") ?? dialog.querySelector("select, input:enabled:not([type=hidden])");
  focusFault(dialog) ?? first.focus();
}

/** Put the keyboard on the first field that is wrong, if there is one. */
function focusFault(region) {
  const field = region?.querySelector("[aria-invalid=true]:enabled");
  field?.focus();
  return field;
}

function cancel(link) {
  const dialog = link.closest("dialog");
  if (dialog) {
    dialog.close();
    return;
  }
  the("contact-form").remove();
  the("contact-edit").focus();
  // What others changed meanwhile was kept from overwriting the form.
  refreshHeader();
}

/** A form came back: close what it stood in, and leave the keyboard somewhere sensible. */
function settle({ requestConfig: { elt }, xhr }) {
  const isAnswered = xhr.status > 0 && xhr.status < 500;
  if (isAnswered && xhr.status !== 422) elt.closest("dialog")?.close();
  if (xhr.status === 422 && focusFault(the("contact-form"))) return;
  const { activeElement, body } = document;
  // The button that was pressed is gone with the old header, or with its form.
  if (activeElement === body) the(elt.dataset.back)?.focus();
  if (document.activeElement === body) focusTalk();
}

function moved({ told, isGone }) {
  the("dialog").close();
  tell(told, "done");
  if (isGone) close();
}

function watch() {
  const { conversation } = the("conversation").dataset;
  socket.watch(conversation ? Number(conversation) : null);
  look();
}

function wake() {
  if (isSignedOut) return;
  socket.wake();
  refresh();
  look();
}

// --- The session ended -----------------------------------------------------------------------------

/** Start over at the door, unless something typed would be lost: that waits for another tab. */
function sayGoodbye() {
  if (isSignedOut) return;
  if (!isUnsaved()) {
    location.reload();
    return;
  }
  isSignedOut = true;
  the("offline").replaceChildren(the("signed-out").content.cloneNode(true));
}

/** Signed in again in another tab: go on with its token, save what was typed, and start over. */
async function comeBack() {
  if (!isSignedOut) return;
  const answer = await ask(the("desk").dataset.address);
  if (!answer.ok) return;
  if (!takeToken(answer)) return;
  isSignedOut = false;
  saveDrafts();
  startOver();
}

/** Go on with the token of a page drawn anew. Returns whether it is the same person's. */
function takeToken({ html }) {
  const page = new DOMParser().parseFromString(html, "text/html");
  if (page.getElementById("desk")?.dataset.user !== the("desk").dataset.user) return false;
  document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers"));
  return true;
}

async function renewToken() {
  const answer = await ask(the("desk").dataset.address);
  if (answer.ok && takeToken(answer)) saveDrafts();
}

function startOver() {
  if (isSignedOut) return;
  if (isUnsaved()) setTimeout(startOver, OFFLINE_AFTER);
  else location.reload();
}

document.addEventListener("sac:arrived", () => {
  if (the("dialog").open) the("dialog").close();
  lock(false);
  alerts.drop(the("conversation").dataset.ticket);
  watch();
});
document.addEventListener("sac:stepped", refreshHeader);
document.addEventListener("sac:gone", leave);
document.addEventListener("sac:signedout", sayGoodbye);
document.addEventListener("sac:outdated", renewToken);
document.addEventListener("sac:counted", ({ detail }) => showLines(detail.querySelector("#lines")));
onReturn(wake);
addEventListener("offline", () => socket.wake());
addEventListener("focus", look);
addEventListener("focus", comeBack);
document.addEventListener("toggle", ({ target }) => target.querySelector?.("[data-first]")?.focus(), true);
document.addEventListener("htmx:beforeRequest", ({ target }) => target.closest("[popover]")?.hidePopover());
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.verb !== "post") return;
  forget();
  settle(detail);
});
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target === the("dialog")) show(target);
  if (target.id === "contact-facts") the("contact-form").elements.name.focus();
});
// What is refused while its dialog stays open is told in there: nobody sees what is below.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const stays = the("dialog").open && detail.xhr.status === 422;
  if (stays && detail.target === the("refusal")) detail.target = the("dialog-told");
});
// The form someone is typing in stays, whatever happens around it.
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (detail.target.contains(the("contact-form"))) detail.shouldSwap = false;
  // Two answers may have crossed.
  const fresh = detail.fragment.firstElementChild?.dataset.revision;
  // What somebody unfolded stays so.
  for (const { id } of detail.target.querySelectorAll("details[open][id]")) {
    detail.fragment.querySelector(`#${id}`)?.setAttribute("open", "");
  }
  if (Number(fresh) < Number(detail.target.dataset.revision)) detail.shouldSwap = false;
});
// The link that opened it may be gone with an old header, and the keyboard with it.
the("dialog").addEventListener("close", () => {
  if (document.activeElement === document.body) (the("transfer") ?? the("chat-name"))?.focus();
});
document.addEventListener("sac:closed", ({ detail }) => offer(detail));
document.addEventListener("sac:moved", ({ detail }) => moved(detail));
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-cancel]");
  if (!link) return;
  event.preventDefault();
  cancel(link);
});
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, ({ detail }) => {
    const isGone = detail.xhr?.status === 404;
    tell(isGone ? "Esta conversa não está mais ao seu alcance." : "O servidor não respondeu. Tente de novo.");
  });
}
setInterval(tellTime, 30_000);
setInterval(() => {
  if (document.visibilityState === "visible") wake();
  if (the("thread")) weave();
}, SLOW_ROUND * (0.9 + Math.random() / 5));

addEventListener("load", () => setTimeout(dress, FIRST_LOOK / 2));
tellLines();
list.tidy();
watch();
forget();
