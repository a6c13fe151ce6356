// Small helpers to build the page from elements: text is always set as text, never parsed as HTML.

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

// What of a name stands in its avatar: the last two characters of a Chinese name, the initials of any other.
function initials(name) {
  if (/^[\x20-\x7e]+$/.test(name)) {
    return name.split(/\s+/).map((w) => w[0]).join("").slice(0, 2).toUpperCase();
  }
  return [...name].slice(-2).join("");
}

const hues = [212, 262, 168, 28, 340, 190, 128, 300, 48, 8];

export function avatar(person, size) {
  let n = 0;
  for (const c of person.id) n = (n * 31 + c.codePointAt(0)) >>> 0;
  const hue = hues[n % hues.length];
  const style = { "--size": `${size}px`, "--tone": `hsl(${hue} ${person.customer ? "26%" : "52%"} ${person.customer ? "48%" : "42%"})` };
  return h("span", { class: person.customer ? "avatar round" : "avatar", style, "aria-hidden": "true" }, initials(person.name));
}

export function botAvatar(size) {
  const img = h("img", { src: "icon.svg", alt: "", width: size, height: size, class: "bot-avatar" });
  return img;
}

const two = (n) => String(n).padStart(2, "0");

export function clock(at) {
  const d = new Date(at);
  return `${two(d.getHours())}:${two(d.getMinutes())}`;
}

export function moment(at) {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return String(at);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${clock(at)}`;
}

export function shortMoment(at) {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return String(at);
  return `${two(d.getMonth() + 1)}-${two(d.getDate())} ${clock(at)}`;
}
