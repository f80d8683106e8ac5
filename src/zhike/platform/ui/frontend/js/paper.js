// A button that prints the page; without script people print by the browser's own menu, so it appears with it only.
export function startPaper() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-zk-print]")) {
      window.print();
    }
  });
}
