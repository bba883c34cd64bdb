// Pictures and files that are attached: by the button, pasted, or dropped; and how a transcript shows them.

import { icon, language, make, word } from "./page.js";

const CLIP = "M20 11.5 12.2 19.3a5 5 0 0 1-7.1-7.1l8-8a3.4 3.4 0 0 1 4.8 4.8l-8 8a1.7 1.7 0 0 1-2.4-2.4l7.2-7.2";
const MOST = 10 * 1024 * 1024; // bytes; bot/stores/files.py

export class Files {
  // path: where they are posted. visitor: whose, where no cookie tells. send: takes {id, name, kind} of what is kept.
  constructor($, { path = "/webchat/files", visitor = null, send, enabled = () => true }) {
    Object.assign(this, { $, path, visitor, send, enabled });
    const input = make("input", { type: "file", class: "unseen", tabindex: "-1", "aria-hidden": "true", multiple: true });
    $("attach").append(icon(CLIP));
    $("attach").after(input);
    $("attach").addEventListener("click", () => input.click());
    input.addEventListener("change", () => { this.take([...input.files]); input.value = ""; $("text").focus(); });
    $("text").addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length && this.enabled()) { event.preventDefault(); this.take(files); }
    });
    const over = $("composer").closest(".drop"); // the card that takes what is dropped
    let depth = 0;
    const carries = (event) => this.enabled() && [...(event.dataTransfer?.types ?? [])].includes("Files");
    over.addEventListener("dragenter", (event) => { if (carries(event)) { depth++; over.classList.add("dropping"); } });
    over.addEventListener("dragleave", () => { if (depth && --depth === 0) over.classList.remove("dropping"); });
    over.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
    over.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      depth = 0;
      over.classList.remove("dropping");
      this.take([...event.dataTransfer.files]);
    });
  }

  async take(files) {
    for (const file of files) await this.#upload(file);
  }

  async #upload(file) {
    if (file.size > MOST) return this.#tell(word("file_large", { name: file.name }), true);
    this.#tell(word("file_going", { name: file.name }));
    const headers = { "Content-Type": "application/octet-stream", "Accept-Language": language };
    const visitor = this.visitor?.();
    if (visitor) headers["Govorun-Visitor"] = visitor;
    const answer = await fetch(`${this.path}?name=${encodeURIComponent(file.name.slice(-200))}`, { method: "POST", headers, body: file }).catch(() => null);
    if (!answer?.ok) {
      const problem = await answer?.json().catch(() => null);
      return this.#tell(answer?.status === 413 ? word("file_large", { name: file.name }) : problem?.detail ? word("file_refused", { name: file.name, why: [problem.detail, problem.fix].filter(Boolean).join(". ") }) : word("file_lost", { name: file.name }), true);
    }
    this.#tell("");
    this.send(await answer.json());
  }

  #tell(text, bad = false) {
    const told = this.$("uploading");
    told.hidden = !text;
    told.textContent = text;
    told.classList.toggle("bad", bad);
    if (bad) setTimeout(() => { if (told.textContent === text) told.hidden = true; }, lasting(text));
  }
}

const lasting = (text) => 8000 + 60 * text.length; // ms: a reason is read slower than a word

// What stands in a line for a picture (opened large by a click or Enter) or a file (saved).
export function shown(line) {
  const name = line.text.replace(/^\S+\s/u, "").split("\n")[0];
  const link = make("a", { class: "file", href: line.file, target: "_blank", rel: "noopener", download: name || true, text: line.text.split("\n")[0] });
  if (line.kind !== "image" && line.kind !== "sticker" && !/\.(png|jpe?g|gif|webp)$/i.test(name)) return link;
  const label = name ? word("picture_n", { name }) : word("picture");
  const image = make("img", { src: line.file, alt: label, loading: "lazy", decoding: "async" });
  const button = make("button", { type: "button", class: "thumb", "aria-label": `${label}. ${word("picture_open")}`, title: word("picture_open"), onclick: () => large(line.file, label) }, image);
  image.addEventListener("error", () => button.replaceWith(link)); // gone, or no picture after all
  return button;
}

function large(address, label) {
  const sheet = make("dialog", { class: "large", "aria-label": label });
  const close = make("button", { type: "button", class: "quiet", "aria-label": word("picture_close"), text: "✕", onclick: () => sheet.close() });
  sheet.append(make("img", { src: address, alt: label }), close, make("a", { class: "do plain", href: address, download: true, text: word("picture_save") }));
  sheet.addEventListener("click", ({ target }) => { if (target === sheet || target.tagName === "IMG") sheet.close(); });
  sheet.addEventListener("close", () => sheet.remove());
  document.body.append(sheet);
  sheet.showModal();
}
