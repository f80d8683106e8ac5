// Full-width digits are changed visibly; a refused form puts the focus on what is wrong.
import { element, word } from "./words.js";

const WIDE = /[\uff01-\uff5e\u3000]/g;

export function narrow(text) {
  return text.replace(WIDE, (character) =>
    character === "\u3000" ? " " : String.fromCharCode(character.charCodeAt(0) - 0xfee0),
  );
}

function normalise(field) {
  const changed = narrow(field.value);
  if (changed === field.value) return;
  const before = field.value;
  field.value = changed;
  const place = field.closest(".zk-field");
  if (!place) return;
  const old = place.querySelector(".zk-field-note");
  const note = element("div", "zk-field-note", word("digits", { text: `${before} → ${changed}` }));
  note.setAttribute("role", "status");
  afterClick(() => {
    old?.remove();
    place.append(note);
  });
}

function check(field) {
  const place = field.closest(".zk-field")?.querySelector(".zk-field-errors");
  if (!place || field.type === "hidden") return;
  place.replaceChildren();
  if (field.validity.valid || field.validity.valueMissing) {
    field.removeAttribute("aria-invalid");
    return;
  }
  field.setAttribute("aria-invalid", "true");
  place.append(element("div", "", field.validationMessage));
}

// A field that another one's choice makes necessary says so, with its star, while that choice stands.
function need(field) {
  const [name, ...codes] = field.dataset.zkNeededWhen.split(" ");
  const other = field.form?.elements.namedItem(name);
  if (!other) return;
  field.required = codes.includes(other.value);
  const label = field.labels[0];
  const star = label?.querySelector(".zk-star");
  if (field.required && label && !star) {
    const mark = element("span", "zk-star", "*");
    mark.setAttribute("aria-hidden", "true");
    label.append(" ", mark);
  } else if (!field.required) {
    star?.remove();
  }
}

export function requireDependents(root) {
  root.querySelectorAll("[data-zk-needed-when]").forEach(need);
}

// A line that appears between press and release would move what is pressed away from under the pointer: the click
// would be lost. Whoever leaves a field by pressing sees its note after the click.
let pressed = false;
const waiting = [];

function afterClick(show) {
  if (pressed) waiting.push(show);
  else show();
}

function release() {
  pressed = false;
  window.setTimeout(() => waiting.splice(0).forEach((show) => show()), 0);
}

export function startForms() {
  document.addEventListener("pointerdown", () => (pressed = true), true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, release, true);
  document.addEventListener("focusout", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
    if ("zkNarrow" in field.dataset) normalise(field);
    afterClick(() => check(field));
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-zk-apply]")) event.target.form?.requestSubmit();
  });
  document.addEventListener("change", (event) => event.target.form && requireDependents(event.target.form));
  document.addEventListener("htmx:afterSettle", (event) => requireDependents(event.target));
  requireDependents(document);
  const wrong = document.querySelector("[data-zk-focus]");
  wrong?.focus();
}
