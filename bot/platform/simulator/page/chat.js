// The middle column: the messages of one chat.
import { $, avatar, botAvatar, clock, h, moment, today } from "./dom.js";
import { markdown } from "./markdown.js";
import { now } from "./time.js";
import { group, isDirect, itemsHere, nameOf, person, state } from "./state.js";
import { kindClass, kindLabel, titleOf } from "./people.js";
import { t } from "./strings.js";

const recallWithin = 2 * 60 * 1000;
const gap = 5 * 60 * 1000;
let drawn = "";

export function drawHead(onMembers) {
  const g = group(state.where);
  $("chat-head").replaceChildren(
    isDirect(state.where) ? botAvatar(34) : h("span", { class: `group-mark mark-${g?.kind}`, "aria-hidden": "true" }, [...(g?.name ?? "?")][0]),
    h("div", { class: "title" },
      h("h1", null, titleOf(state.where), " ", h("span", { class: kindClass(state.where) }, kindLabel(state.where))),
      h("small", null, `${person(state.who).name}（${state.who}）`)),
    g ? h("button", { type: "button", class: "ghost", onclick: onMembers, "aria-expanded": String(!$("members").hidden), "aria-controls": "members" },
      `${t("members")} ${g.members.length}`) : "");
}

// drawLog draws the messages again if anything about them changed, and stays where the reader was.
export function drawLog(act, force) {
  const items = itemsHere();
  const waiting = state.pending.get(`${state.who} ${state.where}`) > 0;
  const key = JSON.stringify([state.who, state.where, waiting, document.documentElement.lang, items.map((i) => [i.rev, recallable(i)])]);
  if (key === drawn && !force) return;
  const log = $("log");
  const sameChat = drawn.startsWith(JSON.stringify([state.who, state.where]).slice(0, -1));
  const atEnd = !sameChat || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  drawn = key;
  const rows = [];
  let before = 0;
  for (const i of items) {
    const at = new Date(i.at).getTime();
    if (at - before > gap) rows.push(h("div", { class: "time" }, today(at) ? clock(at) : moment(at)));
    before = at;
    rows.push(row(i, act));
  }
  if (rows.length === 0) {
    const g = group(state.where);
    rows.push(h("p", { class: "empty" }, t(g?.kind === "customer" && state.world.archive ? "emptyCustomer" : g && g.kind !== "bot" ? "emptyMute" : "empty")));
  }
  if (waiting) {
    rows.push(h("div", { class: "msg" }, botAvatar(34),
      h("div", { class: "bubble waiting", role: "status" }, h("i"), h("i"), h("i"), h("span", { class: "sr" }, t("thinking")))));
  }
  log.replaceChildren(...rows);
  if (atEnd) log.scrollTop = log.scrollHeight;
  else if (sameChat) $("newer").hidden = false;
}

// recallable says whether the chosen person can still take a message back, where a pipeline would tell of that.
const recallable = (i) => i.kind === "said" && i.from === state.who && !i.recalled && group(i.where)?.kind === "customer"
  && now() - new Date(i.at).getTime() < recallWithin;

export function recalledBy(i) {
  if (!i.from) return t("recalled");
  return i.from === state.who ? t("recalledYou") : t("recalledBy", nameOf(i.from));
}

function row(i, act) {
  if (i.recalled) return h("div", { class: "time" }, recalledBy(i));
  const mine = i.from === state.who;
  const p = i.from ? person(i.from) : null;
  const label = p
    ? [h("b", null, p.name), p.customer ? h("span", { class: "badge kind-customer" }, t("customer")) : h("small", null, p.position)]
    : [h("b", null, t("bot")), i.kind === "notice" && h("small", null, t("pushed"))];
  const body = i.card ? card(i.card, act) : i.picture ? picture(i.picture) : i.file ? file(i.file) : h("div", { class: "bubble", title: moment(i.at) }, content(i, act));
  return h("div", { class: mine ? "msg mine" : "msg" },
    p ? avatar(p, 34) : botAvatar(34),
    h("div", { class: "said" }, !mine && h("div", { class: "from" }, label), body,
      recallable(i) && h("button", { type: "button", class: "take-back", onclick: () => act.recall(i.n) }, t("takeBack"))));
}

