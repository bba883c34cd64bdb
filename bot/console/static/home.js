// The page "/": the chat, and a call beside it.

import { Call } from "./call.js";
import { Link } from "./link.js";
import { firstLanguage, keep, language, make, newId, speak, themeButton, word } from "./page.js";
import { Transcript } from "./transcript.js";
import { WORDS } from "./words.js";

const $ = (id) => document.getElementById(id);
const log = $("log");
let conversation = null; // the one on screen
let seq = 0; // the newest line of it that we have
let status = "none";
let sets = []; // what can be talked with: {name, title}
let wanted = new URLSearchParams(location.search).get("scenarios") ?? "";
let outbox = kept(); // what was typed and not acknowledged yet
let lostTimer = 0;

const transcript = new Transcript(log, { onchoice: choose });
const link = new Link("/webchat", () => ({
  type: "hello", visitor: keep.get("visitor"), language, scenarios: wanted,
  after: conversation ? { conversation, seq } : null,
}));
const call = new Call($, { visitor: () => keep.get("visitor"), scenarios: () => wanted });

function kept() {
  try { return JSON.parse(keep.get("outbox") || "[]"); } catch { return []; }
}

// --- out ---

function put(message, text) {
  const draft = { ...message, id: newId() };
  outbox.push({ message: draft, text, at: new Date().toISOString() });
  keep.set("outbox", JSON.stringify(outbox));
  if (text !== undefined) transcript.expect({ id: draft.id, text, at: new Date().toISOString() });
  link.send(draft);
  refresh();
  setTimeout(() => { if (link.open && waits(draft.id) && status !== "agent" && status !== "waiting") transcript.typing("bot"); }, 350);
}

const waits = (id) => outbox.some(({ message }) => message.id === id);

function done(id) {
  outbox = outbox.filter(({ message }) => message.id !== id);
  keep.set("outbox", JSON.stringify(outbox));
}

function choose(button) {
  put({ type: "choose", option: button.payload, title: button.title }, button.title);
  $("text").focus({ preventScroll: true });
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  size();
  put({ type: "say", text }, text);
});

let lastTyping = 0;
$("text").addEventListener("input", () => {
  size();
  if (status === "agent" && Date.now() - lastTyping > 2000) { lastTyping = Date.now(); link.send({ type: "typing" }); }
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
});

