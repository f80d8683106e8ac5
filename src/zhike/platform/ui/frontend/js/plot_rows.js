// Plots of one row a unit: dots with intervals, rate against n, diverging bars, dumbbells, bars.
import { base, nameAxis, valueAxis } from "./plot_base.js";
import { faded, format, hatch, twoLines } from "./plot_words.js";

const TICK = 5;

function rowAxis(ink, rows, width) {
  const room = Math.min(260, Math.max(96, width * 0.34));
  return nameAxis(ink, rows.map((row) => row.name), {
    inverse: true,
    axisLine: { show: false },
    axisLabel: { color: ink.ink, fontSize: 12, lineHeight: 13, interval: 0, formatter: (name) => twoLines(name, room) },
  });
}

// The axis leaves a little room at both ends, but never goes where no value can be: below zero, above 100 per cent.
function spreadAxis(spec, ink, width, values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const room = (high - low) * 0.04;
  return valueAxis(ink, {
    scale: true,
    boundaryGap: ["4%", "4%"],
    ...(low >= 0 && low - room < 0 ? { min: 0 } : {}),
    // A rounded end may lie a whole step further out.
    ...(spec.unit === "%" && high <= 100 && high + (high - low) * 0.3 > 100 ? { max: 100 } : {}),
    ...(width < 480 ? { splitNumber: 3 } : {}),
    axisLabel: { color: ink["ink-3"], fontSize: 12, hideOverlap: true, formatter: (value) => format(spec, value) },
  });
}

// An interval is a line with small ends, drawn by hand: ECharts has no error bars.
function whiskers(rows, color, z = 2) {
  return {
    type: "custom",
    silent: true,
    z,
    tooltip: { show: false },
    data: rows.map((row, at) => [row.low, row.high, at]),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_params, api) => {
      const low = api.value(0);
      const high = api.value(1);
      if (Number.isNaN(low) || Number.isNaN(high)) return null;
      const [x1, y] = api.coord([low, api.value(2)]);
      const [x2] = api.coord([high, api.value(2)]);
      const style = { stroke: color, lineWidth: 1.5, fill: null };
      const part = (x3, y3, x4, y4) => ({ type: "line", shape: { x1: x3, y1: y3, x2: x4, y2: y4 }, style });
      return { type: "group", children: [part(x1, y, x2, y), part(x1, y - TICK, x1, y + TICK), part(x2, y - TICK, x2, y + TICK)] };
    },
  };
}

// ECharts gives symbols no decal, so a point of small base is hatched by three lines across it.
export function hatchedPoints(points, ink) {
  return {
    type: "custom",
    silent: true,
    z: 4,
    tooltip: { show: false },
    data: points.map(({ at, radius }) => [...at, radius]),
    encode: { x: 0, y: 1 },
    renderItem: (_params, api) => {
      const [x, y] = api.coord([api.value(0), api.value(1)]);
      const radius = api.value(2);
      const children = [-0.55, 0, 0.55].map((part) => {
        const half = (radius * Math.sqrt(1 - part * part)) / Math.SQRT2;
        const shift = (part * radius) / Math.SQRT2;
        return {
          type: "line",
          shape: { x1: x + shift - half, y1: y + shift + half, x2: x + shift + half, y2: y + shift - half },
          style: { stroke: ink.surface, lineWidth: 1.5 },
        };
      });
      return { type: "group", children };
    },
  };
}

const small = (rows, place, radius) => rows.flatMap((row, at) => (row.small ? [{ at: place(row, at), radius }] : []));

function reference(spec, ink) {
  if (spec.reference === null) return [];
  return [
    {
      type: "line",
      data: [],
      markLine: {
        symbol: "none",
        silent: true,
        animation: false,
        data: [
          {
            xAxis: spec.reference,
            lineStyle: { color: ink["ink-3"], type: "dashed" },
            label: { formatter: spec.reference_label, color: ink["ink-3"], position: "start" },
          },
        ],
      },
    },
  ];
}

