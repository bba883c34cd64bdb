// /desk: the queue, the conversation, the customer. Everything by keyboard too.

import { Link } from "./link.js";
import { clock, firstLanguage, icon, keep, known, language, make, newId, span, speak, themeButton, word } from "./page.js";
import { Customers } from "./desk-customer.js";
import { Files } from "./files.js";
import { Forms } from "./desk-forms.js";
import { Recordings } from "./desk-recording.js";
import { reason, Transcript } from "./transcript.js";
import { WORDS } from "./desk-words.js";

const $ = (id) => document.getElementById(id);
const LONG_S = 60; // a wait that shows warm
const LATE_S = 180; // and one that shows red

let me = null;
let items = [];
let seenWaiting = null; // conversations that were waiting before: null until the first queue came
const recordings = new Recordings($("recording"), $("log"));
let selected = null; // a conversation's id
let open = null; // what the server told of it
let draftOf = recalled("drafts", {}); // text typed and not sent, by conversation; a reload loses neither it nor what was open
let lastOf = {}; // the last line of each in the queue, to notice a new one
let outbox = []; // sent and not acknowledged
let closing = 0; // when "close" was pressed the first time
let sound = keep.get("sound") !== "off";
let audio = null;
let lostTimer = 0;

const transcript = new Transcript($("log"), { own: "agent", recorded: true });
const link = new Link("/desk/socket", () => ({ type: "ping" }));
const forms = new Forms({ settle: (number, status) => act("settle", { number, status }), open: (id) => select(id), said: (text) => say(text) });

const customers = new Customers({ open: (id) => select(id), said: (text) => say(text) });

new Files($, {
  path: "/desk/files", enabled: () => mine() && open.files,
  send: (file) => {
    const id = act("say", { conversation: selected, file: file.id });
    transcript.expect({ id, text: file.name, at: new Date().toISOString() });
  },
});

// --- over a reload, in this tab alone ---

function recalled(name, otherwise) {
  try { return JSON.parse(sessionStorage.getItem(`desk-${name}`)) ?? otherwise; } catch { return otherwise; }
}

function remember() {
  if (selected) draftOf[selected] = $("text").value;
  draftOf = Object.fromEntries(Object.entries(draftOf).filter(([, text]) => text));
  try {
    sessionStorage.setItem("desk-drafts", JSON.stringify(draftOf));
    sessionStorage.setItem("desk-open", JSON.stringify(selected));
  } catch { /* a browser that keeps nothing */ }
}
addEventListener("pagehide", remember);

// --- coming in ---

async function enter() {
  const response = await fetch("/desk/me").catch(() => null);
  if (response?.ok) return begin(await response.json());
  $("gate").hidden = false;
  $("login").elements.login.focus();
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target.elements;
  $("refused").hidden = true;
  const response = await fetch("/desk/login", {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ login: form.login.value, password: form.password.value }),
  }).catch(() => null);
  if (response?.ok) { form.password.value = ""; return begin(await response.json()); }
  const problem = await response?.json().catch(() => null);
  $("refused").textContent = word(problem?.detail?.includes("too many") ? "refused_wait" : response?.status === 401 ? "refused_NotAllowed" : "refused");
  $("refused").hidden = false;
  form.password.select();
});

function begin(agent) {
  me = agent;
  $("gate").hidden = true;
  $("desk").hidden = false;
  for (const node of document.querySelectorAll(".inside, #here")) node.hidden = false;
  identify();
  const before = recalled("open", null);
  if (before) select(before, { show: false });
  draw();
  link.start();
}

$("logout").addEventListener("click", async () => {
  act("presence", { here: false });
  link.stop();
  draftOf = {};
  selected = null;
  $("text").value = "";
  await fetch("/desk/logout", { method: "POST" }).catch(() => null);
  location.reload();
});

// --- in ---

link.addEventListener("welcome", ({ detail }) => {
  clearTimeout(lostTimer);
  $("lost").hidden = true;
  me = detail.agent;
  if (me.presence !== "here" && keep.get("presence") !== "away") act("presence", { here: true });
  identify();
  if (selected) watch(selected);
  for (const message of outbox) link.send(message);
});

link.addEventListener("me", ({ detail }) => { me = detail.agent; identify(); draw(); });

