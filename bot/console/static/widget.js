// Govorun on any site: a button and a chat panel, by one tag. docs/widget.md has its attributes and the API.
//
//   <script src="https://chat.example/widget.js" data-color="#0d7a6b" async></script>
//
// The button stands in a shadow root and the chat in a frame of our own site, so neither page's styles or scripts reach
// the other. A strict Content-Security-Policy needs our site in script-src and frame-src, and nothing else.
(() => {
  "use strict";
  if (window.Govorun) return;
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const given = script.dataset;
  const WORDS = {
    ru: { open: "Открыть чат", close: "Закрыть чат", chat: "Чат", unread: "новых сообщений: {n}", loading: "Открываем чат…", failed: "Чат не открылся. Проверьте соединение.", again: "Попробовать ещё раз" },
    en: { open: "Open the chat", close: "Close the chat", chat: "Chat", unread: "{n} unread", loading: "Opening the chat…", failed: "The chat did not open. Check the connection.", again: "Try again" },
  };
  const PHONE = matchMedia("(max-width: 480px), (max-height: 480px)");
  const WAIT_MS = 15000; // for the frame to say that it is here
  const PARTS = { accent: given.color && /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(given.color) ? given.color : "#0d7a6b" };

  let language = said(given.language || document.documentElement.lang || navigator.language);
  let frame = null, here = false, open = false, unread = 0, before = null, timer = 0, scroll = "";
  let signing = null; // who the site says this is, until the chat has taken it: {token, done}
  const queue = []; // for the frame, until it is here
  const heard = {}; // what the site listens to

  function said(text) { return String(text).toLowerCase().startsWith("ru") ? "ru" : "en"; }
  const word = (name, n = "") => WORDS[language][name].replace("{n}", n);
  const keep = (name, value) => { try { return value === undefined ? localStorage.getItem(name) : localStorage.setItem(name, value); } catch { return null; } };

  function node(tag, fields = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(fields)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (name === "text") made.textContent = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  // --- what is seen ---

  const SVG = "http://www.w3.org/2000/svg";
  function drawing(path, width) {
    const svg = document.createElementNS(SVG, "svg");
    const line = document.createElementNS(SVG, "path");
    for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" })) svg.setAttribute(name, value);
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  const channel = (value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  function inkOn(colour) { // white where it is readable (WCAG 2.1, 1.4.3), else black
    const hex = colour.length === 4 ? colour.slice(1).replace(/./g, "$&$&") : colour.slice(1);
    const [r, g, b] = [0, 2, 4].map((at) => channel(parseInt(hex.slice(at, at + 2), 16)));
    return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) >= 4.5 ? "#fff" : "#000";
  }

  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    .button { position: fixed; bottom: calc(20px + env(safe-area-inset-bottom)); z-index: 2147483000; width: 60px; height: 60px; border: 0; border-radius: 50%; cursor: pointer;
      background: var(--accent); color: var(--ink); display: grid; place-items: center; box-shadow: 0 2px 6px rgb(0 0 0 / 22%), 0 8px 24px rgb(0 0 0 / 18%); transition: transform .15s; padding: 0; }
    .button:hover { transform: scale(1.05); }
    .button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    .button svg { width: 28px; height: 28px; }
    .button .cross, .button[aria-expanded="true"] .bubble { display: none; }
    .button[aria-expanded="true"] .cross { display: block; }
    .right { right: calc(20px + env(safe-area-inset-right)); } .left { left: calc(20px + env(safe-area-inset-left)); }
    .badge { position: absolute; top: -3px; right: -3px; min-width: 24px; height: 24px; padding: 0 7px; border-radius: 12px; background: #b3261e; color: #fff; border: 2px solid #fff;
      font: 700 13px/20px system-ui, "Segoe UI", sans-serif; text-align: center; }
    .panel { position: fixed; bottom: calc(94px + env(safe-area-inset-bottom)); z-index: 2147483001; width: min(390px, calc(100vw - 40px)); height: min(640px, calc(100dvh - 120px)); border-radius: 18px; overflow: hidden;
      background: #fffefb; color: #1d2422; box-shadow: 0 4px 12px rgb(0 0 0 / 16%), 0 18px 56px rgb(0 0 0 / 24%); animation: rise .18s ease-out; }
    .panel.dark { background: #1a2120; color: #e9eeec; }
    .panel iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; display: block; color-scheme: normal; background: transparent; }
    .wait { position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 16px; padding: 24px; text-align: center; font: 16px/1.45 system-ui, "Segoe UI", sans-serif; }
    .wait button { font: inherit; font-weight: 600; min-height: 44px; padding: 0 18px; border: 0; border-radius: 13px; background: var(--accent); color: var(--ink); cursor: pointer; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    [hidden] { display: none !important; }
    @keyframes rise { from { opacity: 0; transform: translateY(10px); } }
    @media (max-width: 480px), (max-height: 480px) { .panel { inset: 0; width: 100vw; height: 100dvh; border-radius: 0; } .button[aria-expanded="true"] { display: none; } }
    @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
    @media print { .button, .panel { display: none !important; } }`;

  const host = node("govorun-chat");
  const root = host.attachShadow({ mode: "open" });
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch { // an old browser: a nonce lets the element through
    const style = node("style", { text: STYLE });
    if (script.nonce) style.nonce = script.nonce;
    root.append(style);
  }

  const side = given.position === "left" ? "left" : "right";
  const badge = node("span", { class: "badge", "aria-hidden": "true", hidden: "" });
  const button = node("button", { type: "button", class: `button ${side}`, "aria-expanded": "false", "aria-haspopup": "dialog", onclick: () => api.toggle() });
  const bubble = drawing("M4 5.5h16v11H10.5L6 20v-3.5H4z", "1.9"), cross = drawing("M6 6l12 12M18 6 6 18", "2");
  bubble.classList.add("bubble");
  cross.classList.add("cross");
  button.append(bubble, cross, badge);
  button.hidden = given.button === "none";
  const live = node("div", { class: "unseen", role: "status" });
  const guards = ["last", "first"].map((which) => node("div", { tabindex: "-1", "aria-hidden": "true", onfocus: () => post("edge", { which }) }));
  const wait = node("div", { class: "wait", role: "status" });
  const panel = node("div", { class: `panel ${side}`, role: "dialog", hidden: "" }, guards[0], wait, guards[1]);
  root.append(panel, button, live);
  host.style.setProperty("--accent", PARTS.accent);
  host.style.setProperty("--ink", inkOn(PARTS.accent));

  function draw() {
    button.setAttribute("aria-label", [word(open ? "close" : "open"), unread && !open ? word("unread", unread) : ""].filter(Boolean).join(", "));
    button.setAttribute("aria-expanded", String(open));
    badge.hidden = !unread || open;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    panel.setAttribute("aria-label", given.title || word("chat"));
    panel.setAttribute("aria-modal", String(PHONE.matches));
    for (const guard of guards) guard.setAttribute("tabindex", open && PHONE.matches ? "0" : "-1");
    panel.classList.toggle("dark", given.theme === "dark" || (given.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches));
    host.lang = language;
  }

  // --- the frame ---

  function load() {
    if (frame) return;
    const asked = new URLSearchParams({ origin: location.origin, language, theme: given.theme || "auto" });
    for (const [name, value] of Object.entries({ scenarios: given.scenarios, title: given.title, color: given.color && PARTS.accent })) if (value) asked.set(name, value);
    frame = node("iframe", { title: given.title || word("chat"), src: `${home}/widget?${asked}`, allow: "clipboard-write", referrerpolicy: "origin" });
    wait.replaceChildren(node("span", { text: word("loading") }));
    wait.hidden = false;
    guards[0].after(frame);
    clearTimeout(timer);
    timer = setTimeout(failed, WAIT_MS);
  }

  function failed() {
    console.error(`Govorun: the chat did not open. Is ${home} up, is ${location.origin} in GOVORUN_ALLOWED_ORIGINS there, and ${home} in this page's frame-src?`);
    frame?.remove();
    frame = null;
    here = false;
    wait.replaceChildren(node("span", { text: word("failed") }), node("button", { type: "button", text: word("again"), onclick: () => { load(); } }));
    wait.hidden = false;
  }

  function post(kind, fields = {}) {
    const message = { govorun: kind, ...fields };
    if (here) frame.contentWindow.postMessage(message, home);
    else queue.push(message);
  }

  const TOLD = {
    here() {
      clearTimeout(timer);
      here = true;
      wait.hidden = true;
      if (open) show();
      vouch(); // first: what was said before is said by who is signed in
      for (const message of queue.splice(0)) frame.contentWindow.postMessage(message, home);
    },
    signed({ right, why }) { settle(right === true, why); },
    ready() { tell("ready"); },
    close() { api.close(); },
    refused() { failed(); },
    talked() { keep("govorun.talked", "1"); },
    unread({ count, text }) {
      if (count > unread && !open && text) live.textContent = text;
      const more = count !== unread;
      unread = count;
      draw();
      if (more) tell("unread", count);
    },
  };

  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== home || source !== frame?.contentWindow || typeof data?.govorun !== "string" || !Object.hasOwn(TOLD, data.govorun)) return;
    TOLD[data.govorun](data);
  });

  function tell(name, detail) {
    for (const listener of heard[name] ?? []) {
      try { listener(detail); } catch (error) { console.error(error); }
    }
  }

  async function vouch() {
    const mine = signing;
    if (!mine || !here) return;
    try {
      const token = typeof mine.token === "function" ? await mine.token() : mine.token;
      if (mine !== signing) return;
      if (typeof token !== "string" || !token.trim()) throw new TypeError("signIn needs a token, or a function that gives one");
      post("signIn", { token: token.trim() });
    } catch (error) {
      if (mine === signing) settle(false, error.message);
    }
  }

  function settle(right, why) {
    if (!right && why) console.error(`Govorun: nobody is signed in. ${why}`);
    signing?.done(right);
    signing = null;
    tell("signed", right);
  }

  function show(focus = true) {
    if (focus) frame.focus();
    post("show", { focus });
  }

  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); api.close(); } });
  PHONE.addEventListener("change", () => { if (open) still(); draw(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  function still() { // what lies under a full screen doesn't scroll
    const page = document.documentElement.style;
    if (open && PHONE.matches && scroll === "") { scroll = page.overflow || "visible"; page.overflow = "hidden"; }
    else if (scroll !== "" && !(open && PHONE.matches)) { page.overflow = scroll === "visible" ? "" : scroll; scroll = ""; }
  }

  const api = Object.freeze({
    open() {
      if (open) return;
      open = true;
      before = document.activeElement === host ? button : document.activeElement;
      panel.hidden = false;
      load();
      still();
      draw();
      if (here) show();
      tell("open");
    },
    close() {
      if (!open) return;
      open = false;
      panel.hidden = true;
      still();
      draw();
      if (here) post("hide");
      (before?.isConnected && before !== document.body && before !== document.documentElement ? before : button).focus();
      tell("close");
    },
    toggle() { if (open) api.close(); else api.open(); },
    say(text) { load(); post("say", { text: String(text) }); },
    signIn(token) { return new Promise((done) => { signing?.done(false); signing = { token, done }; vouch(); }); },
    signOut() { signing?.done(false); signing = null; load(); post("signOut"); },
    language(wanted) { language = said(wanted); draw(); if (frame) post("language", { language }); },
    on(name, listener) { (heard[name] ??= new Set()).add(listener); return () => heard[name].delete(listener); },
    get isOpen() { return open; },
    get unread() { return unread; },
  });

  function begin() {
    document.body.append(host);
    draw();
    Object.defineProperty(window, "Govorun", { value: api });
    dispatchEvent(new CustomEvent("govorun", { detail: api }));
    if ("open" in given) api.open();
    else if (keep("govorun.talked")) (window.requestIdleCallback ?? setTimeout)(load); // who has talked is told of what comes
  }
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
