// What scenarios kept for the staff: a list over the desk, by keyboard too.

import { clock, icon, keep, language, make, word } from "./page.js";

const $ = (id) => document.getElementById(id);
const LIST = "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01";
const NEXT = { new: ["working", "done"], working: ["done", "new"], done: ["new"] };

export class Forms {
  // settle(number, status) tells the server; open(conversation) shows it; said(text) reads it out
  constructor({ settle, open, said }) {
    Object.assign(this, { settle, open, said });
    this.items = [];
    this.seen = null; // numbers that were there before: null until the first list came
    this.done = keep.get("forms-done") === "on";
    $("forms").addEventListener("click", () => this.show());
    $("forms-done").addEventListener("click", () => {
      this.done = !this.done;
      keep.set("forms-done", this.done ? "on" : null);
      this.draw();
    });
    $("forms-sheet").addEventListener("keydown", (event) => this.key(event));
  }

  show() {
    if (!$("forms-sheet").open) $("forms-sheet").showModal();
    this.draw();
    (document.querySelector("#forms-list .form") ?? $("forms-done")).focus();
  }

  take(items) {
    const fresh = this.seen ? items.filter((item) => item.status === "new" && !this.seen.has(item.number)) : [];
    this.seen = new Set(items.map((item) => item.number));
    this.items = items;
    this.draw(fresh.map((item) => item.number));
    if (fresh.length) this.said(word("form_came", { title: this.title(fresh[0]), n: fresh[0].number }));
    return fresh.length > 0;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cards = [...document.querySelectorAll("#forms-list .form")];
    const at = cards.indexOf(document.activeElement?.closest(".form"));
    const by = { ArrowDown: 1, KeyJ: 1, ArrowUp: -1, KeyK: -1 }[event.code];
    if (by && cards.length) {
      event.preventDefault();
      cards[at < 0 ? 0 : Math.min(cards.length - 1, Math.max(0, at + by))].focus();
      return;
    }
    const status = { KeyD: "done", KeyW: "working", KeyN: "new" }[event.code];
    const item = at >= 0 && this.items.find((each) => String(each.number) === cards[at].dataset.number);
    if (status && item && item.status !== status) { event.preventDefault(); this.change(item, status); }
  }

  change(item, status) {
    item.status = status; // at once; the server's list follows
    this.settle(item.number, status);
    this.said(word(`form_is_${status}`, { n: item.number }));
    this.draw();
  }

  title(item) { return item.title[language] || item.title.ru || item.title.en || item.kind; }

  draw(fresh = []) {
    const waiting = this.items.filter((item) => item.status === "new").length;
    $("forms").replaceChildren(icon(LIST), make("span", { class: "wide", text: word("forms") }), waiting ? make("b", { class: "badge", text: String(waiting) }) : "");
    $("forms").setAttribute("aria-label", waiting ? word("forms_n", { n: waiting }) : word("forms"));
    $("forms").title = word("forms");
    $("forms-done").textContent = word(this.done ? "forms_hide_done" : "forms_show_done");
    $("forms-done").setAttribute("aria-pressed", String(this.done));
    const held = document.activeElement?.closest("#forms-list .form")?.dataset.number; // a new list keeps the place
    const shown = this.items.filter((item) => this.done || item.status !== "done");
    $("forms-list").replaceChildren(...shown.map((item) => this.card(item, fresh.includes(item.number))));
    if (!shown.length) $("forms-list").append(make("li", { class: "empty" }, make("b", { text: word("forms_empty") }), make("span", { text: word("forms_empty_more") })));
    if (held) (document.querySelector(`#forms-list .form[data-number="${held}"]`) ?? document.querySelector("#forms-list .form") ?? $("forms-done")).focus();
  }

  card(item, fresh) {
    const rows = item.fields.flatMap((field) => [
      make("dt", { text: field.title[language] || field.title.ru || field.title.en || field.name }),
      make("dd", { text: field.shown[language] || field.shown.ru || this.value(field.value) }),
    ]);
    return make("li", { class: `form ${item.status} ${fresh ? "fresh" : ""}`, tabindex: "0", "data-number": String(item.number), "aria-label": `${item.number}, ${this.title(item)}` },
      make("div", { class: "top" },
        make("b", { text: `${item.number} · ${this.title(item)}` }),
        make("span", { class: `chip ${item.status === "new" ? "skill" : ""}`, text: word(`form_${item.status}`) + (item.agent ? `, ${item.agent}` : "") }),
        make("time", { datetime: item.created, text: new Date(item.created).toLocaleString(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }) })),
      make("dl", {}, ...rows),
      make("div", { class: "row" },
        ...NEXT[item.status].map((status, at) => make("button", { type: "button", class: `do ${at ? "plain" : ""}`, text: word(`form_to_${status}`), onclick: () => this.change(item, status) })),
        item.conversation && make("button", { type: "button", class: "quiet", text: word("form_talk"), onclick: () => { $("forms-sheet").close(); this.open(item.conversation); } })));
  }

  value(value) {
    if (value === true || value === false) return word(value ? "yes" : "no");
    if (Array.isArray(value)) return value.map((each) => this.value(each)).join(", ");
    if (typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) {
      return new Date(value).toLocaleString(language, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
    }
    if (typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value)) {
      return new Date(`${value}T12:00`).toLocaleDateString(language, { day: "numeric", month: "long" });
    }
    return value && typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
  }
}
