// The plotting library comes only to pages that plot.
function load() {
  if (document.querySelector("script[data-zk-plot-library]")) return;
  const script = document.createElement("script");
  script.src = document.body.dataset.plotSrc;
  script.dataset.zkPlotLibrary = "";
  document.head.append(script);
}

export function startPlots() {
  const look = (root) => {
    if (root.querySelector?.("[data-zk-plot]")) {
      if (window.zhikePlots) window.zhikePlots(root);
      else load();
    }
  };
  look(document);
  document.addEventListener("htmx:afterSettle", (event) => look(event.target));
}
