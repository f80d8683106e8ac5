// Search with actions. The server answers with a list; asking waits for the end of a composition.
import { element } from "./words.js";

const PAUSE = 150;
let timer = 0;
let asked = 0;

function parts() {
  return {
    dialog: document.getElementById("zk-palette"),
    input: document.getElementById("zk-palette-input"),
    list: document.getElementById("zk-palette-list"),
    url: document.querySelector("[data-palette]")?.dataset.palette,
  };
}

// What the page behind offers by a letter; the server says which of them the text names, also by pinyin initials.
function pageActs() {
  return [...document.querySelectorAll("a[data-key], button[data-key]")].filter((one) => one.offsetParent !== null && one.textContent.trim());
}

function pressOnPage(event) {
  const letter = event.target.closest?.("[data-zk-press]")?.dataset.zkPress;
  if (!letter) return;
  parts().dialog.close();
  pageActs().find((one) => one.dataset.key === letter)?.click();
}

async function ask() {
  const { input, list, url } = parts();
  if (!url) return;
  asked += 1;
  const mine = asked;
  const wanted = new URLSearchParams({ q: input.value });
  for (const one of pageActs()) wanted.append("act", `${one.dataset.key}:${one.textContent.trim()}`);
  const answer = await fetch(`${url}?${wanted}`, {
    credentials: "same-origin",
    headers: { "HX-Request": "true" },
  });
  if (mine !== asked) return;
  const text = await answer.text();
  list.innerHTML = text;
  window.htmx.process(list);
  choices()[0]?.classList.add("zk-item-current");
}

function later() {
  window.clearTimeout(timer);
  timer = window.setTimeout(ask, PAUSE);
}

function choices() {
  return [...(parts().list?.querySelectorAll("a[href], button") ?? [])];
}

function step(by) {
  const all = choices();
  const here = all.findIndex((one) => one.classList.contains("zk-item-current"));
  all[here]?.classList.remove("zk-item-current");
  const next = all[(here + by + all.length) % all.length];
  next?.classList.add("zk-item-current");
  next?.scrollIntoView({ block: "nearest" });
}

export function openPalette() {
  const { dialog, input, list, url } = parts();
  if (!dialog || !url) {
    document.getElementById("zk-search")?.focus();
    return;
  }
  if (!dialog.open) dialog.showModal();
  if (!list.childElementCount) list.append(element("div"));
  input.select();
  input.focus();
  ask();
}

export function startPalette() {
  const { input, list } = parts();
  if (!input) return;
  list.addEventListener("click", pressOnPage);
  input.addEventListener("input", (event) => {
    if (!event.isComposing) later();
  });
  input.addEventListener("compositionend", later);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choices()
        .find((one) => one.classList.contains("zk-item-current"))
        ?.click();
    }
  });
}
