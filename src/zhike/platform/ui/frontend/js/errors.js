// Old content stays: a bar after 300 ms, and a failed fragment says so above what was there, with Retry in place.
import { element, word } from "./words.js";

const SHOW_AFTER = 300;
let waiting = 0;
let timer = 0;

function busy(change) {
  waiting = Math.max(0, waiting + change);
  const bar = document.getElementById("zk-bar");
  if (!bar) return;
  window.clearTimeout(timer);
  if (waiting) timer = window.setTimeout(() => bar.classList.add("zk-busy"), SHOW_AFTER);
  else bar.classList.remove("zk-busy");
}

function repeat(detail) {
  const { verb, path } = detail.requestConfig;
  window.htmx.ajax(verb.toUpperCase(), path, {
    source: detail.elt,
    target: detail.target,
    values: verb === "get" ? {} : Object.fromEntries(detail.requestConfig.formData ?? []),
  });
}

function show(detail, markup) {
  const place = detail.target ?? document.getElementById("main");
  if (!place) return;
  place.querySelector(":scope > .zk-error[data-zk-failed]")?.remove();
  const holder = element("div");
  if (markup) holder.innerHTML = markup;
  let box = holder.firstElementChild;
  if (!box || !box.classList.contains("zk-error")) {
    box = element("div", "zk-error");
    box.setAttribute("role", "alert");
    box.append(element("div", "zk-grow", word("offline")));
    const button = element("button", "btn btn-sm", word("retry"));
    button.type = "button";
    button.dataset.zkRetry = "";
    box.append(button);
  }
  box.dataset.zkFailed = "";
  box.querySelector("[data-zk-retry]")?.addEventListener("click", () => {
    box.remove();
    repeat(detail);
  });
  place.prepend(box);
}

export function startErrors() {
  document.addEventListener("htmx:beforeRequest", () => busy(1));
  document.addEventListener("htmx:afterRequest", () => busy(-1));
  document.addEventListener("htmx:beforeSwap", (event) => {
    // Our own error banner never replaces content, whatever its status says.
    if (event.detail.xhr.getResponseHeader("Zhike-Error")) {
      event.detail.shouldSwap = false;
      event.detail.isError = true;
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const ours = event.detail.xhr.getResponseHeader("Zhike-Error");
    show(event.detail, ours ? event.detail.xhr.responseText : "");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => show(event.detail, ""));
  }
}
