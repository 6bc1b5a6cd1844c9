// How far somebody has come, and what they have really watched: told to the server now and then.
//
// What was not heard waits in the browser's own store, across pages and days without a line, and
// is told again. Telling twice changes nothing: stretches are united, the highest number has the
// place.

const SEND_EVERY_MS = 30_000;
const SEND_JITTER_MS = 3000;
const NOTE_EVERY_MS = 10_000;
const RETRY_MS = 60_000;
const KEPT_MS = 6 * 24 * 3600 * 1000;
const MOST_WAITING = 60;
const MOST_STRETCHES = 50;
const MOST_SECONDS = 1750;
const LONGEST_STEP = 5;
const STORE = "player-places";

const waiting = () => {
  try {
    const all = JSON.parse(localStorage.getItem(STORE)) ?? [];
    return all.filter((one) => Date.now() - one.at < KEPT_MS);
  } catch {
    return [];
  }
};

const keepWaiting = (all) => {
  try {
    localStorage.setItem(STORE, JSON.stringify(all.slice(-MOST_WAITING)));
  } catch {
    // A private window keeps nothing; what is heard at once still counts.
  }
};

const newSession = () => [...crypto.getRandomValues(new Uint8Array(8))].map((one) => one.toString(16).padStart(2, "0")).join("");

export class Progress {
  constructor(video, data) {
    this.video = video;
    this.data = data;
    this.film = data.film;
    this.session = newSession();
    this.stretches = [];
    this.last = null;
    this.current = null;
    this.moved = false;
    const late = waiting().filter((one) => one.film === this.film && one.place).sort((one, other) => one.body.sequence - other.body.sequence).pop();
    const known = Number(data.sequence) || 0;
    this.sequence = Math.max(known, late?.body.sequence ?? 0);
    // A place from a day without a line is newer than what the page knows.
    this.newerPlace = late && late.body.sequence > known ? late.body.position : null;
    this.listen();
    this.tellWaiting();
  }

  listen() {
    const { video } = this;
    video.addEventListener("timeupdate", () => this.step());
    video.addEventListener("seeking", () => { this.last = null; });
    video.addEventListener("pause", () => this.tell());
    video.addEventListener("ended", () => this.tell());
    addEventListener("pagehide", () => this.tell());
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.tell(); });
    addEventListener("online", () => this.tellWaiting());
    setInterval(() => this.note(), NOTE_EVERY_MS);
    setInterval(() => this.tellWaiting(), RETRY_MS);
    const again = () => {
      setTimeout(() => { if (!video.paused) this.tell(); again(); }, SEND_EVERY_MS + (Math.random() * 2 - 1) * SEND_JITTER_MS);
    };
    again();
  }

  // -- what was watched ------------------------------------------------------------------------

  step() {
    const now = this.video.currentTime;
    if (this.video.seeking || this.video.paused) {
      this.last = null;
      if (now > 0) this.moved = true;
      return;
    }
    const step = this.last === null ? -1 : now - this.last;
    if (step >= 0 && step < LONGEST_STEP) {
      const open = this.stretches[this.stretches.length - 1];
      if (open && open[1] === this.last) open[1] = now;
      else this.stretches.push([this.last, now]);
    }
    this.last = now;
    this.moved = true;
  }

  // -- telling ---------------------------------------------------------------------------------

  body() {
    const stretches = this.stretches.map((pair) => pair.map((end) => Math.round(end * 10) / 10)).filter(([from, to]) => from < to);
    let seconds = 0;
    const fits = stretches.slice(-MOST_STRETCHES).filter(([from, to]) => { seconds += to - from; return seconds < MOST_SECONDS; });
    return { session: this.session, sequence: this.sequence + 1, position: Math.round(this.video.currentTime * 10) / 10, ranges: fits };
  }

  // Every ten seconds into the browser's own store: a phone that dies loses no more than that.
  note() {
    if (!this.moved || this.data.keepsPlace === undefined) return;
    const others = waiting().filter((one) => one.film !== this.film || one.body.session !== this.session || one.sent);
    keepWaiting([...others, this.entry(this.body())]);
  }

  entry(body, sent = false) {
    return { film: this.film, place: true, url: this.data.beacon, at: Date.now(), body, sent };
  }

  tell() {
    if (!this.moved || !this.data.beacon) return;
    const body = this.body();
    this.sequence = body.sequence;
    this.stretches = [];
    this.moved = false;
    const entry = this.entry(body, true);
    if (this.data.keepsPlace !== undefined) {
      const others = waiting().filter((one) => one.film !== this.film || one.body.session !== this.session || one.sent);
      keepWaiting([...others, entry]);
    }
    this.send(entry);
  }

  async send(entry, late = false) {
    const body = JSON.stringify(late ? { ...entry.body, late: true } : entry.body);
    const isMine = entry.film === this.film && entry.body.session === this.session;
    let answer;
    try {
      answer = await fetch(isMine ? this.data.beacon : entry.url, { method: "POST", body, keepalive: true, credentials: "omit" });
    } catch {
      return;
    }
    // 503: the server keeps nothing at the moment. 403 and 410: the right is over, and a new one is
    // on its way for the film of this page. All others have been heard, or will never be.
    if (answer.status >= 500 || (isMine && [403, 410].includes(answer.status))) return;
    keepWaiting(waiting().filter((one) => one.body.session !== entry.body.session || one.body.sequence !== entry.body.sequence));
  }

  tellWaiting() {
    if (!navigator.onLine) return;
    for (const entry of waiting()) {
      const isOpen = entry.body.session === this.session && !entry.sent;
      if (!isOpen && Date.now() - entry.at > NOTE_EVERY_MS) this.send(entry, true);
    }
  }
}