function point(row, at, ink, color) {
  return {
    value: [row.value, at],
    url: row.url,
    row,
    itemStyle: { color, opacity: 1 },
  };
}

export function dots(spec, ink, width) {
  const frame = base(ink);
  return {
    ...frame,
    grid: { ...frame.grid, top: spec.reference === null ? 8 : 24, right: 24 },
    xAxis: spreadAxis(spec, ink, width, spec.rows.flatMap((row) => [row.value, row.low, row.high])),
    yAxis: rowAxis(ink, spec.rows, width),
    series: [
      whiskers(spec.rows, ink["series-1"]),
      {
        type: "scatter",
        symbolSize: 12,
        data: spec.rows.map((row, at) => point(row, at, ink, ink["series-1"])),
        tooltip: { formatter: ({ data }) => data.row.text },
        z: 3,
      },
      hatchedPoints(small(spec.rows, (row, at) => [row.value, at], 6), ink),
      ...reference(spec, ink),
    ],
  };
}

// Where one unit has many times the base of the others, a straight axis would press these into a corner.
const FAR = 5;

function baseAxis(spec, ink) {
  const bases = spec.rows.map((row) => row.n).filter((n) => n > 0);
  const least = Math.min(...bases);
  const most = Math.max(...bases);
  const shared = { name: spec.n_label, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: ink["ink-3"] } };
  if (!bases.length || most < FAR * least) return { axis: valueAxis(ink, { ...shared, min: 0 }), from: 0 };
  const from = 10 ** Math.floor(Math.log10(least));
  const log = { type: "log", min: from, max: 10 ** Math.ceil(Math.log10(most)), minorTick: { show: true } };
  return { axis: valueAxis(ink, { ...shared, ...log }), from };
}

export function funnel(spec, ink, width) {
  const frame = base(ink);
  const { axis, from } = baseAxis(spec, ink);
  const limits = spec.limits.filter((one) => one.n >= from);
  // Where the limits lie apart their names stand; at the right end they would lie on each other.
  const nearest = Math.min(...spec.rows.map((row) => row.n));
  const named = limits.find((one) => one.n >= nearest / 2) ?? limits[0];
  const limit = (key, label, type) => ({
    type: "line",
    data: limits.map((one) => [one.n, one[key]]),
    symbol: "none",
    silent: true,
    clip: true,
    lineStyle: { color: ink["ink-3"], width: 1, type },
    markPoint: {
      silent: true,
      symbolSize: 0,
      data: label && named ? [{ coord: [named.n, named[key]] }] : [],
      label: { formatter: label, color: ink["ink-3"], fontSize: 12, position: "right", offset: [2, -7] },
    },
    z: 1,
  });
  const drawn = limits.flatMap((one) => [one.far_low, one.far_high]);
  return {
    ...frame,
    grid: { ...frame.grid, right: 84, top: 16, bottom: 28 },
    xAxis: axis,
    yAxis: spreadAxis(spec, ink, width, [...spec.rows.map((row) => row.value), ...drawn]),
    series: [
      limit("far_low", "", "dashed"),
      limit("low", "95 %", "solid"),
      limit("high", "", "solid"),
      limit("far_high", "99.8 %", "dashed"),
      {
        type: "line",
        data: limits.map((one) => [one.n, spec.reference]),
        symbol: "none",
        silent: true,
        lineStyle: { color: ink.edge, width: 1 },
        endLabel: { show: true, formatter: spec.reference_label, color: ink["ink-3"], fontSize: 12 },
        z: 1,
      },
      {
        type: "scatter",
        symbolSize: 9,
        data: spec.rows.map((row) => ({
          value: [row.n, row.value],
          url: row.url,
          row,
          itemStyle: { color: ink[row.tone], opacity: 1 },
          label: { show: row.named, formatter: row.name, position: "right", color: ink.ink, fontSize: 12 },
        })),
        labelLayout: { moveOverlap: "shiftY", hideOverlap: true },
        tooltip: { formatter: ({ data }) => data.row.text },
        z: 3,
      },
      hatchedPoints(small(spec.rows, (row) => [row.n, row.value], 4.5), ink),
    ],
  };
}

