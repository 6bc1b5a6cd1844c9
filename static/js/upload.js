// Sends a film in pieces, so that a bad line costs one piece at most, and says what is happening.
// Without this (or without tus) the form is an ordinary one and the film goes in one piece.

const form = document.querySelector("[data-upload]");
const PIECE = 16 * 1024 * 1024;
const DELAYS = [0, 1000, 3000, 5000, 10000, 20000, 40000, 60000];
const SPEED_OVER_MS = 30000;

/** How fast bytes went lately: an average since the beginning would promise too much or too little. */
class Speed {
  constructor() {
    this.seen = [];
  }

  note(sent) {
    const now = performance.now();
    this.seen.push([now, sent]);
    while (this.seen.length > 2 && now - this.seen[0][0] > SPEED_OVER_MS) this.seen.shift();
  }

  minutesFor(bytes) {
    const [from, last] = [this.seen[0], this.seen[this.seen.length - 1]];
    const speed = (last[1] - from[1]) / Math.max(1, (last[0] - from[0]) / 1000);
    return Math.max(1, Math.ceil(bytes / Math.max(1, speed) / 60));
  }
}

class Sending {
  constructor(form) {
    this.form = form;
    this.file = form.querySelector("input[type=file]");
    this.button = form.querySelector("[data-send]");
    this.box = form.querySelector("[data-sending]");
    this.bar = this.box.querySelector("progress");
    this.words = this.box.querySelector("[data-words]");
    this.stopButton = this.box.querySelector("[data-stop]");
    this.unfinished = JSON.parse(document.getElementById("unfinished").textContent);
    this.stopButton.onclick = () => this.stop();
    addEventListener("online", () => { if (this.waits) this.goOn(); });
  }

  lesson() {
    return this.form.querySelector("input[type=radio]:checked")?.value;
  }

  known(film) {
    const mark = markOf(film);
    return this.unfinished.filter((one) => one.fingerprint === mark);
  }

  /** A file whose beginning is here already: its lesson is known, too. */
  recognise() {
    const film = this.file.files[0];
    const known = film && this.known(film)[0];
    const radio = known && this.form.querySelector(`input[type=radio][value="${known.lesson}"]`);
    if (radio) radio.checked = true;
    const note = this.form.querySelector("[data-known]");
    note.hidden = !radio;
    if (radio) note.textContent = note.dataset.known.replace("{percent}", known.percent);
  }

  begin() {
    const film = this.file.files[0];
    const lesson = this.lesson();
    const known = this.known(film).find((one) => one.lesson === lesson);
    const fingerprint = markOf(film);
    this.speed = new Speed();
    this.upload = new window.tus.Upload(film, {
      endpoint: this.form.dataset.endpoint,
      uploadUrl: known?.url ?? null,
      chunkSize: PIECE,
      retryDelays: DELAYS,
      headers: { "X-CSRFToken": this.form.querySelector("[name=csrfmiddlewaretoken]").value },
      // The press makes an announcement that is repeated the same one.
      metadata: { filename: film.name, lesson, fingerprint, press: known?.press ?? this.form.querySelector("[name=press]").value },
      fingerprint: async () => ["film", lesson, fingerprint].join("-"),
      removeFingerprintOnSuccess: true,
      onProgress: (sent, whole) => this.show(sent, whole),
      onShouldRetry: (error) => this.mayTryAgain(error),
      onError: (error) => this.failed(error),
      onSuccess: () => this.arrived(),
    });
    this.open();
    if (known) {
      this.upload.start();
      return;
    }
    this.upload.findPreviousUploads().then((found) => {
      if (found.length) this.upload.resumeFromPreviousUpload(found[0]);
      this.upload.start();
    });
  }

  open() {
    this.waits = false;
    this.stopped = false;
    this.told = -1;
    this.button.disabled = true;
    this.box.hidden = false;
    this.bar.hidden = false;
    this.stopButton.hidden = false;
    this.say("begin");
    keepAwake();
  }

  /** Spoken by screen readers: so only what is new, and a percentage every five. */
  say(which, values = {}) {
    let text = this.words.dataset[which];
    for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, value);
    if (this.words.textContent !== text) this.words.textContent = text;
  }

  show(sent, whole) {
    this.speed.note(sent);
    this.waits = false;
    const percent = Math.floor((sent / Math.max(1, whole)) * 100);
    this.bar.value = percent;
    if (percent < 100 && percent - this.told < 5 && this.told >= 0) return;
    this.told = percent;
    if (percent < 100) this.say("sending", { percent, minutes: this.speed.minutesFor(whole - sent) });
    else this.say("checking");
  }

  mayTryAgain(error) {
    const status = statusOf(error);
    if (status === 423) {
      this.pause("elsewhere");
      return true;
    }
    const passes = status === 0 || status === 409 || status === 460 || (status >= 500 && status !== 507);
    if (!passes || (status && !isOurs(error))) return false;
    if (status === 0) this.pause("gone");
    return navigator.onLine !== false;
  }

  pause(which) {
    this.waits = true;
    this.told = -1;
    this.say(which);
  }

  failed(error) {
    const status = statusOf(error);
    const text = status && isOurs(error) ? error.originalResponse.getBody() : "";
    if (status === 0 || status === 423 || (status >= 500 && status !== 507)) {
      this.pause(status === 423 ? "elsewhere" : "gone");
      this.timer = setTimeout(() => this.goOn(), DELAYS[DELAYS.length - 1]);
      return;
    }
    this.rest();
    if (status && !isOurs(error)) this.say("signedout");
    else if (text) this.words.textContent = text;
    else this.say("broken");
    this.words.focus();
  }

  goOn() {
    clearTimeout(this.timer);
    this.waits = false;
    if (this.stopped) return;
    this.upload.abort().then(() => this.upload.start());
  }

  async stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.upload.abort();
    this.rest();
    this.say("stopped");
    this.button.focus();
  }

  rest() {
    this.waits = false;
    this.button.disabled = false;
    this.stopButton.hidden = true;
    letSleep();
  }

  arrived() {
    this.say("checking");
    letSleep();
    location.assign(this.form.dataset.films);
  }
}

const markOf = (film) => [film.name, film.size, film.lastModified].join("-");
const statusOf = (error) => error.originalResponse?.getStatus() ?? 0;
// Whoever answers without the words of the protocol is the page to sign in at, or a server between.
const isOurs = (error) => Boolean(error.originalResponse?.getHeader("Tus-Resumable"));

// A phone that falls asleep stops sending. Browsers that cannot stay awake for us do as they like.
let awake = null;
const keepAwake = async () => {
  try {
    awake = await navigator.wakeLock?.request("screen");
  } catch {
    awake = null;
  }
};
const letSleep = () => awake?.release();

if (form && window.tus?.isSupported) {
  // Back from the list: the browser shows the form as it was, and its press has been used.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  const sending = new Sending(form);
  sending.file.addEventListener("change", () => sending.recognise());
  form.addEventListener("submit", (event) => {
    const film = sending.file.files[0];
    if (!film || !sending.lesson()) return; // the server says what is missing
    event.preventDefault();
    const tooLarge = form.querySelector("[data-too-large]");
    tooLarge.hidden = film.size <= Number(form.dataset.largest);
    if (!tooLarge.hidden) {
      tooLarge.focus();
      return;
    }
    sending.begin();
  });
}
