// The box one writes in: where it is, whose it is, and what it says when something is wrong.

import { the } from "sac/wire";

export const isReply = (form) => Boolean(form?.matches?.("[data-reply]"));
export const shownForm = () => the("composer")?.querySelector("[data-reply]") ?? null;

/** The address that keeps the draft of the conversation on screen: its name on this page. */
export const here = () => the("conversation").dataset.draft;

/** Whether this key sends what is in the box: Enter or Ctrl+Enter, as the person likes it. */
export function isSend({ key, shiftKey, ctrlKey, metaKey, isComposing, target }) {
  if (key !== "Enter" || shiftKey || isComposing || target.type !== "textarea") return false;
  // A finger has no Shift for a new line.
  const isTouch = matchMedia("(pointer: coarse)").matches;
  return ctrlKey || metaKey || ("enterSends" in the("desk").dataset && !isTouch);
}

export function complain(form, reason) {
  form.querySelector(".composer-error").textContent = reason;
}

// crypto.randomUUID exists only on https and localhost.
export function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Why an answer was none, in words for the person. */
export function reasonOf({ status, html }) {
  const said = new DOMParser().parseFromString(html, "text/html").querySelector(".notice")?.textContent;
  if (status === 401) return "Sua sessão terminou.";
  if (status === 413) return "O arquivo é grande demais.";
  if (status >= 400 && status < 500 && said) return said.trim();
  if (status === 403) {
    // The token is of before another tab signed in: what is typed is saved with the new one.
    document.dispatchEvent(new Event("sac:outdated"));
    return "Esta página venceu. Recarregue a página e envie de novo.";
  }
  return "O servidor não respondeu. Tente enviar de novo.";
}
