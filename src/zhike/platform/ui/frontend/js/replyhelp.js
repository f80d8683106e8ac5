// Help beside the reply: articles and phrases go into the draft, which is never shortened; negative words are shown.
import { post } from "./post.js";

const PAUSE = 700;
let timer = 0;

const helpOf = (node) => node.closest?.("[data-zk-reply-help]");
const areaOf = (help) => document.getElementById(help.dataset.zkReplyHelp);
const panelOf = (help) => help.querySelector("#reply-help");

function changed(area) {
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

function put(help, button) {
  const area = areaOf(help);
  const at = area.selectionEnd;
  const before = area.value.slice(0, at);
  const gap = button.dataset.zkPut === "article" && before && !before.endsWith("\n") ? "\n" : "";
  area.setRangeText(gap + button.dataset.text, at, at, "end");
  post(help.dataset.putUrl, { kind: button.dataset.zkPut, id: button.dataset.id }).catch(() => null);
  close(help);
  changed(area);
}

function better(help, button) {
  const area = areaOf(help);
  const at = area.value.indexOf(button.dataset.zkBetter);
  if (at < 0) return;
  area.setRangeText(button.dataset.text, at, at + button.dataset.zkBetter.length, "end");
  post(help.dataset.putUrl, { kind: "phrase", id: button.dataset.id }).catch(() => null);
  changed(area);
}

function close(help) {
  panelOf(help).replaceChildren();
}

async function check(help) {
  const place = help.querySelector("[data-zk-wording]");
  const asked = areaOf(help).value;
  try {
    const answer = await post(help.dataset.wordingUrl, { text: asked });
    // What was typed meanwhile is checked by its own pause.
    if (answer.ok && areaOf(help)?.value === asked) place.innerHTML = await answer.text();
  } catch {
    // The words that are shown stay; the next pause asks again.
  }
}

function step(help, by) {
  const all = [...help.querySelectorAll("#reply-help [data-zk-put]")];
  const here = all.indexOf(document.activeElement);
  if (here + by < 0) help.querySelector("[data-zk-find]")?.focus();
  else all[Math.min(all.length - 1, here + by)]?.focus();
}

function pressed(event) {
  const help = helpOf(event.target);
  if (!help || event.isComposing || event.keyCode === 229 || !event.target.closest("#reply-help")) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") step(help, event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Escape") {
    close(help);
    areaOf(help).focus();
  } else if (event.key === "Enter" && event.target.matches("[data-zk-find]")) {
    const first = help.querySelector("#reply-help [data-zk-put]");
    if (first) put(help, first);
  } else return;
  event.preventDefault();
}

export function startReplyHelp() {
  document.addEventListener("click", (event) => {
    const help = helpOf(event.target);
    if (!help) return;
    const one = event.target.closest("[data-zk-put]");
    const instead = event.target.closest("[data-zk-better]");
    if (one) put(help, one);
    else if (instead) better(help, instead);
    else if (event.target.closest("[data-zk-help-close]")) {
      close(help);
      areaOf(help).focus();
    }
  });
  document.addEventListener("keydown", pressed);
  document.addEventListener("input", (event) => {
    const help = document.querySelector(`[data-zk-reply-help="${event.target.id || "-"}"]`);
    if (!help) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => check(help), PAUSE);
  });
}
