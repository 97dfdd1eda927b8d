// Whether somebody is choosing from a list just now: whatever would move under their hand waits.

const REST = 20_000;

/** Watch a region: `isHeld` while a mouse moves over it or the keyboard stands in it. */
export function hold(region, onRelease) {
  let isHeld = false;
  let rest;

  function engage() {
    isHeld = true;
    clearTimeout(rest);
    // A mouse that was left lying there must not stop the list for good.
    rest = setTimeout(release, REST);
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
  region.addEventListener("pointerleave", () => {
    if (!region.contains(document.activeElement)) release();
  });
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
