// The replay player: large buttons under the picture, captions, chapters, words instead of a spinner.
//
// Without this module the page still has a <video> with the browser's own controls.

import { Along } from "./player-along.js";
import { Captions } from "./player-captions.js";
import { Progress } from "./player-progress.js";
import { Stream } from "./player-stream.js";

const SAID_MS = 4000;
const JUMP = 10;
const FAR = 300;
const LOUDER = 0.1;
const BOOST = 2.5;
const REMEMBERED = "player";

const recall = () => {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED)) ?? {};
  } catch {
    return {};
  }
};

const remember = (change) => {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify({ ...recall(), ...change }));
  } catch {
    // A private window keeps nothing; playing goes on.
  }
};

const clockWords = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
};

const between = (low, value, high) => Math.min(high, Math.max(low, value));

class Player {
  constructor(root) {
    this.root = root;
    this.data = root.dataset;
    this.video = root.querySelector("video");
    this.parts = Object.fromEntries(
      [...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
    );
    this.stream = new Stream(this.video, this.data, (fields) => this.form(fields));
    this.progress = new Progress(this.video, this.data);
    this.resumeAt = this.progress.newerPlace ?? (Number(this.data.position) || 0);
    this.edge = null;
  }

  start() {
    this.video.controls = false;
    for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
    this.listen();
    this.hearStream();
    this.captions = new Captions(this.video, this.parts.captions, { recall, remember, shown: (captions) => this.showCaptions(captions) });
    // A television has no pointer and little room.
    this.along = this.parts.along && new Along({
      bar: this.parts.position,
      box: this.parts.along,
      address: (file) => this.stream.beside(file),
      whole: () => this.whole(),
      words: clockWords,
      goTo: (seconds) => this.goTo(seconds),
    });
    this.stream.load(Number(this.data.start) || 0);
    this.offerPlace();
    // Sound that passes through our hands is silent where the browser plays HLS by itself.
    this.parts.boost.hidden = this.stream.way !== "hls";
    this.setSpeed(Number(recall().speed) || 1);
    this.video.volume = between(0, Number(recall().volume ?? 1), 1);
    this.showState();
  }

  form(fields = {}) {
    const form = new FormData();
    form.set("csrfmiddlewaretoken", this.root.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return form;
  }

  // A place from a day without a line is newer than the one on the page.
  offerPlace() {
    if (this.progress.newerPlace === null || !this.parts["resume-words"]) return;
    this.parts["resume-words"].textContent = this.parts["resume-words"].dataset.words.replace("{}", clockWords(this.resumeAt));
    this.parts.resume.hidden = this.resumeAt < JUMP;
  }

  // -- what the buttons do ---------------------------------------------------------------------

  play() {
    this.stream.begin();
    this.parts.resume?.setAttribute("hidden", "");
    this.video.play().catch(() => this.showState());
  }

  toggle() {
    if (this.video.paused) this.play();
    else this.video.pause();
  }

  jump(seconds) {
    this.goTo(this.after(seconds));
  }

  after(seconds) {
    const from = this.stream.wanted ? this.video.currentTime : this.stream.startAt;
    return between(0, from + seconds, this.whole() || Infinity);
  }

  goTo(seconds) {
    this.stream.seek(seconds);
    this.showTime(seconds);
  }

  // By keys, which show where they lead.
  lead(seconds) {
    this.goTo(seconds);
    this.along?.showAWhile(seconds);
  }

  playFrom(seconds) {
    this.goTo(seconds);
    this.play();
    this.parts.play.focus();
  }

  louder(step) {
    this.video.muted = false;
    this.video.volume = between(0, Math.round((this.video.volume + step) * 10) / 10, 1);
    remember({ volume: this.video.volume });
    this.tell("volume", Math.round(this.video.volume * 100));
  }

  mute() {
    this.video.muted = !this.video.muted;
    this.tell(this.video.muted ? "muted" : "volume", Math.round(this.video.volume * 100));
  }

  // Louder than the film is: for who hears badly and has the phone at its loudest. Never by itself.
  boost(button) {
    if (!this.gain) {
      const context = new AudioContext();
      this.gain = context.createGain();
      const limit = context.createDynamicsCompressor();
      context.createMediaElementSource(this.video).connect(this.gain).connect(limit).connect(context.destination);
      this.sound = context;
    }
    this.sound.resume();
    const isOn = button.getAttribute("aria-pressed") !== "true";
    this.gain.gain.value = isOn ? BOOST : 1;
    button.setAttribute("aria-pressed", String(isOn));
  }

  setSpeed(speed) {
    this.video.defaultPlaybackRate = speed;
    this.video.playbackRate = speed;
    remember({ speed });
    this.press("speed", String(speed));
  }

  setSoundOnly(soundOnly, why = "") {
    this.stream.setSoundOnly(soundOnly);
    this.root.classList.toggle("player--sound", soundOnly);
    this.parts["sound-words"].hidden = !soundOnly;
    this.parts.sound?.setAttribute("aria-pressed", String(soundOnly));
    this.parts.fell.hidden = why !== "thin";
    if (why === "thin") this.parts.slow.hidden = true;
  }

  async fullScreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (this.root.requestFullscreen) await this.root.requestFullscreen().catch(() => {});
    else this.video.webkitEnterFullscreen?.();
  }

  // -- listening -------------------------------------------------------------------------------

  listen() {
    const acts = {
      play: () => this.toggle(),
      back: () => this.jump(-JUMP),
      forward: () => this.jump(JUMP),
      "far-back": () => this.jump(-FAR),
      "far-forward": () => this.jump(FAR),
      louder: () => this.louder(LOUDER),
      quieter: () => this.louder(-LOUDER),
      boost: (button) => this.boost(button),
      full: () => this.fullScreen(),
      sound: () => this.setSoundOnly(!this.stream.soundOnly),
      picture: () => { this.setSoundOnly(false); this.parts.play.focus(); },
      captions: () => this.captions.set({ isOn: !this.captions.isOn }),
      again: () => { this.stream.again(); this.play(); },
      here: () => location.reload(),
      resume: () => this.playFrom(this.resumeAt),
      begin: () => this.playFrom(0),
    };
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.act) acts[button.dataset.act](button);
      else if (button?.dataset.speed) this.setSpeed(Number(button.dataset.speed));
      else if (button?.dataset.captionSize) this.captions.set({ size: button.dataset.captionSize, isOn: true });
      else if (button?.dataset.captionLanguage) this.captions.set({ language: button.dataset.captionLanguage, isOn: true });
    });
    // Chapters and lines of the transcript are links that work without this module too.
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-at]");
      if (!link) return;
      event.preventDefault();
      this.playFrom(Number(link.dataset.at));
      this.root.scrollIntoView({ block: "start" });
    });
    document.addEventListener("keydown", (event) => this.key(event));
    this.listenToFilm();
  }

  listenToFilm() {
    const { video } = this;
    for (const name of ["play", "pause", "ended"]) video.addEventListener(name, () => this.showState());
    video.addEventListener("timeupdate", () => this.moved());
    video.addEventListener("durationchange", () => this.showTime());
    video.addEventListener("playing", () => this.allIsWell());
    video.addEventListener("click", () => this.toggle());
  }

  hearStream() {
    const { stream, parts } = this;
    stream.addEventListener("thin", () => this.setSoundOnly(true, "thin"));
    stream.addEventListener("slow", () => { parts.slow.hidden = !parts.refused.hidden; });
    stream.addEventListener("cannot", () => { parts.cannot.hidden = false; });
    stream.addEventListener("length", ({ detail }) => this.showGrowing(detail));
    stream.addEventListener("renewed", () => this.progress.tellWaiting());
    stream.addEventListener("refused", ({ detail }) => {
      parts["refused-heading"].textContent = detail.heading;
      parts["refused-text"].textContent = detail.text;
      parts.refused.hidden = false;
      this.allIsWell();
    });
  }

  // Keys work in the player, and on the page as long as nothing else has the focus.
  key(event) {
    const { target, key } = event;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (target !== document.body && !this.root.contains(target)) return;
    const acts = {
      k: () => this.toggle(),
      f: () => this.fullScreen(),
      m: () => this.mute(),
      c: () => this.captions.exist && this.captions.set({ isOn: !this.captions.isOn }),
      ArrowLeft: () => this.lead(this.after(-JUMP)),
      ArrowRight: () => this.lead(this.after(JUMP)),
      ArrowUp: () => this.louder(LOUDER),
      ArrowDown: () => this.louder(-LOUDER),
    };
    // A button keeps its own space bar.
    if (!target.closest("button, summary, a")) acts[" "] = () => this.toggle();
    const act = acts[key.length === 1 ? key.toLowerCase() : key];
    if (act) act();
    else if (/^[0-9]$/.test(key) && this.whole()) this.lead((this.whole() * Number(key)) / 10);
    else return;
    event.preventDefault();
  }

  // -- what is shown ---------------------------------------------------------------------------

  whole() {
    const { duration } = this.video;
    return Number.isFinite(duration) && duration ? duration : this.edge ?? (Number(this.data.seconds) || 0);
  }

  showState() {
    const playing = !this.video.paused && !this.video.ended;
    for (const half of this.parts.play.querySelectorAll("[data-when]")) half.hidden = (half.dataset.when === "playing") !== playing;
    if (this.stream.wanted) this.tell(this.video.ended ? "ended" : playing ? "playing" : "paused");
    this.showTime();
  }

  showTime(at = this.stream.wanted ? this.video.currentTime : this.stream.startAt) {
    const whole = this.whole();
    this.parts.time.textContent = `${clockWords(at)} / ${clockWords(whole)}`;
    this.parts.position.max = Math.max(1, Math.floor(whole));
    this.parts.position.value = Math.floor(at);
  }

  showGrowing({ growing, edge }) {
    this.edge = growing ? edge : null;
    if (!this.parts.growing) return;
    this.parts.growing.hidden = !growing;
    const words = this.parts["growing-words"];
    words.textContent = words.dataset.words.replace("{}", Math.floor(edge / 60)).replace("[]", Math.floor(edge % 60));
    this.showTime();
  }

  showCaptions({ exist, isOn, size, language }) {
    if (!exist) return;
    this.parts["captions-button"].setAttribute("aria-pressed", String(isOn));
    this.press("captionSize", size);
    this.press("captionLanguage", language);
  }

  // Marks the one of several buttons that is in force.
  press(name, value) {
    const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    for (const button of this.root.querySelectorAll(`[data-${attribute}]`)) {
      button.setAttribute("aria-pressed", String(button.dataset[name] === value));
    }
  }

  // Said to who cannot see it, once, and gone before it is read a second time.
  tell(words, number) {
    const { said } = this.parts;
    said.textContent = (said.dataset[words] ?? "").replace("{}", number);
    clearTimeout(this.silence);
    this.silence = setTimeout(() => { said.textContent = ""; }, SAID_MS);
  }

  moved() {
    this.showTime();
    if (!this.parts.slow.hidden && this.video.readyState > 2) this.allIsWell();
  }

  allIsWell() {
    this.parts.slow.hidden = true;
  }
}

const root = document.querySelector("[data-player]");
if (root) new Player(root).start();
