// The classroom: waits, plays what is on, says when the line is lost and when it is over.
//
// How it stands is a small public file that many can ask for; nothing reloads, nothing leads away.

import { Progress } from "./player-progress.js";
import { Stream } from "./player-stream.js";

const ASK_EVERY_MS = 3000;
const JITTER_MS = 1500;
const BEGIN_WITHIN_MS = 3000; // thousands do not ask for their right in the same moment
const LOUDER = 0.1;
const EDGE = -1;

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

class Room {
  constructor(root) {
    this.root = root;
    this.data = root.dataset;
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.video = this.parts.video;
    this.stage = "waiting";
    this.failures = 0;
    this.listen();
    this.show(this.data.stage, true);
    this.goOn();
  }

  // -- how it stands ---------------------------------------------------------------------------

  async goOn() {
    while (this.stage !== "over") {
      await pause(ASK_EVERY_MS + Math.random() * JITTER_MS);
      await this.look();
    }
  }

  async look() {
    try {
      const answer = await fetch(this.data.state, { cache: "no-cache", credentials: "omit" });
      // Not written before the first picture comes.
      if (answer.ok) this.show((await answer.json()).stage);
      else if (answer.status !== 404) throw new Error(String(answer.status));
      if (this.failures > 2) this.say(this.words());
      this.failures = 0;
    } catch {
      this.failures += 1;
      if (this.failures === 3) this.say("alone");
    }
  }

  show(stage, atFirst = false) {
    if (stage === this.stage && !atFirst) return;
    const before = this.stage;
    this.stage = stage;
    if (["live", "lost"].includes(stage)) this.open(atFirst);
    if (!atFirst) this.say(before === "lost" && stage === "live" ? "back" : this.words());
    this.waitForThePhone(stage === "lost");
    if (stage === "over") this.parts.replay.hidden = false;
  }

  words() {
    const plays = this.stage === "live" && this.stream?.wanted && !this.video.paused;
    return plays ? "playing" : this.stage;
  }

  say(words) {
    const { state } = this.parts;
    const said = state.dataset[words];
    if (said && state.textContent !== said) state.textContent = said;
  }

  // Who waits for long is told whom to call.
  waitForThePhone(isLost) {
    clearTimeout(this.phone);
    this.parts.phone.hidden = true;
    if (isLost) this.phone = setTimeout(() => { this.parts.phone.hidden = false; }, Number(this.data.phoneAfter) * 1000);
  }

  // -- the picture -----------------------------------------------------------------------------

  async open(atFirst) {
    if (this.stream) return;
    this.stream = new Stream(this.video, this.data, (fields) => this.form(fields));
    this.stream.startAt = EDGE;
    this.progress = new Progress(this.video, this.data);
    this.hearStream();
    if (!atFirst) await pause(Math.random() * BEGIN_WITHIN_MS);
    await this.stream.renew();
    this.parts.screen.hidden = false;
  }

  form(fields = {}) {
    const form = new FormData();
    form.set("csrfmiddlewaretoken", this.root.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return form;
  }

  play() {
    this.stream.begin();
    this.video.play().catch(() => this.showPlaying());
  }

  now() {
    const edge = this.stream.hls?.liveSyncPosition;
    if (edge) this.video.currentTime = edge;
    this.play();
  }

  louder(step) {
    this.video.muted = false;
    this.video.volume = Math.min(1, Math.max(0, this.video.volume + step));
  }

  setSoundOnly(soundOnly) {
    this.stream.setSoundOnly(soundOnly);
    this.root.classList.toggle("player--sound", soundOnly);
    this.parts["sound-words"].hidden = !soundOnly;
    this.parts.sound.setAttribute("aria-pressed", String(soundOnly));
    if (this.stream.wanted) this.video.play().catch(() => {});
  }

  async fullScreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (this.root.requestFullscreen) await this.root.requestFullscreen().catch(() => {});
    else this.video.webkitEnterFullscreen?.();
  }

  listen() {
    const acts = {
      play: () => (this.video.paused ? this.play() : this.video.pause()),
      now: () => this.now(),
      louder: () => this.louder(LOUDER),
      quieter: () => this.louder(-LOUDER),
      full: () => this.fullScreen(),
      sound: () => this.setSoundOnly(!this.stream.soundOnly),
    };
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-act]");
      if (button) acts[button.dataset.act]();
    });
    for (const name of ["play", "pause", "ended"]) this.video.addEventListener(name, () => this.showPlaying());
    this.video.addEventListener("playing", () => { if (this.stage === "live") this.say("playing"); });
    this.video.addEventListener("ended", () => this.show("over"));
  }

  hearStream() {
    this.stream.addEventListener("thin", () => this.setSoundOnly(true));
    this.stream.addEventListener("renewed", () => this.progress.tellWaiting());
    this.stream.addEventListener("refused", ({ detail }) => {
      this.parts["refused-heading"].textContent = detail.heading;
      this.parts["refused-text"].textContent = detail.text;
      this.parts.refused.hidden = false;
      this.parts.screen.hidden = false;
    });
  }

  showPlaying() {
    const playing = !this.video.paused && !this.video.ended;
    for (const half of this.parts.play.querySelectorAll("[data-when]")) half.hidden = (half.dataset.when === "playing") !== playing;
  }
}

const root = document.querySelector("[data-live-room]");
if (root) new Room(root);
