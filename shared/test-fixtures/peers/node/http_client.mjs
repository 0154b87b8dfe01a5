// What the peers on node:http share: a client, and what became of a request.
//
// Not `fetch`: that decompresses bodies, and without a package it takes no certificates of
// the job's.

import { createHash } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";

// What a system call or a connection fails with.
const KINDS = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  EMFILE: "descriptors",
  ENFILE: "descriptors",
  ETIMEDOUT: "timed_out",
};

// What is no failure.
const ENDED = ["timed_out", "cancelled"];

// What may come before the first part of a body. Node limits the lines of a head, but
// neither empty ones, nor interim answers, nor the size of a chunk.
const MOST_AHEAD = 256 * 1024;

/** A request that has no answer, or no whole one. */
export class RequestError extends Error {
  /** `kind` is a class of the protocol's, `timed_out` or `cancelled`. */
  constructor(kind, cause) {
    super(cause.message, { cause });
    this.kind = kind;
  }
}

/** A client that keeps its connections, and trusts what the job says. */
export class Client {
  #agents = new Map();
  #context;

  constructor(job) {
    this.job = job;
  }

  /** Resolves to what `read` makes of the answer. */
  async get(url, signal, read) {
    try {
      return await exchange(this.#agent(url, true), url, signal, read);
    } catch (error) {
      // It was lost on a kept connection.
      if (!error.isLost) throw error;
      return await this.getOnce(url, signal, read);
    }
  }

  /** The same on a connection of its own. `connected` is called when that is there. */
  async getOnce(url, signal, read, connected) {
    return await exchange(this.#agent(url, false), url, signal, read, connected);
  }

  #agent(url, keepAlive) {
    const { protocol } = new URL(url);
    const key = `${protocol} ${keepAlive}`;
    if (!this.#agents.has(key)) this.#agents.set(key, this.#made(protocol, keepAlive));
    return this.#agents.get(key);
  }

  #made(protocol, keepAlive) {
    // Of several addresses, one that is deaf does not take the time of the next.
    const options = { autoSelectFamily: true, keepAlive };
    if (protocol === "http:") return new http.Agent(options);
    this.#context ??= trust(this.job);
    // Said, so that NODE_TLS_REJECT_UNAUTHORIZED changes nothing.
    const verified = { secureContext: this.#context, rejectUnauthorized: true };
    return new https.Agent({ ...options, ...verified });
  }

  close() {
    for (const agent of this.#agents.values()) agent.destroy();
  }
}

/** The page behind a URL. */
export async function fetchPage(client, url, signal) {
  return await client.get(url, signal, (response) => readPage(url, response));
}

export async function readPage(url, response) {
  if (url.includes("/note/panic")) throw new Error(`asked to panic by ${url}`);
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of response) {
    hash.update(part);
    bytes += part.length;
  }
  return { status: response.statusCode, bytes, sha256: hash.digest("hex") };
}

/** What https is verified by: Node's own roots where it can't read the system's. */
function trust(job) {
  const roots = tls.getCACertificates?.("system") ?? tls.rootCertificates;
  return tls.createSecureContext({ ca: [...roots, job.cacert ?? []].flat() });
}

/** Asks once, and reads what comes. */
async function exchange(agent, url, signal, read, connected) {
  const { get } = agent.protocol === "https:" ? https : http;
  // Said, so that NODE_OPTIONS changes nothing.
  const request = get(url, { agent, signal, insecureHTTPParser: false });
  let had = 0;
  let response;
  // At once, and not when it is awaited: what is wrong with its body may come with its head, and
  // the request's error is then the only one that says what.
  request.once("response", (answer) => {
    response = answer;
    // Who reads it comes later, and finds the error then.
    answer.on("error", () => {});
  });
  request.once("socket", (socket) => {
    had = socket.bytesRead;
    if (connected) socket.once("connect", connected);
    const watch = () => {
      if (response?.readableDidRead || socket.bytesRead - had < MOST_AHEAD) return;
      request.destroy(new AnswerError(`${MOST_AHEAD} bytes, and nothing of a body`));
    };
    socket.on("data", watch);
    request.once("close", () => socket.off("data", watch));
  });
  // What ends the connection ends a body, even one without a length.
  request.on("error", (error) => response?.destroy(error));
  request.on("information", ({ headers }) => {
    if (hasBody(headers)) request.destroy(new AnswerError("an interim answer has a body"));
  });
  try {
    response = await headOf(request);
  } catch (error) {
    const failure = new RequestError(kindOf(error, request, signal), error);
    failure.isLost =
      request.reusedSocket && request.socket.bytesRead === had && isEnd(error);
    throw failure;
  }
  try {
    return await read(response);
  } catch (error) {
    if (error !== response.errored) throw error;
    throw new RequestError(kindOf(error, request, signal), error);
  } finally {
    response.destroy();
  }
}

async function headOf(request) {
  const response = await new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
    request.once("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response);
    });
  });
  const refuse = (why) => {
    request.destroy();
    throw new AnswerError(why);
  };
  const { statusCode, headers } = response;
  if (statusCode === 101) refuse("it switches to a protocol that nobody asked for");
  if (statusCode === 204 && hasBody(headers)) refuse("204 has a body");
  // Node takes three digits of any kind for a status, and 2⁶⁴ − 1 for no length.
  if (statusCode < 100) refuse(`${statusCode} is no status`);
  if (headers["content-length"] > Number.MAX_SAFE_INTEGER) {
    refuse(`Content-Length is ${headers["content-length"]}, which no body has`);
  }
  return response;
}

/** Node 18 reads what is announced behind a head that no body can follow. */
function hasBody(headers) {
  return headers["content-length"] > 0 || "transfer-encoding" in headers;
}

/** An answer that is none. */
class AnswerError extends Error {}

/** The connection ended. */
function isEnd(error) {
  return error.code === "ECONNRESET" || error.code === "EPIPE";
}

/** Why a request failed, by the class that all variants have for it. */
function kindOf(error, request, signal) {
  if (signal.aborted) {
    return signal.reason.name === "TimeoutError" ? "timed_out" : "cancelled";
  }
  // Node makes a reset of any end that is too early; one that the system reports names
  // its call.
  if (error.code === "ECONNRESET" && !error.syscall) return "truncated";
  if (error.code in KINDS) return KINDS[error.code];
  if (request.socket?.authorizationError) return "certificate";
  // The parser's errors, and those of TLS.
  const isMalformed = /^(HPE|ERR_SSL|ERR_TLS)_|^EPROTO$/.test(error.code);
  return isMalformed || error instanceof AnswerError ? "malformed" : "other";
}

/** What became of a request, as the variants report it, from a settled promise. */
export function outcome({ status, value, reason }) {
  if (status === "fulfilled") return { ok: value };
  if (!(reason instanceof RequestError)) return { panicked: reason.message };
  if (ENDED.includes(reason.kind)) return reason.kind;
  return { failed: { class: reason.kind, why: reason.message } };
}
