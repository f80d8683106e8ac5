// Plots: tree-shaken ECharts, SVG, no animation, direct labels, no legend. Loaded only where something is plotted.
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, MarkPointComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

import { options } from "./plot_options.js";

echarts.use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  AriaComponent,
  GridComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
  LabelLayout,
  SVGRenderer,
]);

const TOKENS = [
  "ink", "ink-2", "ink-3", "line", "edge", "surface", "better", "worse", "series-1", "series-2", "series-3", "series-4",
];
const PRINT_WIDTH = 680;
const charts = new Map();

// Tokens resolved for this place: the theme may be nested.
function palette(place) {
  const probe = document.createElement("span");
  place.append(probe);
  const found = {};
  for (const name of TOKENS) {
    probe.style.color = `var(--zk-${name})`;
    found[name] = window.getComputedStyle(probe).color;
  }
  found.font = window.getComputedStyle(place).fontFamily;
  probe.remove();
  return found;
}

function draw(place) {
  const data = document.getElementById(place.dataset.zkPlot);
  if (!data) return;
  const spec = JSON.parse(data.textContent);
  if (!charts.has(place)) place.replaceChildren();
  const chart = charts.get(place) ?? echarts.init(place, null, { renderer: "svg", height: spec.height });
  charts.set(place, chart);
  chart.setOption(options(spec, palette(place), place.clientWidth), true);
  chart.off("click");
  chart.on("click", (event) => {
    const url = event.data?.url;
    if (url) window.location.assign(url);
  });
}

function redraw() {
  for (const place of charts.keys()) {
    if (place.isConnected) draw(place);
    else {
      charts.get(place).dispose();
      charts.delete(place);
    }
  }
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const chart = charts.get(target);
    if (chart && Math.abs(chart.getWidth() - target.clientWidth) > 1) {
      chart.resize({ width: target.clientWidth });
      draw(target);
    }
  }
});

function start(root) {
  for (const place of root.querySelectorAll("[data-zk-plot]")) {
    if (charts.has(place)) continue;
    draw(place);
    resized.observe(place);
  }
}

window.zhikePlots = start;
start(document);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
window.addEventListener("beforeprint", () => {
  for (const [place, chart] of charts) {
    chart.resize({ width: PRINT_WIDTH });
    draw(place);
  }
});
window.addEventListener("afterprint", () => {
  for (const [place, chart] of charts) {
    chart.resize({ width: place.clientWidth });
    draw(place);
  }
});

// The table beneath is what an export writes.
function exportTable(figure) {
  const quote = (text) => `"${(/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const lines = [...figure.querySelectorAll("table tr")].map((row) =>
    [...row.cells].map((cell) => quote(cell.dataset.value ?? cell.textContent.trim())).join(","),
  );
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`\ufeff${lines.join("\r\n")}`], { type: "text/csv" }));
  link.download = `${figure.dataset.name ?? "plot"}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zk-plot-export]");
  if (button) exportTable(button.closest("figure"));
});
