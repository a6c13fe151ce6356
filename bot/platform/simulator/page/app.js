// The page's wiring: what is chosen, what is fetched, what is drawn again.
import { $ } from "./dom.js";
import { drawHead, drawLog, drawMembers } from "./chat.js";
import { askClock, drawClock, drawFace } from "./clock.js";
import { drawComposer, grow } from "./composer.js";
import { drawConversations, drawPeople } from "./people.js";
import { defaultGroup, drawTabs, loadSide, showEntry } from "./side.js";
import { conversationsOf, group, hears, keep, kept, loadHeads, loadShown, loadWorld, markRead, me, post, state } from "./state.js";
import { language, setLanguage, t } from "./strings.js";

const sideEvery = 5000;
const clockEvery = 1000;
const faceEvery = 200;

const act = {
  go: (who, where) => choose(who, where),
  put: (text) => {
    const input = $("input");
    input.value = text;
    grow();
    input.focus();
  },
  press: (card, key) => deliver("sim/press", { who: state.who, card, key }),
  recall: (n) => deliver("sim/recall", { who: state.who, n }, false),
  failed: (e) => toast(t("failed", e.message)),
  passed: () => refresh(),
  entry: async (n) => {
    openSide("journal");
    if (!showEntry(n)) {
      await loadSide();
      showEntry(n);
    }
  },
  toggle: (open) => {
    $("members").hidden = !open;
    draw();
  },
  admin: (g, user, on) => change("sim/admin", { group: g, user, on }),
  position: (user, position) => change("sim/position", { user, position }),
  member: (g, user, on) => change("sim/member", { group: g, user, on }),
};

function toast(text) {
  const box = $("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (box.hidden = true), 6000);
}

function report(answer) {
  if (answer.unheard || Math.floor(answer.status / 100) === 2) return;
  toast(t(group(state.where)?.kind === "customer" ? "unarchived" : "undelivered", answer.status || "—"));
}

// deliver sends something that the bot answers, and shows meanwhile that it is being answered.
async function deliver(path, body, awaited = true) {
  const key = `${state.who} ${state.where}`;
  const count = (d) => awaited && state.pending.set(key, (state.pending.get(key) ?? 0) + d);
  count(1);
  drawLog(act);
  try {
    report(await post(path, body));
  } catch (e) {
    toast(t("failed", e.message));
  } finally {
    count(-1);
    await refresh();
    drawLog(act, true);
  }
}

async function change(path, body) {
  try {
    const answer = await post(path, body);
    report(answer);
  } catch (e) {
    toast(t("failed", e.message));
  }
  await loadWorld();
  draw();
}

async function refresh() {
  const who = state.who;
  await Promise.all([loadShown(), loadHeads()]);
  if (who === state.who && document.body.dataset.tab !== "people") markRead();
  drawPeople((id) => choose(id, state.where));
  drawConversations(openConversation);
  drawLog(act);
  loadSide();
}

function draw() {
  drawPeople((id) => choose(id, state.where));
  drawConversations(openConversation);
  drawHead(() => act.toggle($("members").hidden));
  drawMembers({ ...act });
  drawLog(act);
  drawComposer(act);
  drawTabs();
}

function openConversation(where) {
  choose(state.who, where);
  showTab("chat");
}

async function choose(who, where) {
  state.drafts.set(`${state.who} ${state.where}`, $("input").value);
  state.who = who;
  const open = conversationsOf(me());
  state.where = open.includes(where) ? where : open[0] ?? "";
  state.murmur = false;
  state.of = defaultGroup();
  $("members").hidden = true;
  $("newer").hidden = true;
  $("input").value = state.drafts.get(`${state.who} ${state.where}`) ?? "";
  keep("who", who);
  keep("where", state.where);
  draw();
  grow();
  await refresh();
  $("log").scrollTop = $("log").scrollHeight;
}

function showTab(tab) {
  document.body.dataset.tab = tab;
  if (tab === "rights" || tab === "journal") state.sideTab = tab;
  for (const b of document.querySelectorAll(".bottom button")) {
    if (b.dataset.tab === tab) b.setAttribute("aria-current", "page");
    else b.removeAttribute("aria-current");
  }
  drawTabs();
  if (tab === "chat") {
    markRead();
    $("log").scrollTop = $("log").scrollHeight;
  }
}

// openSide shows the rights or the journal: beside the chat where there is room, else instead of it.
function openSide(tab) {
  state.sideTab = tab;
  if (matchMedia("(max-width: 759px)").matches) showTab(tab);
  else drawTabs();
}

function say() {
  const input = $("input");
  const text = input.value.trim();
  if (!text) return;
  input.value = "";
  grow();
  const murmur = state.murmur && group(state.where)?.kind === "bot";
  deliver("sim/say", { who: state.who, where: state.where, text, murmur }, hears(state.where));
  $("log").scrollTop = $("log").scrollHeight;
}

function speak(l) {
  setLanguage(l);
  document.documentElement.lang = language() === "en" ? "en" : "zh-CN";
  document.title = t("title");
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll("[data-l]")) e.setAttribute("aria-label", t(e.dataset.l));
  $("lang").textContent = t("language");
  $("lang").setAttribute("aria-label", t("languageLabel"));
}

