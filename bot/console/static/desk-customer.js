// A customer at the desk: who they are and by what proof, what they told, what they want of us, and everything that
// happened on every channel. A sheet over the desk: Esc closes it and gives the focus back, Tab stays in it.

import { clock, icon, known, language, make, newId, word } from "./page.js";

const $ = (id) => document.getElementById(id);
const CHANNELS = ["telegram", "whatsapp", "vk", "max", "viber", "email", "sms", "web", "phone"];
const CONSENTS = ["recording", "personal_data", "marketing"];
const label = (kind, name) => (known(`${kind}_${name}`) ? word(`${kind}_${name}`) : name);

export class Customers {
  #id = null; #shown = null; #moments = []; #next = null; #asked = 0; #timer = 0; #mode = ""; #other = null; #undo = null;

  // open(conversation) shows it at the desk; said(text) reads it out
  constructor({ open, said }) {
    Object.assign(this, { open, said });
    $("customers").addEventListener("click", () => this.search());
    $("customer-find").addEventListener("input", () => { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#look($("customer-find").value, $("customer-found")), 220); });
    $("customer-find").addEventListener("keydown", (event) => { if (event.key === "ArrowDown") { event.preventDefault(); $("customer-found").querySelector("button")?.focus(); } });
    $("customer-found").addEventListener("keydown", (event) => walk(event, $("customer-found"), $("customer-find")));
    // Esc leaves what is begun, then the sheet: before a search box takes it to empty itself, and a browser to close the sheet
    $("customer-sheet").addEventListener("keydown", (event) => { if (event.key === "Escape" && this.#mode) { event.preventDefault(); this.#leave(); } }, true);
    $("customer-sheet").addEventListener("close", () => { if (location.hash.startsWith("#customer")) history.replaceState(null, "", location.pathname); });
    $("customer-close").addEventListener("click", () => $("customer-sheet").close());
    this.#linked();
    addEventListener("hashchange", () => this.#linked());
  }

  #linked() {
    const found = /^#customer\/(\d{1,18})$/.exec(location.hash);
    if (found) this.show(Number(found[1]));
  }

  search() {
    this.#id = this.#shown = null;
    this.#open();
    $("customer-body").replaceChildren(empty("customer_search", "customer_search_more"));
    $("customer-find").value = "";
    $("customer-found").replaceChildren();
    $("customer-find").focus();
  }

  async show(id) {
    if (this.#id !== id) this.#undo = null;
    this.#id = id;
    this.#mode = "";
    this.#open();
    $("customer-found").replaceChildren();
    $("customer-body").replaceChildren(make("p", { class: "loading", role: "status", text: word("customer_loading") }));
    history.replaceState(null, "", `#customer/${id}`);
    await this.#load();
    $("customer-title").focus();
  }

  #open() { if (!$("customer-sheet").open) $("customer-sheet").showModal(); this.#title(); }

  async #load() {
    const asked = ++this.#asked;
    try {
      const [told, page] = await Promise.all([ask(`/desk/customers/${this.#id}`), ask(`/desk/customers/${this.#id}/timeline`)]);
      if (asked !== this.#asked) return;
      this.#shown = told;
      this.#id = told.id;
      this.#moments = page.moments;
      this.#next = page.next;
      this.draw();
    } catch (error) {
      if (asked !== this.#asked) return;
      $("customer-body").replaceChildren(make("div", { class: "empty", role: "alert" }, make("b", { text: told(error) }),
        make("button", { type: "button", class: "do plain", text: word("customer_again"), onclick: () => this.show(this.#id) })));
    }
  }

  async #look(text, into, choose = (each) => this.show(each.id)) {
    if (text.trim().length < 2 && !/^\d+$/.test(text.trim())) return into.replaceChildren();
    const asked = ++this.#asked;
    try {
      const found = await ask(`/desk/customers?find=${encodeURIComponent(text)}`);
      if (asked !== this.#asked) return;
      into.replaceChildren(...found.filter(({ id }) => into === $("customer-found") || id !== this.#id).map((each) => make("li", {}, make("button", { type: "button", class: "found", onclick: () => choose(each) },
        make("b", { text: each.name || each.phone || `${word("customer")} ${each.id}` }),
        make("span", { text: [each.name && each.phone, each.kinds.map((kind) => label("channel", kind)).join(", "), `№ ${each.id}`].filter(Boolean).join(" · ") }),
        each.last && make("time", { datetime: each.last, text: date(each.last) })))));
      if (!into.childElementCount) into.append(make("li", { class: "hint", text: word("customer_nobody") }));
      this.said(word("customer_found", { n: into.querySelectorAll("button").length }));
    } catch (error) {
      if (asked === this.#asked) into.replaceChildren(make("li", { class: "trouble", role: "alert", text: told(error) }));
    }
  }

  // --- what is seen ---

  #title() { $("customer-title").textContent = this.#shown && this.#id ? this.#shown.name || word("customer_unnamed") : word("customers"); }

  draw() {
    this.#title();
    const who = this.#shown;
    if (!who || !$("customer-sheet").open) return;
    const held = document.activeElement?.dataset?.hold; // a new drawing keeps the place
    $("customer-body").replaceChildren(...[
      this.#undo && this.#undone(),
      make("div", { class: "columns" },
        make("div", { class: "known" }, this.#open_now(who), this.#identities(who), this.#wishes(who), this.#consents(who), this.#facts(who), this.#household(who), this.#acts(who)),
        this.#timeline())].filter(Boolean));
    if (held) $("customer-body").querySelector(`[data-hold="${held}"]`)?.focus();
  }

  #open_now({ open }) {
    if (!open.length) return null;
    return part("customer_open", make("ul", { class: "plainly" }, ...open.map((each) => make("li", {},
      make("button", { type: "button", class: "link", text: `${label("channel", each.channel)}: ${word(`talk_${each.status}`)}`, onclick: () => this.#talk(each.conversation) })))));
  }

  #talk(conversation) { $("customer-sheet").close(); this.open(conversation); }

  #identities(who) {
    const splitting = this.#mode === "split";
    const rows = who.identities.map((each) => {
      const name = `${label("channel", each.kind)} ${each.value}`;
      const proofs = each.proofs.map((proof) => make("small", { text: `${label("proof", proof.proof)}${proof.with ? ` · ${by(proof.with)}` : ""} · ${date(proof.at)}${proof.by ? ` · ${proof.by}` : ""}` }));
      return make("li", {}, splitting
        ? make("label", { class: "check" }, make("input", { type: "checkbox", value: each.key, name: "apart" }), make("span", { text: name }))
        : make("span", { text: name }), ...(proofs.length ? proofs : [make("small", { text: word("proof_own") })]));
    });
    const list = make("ul", { class: "plainly" }, ...rows);
    if (splitting) return part("customer_identities", this.#splitting(who, list));
    if (this.#mode === "merge") return part("customer_identities", list, this.#merging(who));
    return part("customer_identities", list, make("div", { class: "row" },
      make("button", { type: "button", class: "do plain", "data-hold": "merge", text: word("customer_merge"), onclick: () => this.#begin("merge") }),
      who.identities.length > 1 && make("button", { type: "button", class: "do plain", "data-hold": "split", text: word("customer_split"), onclick: () => this.#begin("split") })));
  }

  #begin(mode) {
    this.#mode = mode;
    this.#other = null;
    this.draw();
    $("customer-body").querySelector(".act input, .act textarea")?.focus();
  }

  #leave() {
    const mode = this.#mode;
    this.#mode = "";
    this.draw();
    $("customer-body").querySelector(`[data-hold="${mode}"]`)?.focus();
  }

  #splitting(who, list) {
    const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
    const form = make("form", { class: "act", onsubmit: async (event) => {
      event.preventDefault();
      const keys = [...form.querySelectorAll("[name=apart]:checked")].map((each) => each.value);
      if (!keys.length || keys.length === who.identities.length) { trouble.textContent = word("split_some"); trouble.hidden = false; return; }
      await this.#do(trouble, () => ask(`/desk/customers/${who.id}/split`, "POST", { keys, note: form.elements.note.value }), "split_done");
    } }, make("p", { class: "warn", text: word("split_warn") }), list, this.#note(), this.#buttons("customer_split_do", "danger"), trouble);
    return form;
  }

  #merging(who) {
    const other = this.#other;
    const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
    if (!other) {
      const found = make("ul", { class: "plainly" });
      const find = make("input", { type: "search", autocomplete: "off", "aria-label": word("merge_with"), placeholder: word("customer_find"),
        oninput: ({ target }) => { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#look(target.value, found, (each) => this.#against(each.id)), 220); },
        onkeydown: (event) => { if (event.key === "ArrowDown") { event.preventDefault(); found.querySelector("button")?.focus(); } } });
      found.addEventListener("keydown", (event) => walk(event, found, find));
      return make("div", { class: "act" }, make("label", {}, make("span", { text: word("merge_with") }), find), found,
        make("button", { type: "button", class: "do plain", text: word("cancel"), onclick: () => this.#leave() }));
    }
    const names = [...new Set([...Object.keys(who.facts), ...Object.keys(other.facts)])];
    const differ = names.filter((name) => name in who.facts && name in other.facts && value(who.facts[name]) !== value(other.facts[name]));
    const column = (each) => make("div", { class: "side" }, make("b", { text: each.name || word("customer_unnamed") }), make("small", { text: `№ ${each.id}` }),
      make("ul", { class: "plainly" }, ...each.identities.map((one) => make("li", { text: `${label("channel", one.kind)} ${one.value}` }))),
      make("small", { text: word("merge_counts", { facts: Object.keys(each.facts).length, open: each.open.length, coming: each.coming }) }));
    const form = make("form", { class: "act", onsubmit: async (event) => {
      event.preventDefault();
      await this.#do(trouble, () => ask(`/desk/customers/${who.id}/merge`, "POST", { other: other.id, note: form.elements.note.value }), "merge_done");
    } },
    make("h4", { text: word("merge_preview") }), make("div", { class: "sides" }, column(who), column(other)),
    make("p", { class: "warn", text: word("merge_warn") }),
    differ.length > 0 && make("div", { class: "warn" }, make("b", { text: word("merge_differ") }),
      make("ul", { class: "plainly" }, ...differ.map((name) => make("li", { text: `${label("fact", name)}: ${value(who.facts[name])} ≠ ${value(other.facts[name])}` })))),
    this.#note(), this.#buttons("customer_merge_do", "danger"), trouble);
    return form;
  }

  async #against(id) {
    try { this.#other = await ask(`/desk/customers/${id}`); } catch (error) { this.said(told(error)); return; }
    this.draw();
    $("customer-body").querySelector(".act [name=note]")?.focus();
  }

  #note() { return make("label", {}, make("span", { text: word("why_sure") }), make("input", { name: "note", maxlength: "1000", autocomplete: "off", required: true })); }

  #buttons(name, kind = "") {
    return make("div", { class: "row" }, make("button", { class: `do ${kind}`, text: word(name) }), make("button", { type: "button", class: "do plain", text: word("cancel"), onclick: () => this.#leave() }));
  }

  async #do(trouble, work, name) {
    trouble.hidden = true;
    try {
      const act = await work();
      this.#mode = "";
      if (act.kind) this.#undo = { act, name };
      await this.#load();
      this.said(word(name));
      ($("customer-body").querySelector(".done button") ?? $("customer-title")).focus();
    } catch (error) {
      trouble.textContent = told(error);
      trouble.hidden = false;
    }
  }

  #undone() {
    const { act, name } = this.#undo;
    const trouble = make("span", { class: "trouble", role: "alert", hidden: true });
    return make("div", { class: "done" }, make("b", { text: word(name) }), make("button", { type: "button", class: "do plain", text: word("undo"), onclick: () => this.#take_back(act.id, trouble) }), trouble);
  }

  #take_back(id, trouble) {
    this.#undo = null;
    return this.#do(trouble, async () => { await ask(`/desk/customers/acts/${id}/undo`, "POST", {}); return {}; }, "undo_done");
  }

  #wishes(who) {
    const dnc = who.do_not_call;
    const told = !dnc ? "dnc_none" : dnc.until ? "dnc_until" : dnc.hours ? "dnc_hours" : "dnc_always";
    if (this.#mode !== "wishes") {
      return part("customer_wishes", list([
        [word("field_language"), who.language ? word(`lang_${who.language}`) : "—"],
        [word("wish_channel"), who.preferred_channel ? label("channel", who.preferred_channel) : "—"],
        [word("wish_ways"), reached(who.ways)],
        [word("wish_dnc"), word(told, { until: dnc?.until ? date(dnc.until) : "", hours: dnc?.hours ?? "" })]]),
      make("button", { type: "button", class: "do plain", "data-hold": "wishes", text: word("customer_edit"), onclick: () => this.#begin("wishes") }));
    }
    const select = (name, value, options) => make("select", { name, "aria-label": word(name === "language" ? "field_language" : name === "channel" ? "wish_channel" : "wish_dnc") }, ...options.map(([key, text]) => make("option", { value: key, text, selected: key === value })));
    const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
    const [from, to] = (dnc?.hours ?? "21:00-09:00").split("-");
    const day = dnc?.until ? dayOf(dnc.until) : "";
    const until = make("label", {}, make("span", { text: word("dnc_date") }), make("input", { type: "date", name: "until", value: day }));
    const hours = make("div", { class: "row" }, make("label", {}, make("span", { text: word("dnc_from") }), make("input", { type: "time", name: "from", value: from })), make("label", {}, make("span", { text: word("dnc_to") }), make("input", { type: "time", name: "to", value: to })));
    const show = () => { until.hidden = form.elements.dnc.value !== "dnc_until"; hours.hidden = form.elements.dnc.value !== "dnc_hours"; };
    const form = make("form", { class: "act", onchange: () => show(), onsubmit: (event) => {
      event.preventDefault();
      const field = event.target.elements;
      const wish = { dnc_none: null, dnc_always: {}, dnc_until: field.until.value ? { until: new Date(`${field.until.value}T00:00`).toISOString() } : undefined, dnc_hours: field.from.value && field.to.value ? { hours: `${field.from.value}-${field.to.value}` } : undefined }[field.dnc.value];
      if (wish === undefined) { trouble.textContent = word("dnc_when"); trouble.hidden = false; return; }
      const same = field.dnc.value === told && { dnc_until: field.until.value === day, dnc_hours: wish?.hours === dnc?.hours }[told] !== false; // then its hour stays, too
      this.#do(trouble, async () => { await ask(`/desk/customers/${who.id}`, "PATCH", { language: field.language.value || null, preferred_channel: field.channel.value || null, ...(same ? {} : { do_not_call: wish }) }); return {}; }, "customer_saved");
    } },
    make("label", {}, make("span", { text: word("field_language") }), select("language", who.language ?? "", [["", "—"], ["ru", word("lang_ru")], ["en", word("lang_en")]])),
    make("label", {}, make("span", { text: word("wish_channel") }), select("channel", who.preferred_channel ?? "", [["", "—"], ...CHANNELS.map((each) => [each, label("channel", each)])])),
    make("label", {}, make("span", { text: word("wish_dnc") }), select("dnc", told, ["dnc_none", "dnc_always", "dnc_until", "dnc_hours"].map((each) => [each, word(each, { until: "…", hours: "…" })]))),
    until, hours, this.#buttons("save"), trouble);
    show();
    return part("customer_wishes", form);
  }

  #consents(who) {
    const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
    return part("customer_consents", make("ul", { class: "plainly" }, ...CONSENTS.map((kind) => {
      const now = who.consents.find((each) => each.kind === kind);
      const given = now?.given;
      return make("li", { class: "consent" }, make("span", { text: `${word(`consent_${kind}`)}: ${word(now ? (given ? "consent_given" : "consent_refused") : "consent_unasked")}` }),
        now && make("small", { text: [label("source", now.source), now.by, date(now.at), now.version].filter(Boolean).join(" · ") }),
        make("button", { type: "button", class: "link", "data-hold": `consent-${kind}`, "aria-label": `${word(`consent_${kind}`)}: ${word(given ? "consent_take_back" : "consent_write")}`, text: word(given ? "consent_take_back" : "consent_write"),
          onclick: async () => { await this.#do(trouble, async () => { await ask(`/desk/customers/${who.id}`, "PATCH", { consents: [{ kind, given: !given }] }); return {}; }, "customer_saved"); $("customer-body").querySelector(`[data-hold="consent-${kind}"]`)?.focus(); } }));
    })), trouble);
  }

  #facts(who) {
    const latest = new Map();
    for (const each of who.told) latest.set(each.fact, each); // what was told last holds
    const rows = [...latest.values()].filter(({ value, fact }) => value !== null && !["language", "preferred_channel", "do_not_call"].includes(fact));
    if (!rows.length) return part("customer_facts", make("p", { class: "hint", text: word("nothing_known") }));
    return part("customer_facts", make("dl", {}, ...rows.flatMap((each) => [make("dt", { text: label("fact", each.fact) }),
      make("dd", {}, make("span", { text: value(each.value) }), make("small", { text: [label("source", each.source), each.via && by(each.via), date(each.at)].filter(Boolean).join(" · ") }))])));
  }

  #household(who) {
    if (!who.persons?.length) return null;
    return part("customer_persons", make("ul", { class: "plainly" }, ...who.persons.map((each) => make("li", {}, each.customer === who.id ? make("span", { text: `${each.name || word("customer_unnamed")} (${word("customer_this")})` })
      : make("button", { type: "button", class: "link", text: each.name || `№ ${each.customer}`, onclick: () => this.show(each.customer) }), make("small", { text: each.identity.value })))));
  }

  #acts(who) {
    if (!who.acts.length) return null;
    const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
    return part("customer_acts", make("ul", { class: "plainly" }, ...[...who.acts].reverse().map((each) => make("li", {},
      make("span", { text: `${word(`act_${each.kind}`)}: ${each.identities.map((one) => `${label("channel", one.kind)} ${one.value}`).join(", ")}` }),
      make("small", { text: [label("proof", each.proof), each.by, date(each.at), each.note].filter(Boolean).join(" · ") }),
      each.undone ? make("small", { text: word("act_undone", { by: each.undone_by, at: date(each.undone) }) })
        : make("button", { type: "button", class: "link", text: word("undo"), "aria-label": `${word("undo")}: ${word(`act_${each.kind}`)}, ${date(each.at)}`, onclick: () => this.#take_back(each.id, trouble) })))), trouble);
  }

  // --- everything that happened ---

  #timeline() {
    const box = part("customer_timeline");
    box.classList.add("timeline");
    if (!this.#moments.length) box.append(make("p", { class: "hint", text: word("timeline_empty") }));
    let day = "";
    const rows = [];
    for (const each of this.#moments) {
      const its = new Date(each.at).toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric" });
      if (its !== day) { rows.push(make("li", { class: "part", text: its })); day = its; }
      rows.push(this.#moment(each));
    }
    box.append(make("ol", { class: "moments" }, ...rows));
    if (this.#next) box.append(make("button", { type: "button", class: "do plain", "data-hold": "more", text: word("timeline_more"), onclick: () => this.#more() }));
    return box;
  }

  async #more() {
    try {
      const page = await ask(`/desk/customers/${this.#id}/timeline?before=${encodeURIComponent(this.#next)}`);
      const first = this.#moments.length;
      this.#moments.push(...page.moments);
      this.#next = page.next;
      this.draw();
      this.said(word("timeline_came", { n: this.#moments.length - first }));
      if (!this.#next) $("customer-body").querySelectorAll(".moment")[first]?.focus();
    } catch (error) { this.said(told(error)); }
  }

  #moment(each) {
    const what = { conversation: () => label("channel", each.what), booking: () => `${each.title?.[language] ?? each.title?.ru ?? each.what}${each.when ? `, ${when(each.when)}` : ""}`, rating: () => each.what, form: () => `${1 * each.about || each.about} ${each.what}`,
      fact: () => label("fact", each.about), consent: () => label("consent", each.about), join: () => by(each.via), split: () => by(each.via), undone: () => by(each.via) }[each.kind]?.() ?? each.what;
    const status = each.status && (known(`talk_${each.status}`) ? word(`talk_${each.status}`) : label("status", each.status));
    const more = [status, each.kind === "fact" && label("source", each.what), !["join", "split", "undone"].includes(each.kind) && each.via && by(each.via), each.by].filter(Boolean).join(" · ");
    const node = make("li", { class: `moment ${each.kind}`, tabindex: "-1" }, make("time", { datetime: each.at, text: clock(each.at) }),
      make("div", {}, each.kind === "conversation"
        ? make("button", { type: "button", class: "link", text: `${word("moment_conversation")}: ${what}`, onclick: () => this.#talk(each.about) })
        : make("span", { text: `${label("moment", each.kind)}: ${what}` }), make("small", { text: more })));
    for (const one of each.handoffs ?? []) node.lastChild.append(make("small", { class: "handed", text: word(one.agent ? "moment_handed" : "moment_wanted", { agent: one.agent, at: clock(one.at) }) }));
    for (const one of each.recordings ?? []) node.lastChild.append(make("audio", { controls: true, preload: "none", src: `/desk/recording/${encodeURIComponent(each.about)}?part=${one.part}`, "aria-label": `${word("recording")} ${date(each.at)}` }));
    return node;
  }
}

// --- asking, and being told that it failed ---

class Refusal extends Error { constructor(status, problem) { super(problem?.detail ?? ""); Object.assign(this, { status, problem }); } }

async function ask(path, method = "GET", body) {
  const answer = await fetch(path, { method, headers: { "Accept-Language": language, ...(body ? { "Content-Type": "application/json" } : {}) }, body: body && JSON.stringify(body) }).catch(() => { throw new Refusal(0); });
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Refusal(answer.status, await answer.json().catch(() => null));
  return answer.json();
}

function told(error) {
  if (!(error instanceof Refusal)) throw error;
  if (!error.status) return word("customer_offline");
  return [error.problem?.detail, error.problem?.fix].filter(Boolean).join(". ") || word("problem_GovorunError");
}

function walk(event, list, before) { // ↓ and ↑ through what was found
  const all = [...list.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  if (event.key === "ArrowDown" && at < all.length - 1) { event.preventDefault(); all[at + 1].focus(); }
  if (event.key === "ArrowUp") { event.preventDefault(); (all[at - 1] ?? before).focus(); }
}

function reached({ open: [first], shut }) { // where we would write first, and why not elsewhere
  const why = shut.map((each) => `${label("channel", each.channel)}: ${word(`shut_${each.why}`)}`);
  return [first ? `${label("channel", first.channel)} (${word(`way_${first.why}`)})` : word("way_none"), ...why].join("; ");
}

const part = (name, ...body) => { const id = `part-${name}-${newId().slice(0, 6)}`; return make("section", { "aria-labelledby": id }, make("h3", { id, text: word(name) }), ...body); };
const list = (rows) => make("dl", {}, ...rows.flatMap(([name, text]) => [make("dt", { text: name }), make("dd", { text })]));
const empty = (name, more) => make("div", { class: "empty" }, make("b", { text: word(name) }), make("span", { text: word(more) }));
const when = (iso) => new Date(iso).toLocaleString(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const date = (iso) => new Date(iso).toLocaleDateString(language, { day: "numeric", month: "short", year: "numeric" });
const dayOf = (iso) => { const at = new Date(iso), two = (n) => String(n).padStart(2, "0"); return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`; }; // here, not in Greenwich
const by = (via) => via.split(", ").map((each) => each.replace(/^\S+/, (kind) => label("channel", kind))).join(", "); // "rest …a1b2"
const value = (it) => (it === true || it === false ? word(it ? "yes" : "no") : Array.isArray(it) ? it.map(value).join(", ") : it && typeof it === "object" ? JSON.stringify(it) : String(it ?? ""));
