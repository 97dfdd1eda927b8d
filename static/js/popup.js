// Menus that open at a button: where they stand, and how the keyboard walks through them.

const ROOM = 8;

// By menu: the button it stands at.
const openers = new WeakMap();

const seen = (menu, which) => [...menu.querySelectorAll(which)].filter((entry) => entry.getClientRects().length > 0);
const choices = (menu) => seen(menu, "[role=menuitem], input");

/** Open a menu beside its button, above or below, wherever it fits, the keyboard on its first entry. */
export function openAt(menu, button) {
  openers.set(menu, button);
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const isAbove = at.bottom + height + ROOM > innerHeight && at.top > height + ROOM;
  const left = Math.min(Math.max(at.left, ROOM), innerWidth - width - ROOM);
  const top = isAbove ? at.top - height - 4 : Math.min(at.bottom + 4, innerHeight - height - ROOM);
  Object.assign(menu.style, { inset: "auto", left: `${left}px`, top: `${Math.max(top, ROOM)}px` });
  button.setAttribute("aria-expanded", "true");
  menu.addEventListener("toggle", () => button.removeAttribute("aria-expanded"), { once: true });
  choices(menu)[0]?.focus();
}

/** Whoever walks out of a menu, at either end, is back where it was opened. */
function leave(event, menu) {
  const stops = seen(menu, "button, input");
  if (event.target !== stops.at(event.shiftKey ? 0 : -1)) return;
  event.preventDefault();
  menu.hidePopover();
  openers.get(menu)?.focus();
}

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-walk]");
  const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  // In a field these move the cursor.
  if (menu && event.key === "Tab") leave(event, menu);
  if (!menu || (event.target.matches("input") && /Left|Right|Home|End/.test(event.key))) return;
  const all = choices(menu);
  const place = all.indexOf(event.target);
  if (step) all[(place + step + all.length) % all.length]?.focus();
  else if (event.key === "Home") all[0]?.focus();
  else if (event.key === "End") all.at(-1)?.focus();
  else return;
  event.preventDefault();
});
