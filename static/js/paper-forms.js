// Keeps what is typed on this computer and sends it row by row; when the line is down it waits.
// Without it the page is an ordinary form of several rows. Each row has a key of its own, so that
// a row that is sent again is stored once.

const form = document.querySelector("[data-paper-forms]");
const NAMES = ["who", "classes", "two", "any_like", "received"];
const TRY_AGAIN = 5000;

const newKey = () => {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // a page without https has no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
};

// Every mistake says first that it is one, in the words of the page.
const named = (place, sentence) => place.dataset.inWords.replace("{}", () => sentence);

class Row {
  constructor(box) {
    this.box = box;
    this.prefix = box.querySelector("[name=row]").value;
    if (!this.key.value) this.key.value = newKey();
  }

  input(name) { return this.box.querySelector(`[name="${this.prefix}-${name}"]`); }
  get key() { return this.input("key"); }
  get isBlank() { return !this.input("who").value.trim() && !this.input("classes").value.trim(); }

  get draft() {
    const said = { key: this.key.value, tried: this.tried };
    for (const name of NAMES) {
      const field = this.input(name);
      said[name] = field.type === "checkbox" ? field.checked : field.value;
    }
    return said;
  }

  fill(draft) {
    this.key.value = draft.key;
    this.tried = draft.tried;
    for (const name of NAMES) {
      const field = this.input(name);
      if (field.type === "checkbox") field.checked = draft[name];
      else field.value = draft[name];
    }
  }

  // What was sent once and is changed now is another sheet: the first may have arrived.
  touched() {
    if (this.tried) this.key.value = newKey();
    this.tried = false;
    this.faults({});
  }

  faults(errors) {
    this.box.dataset.state = Object.keys(errors).length ? "wrong" : "";
    const own = this.box.querySelector("[data-fault]");
    const ofTheSheet = errors.__all__ || errors.key || [];
    own.textContent = ofTheSheet.map((sentence) => named(own, sentence)).join(" ");
    own.hidden = !own.textContent;
    for (const field of this.box.querySelectorAll("[data-field]")) {
      const said = errors[field.dataset.field] || [];
      field.classList.toggle("field--error", said.length > 0);
      const place = field.querySelector("[data-error]");
      if (!place) continue;
      place.replaceChildren(...said.map((sentence) => {
        const words = document.createElement("p");
        words.className = "field__error";
        words.textContent = named(place, sentence);
        return words;
      }));
    }
  }

  clear() {
    this.fill({ key: newKey(), tried: false, who: "", classes: "", two: false, any_like: false, received: "" });
    this.faults({});
  }

  body(token) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", token);
    data.set("row", this.prefix);
    for (const field of this.box.querySelectorAll("input")) {
      if (field.type !== "checkbox" || field.checked) data.set(field.name, field.value);
    }
    return data;
  }
}

class Morning {
  constructor() {
    this.sheets = form.querySelector("[data-sheets]");
    this.count = form.querySelector("[data-count]");
    this.stored = document.querySelector("[data-stored]");
    this.place = `paper-forms ${form.dataset.clerk}`;
    this.rows = [...this.sheets.querySelectorAll("[data-sheet]")].map((box) => new Row(box));
    this.restore();
    form.addEventListener("input", (event) => this.typed(event));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    addEventListener("online", () => this.send());
    this.keep();
    if (this.waiting.length && this.wasTried) this.send();
  }

  get waiting() { return this.rows.filter((row) => !row.isBlank); }
  get wasTried() { return this.waiting.some((row) => row.tried); }

  rowOf(element) { return this.rows.find((row) => row.box.contains(element)); }

  blankRow() {
    const found = this.rows.find((row) => row.isBlank);
    if (found) return found;
    const box = document.querySelector("[data-blank]").content.cloneNode(true).firstElementChild;
    const prefix = `more-${this.rows.length}`;
    for (const part of box.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace("row-N", prefix));
      }
    }
    box.querySelector("[name=row]").value = prefix;
    box.querySelector("legend").textContent = box.querySelector("legend").textContent.replace("#", this.rows.length + 1);
    this.sheets.append(box);
    this.rows.push(new Row(box));
    return this.rows.at(-1);
  }

  restore() {
    const shown = new Set(this.waiting.map((row) => row.key.value)); // the server gave these back
    const kept = JSON.parse(localStorage.getItem(this.place) || "[]");
    for (const draft of kept) if (!shown.has(draft.key)) this.blankRow().fill(draft);
  }

  keep() {
    const drafts = this.waiting.map((row) => row.draft);
    if (drafts.length) localStorage.setItem(this.place, JSON.stringify(drafts));
    else localStorage.removeItem(this.place);
    this.say(drafts.length ? "waiting" : this.sent && "sent", drafts.length);
  }

  say(what, number) {
    this.count.hidden = !what;
    this.count.textContent = what ? form.dataset[what].replace("{number}", number) : "";
  }

  typed(event) {
    this.rowOf(event.target)?.touched();
    this.keep();
    if (!this.rows.some((row) => row.isBlank)) this.blankRow();
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.later);
    let trouble = "";
    for (const row of this.waiting) {
      trouble = await this.sendOne(row);
      if (trouble) break;
    }
    this.sending = false;
    this.keep();
    const wrong = this.rows.filter((row) => row.box.dataset.state === "wrong");
    if (trouble) this.say(trouble, this.waiting.length);
    else if (wrong.length) this.say("mend", wrong.length);
    if (trouble === "broken") this.later = setTimeout(() => this.send(), TRY_AGAIN);
    else (wrong[0] || this.blankRow()).input("who").focus();
  }

  // Returns what is in the way of all rows: nothing, the line, or a session that has ended.
  async sendOne(row) {
    if (row.box.dataset.state === "wrong") return "";
    row.tried = true;
    this.keep();
    const before = row.key.value;
    let answer;
    try {
      const response = await fetch(form.action || location.href, {
        method: "POST",
        body: row.body(form.querySelector("[name=csrfmiddlewaretoken]").value),
        headers: { Accept: "application/json" },
      });
      if (response.redirected || response.status === 403) return "sign_in";
      if (!response.headers.get("Content-Type")?.startsWith("application/json")) return "broken";
      answer = await response.json();
    } catch {
      return "broken"; // the line, or a server that is just starting
    }
    if (row.key.value !== before) return ""; // typed on meanwhile: it is another sheet now
    for (const saved of answer.saved) this.show(saved);
    if (answer.saved.length) row.clear();
    for (const wrong of answer.wrong) row.faults(wrong.errors);
    this.sent = true;
    return "";
  }

  show(saved) {
    document.querySelector("[data-none]")?.remove();
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = saved.address;
    link.textContent = saved.said;
    line.append(link);
    this.stored.prepend(line);
  }
}

if (form && window.fetch) new Morning();
