// Live changes: one connection a browser, held by one tab and told to the others; 15 s polling while it is away.
// Nothing moves under the cursor: new rows collect behind a button.
import { element, word } from "./words.js";

const POLL = 15000;
const TRY_AGAIN = 60000;
const CHANNEL = "zhike-live";
const GATHER = 1000;
const looking = new WeakMap();
let polling = 0;

function hit(topic, node) {
  const wanted = (node.dataset.zkLive ?? "").split(" ");
  return topic === "*" || wanted.includes(topic);
}

const rowsOf = (root) =>
  new Map([...root.querySelectorAll("tr[data-zk-item]")].map((row) => [row.dataset.href ?? row.textContent, row.textContent]));

// Asks what the list would show now, and only says how many rows differ.
async function look(list) {
  const url = window.location.pathname + window.location.search;
  const answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true", "HX-Target": list.id } });
  if (!answer.ok || !list.isConnected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = rowsOf(list);
  const now = rowsOf(page.getElementById(list.id) ?? page);
  const count = [...now].filter(([key, text]) => shown.get(key) !== text).length;
  let button = list.querySelector(":scope > .zk-newer");
  if (!count) {
    button?.remove();
    return;
  }
  if (!button) {
    button = element("button", "zk-newer");
    button.type = "button";
    button.addEventListener("click", () => {
      window.htmx.ajax("GET", url, { target: list, swap: "outerHTML", source: list });
    });
    list.querySelector(":scope > .zk-list-form")?.before(button);
  }
  button.textContent = word("newer", { count });
}

function collect(list) {
  window.clearTimeout(looking.get(list));
  looking.set(list, window.setTimeout(() => look(list).catch(() => null), GATHER));
}

function tell(change) {
  for (const node of document.querySelectorAll("[data-zk-live]")) {
    if (!hit(change.topic, node)) continue;
    if ("zkList" in node.dataset) collect(node);
    else window.htmx.trigger(node, "zk:live", change);
  }
}

function poll(on) {
  window.clearInterval(polling);
  polling = on ? window.setInterval(() => !document.hidden && tell({ topic: "*", ids: null }), POLL) : 0;
}

function connect(url, channel) {
  const source = new EventSource(url, { withCredentials: true });
  let again = true;
  const share = (message) => {
    channel.postMessage(message);
    receive(message);
  };
  source.addEventListener("ready", () => share({ kind: "ready" }));
  source.addEventListener("change", (event) => share({ kind: "change", change: JSON.parse(event.data) }));
  source.addEventListener("signed-out", () => {
    again = false;
    source.close();
    share({ kind: "signed-out" });
  });
  return new Promise((resolve) => {
    source.addEventListener("error", () => {
      source.close();
      share({ kind: "away" });
      if (again) window.setTimeout(resolve, TRY_AGAIN);
    });
  });
}

function receive(message) {
  if (message.kind === "ready") poll(false);
  else if (message.kind === "away") poll(true);
  else if (message.kind === "change") tell(message.change);
  else if (message.kind === "signed-out") poll(false);
}

async function hold(url, channel) {
  for (;;) await connect(url, channel);
}

export function startLive() {
  const url = document.body.dataset.live;
  if (!url || !window.EventSource) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", (event) => receive(event.data));
  // The tab that gets the lock holds the connection; the next takes over when it closes.
  if (navigator.locks) navigator.locks.request(CHANNEL, () => hold(url, channel));
  else hold(url, channel);
}
