// Everything that goes over the wire: fragments asked for, and the socket that says when to ask.

const PATIENCE = 20_000;
const PROBE = 5_000;
const REFUSED = 4403;

export const the = (id) => document.getElementById(id);

/** Ask for a fragment: {ok, status, html}; status 0 when no answer came. Signed out: start over. */
export async function ask(address, { data, ...options } = {}) {
  const own = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  if (data) Object.assign(options, { method: "POST", body: new URLSearchParams(data) });
  try {
    const response = await fetch(address, {
      cache: "no-store",
      headers: { "HX-Request": "true", ...own },
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
    });
    if (response.redirected) {
      location.reload();
      return await new Promise(() => {});
    }
    return { ok: response.ok, status: response.status, html: await response.text() };
  } catch {
    return { ok: false, status: 0, html: "" };
  }
}

/** Parse a fragment into nodes that are not on the page yet. */
export function elements(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Call `work` now, and once more at the end of each `pause` in which it was asked for again. */
export function atMostEvery(pause, work) {
  let timer;
  let again = false;
  const run = () => {
    again = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (again) run();
    }, pause);
    work();
  };
  return () => {
    if (timer) again = true;
    else run();
  };
}

/** Call `work` once nothing asked for it during `pause`. */
export function afterQuiet(pause, work) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, pause);
  };
}

/** Keep one socket open. It is lost while it retries, and refused for good. */
export function connect({ address, onFrame, onFound, onLost, onRefused }) {
  let socket;
  let tries = 0;
  let retry;
  let probe;
  let watched = null;

  function open() {
    clearTimeout(retry);
    socket = new WebSocket(address);
    socket.onmessage = ({ data }) => hear(JSON.parse(data));
    socket.onclose = ({ code }) => lose(code);
  }

  function hear(frame) {
    clearTimeout(probe);
    if (frame.t === "hello") {
      tries = 0;
      onFound();
      send();
    }
    onFrame(frame);
  }

  function lose(code) {
    clearTimeout(probe);
    if (code === REFUSED) {
      onRefused();
      return;
    }
    onLost();
    const wait = Math.min(8_000, 500 * 2 ** tries++);
    retry = setTimeout(open, wait * (0.5 + Math.random() / 2));
  }

  function send() {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ watch: watched }));
  }

  /** A tab that slept may hold a dead socket that still looks open: ask, and do not wait long. */
  function wake() {
    if (socket.readyState === WebSocket.CLOSED) open();
    if (socket.readyState !== WebSocket.OPEN || watched === null) return;
    send();
    clearTimeout(probe);
    probe = setTimeout(() => {
      socket.onclose = socket.onmessage = null;
      socket.close();
      lose();
    }, PROBE);
  }

  open();
  return {
    wake,
    watch(conversation) {
      watched = conversation;
      send();
    },
  };
}
