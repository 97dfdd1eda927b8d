// A picture of the thread is clicked: what shows it at full size comes then.

import { use } from "sac/later";

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-view]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  use(() => import("sac/viewer"), ({ open }) => {
    if (link.isConnected) open(link);
  });
});
