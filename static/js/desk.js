// Sac > Atendimento, live: what each frame of the socket touches, and what is asked for to be sure.

import "sac/composer";
import * as list from "sac/list";
import { close, countAlert, focusTalk, forget, tell } from "sac/nav";
import * as thread from "sac/thread";
import { tellTime, weave } from "sac/weave";
import { afterQuiet, ask, atMostEvery, connect, elements, the } from "sac/wire";

const FIRST_LOOK = 1_000;
const OFFLINE_AFTER = 1_500;
const SLOW_ROUND = 60_000;
const MOST_ALERTS = 4;

let wasConnected = false;

const isOpen = (conversation) => the("conversation").dataset.conversation === String(conversation);
const isMine = (row) => row.dataset.attendant === the("desk").dataset.attendant;
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
    thread.receive(frame);
    if (frame.header) refreshHeader();
  },
  row(frame) {
    const row = list.receive(frame);
    if (row.dataset.attendant && !isMine(row)) dropAlert(frame.ticket);
    if (!isTicketOpen(frame.ticket)) return;
    the("chat-head").toggleAttribute("data-new", "new" in row.dataset);
    look();
  },
  gone(frame) {
    list.remove(frame.ticket);
    dropAlert(frame.ticket);
    if (isTicketOpen(frame.ticket)) leave();
  },
  alert(frame) {
    the("alerts").prepend(elements(frame.html));
    for (const old of [...the("alerts").children].slice(MOST_ALERTS)) old.remove();
    countAlert();
  },
  // What this person may see has changed: everything on the page is asked for anew.
  rights() {
    refresh();
  },
  lines(frame) {
    the("lines").replaceWith(elements(frame.html));
    tellLines();
  },
};

let offline;
const socket = connect({
  address: new URL("/ws/sac/", location.href.replace(/^http/, "ws")).href,
  onFrame: (frame) => frames[frame.t]?.(frame),
  onFound() {
    offline = clearTimeout(offline);
    the("offline").replaceChildren();
  },
  onLost() {
    offline ??= setTimeout(() => tell("Sem conexão. Tentando de novo…", "offline"), OFFLINE_AFTER);
  },
  onRefused: () => tell("Sua sessão terminou. Recarregue a página para entrar de novo.", "offline"),
});

// Pushes are hints: after a silence of any kind, ask for everything that is on screen.
function refresh() {
  thread.catchUp();
  const isInUse = ["chat-head", "contact-card"].some((id) => the(id)?.contains(document.activeElement));
  if (!isInUse) refreshHeader();
  refreshList();
}

function refreshList() {
  list.reread();
  list.recount();
}

// --- What depends on the viewer, around the thread -----------------------------------------------

const refreshHeader = atMostEvery(1_000, async () => {
  const talk = the("conversation");
  if (!talk.dataset.header) return;
  const answer = await ask(talk.dataset.header);
  if (the("conversation") !== talk) return;
  // A form that is being answered must stay on the page, or its answer finds nothing to replace.
  if (talk.querySelector(".htmx-request")) {
    refreshHeader();
    return;
  }
  if (answer.status === 404) leave();
  if (!answer.ok) return;
  htmx.swap(talk, answer.html, { swapStyle: "none" });
  look();
});

function leave() {
  if (!the("composer")) return;
  for (const field of the("composer").querySelectorAll("textarea, button")) field.disabled = true;
  tell("Esta conversa não está mais ao seu alcance.");
}

/** Clear NOVO once somebody who may answer really has the conversation before their eyes. */
const look = afterQuiet(400, async () => {
  const head = the("chat-head");
  if (!head || !("new" in head.dataset) || !("mayReply" in head.dataset)) return;
  if (document.visibilityState !== "visible" || !document.hasFocus()) return;
  const answer = await ask(the("conversation").dataset.seen, { method: "POST" });
  if (answer.ok) delete head.dataset.new;
});

function tellLines() {
  const { summary } = the("lines").dataset;
  the("lines-chip").textContent = summary;
  the("lines-chip").hidden = !summary;
}

// --- What opens on demand: the dialog, the contact's form, alerts --------------------------------

function dropAlert(ticket) {
  the("alerts").querySelector(`[data-ticket="${ticket}"]`)?.remove();
}

/** The styles of what is not on screen yet: they need not hold up what is. */
function dress() {
  for (const href of the("desk").dataset.styles.split(" ")) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href });
    document.head.append(link);
  }
}

function show(dialog) {
  if (!dialog.open) dialog.showModal();
  focusFault(dialog) ?? dialog.querySelector("input:enabled:not([type=hidden])").focus();
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
  the("refusal").replaceChildren();
  tell(told, "done");
  if (isGone) close();
}

function watch() {
  const { conversation } = the("conversation").dataset;
  socket.watch(conversation ? Number(conversation) : null);
  look();
}

function wake() {
  if (document.visibilityState !== "visible") return;
  socket.wake();
  refresh();
  look();
}

document.addEventListener("sac:arrived", () => {
  if (the("dialog").open) the("dialog").close();
  dropAlert(the("conversation").dataset.ticket);
  watch();
});
document.addEventListener("sac:stepped", refreshHeader);
document.addEventListener("sac:gone", leave);
document.addEventListener("visibilitychange", wake);
addEventListener("online", wake);
addEventListener("focus", look);
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
// The form someone is typing in stays, whatever happens around it.
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (detail.target.contains(the("contact-form"))) detail.shouldSwap = false;
});
// The link that opened it may be gone with an old header, and the keyboard with it.
the("dialog").addEventListener("close", () => {
  if (document.activeElement === document.body) the("transfer")?.focus();
});
document.addEventListener("sac:moved", ({ detail }) => moved(detail));
document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".alert").remove();
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
  if (document.visibilityState === "visible") refresh();
  if (the("thread")) weave();
}, SLOW_ROUND * (0.9 + Math.random() / 5));

addEventListener("load", () => setTimeout(dress, FIRST_LOOK / 2));
tellLines();
list.tidy();
watch();
forget();