function size() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 3, 144)}px`;
}

$("over").addEventListener("click", () => {
  put({ type: "start" });
  $("text").focus();
});

// --- in ---

link.addEventListener("welcome", ({ detail }) => {
  clearTimeout(lostTimer);
  $("lost").hidden = true;
  keep.set("visitor", detail.visitor);
  sets = detail.sets ?? [];
  const begun = wanted && detail.scenarios && wanted !== detail.scenarios; // the address names another than the chat's
  wanted = wanted || detail.scenarios || sets[0]?.name || "";
  choices();
  if (begun && detail.conversation && !outbox.length) put({ type: "start" });
  if (!detail.conversation) conversation = null;
  call.offered(detail);
  name();
  for (const { message } of outbox) link.send(message);
  refresh();
});

link.addEventListener("conversation", ({ detail }) => {
  if (detail.medium !== "text") return call.begins(detail.conversation);
  if (detail.conversation === conversation) return;
  conversation = detail.conversation;
  seq = 0;
  refresh();
});

link.addEventListener("line", ({ detail }) => {
  if (detail.medium !== "text") return call.line(detail);
  log.querySelector(".empty")?.remove();
  if (detail.event) done(detail.event);
  if (detail.conversation === conversation) seq = Math.max(seq, detail.seq);
  transcript.add(detail);
  if (document.hidden && detail.who === "agent") document.title = `● ${word("wrote", { who: transcript.names[detail.agent] || word("agent") })}`;
  refresh();
});

link.addEventListener("ack", ({ detail }) => { done(detail.id); transcript.settle(detail.id); transcript.quiet(); });

link.addEventListener("status", ({ detail }) => {
  if (detail.medium !== "text") return call.status(detail.status);
  if (detail.conversation !== conversation) return;
  status = detail.status;
  refresh();
});

link.addEventListener("typing", ({ detail }) => { if (detail.conversation === conversation) transcript.typing(detail.who); });

link.addEventListener("problem", ({ detail }) => {
  transcript.quiet();
  const told = word(`problem_${detail.problem}`) === `problem_${detail.problem}` ? `${detail.detail}. ${detail.fix}` : word(`problem_${detail.problem}`);
  if (detail.id) { transcript.fail(detail.id, told); done(detail.id); }
});

link.addEventListener("down", () => {
  clearTimeout(lostTimer);
  lostTimer = setTimeout(() => { $("lost").hidden = false; $("lost").textContent = word("lost"); }, 1200);
});

document.addEventListener("visibilitychange", () => { if (!document.hidden) name(); });

// --- the rest of the page ---

function refresh() {
  const pill = $("status");
  const shown = conversation && status !== "none";
  pill.hidden = !shown;
  if (shown) { pill.className = `pill ${status}`; pill.textContent = word(`status_${status}`); }
  $("over").hidden = !conversation || !["bot", "ended"].includes(status); // a person is not left by a button
  if (transcript.empty) log.append(welcome());
}

function welcome() {
  const wave = make("div", { class: "wave", "aria-hidden": "true" });
  for (const [at, high] of [18, 34, 50, 30, 44, 22, 12].entries()) {
    const bar = make("i");
    bar.style.height = `${high}px`;
    bar.style.animationDelay = `${at * 0.13}s`;
    wave.append(bar);
  }
  return make("div", { class: "empty" }, wave,
    make("b", { text: word("hello") }), make("span", { text: word("hello_more") }),
    make("button", { type: "button", class: "do", text: word("begin"), onclick: () => put({ type: "start" }) }));
}

// --- which set ---

function choices() {
  $("sets").hidden = sets.length < 2;
  $("sets").querySelector("select").replaceChildren(...sets.map((each) =>
    make("option", { value: each.name, text: each.title[language] ?? each.title.ru ?? each.name, selected: each.name === wanted })));
}

$("sets").querySelector("select").addEventListener("change", ({ target }) => {
  wanted = target.value;
  history.replaceState(null, "", `?scenarios=${encodeURIComponent(wanted)}`);
  link.send({ type: "scenarios", scenarios: wanted });
  name();
  if (status !== "agent" && status !== "waiting") put({ type: "start" }); // a person is not left by a choice
});

function name() {
  const title = sets.find((each) => each.name === wanted)?.title[language] || word("product");
  $("title").textContent = title;
  document.title = title === word("product") ? title : `${title} · ${word("product")}`;
}

function translate(wanted) {
  speak(WORDS, wanted);
  keep.set("language", language);
  link.send({ type: "language", language });
  name();
  choices();
  log.querySelector(".empty")?.remove();
  transcript.redraw();
  call.translate();
  $("lost").textContent = word("lost");
  refresh();
}

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => {
    const before = language;
    translate(button.dataset.lang);
    // a conversation under way goes on in its language until the customer says so: say it for them
    if (before !== language && conversation && status === "bot") put({ type: "say", text: word("speak_it") }, word("speak_it"));
  });
}

for (const which of ["chat", "call"]) {
  $(`tab-${which}`).addEventListener("click", () => {
    $("try").dataset.shown = which;
    for (const other of ["chat", "call"]) $(`tab-${other}`).setAttribute("aria-selected", String(other === which));
  });
}

themeButton($("theme"));
speak(WORDS, firstLanguage());
name();
call.translate();
for (const { message, text, at } of outbox) if (text !== undefined) transcript.expect({ id: message.id, text, at });
refresh();
link.start();
