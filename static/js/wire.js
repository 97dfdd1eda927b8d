// Everything that goes over the wire: fragments asked for, and the socket that says when to ask.

const PATIENCE = 20_000;
const PROBE = 5_000;
const HANDSHAKE = 10_000;
const LONGEST_WAIT = 6_000;
const REFUSED = 4403;
const RETRY = 3_000;
const LOOK = 10_000;
const ASLEEP = 30_000;

export const the = (id) => document.getElementById(id);

/** Ask for a fragment: {ok, status, html}; status 0 when no answer came, 401 when signed out. */
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
      // What was typed is still here: the page says what to do, and is not thrown away.
      document.dispatchEvent(new Event("sac:signedout"));
      return { ok: false, status: 401, html: "" };
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

/** Whether a socket that was refused may be opened again: the page itself still opens, or nobody knows. */
export async function isWelcome(address) {
  const answer = await ask(address);
  return answer.ok || isTrouble(answer);
}

/** Whether asking again may bring an answer: nobody answered, or somebody in trouble. */
export const isTrouble = ({ status }) => status === 0 || status >= 500;

/**
 * Call `work` now, and once more when it was asked for meanwhile: never two at a time, so that no
 * older answer overtakes a newer one, and with a `pause` between them. When it returns false it
 * failed, and is tried again by itself.
 */
export function steadily(pause, work) {
  let isBusy = false;
  let isWanted = false;
  let retry;

  async function run() {
    clearTimeout(retry);
    isBusy = true;
    isWanted = false;
    setTimeout(rest, pause, !(await succeeds()));
  }

  async function succeeds() {
    try {
      return (await work()) !== false;
    } catch (error) {
      // An answer nobody understands: told to the console, and asked for again.
      reportError(error);
      return false;
    }
  }

  function rest(hasFailed) {
    isBusy = false;
    if (isWanted) run();
    else if (hasFailed) retry = setTimeout(run, RETRY * (0.5 + Math.random()));
  }

  return () => {
    isWanted = true;
    if (!isBusy) run();
  };
}

/** Call `work` whenever this page is looked at again after it may have missed something. */
export function onReturn(work) {
  const look = () => {
    if (document.visibilityState === "visible") work();
  };
  let seen = Date.now();
  setInterval(() => {
    // Timers stand still while the machine sleeps.
    if (Date.now() - seen > LOOK + ASLEEP) look();
    seen = Date.now();
  }, LOOK);
  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) look();
  });
}

/** Call `work` once nothing asked for it during `pause`. */
export function afterQuiet(pause, work) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, pause);
  };
}

let speak;

/** Say something over the page's socket, if it is open: what is lost is said again anyway. */
export const say = (frame) => speak?.(frame);

/** Keep one socket open. It is lost while it retries; refused, it retries if `onRefused` says so. */
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
    expectWord(HANDSHAKE);
  }

  /** A socket on which nothing is heard in time is given up, and another one opened. */
  function expectWord(patience) {
    clearTimeout(probe);
    probe = setTimeout(() => {
      socket.onclose = socket.onmessage = null;
      socket.close();
      lose();
    }, patience);
  }

  function hear(frame) {
    clearTimeout(probe);
    if (frame.t === "hello") {
      tries = 0;
      onFound();
      send();
    }
    onFrame(frame);
    document.dispatchEvent(new CustomEvent("sac:frame", { detail: frame }));
  }

  async function lose(code) {
    clearTimeout(probe);
    if (code === REFUSED && !(await onRefused())) return;
    onLost();
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** tries++);
    // All tabs lost it together, and must not all come back together.
    retry = setTimeout(open, wait * (0.5 + Math.random() / 2));
  }

  function send() {
    say({ watch: watched });
  }

  /** A tab that slept may hold a dead socket that still looks open: ask, and do not wait long. */
  function wake() {
    if (socket.readyState === WebSocket.CLOSED) open();
    if (socket.readyState !== WebSocket.OPEN) return;
    send();
    expectWord(PROBE);
  }

  speak = (frame) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  open();
  return {
    wake,
    watch(conversation) {
      watched = conversation;
      send();
    },
  };
}
