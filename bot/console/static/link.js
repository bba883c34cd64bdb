// A socket that comes back: it says hello again, and the server replays what was missed.

export class Link extends EventTarget {
  #socket = null; #tries = 0; #timer = 0; #stopped = false; #alive = 0;

  constructor(path, hello) {
    super();
    this.url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
    this.hello = hello;
    addEventListener("online", () => this.#now());
    addEventListener("pageshow", () => this.#now());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#now(); });
    setInterval(() => this.#pulse(), 20000);
  }

  get open() { return this.#socket?.readyState === WebSocket.OPEN; }

  start() { this.#stopped = false; this.#connect(); }

  stop() { this.#stopped = true; clearTimeout(this.#timer); this.#socket?.close(); }

  // Another hello, at once: what it says has changed. One that is not open yet says it anyway.
  again() {
    const old = this.#socket;
    if (this.#stopped || !old || old.readyState === WebSocket.CONNECTING) return;
    old.onmessage = old.onclose = null;
    old.close();
    this.#tries = 0;
    this.#connect();
  }

  // False when there is no socket: the caller keeps the message and sends it after "up".
  send(message) {
    if (!this.open) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #connect() {
    clearTimeout(this.#timer);
    const socket = (this.#socket = new WebSocket(this.url));
    socket.onopen = () => { this.#alive = Date.now(); socket.send(JSON.stringify(this.hello())); };
    socket.onmessage = ({ data }) => {
      this.#alive = Date.now();
      const message = JSON.parse(data);
      if (message.type === "welcome") { this.#tries = 0; this.#tell("up", message); }
      this.#tell(message.type, message);
    };
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket) return;
      this.#tell("down", { code });
      if (this.#stopped || code === 4401 || code === 4403) return;
      // 0.4 s, 0.8, 1.6 … 10 s, and never all clients at the same moment
      const wait = Math.min(10000, 400 * 2 ** this.#tries++) * (0.75 + Math.random() / 2);
      this.#timer = setTimeout(() => this.#connect(), wait);
    };
  }

  #now() {
    if (this.#stopped || !this.#socket || this.#socket.readyState <= WebSocket.OPEN) return;
    this.#tries = 0;
    this.#connect();
  }

  // A network that goes silent closes nothing: without an answer to a ping for 45 s the socket is given up.
  #pulse() {
    if (!this.open) return;
    if (Date.now() - this.#alive > 45000) this.#socket.close();
    else this.send({ type: "ping" });
  }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}
