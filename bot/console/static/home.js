// The page "/": the chat, and a call beside it.

import { Call } from "./call.js";
import { Chat } from "./chat.js";
import { firstLanguage, keep, language, make, speak, themeButton, word } from "./page.js";
import { WORDS } from "./words.js";

const $ = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
let sets = []; // what can be talked with: {name, title}
let wanted = asked.get("scenarios") ?? "";

const go = asked.get("go") ?? ""; // a link from another channel: it is good once, so the address forgets it
if (go) {
  asked.delete("go");
  history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
}

const signed = new URLSearchParams(location.hash.slice(1)); // of the company's site; no server and no history has it
if (signed.has("sign_in") || signed.has("sign_out")) history.replaceState(null, "", location.pathname + location.search);

const chat = new Chat($, { go, hello: () => ({ scenarios: wanted }) });
const call = new Call($, { visitor: () => keep.get("visitor"), scenarios: () => wanted });

chat.addEventListener("welcome", ({ detail }) => {
  sets = detail.sets ?? [];
  const begun = wanted && detail.scenarios && wanted !== detail.scenarios; // the address names another than the chat's
  wanted = wanted || detail.scenarios || sets[0]?.name || "";
  choices();
  if (begun && detail.conversation && !chat.waiting && !go) chat.put({ type: "start" });
  call.offered(detail);
  name();
});

chat.addEventListener("conversation", ({ detail }) => { if (detail.medium !== "text") call.begins(detail.conversation); });

chat.addEventListener("line", ({ detail }) => {
  if (detail.medium !== "text") return call.line(detail);
  if (document.hidden && detail.who === "agent") document.title = `● ${word("wrote", { who: chat.transcript.names[detail.agent] || word("agent") })}`;
});

chat.addEventListener("status", ({ detail }) => { if (detail.medium !== "text") call.status(detail.status); });

document.addEventListener("visibilitychange", () => { if (!document.hidden) name(); });

// --- which set ---

function choices() {
  $("sets").hidden = sets.length < 2;
  $("sets").querySelector("select").replaceChildren(...sets.map((each) =>
    make("option", { value: each.name, text: each.title[language] ?? each.title.ru ?? each.name, selected: each.name === wanted })));
}

$("sets").querySelector("select").addEventListener("change", ({ target }) => {
  wanted = target.value;
  history.replaceState(null, "", `?scenarios=${encodeURIComponent(wanted)}`);
  chat.link.send({ type: "scenarios", scenarios: wanted });
  name();
  if (!["agent", "waiting"].includes(chat.status)) chat.put({ type: "start" }); // a person is not left by a choice
});

function name() {
  const title = sets.find((each) => each.name === wanted)?.title[language] || word("product");
  $("title").textContent = title;
  document.title = title === word("product") ? title : `${title} · ${word("product")}`;
}

function translate(into) {
  speak(WORDS, into);
  keep.set("language", language);
  chat.link.send({ type: "language", language });
  name();
  choices();
  chat.redraw();
  call.translate();
}

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => {
    const before = language;
    translate(button.dataset.lang);
    // a conversation under way goes on in its language until the customer says so: say it for them
    if (before !== language && chat.conversation && chat.status === "bot") chat.say(word("speak_it"));
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
if (signed.has("sign_out")) chat.signOut();
if (signed.get("sign_in")) {
  chat.signIn(signed.get("sign_in"), document.referrer && new URL(document.referrer).origin).then(({ right, why }) => { if (!right) console.error(`Govorun: nobody is signed in. ${why}`); });
}
chat.start();