link.addEventListener("queue", ({ detail }) => {
  items = detail.items;
  const waiting = new Set(items.filter((item) => item.status === "waiting").map((item) => item.conversation));
  const fresh = seenWaiting ? [...waiting].filter((id) => !seenWaiting.has(id)) : [];
  seenWaiting = waiting;
  const wrote = items.filter((item) => item.agent === me?.login && item.last_who === "customer" && lastOf[item.conversation] !== item.last && (document.hidden || item.conversation !== selected));
  const before = Object.keys(lastOf).length > 0;
  lastOf = Object.fromEntries(items.map((item) => [item.conversation, item.last]));
  draw(fresh);
  if (wrote.length && before && !fresh.length) { beep(); say(word("spoken_wrote", { name: title(wrote[0]) })); }
  if (fresh.length) notify(items.find((item) => item.conversation === fresh[0]));
});

link.addEventListener("forms", ({ detail }) => { if (forms.take(detail.items)) beep(); });

link.addEventListener("conversation", ({ detail }) => {
  if (detail.conversation !== selected) return;
  open = detail;
  draw();
});

link.addEventListener("line", ({ detail }) => {
  if (detail.conversation !== selected) return;
  $("log").querySelector(".empty")?.remove();
  if (detail.event) outbox = outbox.filter(({ id }) => id !== detail.event);
  transcript.add(detail);
  if (open) transcript.heard(open.conversation, open.spoken ?? {});
  recordings.mark();
});

link.addEventListener("typing", ({ detail }) => { if (detail.conversation === selected) transcript.typing("agent"); });

link.addEventListener("ack", ({ detail }) => { outbox = outbox.filter(({ id }) => id !== detail.id); });

link.addEventListener("problem", ({ detail }) => {
  if (detail.status === 401) return location.reload();
  outbox = outbox.filter(({ id }) => id !== detail.id);
  const name = `problem_${detail.problem}`;
  const told = known(name) ? word(name, { detail: detail.detail }) : `${detail.detail}. ${detail.fix}`;
  if ($("settings-sheet").open) { $("settings-trouble").textContent = told; $("settings-trouble").hidden = false; return; }
  transcript.fail(detail.id, told);
  say(told);
});

link.addEventListener("down", ({ detail }) => {
  if (detail.code === 4401) return location.reload();
  clearTimeout(lostTimer);
  lostTimer = setTimeout(() => { $("lost").hidden = false; $("lost").textContent = word("lost"); }, 1200);
});

// --- out ---

function act(type, fields = {}) {
  const message = { type, id: newId(), ...fields };
  if (type !== "typing") outbox.push(message);
  link.send(message);
  return message.id;
}

function watch(id) { link.send({ type: "watch", conversation: id, after: 0 }); }

function select(id, { show = true } = {}) {
  if (selected) draftOf[selected] = $("text").value;
  if (id !== selected) {
    selected = id;
    open = null;
    closing = 0;
    transcript.clear();
    $("text").value = draftOf[id] ?? "";
    size();
    watch(id);
  }
  if (show) $("desk").dataset.shown = "talk";
  draw();
}

const current = () => items.find((item) => item.conversation === selected);
const mine = () => open?.status === "agent" && open.agent === me.login;

function accept() {
  const item = current();
  if (!item || item.status !== "waiting") return;
  act("accept", { conversation: selected });
  if (item.medium === "text") setTimeout(() => $("text").focus(), 250);
}

function giveBack() { if (mine()) { act("give_back", { conversation: selected }); $("items").focus(); } }

function finish() {
  if (!mine()) return;
  if (Date.now() - closing > 3000) { // the second press within three seconds means it
    closing = Date.now();
    setTimeout(draw, 3100);
    draw();
    return;
  }
  closing = 0;
  act("finish", { conversation: selected });
  $("items").focus();
}

$("accept").addEventListener("click", accept);
$("give").addEventListener("click", giveBack);
$("close").addEventListener("click", finish);

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text || !mine()) return;
  $("text").value = "";
  size();
  const id = act("say", { conversation: selected, text });
  transcript.expect({ id, text, at: new Date().toISOString() });
});

let lastTyping = 0;
$("text").addEventListener("input", () => {
  size();
  if (Date.now() - lastTyping > 2000) { lastTyping = Date.now(); link.send({ type: "typing", conversation: selected }); }
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
  if (event.key === "Escape") { event.preventDefault(); $("items").focus(); }
});

