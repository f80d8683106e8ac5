// The keys of the desk: silent in fields and while an input method composes; letters by their place on the keyboard.
import { current, move, open, tick } from "./lists.js";
import { openPalette } from "./palette.js";
import { enterPop, leavePop } from "./pop.js";
import { undoLast } from "./toasts.js";

const GO = { KeyT: "today", KeyQ: "serve", KeyC: "customers", KeyS: "goods", KeyF: "figures" };
const GO_WITHIN = 1200;
let going = 0;
let composing = false;

function inField(target) {
  return target instanceof Element && Boolean(target.closest("input, textarea, select, [contenteditable]"));
}

function quiet(event) {
  // The Enter that ends a composition arrives one tick later in some browsers.
  return event.isComposing || event.keyCode === 229 || composing;
}

function layerOpen() {
  return document.querySelector("dialog[open]") !== null;
}

function go(code) {
  const url = document.body.dataset[`go${GO[code][0].toUpperCase()}${GO[code].slice(1)}`];
  if (url) window.location.assign(url);
}

function press(letter) {
  const target = [...document.querySelectorAll(`[data-key="${letter}"]`)].find((one) => one.offsetParent !== null);
  if (!target) return false;
  if (target.matches("input, textarea, select")) target.focus();
  else target.click();
  return true;
}

const PLAIN = {
  KeyJ: () => move(1),
  KeyK: () => move(-1),
  KeyX: () => tick(current()),
  KeyZ: () => undoLast(),
};

function letters(event) {
  const code = event.code;
  if (going && Date.now() - going < GO_WITHIN && code in GO) {
    going = 0;
    go(code);
    return true;
  }
  if (code === "KeyG") {
    going = Date.now();
    return true;
  }
  going = 0;
  if (code in PLAIN) {
    PLAIN[code]();
    return true;
  }
  if (/^Key[A-Z]$/.test(code)) return press(code.slice(3).toLowerCase());
  if (event.key === "Enter" && current() && !event.target.closest?.("a, button, summary")) {
    open(current());
    return true;
  }
  // The next thing to do is one key away.
  const next = document.querySelector("a[data-zk-enter]");
  if (event.key === "Enter" && next && !event.target.closest?.("a, button, summary")) {
    next.click();
    return true;
  }
  return false;
}

function handle(event) {
  if (quiet(event)) return;
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
    event.preventDefault();
    openPalette();
    return;
  }
  // The one key that also works in a field: it writes nothing, and what is typed stays as it is.
  if (event.code === "F2" && document.body.dataset.keys !== "off" && enterPop()) {
    event.preventDefault();
    return;
  }
  if (event.key === "Escape" && leavePop()) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest?.("form");
    if (form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".btn-primary") ?? undefined);
    }
    return;
  }
  // Alt works in fields too: the reply box has its helpers there.
  if (event.altKey && !event.ctrlKey && !event.metaKey && /^Key[A-Z]$/.test(event.code) && !layerOpen()) {
    if (document.body.dataset.keys !== "off" && press(`alt-${event.code.slice(3).toLowerCase()}`)) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target) || layerOpen()) return;
  if (document.body.dataset.keys === "off") return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("zk-search")?.focus();
  } else if (event.key === "?") {
    event.preventDefault();
    openHelp();
  } else if (letters(event)) {
    event.preventDefault();
  }
}

// A button's own word; a field is not named by what is written in it.
function wordOf(target) {
  return target.matches("a, button") ? target.textContent.trim().replace(/\s+/g, " ") : "";
}

// The map names what works here, in the page's own words: a letter that presses nothing on this page is left out.
export function openHelp() {
  const help = document.getElementById("zk-help");
  if (!help) return;
  for (const line of help.querySelectorAll("[data-zk-needs]")) {
    const all = [...document.querySelectorAll(`[data-key="${line.dataset.zkNeeds}"]`)];
    const target = all.find((one) => one.offsetParent !== null) ?? all[0];
    line.hidden = !target;
    const means = line.querySelector("dd");
    means.dataset.zkUsual ??= means.textContent;
    means.textContent = (target && /^[a-z]$/.test(line.dataset.zkNeeds) && wordOf(target)) || means.dataset.zkUsual;
  }
  help.showModal();
}

export function startKeys() {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-zk-help]")) openHelp();
  });
  document.addEventListener("compositionstart", () => {
    composing = true;
  });
  document.addEventListener("compositionend", () => {
    window.setTimeout(() => {
      composing = false;
    }, 0);
  });
  document.addEventListener("keydown", handle);
}
