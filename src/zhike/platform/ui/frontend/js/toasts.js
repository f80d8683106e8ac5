// Own successes only, one at a time: 6 s, with undo 10 s. `z` presses undo while it is there.
import { post } from "./post.js";
import { element, word } from "./words.js";

const PLAIN = 6000;
const UNDO = 10000;
let timer = 0;

function watch(box) {
  const span = box.dataset.undo ? UNDO : PLAIN;
  window.clearTimeout(timer);
  const close = () => box.remove();
  timer = window.setTimeout(close, span);
  box.addEventListener("mouseenter", () => window.clearTimeout(timer));
  box.addEventListener("mouseleave", () => {
    timer = window.setTimeout(close, PLAIN / 2);
  });
}

export function toast({ text, undo = "" }) {
  const place = document.getElementById("zk-toasts");
  if (!place) return;
  const box = element("div", "zk-toast");
  box.dataset.zkToast = "";
  box.append(element("span", "", text));
  if (undo) {
    box.dataset.undo = undo;
    const button = element("button", "btn btn-sm btn-link", word("undo"));
    button.type = "button";
    button.addEventListener("click", async () => {
      box.remove();
      const answer = await post(undo, { next: window.location.pathname + window.location.search });
      if (answer.ok || answer.redirected) window.location.reload();
    });
    box.append(button);
  }
  place.replaceChildren(box);
  watch(box);
}

export function undoLast() {
  document.querySelector("#zk-toasts .zk-toast:last-child button")?.click();
}

export function startToasts() {
  const shown = document.querySelectorAll("[data-zk-toast]");
  if (shown.length) watch(shown[shown.length - 1]);
  document.addEventListener("zk:toast", (event) => {
    const found = event.detail?.value ?? event.detail ?? [];
    for (const one of Array.isArray(found) ? found : [found]) toast(one);
  });
}
