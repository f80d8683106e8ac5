// What is typed is kept two seconds after the last key: in this browser at once, on the server as well.
import { post } from "./post.js";
import { clockTime, element, word } from "./words.js";

const PAUSE = 2000;
const SAVE = "/ui/drafts/";
const SENT = "zk-sent:";
const KEPT = "/ui/drafts/kept/";
const store = (key) => `zk-draft:${document.body.dataset.who ?? ""}:${key}`;

function fields(form) {
  return [...form.elements].filter(
    (field) =>
      field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type) && !field.dataset.zkNoDraft,
  );
}

function read(form) {
  const content = {};
  for (const field of fields(form)) {
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) content[field.name] = field.value;
    } else if (field.value !== field.defaultValue || field.tagName === "SELECT") {
      content[field.name] = field.value;
    }
  }
  return content;
}

function write(form, content) {
  for (const field of fields(form)) {
    if (!(field.name in content)) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = field.value === content[field.name];
    else field.value = content[field.name];
  }
}

function note(form, text, discard) {
  let place = form.querySelector(".zk-draft-note");
  if (!place) {
    place = element("div", "zk-draft-note");
    place.setAttribute("role", "status");
    form.append(place);
  }
  place.replaceChildren(document.createTextNode(text));
  if (discard) {
    const button = element("button", "btn btn-sm btn-link", word("discard"));
    button.type = "button";
    button.addEventListener("click", discard);
    place.append(" ", button);
  }
}

function known(key) {
  return window.localStorage.getItem(store(key)) !== null;
}

// Here and on the server.
function forget(key) {
  window.localStorage.removeItem(store(key));
  return post(SAVE, { key }).catch(() => null);
}

// A draft goes only when what was sent has arrived: on the next page, unless that shows the form again with errors.
function settleSent() {
  for (const mark of Object.keys(window.sessionStorage).filter((name) => name.startsWith(SENT))) {
    const key = mark.slice(SENT.length);
    window.sessionStorage.removeItem(mark);
    const form = [...document.querySelectorAll("form[data-zk-draft]")].find((one) => one.dataset.zkDraft === key);
    const failed = document.querySelector(".zk-error-page") || form?.querySelector("[aria-invalid], .zk-error");
    if (!failed) forget(key);
  }
}

async function keep(form, key) {
  const content = read(form);
  const at = Date.now();
  window.localStorage.setItem(store(key), JSON.stringify({ content, at }));
  const sent = { key, label: form.dataset.zkDraftLabel ?? document.querySelector("h1")?.textContent.trim() ?? document.title, url: window.location.pathname };
  for (const [name, text] of Object.entries(content)) sent[`f.${name}`] = text;
  try {
    await post(SAVE, sent);
  } catch {
    // The copy in this browser stands; the next pause tries the server again.
  }
  note(form, word("draft", { time: clockTime(at) }));
}

async function kept(key) {
  const local = JSON.parse(window.localStorage.getItem(store(key)) ?? "null");
  if (local) return local;
  try {
    const answer = await fetch(`${KEPT}?key=${encodeURIComponent(key)}`, { credentials: "same-origin" });
    return answer.status === 200 ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function tend(form) {
  const key = form.dataset.zkDraft;
  if (!key || form.dataset.zkTended) return;
  form.dataset.zkTended = "1";
  let timer = 0;
  const touch = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => keep(form, key), PAUSE);
  };
  form.addEventListener("input", touch);
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    if (known(key) && !form.matches("[hx-post], [data-hx-post]")) window.sessionStorage.setItem(SENT + key, "1");
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target === form && event.detail.successful && known(key)) forget(key);
  });
  const found = form.querySelector("[aria-invalid]") ? null : await kept(key);
  if (found && Object.keys(found.content).length) {
    write(form, found.content);
    note(form, word("restored", { time: clockTime(found.at) }), async () => {
      await forget(key);
      window.location.reload();
    });
  }
}

export function startDrafts() {
  const all = (root) => root.querySelectorAll("form[data-zk-draft]").forEach(tend);
  settleSent();
  all(document);
  document.addEventListener("htmx:afterSettle", (event) => all(event.target));
}
