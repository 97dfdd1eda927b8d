// The simulator's own HTTP: what happened, and what to make happen.

export async function act(name, body = {}) {
  const response = await fetch(`/_control/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || "Não deu certo. Tente de novo.");
  return answer;
}

// Returns a page's state, or null when nothing changed since that revision.
export async function changes(revision, address = "/celular/estado") {
  const response = await fetch(`${address}?revision=${revision}`);
  return response.status === 204 ? null : response.json();
}

export function displayNumber(digits) {
  const mobile = digits.match(/^55(\d{2})(\d{4,5})(\d{4})$/);
  return mobile ? `(${mobile[1]}) ${mobile[2]}-${mobile[3]}` : `+${digits}`;
}

export function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

// Writes only what differs, so that focus, selection and screen readers stay undisturbed.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
