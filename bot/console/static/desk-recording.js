// The recorded calls of the conversation that is open, a player each. Built anew only when they are others: what plays goes on.

import { language, make, word } from "./page.js";

export class Recordings {
  constructor(box) { this.box = box; this.shown = ""; }

  show(open) {
    const found = open?.recordings ?? [];
    const shown = found.length ? `${language} ${open.conversation} ${found.map((each) => each.part)}` : "";
    if (shown === this.shown) return;
    this.shown = shown;
    this.box.hidden = !shown;
    this.box.replaceChildren(...found.map((each) => this.#player(open.conversation, each, found.length > 1)));
  }

  // Plays, or pauses; the first of several.
  toggle() {
    const player = this.box.querySelector("audio");
    if (!player) return;
    if (player.paused) player.play().catch(() => {}); else player.pause();
  }

  #player(conversation, { part, seconds }, several) {
    const name = several ? word("recording_n", { n: part }) : word("recording");
    const length = `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;
    const player = make("audio", { controls: "", preload: "none", src: `/desk/recording/${encodeURIComponent(conversation)}?part=${part}`, "aria-label": `${name}, ${length}` });
    const gone = make("span", { class: "hint", role: "status", text: word("recording_gone") });
    gone.hidden = true;
    player.addEventListener("error", () => { player.hidden = true; gone.hidden = false; });
    return make("div", { class: "player" }, make("span", { class: "name", text: `${name} · ${length}` }), player, gone);
  }
}
