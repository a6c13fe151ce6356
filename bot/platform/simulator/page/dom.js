// Small helpers to build the page from elements: text is always set as text, never parsed as HTML.

import { now } from "./time.js";

export const $ = (id) => document.getElementById(id);

// h makes an element: h("button", {class: "x", onclick: f}, "text", child, [more]).
export function h(tag, attrs, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs ?? {})) {
    if (v === undefined || v === null || v === false) continue;
    if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else if (k === "style") for (const [p, x] of Object.entries(v)) e.style.setProperty(p, x);
    else e.setAttribute(k, v === true ? "" : v);
  }
  e.append(...children.flat(2).filter((c) => c !== null && c !== undefined && c !== false));
  return e;
}

// What of a name stands in its avatar: the last two characters of a Chinese name, the initials of any other. Of a
// customer it is the surname, since most of them are known as 先生 or 女士.
function initials({ name, customer }) {
  if (/^[\x20-\x7e]+$/.test(name)) {
    return name.split(/\s+/).map((w) => w[0]).join("").slice(0, 2).toUpperCase();
  }
  return customer ? [...name][0] : [...name].slice(-2).join("");
}

const hues = [212, 28, 168, 340, 262, 128, 190, 4, 300, 48];
const given = new Map();

// Everybody gets the next colour when first seen, so that neighbours differ.
function hueOf(id) {
  if (!given.has(id)) given.set(id, hues[given.size % hues.length]);
  return given.get(id);
}

export function avatar(person, size) {
  const hue = hueOf(person.id);
  const style = { "--size": `${size}px`, "--tone": `hsl(${hue} ${person.customer ? "26%" : "50%"} ${person.customer ? "45%" : "41%"})` };
  return h("span", { class: person.customer ? "avatar round" : "avatar", style, "aria-hidden": "true" }, initials(person));
}

export function botAvatar(size) {
  const img = h("img", { src: "icon.svg", alt: "", width: size, height: size, class: "bot-avatar" });
  return img;
}

// The company is in China, and the bot speaks of its time; the reader's browser may be elsewhere.
const zone = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false,
});

export function moment(at) {
  const d = new Date(at);
  return Number.isNaN(d.getTime()) ? String(at) : zone.format(d);
}

export const shortMoment = (at) => (moment(at).length === 16 ? moment(at).slice(5) : moment(at));

export const clock = (at) => (moment(at).length === 16 ? moment(at).slice(11) : moment(at));

export const today = (at) => moment(at).slice(0, 10) === moment(now()).slice(0, 10);
