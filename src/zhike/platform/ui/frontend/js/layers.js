// Menus close by a click outside and by Esc; records open in the drawer; dialogs only for dangerous deeds.
// The record's own page is fetched whole, so that any page can be shown here; its main part is taken.
export async function openDrawer(url) {
  const drawer = document.getElementById("zk-drawer");
  const body = document.getElementById("zk-drawer-body");
  if (!drawer || !body) {
    window.location.assign(url);
    return;
  }
  const bar = document.getElementById("zk-bar");
  const timer = window.setTimeout(() => bar?.classList.add("zk-busy"), 300);
  try {
    const answer = await fetch(url, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.getElementById("main") ?? page.body;
    body.replaceChildren(...[...main.childNodes].map((node) => document.importNode(node, true)));
    ownAddresses(body, answer.url);
    window.htmx.process(body);
    body.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
    if (!drawer.open) drawer.showModal();
    drawer.scrollTop = 0;
    body.querySelector("[autofocus]")?.focus();
  } catch {
    window.location.assign(url);
  } finally {
    window.clearTimeout(timer);
    bar?.classList.remove("zk-busy");
  }
}

// What the record's page addresses by itself ("?older=…", a form without an address) still means that page, and what
// follows from it stays in the drawer.
function ownAddresses(body, url) {
  for (const form of body.querySelectorAll("form")) {
    if (form.getAttribute("method") === "dialog") continue;
    form.setAttribute("action", new URL(form.getAttribute("action") ?? "", url).href);
  }
  for (const link of body.querySelectorAll('a[href^="?"]')) {
    link.href = new URL(link.getAttribute("href"), url).href;
    link.dataset.zkDrawer = "";
  }
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.zk-menu[open], details.zk-more[open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

function confirmThen(trigger, event) {
  const dialog = document.getElementById(trigger.dataset.zkConfirm);
  if (!dialog || trigger.dataset.zkSure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  dialog.showModal();
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "yes") return;
      trigger.dataset.zkSure = "1";
      trigger.click();
      delete trigger.dataset.zkSure;
    },
    { once: true },
  );
}

export function startLayers() {
  document.addEventListener(
    "click",
    (event) => {
      const sure = event.target.closest("[data-zk-confirm]");
      if (sure) confirmThen(sure, event);
    },
    true,
  );
  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    const opener = event.target.closest("[data-zk-open]");
    if (opener) {
      closeMenus();
      document.getElementById(opener.dataset.zkOpen)?.showModal();
      return;
    }
    const link = event.target.closest("a[data-zk-drawer]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      openDrawer(link.href);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.querySelector("details.zk-menu[open], details.zk-more[open]");
      closeMenus();
      open?.querySelector("summary")?.focus();
    }
  });
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
}
