// The form of the filters: what it says in the address, to a row of the list, and to people.

import { the } from "sac/wire";

const form = the("filters");
const { situacao, departamento, quem, novas, resposta, etiqueta, ordem } = form.elements;
const usualOrder = () => (situacao.value === "aguardando" ? "antigas" : "recentes");

/** The query of the address, written as the server writes it. */
export function query() {
  const wish = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value && !(name === "ordem" && value === usualOrder())) wish.set(name, value);
  }
  return `?${wish}`;
}

/** Let the form say what an address asks for; what is not offered to this person means all. */
export function set(wish) {
  situacao.value = wish.get("situacao") ?? "aguardando";
  for (const control of form.elements) {
    const wanted = wish.get(control.name) ?? "";
    if (control.type === "checkbox") control.checked = control.value === wanted;
    if (control.localName === "select") choose(control, wanted);
  }
  if (ordem.value !== wish.get("ordem")) ordem.value = usualOrder();
  tidy();
}

function choose(select, wanted) {
  select.value = wanted;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}

function tidy() {
  const isWaiting = situacao.value === "aguardando";
  const [oldest] = ordem.options;
  oldest.text = isWaiting ? oldest.dataset.waiting : oldest.dataset.others;
  the("filters-clear").hidden = names().length === 0;
  the("filters-mark").hidden = !etiqueta?.value && ordem.value === usualOrder();
  the("filter-names").textContent = names().join(" · ");
}

/** What is filtered by, as people call it. */
export function names() {
  const boxes = [quem, novas, resposta].map((box) => box?.checked && box.parentElement.textContent.trim());
  const [place, tag] = [departamento, etiqueta].map((select) => select?.value && select.selectedOptions[0].text);
  return [place, ...boxes, tag].filter(Boolean);
}

/** Whether a row of any status passes all filters but the tab. */
export function pass({ dataset }) {
  return (
    (!departamento.value || (dataset.department || "sem") === departamento.value) &&
    (!quem?.checked || dataset.attendant === the("desk").dataset.attendant) &&
    (!novas.checked || "new" in dataset) &&
    (!resposta.checked || "unanswered" in dataset) &&
    (!etiqueta?.value || dataset.tags.split(" ").includes(etiqueta.value))
  );
}

export const isOldestFirst = () => ordem.value === "antigas";
