// One colour of somebody's taste made into the few that the pages need, each readable by WCAG 2.1, 1.4.3: 4.5 to 1.

const CARD = { light: [255, 254, 251], dark: [26, 33, 32] }; // --card of site.css

// The custom properties for it; none where there is no colour, or it is none.
export function accented(colour, dark) {
  const rgb = parsed(colour);
  if (!rgb) return {};
  const card = CARD[dark ? "dark" : "light"];
  const towards = dark ? [255, 255, 255] : [0, 0, 0];
  let ink = contrast(rgb, [255, 255, 255]) >= 4.5 ? [255, 255, 255] : [0, 0, 0]; // black or white: one of them is readable on anything
  let soft = mixed(rgb, card, dark ? 0.76 : 0.85);
  let text = rgb;
  for (let part = 0; Math.min(contrast(text, card), contrast(text, soft)) < 4.6 && part < 1; part += 0.06) text = mixed(rgb, towards, part);
  return { "--accent": css(rgb), "--accent-ink": css(ink), "--accent-soft": css(soft), "--accent-text": css(text) };
}

export function parsed(colour) {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (short) return short.slice(1).map((digit) => parseInt(digit + digit, 16));
  return long ? long.slice(1).map((pair) => parseInt(pair, 16)) : null;
}

export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const mixed = (one, other, part) => one.map((value, at) => Math.round(value * (1 - part) + other[at] * part));
const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;
