// Running chips count down by the minute without asking the server.
import { duration, word } from "./words.js";

const EVERY = 20000;
const ROUND_UP = 59000;

function refresh() {
  const now = Date.now();
  for (const chip of document.querySelectorAll(".zk-clock[data-due]:not([data-due=''])")) {
    const left = Date.parse(chip.dataset.due) - now;
    const text = chip.querySelector("b");
    if (!text || Number.isNaN(left)) continue;
    const near = chip.dataset.near ? Date.parse(chip.dataset.near) <= now : false;
    chip.classList.toggle("zk-clock-over", left < 0);
    chip.classList.toggle("zk-clock-near", left >= 0 && near);
    chip.classList.toggle("zk-clock-running", left >= 0 && !near);
    text.textContent = word(left < 0 ? "over" : "left", { time: duration(left < 0 ? -left : left + ROUND_UP) });
    const glyph = chip.querySelector("use");
    const name = left < 0 ? "alert-triangle" : near ? "progress-check" : "clock";
    if (glyph) glyph.setAttribute("href", glyph.getAttribute("href").replace(/#.*/, `#${name}`));
  }
}

export function startClocks() {
  window.setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
}
