// The demo's clock: what it shows, and the buttons that let time pass.
import { $, clock, h, moment, shortMoment, today } from "./dom.js";
import { get, post } from "./state.js";
import { hear, now } from "./time.js";
import { language, t } from "./strings.js";

const jumps = [["10m", "plus10m"], ["1h", "plus1h"]];
let view = null; // as /sim/clock tells it; null where nothing answers there
let busy = false;

const zone = { timeZone: "Asia/Shanghai" };
const faces = {
  time: new Intl.DateTimeFormat("sv-SE", { ...zone, hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  zh: [{ year: "numeric", month: "long", day: "numeric" }, { weekday: "long" }].map((o) => new Intl.DateTimeFormat("zh-CN", { ...zone, ...o })),
  en: [{ weekday: "short" }, { year: "numeric", month: "short", day: "numeric" }].map((o) => new Intl.DateTimeFormat("en-GB", { ...zone, ...o })),
};

function take(told) {
  view = told;
  hear(new Date(told.now).getTime(), told.speed);
}

// askClock asks what the clock shows; a page without one shows none.
export async function askClock() {
  try {
    take(await get("sim/clock"));
  } catch {
    view = null;
  }
}

// drawFace shows the time; it is cheap enough to be done several times a second.
export function drawFace() {
  $("clockbar").hidden = view === null;
  if (!view) return;
  const at = now();
  $("clock-time").textContent = faces.time.format(at);
  $("clock-date").textContent = faces[language() === "en" ? "en" : "zh"].map((f) => f.format(at)).join(" ");
}

export function drawClock(act) {
  drawFace();
  if (!view) return;
  const next = view.next && (today(view.next) ? clock(view.next) : shortMoment(view.next));
  const button = (attrs, ...label) => h("button", { type: "button", disabled: busy, ...attrs }, ...label);
  $("speeds").replaceChildren(...view.speeds.map((n) => button({
    class: "speed", "aria-pressed": String(n === view.speed), title: t("speedIs", n), onclick: () => pass({ speed: n }, act),
  }, `×${n}`)));
  $("jumps").replaceChildren(
    ...jumps.map(([advance, label]) => button({ class: "jump", onclick: () => pass({ advance }, act) }, t(label))),
    button({
      class: "jump next", disabled: busy || !next, title: next ? t("nextAt", moment(view.next)) : t("nextNone"), onclick: () => pass({ next: true }, act),
    }, t("nextDue"), h("small", null, next ?? "—")));
}

// pass lets time pass. Meanwhile the face goes on, and what comes due appears as it is told.
async function pass(wish, act) {
  busy = true;
  drawClock(act);
  try {
    take(await post("sim/clock", wish));
  } catch (e) {
    act.failed(e);
  }
  busy = false;
  drawClock(act);
  act.passed();
}
