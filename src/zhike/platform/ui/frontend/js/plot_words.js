// Numbers as the server writes them: grouped, equal decimals, a true minus.
export function format(spec, value) {
  if (value === null || value === undefined) return "–";
  const shown = new Intl.NumberFormat("en-US", {
    minimumFractionDigits: spec.decimals,
    maximumFractionDigits: spec.decimals,
  }).format(value);
  return `${shown.replace("-", "−")}${spec.unit ? ` ${spec.unit}` : ""}`;
}

// A small base is hatched; hatching means nothing else.
export function hatch(ink) {
  return { symbol: "rect", color: ink.surface, dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: Math.PI / 4 };
}

// A lighter shade that leaves the words upon it at full strength.
export function faded(color, weight) {
  return weight >= 1 ? color : color.replace("rgb(", "rgba(").replace(")", `, ${weight})`);
}