function content(i, act) {
  if (i.markdown) return h("div", { class: "md" }, markdown(i.text, act.entry));
  const at = `@${state.world.bot}`;
  if (i.from && i.text.startsWith(at)) {
    return h("div", { class: "plain" }, h("span", { class: "mention" }, at), i.text.slice(at.length));
  }
  if (i.from) return h("div", { class: "plain" }, i.text);
  // The platform shows plain text as it is; only the entry numbers are made links here.
  const parts = i.text.split(/(#\d{1,12}(?!\w))/);
  return h("div", { class: "plain" }, parts.map((s) => (/^#\d+$/.test(s)
    ? h("button", { type: "button", class: "entry-link", onclick: () => act.entry(Number(s.slice(1))) }, s) : s)));
}

// picture shows a picture in the width of the chat; a tap shows it in its own size.
function picture(p) {
  const src = `sim/media/${encodeURIComponent(p.id)}`;
  const label = t("picture", p.width, p.height);
  const open = () => {
    const whole = h("dialog", { class: "picture-whole", "aria-label": label, onclick: () => whole.close(), onclose: () => whole.remove() },
      h("button", { type: "button", class: "small picture-close" }, t("close")),
      h("img", { src, alt: label, width: p.width, height: p.height }));
    document.body.append(whole);
    whole.showModal();
  };
  return h("button", { type: "button", class: "picture", title: t("enlarge"), onclick: open },
    h("img", { src, alt: `${label} · ${t("enlarge")}`, width: p.width, height: p.height, loading: "lazy" }));
}

// file shows a file; a tap saves it.
function file(f) {
  const size = f.size < 1024 ? `${f.size} B` : f.size < 1048576 ? `${Math.round(f.size / 1024)} KB` : `${(f.size / 1048576).toFixed(1)} MB`;
  return h("a", { class: "file", href: `sim/media/${encodeURIComponent(f.id)}`, download: f.name, title: t("save") },
    h("span", { class: "file-name" }, f.name), h("span", { class: "file-size" }, size));
}

function card(c, act) {
  const dead = Boolean(c.done || c.pressed);
  const buttons = (c.buttons ?? []).map((b) => h("button", {
    type: "button", class: `card-button style-${b.style}`, disabled: dead, "aria-pressed": c.pressed === b.key ? "true" : null,
    onclick: (e) => {
      for (const o of e.currentTarget.parentElement.querySelectorAll("button")) o.disabled = true;
      act.press(c.task_id, b.key);
    },
  }, b.text));
  const pressers = [];
  for (const b of c.buttons ?? []) {
    for (const u of b.by ?? []) {
      pressers.push(u === state.who ? t("pressedYou", b.text) : t("pressedBy", nameOf(u), b.text));
    }
  }
  return h("article", { class: "card" },
    c.source && h("div", { class: "card-source" }, c.source),
    c.title && h("h4", null, c.title),
    c.desc && h("p", { class: "card-desc" }, c.desc),
    c.quote && h("blockquote", null, c.quote),
    c.sub && h("p", { class: "card-sub" }, c.sub),
    c.fields && h("dl", null, c.fields.map((f) => [h("dt", null, f.name), h("dd", null, f.value)])),
    c.done ? h("div", { class: "card-done" }, c.done) : buttons.length > 0 && h("div", { class: "card-buttons" }, buttons),
    pressers.length > 0 && h("div", { class: "card-by" }, pressers.map((s) => h("div", null, s))));
}

// drawMembers is the group's own member list, with what the platform's client lets this person do there.
export function drawMembers(act) {
  const g = group(state.where);
  const box = $("members");
  if (!g) {
    box.hidden = true;
    return;
  }
  const owns = g.owner === state.who;
  const rules = owns || g.admins.includes(state.who);
  const outside = state.world.people.filter((p) => !g.members.includes(p.id) && (!p.customer || g.kind === "customer"));
  const line = (p, ...more) => h("li", null, avatar(p, 28), h("span", { class: "who" }, h("b", null, p.name), h("small", null, p.id)), ...more);
  const button = (label, f) => h("button", { type: "button", class: "small", onclick: f }, label);
  // The address book is the company's; whoever plays a member of staff may change it here, to see what follows.
  const positions = [...new Set(state.world.people.filter((p) => !p.customer).map((p) => p.position))];
  const position = (p) => {
    const options = positions.map((name) => h("option", { value: name, selected: name === p.position ? "" : null }, name));
    const select = h("select", { class: "small", "aria-label": t("positionOf", p.name), onchange: () => act.position(p.id, select.value) }, options);
    return select;
  };
  box.replaceChildren(
    h("div", { class: "members-head" }, h("b", null, t("members")), button(t("close"), () => act.toggle(false))),
    h("p", { class: "note" }, t("clientNote"), " ", !owns && t("ownerOnly", state.world.native_admins)),
    h("ul", null, g.members.map(person).map((p) => line(p,
      g.owner === p.id && h("span", { class: "badge owner" }, t("owner")),
      g.admins.includes(p.id) && h("span", { class: "badge native" }, t("native")),
      p.customer && h("span", { class: "badge kind-customer" }, t("customer")),
      h("span", { class: "spring" }),
      !p.customer && !person(state.who).customer && position(p),
      owns && p.id !== g.owner && !p.customer && button(t(g.admins.includes(p.id) ? "endAdmin" : "makeAdmin"), () => act.admin(g.id, p.id, !g.admins.includes(p.id))),
      rules && p.id !== g.owner && p.id !== state.who && button(t("remove"), () => act.member(g.id, p.id, false))))),
    ...(outside.length > 0 && !person(state.who).customer ? [
      h("b", { class: "sub" }, t("notIn")),
      h("ul", null, outside.map((p) => line(p, h("span", { class: "spring" }), button(t("invite"), () => act.member(g.id, p.id, true))))),
    ] : []));
}
