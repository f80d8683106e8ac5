// The screen-pop: it never takes the focus. F2 moves into it and Esc back to where one was; until then no key is its.
const PLACE = "zk-pop";
const EVERY = 1000;
const RING = [880, 660];
let before = null;
let ringing = "";
// On a phone the pop is a strip; the call that was opened there stays open when it is drawn anew.
let opened = "";
const narrow = window.matchMedia("(width < 992px)");

const place = () => document.getElementById(PLACE);
const shown = () => place()?.querySelector("[data-zk-call]");

function fold() {
  const pop = shown();
  if (!pop) return;
  if (!narrow.matches) pop.classList.toggle("zk-pop-small");
  else opened = pop.classList.toggle("zk-pop-open") ? pop.dataset.zkCall : "";
  if (narrow.matches) pop.classList.remove("zk-pop-small");
}

function keepOpen() {
  const pop = shown();
  if (pop && pop.dataset.zkCall === opened) pop.classList.add("zk-pop-open");
}

export function enterPop() {
  const first = shown()?.querySelector("[data-zk-first]");
  if (!first) return false;
  opened = shown().dataset.zkCall;
  keepOpen();
  const open = document.querySelector("dialog[open]");
  if (open) open.close();
  if (!place().contains(document.activeElement)) before = document.activeElement;
  shown().classList.remove("zk-pop-small");
  first.focus();
  return true;
}

export function leavePop() {
  if (!place()?.contains(document.activeElement)) return false;
  shown()?.classList.add("zk-pop-small");
  if (before?.isConnected) before.focus();
  else document.activeElement.blur();
  before = null;
  return true;
}

function tick() {
  for (const node of document.querySelectorAll("[data-zk-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(node.dataset.zkSince)) / 1000));
    const text = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    if (node.textContent !== text) node.textContent = text;
  }
  // An enquiry lights up by itself: the row knows when.
  for (const node of document.querySelectorAll("[data-zk-lights]")) {
    if (Date.parse(node.dataset.zkLights) <= Date.now()) node.classList.add("zk-lit");
  }
}

// Two tones, once a call, in the page that is looked at. A browser that has not been touched yet stays silent.
function ring() {
  const call = shown()?.dataset.zkRings ?? "";
  if (!call || call === ringing || document.hidden) return;
  ringing = call;
  if (!navigator.userActivation?.hasBeenActive) return;
  const sound = new AudioContext();
  RING.forEach((pitch, at) => {
    const tone = sound.createOscillator();
    const loudness = sound.createGain();
    tone.frequency.value = pitch;
    loudness.gain.value = 0.08;
    tone.connect(loudness).connect(sound.destination);
    tone.start(sound.currentTime + at * 0.2);
    tone.stop(sound.currentTime + at * 0.2 + 0.18);
  });
  window.setTimeout(() => sound.close(), 1000);
}

export function startPop() {
  window.setInterval(tick, EVERY);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-zk-pop-fold]")) fold();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== PLACE) return;
    keepOpen();
    tick();
    ring();
  });
}
