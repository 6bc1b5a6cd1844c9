// Captions of our own drawing: the browser's are small, and nobody can make them larger.
//
// The text comes from the <track> elements of the page, one for each language; the size is the
// reader's, the letters are white on black, and they stand under the picture, so that nothing
// in it is covered.

export class Captions {
  constructor(video, box, { recall, remember, shown }) {
    this.video = video;
    this.box = box;
    this.remember = remember;
    this.shown = shown;
    this.elements = [...video.querySelectorAll("track")];
    this.isOn = recall().captions !== false;
    this.size = recall().captionSize ?? "standard";
    this.language = this.firstChoice(recall().captionLanguage);
    for (const element of this.elements) element.track.addEventListener("cuechange", () => this.draw());
    // Lists may bring captions of their own, for players without a page: ours are enough.
    video.textTracks.addEventListener?.("addtrack", () => this.set({}));
    // An iPhone shows the film in a room of its own, with its own captions.
    video.addEventListener("webkitbeginfullscreen", () => { this.mode = "showing"; this.set({}); });
    video.addEventListener("webkitendfullscreen", () => { this.mode = "hidden"; this.set({}); });
    this.mode = "hidden";
    this.set({});
  }

  get exist() {
    return this.elements.length > 0;
  }

  firstChoice(remembered) {
    const wanted = [remembered, document.documentElement.lang, document.documentElement.lang.split("-")[0]];
    const has = (language) => this.elements.some((one) => one.srclang === language);
    return wanted.find(has) ?? this.elements.find((one) => one.srclang.startsWith("zh"))?.srclang ?? this.elements[0]?.srclang;
  }

  set(change) {
    Object.assign(this, change);
    const mine = this.elements.map((one) => one.track);
    for (const track of this.video.textTracks) {
      const isRead = this.isOn && mine.includes(track) && this.elements[mine.indexOf(track)].srclang === this.language;
      const mode = isRead ? this.mode : "disabled";
      if (track.mode !== mode) track.mode = mode;
    }
    if (this.exist) {
      this.box.hidden = !this.isOn;
      this.box.lang = this.language;
      this.box.dataset.size = this.size;
    }
    if (Object.keys(change).length) this.remember({ captions: this.isOn, captionSize: this.size, captionLanguage: this.language });
    this.draw();
    this.shown(this);
  }

  draw() {
    const track = this.elements.find((one) => one.srclang === this.language)?.track;
    const lines = [...(track?.activeCues ?? [])].map((cue) => cue.getCueAsHTML?.().textContent ?? cue.text);
    const text = lines.join("\n");
    if (this.box.textContent !== text) this.box.textContent = text;
  }
}
