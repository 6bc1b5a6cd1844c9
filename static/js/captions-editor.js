// Hearing a caption while one corrects it, and going from one to the next by keys.
//
// The form is whole without this module: it saves, splits and joins by itself.

import { Stream } from "./player-stream.js";

const BEFORE = 0.15;
const root = document.querySelector("[data-editor]");
const form = root?.querySelector("[data-cues]");

// As people write a moment: 12:30, 1:02:03.5, full-width digits too.
const seconds = (typed) => {
  const parts = typed.normalize("NFKC").replace(",", ".").trim().split(":").map(Number);
  return parts.length < 2 || parts.some(Number.isNaN) ? null : parts.reduce((whole, part) => whole * 60 + part, 0);
};

class Editor {
  constructor() {
    this.video = root.querySelector("video");
    this.said = root.querySelector("[data-said]");
    this.until = null;
    this.changed = false;
    this.stream = new Stream(this.video, root.dataset, (fields) => this.body(fields));
    for (const name of ["refused", "cannot", "slow"]) this.stream.addEventListener(name, () => { this.said.textContent = this.said.dataset.cannot; });
    this.video.addEventListener("timeupdate", () => this.stopInTime());
    for (const part of root.querySelectorAll("[data-needs-script]")) part.hidden = false;
    form.addEventListener("click", (event) => {
      const cue = event.target.closest("[data-hear]")?.closest("[data-cue]");
      if (cue) this.hear(cue);
    });
    form.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("input", () => { this.changed = true; });
    form.addEventListener("submit", () => { this.changed = false; });
    addEventListener("beforeunload", (event) => { if (this.changed) event.preventDefault(); });
  }

  body(fields) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return body;
  }

  // The right to the film is asked for when somebody first wants to hear something.
  async hear(cue) {
    const from = seconds(cue.querySelector("[data-from]").value);
    const to = seconds(cue.querySelector("[data-to]").value);
    if (from === null || to === null) return;
    this.said.textContent = cue.querySelector("[data-words]").value;
    if (!this.stream.master) {
      this.stream.startAt = Math.max(0, from - BEFORE);
      this.stream.wanted = true;
      await this.stream.renew();
    } else {
      this.stream.seek(Math.max(0, from - BEFORE));
    }
    this.until = to;
    this.stream.begin();
    this.video.play().catch(() => {});
  }

  stopInTime() {
    if (this.until === null || this.video.currentTime < this.until) return;
    this.until = null;
    this.video.pause();
  }

  key(event) {
    const cue = event.target.closest("[data-cue]");
    if (event.ctrlKey && event.key === "Enter" && cue) this.hear(cue);
    else if (event.ctrlKey && event.key.toLowerCase() === "s") form.querySelector("[data-save]").click();
    else if (event.altKey && event.key === "ArrowDown") this.go(cue, 1);
    else if (event.altKey && event.key === "ArrowUp") this.go(cue, -1);
    else return;
    event.preventDefault();
  }

  go(cue, step) {
    const all = [...form.querySelectorAll("[data-cue]")];
    all[all.indexOf(cue) + step]?.querySelector("[data-words]").focus();
  }
}

if (form) new Editor();
