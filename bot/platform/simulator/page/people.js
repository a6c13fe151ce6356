// The left column: who one is, and their chats.
import { $, avatar, botAvatar, h } from "./dom.js";
import { anyUnread, conversationsOf, group, isDirect, me, state, unread } from "./state.js";
import { t } from "./strings.js";

export const kindLabel = (where) => {
  if (isDirect(where)) return t("kindDirect");
  return { customer: t("kindCustomer"), app: t("kindApp"), bot: t("kindBot") }[group(where)?.kind] ?? "";
};

export const kindClass = (where) => `badge kind-${isDirect(where) ? "direct" : group(where)?.kind}`;

export const titleOf = (where) => {
  if (where === "") return t("directApp");
  if (where === "bot") return t("directBot");
  return group(where)?.name ?? where;
};

// Whoever owns a customer group carries out what the bot asks for there, so the picker says so.
const roleOf = (p) => (state.world.groups.some((g) => g.kind === "customer" && g.owner === p.id) ? `${t("owner")} · ${p.position}` : p.position);

export function drawPeople(onPick) {
  const part = (label, list) => list.length > 0 && [
    h("h3", null, label),
    h("div", { class: "people", role: "group", "aria-label": label }, list.map((p) => h("button", {
      type: "button", class: "person", "aria-pressed": String(p.id === state.who), onclick: () => onPick(p.id),
      title: `${p.name}（${p.id}）· ${p.position}`,
    }, avatar(p, 32), h("span", { class: "who" }, h("b", null, p.name), h("small", null, roleOf(p))),
    p.id !== state.who && anyUnread(p.id) && h("i", { class: "new" }, h("span", { class: "sr" }, t("unread", p.name)))))),
  ];
  const staff = state.world.people.filter((p) => !p.customer);
  const customers = state.world.people.filter((p) => p.customer);
  $("people").replaceChildren(...[part(t("staff"), staff), part(t("customers"), customers)].flat().filter(Boolean));
}

export function drawConversations(onPick) {
  $("conversations").replaceChildren(...conversationsOf(me()).map((where) => {
    const g = group(where);
    const last = lastLine(where);
    return h("button", {
      type: "button", class: "conversation", "aria-current": where === state.where ? "true" : null, onclick: () => onPick(where),
    },
    isDirect(where) ? botAvatar(36) : h("span", { class: `group-mark mark-${g.kind}`, "aria-hidden": "true" }, [...g.name][0]),
    h("span", { class: "who" },
      h("span", { class: "row" }, h("b", null, titleOf(where)), h("span", { class: kindClass(where) }, kindLabel(where))),
      h("small", null, last)),
    where !== state.where && unread(state.who, where) && h("i", { class: "new" }, h("span", { class: "sr" }, t("unread", titleOf(where)))));
  }));
}

function lastLine(where) {
  const s = state.shown.get(state.who);
  let last = null;
  for (const i of s?.items.values() ?? []) if (i.where === where && (!last || i.n > last.n)) last = i;
  if (!last) return isDirect(where) ? "" : t("nMembers", group(where).members.length);
  const from = last.from ? state.world.people.find((p) => p.id === last.from)?.name ?? last.from : t("bot");
  const text = last.recalled ? t("takenBack") : last.card ? last.card.title : last.picture ? t("pictureShort") : last.file ? t("fileShort", last.file.name) : last.text;
  return `${from}：${text.replace(/[\\*`>#|]+/g, "").replace(/\s+/g, " ").slice(0, 40)}`;
}
