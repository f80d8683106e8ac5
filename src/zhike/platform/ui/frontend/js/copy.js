// ⧉ copies; a masked number is revealed by a logged POST; long texts open.
import { post } from "./post.js";
import { toast } from "./toasts.js";
import { word } from "./words.js";

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure context there is no clipboard: the old way still works.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  toast({ text: word("copied") });
}

async function reveal(button) {
  const answer = await post(button.dataset.zkReveal);
  const shown = button.parentElement?.querySelector(".zk-num");
  if (answer.ok && shown) {
    shown.textContent = (await answer.text()).trim();
    button.remove();
  }
}

function offerMore(root) {
  for (const button of root.querySelectorAll("[data-zk-more]")) {
    const body = button.parentElement?.querySelector(".zk-entry-body");
    if (body && body.scrollHeight > body.clientHeight + 2) button.hidden = false;
  }
}

export function startCopy() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-zk-copy], [data-zk-reveal], [data-zk-more]");
    if (!button) return;
    event.preventDefault();
    if ("zkCopy" in button.dataset) copy(button.dataset.zkCopy);
    else if ("zkReveal" in button.dataset) reveal(button);
    else {
      button.parentElement?.querySelector(".zk-entry-body")?.classList.add("zk-open");
      button.remove();
    }
  });
  offerMore(document);
  document.addEventListener("htmx:afterSettle", (event) => offerMore(event.target));
}
