// The chat in the widget's frame. It talks with the page around it by messages, and with no page but the one that said
// at the start who it is: the browser delivers to no other (targetOrigin), and takes none from others (origin).

import { Chat } from "./chat.js";
import { accented } from "./colours.js";
import { keep, language, speak, word } from "./page.js";
import { WORDS } from "./words.js";

const $ = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
const around = asked.get("origin") || location.origin;
const scenarios = asked.get("scenarios") ?? "";
const named = asked.get("title") ?? "";
const colour = asked.get("color") ?? "";
let shownTo = false; // whether somebody sees us
let sets = [];
let unread = 0;

const tell = (kind, fields = {}) => parent.postMessage({ govorun: kind, ...fields }, around);
const chat = new Chat($, { hello: () => ({ scenarios }) });

function theme(wanted) {
  if (wanted === "light" || wanted === "dark") document.documentElement.dataset.theme = wanted;
  else delete document.documentElement.dataset.theme;
  const dark = wanted === "dark" || (wanted !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  for (const [name, value] of Object.entries(accented(colour, dark))) document.documentElement.style.setProperty(name, value);
}

function title() {
  const business = sets.find((each) => each.name === (scenarios || sets[0]?.name));
  $("title").textContent = named || business?.title[language] || business?.title.ru || word("product");
  document.title = $("title").textContent;
}

function translate(wanted) {
  speak(WORDS, wanted);
  chat.link.send({ type: "language", language });
  title();
  chat.redraw();
}

// --- what came while nobody looked ---

const seen = () => { try { return JSON.parse(keep.get("widget-seen")) ?? {}; } catch { return {}; } };

function read() {
  unread = 0;
  if (chat.conversation) keep.set("widget-seen", JSON.stringify({ conversation: chat.conversation, seq: chat.seq }));
  tell("unread", { count: 0 });
}

chat.addEventListener("line", ({ detail }) => {
  if (detail.medium !== "text") return;
  tell("talked");
  if (shownTo && !document.hidden) return read();
  const last = seen();
  if (!["bot", "agent"].includes(detail.who) || (last.conversation === detail.conversation && detail.seq <= last.seq)) return;
  unread += 1;
  tell("unread", { count: unread, text: detail.text.slice(0, 200) });
});

document.addEventListener("visibilitychange", () => { if (!document.hidden && shownTo) read(); });

// --- the page around us ---

const focusable = () => [...document.querySelectorAll("a[href], button, summary, textarea, [tabindex='0']")].filter((node) => node.checkVisibility() && !node.disabled);

const ACTS = {
  show({ focus }) {
    shownTo = true;
    read();
    if (!focus) return;
    if (matchMedia("(pointer: coarse)").matches) $("title").focus(); // a keyboard over half the screen is not asked for
    else $("text").focus();
  },
  hide() { shownTo = false; },
  edge({ which }) { const all = focusable(); (which === "last" ? all.at(-1) : all[0])?.focus(); },
  say({ text }) { if (typeof text === "string" && text.trim()) chat.say(text.trim().slice(0, 4096)); },
  async signIn({ token }) { if (typeof token === "string") tell("signed", await chat.signIn(token, around)); },
  signOut() { keep.set("widget-seen", null); chat.signOut(); read(); },
  language({ language: wanted }) { translate(wanted); },
  theme({ theme: wanted }) { theme(wanted); },
};

addEventListener("message", ({ origin, source, data }) => {
  if (source !== parent || origin !== around || typeof data?.govorun !== "string" || !Object.hasOwn(ACTS, data.govorun)) return;
  ACTS[data.govorun](data);
});

chat.addEventListener("welcome", ({ detail }) => { sets = detail.sets ?? []; title(); tell("ready"); });
chat.addEventListener("down", ({ detail }) => { if (detail.code === 4403) tell("refused"); });

$("shut").addEventListener("click", () => tell("close"));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  tell("close");
});

theme(asked.get("theme") ?? "auto");
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => theme(asked.get("theme") ?? "auto"));
speak(WORDS, asked.get("language") === "en" ? "en" : "ru");
title();
chat.start();
tell("here"); // the page around us was let in
