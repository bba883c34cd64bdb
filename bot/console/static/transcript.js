// A transcript on the page: lines by (conversation, seq), each once, in order, whatever comes how often.

import { shown } from "./files.js";
import { clock, day, known, make, word } from "./page.js";

const ADDRESS = /(?:https?|viber):\/\/[^\s<>"]+[^\s<>".,;:!?)»]/g;

export class Transcript {
  names = {}; // of agents, as they joined; one that has none is an agent
  constructor(log, { onchoice = null, own = "customer", recorded = false } = {}) { // recorded: its lines may be heard
    this.recorded = recorded;
    this.log = log;
    this.onchoice = onchoice;
    this.own = own;
    this.clear();
    this.follow = true;
    let height = 0; // a log that shrinks scrolls by itself, which isn't the reader's wish
    log.addEventListener("scroll", () => {
      if (log.clientHeight === height) this.follow = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    }, { passive: true });
    new ResizeObserver(() => { height = log.clientHeight; this.#stick(); }).observe(log);
  }

  clear() {
    this.log.replaceChildren();
    this.seen = new Set();
    this.pending = new Map();
    this.lastDay = "";
    this.lastWho = "";
    this.said = { at: "", until: 0 }; // of what the bot says in one breath, each line begins after the one before
    this.choices = null;
    this.dots = null;
    this.lines = [];
  }

  get empty() { return this.log.childElementCount === 0; }

  // Draws every line again: the language has changed.
  redraw() {
    const lines = this.lines;
    const pending = [...this.pending.values()].map(({ draft }) => draft);
    this.clear();
    for (const line of lines) this.add(line);
    for (const draft of pending) this.expect(draft);
  }

  add(line) {
    if (line.kind === "joined" && line.text) this.names[line.agent] = line.text;
    const key = `${line.conversation}:${line.seq}`;
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    this.lines.push(line);
    this.settle(line.event);
    this.quiet();
    if (line.who === "note") {
      const text = noteText(line);
      if (text) this.#put(make("p", { class: "note", text }));
      this.lastWho = "note";
      if (["ended", "unreached", "closed", "left", "moved", "waiting", "joined"].includes(line.kind)) this.#offer(null);
      return true;
    }
    const date = day(line.at);
    if (date !== this.lastDay) { this.#put(make("p", { class: "day", text: date })); this.lastDay = date; }
    this.#put(this.#bubble(line));
    this.#offer(line.buttons ?? (line.who === "customer" ? null : undefined));
    return true;
  }

  #bubble(line, extra = "") {
    const turn = line.who !== this.lastWho ? "turn" : "";
    this.lastWho = line.who;
    const bubble = make("div", { class: `say ${line.who} ${line.kind ? `by-${line.kind}` : ""} ${turn} ${extra}` });
    bubble.append(make("span", { class: "unseen", text: `${word(line.who === this.own ? "you" : line.who)}: ` }));
    if (line.who === "agent" && this.own !== "agent") bubble.append(make("span", { class: "by", text: this.names[line.agent] || word("agent") }));
    if (line.file) bubble.append(shown(line));
    else bubble.append(make("span", {}, ...(line.kind === "keys" ? [`⌨ ${line.text}`] : line.who === "customer" ? [line.text] : linked(line.text))));
    if (line.qr) bubble.append(make("figure", { class: "qr" }, make("img", { src: line.qr, alt: word("qr"), width: "132", height: "132" }), make("figcaption", { text: word("qr") })));
    const at = make("time", { text: clock(line.at), datetime: line.at });
    if (this.recorded) {
      Object.assign(bubble.dataset, { began: this.#began(line), seq: line.seq, of: line.conversation });
      const from = make("button", { type: "button", class: "from", "aria-label": `${word("play_from")} ${clock(line.at)}`, title: word("play_from") });
      bubble.append(make("span", { class: "when" }, at, from));
    } else bubble.append(at);
    return bubble;
  }

  // When lines were heard on the telephone, by seq, and how much of each: {began, ended, heard_ms, total_ms}.
  heard(conversation, spoken) {
    this.spoken = spoken;
    for (const bubble of this.log.querySelectorAll(".say[data-seq]")) {
      const known = bubble.dataset.of === conversation ? spoken[bubble.dataset.seq] : null;
      if (!known) continue;
      bubble.dataset.began = Date.parse(known.began);
      bubble.dataset.ended = Date.parse(known.ended);
      const share = known.total_ms ? known.heard_ms / known.total_ms : 1;
      if (share > 0.97 || bubble.querySelector(".cut")) continue;
      bubble.append(make("span", { class: "cut hint", text: word("heard_part", { percent: Math.round(share * 100) }) }));
    }
  }

  // When its first word was spoken, ms since 1970. Until it is known when it was heard, what the bot says follows what it
  // answers, at 15 letters a second.
  #began(line) {
    const at = Date.parse(line.at) - (line.since_ms ?? 0);
    if (line.who !== "bot") return at;
    const began = line.at === this.said.at ? this.said.until : at;
    this.said = { at: line.at, until: began + line.text.length * 66 };
    return began;
  }

  // What was typed but isn't in the journal yet.
  expect(draft) {
    if (this.pending.has(draft.id)) return;
    this.#offer(null);
    const bubble = this.#bubble({ who: this.own, text: draft.text, at: draft.at, kind: "" }, "pending");
    this.pending.set(draft.id, { bubble, draft });
    this.#put(bubble, true);
  }

  fail(id, why) {
    const found = this.pending.get(id);
    if (!found) return;
    found.bubble.classList.replace("pending", "failed");
    found.bubble.append(make("span", { class: "trouble", text: why }));
    this.#stick();
  }

  settle(id) {
    const found = id && this.pending.get(id);
    if (!found) return;
    found.bubble.remove();
    this.pending.delete(id);
  }

  typing(who) {
    if (this.dots) { clearTimeout(this.dots.timer); this.dots.node.remove(); }
    const node = make("div", { class: "dots", role: "img", "aria-label": word("typing") }, make("i"), make("i"), make("i"));
    this.dots = { node, timer: setTimeout(() => this.quiet(), who === "agent" ? 4000 : 20000) };
    this.#put(node);
  }

  quiet() {
    if (!this.dots) return;
    clearTimeout(this.dots.timer);
    this.dots.node.remove();
    this.dots = null;
  }

  // Buttons belong to what was said last; undefined leaves them as they are.
  #offer(buttons) {
    if (buttons === undefined) return;
    this.choices?.remove();
    this.choices = null;
    if (!buttons?.length || !this.onchoice) return;
    this.choices = make("div", { class: "choices", role: "group", "aria-label": word("choices") });
    for (const button of buttons) {
      this.choices.append(make("button", { type: "button", text: button.title, onclick: () => this.onchoice(button) }));
    }
    this.#put(this.choices);
  }

  #put(node, always = false) {
    if (this.dots && node !== this.dots.node) this.log.insertBefore(node, this.dots.node);
    else this.log.append(node);
    if (always) this.follow = true;
    this.#stick();
  }

  #stick() { if (this.follow) this.log.scrollTop = this.log.scrollHeight; }
}

// Reasons come in the engine's own words or the author's; the engine's are translated.
export function reason(text) {
  const name = `reason_${text.replaceAll(" ", "_")}`;
  return known(name) ? word(name) : text;
}

function noteText(line) {
  const name = `note_${line.kind}`;
  if (!known(name)) return "";
  const text = line.kind === "joined" && !line.text ? word("agent") : reason(line.text);
  return word(name, { text, agent: line.agent || line.text });
}

// Text, its addresses as links: of what we said alone, for a stranger's link in front of an agent is bait.
function linked(text) {
  const out = [];
  let at = 0;
  for (const found of text.matchAll(ADDRESS)) {
    out.push(text.slice(at, found.index), make("a", { href: found[0], target: "_blank", rel: "noopener noreferrer", text: found[0].replace(/^https?:\/\/(www\.)?/, "").slice(0, 60) }));
    at = found.index + found[0].length;
  }
  return [...out, text.slice(at)].filter((each) => each !== "");
}
