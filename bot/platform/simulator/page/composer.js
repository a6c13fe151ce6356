// The message box, the suggested commands and the note about who can hear.
import { $, h } from "./dom.js";
import { group, hears, isDirect, me, person, state } from "./state.js";
import { titleOf } from "./people.js";
import { chips, language, t } from "./strings.js";

export function drawComposer(act) {
  const g = group(state.where);
  const at = $("at");
  at.hidden = g?.kind !== "bot";
  at.textContent = `@${state.world.bot}`;
  at.setAttribute("aria-pressed", String(!state.murmur));
  at.title = t(state.murmur ? "atOff" : "atOn");
  const input = $("input");
  const narrow = matchMedia("(max-width: 759px)").matches;
  input.placeholder = t(!hears(state.where) ? "placeholderPlain" : narrow ? "placeholderShort" : "placeholderBot");
  drawHint(g, act);
  drawChips(act);
}

function drawHint(g, act) {
  const hint = $("hint");
  const told = state.world.archive ? "Archive" : "";
  const key = me().customer ? `hintCustomer${told}` : g?.kind === "customer" ? `hintGroup${told}` : g?.kind === "app" ? "hintApp" : "";
  if (!key) {
    hint.hidden = !(g?.kind === "bot" && state.murmur);
    hint.replaceChildren(t("hintMurmur"));
    return;
  }
  hint.hidden = false;
  const room = state.world.groups.find((o) => o.kind === "bot" && o.members.includes(state.who));
  const go = (label, who, where) => h("button", { type: "button", class: "link-button", onclick: () => act.go(who, where) }, label);
  const ways = [];
  if (me().customer) {
    const other = state.world.groups.find((o) => o.kind === "bot");
    // Whoever leads the customer's group is the likely next speaker; else the owner of the bot's group.
    const who = other && (g && other.members.includes(g.owner) ? g.owner : other.owner);
    if (other) ways.push(go(t("goAs", person(who).name, other.name), who, other.id));
  } else {
    if (room) ways.push(go(room.name, state.who, room.id));
    ways.push(go(t("goDirect"), state.who, ""));
  }
  hint.replaceChildren(h("span", null, t(key)), ...ways);
}

function drawChips(act) {
  const box = $("chips");
  const g = group(state.where);
  const served = g?.kind === "customer" && state.world.archive;
  if (!hears(state.where) && !served) {
    box.replaceChildren();
    box.hidden = true;
    return;
  }
  box.hidden = false;
  const customers = state.world.groups.find((o) => o.kind === "customer");
  const members = g ? g.members : customers?.members ?? [];
  const others = members.filter((u) => u !== state.who && u !== g?.owner).map(person);
  const staff = others.filter((p) => !p.customer);
  const promote = staff.find((p) => p.id === "wang") ?? staff[0];
  const silence = others.filter((p) => p.customer)[0] ?? staff.findLast((p) => p !== promote);
  const kind = served ? (me().customer ? "customer" : "served") : me().position === "新人" ? "newcomer" : isDirect(state.where) ? "direct" : "group";
  const fill = (s) => s.replace("@A", `@${promote?.id ?? "userid"}`).replace("@B", `@${silence?.id ?? "userid"}`)
    .replace(/ G$/, ` ${customers ? titleOf(customers.id) : ""}`);
  const [one, two] = language() === "en" ? [1, 0] : [0, 1];
  box.replaceChildren(...chips[kind].map((c) => h("button", {
    type: "button", class: "chip", title: fill(c[two]), onclick: () => act.put(fill(c[one])),
  }, fill(c[one]))));
}

// grow lets the box follow its text up to six lines.
export function grow() {
  const input = $("input");
  input.style.height = "";
  if (input.value) input.style.height = `${Math.min(input.scrollHeight, 140)}px`;
}