function size() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 3, 144)}px`;
}

// --- keys: by place on the keyboard, so that they work in either layout ---

const KEYS = { KeyA: accept, KeyR: () => mine() && $("text").focus(), KeyG: giveBack, KeyX: finish, KeyF: () => forms.show(), KeyC: () => open?.customer && customers.show(open.customer.id), KeyS: () => customers.search(), KeyP: () => recordings.toggle(), ArrowLeft: () => recordings.skip(-5), ArrowRight: () => recordings.skip(5), ArrowDown: () => step(1), ArrowUp: () => step(-1), KeyJ: () => step(1), KeyK: () => step(-1), Enter: () => selected && select(selected), Slash: () => $("keys-sheet").showModal() };

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") $("desk").classList.remove("about-shown");
  if ($("desk").hidden || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input, textarea") || (event.target.matches("button, a") && event.code === "Enter")) return;
  const asked = event.key === "?"; // another place in each layout
  const action = asked ? KEYS.Slash : event.code !== "Slash" && KEYS[event.code];
  if (!action) return;
  event.preventDefault();
  action();
});

function step(by) {
  const order = [...document.querySelectorAll(".item")].map((node) => node.dataset.id);
  if (!order.length) return;
  const at = order.indexOf(selected);
  select(order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by))], { show: false });
  document.querySelector('.item[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
}

// --- what is shown ---

function title(item) {
  return item.name || (item.phone ? item.phone : `${word("visitor")} ${item.conversation.slice(0, 4)}`);
}

function channel(name) { return known(`channel_${name}`) ? word(`channel_${name}`) : name; }

function itemNode(item, fresh) {
  const node = make("li", { class: `item ${fresh ? "fresh" : ""}`, role: "option", id: `item-${item.conversation}`, "data-id": item.conversation, "aria-selected": String(item.conversation === selected), onclick: () => select(item.conversation) });
  node.append(
    make("div", { class: "top" }, make("b", { text: title(item) }), make("span", { class: "wait", "data-since": item.since, ...(item.status === "waiting" ? {} : { "data-held": "" }) })),
    make("div", { class: `last ${item.last_who === "customer" ? "new" : ""}`, text: item.last }),
    make("div", { class: "chips" },
      item.medium === "voice" && make("span", { class: "chip call", text: `☎ ${word("call_chip")}` }),
      item.priority > 0 && make("span", { class: "chip urgent", text: word("urgent") }),
      item.skill && make("span", { class: "chip skill", text: item.skill }),
      item.reason && make("span", { class: "chip", text: reason(item.reason) }),
      item.medium !== "voice" && make("span", { class: "chip", text: channel(item.channel) }),
      item.language && make("span", { class: "chip", text: word(`lang_${item.language}`) }),
      item.status !== "waiting" && item.agent && item.agent !== me.login && make("span", { class: "chip", text: item.agent_name })),
  );
  return node;
}

function draw(fresh = []) {
  const waiting = items.filter((item) => item.status === "waiting");
  const held = items.filter((item) => item.status !== "waiting");
  const list = $("items");
  list.replaceChildren();
  for (const [name, part] of [["mine", held.filter((item) => item.agent === me?.login)], ["waiting", waiting], ["others", held.filter((item) => item.agent !== me?.login)]]) {
    if (!part.length) continue;
    list.append(make("li", { class: "part", role: "presentation", text: word(name) }));
    for (const item of part) list.append(itemNode(item, fresh.includes(item.conversation)));
  }
  if (!items.length) list.append(make("li", { class: "empty", role: "presentation" }, make("b", { text: word("empty_queue") }), make("span", { text: word("empty_queue_more") })));
  if (selected && items.some((item) => item.conversation === selected)) list.setAttribute("aria-activedescendant", `item-${selected}`);
  else list.removeAttribute("aria-activedescendant");
  $("count").textContent = waiting.length ? word("waiting_n", { n: waiting.length }) : word("nobody");
  $("count").className = `pill ${waiting.length ? "waiting" : ""}`;
  document.title = `${waiting.length ? `(${waiting.length}) ` : ""}${word("desk")} · ${word("product")}`;
  tick();
  drawTalk();
  drawAbout();
}

function drawTalk() {
  const item = current();
  if (open) transcript.heard(open.conversation, open.spoken ?? {});
  recordings.show(open);
  const log = $("log");
  $("talk-head").hidden = !selected;
  if (!selected) {
    if (transcript.empty) log.append(make("div", { class: "empty" }, make("b", { text: word("empty_talk") }), make("span", { text: word("empty_talk_more") })));
  } else log.querySelector(".empty")?.remove();
  const status = open?.status ?? item?.conversation_status ?? "";
  const voice = (open?.medium ?? item?.medium) === "voice";
  if (item || open) {
    $("talk-title").textContent = title(item ?? { name: open.customer?.facts?.name, conversation: open.conversation });
    const about = [channel((item ?? open).channel), item?.reason && reason(item.reason), (item ?? open).language && word(`lang_${(item ?? open).language}`)];
    $("talk-about").textContent = about.filter(Boolean).join(" · ");
  }
  const moving = voice && item && ["transferring", "transferred"].includes(item.transfer);
  $("accept").hidden = !(item?.status === "waiting") || moving;
  const rings = voice && (item?.telephone ?? (open?.channel === "sip")) && me?.sip; // any other call is answered in writing, and spoken to the caller
  button($("accept"), voice ? "accept_call" : "accept", "A");
  $("give").hidden = !mine();
  $("close").hidden = !mine();
  button($("give"), "give", "G");
  button($("close"), Date.now() - closing < 3000 ? "close_sure" : "close", "X");
  $("close").classList.toggle("danger", Date.now() - closing < 3000);
  const writes = mine() && !moving;
  $("composer").hidden = !writes;
  $("attach").hidden = !open?.files;
  const lock = !selected || writes ? "" : voice && status === "waiting" ? (rings ? "lock_call" : "lock_call_written")
    : { waiting: "lock_waiting", agent: "lock_other", bot: "lock_bot", ended: "lock_ended" }[status] ?? "";
  $("lock").hidden = !lock;
  $("lock").textContent = lock ? word(lock, { agent: open?.agent_name || item?.agent_name }) : "";
  const transfer = item?.callback ? `callback_${item.callback_state}` : item?.transfer && `transfer_${item.transfer}`;
  $("transfer").hidden = !transfer;
  $("transfer").textContent = transfer ? word(transfer, { sip: item.agent_sip || "…", agent: item.agent_name, number: item.callback, attempts: item.attempts }) : "";
}

function button(node, name, key) { node.replaceChildren(make("span", { text: word(name) }), make("kbd", { text: key })); }

function drawAbout() {
  const item = current();
  const box = $("about");
  if (!open) { box.replaceChildren(); return; }
  const part = (name, ...body) => make("section", {}, make("h3", { text: word(name) }), ...body);
  const list = (rows) => make("dl", {}, ...rows.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
  const label = (kind, name) => (known(`${kind}_${name}`) ? word(`${kind}_${name}`) : name);
  const facts = Object.entries(open.customer.facts).map(([name, value]) => [label("fact", name), shown(value)]);
  for (const each of open.customer.identities) if (each.kind === "phone") facts.push([word("line_phone"), each.value]);
  const called = (name, otherwise) => open.titles?.[name]?.[language] ?? otherwise; // as the scenario has it
  const said = (name, value) => (Array.isArray(value) ? value.map((each) => said(name, each)).join(", ") : called(`${name}=${value}`, shown(value)));
  const offered = (value) => Array.isArray(value) && value.some((each) => /^\d{4}-\d\d-\d\dT/.test(each)); // free hours: ours, not theirs
  const slots = Object.entries(open.slots).filter(([, value]) => value !== null && !offered(value) && (typeof value !== "object" || Array.isArray(value))).map(([name, value]) => [called(name, label("slot", name)), said(name, value)]);
  box.replaceChildren(...[
    make("button", { type: "button", class: "quiet details hide", "aria-label": word("details_close"), text: "✕", onclick: () => { $("desk").classList.remove("about-shown"); $("more").focus(); } }),
    item && (item.note || item.reason) && part("about_note", make("p", { text: item.note || reason(item.reason) })),
    part("about_customer", facts.length ? list(facts) : make("p", { class: "hint", text: word("nothing_known") }),
      make("button", { type: "button", class: "do plain card-of", onclick: () => customers.show(open.customer.id) }, make("span", { text: word("customer_card") }), make("kbd", { text: "C" }))),
    slots.length > 0 && part("about_slots", list(slots)),
    part("about_bookings", open.bookings.length ? list(open.bookings.map((each) => [shown(each.when), `${each.title?.[language] ?? each.title?.ru ?? each.service}, ${label("status", each.status)}`])) : make("p", { class: "hint", text: word("no_bookings") })),
    part("about_conversation", list([[word("field_channel"), channel(open.channel)], [word("field_language"), word(`lang_${open.language}`)], [word("field_started"), clock(open.started)], [word("field_id"), open.conversation]])),
  ].filter(Boolean));
}

function shown(value) {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) {
    return new Date(value).toLocaleString(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }
  return String(value);
}

function tick() {
  for (const node of document.querySelectorAll("[data-since]")) {
    const seconds = (Date.now() - new Date(node.dataset.since)) / 1000;
    node.textContent = span(seconds);
    const waits = !("held" in node.dataset); // who talks with a person waits no more
    node.classList.toggle("long", waits && seconds > LONG_S);
    node.classList.toggle("late", waits && seconds > LATE_S);
  }
}
setInterval(tick, 1000);

// --- being told ---

function notify(item) {
  say(word("spoken_new", { name: title(item) }));
  beep();
  if (!document.hidden) return;
  const usual = document.title;
  let on = false;
  const blink = setInterval(() => {
    if (!document.hidden) { clearInterval(blink); draw(); return; }
    document.title = (on = !on) ? `● ${word("new_title")}` : usual;
  }, 1000);
}

function beep() {
  if (!sound) return;
  audio ??= new AudioContext();
  for (const [at, frequency] of [[0, 660], [0.14, 880]]) {
    const gain = new GainNode(audio, { gain: 0 });
    const tone = new OscillatorNode(audio, { frequency });
    const start = audio.currentTime + at;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.12, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.32);
  }
}

function say(text) { $("spoken").textContent = ""; setTimeout(() => { $("spoken").textContent = text; }, 50); }

// --- the bar and the sheets ---

const BELL = "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4";
const BELL_OFF = "M6 16.5V11c0-.9.2-1.8.6-2.6M9 5.8A6 6 0 0 1 18 11v3M4 4l16 16M4.5 18H17M10 20.5h4";
const GEAR = "M4 7h9m5 0h2M4 17h3m5 0h8M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z";

function identify() {
  $("who").textContent = me.name && me.name !== me.login ? `${me.name}, ${me.login}` : me.login;
  $("here").textContent = word(me.presence === "here" ? "here" : "away");
  $("here").setAttribute("aria-pressed", String(me.presence === "here"));
  $("sound").replaceChildren(icon(sound ? BELL : BELL_OFF));
  $("sound").setAttribute("aria-pressed", String(sound));
}

$("here").addEventListener("click", () => {
  const here = me.presence !== "here";
  keep.set("presence", here ? "here" : "away");
  act("presence", { here });
});
$("sound").addEventListener("click", () => { sound = !sound; keep.set("sound", sound ? "on" : "off"); identify(); if (sound) beep(); });
$("help").addEventListener("click", () => $("keys-sheet").showModal());
$("back").addEventListener("click", () => { $("desk").dataset.shown = "queue"; });
$("more").addEventListener("click", () => $("desk").classList.toggle("about-shown"));
document.addEventListener("click", ({ target }) => { if (!target.closest("#about, #more, dialog")) $("desk").classList.remove("about-shown"); });
$("settings").addEventListener("click", () => {
  const form = $("settings-form").elements;
  form.sip.value = me.sip;
  form.old.value = form.new.value = "";
  $("settings-trouble").hidden = true;
  $("settings-sheet").showModal();
});
$("settings-form").addEventListener("submit", (event) => {
  if (event.submitter?.value !== "save") return;
  event.preventDefault();
  const form = event.target.elements;
  $("settings-trouble").hidden = true;
  if (form.sip.value.trim() !== me.sip) act("telephone", { sip: form.sip.value });
  if (form.new.value) act("password", { old: form.old.value, new: form.new.value });
  setTimeout(() => { if ($("settings-trouble").hidden) { $("settings-sheet").close(); say(word("saved")); } }, 700);
});

function translate(wanted) {
  speak(WORDS, wanted);
  keep.set("language", language);
  $("keys-list").replaceChildren(...[["↑ ↓", "key_move"], ["Enter", "key_open"], ["A", "key_accept"], ["R", "key_reply"], ["Esc", "key_leave"], ["G", "key_give"], ["X X", "key_close"], ["P", "key_play"], ["← →", "key_skip"], ["C", "key_customer"], ["S", "key_search"], ["F", "key_forms"], ["?", "key_help"]]
    .flatMap(([keys, name]) => [make("dt", {}, ...keys.split(" ").map((key) => make("kbd", { text: key }))), make("dd", { text: word(name) })]));
  forms.draw();
  customers.draw();
  if (!me) return;
  identify();
  $("log").querySelector(".empty")?.remove();
  transcript.redraw();
  draw();
  recordings.mark();
}
for (const node of document.querySelectorAll("[data-lang]")) node.addEventListener("click", () => translate(node.dataset.lang));

$("settings").append(icon(GEAR));
$("customers").append(icon("M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21"));
$("back").append(icon("M15 5l-7 7 7 7"));
$("more").append(icon("M12 11v6M12 7.5v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z"));
themeButton($("theme"));
translate(firstLanguage());
enter();
