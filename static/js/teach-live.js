// Keeps the page of who teaches live up to date: only words change, nothing reloads.

const ASK_EVERY_MS = 4000;
const state = document.querySelector("[data-teach-live]");

async function look() {
  const answer = await fetch(state.dataset.state, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { stage, words, trial } = await answer.json();
  const said = state.querySelector("[data-words]");
  if (said.textContent !== words) said.textContent = words;
  for (const one of [...state.classList]) if (one.startsWith("live-state--")) state.classList.remove(one);
  state.classList.add(`live-state--${stage}`);
  state.dataset.stage = stage;
  const link = state.querySelector("[data-trial]");
  link.hidden = !trial;
  if (trial) link.querySelector("a").href = link.dataset.film.replace(/\/0\//, `/${trial}/`);
}

async function goOn() {
  try {
    await look();
  } catch {
    // The line is away; the next look tells.
  }
  setTimeout(goOn, ASK_EVERY_MS);
}

setTimeout(goOn, ASK_EVERY_MS);

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const words = document.querySelector(`[data-copied="${button.dataset.copy}"]`).textContent;
      await navigator.clipboard.writeText(words);
      button.textContent = button.dataset.done;
    });
  }
}
