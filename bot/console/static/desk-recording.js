// The recorded calls of the conversation that is open, a player each; a line of the transcript plays from where it was
// said. Of a call that goes on there is what was said so far. Players are built anew only when they are others: what
// plays goes on.

import { language, make, word } from "./page.js";

const BEFORE_S = 0.3; // so that the first syllable isn't lost
const AFTER_S = 3; // the journal's clock and the sound's may differ by less
const SPEEDS = [1, 1.5, 2];

const span = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;

export class Recordings {
  constructor(box, log) {
    this.box = box;
    this.log = log;
    this.shown = "";
    this.calls = [];
    this.latest = null;
    this.speed = 1;
    log.addEventListener("click", (event) => {
      const line = event.target.closest(".say.heard");
      if (line && (event.target.closest(".from") || getSelection().isCollapsed)) this.from(Number(line.dataset.began));
    });
  }

  show(open) {
    const found = open?.recordings ?? [];
    const shown = found.length ? `${language} ${open.conversation} ${found.map((each) => each.part)}` : "";
    if (shown !== this.shown) {
      this.shown = shown;
      this.calls = found.map((each) => this.#call(open.conversation, each, found.length > 1));
      this.box.replaceChildren(...this.calls.map((call) => call.node));
      this.box.hidden = !shown;
    }
    found.forEach((each, at) => this.#news(this.calls[at], each));
    this.mark();
  }

  // The one that was played last, or the first.
  get #current() { return this.calls.find((call) => call === this.latest) ?? this.calls[0]; }

  // Plays, or pauses.
  toggle() {
    const call = this.#current;
    if (!call) return;
    if (!call.player.paused) call.player.pause();
    else this.#play(call, call.player.ended && call.told.seconds - call.loaded < 0.5 ? 0 : call.player.currentTime);
  }

  skip(by) {
    const player = this.#current?.player;
    if (player?.duration) player.currentTime = Math.min(player.duration, Math.max(0, player.currentTime + by));
  }

  // at: ms since 1970
  from(at) {
    const call = this.#of(at);
    if (call) this.#play(call, Math.max(0, (at - call.began) / 1000 - BEFORE_S));
  }

  // Which lines of the transcript can be heard.
  mark() {
    for (const line of this.log.querySelectorAll(".say[data-began]")) line.classList.toggle("heard", !!this.#of(Number(line.dataset.began)));
  }

  #of(at) { return this.calls.find(({ began, told, gone }) => !gone.isConnected && at >= began - AFTER_S * 1000 && at <= began + (told.seconds + AFTER_S) * 1000); }

  #call(conversation, told, several) {
    const player = make("audio", { controls: "", controlslist: "nodownload noplaybackrate", preload: "none" });
    const call = { conversation, several, player, told, loaded: 0, began: 0, name: make("span", { class: "name" }), gone: make("span", { class: "hint", role: "status", text: word("recording_gone") }) };
    const speed = make("button", { type: "button", class: "quiet speed", text: `${this.speed}×`, "aria-label": word("recording_speed"), title: word("recording_speed"), onclick: () => {
      this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
      for (const each of this.calls) each.player.playbackRate = each.player.defaultPlaybackRate = this.speed;
      for (const each of this.box.querySelectorAll(".speed")) each.textContent = `${this.speed}×`;
    } });
    player.defaultPlaybackRate = player.playbackRate = this.speed;
    player.addEventListener("error", () => { player.replaceWith(call.gone); speed.hidden = true; this.mark(); });
    player.addEventListener("play", () => { this.latest = call; for (const each of this.calls) if (each !== call) each.player.pause(); });
    player.addEventListener("timeupdate", () => this.#sounding(call));
    player.addEventListener("pause", () => this.#sounding(call));
    player.addEventListener("ended", () => { if (call.told.seconds - call.loaded > 0.5) this.#play(call, call.loaded); });
    call.node = make("div", { class: "player" }, call.name, player, speed);
    return call;
  }

  #news(call, told) {
    const began = Date.parse(told.started);
    const over = call.told.goes_on && !told.goes_on;
    call.told = told;
    call.began = began;
    const name = call.several ? word("recording_n", { n: told.part }) : word("recording");
    const length = span(told.seconds);
    call.name.textContent = `${name} · ${length}${told.goes_on ? ` · ${word("recording_goes_on")}` : ""}`;
    call.player.setAttribute("aria-label", `${name}, ${length}`);
    if (!call.loaded || (call.player.paused && (over || told.seconds - call.loaded > 0.5))) this.#load(call, call.player.currentTime || 0);
  }

  // Of a call that goes on, as much as there was when this was asked for: a file that grew while it plays can't be sought in.
  #load(call, at) {
    const { part, seconds, goes_on } = call.told;
    call.loaded = seconds;
    call.player.src = `/desk/recording/${encodeURIComponent(call.conversation)}?part=${part}${goes_on ? `&seconds=${seconds}` : ""}`;
    if (at) call.player.currentTime = at; // the place to begin from, once it is loaded
  }

  #play(call, at) {
    if (at >= call.loaded - 0.5 && call.told.seconds > call.loaded) this.#load(call, at);
    call.player.currentTime = at;
    call.player.play().catch(() => {});
  }

  // The line that is being said.
  #sounding(call) {
    const at = call.began + (call.player.currentTime + BEFORE_S) * 1000;
    const lines = call.player.paused ? [] : [...this.log.querySelectorAll(".say.heard")].filter((line) => this.#of(Number(line.dataset.began)) === call && Number(line.dataset.began) <= at);
    const now = lines.at(-1);
    const before = this.log.querySelector(".say.sounding");
    if (before === now || (!now && before && !call.player.paused)) return;
    before?.classList.remove("sounding");
    before?.removeAttribute("aria-current");
    if (!now) return;
    now.classList.add("sounding");
    now.setAttribute("aria-current", "true");
    now.scrollIntoView({ block: "nearest" });
  }
}
