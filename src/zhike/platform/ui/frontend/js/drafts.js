// What is typed is kept two seconds after the last key: in this browser at once, on the server as well.
import { requireDependents } from "./forms.js";
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

// What was sent and refused stands in the form again: there all of it is the draft. Elsewhere only what was changed is,
// so that what a record holds by now is not overwritten by what it held then.
function refused(form) {
  return form.querySelector("[aria-invalid], .zk-error") !== null || "zkRefused" in form.dataset;
}

function untouched(field) {
  if (field.tagName !== "SELECT") return field.value === field.defaultValue;
  const given = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return field.value === (given?.value ?? "");
}

function read(form) {
  const content = {};
  const whole = "zkRefused" in form.dataset;
  for (const field of fields(form)) {
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) content[field.name] = field.value;
    } else if (whole || !untouched(field)) {
      content[field.name] = field.value;
    }
  }
  return content;
}

function write(form, content, within = form) {
  for (const field of fields(form)) {
    if (!(field.name in content) || !within.contains(field)) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = field.value === content[field.name];
    else field.value = content[field.name];
  }
  requireDependents(form);
}

// What depends on a choice is fetched once it is made (hx-trigger="change"): a choice restored counts as made, and what
// it brings in is restored too, that once. Later fetches, by a choice of the person's own, show what the server says.
// HTMX listens when the page has loaded.
async function restoreDependents(form, content) {
  if (document.readyState !== "complete") {
    await new Promise((loaded) => window.addEventListener("load", loaded, { once: true }));
  }
  const awaited = new Set(fields(form).filter((field) => field.checked && field.matches("[hx-get], [data-hx-get]")));
  if (!awaited.size) return;
  const settle = (event) => {
    const choice = event.detail?.requestConfig?.elt;
    if (!awaited.has(choice)) return;
    if (form !== event.target && form.contains(event.target)) write(form, content, event.target);
    // One answer may settle in several places.
    queueMicrotask(() => done(choice));
  };
  const chosen = (event) => event.isTrusted && done(event.target);
  function done(choice) {
    awaited.delete(choice);
    if (awaited.size) return;
    document.removeEventListener("htmx:afterSettle", settle);
    form.removeEventListener("change", chosen, true);
  }
  document.addEventListener("htmx:afterSettle", settle);
  form.addEventListener("change", chosen, true);
  for (const choice of [...awaited]) choice.dispatchEvent(new Event("change"));
}

// Whom the form goes to and by which way, where it goes to somebody.
function meant(form) {
  if (!form.dataset.zkDraftFor) return null;
  const how = form.querySelector("[data-zk-draft-how]");
  const by = how?.selectedOptions[0]?.textContent.trim() ?? "";
  return { key: form.dataset.zkDraftFor, name: form.dataset.zkDraftTo ?? "", how: how?.value ?? "", by };
}

// To the same person it goes by the way it was written for. What was written for somebody else is asked about: its way
// stays the one of whoever it would go to now, and nothing is sent before the person has said so.
function aim(form, content, before) {
  const here = meant(form);
  if (!before?.key || !here) return true;
  const how = form.querySelector("[data-zk-draft-how]");
  if (how) {
    delete content[how.name];
    if (before.key === here.key && [...how.options].some((one) => one.value === before.how)) how.value = before.how;
  }
  const now = meant(form);
  return before.key === now.key && before.how === now.how;
}

function doubt(form, before, discard) {
  const now = meant(form);
  const place = element("div", "zk-draft-doubt");
  place.setAttribute("role", "alert");
  place.append(element("span", "", word("doubt", { before: word("meant", before), now: word("meant", now) })));
  const use = element("button", "btn btn-sm", word("anyway", { name: now.name }));
  const drop = element("button", "btn btn-sm btn-link", word("discard"));
  use.type = drop.type = "button";
  const ask = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    use.focus();
  };
  form.addEventListener("submit", ask, true);
  use.addEventListener("click", () => {
    form.removeEventListener("submit", ask, true);
    place.remove();
    form.dispatchEvent(new Event("input", { bubbles: true }));
    form.querySelector("textarea")?.focus();
  });
  drop.addEventListener("click", discard);
  place.append(use, drop);
  form.prepend(place);
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

// Where the draft opens again: the form's own page, also when it stands in the drawer over another one.
function own(form) {
  return form.closest("#zk-drawer") && form.hasAttribute("action")
    ? new URL(form.action).pathname
    : window.location.pathname;
}

function known(key) {
  return window.localStorage.getItem(store(key)) !== null;
}

// Here and on the server.
function forget(key) {
  window.localStorage.removeItem(store(key));
  for (const one of document.querySelectorAll("[data-zk-hand]")) {
    if (one.dataset.zkHand === `draft:${key}`) one.remove();
  }
  return post(SAVE, { key }).catch(() => null);
}

// A draft goes only when what was sent has arrived: on the next page, unless that shows the form again with errors.
function settleSent() {
  for (const mark of Object.keys(window.sessionStorage).filter((name) => name.startsWith(SENT))) {
    const key = mark.slice(SENT.length);
    window.sessionStorage.removeItem(mark);
    const form = [...document.querySelectorAll("form[data-zk-draft]")].find((one) => one.dataset.zkDraft === key);
    const failed = document.querySelector(".zk-error-page") || (form && refused(form));
    if (!failed) forget(key);
  }
}

function heading(form) {
  return (form.closest("#zk-drawer") ?? document).querySelector("h1")?.textContent.trim() ?? document.title;
}

async function keep(form, key, place) {
  const content = read(form);
  const at = Date.now();
  const whom = meant(form);
  window.localStorage.setItem(store(key), JSON.stringify({ content, at, meant: whom }));
  form.dataset.zkKept = "1";
  const sent = { key, ...place };
  for (const [name, text] of Object.entries(whom ?? {})) sent[`meant.${name}`] = text;
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
  // Asked now: the drawer may show another page before what was typed in this one is kept.
  const place = { label: form.dataset.zkDraftLabel ?? heading(form), url: own(form) };
  const labels = JSON.parse(form.dataset.zkDraftLabels ?? "{}");
  for (const [language, text] of Object.entries(labels)) place[`label.${language}`] = text;
  // What was restored from the server alone is a draft too, and goes when it is sent.
  const isKept = () => "zkKept" in form.dataset || known(key);
  let timer = 0;
  const touch = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => keep(form, key, place), PAUSE);
  };
  form.addEventListener("input", touch);
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    if (isKept() && !form.matches("[hx-post], [data-hx-post]")) window.sessionStorage.setItem(SENT + key, "1");
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target === form && event.detail.successful && isKept()) forget(key);
  });
  if (refused(form)) {
    form.dataset.zkRefused = "1";
    keep(form, key, place);
    return;
  }
  const found = await kept(key);
  if (found && Object.keys(found.content).length) {
    form.dataset.zkKept = "1";
    const discard = async () => {
      await forget(key);
      window.location.reload();
    };
    const sure = aim(form, found.content, found.meant);
    write(form, found.content);
    restoreDependents(form, found.content);
    note(form, word("restored", { time: clockTime(found.at) }), discard);
    if (!sure) doubt(form, found.meant, discard);
  }
}

export function startDrafts() {
  const all = (root) => root.querySelectorAll("form[data-zk-draft]").forEach(tend);
  settleSent();
  all(document);
  document.addEventListener("htmx:afterSettle", (event) => all(event.target));
}
