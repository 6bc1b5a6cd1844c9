// Keeps the states of a teacher's films fresh while one is being worked on. Nothing jumps: only
// words that changed are replaced, and never while somebody is on a button of that film.

const EVERY_MS = 4000;
const list = document.querySelector("[data-films]");

async function refresh() {
  if (document.hidden) return true;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return answer.status >= 500;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const fresh of page.querySelectorAll("[data-film]")) {
    const mine = document.getElementById(fresh.id);
    if (mine && mine.innerHTML !== fresh.innerHTML && !mine.contains(document.activeElement)) {
      mine.replaceWith(document.importNode(fresh, true));
    }
  }
  return page.querySelector("[data-film-busy]") !== null;
}

async function watch() {
  let busy = true;
  try {
    busy = await refresh();
  } catch {
    // The line is gone for a moment; the next look will tell.
  }
  if (busy) setTimeout(watch, EVERY_MS);
}

if (list?.querySelector("[data-film-busy]")) setTimeout(watch, EVERY_MS);
