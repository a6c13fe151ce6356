// What the page knows, and how it asks for it.

export const state = {
  world: { people: [], groups: [], bot: "群管", native_admins: 3, rev: 0 },
  who: "",
  where: "",
  murmur: false,
  shown: new Map(), // person → {rev, items: Map n → item}
  heads: {}, // person → conversation → newest message by somebody else
  marks: {}, // the same, as far as it was read here
  pending: new Map(), // "person conversation" → how many answers are awaited
  drafts: new Map(),
  sideTab: "rights",
  of: "", // the group whose rights and journal are shown
};

async function ask(path, options) {
  const r = await fetch(path, { cache: "no-store", ...options });
  const text = await r.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  if (!r.ok) throw new Error(body?.error ?? (text.trim() || `HTTP ${r.status}`));
  return body;
}

export const get = (path) => ask(path);
export const post = (path, body) => ask(path, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
});

export async function loadWorld() {
  state.world = await get("sim/world");
  state.world.groups ??= [];
  state.world.people ??= [];
}

// loadShown fetches what is new for the chosen person, and says whether anything was.
export async function loadShown() {
  const who = state.who;
  let s = state.shown.get(who);
  if (!s) state.shown.set(who, (s = { rev: 0, items: new Map() }));
  const more = await get(`sim/sees?who=${encodeURIComponent(who)}&after=${s.rev}`);
  for (const i of more) {
    s.items.set(i.n, i);
    s.rev = Math.max(s.rev, i.rev);
  }
  return more.length > 0;
}

export async function loadHeads() {
  state.heads = await get("sim/heads");
  for (const [u, of] of Object.entries(state.marks)) {
    for (const w of Object.keys(of)) if (of[w] > (state.heads[u]?.[w] ?? 0)) of[w] = state.heads[u]?.[w] ?? 0;
  }
}

export const person = (id) => state.world.people.find((p) => p.id === id) ?? { id, name: id, position: "", customer: false };
export const group = (id) => state.world.groups.find((g) => g.id === id);
export const isDirect = (where) => where === "" || where === "bot";
export const me = () => person(state.who);

export const nameOf = (id) => {
  const p = state.world.people.find((x) => x.id === id);
  return p ? p.name : id;
};

// conversationsOf is every chat a person can open.
export function conversationsOf(p) {
  const groups = state.world.groups.filter((g) => g.members.includes(p.id)).map((g) => g.id);
  return p.customer ? groups : [...groups, "", "bot"];
}

// hears says whether a bot can hear what is written there.
export function hears(where) {
  if (isDirect(where)) return true;
  return group(where)?.kind === "bot" && !state.murmur;
}

export function itemsHere() {
  const s = state.shown.get(state.who);
  if (!s) return [];
  return [...s.items.values()].filter((i) => i.where === state.where).sort((a, b) => a.n - b.n);
}

export function unread(who, where) {
  return (state.heads[who]?.[where] ?? 0) > (state.marks[who]?.[where] ?? 0);
}

export function anyUnread(who) {
  return Object.keys(state.heads[who] ?? {}).some((w) => unread(who, w));
}

export function markRead() {
  const newest = state.heads[state.who]?.[state.where];
  if (newest === undefined) return;
  (state.marks[state.who] ??= {})[state.where] = newest;
  keep("marks", state.marks);
}

// keep and kept remember small things for the next visit; a browser that forbids it is fine.
export function keep(name, value) {
  try {
    localStorage.setItem(`qunguan.${name}`, JSON.stringify(value));
  } catch { /* not remembered */ }
}

export function kept(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`qunguan.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}
