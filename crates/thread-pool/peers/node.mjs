// A pool of worker threads, each with one download at a time: node:http, and files that are
// written by calls that block.

import { join } from "node:path";
import { isMainThread, threadId, workerData } from "node:worker_threads";
import {
  Client,
  RequestError,
} from "../../../shared/test-fixtures/peers/node/http_client.mjs";
import {
  checkReplaceable,
  NewFile,
  SaveError,
  stands,
} from "../../../shared/test-fixtures/peers/node/new_file.mjs";
import { now, Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";
import {
  ask,
  serve,
  WorkerPool,
} from "../../../shared/test-fixtures/peers/node/worker_pool.mjs";

const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 10;

// Bytes of a file's name.
const LONGEST = 255;

/** Has every item worked on by the threads, and calls `each` as they complete. */
async function asCompleted(threads, items, each) {
  await Promise.all(items.map(async (item) => each(item, await threads.run(item))));
}

/** A download that is none, by a class of the protocol's. */
class Failed extends Error {
  constructor(kind, why) {
    super(why);
    this.kind = kind;
  }
}

/** Aborts what is silent for too long, and what is not done at the deadline. */
class Limits {
  #controller = new AbortController();

  constructor(silence, ends) {
    this.silence = silence;
    this.ends = ends;
    this.restart();
  }

  get signal() {
    return this.#controller.signal;
  }

  /** Something has come. */
  restart() {
    clearTimeout(this.timer);
    // A timer may be early by a part of a millisecond.
    const left = Math.min(this.silence, (this.ends - now()) / 1e6) + 1;
    const late = () => this.#controller.abort(new DOMException("late", "TimeoutError"));
    this.timer = setTimeout(late, left);
  }

  clear() {
    clearTimeout(this.timer);
  }
}

/** The downloads of one thread. */
class Downloads {
  constructor({ job, ends }) {
    this.job = job;
    this.ends = ends;
    this.client = new Client(job);
  }

  async download(place) {
    if (now() >= this.ends) return "cancelled";
    const limits = new Limits(this.job.timeout_ms, this.ends);
    try {
      return { ok: await this.#fetch(place, limits) };
    } catch (error) {
      return outcomeOf(error);
    } finally {
      limits.clear();
    }
  }

  async #fetch(place, limits) {
    const { Ok: name, Err: why } = this.job.names[place];
    if (why !== undefined) throw new Failed("name", why);
    const { dir, force } = this.job.saving;
    if (force) checkReplaceable(join(dir, name));
    else if (stands(join(dir, name))) return { kept: { name } };
    let url = this.job.urls[place];
    for (let followed = 0; followed <= MOST_REDIRECTS; followed++) {
      const { signal } = limits;
      const { target, file } = await this.client.get(url, signal, async (response) => {
        const target = targetOf(url, response);
        return target ? { target } : { file: await this.#save(place, response, limits) };
      });
      if (file) return file;
      url = target;
    }
    throw new Failed("other", `more than ${MOST_REDIRECTS} redirects in a row`);
  }

  async #save(place, response, limits) {
    const { statusCode: status, headers } = response;
    if (status < 200 || status > 299) throw new Failed("status", `status ${status}`);
    const { saving, names, urls } = this.job;
    let name = names[place].Ok;
    let { force } = saving;
    const given = nameOf(headers["content-disposition"]);
    if (given !== undefined && given !== name) {
      // The user has not named it, so it replaces nothing.
      force = false;
      name = await ask({ name: given, place });
      if (Buffer.byteLength(name) > LONGEST) {
        throw new Failed("name", `with a number the name is too long: ${name}`);
      }
      if (stands(join(saving.dir, name))) return { kept: { name } };
    }
    const file = new NewFile({ ...saving, force });
    try {
      if (urls[place].includes("/note/panic")) {
        throw new Error(`asked to panic by ${urls[place]}`);
      }
      limits.restart();
      for await (const part of response) {
        limits.restart();
        file.write(part);
      }
      return file.keep(name);
    } finally {
      file.close();
    }
  }
}

/** Where an answer redirects to, if it does: read as browsers read it. */
function targetOf(asked, { statusCode, headersDistinct }) {
  const [location, ...others] = headersDistinct.location ?? [];
  if (!REDIRECTS.includes(statusCode) || !location?.trim()) return undefined;
  if (others.some((other) => other !== location)) {
    throw new Failed("malformed", "the answer redirects to several places");
  }
  let target;
  try {
    target = new URL(text(location), asked);
  } catch {
    throw new Failed("malformed", `the answer redirects to ${location}, which is no URL`);
  }
  const isHttp = ["http:", "https:"].includes(target.protocol);
  if (!isHttp || (asked.startsWith("https:") && target.protocol === "http:")) {
    throw new Failed("other", `the answer redirects to ${target.protocol}`);
  }
  [target.username, target.password] = ["", ""];
  return target.href;
}

// A parameter of a header: its name, and its value with quotes or without.
const PARAMETER = /;[ \t]*([^=; \t]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;

/** The file name in a Content-Disposition header, if there is one. */
function nameOf(disposition) {
  if (disposition === undefined) return undefined;
  const parameters = new Map();
  for (const [, key, quoted, plain] of disposition.matchAll(PARAMETER)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? plain.replace(/[ \t]+$/, "");
    parameters.set(key.toLowerCase(), value);
  }
  // The first goes before the second, which is for clients that don't know it.
  const name = extended(parameters.get("filename*")) ?? text(parameters.get("filename"));
  if (name === undefined) return undefined;
  const isNone = name === "" || name.startsWith(".") || /[/\\\0]/.test(name);
  if (isNone || Buffer.byteLength(name) > LONGEST) {
    throw new Failed("name", `the answer names its file ${JSON.stringify(name)}`);
  }
  return name;
}

/** A value like `UTF-8''na%C3%AFve`. */
function extended(value) {
  const [, charset, encoded] = /^([^']*)'[^']*'(.*)$/.exec(value ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const bytes = encoded.replace(/%([0-9A-Fa-f]{2})/g, (_, byte) =>
    String.fromCharCode(parseInt(byte, 16)),
  );
  return charset.toLowerCase() === "utf-8" ? text(bytes) : bytes;
}

/** A header's text: Node takes it for Latin-1, and it is UTF-8 in life. */
function text(header) {
  if (header === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(header, "latin1"));
  } catch {
    return header;
  }
}

/** What became of a file, as the other variants report it. */
function outcomeOf(error) {
  const isKnown = [RequestError, SaveError, Failed].some((kind) => error instanceof kind);
  if (!isKnown) return { panicked: error.message };
  if (error.kind === "timed_out") return error.kind;
  return { failed: { class: error.kind, why: error.message } };
}

/** The names that are given away. */
class Names {
  constructor(names) {
    this.taken = new Set(names.map(({ Ok: name }) => name));
  }

  /** The name, with a number behind it if another file has it. */
  take({ name, place }) {
    let free = name;
    for (let number = place + 1; this.taken.has(free); number++) free = `${name}.${number}`;
    this.taken.add(free);
    return free;
  }
}

async function run(job, spans) {
  const ends = job.deadline_ms === null ? Infinity : now() + job.deadline_ms * 1e6;
  const names = new Names(job.names);
  const threads = new WorkerPool(
    new URL(import.meta.url),
    job.workers,
    { job, ends },
    (question) => names.take(question),
  );
  const reports = [];
  const places = [...job.urls.keys()];
  await asCompleted(threads, places, (place, { outcome, span }) => {
    reports.push({ place, outcome });
    spans.push(span);
  });
  await threads.close();
  return { reports };
}

if (isMainThread) {
  // A file that is longer than may be is then an error of its own.
  process.on("SIGXFSZ", () => {});
  const trial = new Trial();
  const spans = [];
  const output = await trial.run(() => run(trial.job, spans));
  trial.reply(output, spans);
} else {
  const downloads = new Downloads(workerData);
  serve(async (place) => {
    const start = now();
    const outcome = await downloads.download(place);
    const lane = `thread ${threadId}`;
    return { outcome, span: { task: `${place}`, lane, start, end: now() } };
  });
}
