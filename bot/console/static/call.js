// A call from the browser: WebRTC to the server's own leg. Keys go over the data channel "control".

import { icon, make, span, word } from "./page.js";
import { Transcript } from "./transcript.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const TONES = { row: [697, 770, 852, 941], column: [1209, 1336, 1477] }; // Hz, ITU-T Q.23
const MIC = "M12 15a3.2 3.2 0 0 0 3.2-3.2V6.2a3.2 3.2 0 0 0-6.4 0v5.6A3.2 3.2 0 0 0 12 15zM6 11.5a6 6 0 0 0 12 0M12 17.5v3.5";
const MIC_OFF = `${MIC}M4 4l16 16`;
const GATHER_MS = 1500; // candidates of this machine come at once; a slow STUN server isn't waited for

export class Call {
  #peer = null; #control = null; #mic = null; #sound = null; #frame = 0; #began = 0; #ticking = 0; #heard = false;
  #voice = { state: "off", detail: "" }; #state = "idle"; #reason = ""; #poll = 0; #current = null;

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
    addEventListener("pagehide", () => this.end("us"));
  }

  // --- what the chat's socket tells ---

  offered({ voice, dial }) {
    this.#voice = voice;
    this.$("dial").hidden = !dial;
    this.$("number").textContent = dial;
    clearTimeout(this.#poll);
    if (voice.state === "warming") this.#poll = setTimeout(() => this.#ask(), 2000);
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
    this.transcript.add(line);
  }

  status(status) { if (status === "ended" && this.#state === "talking") this.#over("bot"); }

  translate() { this.transcript.redraw(); this.#draw(); }

  // --- the call ---

  async start() {
    this.#set("asking");
    this.transcript.clear();
    this.#current = null;
    this.#heard = false;
    try {
      if (!navigator.mediaDevices?.getUserMedia) return this.#over("insecure");
      this.#mic = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    } catch (error) {
      return this.#over(error.name === "NotFoundError" ? "no_mic" : "no_permission");
    }
    if (this.#state !== "asking") return this.#release(); // hung up while the browser asked
    this.#set("connecting");
    const peer = (this.#peer = new RTCPeerConnection());
    this.#control = peer.createDataChannel("control");
    this.#control.onmessage = ({ data }) => this.#told(data);
    this.#control.onopen = () => this.#set("ringing");
    for (const track of this.#mic.getTracks()) peer.addTrack(track, this.#mic);
    peer.ontrack = ({ track, streams }) => this.#hear(track, streams[0] ?? new MediaStream([track]));
    peer.onconnectionstatechange = () => {
      if (peer !== this.#peer) return;
      if (peer.connectionState === "connected" && this.#heard) this.#set("talking");
      if (peer.connectionState === "failed") this.#over("lost");
      if (peer.connectionState === "disconnected") setTimeout(() => { if (peer === this.#peer && peer.connectionState !== "connected") this.#over("lost"); }, 5000);
      if (peer.connectionState === "closed") this.#over("bot");
    };
    try {
      await peer.setLocalDescription(await peer.createOffer());
      await gathered(peer);
      const response = await fetch("/webrtc/offer", {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ sdp: peer.localDescription.sdp, type: "offer", visitor: this.visitor(), language: document.documentElement.lang, scenarios: this.scenarios() }),
      });
      const answer = await response.json();
      if (peer !== this.#peer) return;
      if (!response.ok) return this.#over(answer.type === "/problems/busy" ? "busy" : "refused", answer.detail);
      await peer.setRemoteDescription(answer);
    } catch {
      if (peer === this.#peer) this.#over("unreachable");
    }
  }

  end(reason) { if (!["idle", "ended"].includes(this.#state)) this.#over(reason); }

  #told(data) {
    let message;
    try { message = JSON.parse(data); } catch { return; }
    if (message.type === "ended") this.#over(message.reason === "us" ? "bot" : message.reason || "bot");
  }

  #hear(track, stream) {
    this.$("voice").srcObject = stream;
    const talking = () => { this.#heard = true; if (this.#peer?.connectionState === "connected") this.#set("talking"); };
    if (track.muted) track.onunmute = talking; else talking();
    track.onended = () => this.#over("bot");
    this.#meter(stream);
  }

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
    this.#sound.resume();
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
    this.#release();
    this.#set("ended");
  }

  #release() {
    clearInterval(this.#ticking);
    cancelAnimationFrame(this.#frame);
    const peer = this.#peer;
    this.#peer = null;
    this.#control = null;
    setTimeout(() => peer?.close(), 150); // lets the hang-up leave
    for (const track of this.#mic?.getTracks() ?? []) track.stop();
    this.#mic = null;
    this.#sound?.close();
    this.#sound = null;
    this.$("voice").srcObject = null;
  }

  #set(state) {
    if (state === this.#state) return;
    if (state === "talking") {
      this.#began = Date.now();
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
    $("ring").classList.toggle("end", busy);
    $("ring").disabled = !busy && !able;
    $("ring").setAttribute("aria-label", busy ? word("hang_up") : word("ring"));
    $("ring").title = busy ? word("hang_up") : word("ring");
    const idle = able ? "call_idle" : this.#voice.state === "warming" ? "call_warming" : "call_off";
    const name = this.#state === "idle" || (this.#state === "ended" && !able) ? idle : `call_${this.#state}`;
    const more = this.#state === "ended" ? this.#reason : word(`${name}_more`) === `${name}_more` ? "" : word(`${name}_more`);
    $("state").replaceChildren(word(name), more && make("small", { text: more }));
    $("meters").hidden = !talking;
    $("keys").hidden = !talking;
    $("clock").hidden = !talking && this.#state !== "ended";
    if (talking) this.#tick();
    if (this.#state === "idle") $("clock").hidden = true;
    const on = this.#mic?.getAudioTracks()[0]?.enabled ?? true;
    $("stage").classList.toggle("talking", talking);
    $("mute").replaceChildren(icon(on ? MIC : MIC_OFF));
    $("mute").setAttribute("aria-label", word(on ? "mute" : "unmute"));
    $("mute").title = word(on ? "mute" : "unmute");
    $("mute").setAttribute("aria-pressed", String(!on));
    if (this.transcript.empty && !busy && this.#state === "idle") $("said").append(make("p", { class: "note first", text: word("said_empty") }));
    if (busy) $("said").querySelector(".note.first")?.remove();
    else if ($("said").querySelector(".note.first")) $("said").querySelector(".note.first").textContent = word("said_empty");
  }
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, GATHER_MS);
    peer.addEventListener("icegatheringstatechange", () => { if (peer.iceGatheringState === "complete") resolve(); });
  });
}
