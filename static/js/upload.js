// Sends a film with a percentage and the minutes left. Without it the form is an ordinary one.

const form = document.querySelector("[data-upload]");

const minutesLeft = (began, sent, whole) => {
  const speed = sent / Math.max(1, (performance.now() - began) / 1000);
  return Math.max(1, Math.ceil((whole - sent) / Math.max(1, speed) / 60));
};

class Sending {
  constructor(form) {
    this.form = form;
    this.file = form.querySelector("input[type=file]");
    this.button = form.querySelector("[data-send]");
    this.box = form.querySelector("[data-sending]");
    this.bar = this.box.querySelector("progress");
    this.words = this.box.querySelector("[data-words]");
    this.stopButton = this.box.querySelector("[data-stop]");
    this.stay = (event) => event.preventDefault();
    this.told = -1;
  }

  begin() {
    const film = this.file.files[0];
    this.request = new XMLHttpRequest();
    this.request.upload.addEventListener("progress", (event) => this.show(event.loaded, event.total));
    this.request.addEventListener("load", () => this.answered());
    this.request.addEventListener("error", () => this.broken());
    this.request.addEventListener("abort", () => this.rest());
    this.request.open("POST", this.form.action);
    this.button.disabled = true;
    this.box.hidden = false;
    this.began = performance.now();
    addEventListener("beforeunload", this.stay);
    this.show(0, film.size);
    this.request.send(new FormData(this.form));
  }

  show(sent, whole) {
    const percent = Math.floor((sent / Math.max(1, whole)) * 100);
    this.bar.value = percent;
    // Spoken by screen readers: once every five percent is enough.
    if (percent !== 100 && percent - this.told < 5 && this.told >= 0) return;
    this.told = percent;
    const { sending, checking } = this.words.dataset;
    this.words.textContent = percent < 100
      ? sending.replace("{percent}", percent).replace("{minutes}", minutesLeft(this.began, sent, whole))
      : checking;
  }

  answered() {
    this.rest();
    const { status, responseURL, responseText } = this.request;
    if (status >= 200 && status < 300) {
      location.assign(responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(responseText, "text/html");
    const summary = page.querySelector("[data-error-summary]");
    if (!summary) {
      this.broken();
      return;
    }
    document.querySelector("[data-error-summary]")?.remove();
    document.querySelector("main").prepend(summary);
    for (const field of page.querySelectorAll(".field--error [id]")) {
      const mine = document.getElementById(field.id)?.closest(".field");
      if (mine && !mine.contains(this.file)) mine.replaceWith(field.closest(".field"));
    }
    // The next press is a new one, whatever became of this one.
    const press = page.querySelector("[name=press]");
    if (press) this.form.querySelector("[name=press]").value = press.value;
    const cut = page.querySelector("[data-cut]");
    if (cut) this.form.querySelector("[data-cut]")?.replaceWith(cut);
    summary.focus();
  }

  broken() {
    this.rest();
    this.box.hidden = false;
    this.words.textContent = this.words.dataset.broken;
    this.bar.hidden = true;
    this.stopButton.hidden = true;
    this.button.focus();
  }

  rest() {
    removeEventListener("beforeunload", this.stay);
    this.button.disabled = false;
    this.box.hidden = true;
    this.bar.hidden = false;
    this.stopButton.hidden = false;
    this.told = -1;
  }
}

if (form && window.FormData) {
  // Back from the list: the browser shows the form as it was, and its press has been used.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  form.addEventListener("submit", (event) => {
    const sending = new Sending(form);
    const film = sending.file.files[0];
    if (!film || !form.querySelector("input[type=radio]:checked")) return; // the server says what is missing
    event.preventDefault();
    sending.stopButton.onclick = () => sending.request.abort();
    const tooLarge = form.querySelector("[data-too-large]");
    tooLarge.hidden = film.size <= Number(form.dataset.largest);
    if (!tooLarge.hidden) {
      tooLarge.focus();
      return;
    }
    sending.begin();
  });
}
