// What the player plays: the film in pieces that fit the line, or the sound alone.
//
// Where the browser has MediaSource we play with hls.js, also where it answers "maybe" to HLS: that
// answer breaks on desktop browsers. The browser's own HLS is for those without MediaSource
// (iPhone), and who has neither plays one size as a plain file.

const MEND_AGAIN_MS = 60_000;
const TRY_AGAIN_MS = 3000;
const OFFLINE_MS = 30_000;
const LOOK_EVERY_MS = 1000;
const HLS_TYPE = "application/vnd.apple.mpegurl";
// By the book of HLS: a size may be played whose greatest need the line carries.
const SAFETY = 0.95;
const LITTLE_LEFT = 12;
// Pieces of picture that must have come before a line is judged by them; and how long the film may
// stand still before we go down to the sound, and before we say that something is wrong.
const ENOUGH_PIECES = 2;
const STANDS_MS = 8000;
const PATIENCE_MS = 10_000;

// A live lesson is played two pieces behind its edge, and never more than four.
const LIVE = { liveSyncDurationCount: 2, liveMaxLatencyDurationCount: 4, maxLiveSyncPlaybackRate: 1.1 };

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class Stream extends EventTarget {
  // `data` is the player's dataset; `form` makes the body of a request with the page's token.
  constructor(video, data, form) {
    super();
    this.video = video;
    this.data = data;
    this.form = form;
    this.master = (data.master ?? "").split("#")[0];
    this.soundOnly = false;
    this.wanted = false;
    this.startAt = 0;
    this.pieces = 0;
    this.refusals = 0;
    this.hls = null;
    this.way = this.chooseWay();
    for (const source of video.querySelectorAll("source")) source.remove(); // for who has no script
    if (data.renewIn) this.planRenewal(Number(data.renewIn));
    video.addEventListener("error", () => this.mendWithoutHls());
    setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // -- loading -------------------------------------------------------------------------------

  chooseWay() {
    if (window.Hls?.isSupported()) return "hls";
    if (this.video.canPlayType(HLS_TYPE)) return "own";
    return this.data.file ? "file" : "none";
  }

  address() {
    if (this.way === "file") return this.beside(this.data.file);
    return this.soundOnly ? this.beside(this.data.sound) : this.master;
  }

  beside(file) {
    return this.master.replace(/master\.m3u8$/, file);
  }

  load(position) {
    this.hls?.destroy();
    this.hls = null;
    this.pieces = 0;
    this.startAt = position;
    if (this.way === "hls") this.loadWithHls(position);
    else this.loadItself(position);
  }

  loadItself(position) {
    if (this.way === "none") {
      this.say("cannot");
      return;
    }
    this.video.src = this.address();
    if (position > 0) this.video.addEventListener("loadedmetadata", () => { this.video.currentTime = position; }, { once: true });
  }

  loadWithHls(position) {
    const { Events } = window.Hls;
    this.video.removeAttribute("src");
    // Nothing but the list is fetched before somebody presses play: data costs money. Captions
    // are the page's own, from one file, so that we draw them.
    this.hls = new window.Hls({
      autoStartLoad: false,
      startPosition: position,
      capLevelToPlayerSize: true,
      maxBufferLength: 30,
      enableWebVTT: false,
      enableCEA708Captions: false,
      renderTextTracksNatively: false,
      ...(this.data.live === undefined ? {} : LIVE),
    });
    this.hls.on(Events.ERROR, (_event, data) => this.mend(data));
    this.hls.on(Events.MANIFEST_PARSED, () => { if (this.wanted) this.hls.startLoad(this.startAt); });
    this.hls.on(Events.LEVEL_UPDATED, (_event, { details }) => this.say("length", { growing: details.live, edge: details.edge }));
    this.hls.on(Events.FRAG_LOADED, (_event, { frag }) => { if (frag.type === "main") this.pieces += 1; });
    this.hls.loadSource(this.address());
    this.hls.attachMedia(this.video);
  }

  // Somebody wants to see it: from now on pieces are fetched.
  begin() {
    this.wanted = true;
    this.movedAt = Date.now();
    this.hls?.startLoad(this.video.currentTime || this.startAt);
  }

  seek(seconds) {
    if (!this.wanted) this.startAt = seconds;
    this.video.currentTime = seconds;
  }

  again() {
    this.loadAnew(this.video.currentTime || this.startAt);
  }

  // Whatever is loaded into it, a browser's player stops: who was watching goes on watching.
  loadAnew(position) {
    const plays = this.wanted && !this.video.paused && !this.video.ended;
    this.load(position);
    if (!this.wanted) return;
    this.begin();
    if (plays) this.video.play().catch(() => {});
  }

  setSoundOnly(soundOnly) {
    const position = this.video.currentTime || this.startAt;
    this.soundOnly = soundOnly;
    this.loadAnew(position);
  }

  // -- a line that is too slow -----------------------------------------------------------------

  // A spinner that never ends tells nobody anything. Where the film has come to its end of today,
  // is paused, or moves, nothing is wrong.
  look() {
    const { video } = this;
    const moves = video.currentTime !== this.lastTime;
    this.lastTime = video.currentTime;
    if (!this.wanted || video.paused || video.ended || moves || this.atTheEdge()) this.movedAt = Date.now();
    const stands = Date.now() - this.movedAt;
    if (this.mayFall() && (stands > STANDS_MS || this.isTooThin())) this.say("thin");
    else if (stands > PATIENCE_MS) this.say("slow");
  }

  // A player goes down to the smallest picture by itself. Below that there is the sound, which the
  // list names but hls.js never chooses beside pictures: so we do, and the player says so.
  mayFall() {
    // Of its own HLS a browser does not tell whether it waits for the line or for what is to come.
    const ownIsWhole = this.way === "own" && Number.isFinite(this.video.duration);
    return (this.hls || ownIsWhole) && this.wanted && !this.soundOnly && this.data.picture !== undefined && navigator.onLine && !this.video.ended;
  }

  isTooThin() {
    const [lowest] = this.hls?.levels ?? []; // of its own HLS a browser tells nothing
    if (!lowest || this.pieces < ENOUGH_PIECES || this.ahead() > LITTLE_LEFT) return false;
    return this.hls.bandwidthEstimate * SAFETY < lowest.bitrate;
  }

  ahead() {
    const { buffered, currentTime } = this.video;
    for (let n = 0; n < buffered.length; n += 1) {
      if (buffered.start(n) <= currentTime + 0.5 && currentTime < buffered.end(n)) return buffered.end(n) - currentTime;
    }
    return 0;
  }

  // Whether we have played all there is of a film that is still being made.
  atTheEdge() {
    const details = this.hls?.latestLevelDetails;
    return Boolean(details?.live) && this.video.currentTime > details.edge - 8;
  }

  // -- what goes wrong -------------------------------------------------------------------------

  async mend(data) {
    // The right has run out. hls.js would go on with the other sizes, which it does not open either.
    if ([403, 410].includes(data.response?.code)) {
      await this.renewSoon();
    } else if (!data.fatal) {
      return;
    } else if (data.type === window.Hls.ErrorTypes.MEDIA_ERROR) {
      this.hls.recoverMediaError();
    } else {
      this.say("slow");
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.again(), TRY_AGAIN_MS);
    }
  }

  // The browser's own HLS does not say why it stopped: the right may have ended. We ask anew, not
  // without end, should it be something else.
  mendWithoutHls() {
    if (this.hls || Date.now() - (this.mendedAt ?? 0) < MEND_AGAIN_MS) return;
    this.mendedAt = Date.now();
    this.renew();
  }

  // -- the right to watch ----------------------------------------------------------------------

  planRenewal(seconds) {
    clearTimeout(this.renewal);
    this.renewal = setTimeout(() => this.renew(), seconds * 1000);
  }

  // When the rights of a whole class end at one stroke, their players do not ask at one stroke.
  async renewSoon() {
    if (this.renewing) return;
    this.renewing = true;
    await pause(Math.random() * (this.refusals ? 5000 : 1000));
    this.refusals += 1;
    this.renewing = false;
    await this.renew();
  }

  // A new right, from the place where we are. No right any more: the player says why.
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
    let answer;
    let grant;
    try {
      answer = await fetch(this.data.grant, { method: "POST", body: this.form({ renews: this.data.audience ?? "" }), headers: { Accept: "application/json" } });
      grant = await answer.json();
    } catch {
      if (answer?.status === 403) {
        location.reload();
        return;
      }
      this.say("slow");
      this.planRenewal(OFFLINE_MS / 1000);
      return;
    }
    if (!answer.ok) {
      this.stop();
      this.say("refused", grant);
      return;
    }
    this.take(grant);
  }

  take(grant) {
    const position = this.video.currentTime || this.startAt;
    this.master = grant.master;
    this.data.audience = grant.audience;
    this.data.beacon = grant.beacon;
    this.loadAnew(position);
    this.planRenewal(grant.renew_in);
    this.say("renewed");
  }

  stop() {
    clearTimeout(this.renewal);
    clearTimeout(this.retry);
    this.video.pause();
    this.hls?.destroy();
    this.hls = null;
  }
}
