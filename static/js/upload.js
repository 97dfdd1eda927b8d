// Files on their way to the server: fetch tells nobody how far it is.

/**
 * Post files with their message: {ok, status, html}, as `ask` answers. `onProgress` gets 0 to 1, and
 * 1 only once everything left; `signal` ends it before.
 */
export function upload(address, { data, files, onProgress, signal }) {
  const body = new FormData();
  for (const [name, value] of Object.entries(data)) body.append(name, value);
  for (const file of files) body.append("files", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const end = (answer) => resolve({ ok: false, status: 0, html: "", ...answer });
    request.open("POST", address);
    request.setRequestHeader("HX-Request", "true");
    const own = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    for (const [name, value] of Object.entries(own)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.upload.onload = () => onProgress(1);
    signal.addEventListener("abort", () => request.abort());
    request.onerror = request.onabort = request.ontimeout = () => end({});
    request.onload = () => end(answerOf(request, address));
    request.send(body);
  });
}

function answerOf(request, address) {
  const { status, responseText: html, responseURL } = request;
  if (new URL(responseURL, location.href).pathname !== new URL(address, location.href).pathname) {
    // Led to the door: what was typed and picked is still here.
    document.dispatchEvent(new Event("sac:signedout"));
    return { status: 401 };
  }
  return { ok: status >= 200 && status < 300, status, html };
}