// Shares left and right of the middle; the neutral answer straddles it.
export function diverging(spec, ink, width) {
  const frame = base(ink);
  const series = spec.parts.map((part) => ({
    type: "bar",
    stack: "shares",
    barWidth: 18,
    data: part.shares.map((share, at) => ({ value: share, shown: part.shown[at], url: spec.rows[at].url })),
    itemStyle: { color: faded(ink[part.tone], part.weight), borderColor: ink.surface, borderWidth: 1 },
    label: {
      show: true,
      position: "inside",
      fontSize: 12,
      color: part.weight > 0.7 && part.tone !== "edge" ? ink.surface : ink.ink,
      formatter: ({ data }) => (Math.abs(data.value) >= spec.label_from && data.shown ? data.shown : ""),
    },
    tooltip: { formatter: ({ data, name }) => `${name}: ${part.name} ${data.shown}` },
  }));
  return {
    ...frame,
    xAxis: valueAxis(ink, { min: -spec.extent, max: spec.extent, axisLabel: { show: false }, splitLine: { show: false } }),
    yAxis: { ...rowAxis(ink, spec.rows, width), axisLine: { show: false } },
    series: [
      ...series,
      {
        type: "line",
        data: [],
        markLine: {
          symbol: "none",
          silent: true,
          animation: false,
          data: [{ xAxis: 0, lineStyle: { color: ink["ink-3"], type: "solid" }, label: { show: false } }],
        },
      },
    ],
  };
}

export function dumbbells(spec, ink, width) {
  const frame = base(ink);
  const dot = (key, tone, hollow, label) => ({
    type: "scatter",
    symbolSize: 12,
    data: spec.rows.map((row, at) => ({
      value: [row[key], at],
      url: row.url,
      row,
      itemStyle: hollow
        ? { color: ink.surface, borderColor: ink[tone], borderWidth: 2, opacity: 1 }
        : { color: ink[tone], opacity: 1 },
      label: { show: at === 0, formatter: label, position: "top", color: ink["ink-2"], fontSize: 12 },
    })),
    labelLayout: { moveOverlap: "shiftX" },
    tooltip: { formatter: ({ data }) => data.row.text },
    z: 3,
  });
  return {
    ...frame,
    grid: { ...frame.grid, top: 28, right: 24 },
    xAxis: spreadAxis(spec, ink, width, spec.rows.flatMap((row) => [row.start, row.end])),
    yAxis: rowAxis(ink, spec.rows, width),
    series: [
      {
        ...whiskers(spec.rows.map((row) => ({ low: Math.min(row.start, row.end), high: Math.max(row.start, row.end) })), ink.edge),
      },
      dot("start", "series-1", true, spec.start_label),
      dot("end", "series-1", false, spec.end_label),
      hatchedPoints(small(spec.rows, (row, at) => [row.end, at], 6), ink),
    ],
  };
}

export function bars(spec, ink, width) {
  const frame = base(ink);
  return {
    ...frame,
    grid: { ...frame.grid, right: 72, top: spec.reference === null ? 8 : 24 },
    xAxis: valueAxis(ink, { axisLabel: { color: ink["ink-3"], formatter: (value) => format(spec, value), hideOverlap: true } }),
    yAxis: rowAxis(ink, spec.rows, width),
    series: [
      {
        type: "bar",
        barWidth: 14,
        data: spec.rows.map((row) => ({
          value: row.value,
          url: row.url,
          row,
          itemStyle: { color: ink[row.tone], ...(row.small ? { decal: hatch(ink) } : {}) },
        })),
        label: {
          show: !spec.rows.some((row) => row.low !== null),
          position: "right",
          color: ink.ink,
          fontSize: 12,
          formatter: ({ data }) => format(spec, data.value),
        },
        tooltip: { formatter: ({ data }) => data.row.text },
      },
      whiskers(spec.rows, ink["ink-2"], 4),
      ...reference(spec, ink),
    ],
  };
}
