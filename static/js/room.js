// The page of a room at a viewing point: the picture for everybody, and how many people watch it.
//
// What is entered is kept in the browser's own store first, under a key of its own, and sent when
// the line is there: a count sent twice is one count. We send how many seconds ago it was entered,
// not when: clocks of televisions are wrong, their seconds are not. The picture is never stopped.

import { Progress } from "./player-progress.js";
import { Stream } from "./player-stream.js";

const SEND_EVERY_MS = 15_000;
const LOOK_EVERY_MS = 1000;
const LOUDER = 0.1;

const newKey = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

// -- words on their way ------------------------------------------------------------------------

class Words extends EventTarget {
  constructor(name, token) {
    super();
    this.name = name;
    this.token = token;
    this.fallback = [];
    this.isSending = false;
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.changed("offline"));
    setInterval(() => this.send(), SEND_EVERY_MS);
  }

  get waiting() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) ?? [];
    } catch {
      return this.fallback;
    }
  }

  keep(all) {
    this.fallback = all;
    try {
      localStorage.setItem(this.name, JSON.stringify(all));
    } catch {
      // A private window keeps it until the page is closed.
    }
  }

  changed(state, detail = {}) {
    this.dispatchEvent(new CustomEvent("changed", { detail: { state, ...detail } }));
  }

  add(url, fields) {
    this.keep([...this.waiting, { url, fields: { key: newKey(), ...fields }, at: Date.now() }]);
    this.send();
  }

  async send() {
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (this.waiting.length && (await this.sendOne(this.waiting[0])));
    } finally {
      this.isSending = false;
    }
    if (!navigator.onLine) this.changed("offline");
  }

  // Whether it is off our hands, so that the next one may go.
  async sendOne(word) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.token());
    for (const [name, value] of Object.entries(word.fields)) body.set(name, value);
    body.set("ago", Math.max(0, Math.round((Date.now() - word.at) / 1000)));
    let answer;
    try {
      answer = await fetch(word.url, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
    } catch {
      this.changed("offline");
      return false;
    }
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      this.changed("signed-out");
      return false;
    }
    if (answer.status >= 500 || answer.status === 429) {
      this.changed("offline");
      return false;
    }
    const said = await answer.json().catch(() => ({}));
    this.keep(this.waiting.filter((one) => one.fields.key !== word.fields.key));
    this.changed(answer.ok ? "sent" : "refused", { words: said.words, word });
    return true;
  }
}

// -- the page ----------------------------------------------------------------------------------

class Room {
  constructor(root) {
    this.root = root;
    this.data = root.dataset;
    this.parts = Object.fromEntries(
      [...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
    );
    this.words = new Words(`room-${this.data.viewing}`, () => root.querySelector("[name=csrfmiddlewaretoken]").value);
    this.halfAt = Date.now() + Number(this.data.halfIn) * 1000;
    this.halfIsCounted = this.data.halfCount !== undefined;
  }

  start() {
    for (const part of this.root.querySelectorAll("[data-needs-script]")) part.hidden = false;
    for (const form of this.root.querySelectorAll("form[data-count]")) this.listenToCount(form);
    this.root.querySelector("form[data-end]").addEventListener("submit", (event) => this.end(event));
    this.words.addEventListener("changed", ({ detail }) => this.show(detail));
    if (this.parts.video) this.startPicture();
    setInterval(() => this.askAtHalfTime(), LOOK_EVERY_MS);
    this.askAtHalfTime();
    this.words.send();
  }

  listenToCount(form) {
    const number = form.elements.people;
    for (const button of form.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => {
        const there = Number(number.value) || 0;
        number.value = Math.min(Number(number.max), Math.max(0, there + Number(button.dataset.step)));
      });
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (number.value === "" || !number.checkValidity()) {
        number.focus();
        return;
      }
      const moment = form.elements.moment.value;
      this.words.add(form.action, { moment, people: number.value });
      form.querySelector("[data-counted]").textContent = this.data.counted.replace("{}", number.value);
      if (moment === "half_time") this.halfIsCounted = true;
      this.askAtHalfTime();
    });
  }

  askAtHalfTime() {
    const isTime = Date.now() >= this.halfAt;
    this.parts.half.hidden = !isTime;
    this.parts.half.classList.toggle("room__question", isTime && !this.halfIsCounted);
    const words = isTime && !this.halfIsCounted ? this.data.halfWords : "";
    if (this.parts["half-said"].textContent !== words) this.parts["half-said"].textContent = words;
  }

  end(event) {
    event.preventDefault();
    this.hasEnded = true;
    this.stream?.stop();
    this.words.add(event.target.action, { notes: event.target.elements.notes.value });
    if (document.fullscreenElement) document.exitFullscreen();
  }

  // What happens to what was entered, in words.
  show({ state, words, word }) {
    const waiting = this.words.waiting.length;
    const { line } = this.parts;
    if (state === "sent" && word.url.endsWith("/end/")) {
      location.reload();
      return;
    }
    if (state === "refused" || state === "signed-out") line.textContent = words ?? this.data.signedOut;
    else if (state === "offline") line.textContent = waiting ? this.data.keptWords.replace("{}", waiting) : this.data.offlineWords;
    else line.textContent = waiting ? "" : this.data.sentWords;
    line.classList.toggle("room__line--gone", state !== "sent");
    if (this.hasEnded && waiting) this.parts.over.hidden = false;
  }

  // -- the picture -----------------------------------------------------------------------------

  startPicture() {
    const { video } = this.parts;
    video.controls = false;
    this.stream = new Stream(video, this.data, (fields) => this.form(fields));
    this.progress = new Progress(video, this.data);
    this.stream.addEventListener("slow", () => this.say(this.data.slowWords));
    this.stream.addEventListener("refused", ({ detail }) => this.say(`${detail.heading} ${detail.text}`));
    video.addEventListener("playing", () => this.say(""));
    for (const name of ["play", "pause", "ended"]) video.addEventListener(name, () => this.showState());
    const acts = {
      play: () => (video.paused ? this.play() : video.pause()),
      quieter: () => this.louder(-LOUDER),
      louder: () => this.louder(LOUDER),
      full: () => (document.fullscreenElement ? document.exitFullscreen() : this.parts.stage.requestFullscreen?.()),
    };
    this.root.addEventListener("click", ({ target }) => acts[target.closest("[data-act]")?.dataset.act]?.());
    this.stream.load(Number(this.data.position) || 0);
    this.showState();
  }

  form(fields = {}) {
    const form = new FormData();
    form.set("csrfmiddlewaretoken", this.words.token());
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return form;
  }

  play() {
    this.stream.begin();
    this.parts.video.play().catch(() => this.showState());
  }

  louder(step) {
    const { video } = this.parts;
    video.volume = Math.min(1, Math.max(0, Math.round((video.volume + step) * 10) / 10));
  }

  showState() {
    const isPaused = this.parts.video.paused;
    for (const half of this.root.querySelectorAll("[data-when]")) half.hidden = (half.dataset.when === "paused") !== isPaused;
  }

  say(words) {
    this.parts.picture.textContent = words;
    this.parts.picture.hidden = !words;
  }
}

const root = document.querySelector("[data-room]");
if (root) new Room(root).start();
