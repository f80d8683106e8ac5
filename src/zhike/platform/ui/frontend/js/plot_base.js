// What every plot shares: no animation, quiet axes, labels inside the bounds.
export function base(ink) {
  return {
    animation: false,
    aria: { enabled: true, decal: { show: false } },
    textStyle: { fontFamily: ink.font, fontSize: 12, color: ink["ink-2"] },
    grid: { left: 8, right: 16, top: 12, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      confine: true,
      backgroundColor: ink.surface,
      borderColor: ink.edge,
      textStyle: { color: ink.ink, fontSize: 12, fontFamily: ink.font },
    },
  };
}

export function valueAxis(ink, more = {}) {
  return {
    type: "value",
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: ink.line } },
    axisLabel: { color: ink["ink-3"], fontSize: 12, hideOverlap: true },
    ...more,
  };
}

export function nameAxis(ink, data, more = {}) {
  return {
    type: "category",
    data,
    axisLine: { lineStyle: { color: ink.edge } },
    axisTick: { show: false },
    axisLabel: { color: ink["ink-2"], fontSize: 12 },
    ...more,
  };
}
