// Keeps the waiting room fresh from small public files. Only words change: nothing reloads,
// nothing leads away, and what matters is read out once (role=status).

const room = document.querySelector("[data-queue]");
const { queue: files, number, lane, title, time, moved, language } = room.dataset;
const FIRST_LOOK = 2000;
const LOST_AFTER = 3; // looks in a row that came to nothing
const SHARD = 2;

let position = Number(room.querySelector("[data-queue-position]").textContent) || null;
let failures = 0;
let timer;

async function read(name) {
  const answer = await fetch(files + name, { cache: "no-cache", credentials: "omit" });
  if (answer.status === 404) return null; // not written yet
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.json();
}

function show(selector, shown) {
  for (const part of room.querySelectorAll(selector)) part.hidden = !shown;
}

function write(selector, words) {
  const part = room.querySelector(selector);
  if (part.textContent !== words) part.textContent = words;
}

async function findPlace() {
  const places = await read(`places/${number.slice(0, SHARD)}.json`);
  if (!places?.[number]) return; // a latecomer's file is written within a second or two
  position = places[number][1];
  write("[data-queue-position]", String(position));
  write("[data-queue-said]", `${moved} ${position}`);
}

// To the next five minutes, as the page says it.
function clockOf(state, perMinute, ahead) {
  const step = 5 * 60 * 1000;
  const at = Date.parse(state.as_of) + Math.ceil(ahead / perMinute) * 60 * 1000;
  return new Intl.DateTimeFormat(language, {
    hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai",
  }).format(new Date(Math.ceil(at / step) * step));
}

// The hour has come and the order has not: a page that was opened before names no hour any more.
function isDue(state) {
  const now = Date.parse(state.as_of);
  return !state.ended && !state.drawn && now >= Date.parse(state.opens) + state.poll.first * 1000;
}

function tell(state) {
  const serving = lane === "office" ? state.serving_office : state.serving;
  const perMinute = lane === "office" ? state.per_minute_office : state.per_minute;
  const called = !state.ended && position !== null && position <= serving;
  const wasCalled = !room.querySelector("[data-queue-when=called]").hidden;
  const waits = !state.ended && position !== null && !called;
  show("[data-queue-when=over]", state.ended);
  show("[data-queue-when=called]", called);
  show("[data-queue-when=waiting]", !state.ended && !called);
  const due = isDue(state);
  show("[data-queue-when=due]", due);
  show("[data-queue-when=gathering]", !state.ended && position === null && !due);
  show("[data-queue-when=held]", waits && state.held_back);
  show("[data-queue-row=position]", !state.ended && position !== null);
  show("[data-queue-row=serving]", !state.ended && position !== null);
  write("[data-queue-serving]", String(serving));
  const known = waits && perMinute > 0;
  show("[data-queue-row=about]", known);
  if (known) {
    const words = clockOf(state, perMinute, position - serving);
    write("[data-queue-about]", time.replace("%(time)s", words));
  }
  if (called && !wasCalled) {
    document.title = `${title} · ${document.title}`;
    write("[data-queue-said]", title);
  }
}

// In seconds, as queueing.poll_after says it: those who are next look every few seconds, others
// when they will be among these. At the hour everybody wants to know: each page looks at a moment
// of its own.
function pause(state) {
  if (!state) return 6;
  const { near, soon, later, first, spread } = state.poll;
  if (!state.drawn) {
    const toTheHour = (Date.parse(state.opens) - Date.parse(state.as_of)) / 1000;
    const wait = toTheHour + first + Math.random() * spread;
    return toTheHour > 0 ? Math.min(wait, later) : soon + Math.random() * spread;
  }
  const serving = lane === "office" ? state.serving_office : state.serving;
  const perMinute = lane === "office" ? state.per_minute_office : state.per_minute;
  const behind = position === null ? 0 : position - serving - near;
  if (behind <= 0) return soon;
  return perMinute > 0 ? Math.min(later, Math.max(soon, (behind / perMinute) * 60)) : later;
}

async function look() {
  clearTimeout(timer);
  let state = null;
  try {
    state = await read("state.json");
    if (state?.drawn && position === null) await findPlace();
    if (state) tell(state);
    failures = 0;
  } catch {
    failures += 1; // the next look will tell
  }
  show("[data-queue-when=offline]", failures >= LOST_AFTER);
  if (state?.ended) return;
  timer = setTimeout(look, pause(state) * 1000 * (1 + Math.random() / 10)); // not all at once
}

timer = setTimeout(look, FIRST_LOOK);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});
