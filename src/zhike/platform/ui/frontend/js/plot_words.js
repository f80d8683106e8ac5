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

// Han and full-width signs are as wide as the type is high, others about half.
const wide = (sign) => (/[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]/.test(sign) ? 12 : 7);

function taken(text, room) {
  let used = 0;
  let count = 0;
  for (const sign of text) {
    used += wide(sign);
    if (used > room) break;
    count += sign.length;
  }
  return count;
}

// A name on at most two lines; its base stays whole, what is too long for both lines loses its middle.
export function twoLines(text, room) {
  if (taken(text, room) >= text.length) return text;
  const cut = text.lastIndexOf("  n ");
  const base = cut < 0 ? "" : text.slice(cut + 1);
  const name = cut < 0 ? text : text.slice(0, cut);
  const first = taken(name, room);
  const space = name.slice(0, first).lastIndexOf(" ");
  const end = first < name.length && space > first / 2 ? space : first;
  const rest = name.slice(end).trimStart();
  const left = room - [...base].reduce((sum, sign) => sum + wide(sign), 0);
  if (taken(rest, left) >= rest.length) return `${name.slice(0, end)}\n${rest}${base}`;
  return `${name.slice(0, end)}\n…${rest.slice(rest.length - taken([...rest].reverse().join(""), left - 12))}${base}`;
}
