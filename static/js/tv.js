// A television's remote control: arrows go to the next tile in their direction, OK presses it, Back
// takes the link that leads back. Nothing is typed.
//
// Without this module the tiles are links all the same, for whatever moves the focus.

const POLL_MS = 3000;
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
// What makers of sets call their Back key; Escape and Backspace are those of a keyboard.
const BACK_KEYS = ["Escape", "Backspace", "BrowserBack", "GoBack", "XF86Back"];
const BACK_CODES = [461, 10009];
const SIDEWAYS = 3;

const tiles = () => [...document.querySelectorAll("a.tile, button.tile")].filter((tile) => tile.offsetParent !== null);
const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
const here = `tv:${location.pathname}${location.search}`;

const remembered = () => {
  try {
    return sessionStorage.getItem(here);
  } catch {
    return null;
  }
};

const remember = (tile) => {
  try {
    sessionStorage.setItem(here, tile.getAttribute("href") ?? "");
  } catch {
    // A set that keeps nothing begins each page at its first tile.
  }
};

// The nearest tile that lies in the direction; what lies aside counts as farther away.
const next = (from, [x, y]) => {
  const start = from.getBoundingClientRect();
  const [fromX, fromY] = middle(start);
  let best = null;
  let least = Infinity;
  for (const tile of tiles()) {
    if (tile === from) continue;
    const box = tile.getBoundingClientRect();
    const [toX, toY] = middle(box);
    const ahead = x ? (toX - fromX) * x : (toY - fromY) * y;
    const isBeyond = x ? (x > 0 ? box.left >= start.right - 1 : box.right <= start.left + 1) : (y > 0 ? box.top >= start.bottom - 1 : box.bottom <= start.top + 1);
    if (!isBeyond) continue;
    const aside = x ? Math.abs(toY - fromY) : Math.max(0, Math.max(box.left - start.right, start.left - box.right)) + Math.abs(toX - fromX) / 10;
    const far = ahead + SIDEWAYS * aside;
    if (far < least) [best, least] = [tile, far];
  }
  return best;
};

// The buttons of the player stand in one row, and left and right are the film's: down leads along
// the row, up leads back to its first.
const beside = (at, [, y]) => {
  if (!at.closest("[data-player]")) return null;
  const row = tiles().filter((tile) => tile.closest("[data-player]"));
  return y > 0 ? row[row.indexOf(at) + 1] : y < 0 ? row[0] : null;
};

const focus = (tile) => {
  tile.focus({ preventScroll: true });
  tile.scrollIntoView({ block: "center" });
};

const first = () => {
  const known = remembered();
  const all = tiles();
  return all.find((tile) => known && tile.getAttribute("href") === known)
    ?? document.querySelector("[data-first]")
    ?? all.find((tile) => tile.dataset.back === undefined)
    ?? all[0];
};

// From the player, back is the list one came from, where the film stands out.
const back = () => {
  const link = document.querySelector("[data-back]");
  if (!link) return;
  const cameFromHere = document.referrer.startsWith(`${location.origin}/`) && history.length > 1;
  if (link.dataset.back === "history" && cameFromHere) history.back();
  else location.assign(link.href);
};

const press = (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (BACK_KEYS.includes(event.key) || BACK_CODES.includes(event.keyCode)) {
    event.preventDefault();
    event.stopPropagation();
    back();
    return;
  }
  const direction = DIRECTIONS[event.key];
  if (!direction) return;
  const at = document.activeElement?.closest(".tile");
  // In the player, left and right go through the film as long as the play button has the focus.
  if (direction[0] && at?.dataset.act === "play") return;
  event.preventDefault();
  event.stopPropagation();
  const tile = at ? next(at, direction) ?? beside(at, direction) : first();
  if (tile) focus(tile);
};

const waitForPhone = (code) => {
  const ask = async () => {
    try {
      const answer = await fetch(code.dataset.pair, { headers: { Accept: "application/json" } });
      if (answer.ok && (await answer.json()).paired) {
        location.assign(code.dataset.done);
        return;
      }
    } catch {
      // The line is away for a moment; the button below works without this.
    }
    setTimeout(ask, POLL_MS);
  };
  setTimeout(ask, POLL_MS);
};

// Before the player hears them: it has keys of its own.
document.addEventListener("keydown", press, true);
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-back]")) return;
  event.preventDefault();
  back();
});
document.addEventListener("focusin", ({ target }) => { if (target.matches("a.tile:not([data-back])")) remember(target); });
const code = document.querySelector("[data-pair]");
if (code) waitForPhone(code);
const begin = first();
if (begin) focus(begin);
