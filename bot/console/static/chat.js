// The chat of a visitor, on the page "/" and in the widget: what goes out waits until it is acknowledged, what comes in
// is the journal. Hosts listen to its events: welcome, line, status, conversation, asked (a call's) and problem.

import { Files } from "./files.js";
import { Link } from "./link.js";
import { keep, language, make, newId, word } from "./page.js";
import { Transcript } from "./transcript.js";

export class Chat extends EventTarget {
  conversation = null; // the one on screen
  seq = 0; // the newest line of it that we have
  status = "none";
  ways = []; // other channels where it can go on
  #outbox = kept(); #lostTimer = 0; #lastTyping = 0; #go = "";
  #signing = null; // who the company's site says this is, until the server took it or did not: {token, from, done, why}

  // $: elements by id. hello: more fields of it. go: the token of a link that led here. welcoming: what an empty chat shows.
  constructor($, { hello = () => ({}), go = "", welcoming = welcome } = {}) {
    super();
    this.$ = $;
    this.#go = go;
    this.welcoming = welcoming;
    this.transcript = new Transcript($("log"), { onchoice: (button) => this.#choose(button) });
    this.link = new Link("/webchat", () => ({
      type: "hello", visitor: keep.get("visitor"), language,
      after: this.conversation ? { conversation: this.conversation, seq: this.seq } : null,
      ...(this.#signing && { sign_in: this.#signing.token, from: this.#signing.from }), ...hello(),
    }));
    this.files = new Files($, { visitor: () => keep.get("visitor"), send: (file) => this.put({ type: "attach", file: file.id }, file.kind === "image" ? `🖼 ${file.name}` : `📎 ${file.name}`) });
    this.#listen();
    this.#form();
  }

  start() {
    for (const { message, text, at } of this.#outbox) if (text !== undefined) this.transcript.expect({ id: message.id, text, at });
    this.refresh();
    this.link.start();
  }

  // --- who it is ---

  // token: of the company's server. from: the site that passed it on. Answers whether it was taken, and why not.
  signIn(token, from) {
    return new Promise((done) => {
      this.#signing?.done({ right: false, why: "" });
      this.#signing = { token, from, done, why: "" };
      this.link.again();
    });
  }

  signOut() {
    this.#signing?.done({ right: false, why: "" });
    this.#signing = null;
    keep.set("visitor", null);
    this.#forget();
    this.link.again();
    this.refresh();
  }

  #forget() { // nothing of who was here before is seen, or sent, by who comes now
    this.#outbox = [];
    this.#save();
    this.transcript.clear();
    this.conversation = null;
    this.seq = 0;
    this.status = "none";
  }

  #signed({ signed_in: right }) {
    const { done, why } = this.#signing;
    this.#signing = null;
    done({ right: Boolean(right), why });
  }

  // --- out ---

  put(message, text) {
    const draft = { ...message, id: newId() };
    this.#outbox.push({ message: draft, text, at: new Date().toISOString() });
    this.#save();
    if (text !== undefined) this.transcript.expect({ id: draft.id, text, at: new Date().toISOString() });
    this.link.send(draft);
    this.refresh();
    setTimeout(() => { if (this.link.open && this.#waits(draft.id) && !["agent", "waiting"].includes(this.status)) this.transcript.typing("bot"); }, 350);
  }

  say(text) { this.put({ type: "say", text }, text); }

  get waiting() { return this.#outbox.length > 0; }

  #waits(id) { return this.#outbox.some(({ message }) => message.id === id); }

  #done(id) {
    this.#outbox = this.#outbox.filter(({ message }) => message.id !== id);
    this.#save();
  }

  #save() { keep.set("outbox", JSON.stringify(this.#outbox)); }

  #choose(button) {
    this.put({ type: "choose", option: button.payload, title: button.title }, button.title);
    this.$("text").focus({ preventScroll: true });
  }

  #form() {
    const { $ } = this;
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = $("text").value.trim();
      if (!text) return;
      $("text").value = "";
      this.size();
      this.say(text);
    });
    $("text").addEventListener("input", () => {
      this.size();
      if (this.status === "agent" && Date.now() - this.#lastTyping > 2000) { this.#lastTyping = Date.now(); this.link.send({ type: "typing" }); }
    });
    $("text").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
    });
    $("over").addEventListener("click", () => { this.put({ type: "start" }); $("text").focus(); });
    const menu = $("ways");
    document.addEventListener("click", ({ target }) => { if (menu.open && !menu.contains(target)) menu.open = false; });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      event.preventDefault();
      event.stopPropagation();
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  size() {
    const box = this.$("text");
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 3, 144)}px`;
  }

  // --- in ---

  #listen() {
    const { link, $ } = this;
    const on = (name, take) => link.addEventListener(name, ({ detail }) => take(detail));
    on("welcome", (told) => {
      clearTimeout(this.#lostTimer);
      $("lost").hidden = true;
      if (told.renewed) this.#forget();
      keep.set("visitor", told.visitor);
      if (this.#signing) this.#signed(told);
      this.ways = told.ways ?? [];
      if (!told.conversation) this.conversation = null;
      this.#tell("welcome", told);
      for (const { message } of this.#outbox) link.send(message);
      if (this.#go) { this.put({ type: "start", link: this.#go }); this.#go = ""; }
      this.#drawWays();
      this.refresh();
    });
    on("conversation", (told) => {
      if (told.medium === "text" && told.conversation !== this.conversation) {
        this.conversation = told.conversation;
        this.seq = 0;
        this.refresh();
      }
      this.#tell("conversation", told);
    });
    on("line", (line) => {
      if (line.medium !== "text") return this.#tell("line", line);
      $("log").querySelector(".empty")?.remove();
      if (line.event) this.#done(line.event);
      if (line.conversation === this.conversation) this.seq = Math.max(this.seq, line.seq);
      const fresh = this.transcript.add(line);
      this.refresh();
      if (fresh) this.#tell("line", line);
    });
    on("ack", ({ id }) => { this.#done(id); this.transcript.settle(id); this.transcript.quiet(); });
    on("status", (told) => {
      if (told.medium === "text" && told.conversation === this.conversation) { this.status = told.status; this.refresh(); }
      this.#tell("status", told);
    });
    on("typing", (told) => { if (told.conversation === this.conversation) this.transcript.typing(told.who); });
    on("problem", (told) => {
      this.transcript.quiet();
      if (told.where === "sign_in" && this.#signing) this.#signing.why = [told.detail, told.fix].filter(Boolean).join(". ");
      const name = `problem_${told.problem}`;
      const text = word(name) === name ? `${told.detail}. ${told.fix}` : word(name);
      if (told.id) { this.transcript.fail(told.id, text); this.#done(told.id); }
      this.#tell("problem", told);
    });
    on("down", (told) => {
      clearTimeout(this.#lostTimer);
      this.#lostTimer = setTimeout(() => { $("lost").hidden = false; $("lost").textContent = word("lost"); }, 1200);
      this.#tell("down", told);
    });
  }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  // --- what is shown ---

  refresh() {
    const { $, status } = this;
    const pill = $("status");
    const shown = this.conversation && status !== "none";
    pill.hidden = !shown;
    if (shown) { pill.className = `pill ${status}`; pill.textContent = word(`status_${status}`); }
    $("over").hidden = !this.conversation || !["bot", "ended"].includes(status); // a person is not left by a button
    $("ways").hidden = !this.ways.length || !this.conversation || status === "ended";
    if (this.transcript.empty) this.$("log").append(this.welcoming(this));
  }

  #drawWays() {
    this.$("ways").querySelector("div").replaceChildren(...this.ways.map((name) => make("button", {
      type: "button", text: word(`way_${name}`),
      onclick: () => { this.$("ways").open = false; this.say(word(`go_${name}`)); this.$("text").focus(); },
    })));
  }

  redraw() {
    this.$("log").querySelector(".empty")?.remove();
    this.transcript.redraw();
    this.$("lost").textContent = word("lost");
    this.#drawWays();
    this.refresh();
  }
}

function kept() {
  try { return JSON.parse(keep.get("outbox") || "[]"); } catch { return []; }
}

export function welcome(chat) {
  const wave = make("div", { class: "wave", "aria-hidden": "true" });
  for (const [at, high] of [18, 34, 50, 30, 44, 22, 12].entries()) {
    const bar = make("i");
    bar.style.height = `${high}px`;
    bar.style.animationDelay = `${at * 0.13}s`;
    wave.append(bar);
  }
  return make("div", { class: "empty" }, wave,
    make("b", { text: word("hello") }), make("span", { text: word("hello_more") }),
    make("button", { type: "button", class: "do", text: word("begin"), onclick: () => chat.put({ type: "start" }) }));
}
