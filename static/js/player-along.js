// Small pictures along the bar that shows the place in the film: what is where, before one goes there.
//
// An extra for who has a pointer or keys: the buttons lead everywhere. The sheet with all the
// pictures comes when it is first wanted, never by itself; until then the time stands alone.

const STAYS_MS = 2000;

export class Along {
  // `address` says where the sheet is now, `whole` how long the film, `words` a time as people read it.
  constructor({ bar, box, address, whole, words, goTo }) {
    Object.assign(this, { bar, box, address, whole, words });
    this.picture = box.querySelector("[data-every]");
    this.time = box.querySelector("[data-time]");
    for (const name of ["pointerdown", "pointermove"]) bar.addEventListener(name, (event) => this.show(this.placeOf(event)));
    for (const name of ["pointerleave", "pointercancel"]) bar.addEventListener(name, () => this.hide());
    bar.addEventListener("click", (event) => goTo(this.placeOf(event)));
  }

  placeOf(event) {
    const { left, width } = this.bar.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * this.whole();
  }

  show(seconds) {
    clearTimeout(this.leaving);
    this.time.textContent = this.words(seconds);
    if (this.picture) this.turnTo(seconds);
    this.box.hidden = false;
    this.place(seconds);
  }

  // Above its place on the bar, and never beyond the ends of it.
  place(seconds) {
    this.at = seconds;
    const room = this.bar.clientWidth - this.box.offsetWidth;
    const middle = (seconds / (this.whole() || 1)) * this.bar.clientWidth;
    this.box.style.left = `${Math.max(0, Math.min(room, middle - this.box.offsetWidth / 2))}px`;
  }

  // For keys, which leave nothing on the bar that could go away.
  showAWhile(seconds) {
    this.show(seconds);
    this.leaving = setTimeout(() => this.hide(), STAYS_MS);
  }

  hide() {
    this.box.hidden = true;
  }

  turnTo(seconds) {
    this.fetch();
    const [every, columns, rows, width, height] = ["every", "columns", "rows", "width", "height"].map((name) => Number(this.picture.dataset[name]));
    const number = Math.min(columns * rows - 1, Math.floor(seconds / every));
    const style = this.picture.style;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.backgroundPosition = `${-(number % columns) * width}px ${-Math.floor(number / columns) * height}px`;
  }

  fetch() {
    if (this.sheet) return;
    this.sheet = new Image();
    this.sheet.addEventListener("load", () => {
      this.picture.style.backgroundImage = `url("${this.sheet.src}")`;
      this.picture.hidden = false;
      this.place(this.at);
    });
    this.sheet.addEventListener("error", () => { this.sheet = null; });
    this.sheet.src = this.address(this.picture.dataset.file);
  }
}
