// From our own small specification of a plot to ECharts options.
import { base, nameAxis, valueAxis } from "./plot_base.js";
import { bars, diverging, dots, dumbbells, funnel, hatchedPoints } from "./plot_rows.js";
import { format } from "./plot_words.js";

const SERIES = ["series-1", "series-2", "series-3", "series-4"];

function band(series, index, ink) {
  const shared = {
    type: "line",
    stack: `band-${index}`,
    stackStrategy: "all",
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    tooltip: { show: false },
    z: 1,
  };
  const width = series.low.map((low, at) => (low === null || series.high[at] === null ? null : series.high[at] - low));
  return [
    { ...shared, data: series.low },
    { ...shared, data: width, areaStyle: { color: ink[SERIES[index]], opacity: 0.16 } },
  ];
}

function endLabel(text, color) {
  return { show: true, formatter: text, color, fontSize: 12, distance: 6 };
}

function course(series, index, spec, ink) {
  const color = ink[SERIES[index]];
  return {
    type: "line",
    name: series.name,
    data: series.values,
    symbol: "circle",
    symbolSize: 5,
    showSymbol: true,
    lineStyle: { color, width: 2 },
    itemStyle: { color },
    connectNulls: false,
    endLabel: endLabel(series.label, color),
    labelLayout: { moveOverlap: "shiftY" },
    tooltip: {
      formatter: (point) => `${point.name} ${series.name}: ${format(spec, point.value)}`,
    },
    z: 3,
  };
}

function rules(spec, ink) {
  const lines = [];
  if (spec.target !== null) {
    lines.push({
      yAxis: spec.target,
      lineStyle: { color: ink["ink-2"], type: "dashed" },
      label: { formatter: spec.target_label, position: "insideStartTop", color: ink["ink-2"] },
    });
  }
  for (const mark of spec.marks) {
    lines.push({
      xAxis: mark.at,
      lineStyle: { color: ink.edge, type: "dotted" },
      label: { formatter: mark.text, position: "insideEndTop", rotate: 0, color: ink["ink-3"] },
    });
  }
  return { symbol: "none", silent: true, data: lines, animation: false };
}

function line(spec, ink) {
  const series = spec.series.flatMap((one, index) => [
    ...(one.low.length ? band(one, index, ink) : []),
    course(one, index, spec, ink),
  ]);
  if (spec.previous.length) {
    series.push({
      type: "line",
      name: spec.previous_label,
      data: spec.previous,
      symbol: "none",
      lineStyle: { color: ink.edge, width: 1.5 },
      endLabel: endLabel(spec.previous_label, ink["ink-3"]),
      labelLayout: { moveOverlap: "shiftY" },
      z: 2,
    });
  }
  if (spec.target !== null || spec.marks.length) series.push({ type: "line", data: [], markLine: rules(spec, ink) });
  const frame = base(ink);
  return {
    ...frame,
    grid: { ...frame.grid, right: spec.end_width, top: 20 },
    xAxis: nameAxis(ink, spec.x, { boundaryGap: false, axisLabel: { color: ink["ink-3"], fontSize: 12, hideOverlap: true } }),
    yAxis: valueAxis(ink, { scale: true, axisLabel: { color: ink["ink-3"], formatter: (value) => format(spec, value) } }),
    series,
  };
}

function places(spec, ink) {
  const degrees = (value, plus, minus) => `${Math.abs(value)}° ${value < 0 ? minus : plus}`;
  const frame = base(ink);
  const axis = (ends, plus, minus) =>
    valueAxis(ink, {
      min: ends[0],
      max: ends[1],
      interval: spec.step,
      splitLine: { lineStyle: { color: ink.line } },
      axisLabel: { color: ink["ink-3"], formatter: (value) => degrees(value, plus, minus) },
    });
  return {
    ...frame,
    xAxis: axis(spec.longitude, "E", "W"),
    yAxis: axis(spec.latitude, "N", "S"),
    series: [
      {
        type: "scatter",
        data: spec.points.map((point) => ({
          value: [point.longitude, point.latitude],
          name: point.label,
          url: point.url,
          symbolSize: point.size,
          text: point.text,
          itemStyle: {
            color: ink[point.tone],
            opacity: 0.75,
            borderColor: ink.surface,
          },
          label: { show: point.named, color: ink.ink },
        })),
        label: { formatter: (point) => `${point.name} ${point.data.text}`, position: "right", fontSize: 12 },
        labelLayout: { hideOverlap: true, moveOverlap: "shiftY" },
        tooltip: { formatter: (point) => `${point.name} ${point.data.text}` },
      },
      hatchedPoints(
        spec.points.flatMap((point) =>
          point.small ? [{ at: [point.longitude, point.latitude], radius: point.size / 2 }] : [],
        ),
        ink,
      ),
    ],
  };
}

const KINDS = { line, dots, funnel, diverging, dumbbells, bars, places };

export function options(spec, ink, width) {
  return KINDS[spec.kind](spec, ink, width);
}
