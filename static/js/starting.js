// Nova conversa: once it stands, it is shown without loading the page anew.

import { open } from "sac/nav";
import { the } from "sac/wire";

document.addEventListener("sac:started", ({ detail }) => {
  the("dialog").close();
  open(detail.address);
});
