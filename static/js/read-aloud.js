// Reads the page's main text aloud, with pause and stop.
//
// Only a voice that lives on the reader's own machine is used: a voice over the network would send
// the page, names included, to another host. Without such a voice the buttons stay hidden.

const READABLE = "h1, h2, h3, h4, p, li, dt, dd, th, td, caption, legend, label, summary, figcaption, button, a.button";
const WANTED = { "zh-Hans": ["zh-cn", "cmn-hans", "zh-sg", "zh"], "zh-Hant": ["zh-hk", "yue", "zh-tw", "cmn-hant", "zh"], en: ["en-gb", "en"] };
const LONGEST = 160; // Some browsers fall silent in the middle of a longer piece.

const speech = window.speechSynthesis;
const bars = [...document.querySelectorAll("[data-read-aloud]")];
const language = document.documentElement.lang;
let voice = null;
let queue = [];
let current = null;

function findVoice() {
  const own = speech.getVoices().filter((one) => one.localService);
  for (const wanted of WANTED[language] ?? []) {
    const found = own.find((one) => one.lang.toLowerCase().replace("_", "-").startsWith(wanted));
    if (found) return found;
  }
  return null;
}

// The text as it stands on the page, block by block. What is not shown is not read.
function piecesOf(main) {
  const blocks = [];
  let last = null;
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (holder.getClientRects().length === 0) continue;
    const block = holder.closest(READABLE) ?? holder;
    if (block === last) blocks.push(blocks.pop() + walker.currentNode.data);
    else blocks.push(walker.currentNode.data);
    last = block;
  }
  return blocks.flatMap(sentencesOf);
}

function sentencesOf(block) {
  const sentences = block.replace(/\s+/g, " ").match(/[^。！？；.!?;]+[。！？；.!?;]*/g) ?? [];
  return sentences.flatMap((sentence) => sentence.match(new RegExp(`.{1,${LONGEST}}`, "g"))).filter((piece) => piece.trim());
}

function show(state) {
  const shown = { idle: ["start"], reading: ["pause", "stop"], paused: ["resume", "stop"] }[state];
  for (const bar of bars) {
    for (const name of ["start", "pause", "resume", "stop"]) {
      bar.querySelector(`[data-read-${name}]`).hidden = !shown.includes(name);
    }
  }
}

function sayNext() {
  const piece = queue[0];
  if (piece === undefined) return show("idle");
  const said = new SpeechSynthesisUtterance(piece);
  said.lang = voice.lang;
  said.voice = voice;
  said.rate = 0.9;
  const goOn = () => {
    if (said !== current) return;
    queue.shift();
    sayNext();
  };
  said.onend = goOn;
  said.onerror = goOn;
  current = said;
  speech.speak(said);
}

// Not speech.pause(): phones do not come back from it. The broken-off sentence is read again.
function fallSilent() {
  current = null;
  speech.cancel();
}

const acts = {
  start() { fallSilent(); queue = piecesOf(document.querySelector("main")); show("reading"); sayNext(); return "pause"; },
  pause() { fallSilent(); show("paused"); return "resume"; },
  resume() { show("reading"); sayNext(); return "pause"; },
  stop() { fallSilent(); queue = []; show("idle"); return "start"; },
};

function offer() {
  voice = findVoice();
  for (const bar of bars) bar.hidden = !voice;
}

if (speech && bars.length) {
  for (const bar of bars) {
    for (const [name, act] of Object.entries(acts)) {
      bar.querySelector(`[data-read-${name}]`).addEventListener("click", () => bar.querySelector(`[data-read-${act()}]`).focus());
    }
  }
  offer();
  speech.addEventListener?.("voiceschanged", offer);
  window.addEventListener("pagehide", fallSilent);
}
