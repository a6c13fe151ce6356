// Markdown as the client shows it, built from elements: nothing that a person wrote is ever parsed as HTML.
import { h } from "./dom.js";

const punctuation = "\\`*_{}[]()#+-.!|>~<&@";

// inline returns the nodes of one line. onEntry is called for "#12", the number of a journal entry.
export function inline(text, onEntry) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(document.createTextNode(plain));
    plain = "";
  };
  const push = (node) => {
    flush();
    out.push(node);
  };
  for (let i = 0; i < text.length;) {
    const rest = text.slice(i);
    let m;
    if (rest[0] === "\\" && rest.length > 1 && punctuation.includes(rest[1])) {
      plain += rest[1];
      i += 2;
    } else if ((m = /^&(lt|gt|amp|quot|#39|nbsp);/.exec(rest))) {
      plain += { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'", nbsp: "\u00a0" }[m[1]];
      i += m[0].length;
    } else if ((m = /^(`+)([\s\S]*?[^`])\1(?!`)/.exec(rest))) {
      push(h("code", null, m[2].replace(/^ (.+) $/, "$1")));
      i += m[0].length;
    } else if ((m = /^\*\*(?=\S)((?:\\.|[^\\])*?\S)\*\*/.exec(rest))) {
      push(h("strong", null, inline(m[1], onEntry)));
      i += m[0].length;
    } else if ((m = /^\*(?=[^\s*])((?:\\.|[^\\*])*?[^\s*\\])\*(?!\*)/.exec(rest))) {
      push(h("em", null, inline(m[1], onEntry)));
      i += m[0].length;
    } else if ((m = /^~~(?=\S)([\s\S]*?\S)~~/.exec(rest))) {
      push(h("s", null, inline(m[1], onEntry)));
      i += m[0].length;
    } else if ((m = /^\[((?:\\.|[^\]\\])+)\]\((https?:\/\/[^\s)]+)\)/.exec(rest))) {
      push(h("a", { href: m[2], target: "_blank", rel: "noopener noreferrer" }, inline(m[1])));
      i += m[0].length;
    } else if ((m = /^<font color="(info|comment|warning)">([\s\S]*?)<\/font>/.exec(rest))) {
      push(h("span", { class: `font-${m[1]}` }, inline(m[2], onEntry)));
      i += m[0].length;
    } else if ((m = /^https?:\/\/[^\s<>()，。；、）]+/.exec(rest)) && !/[\w/]/.test(text[i - 1] ?? "")) {
      push(h("a", { href: m[0], target: "_blank", rel: "noopener noreferrer" }, m[0]));
      i += m[0].length;
    } else if (onEntry && (m = /^#(\d{1,12})(?!\w)/.exec(rest)) && !/[\w#&]/.test(text[i - 1] ?? "")) {
      const n = Number(m[1]);
      push(h("button", { type: "button", class: "entry-link", onclick: () => onEntry(n) }, m[0]));
      i += m[0].length;
    } else {
      plain += rest[0];
      i += 1;
    }
  }
  flush();
  return out;
}

const cells = (line) => {
  const out = [];
  let cell = "";
  const body = line.trim().replace(/^\|/, "").replace(/(^|[^\\])\|$/, "$1");
  for (let i = 0; i < body.length; i++) {
    if (body[i] === "\\" && i + 1 < body.length) {
      cell += body[i] + body[i + 1];
      i++;
    } else if (body[i] === "|") {
      out.push(cell.trim());
      cell = "";
    } else {
      cell += body[i];
    }
  }
  out.push(cell.trim());
  return out;
};

const isRule = (line) => /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/.test(line) && line.includes("|");
const starts = [/^\s*```/, /^#{1,6}\s/, /^\s*>/, /^\s*([-*+]|\d{1,3}[.)])\s+/, /^\s*([-*_])(\s*\1){2,}\s*$/];

// markdown returns the nodes of a whole message.
export function markdown(text, onEntry) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const out = [];
  let i = 0;
  while (i < lines.length) {
    const line = lines[i];
    let m;
    if (line.trim() === "") {
      i++;
    } else if (/^\s*```/.test(line)) {
      const code = [];
      for (i++; i < lines.length && !/^\s*```/.test(lines[i]); i++) code.push(lines[i]);
      i++;
      out.push(h("pre", null, h("code", null, code.join("\n"))));
    } else if ((m = /^(#{1,6})\s+(.*)$/.exec(line))) {
      out.push(h("p", { class: `heading h${m[1].length}`, role: "heading", "aria-level": "4" }, inline(m[2], onEntry)));
      i++;
    } else if (starts[4].test(line)) {
      out.push(h("hr"));
      i++;
    } else if (/^\s*>/.test(line)) {
      const quoted = [];
      for (; i < lines.length && /^\s*>/.test(lines[i]); i++) quoted.push(lines[i].replace(/^\s*>\s?/, ""));
      out.push(h("blockquote", null, markdown(quoted.join("\n"), onEntry)));
    } else if (starts[3].test(line)) {
      [m, i] = list(lines, i, onEntry);
      out.push(m);
    } else if (line.includes("|") && i + 1 < lines.length && isRule(lines[i + 1])) {
      [m, i] = grid(lines, i, onEntry);
      out.push(m);
    } else {
      const p = [];
      for (; i < lines.length && lines[i].trim() !== ""; i++) {
        if (p.length && (starts.some((s) => s.test(lines[i])) || (lines[i + 1] !== undefined && lines[i].includes("|") && isRule(lines[i + 1])))) break;
        if (p.length) p.push(h("br"));
        p.push(inline(lines[i], onEntry));
      }
      out.push(h("p", null, p));
    }
  }
  return out;
}

function list(lines, i, onEntry) {
  const first = /^(\s*)([-*+]|(\d{1,3})[.)])\s+/.exec(lines[i]);
  const indent = first[1].length;
  const box = first[3] ? h("ol", { start: first[3] === "1" ? null : first[3] }) : h("ul");
  while (i < lines.length) {
    const m = /^(\s*)([-*+]|\d{1,3}[.)])\s+(.*)$/.exec(lines[i]);
    if (!m || m[1].length < indent) break;
    if (m[1].length > indent && box.lastElementChild) {
      const [inner, next] = list(lines, i, onEntry);
      box.lastElementChild.append(inner);
      i = next;
      continue;
    }
    const item = h("li", null, inline(m[3], onEntry));
    box.append(item);
    for (i++; i < lines.length && /^\s{2,}\S/.test(lines[i]) && !starts[3].test(lines[i]); i++) {
      item.append(h("br"), ...inline(lines[i].trim(), onEntry));
    }
  }
  return [box, i];
}

function grid(lines, i, onEntry) {
  const head = cells(lines[i]);
  const body = [];
  for (i += 2; i < lines.length && lines[i].includes("|") && lines[i].trim() !== ""; i++) {
    body.push(h("tr", null, cells(lines[i]).slice(0, head.length).map((c) => h("td", null, inline(c, onEntry)))));
  }
  const table = h("table", null,
    h("thead", null, h("tr", null, head.map((c) => h("th", { scope: "col" }, inline(c, onEntry))))),
    h("tbody", null, body));
  return [h("div", { class: "table", tabindex: "0" }, table), i];
}