function wire() {
  $("lang").addEventListener("click", () => {
    speak(language() === "en" ? "zh" : "en");
    keep("lang", language());
    draw();
    drawClock(act);
    loadSide();
  });
  $("composer").addEventListener("submit", (e) => {
    e.preventDefault();
    say();
  });
  $("input").addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    say();
  });
  $("input").addEventListener("input", grow);
  $("at").addEventListener("click", () => {
    state.murmur = !state.murmur;
    drawComposer(act);
  });
  $("newer").addEventListener("click", () => ($("log").scrollTop = $("log").scrollHeight));
  $("log").addEventListener("scroll", () => {
    const log = $("log");
    if (log.scrollHeight - log.scrollTop - log.clientHeight < 80) $("newer").hidden = true;
  });
  $("of").addEventListener("change", (e) => {
    state.of = e.target.value;
    loadSide();
  });
  const tabs = ["rights", "journal"];
  for (const name of tabs) {
    $(`tab-${name}`).addEventListener("click", () => openSide(name));
    $(`tab-${name}`).addEventListener("keydown", (e) => {
      if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
      const other = tabs.find((n) => n !== name);
      openSide(other);
      $(`tab-${other}`).focus();
    });
  }
  for (const b of document.querySelectorAll(".bottom button")) b.addEventListener("click", () => showTab(b.dataset.tab));
}

let line = null;

// A browser opens few connections to one server, so a page that nobody looks at gives its own back.
function listen() {
  const attend = () => {
    if (document.visibilityState === "visible") line ??= connect();
    else hush();
  };
  document.addEventListener("visibilitychange", attend);
  addEventListener("pagehide", hush);
  addEventListener("pageshow", attend);
  attend();
}

function hush() {
  line?.close();
  line = null;
}

function connect() {
  const events = new EventSource("sim/events");
  const link = $("link");
  events.onopen = () => {
    link.className = "link live";
    link.title = t("live");
    link.textContent = "";
  };
  events.onerror = () => {
    link.className = "link lost";
    link.textContent = t("lost");
  };
  events.onmessage = async (m) => {
    const { n, world } = JSON.parse(m.data);
    if (n < (state.shown.get(state.who)?.rev ?? 0)) return location.reload(); // the simulator was started again
    try {
      if (world !== state.world.rev) {
        await loadWorld();
        if (!state.world.people.some((p) => p.id === state.who)) return choose(state.world.people[0].id, state.where);
        draw();
      }
      await refresh();
    } catch {
      link.className = "link lost"; // the next event, or the browser's own reconnect, tries again
    }
  };
  return events;
}

async function start() {
  const asked = new URLSearchParams(location.search);
  speak(asked.get("lang") ?? kept("lang", "zh"));
  wire();
  await Promise.all([loadWorld(), loadHeads(), askClock()]);
  drawClock(act);
  state.marks = kept("marks", structuredClone(state.heads));
  const who = asked.get("who") ?? kept("who", "");
  const first = state.world.people.some((p) => p.id === who) ? who : state.world.people[0]?.id ?? "";
  showTab(["people", "chat", "rights", "journal"].includes(asked.get("tab")) ? asked.get("tab") : "chat");
  await choose(first, asked.get("where") ?? kept("where", ""));
  listen();
  const often = (f, every) => setInterval(() => document.visibilityState === "visible" && f(), every);
  often(loadSide, sideEvery);
  often(drawFace, faceEvery);
  often(async () => {
    await askClock();
    drawClock(act);
    drawLog(act); // what could still be taken back may be too old by now
  }, clockEvery);
}

start().catch((e) => toast(t("failed", e.message)));
