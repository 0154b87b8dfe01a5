// node:http: the handler is called for each request, and waits without a thread.
//
// Node can't pause accepting, and `maxConnections` drops what is above it. So connections come
// to a net.Server that reads nothing of them, and the HTTP server is given as many as there
// are places for.

import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { setImmediate, setTimeout } from "node:timers/promises";
import { Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";

// What a server finds listening when it is started by systemd, or by a trial.
const LISTENING = 3;
// Connections that wait to be accepted.
const BACKLOG = 4096;
// Requests that a client may send ahead of their answers: one that sends more is ended.
const MOST_AHEAD = 1000;

/** Answers what comes to a descriptor with `handle`, on at most `most` connections at once. */
class Server {
  // Each connection that is served, with the number of its requests that are under way.
  #served = new Map();
  // The end of the last request of each connection that has any under way.
  #last = new Map();
  // Connections above the limit, in the order in which they came.
  #waiting = new Set();
  #stopping = false;

  constructor(most, handle) {
    this.most = most;
    this.handle = handle;
    // A client may ask again after any time: an end after Node's 5 s would race with it.
    this.http = createHttpServer({ keepAliveTimeout: 0 }, (request, response) => {
      void this.#answer(request, response);
    });
    const options = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true };
    this.net = createServer(options, (socket) => this.#connected(socket));
  }

  listen(fd) {
    this.net.listen({ fd, backlog: BACKLOG });
  }

  #connected(socket) {
    socket.once("close", () => {
      this.#waiting.delete(socket);
      this.#served.delete(socket);
      this.#serveNext();
    });
    // What fails is the client's affair; `close` follows.
    socket.on("error", () => {});
    this.#waiting.add(socket);
    this.#serveNext();
  }

  #serveNext() {
    for (const socket of this.#waiting) {
      if (this.#stopping || this.#served.size >= this.most) return;
      this.#waiting.delete(socket);
      this.#served.set(socket, 0);
      this.http.emit("connection", socket);
      socket.resume();
    }
  }

  async #answer(request, response) {
    const { socket } = request;
    this.#begun(socket);
    response.once("close", () => this.#ended(socket));
    const done = await this.#turn(socket);
    if (socket.destroyed) return done();
    let body = "";
    try {
      body = await this.handle(request.url);
    } catch {
      // A bug in the handler is the affair of this request.
      response.statusCode = 500;
    }
    if (this.#stopping) response.setHeader("Connection", "close");
    response.setHeader("Content-Length", body.length);
    response.end(body);
    done();
  }

  /** Waits until the request before on this connection is answered, and until timers and
   *  signals have had their turn: Node calls the handler at once for all that have come.
   *  Resolves to what is to be called once this one is answered. */
  async #turn(socket) {
    const before = this.#last.get(socket);
    const { promise, resolve } = withResolvers();
    this.#last.set(socket, promise);
    if (before !== undefined) {
      await before;
      await setImmediate();
    }
    return () => {
      if (this.#last.get(socket) === promise) this.#last.delete(socket);
      resolve();
    };
  }

  #begun(socket) {
    const requests = this.#served.get(socket) + 1;
    this.#served.set(socket, requests);
    // Node parses all that has come before it turns to another connection.
    if (requests > MOST_AHEAD) socket.destroy();
  }

  #ended(socket) {
    const requests = this.#served.get(socket) - 1;
    // One that was ended is served no more.
    if (Number.isNaN(requests)) return;
    this.#served.set(socket, requests);
    if (this.#stopping && requests === 0) socket.destroySoon();
  }

  /** Accepts no more, and answers each request that was sent before. Resolves to the number
   *  of connections that it had to cut after `grace` milliseconds. */
  async drain(grace) {
    const closed = new Promise((resolve) => this.net.close(resolve));
    this.#stopping = true;
    for (const socket of this.#waiting) socket.destroy();
    // What has arrived is read first, also on a connection that was accepted in this turn.
    await setImmediate();
    await setImmediate();
    for (const [socket, requests] of this.#served) {
      if (requests === 0) socket.destroySoon();
    }
    let cut = 0;
    const timer = globalThis.setTimeout(() => {
      cut = this.#served.size;
      for (const socket of this.#served.keys()) socket.destroy();
    }, grace);
    await closed;
    clearTimeout(timer);
    return cut;
  }
}

/** A promise with what resolves it. Node has had `Promise.withResolvers` since 22. */
function withResolvers() {
  let resolve;
  const promise = new Promise((it) => { resolve = it; });
  return { promise, resolve };
}

/** What the handler does before its answer, and the answer. */
function handlerOf(job) {
  return async (path) => {
    if (path === "/pid") return String(process.pid);
    const wait = path === "/slow" ? 3000 : job.wait_ms;
    // A connection keeps the process alive; where it was cut, nobody waits any more.
    if (wait > 0) await setTimeout(wait, undefined, { ref: false });
    if (path.startsWith("/panic/")) throw new Error("asked to panic");
    compute(path === "/busy" ? 20 : job.compute_ms);
    return digest(path);
  };
}

/** Computes until this process has had a core for so many milliseconds. */
function compute(ms) {
  if (ms === 0) return;
  const start = process.cpuUsage();
  let used;
  do {
    used = process.cpuUsage(start);
  } while (used.user + used.system < ms * 1000);
}

/** 16 digits: splitmix64's step for each byte, on 64 bits. */
function digest(path) {
  const mask = 0xffff_ffff_ffff_ffffn;
  let x = 0n;
  for (const byte of Buffer.from(path, "latin1")) {
    x = ((x ^ BigInt(byte)) + 0x9e3779b97f4a7c15n) & mask;
    x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & mask;
    x ^= x >> 31n;
  }
  return x.toString(16).padStart(16, "0");
}

const trial = new Trial();
const output = await trial.run(async () => {
  const server = new Server(trial.job.connections, handlerOf(trial.job));
  const stop = new Promise((resolve) => process.once("SIGTERM", resolve));
  server.listen(LISTENING);
  await stop;
  // The second signal ends the process.
  process.once("SIGTERM", () => process.exit(143));
  return { cut: await server.drain(trial.job.grace_ms) };
});
trial.reply(output);
