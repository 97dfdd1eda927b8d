// Time on screen: day separators, groups of bubbles, waiting clocks. The server writes the same.

import { the } from "sac/wire";

const TOGETHER = 300;

/** One separator before each day's first item; bubbles of one side within minutes stand together. */
export function weave(lines = the("thread")) {
  let day = "";
  let above = null;
  for (const item of [...lines.children].filter((child) => !child.hidden)) {
    if (item.matches(".day")) day = keepSeparator(item, day);
    if (item.matches(".chapter-end")) above = null;
    if (!item.dataset.order) continue;
    if (item.dataset.day !== day) item.before(separator(item.dataset.day));
    item.classList.toggle("is-joined", continues(above, item));
    day = item.dataset.day;
    above = item;
  }
}

function keepSeparator(line, day) {
  let next = line.nextElementSibling;
  while (next?.hidden) next = next.nextElementSibling;
  if (line.dataset.day === day || next?.dataset.day !== line.dataset.day) {
    line.remove();
    return day;
  }
  const label = dayLabel(line.dataset.day);
  if (line.textContent !== label) line.textContent = label;
  return line.dataset.day;
}

function separator(day) {
  const line = document.createElement("li");
  line.className = "day";
  line.dataset.day = day;
  line.textContent = dayLabel(day);
  return line;
}

function dayLabel(day) {
  const timeZone = document.documentElement.dataset.zone;
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone }).format(new Date());
  const days = Math.round((Date.parse(today) - Date.parse(day)) / 86_400_000);
  if (days <= 0) return "Hoje";
  if (days === 1) return "Ontem";
  if (days >= 7) return day.split("-").reverse().join("/");
  const name = new Intl.DateTimeFormat("pt-BR", { weekday: "long", timeZone: "UTC" }).format(Date.parse(day));
  return name[0].toUpperCase() + name.slice(1);
}

function continues(above, item) {
  if (!above?.dataset.side || above.dataset.side !== item.dataset.side) return false;
  return item.dataset.at - above.dataset.at < TOGETHER;
}

/** Waiting clocks, as the server writes them. */
export function tellTime() {
  for (const time of document.querySelectorAll("time[data-elapsed]")) {
    time.textContent = elapsed((Date.now() - Date.parse(time.dateTime)) / 60_000);
  }
}

function elapsed(exact) {
  const minutes = Math.max(1, Math.floor(exact));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours < 1) return `${minutes} min`;
  if (hours < 24) return rest ? `${hours} h ${rest} min` : `${hours} h`;
  return hours < 48 ? "1 dia" : `${Math.floor(hours / 24)} dias`;
}
