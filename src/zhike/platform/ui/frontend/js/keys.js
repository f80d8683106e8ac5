// The keys of the desk: silent in fields and while an input method composes; letters by their place on the keyboard.
import { current, move, open, tick } from "./lists.js";
import { openPalette } from "./palette.js";
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
  if (code === "F2") return press("F2");
  if (event.key === "Enter" && current() && !event.target.closest?.("a, button, summary")) {
    open(current());
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
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest?.("form");
    if (form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".btn-primary") ?? undefined);
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target) || layerOpen()) return;
  if (document.body.dataset.keys === "off") return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("zk-search")?.focus();
  } else if (event.key === "?") {
    event.preventDefault();
    document.getElementById("zk-help")?.showModal();
  } else if (letters(event)) {
    event.preventDefault();
  }
}

export function startKeys() {
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
