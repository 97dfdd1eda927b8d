// Which conversation and which list the address means, and what a click makes of it.

import * as filters from "sac/filters";
import * as list from "sac/list";
import { afterQuiet, ask, the } from "sac/wire";

const desk = the("desk");
const firstQuery = desk.dataset.query;
let wanted = 0;
let pending = 0;

/** Show a refusal, a failure or a success in the place of the last one; "offline" stays until it is over. */
export function tell(text, region = "refusal") {
  const note = document.createElement("p");
  note.className = region === "done" ? "notice notice-done" : "notice notice-error";
  note.textContent = text;
  note.dataset.region = region;
  hush();
  // Nothing outside of an open dialog can be seen or heard.
  const isCovered = the("dialog").open;
  if (isCovered) the("dialog-told").replaceChildren(note.cloneNode(true));
  if (!isCovered || region === "offline") the(region).replaceChildren(note);
  forget();
}

/** What "offline" told of is over. */
export function reconnected() {
  the("offline").replaceChildren();
  the("dialog").querySelector("[data-region=offline]")?.remove();
}

function hush() {
  for (const region of ["refusal", "done"]) the(region).replaceChildren();
}

export const forget = afterQuiet(10_000, hush);

/** Let the tab itself tell how much waits for this person; false when it does already. */
export function pend(many) {
  const isOther = many !== pending;
  pending = many;
  entitle();
  return isOther;
}

function entitle() {
  const { title = "Atendimento · E-Vendas SAC" } = the("conversation").dataset;
  document.title = pending ? `(${pending}) ${title}` : title;
}

/** Put the keyboard where one goes on: the answer, or on small screens the customer's name. */
export function focusTalk() {
  const box = the("composer")?.querySelector("textarea");
  const hasKeyboard = matchMedia("(pointer: fine) and (min-width: 900px)").matches;
  (hasKeyboard && box ? box : the("chat-name"))?.focus({ preventScroll: true });
}

/** Show another conversation; `hash` as `sac/jump` reads it. */
export async function open(address, { push = true, hash = "" } = {}) {
  const mine = ++wanted;
  document.dispatchEvent(new Event("sac:leaving"));
  const before = the("conversation");
  before.ariaBusy = "true";
  const answer = await ask(address);
  if (mine !== wanted) return;
  before.ariaBusy = "false";
  if (!answer.ok) {
    tell(answer.status === 404 ? "Esta conversa não está ao seu alcance." : "A conversa não abriu. Tente de novo.");
    return;
  }
  const entry = { fromList: !("open" in desk.dataset) };
  if (push) history.pushState(entry, "", address + desk.dataset.query + hash);
  htmx.swap(the("conversation"), answer.html, { swapStyle: "outerHTML" });
  desk.dataset.open = "";
  arrive();
  focusTalk();
}

/** Draw the conversation on screen anew, or the one that took its place; false when no answer came. */
export async function redraw(address) {
  const mine = wanted;
  const answer = await ask(address);
  // Somebody who went elsewhere meanwhile is not fetched back.
  if (mine !== wanted) return true;
  if (!answer.ok) return false;
  const before = the("conversation");
  const hadFocus = before.contains(document.activeElement);
  history.replaceState(history.state, "", address + desk.dataset.query);
  htmx.swap(before, answer.html, { swapStyle: "outerHTML" });
  const [from, to] = [before, the("conversation")].map(({ dataset }) => dataset.draft);
  if (from !== to) document.dispatchEvent(new CustomEvent("sac:carried", { detail: { from, to } }));
  arrive();
  if (hadFocus && document.activeElement === document.body) focusTalk();
  return true;
}

/** Leave the conversation on screen for the list. */
export function close() {
  wanted += 1;
  document.dispatchEvent(new Event("sac:leaving"));
  const { ticket } = the("conversation").dataset;
  the("conversation").replaceWith(the("nothing-open").content.cloneNode(true));
  delete desk.dataset.open;
  arrive();
  const row = the(`ticket-${ticket}`) ?? the("tabs");
  row.querySelector(".row-link, [aria-current]").focus();
}

function arrive() {
  entitle();
  list.tidy();
  document.dispatchEvent(new Event("sac:arrived"));
}

function followAddress() {
  const { pathname, search } = location;
  if ((search || firstQuery) !== desk.dataset.query) list.show(search || firstQuery);
  if (pathname === the("conversation").dataset.address) return;
  if (pathname !== desk.dataset.address) open(pathname, { push: false });
  else if ("open" in desk.dataset) close();
}

function filter(query) {
  // The way back from an open conversation is no longer the page before.
  if (query !== desk.dataset.query) history.pushState(null, "", location.pathname + query);
  list.show(query);
}

/** To the list, as the browser's own button leads there. */
export function back() {
  if (history.state?.fromList) {
    history.back();
    return;
  }
  history.pushState(null, "", desk.dataset.address + desk.dataset.query);
  close();
}

function actionOf(link) {
  if (link.matches(".row-link, [data-open-ticket]")) return () => open(link.pathname, { hash: link.hash });
  if (link.matches(".tab, .figure-link")) return () => filter(link.search);
  if (link.matches("[data-unfilter]")) return () => filter(`?situacao=${the("filters").elements.situacao.value}`);
  return link.matches("[data-back]") ? back : null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const act = actionOf(link);
  if (!act) return;
  event.preventDefault();
  act();
});
the("filters").addEventListener("change", () => filter(filters.query()));
addEventListener("popstate", followAddress);
