// The replay player: large buttons under the picture, sound alone, and words instead of a spinner.
//
// Without this module the page still has a <video> with the browser's own controls. Where the
// browser has MediaSource we play with hls.js, also where it answers "maybe" to HLS: that answer
// breaks on desktop browsers. The browser's own HLS is for those without MediaSource (iPhone).

const KEEP_EVERY_MS = 10_000;
const PATIENCE_MS = 10_000;
const MEND_AGAIN_MS = 60_000;
const RENEW_AT = 0.8;
const JUMP = 10;
const FAR = 300;
const LOUDER = 0.1;
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

class Player {
  constructor(root) {
    this.root = root;
    this.video = root.querySelector("video");
    this.master = this.video.getAttribute("src");
    this.expires = Number(root.dataset.expires);
    this.resumeAt = Number(root.dataset.position) || 0;
    this.sequence = Number(root.dataset.sequence) || 0;
    this.soundOnly = false;
    this.changed = false;
    this.hls = null;
    this.parts = Object.fromEntries(
      [...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
    );
  }

  start() {
    this.video.controls = false;
    for (const part of this.root.querySelectorAll("[data-needs-script]")) part.hidden = false;
    this.listen();
    this.load(0);
    this.setSpeed(Number(recall().speed) || 1);
    this.video.volume = Math.min(1, Math.max(0, Number(recall().volume ?? 1)));
    this.planRenewal();
    this.showState();
  }

  // -- loading -------------------------------------------------------------------------------

  address() {
    return this.soundOnly ? this.master.replace(/master\.m3u8$/, this.root.dataset.sound) : this.master;
  }

  load(position) {
    this.hls?.destroy();
    this.hls = null;
    if (!window.Hls?.isSupported()) {
      this.video.src = this.address();
      this.video.addEventListener("loadedmetadata", () => { this.video.currentTime = position; }, { once: true });
      return;
    }
    this.video.removeAttribute("src");
    // Nothing but the list is fetched before the learner presses play: data costs money.
    this.hls = new window.Hls({ autoStartLoad: false, capLevelToPlayerSize: true, startPosition: position, maxBufferLength: 30 });
    this.hls.on(window.Hls.Events.ERROR, (_event, data) => this.mend(data));
    this.hls.on(window.Hls.Events.MANIFEST_PARSED, () => { if (this.wanted) this.hls.startLoad(position); });
    this.hls.loadSource(this.address());
    this.hls.attachMedia(this.video);
    this.startAt = position;
  }

  async mend(data) {
    // The right has run out. hls.js would go on with the other sizes, which it does not open either.
    if ([403, 410].includes(data.response?.code)) {
      await this.renew();
    } else if (!data.fatal) {
      return;
    } else if (data.type === window.Hls.ErrorTypes.MEDIA_ERROR) {
      this.hls.recoverMediaError();
    } else {
      this.say("slow");
      this.retry = setTimeout(() => this.hls?.startLoad(), 3000);
    }
  }

  // The browser's own HLS does not say why it stopped: the right may have ended. We ask anew, not
  // without end, should it be something else.
  mendWithoutHls() {
    if (this.hls || Date.now() - (this.mendedAt ?? 0) < MEND_AGAIN_MS) return;
    this.mendedAt = Date.now();
    this.renew();
  }

  planRenewal() {
    const left = this.expires * 1000 - Date.now();
    clearTimeout(this.renewal);
    this.renewal = setTimeout(() => this.renew(), Math.max(30_000, left * RENEW_AT));
  }

  // A new right, from the place where we are. No right any more: the page says why.
  async renew() {
    if (this.renewing) return;
    this.renewing = true;
    try {
      await this.askForRight();
    } finally {
      this.renewing = false;
    }
  }

  async askForRight() {
    const position = this.video.currentTime;
    const wasPlaying = this.wanted && !this.video.ended;
    let answer;
    try {
      answer = await fetch(this.root.dataset.grant, { method: "POST", body: this.form({ renews: this.root.dataset.audience }), headers: { Accept: "application/json" } });
    } catch {
      this.say("slow");
      this.renewal = setTimeout(() => this.renew(), 30_000);
      return;
    }
    if (answer.status === 401 || answer.status === 403) {
      location.reload();
      return;
    }
    const grant = await answer.json();
    this.master = grant.master;
    this.expires = grant.expires;
    this.root.dataset.audience = grant.audience;
    this.load(position);
    this.planRenewal();
    if (wasPlaying) this.play();
  }

  form(fields = {}) {
    const form = new FormData();
    form.set("csrfmiddlewaretoken", this.root.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return form;
  }

  // -- what the buttons do -------------------------------------------------------------------

  play() {
    this.wanted = true;
    this.hls?.startLoad(this.video.currentTime || this.startAt);
    this.parts.resume?.setAttribute("hidden", "");
    this.watchForStall();
    this.video.play().catch(() => this.showState());
  }

  toggle() {
    if (this.video.paused) this.play();
    else this.video.pause();
  }

  jump(seconds) {
    const end = Number.isFinite(this.video.duration) ? this.video.duration : Infinity;
    this.goTo(Math.min(end, Math.max(0, this.video.currentTime + seconds)));
  }

  goTo(seconds) {
    if (this.hls && !this.wanted) this.startAt = seconds;
    this.video.currentTime = seconds;
    this.showTime();
  }

  louder(step) {
    this.video.muted = false;
    this.video.volume = Math.min(1, Math.max(0, Math.round((this.video.volume + step) * 10) / 10));
    remember({ volume: this.video.volume });
    this.parts.volume.textContent = this.video.dataset.volumeWords.replace("{}", Math.round(this.video.volume * 100));
  }

  setSpeed(speed) {
    this.video.defaultPlaybackRate = speed;
    this.video.playbackRate = speed;
    remember({ speed });
    for (const button of this.root.querySelectorAll("[data-speed]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === speed));
    }
  }

  setSoundOnly(soundOnly) {
    const position = this.video.currentTime;
    const wasPlaying = !this.video.paused;
    this.soundOnly = soundOnly;
    this.root.classList.toggle("player--sound", soundOnly);
    this.parts["sound-words"].hidden = !soundOnly;
    this.parts.sound?.setAttribute("aria-pressed", String(soundOnly));
    this.load(position);
    if (wasPlaying) this.play();
  }

  async fullScreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (this.root.requestFullscreen) await this.root.requestFullscreen().catch(() => {});
    else this.video.webkitEnterFullscreen?.();
  }

  // -- listening -----------------------------------------------------------------------------

  listen() {
    const acts = {
      play: () => this.toggle(),
      back: () => this.jump(-JUMP),
      forward: () => this.jump(JUMP),
      "far-back": () => this.jump(-FAR),
      "far-forward": () => this.jump(FAR),
      louder: () => this.louder(LOUDER),
      quieter: () => this.louder(-LOUDER),
      full: () => this.fullScreen(),
      sound: () => this.setSoundOnly(!this.soundOnly),
      again: () => { this.load(this.video.currentTime); this.play(); },
      resume: () => { this.goTo(this.resumeAt); this.play(); this.parts.play.focus(); },
      begin: () => { this.goTo(0); this.play(); this.parts.play.focus(); },
    };
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.act) acts[button.dataset.act]();
      else if (button?.dataset.speed) this.setSpeed(Number(button.dataset.speed));
    });
    this.root.addEventListener("keydown", (event) => this.press(event));
    for (const name of ["play", "pause", "ended"]) this.video.addEventListener(name, () => this.showState());
    this.video.addEventListener("timeupdate", () => this.moved());
    this.video.addEventListener("durationchange", () => this.showTime());
    for (const name of ["waiting", "stalled", "error"]) this.video.addEventListener(name, () => this.watchForStall());
    this.video.addEventListener("error", () => this.mendWithoutHls());
    this.video.addEventListener("playing", () => this.allIsWell());
    this.video.addEventListener("pause", () => this.keep());
    this.video.addEventListener("click", () => this.toggle());
    setInterval(() => this.keep(), KEEP_EVERY_MS);
    addEventListener("pagehide", () => this.keep());
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.keep(); });
  }

  // Keys work inside the player only, and a button keeps its own space bar.
  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const onButton = event.target.closest("button");
    const acts = {
      k: () => this.toggle(),
      f: () => this.fullScreen(),
      m: () => { this.video.muted = !this.video.muted; },
      ArrowLeft: () => this.jump(-JUMP),
      ArrowRight: () => this.jump(JUMP),
      ArrowUp: () => this.louder(LOUDER),
      ArrowDown: () => this.louder(-LOUDER),
    };
    if (!onButton) acts[" "] = () => this.toggle();
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // -- what is shown -------------------------------------------------------------------------

  showState() {
    const playing = !this.video.paused && !this.video.ended;
    for (const half of this.parts.play.querySelectorAll("[data-when]")) half.hidden = (half.dataset.when === "playing") !== playing;
    this.showTime();
  }

  showTime() {
    const seconds = this.video.currentTime;
    const whole = Number.isFinite(this.video.duration) ? this.video.duration : Number(this.root.dataset.seconds);
    this.parts.time.textContent = `${clockWords(seconds)} / ${clockWords(whole)}`;
    this.parts.position.max = Math.max(1, Math.floor(whole));
    this.parts.position.value = Math.floor(seconds);
  }

  moved() {
    this.changed = true;
    this.lastMove = this.video.currentTime;
    this.showTime();
    if (!this.parts.slow.hidden && this.video.readyState > 2) this.allIsWell();
  }

  // A spinner that never ends tells nobody anything: after ten seconds we say what helps.
  watchForStall() {
    if (this.patience || (this.video.paused && !this.wanted)) return;
    const before = this.video.currentTime;
    this.patience = setTimeout(() => {
      this.patience = null;
      if (!this.video.paused && this.video.currentTime === before) this.say("slow");
    }, PATIENCE_MS);
  }

  allIsWell() {
    clearTimeout(this.patience);
    this.patience = null;
    this.parts.slow.hidden = true;
  }

  say(part) {
    this.parts[part].hidden = false;
  }

  // -- the place, kept on the server ---------------------------------------------------------

  keep() {
    if (!this.changed || !this.root.dataset.place) return;
    this.changed = false;
    this.sequence += 1;
    const form = this.form({ position: this.video.currentTime.toFixed(1), sequence: this.sequence });
    if (!navigator.sendBeacon(this.root.dataset.place, form)) {
      fetch(this.root.dataset.place, { method: "POST", body: form, keepalive: true }).catch(() => { this.changed = true; });
    }
  }
}

const root = document.querySelector("[data-player]");
if (root) {
  const player = new Player(root);
  player.start();
}
