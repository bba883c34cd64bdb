// What both pages share: words in two languages, the theme, and making elements out of text alone.

export function make(tag, { text, ...rest } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  if (text !== undefined) node.textContent = text; // never innerHTML: customers write what they like
  node.append(...children.filter(Boolean));
  return node;
}

export const keep = {
  get(name) { try { return localStorage.getItem(`govorun.${name}`); } catch { return this.memory[name] ?? null; } },
  set(name, value) {
    this.memory[name] = value;
    try {
      if (value === null) localStorage.removeItem(`govorun.${name}`);
      else localStorage.setItem(`govorun.${name}`, value);
    } catch { /* a private window forgets on reload */ }
  },
  memory: {},
};

let words = {};
export let language = "ru";

export function speak(dictionary, wanted) {
  language = wanted in dictionary ? wanted : "ru";
  words = dictionary[language];
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = word(node.dataset.hint);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", word(node.dataset.label));
    if (node.matches("button, a")) node.title = word(node.dataset.label);
  }
  for (const node of document.querySelectorAll("[data-lang]")) {
    node.setAttribute("aria-pressed", String(node.dataset.lang === language));
  }
}

// word("waited", {n: 3}); a missing word shows its name, so that a test or an eye finds it
export function word(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}
export const known = (name) => name in words;

export function firstLanguage() {
  const kept = keep.get("language");
  if (kept) return kept;
  return (navigator.language || "ru").toLowerCase().startsWith("ru") ? "ru" : "en";
}

const SUN = "M12 4V2m0 20v-2M4 12H2m20 0h-2M6.3 6.3 4.9 4.9m14.2 14.2-1.4-1.4m0-11.4 1.4-1.4M4.9 19.1l1.4-1.4M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9";
const MOON = "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5";

export function themeButton(button) {
  const dark = () => {
    const set = document.documentElement.dataset.theme;
    return set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const draw = () => {
    button.replaceChildren(icon(dark() ? SUN : MOON));
    button.setAttribute("aria-pressed", String(dark()));
  };
  button.addEventListener("click", () => {
    const next = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    keep.set("theme", next);
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}

export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "1.8", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" })) svg.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const clock = (iso) => new Date(iso).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

export const day = (iso) => {
  const date = new Date(iso);
  if (date.toDateString() === new Date().toDateString()) return word("today");
  return date.toLocaleDateString(language, { day: "numeric", month: "long" });
};

export const span = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  return whole < 3600 ? `${Math.floor(whole / 60)}:${two(whole % 60)}` : `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
};

export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
