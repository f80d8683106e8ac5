// Words come from the page, in its language.
const held = () => document.getElementById("zk-words")?.dataset ?? {};

export function word(name, values = {}) {
  const text = held()[name] ?? name;
  return text.replace(/%\((\w+)\)s/g, (_whole, key) => String(values[key] ?? ""));
}

// In the zone in which the reader's pages show times, wherever the browser is.
export function clockTime(instant) {
  const timeZone = document.body.dataset.zone || undefined;
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(instant);
}

// As formats.duration on the server: minutes, never seconds; the largest two units.
export function duration(milliseconds) {
  const minutes = Math.max(0, Math.floor(Math.abs(milliseconds) / 60000));
  const values = { days: Math.floor(minutes / 1440), hours: Math.floor((minutes % 1440) / 60), minutes: minutes % 60 };
  if (values.days && values.hours) return word("dh", values);
  if (values.days) return word("d", values);
  if (values.hours && values.minutes) return word("hm", values);
  if (values.hours) return word("h", values);
  return word("m", values);
}

export function element(tag, css = "", text = "") {
  const made = document.createElement(tag);
  if (css) made.className = css;
  if (text) made.textContent = text;
  return made;
}
