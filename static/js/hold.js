// Whether somebody is choosing from a list just now: whatever would move under their hand waits.

const REST = 20_000;
// A finger was lifted: it comes down again soon, or has what it wanted.
const LIFTED = 2_000;

/** Watch a region: `isHeld` while a mouse or a finger moves over it, or the keyboard stands in it. */
export function hold(region, onRelease) {
  let isHeld = false;
  let rest;

  function engage(patience = REST) {
    isHeld = true;
    clearTimeout(rest);
    // A mouse that was left lying there must not stop the list for good.
    rest = setTimeout(release, patience);
  }

  function release() {
    clearTimeout(rest);
    if (!isHeld) return;
    isHeld = false;
    onRelease();
  }

  region.addEventListener("pointermove", ({ pointerType }) => {
    if (pointerType === "mouse") engage();
  });
  region.addEventListener("pointerleave", ({ pointerType }) => {
    // A finger leaves before its tap counts: rows that move then are hit in its place.
    if (pointerType === "mouse" && !region.contains(document.activeElement)) release();
  });
  for (const touch of ["touchstart", "touchmove"]) region.addEventListener(touch, () => engage(), { passive: true });
  for (const touch of ["touchend", "touchcancel"]) region.addEventListener(touch, () => engage(LIFTED));
  region.addEventListener("focusin", ({ target }) => {
    if (target.matches(":focus-visible")) engage();
  });
  region.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !region.contains(relatedTarget)) release();
  });
  // Who chose, or types elsewhere, aims at nothing here.
  region.addEventListener("click", release);
  document.addEventListener("keydown", ({ target }) => {
    if (!region.contains(target)) release();
  });
  return { isHeld: () => isHeld, release };
}
