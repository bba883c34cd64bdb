// A call from the browser: WebRTC to the server's own leg. Keys go over the data channel "control". A call outlives its
// network and its page: when sound stops coming, another connection is offered for the same call.

import { icon, keep, make, span, word } from "./page.js";
import { Transcript } from "./transcript.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const TONES = { row: [697, 770, 852, 941], column: [1209, 1336, 1477] }; // Hz, ITU-T Q.23
const MIC = "M12 15a3.2 3.2 0 0 0 3.2-3.2V6.2a3.2 3.2 0 0 0-6.4 0v5.6A3.2 3.2 0 0 0 12 15zM6 11.5a6 6 0 0 0 12 0M12 17.5v3.5";
const MIC_OFF = `${MIC}M4 4l16 16`;
const GATHER_MS = 1500; // candidates of this machine come at once; a slow STUN server isn't waited for
const LOOK_MS = 500; // how often it is looked whether sound still comes; the server sends a packet every 20 ms
const STILL = 4; // looks without a packet: the network is gone
const AGAIN_MS = [0, 1000, 2000, 3000, 5000]; // between tries to come back
const TRY_MS = 6000; // a try that has brought no sound by then is given up
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export class Call {
  #peer = null; #control = null; #mic = null; #sound = null; #frame = 0; #began = 0; #ticking = 0; #heard = false;
  #voice = { state: "off", detail: "" }; #state = "idle"; #reason = ""; #poll = 0; #current = null;
  #call = ""; #grace = 30; #lost = 0; #watch = 0; #still = 0; #came = -1; #tries = 0; #trying = 0; 

  constructor($, { visitor, scenarios }) {
    this.$ = $;
    this.visitor = visitor;
    this.scenarios = scenarios;
    this.transcript = new Transcript($("said"));
    $("ring").addEventListener("click", () => (this.#state === "idle" || this.#state === "ended" ? this.start() : this.end("us")));
    $("mute").addEventListener("click", () => this.#mute());
    $("copy").addEventListener("click", async () => {
      await navigator.clipboard?.writeText($("number").textContent).catch(() => {});
      $("copy").textContent = word("copied");
      setTimeout(() => { $("copy").textContent = word("copy"); }, 1500);
    });
    for (const key of KEYS) {
      $("keys").append(make("button", { type: "button", text: key, "data-key": key, onclick: () => this.#press(key) }));
    }
    document.addEventListener("keydown", (event) => {
      if (this.#state !== "talking" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.matches("textarea, input") || !KEYS.includes(event.key)) return;
      event.preventDefault();
      this.#press(event.key);
    });
    addEventListener("pagehide", () => this.#leave());
    addEventListener("online", () => this.#hasten());
    navigator.connection?.addEventListener("change", () => this.#hasten());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#devices());
    $("unsilence").addEventListener("click", () => { $("unsilence").hidden = true; $("voice").play().catch(() => this.#silent()); this.#sound?.resume(); });
    for (const id of ["mic", "speaker"]) $(id).addEventListener("change", () => this.#device(id));
  }

  // --- what the chat's socket tells ---

  offered({ voice, dial }) {
    this.#voice = voice;
    this.$("dial").hidden = !dial;
    this.$("number").textContent = dial;
    clearTimeout(this.#poll);
    if (voice.state === "warming") this.#poll = setTimeout(() => this.#ask(), 2000);
    if (this.#state === "idle" && voice.state === "ready") this.#takeUp();
    this.#draw();
  }

  async #ask() {
    const told = await fetch("/ready").then((response) => response.json()).catch(() => null);
    const voice = told?.parts?.voice ?? this.#voice;
    this.offered({ voice, dial: this.$("number").textContent });
  }

  begins(conversation) {
    if (this.#current === conversation || this.#state === "idle") return;
    this.#current = conversation;
  }

  line(line) {
    if (line.conversation !== this.#current) return;
    this.$("said").querySelector(".note.first")?.remove();
    if (line.who === "customer") this.#partial("");
    this.transcript.add(line);
  }

  status(status) { if (status === "ended" && ["talking", "reconnecting"].includes(this.#state)) this.#over("bot"); }

  translate() { this.transcript.redraw(); this.#draw(); }

  // --- the call ---

  async start() {
    this.#set("asking");
    this.transcript.clear();
    this.#current = null;
    this.#heard = false;
    this.#forget();
    const able = await this.#microphone();
    if (!able || this.#state !== "asking") return this.#release(); // hung up while the browser asked
    this.#set("connecting");
    try {
      const response = await this.#offer();
      if (!response) return;
      const answer = await response.json();
      if (!response.ok) return this.#over(answer.type === "/problems/busy" ? "busy" : response.status === 429 ? "too_many" : "refused", answer.detail);
      this.#grace = answer.grace_s ?? 30;
      this.#call = answer.call;
      this.#remember();
      await this.#peer?.setRemoteDescription(answer);
    } catch {
      if (this.#state === "connecting") this.#over("unreachable");
    }
  }

  // The microphone, or false and the page says precisely what is in the way.
  async #microphone() {
    if (!navigator.mediaDevices?.getUserMedia) { this.#over("insecure"); return false; }
    const wanted = keep.get("mic");
    const ask = (device) => navigator.mediaDevices.getUserMedia({ audio: { ...SOUND, ...(device && { deviceId: { exact: device } }) } });
    try {
      this.#mic = await ask(wanted).catch((error) => {
        if (wanted && ["OverconstrainedError", "NotFoundError"].includes(error.name)) return ask(""); // that one is unplugged now
        throw error;
      });
    } catch (error) {
      const system = /system/i.test(error.message);
      this.#over({ NotFoundError: "no_mic", NotReadableError: "mic_busy", AbortError: "mic_busy", SecurityError: "insecure" }[error.name] ?? (system ? "mic_system" : "no_permission"));
      return false;
    }
    for (const track of this.#mic.getAudioTracks()) track.onended = () => { if (this.#state === "talking") this.#replug(); };
    this.#devices();
    return true;
  }

  async #replug() { // the microphone was pulled out: the next best one takes its place
    keep.set("mic", null);
    const mine = this.#mic;
    try {
      this.#mic = await navigator.mediaDevices.getUserMedia({ audio: SOUND });
      await this.#swap(mine);
    } catch { this.#draw(); }
  }

  async #swap(old) {
    const enabled = old?.getAudioTracks()[0]?.enabled ?? true;
    for (const track of old?.getTracks() ?? []) { track.onended = null; track.stop(); }
    const [track] = this.#mic.getAudioTracks();
    track.enabled = enabled;
    track.onended = () => { if (this.#state === "talking") this.#replug(); };
    const sender = this.#peer?.getSenders().find((each) => each.track?.kind === "audio" || each.track === null);
    await sender?.replaceTrack(track);
    if (this.$("voice").srcObject) this.#meter(this.$("voice").srcObject);
    this.#devices();
    this.#draw();
  }

  async #devices() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const inUse = this.#mic?.getAudioTracks()[0]?.getSettings().deviceId;
    const fill = (id, kind, chosen) => {
      const list = all.filter((each) => each.kind === kind && each.label && each.deviceId !== "communications");
      this.$(id).replaceChildren(...list.map((each) => make("option", { value: each.deviceId, text: each.label, selected: each.deviceId === chosen })));
      this.$(id).closest("label").hidden = list.length < 2;
    };
    fill("mic", "audioinput", inUse);
    if (this.$("voice").setSinkId) fill("speaker", "audiooutput", this.$("voice").sinkId || keep.get("speaker") || "default");
    this.#draw();
  }

  async #device(id) {
    const chosen = this.$(id).value;
    keep.set(id, chosen);
    if (id === "speaker") return this.$("voice").setSinkId?.(chosen).catch(() => {});
    if (!this.#mic) return;
    const mine = this.#mic;
    try {
      this.#mic = await navigator.mediaDevices.getUserMedia({ audio: { ...SOUND, deviceId: { exact: chosen } } });
      await this.#swap(mine);
    } catch { this.#mic = mine; this.#devices(); }
  }

  // A connection of our own, offered: the server's response, or null where it is no longer wanted. resume: the call it is for.
  async #offer(resume = "") {
    const post = (path, body) => fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const told = await post("/webrtc/ice", { visitor: this.visitor() }).then((response) => response.json()).catch(() => ({}));
    if (!this.#mic) return null;
    const old = this.#peer;
    const peer = (this.#peer = new RTCPeerConnection({ iceServers: told.ice_servers ?? [], iceTransportPolicy: new URLSearchParams(location.search).get("ice") === "relay" ? "relay" : "all" }));
    const control = (this.#control = peer.createDataChannel("control"));
    control.onmessage = ({ data }) => { if (peer === this.#peer) this.#told(data); };
    control.onopen = () => { if (peer === this.#peer && this.#state === "connecting") this.#set("ringing"); };
    for (const track of this.#mic.getTracks()) peer.addTrack(track, this.#mic);
    peer.ontrack = ({ track, streams }) => { if (peer === this.#peer) this.#hear(track, streams[0] ?? new MediaStream([track])); };
    peer.onconnectionstatechange = () => {
      if (peer !== this.#peer) return;
      if (peer.connectionState === "connected" && this.#heard) this.#talk();
      if (["failed", "closed"].includes(peer.connectionState)) this.#gone();
    };
    old?.close();
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    if (peer !== this.#peer) return null;
    const response = await post("/webrtc/offer", { sdp: peer.localDescription.sdp, type: "offer", visitor: this.visitor(), language: document.documentElement.lang, scenarios: this.scenarios(), resume });
    return peer === this.#peer ? response : null;
  }

  // --- a network that goes, and comes back ---

  #talk() {
    this.#lost = this.#tries = this.#still = 0;
    clearTimeout(this.#trying);
    this.#set("talking");
    clearInterval(this.#watch);
    this.#came = -1;
    this.#watch = setInterval(() => this.#look(), LOOK_MS);
    this.#remember();
  }

  async #look() {
    const peer = this.#peer;
    if (!peer || this.#state !== "talking") return;
    let came = -1;
    for (const each of (await peer.getStats().catch(() => new Map())).values()) if (each.type === "inbound-rtp" && each.kind === "audio") came = each.packetsReceived;
    if (peer !== this.#peer || this.#state !== "talking") return;
    this.#still = came === this.#came ? this.#still + 1 : 0;
    this.#came = came;
    this.#remember();
    if (this.#still >= STILL) this.#gone();
  }

  // No sound, or no connection: the same one may yet recover; meanwhile others are tried.
  #gone() {
    if (["idle", "ended", "asking"].includes(this.#state)) return;
    if (!this.#call || (!this.#heard && this.#state !== "reconnecting")) return this.#over("lost");
    if (this.#state !== "reconnecting") { this.#lost = Date.now(); this.#tries = 0; }
    this.#set("reconnecting");
    clearTimeout(this.#trying);
    if (Date.now() - this.#lost > this.#grace * 1000) return this.#over("lost");
    this.#trying = setTimeout(() => this.#again(), AGAIN_MS[Math.min(this.#tries++, AGAIN_MS.length - 1)]);
  }

  #hasten() { if (this.#state === "reconnecting") { this.#tries = 0; this.#gone(); } }

  async #again() {
    if (this.#state !== "reconnecting") return;
    if (!navigator.onLine) return this.#gone();
    clearTimeout(this.#trying);
    this.#trying = setTimeout(() => this.#gone(), TRY_MS);
    this.#heard = false;
    try {
      const response = await this.#offer(this.#call);
      if (!response || this.#state !== "reconnecting") return;
      if (response.status === 410) return this.#over("lost");
      if (!response.ok) return; // another try follows
      await this.#peer.setRemoteDescription(await response.json());
    } catch { /* the server isn't reached: another try follows */ }
  }

  // --- a page that is loaded anew ---

  #remember() {
    if (this.#call) store("call", JSON.stringify({ call: this.#call, at: Date.now(), began: this.#began, grace: this.#grace, conversation: this.#current }));
  }

  #forget() { this.#call = ""; store("call", null); }

  #leave() {
    if (["idle", "ended"].includes(this.#state)) return;
    this.#remember();
    if (this.#control?.readyState === "open") this.#control.send(JSON.stringify({ type: this.#call ? "leaving" : "hangup" }));
  }

  async #takeUp() {
    let kept = null;
    try { kept = JSON.parse(store("call") ?? "null"); } catch { /* nothing that we wrote */ }
    if (!kept?.call) return;
    if (Date.now() - kept.at > 10_000) return this.#forget();
    this.#call = kept.call;
    this.#grace = kept.grace;
    this.#began = kept.began;
    this.#current = kept.conversation;
    this.#lost = Date.now();
    this.#set("reconnecting");
    if (await this.#microphone()) this.#gone();
  }

  end(reason) { if (!["idle", "ended"].includes(this.#state)) this.#over(reason); }

  #told(data) {
    let message;
    try { message = JSON.parse(data); } catch { return; }
    if (message.type === "ended") this.#over(message.reason === "us" ? "bot" : message.reason || "bot");
    if (message.type === "partial") this.#partial(String(message.text ?? ""));
  }

  // Words the caller is saying that the recogniser won't take back.
  #partial(text) {
    const said = this.$("said");
    said.querySelector(".say.partial")?.remove();
    if (!text) return;
    said.append(make("div", { class: "say customer pending partial", text: `${text}…`, "aria-hidden": "true" }));
    said.scrollTop = said.scrollHeight;
  }

  #hear(track, stream) {
    const voice = this.$("voice");
    voice.srcObject = stream;
    const speaker = keep.get("speaker");
    if (speaker) voice.setSinkId?.(speaker).catch(() => keep.set("speaker", null));
    voice.play?.().then(() => { this.$("unsilence").hidden = true; }).catch((error) => { if (error.name === "NotAllowedError") this.#silent(); });
    const peer = this.#peer;
    const talking = () => { if (peer !== this.#peer) return; this.#heard = true; if (peer.connectionState === "connected") this.#talk(); };
    if (track.muted) track.onunmute = talking; else talking();
    track.onended = () => { if (peer === this.#peer) this.#gone(); };
    this.#meter(stream);
  }

  // The browser plays nothing until it is touched: after a reload, in some browsers.
  #silent() { this.$("unsilence").hidden = false; this.$("unsilence").focus(); }

  #press(key) {
    if (this.#control?.readyState !== "open") return;
    this.#control.send(JSON.stringify({ type: "key", key }));
    const button = this.$("keys").querySelector(`[data-key="${CSS.escape(key)}"]`);
    button.classList.add("down");
    setTimeout(() => button.classList.remove("down"), 140);
    this.#tone(KEYS.indexOf(key));
  }

  // Heard by the caller alone, softly: that the key was taken.
  #tone(at) {
    if (!this.#sound) return;
    const now = this.#sound.currentTime;
    const gain = new GainNode(this.#sound, { gain: 0.05 });
    gain.connect(this.#sound.destination);
    for (const frequency of [TONES.row[Math.floor(at / 3)], TONES.column[at % 3]]) {
      const tone = new OscillatorNode(this.#sound, { frequency });
      tone.connect(gain);
      tone.start(now);
      tone.stop(now + 0.09);
    }
  }

  #mute() {
    const track = this.#mic?.getAudioTracks()[0];
    if (!track) return;
    track.enabled = !track.enabled;
    this.#draw();
  }

  #meter(stream) {
    this.#sound ??= new AudioContext();
    this.#sound.resume().catch(() => {});
    const listen = (from, id) => {
      const ear = new AnalyserNode(this.#sound, { fftSize: 512, smoothingTimeConstant: 0.6 });
      this.#sound.createMediaStreamSource(from).connect(ear);
      return { ear, bars: [...this.$(id).children], data: new Uint8Array(ear.frequencyBinCount) };
    };
    const ears = [listen(this.#mic, "mine"), listen(stream, "theirs")];
    const tick = () => {
      if (!this.#peer) return;
      for (const { ear, bars, data } of ears) {
        ear.getByteFrequencyData(data);
        bars.forEach((bar, at) => { // five bands of what a telephone carries: 0-3.4 kHz is the lower seventh of the bins
          const band = data.subarray(2 + at * 7, 9 + at * 7);
          bar.style.transform = `scaleY(${Math.max(0.14, Math.max(...band) / 255)})`;
        });
      }
      this.#frame = requestAnimationFrame(tick);
    };
    cancelAnimationFrame(this.#frame);
    tick();
  }

  #over(reason, detail = "") {
    if (this.#state === "idle" || this.#state === "ended") return;
    this.#reason = detail && reason === "refused" ? detail : word(`ended_${reason}`) === `ended_${reason}` ? word("ended_bot") : word(`ended_${reason}`);
    if (this.#control?.readyState === "open") this.#control.send(JSON.stringify({ type: "hangup" }));
    this.#forget();
    this.#release();
    this.#set("ended");
  }

  #release() {
    clearInterval(this.#ticking);
    clearInterval(this.#watch);
    clearTimeout(this.#trying);
    this.#partial("");
    this.$("unsilence").hidden = true;
    cancelAnimationFrame(this.#frame);
    const peer = this.#peer;
    this.#peer = null;
    this.#control = null;
    setTimeout(() => peer?.close(), 150); // lets the hang-up leave
    for (const track of this.#mic?.getTracks() ?? []) { track.onended = null; track.stop(); }
    this.#mic = null;
    this.#sound?.close().catch(() => {});
    this.#sound = null;
    this.$("voice").srcObject = null;
  }

  #set(state) {
    if (state === this.#state) return;
    if (state === "talking") {
      if (this.#state !== "reconnecting" || !this.#began) this.#began = Date.now();
      clearInterval(this.#ticking);
      this.#ticking = setInterval(() => this.#tick(), 500);
    }
    this.#state = state;
    this.#draw();
  }

  #tick() { this.$("clock").textContent = span((Date.now() - this.#began) / 1000); }

  #draw() {
    const { $ } = this;
    const busy = !["idle", "ended"].includes(this.#state);
    const able = this.#voice.state === "ready";
    const talking = this.#state === "talking";
    const up = talking || this.#state === "reconnecting";
    $("ring").classList.toggle("end", busy);
    $("ring").disabled = !busy && !able;
    $("ring").setAttribute("aria-label", busy ? word("hang_up") : word("ring"));
    $("ring").title = busy ? word("hang_up") : word("ring");
    const idle = able ? "call_idle" : this.#voice.state === "warming" ? "call_warming" : "call_off";
    const name = this.#state === "idle" || (this.#state === "ended" && !able) ? idle : `call_${this.#state}`;
    const more = this.#state === "ended" ? this.#reason : word(`${name}_more`) === `${name}_more` ? "" : word(`${name}_more`);
    $("state").replaceChildren(word(name), more && make("small", { text: more }));
    $("meters").hidden = !up;
    $("keys").hidden = !up;
    $("keys").inert = !talking;
    $("devices").hidden = !up || [...$("devices").querySelectorAll("label")].every((label) => label.hidden);
    $("clock").hidden = !up && this.#state !== "ended";
    if (up && this.#began) this.#tick();
    if (this.#state === "idle") $("clock").hidden = true;
    const on = this.#mic?.getAudioTracks()[0]?.enabled ?? true;
    $("stage").classList.toggle("talking", up);
    $("stage").classList.toggle("away", this.#state === "reconnecting");
    $("mute").replaceChildren(icon(on ? MIC : MIC_OFF));
    $("mute").setAttribute("aria-label", word(on ? "mute" : "unmute"));
    $("mute").title = word(on ? "mute" : "unmute");
    $("mute").setAttribute("aria-pressed", String(!on));
    if (this.transcript.empty && !busy && this.#state === "idle") $("said").append(make("p", { class: "note first", text: word("said_empty") }));
    if (busy) $("said").querySelector(".note.first")?.remove();
    else if ($("said").querySelector(".note.first")) $("said").querySelector(".note.first").textContent = word("said_empty");
  }
}

// Of this tab: another one of the same visitor has its own call, and a tab that was closed has none.
function store(name, value) {
  try {
    if (value === undefined) return sessionStorage.getItem(`govorun.${name}`);
    if (value === null) sessionStorage.removeItem(`govorun.${name}`);
    else sessionStorage.setItem(`govorun.${name}`, value);
  } catch { /* without storage a reload ends the call */ }
  return null;
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, GATHER_MS);
    peer.addEventListener("icegatheringstatechange", () => { if (peer.iceGatheringState === "complete") resolve(); });
  });
}
