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
  place.querySelector(".zk-field-note")?.remove();
  const note = element("div", "zk-field-note", word("digits", { text: `${before} → ${changed}` }));
  note.setAttribute("role", "status");
  place.append(note);
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

export function startForms() {
  document.addEventListener("focusout", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
    if ("zkNarrow" in field.dataset) normalise(field);
    check(field);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-zk-apply]")) event.target.form?.requestSubmit();
  });
  const wrong = document.querySelector("[data-zk-focus]");
  wrong?.focus();
}
