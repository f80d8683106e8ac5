// Rows: a click opens, j and k move, x ticks; the bulk bar counts what is ticked.
import { openDrawer } from "./layers.js";
import { word } from "./words.js";

export function items() {
  return [...document.querySelectorAll("[data-zk-item]")].filter((one) => one.offsetParent !== null);
}

export function current() {
  return document.querySelector(".zk-item-current");
}

export function move(step) {
  const all = items();
  if (!all.length) return;
  const here = all.indexOf(current());
  const next = all[Math.min(all.length - 1, Math.max(0, here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step))];
  current()?.classList.remove("zk-item-current");
  next.classList.add("zk-item-current");
  next.scrollIntoView({ block: "nearest" });
}

export function open(row) {
  const url = row?.dataset.href ?? row?.querySelector("a[href]")?.href;
  if (!url) return;
  if ("drawer" in (row?.dataset ?? {})) openDrawer(url);
  else window.location.assign(url);
}

export function tick(row) {
  const box = row?.querySelector('input[name="ids"]');
  if (box) box.click();
}

function count(form) {
  const ticked = form.querySelectorAll('input[name="ids"]:checked').length;
  const place = form.querySelector("[data-zk-selected]");
  if (place) place.textContent = word("selected", { count: ticked });
  const all = form.querySelector("[data-zk-all]");
  const boxes = form.querySelectorAll('input[name="ids"]').length;
  if (all) {
    all.checked = ticked === boxes && boxes > 0;
    all.indeterminate = ticked > 0 && ticked < boxes;
  }
}

const narrow = window.matchMedia("(max-width: 991.98px)");

// A narrow screen has no room beside a list: what would be shown there opens as a page of its own.
function ownPage(event) {
  const link = event.target.closest?.("a[data-zk-page]");
  if (!link || !narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  window.location.assign(link.dataset.zkPage);
}

// Of tabs wider than the screen the chosen one is seen.
function showTab(place) {
  for (const here of place.querySelectorAll(".zk-tabs > [aria-current=page]")) {
    const tabs = here.parentElement;
    if (tabs.scrollWidth <= tabs.clientWidth) continue;
    const middle = here.getBoundingClientRect().left - tabs.getBoundingClientRect().left + here.offsetWidth / 2;
    tabs.scrollLeft += middle - tabs.clientWidth / 2;
  }
}

// Beside a list stands what was chosen in it, whichever of the two was fetched last: its row is the current one.
function showChoice() {
  const chosen = document.querySelector("[data-zk-chosen]")?.value;
  for (const row of document.querySelectorAll("[data-zk-choice]")) {
    if (row.dataset.zkChoice === chosen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

export function startLists() {
  showTab(document);
  document.addEventListener("htmx:afterSettle", showChoice);
  document.addEventListener("htmx:afterSettle", (event) => showTab(event.target));
  document.addEventListener("click", ownPage, true);
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.(".zk-list-form");
    if (!form) return;
    if ("zkAll" in event.target.dataset) {
      for (const box of form.querySelectorAll('input[name="ids"]')) box.checked = event.target.checked;
    }
    count(form);
  });
  document.addEventListener("reset", (event) => window.setTimeout(() => count(event.target), 0));
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, summary") || window.getSelection()?.toString()) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href);
    else open(row);
  });
}
