// The right column: who holds which right in a group, and the journal.
import { $, avatar, h, moment, shortMoment } from "./dom.js";
import { get, group, nameOf, person, state } from "./state.js";
import { known, language, t } from "./strings.js";

let rightsDrawn = "";
let journalDrawn = "";
let seen = new Map(); // group → largest entry shown before

const word = (key) => (known(key) ? t(key) : key);

export async function loadSide() {
  const of = state.of;
  const query = `?group=${encodeURIComponent(of)}`;
  const [rights, journal] = await Promise.allSettled([
    of ? get(`console/rights${query}`) : Promise.resolve(null), get(`console/journal${query}`),
  ]);
  if (of !== state.of) return; // another group was chosen meanwhile
  drawRights(rights);
  drawJournal(journal);
}

export function drawTabs() {
  for (const name of ["rights", "journal"]) {
    const on = state.sideTab === name;
    $(`tab-${name}`).setAttribute("aria-selected", String(on));
    $(name).hidden = !on;
  }
  const of = $("of");
  of.replaceChildren(...state.world.groups.map((g) => h("option", { value: g.id, selected: g.id === state.of }, g.name)));
}

function drawRights({ status, value }) {
  const key = JSON.stringify([status, value, state.of, language()]);
  if (key === rightsDrawn) return;
  rightsDrawn = key;
  const box = $("rights");
  if (status !== "fulfilled") return void box.replaceChildren(h("p", { class: "empty" }, t("noSide")));
  if (!value) return void box.replaceChildren(h("p", { class: "empty" }, t("pickGroup")));
  const people = value.people ?? [];
  const parts = [];
  if (people.length === 0) {
    parts.push(h("p", { class: "empty" }, t("noRights", language() === "en" ? "/admin add" : "/设管理")));
  } else {
    parts.push(h("h3", null, t("admins")), h("ul", { class: "holders" }, people.map(holder)),
      h("h3", null, t("matrix")), matrix(people, value.items ?? []));
  }
  const mutes = value.mutes ?? [];
  if (mutes.length > 0) {
    parts.push(h("h3", null, t("mutes")), h("ul", { class: "holders" }, mutes.map((m) => {
      const p = { ...person(m.user), name: nameOf(m.user) };
      return h("li", null, avatar(p, 28), h("span", { class: "who" }, h("b", null, p.name),
        h("small", null, [m.until && t("until", shortMoment(m.until)), m.state && word(m.state)].filter(Boolean).join(" · "))));
    })));
  }
  box.replaceChildren(...parts);
}

function holder(p) {
  const who = { ...person(p.user), name: nameOf(p.user) };
  const end = p.owner ? "" : p.until ? t("until", shortMoment(p.until)) : t("always");
  return h("li", { title: p.source ? t("source", p.source) : null }, avatar(who, 28),
    h("span", { class: "who" },
      h("span", { class: "row" }, h("b", null, who.name), h("small", null, p.user)),
      h("small", null, [p.job && word(p.job), end, p.source].filter(Boolean).join(" · "))),
    p.owner && h("span", { class: "badge owner" }, t("superAdmin")),
    p.level && h("span", { class: `badge level-${p.level}` }, word(p.level)));
}

// The matrix has the rights down the side and the people across: names of rights stay readable in a narrow column.
function matrix(people, items) {
  const rows = [];
  let family = null;
  for (const i of items) {
    if (i.family && i.family !== family) {
      rows.push(h("tr", { class: "family" }, h("th", { scope: "colgroup", colspan: String(people.length + 1) }, i.family)));
    }
    family = i.family;
    const label = language() === "en" ? i.en || i.id : i.zh || i.id;
    rows.push(h("tr", null, h("th", { scope: "row", title: i.id }, label), people.map((p) => {
      const on = (p.items ?? []).includes(i.id);
      const text = `${nameOf(p.user)} ${t(on ? "may" : "mayNot")} ${label}`;
      return h("td", { class: on ? "on" : "off", title: text }, h("span", { "aria-hidden": "true" }, on ? "✓" : "·"), h("span", { class: "sr" }, t(on ? "may" : "mayNot")));
    })));
  }
  return h("div", { class: "matrix", tabindex: "0", role: "region", "aria-label": t("matrix") }, h("table", null,
    h("thead", null, h("tr", null, h("th", { scope: "col" }, t("item")), people.map((p) => {
      const who = { ...person(p.user), name: nameOf(p.user) };
      return h("th", { scope: "col", title: `${who.name}（${p.user}）` }, avatar(who, 24), h("span", { class: "sr" }, who.name),
        h("small", null, p.owner ? t("superAdmin") : p.level ? word(p.level) : ""));
    }))), h("tbody", null, rows)));
}

function drawJournal({ status, value }) {
  const key = JSON.stringify([status, value, state.of, language()]);
  if (key === journalDrawn) return;
  journalDrawn = key;
  const box = $("journal");
  if (status !== "fulfilled") return void box.replaceChildren(h("p", { class: "empty" }, t("noSide")));
  const entries = (value ?? []).map(({ entry, what, open }) => ({ ...entry, open, what: what?.[language()] || entry.kind }));
  if (entries.length === 0) {
    seen.set(state.of, 0);
    return void box.replaceChildren(h("p", { class: "empty" }, t("noJournal")));
  }
  const before = seen.get(state.of);
  const newest = Math.max(...entries.map((e) => e.n));
  box.replaceChildren(h("ol", { class: "entries" }, entries.map((e) => entry(e, before !== undefined && e.n > before))));
  seen.set(state.of, newest);
}

const names = (ids) => (ids ?? []).map((u) => nameOf(u)).join("、");

function entry(e, fresh) {
  const came = e.open && e.outcome === "done" ? "pending" : e.outcome; // to have asked is not to have done
  const outcome = { done: "done", pending: "outcomePending", refused: "refused", expired: "expired", failed: "outcomeFailed" }[came];
  return h("li", { id: `entry-${e.n}`, class: `entry ${e.outcome}${fresh ? " fresh" : ""}`, tabindex: "-1" },
    h("div", { class: "row" },
      h("b", { class: "n" }, `#${e.n}`),
      h("span", { class: "kind", title: e.kind }, e.what),
      h("span", { class: "spring" }),
      h("span", { class: `badge outcome-${came}` }, outcome ? t(outcome) : came)),
    h("div", { class: "what" }, e.actor ? nameOf(e.actor) : t("itself"), (e.targets ?? []).length > 0 && ` → ${names(e.targets)}`,
      h("time", { datetime: e.at, title: moment(e.at) }, shortMoment(e.at))),
    e.command && h("code", null, e.command),
    (e.rule || e.reason) && h("div", { class: "why" }, e.rule && h("span", { class: "rule" }, `${t("rule")} ${e.rule}`), e.reason && h("span", null, e.reason)));
}

// showEntry brings an entry into view; it says whether the entry is there.
export function showEntry(n) {
  const row = $(`entry-${n}`);
  if (!row) return false;
  row.scrollIntoView({ block: "center" });
  row.classList.remove("fresh");
  void row.offsetWidth; // starts the highlight again
  row.classList.add("fresh");
  row.focus({ preventScroll: true });
  return true;
}

export const defaultGroup = () => (group(state.where) ? state.where : state.of || (state.world.groups.find((g) => g.kind === "customer") ?? state.world.groups[0])?.id || "");
