// Bounded queues between stages, or a chain for each item: promises over node:http, and
// worker threads for what blocks.

import { createHash } from "node:crypto";
import { isMainThread, workerData } from "node:worker_threads";
import {
  Client,
  RequestError,
} from "../../../shared/test-fixtures/peers/node/http_client.mjs";
import { NewFile, SaveError } from "../../../shared/test-fixtures/peers/node/new_file.mjs";
import { now, Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";
import { serve, WorkerPool } from "../../../shared/test-fixtures/peers/node/worker_pool.mjs";

/** A queue with so much room: who gives waits while it is full, who takes while it is empty.
 *  Both are thrown out when the signal is aborted. */
class Queue {
  #items = [];
  #givers = [];
  #takers = [];

  constructor(room, signal) {
    this.room = room;
    this.signal = signal;
    signal.addEventListener("abort", () => {
      for (const wake of [...this.#givers, ...this.#takers]) wake();
    });
  }

  async put(item) {
    await this.#until(() => this.#items.length < this.room, this.#givers);
    this.#items.push(item);
    this.#takers.shift()?.();
  }

  async take() {
    await this.#until(() => this.#items.length > 0, this.#takers);
    const item = this.#items.shift();
    this.#givers.shift()?.();
    return item;
  }

  async #until(is, waiting) {
    this.signal.throwIfAborted();
    while (!is()) {
      await new Promise((wake) => waiting.push(wake));
      this.signal.throwIfAborted();
    }
  }
}

/** Why all is stopped where nothing has failed. */
const ENOUGH = new Error("as many items are saved as were wanted");

/** Runs all until one of them throws; then stops the others by the controller, and waits for
 *  them. Only `ENOUGH` is no failure. */
async function group(stop, loops) {
  const ended = loops.map((loop) => loop.catch((error) => stop.abort(error)));
  await Promise.all(ended);
  if (stop.signal.aborted && stop.signal.reason !== ENOUGH) throw stop.signal.reason;
}

/** Takes each item through all stages, as many at once as there are workers. */
async function chained(job, works, tally, stop) {
  const items = tally.open.values();
  async function chains() {
    for (const item of items) {
      stop.signal.throwIfAborted();
      let outcome;
      try {
        const body = await works.fetch(item);
        const content = await works.process(item, body);
        outcome = await works.save(item, body, content);
      } catch (error) {
        outcome = outcomeOf(error);
      }
      tally.add(item, outcome);
    }
  }
  await group(stop, Array.from({ length: job.workers }, chains));
}

/** Has workers in each stage, with a bounded queue before the next. */
async function staged(job, works, tally, stop) {
  const queue = () => new Queue(job.queue, stop.signal);
  const [toFetch, toProcess, toSave, done] = [queue(), queue(), queue(), queue()];

  async function source() {
    for (const item of tally.open) await toFetch.put({ item });
  }
  async function stage(work, from, into) {
    for (;;) {
      const taken = await from.take();
      let worked;
      try {
        worked = await work(taken);
      } catch (error) {
        await done.put({ item: taken.item, outcome: outcomeOf(error) });
        continue;
      }
      await into.put({ ...taken, ...worked });
    }
  }
  const fetch = async ({ item }) => ({ body: await works.fetch(item) });
  const process = async ({ item, body }) => ({
    content: await works.process(item, body),
  });
  const save = async ({ item, body, content }) => ({
    outcome: await works.save(item, body, content),
  });
  async function collect() {
    for (const _ of tally.open) {
      const { item, outcome } = await done.take();
      tally.add(item, outcome);
    }
    throw ENOUGH;
  }

  const loops = [source(), collect()];
  for (let worker = 0; worker < job.workers; worker++) {
    loops.push(stage(fetch, toFetch, toProcess));
    loops.push(stage(process, toProcess, toSave));
    loops.push(stage(save, toSave, done));
  }
  await group(stop, loops);
}

/** An item goes no further. */
class Lost extends Error {
  constructor(outcome) {
    super();
    this.outcome = outcome;
  }
}

/** What became of an item that goes no further; anything else ends the run. */
function outcomeOf(error) {
  if (error instanceof Lost) return error.outcome;
  throw error;
}

/** Why an item goes no further, by a class of the protocol's. */
class Failed extends Error {
  constructor(kind, why) {
    super(why);
    this.kind = kind;
  }
}

/** The work of the three stages, which notes who was where when. */
class Works {
  constructor(job, client, threads, signal) {
    this.job = job;
    this.client = client;
    this.threads = threads;
    this.signal = signal;
    this.faults = new Map(job.faults.map((f) => [`${f.stage}:${f.item}`, f.kind]));
    this.passages = [];
  }

  /** An item in a stage. */
  async #passing(stage, item, work) {
    const passage = { item, stage, entered: now(), whole: false };
    try {
      const fault = this.faults.get(`${stage}:${item}`);
      if (fault === "panic") throw new Error(`${stage}: asked to panic by item ${item}`);
      if (fault === "fail") throw new Failed("other", "asked to fail");
      const result = await work();
      passage.whole = true;
      return result;
    } catch (error) {
      throw lost(stage, error);
    } finally {
      passage.left = now();
      this.passages.push(passage);
    }
  }

  async fetch(item) {
    const { urls, timeout_ms: timeout, most_bytes: most } = this.job;
    return await this.#passing("fetch", item, async () => {
      const signal = AbortSignal.any([this.signal, AbortSignal.timeout(timeout)]);
      return await this.client.get(urls[item], signal, async (response) => {
        const { statusCode: status } = response;
        if (status < 200 || status > 299) throw new Failed("status", `status ${status}`);
        const parts = [];
        let bytes = 0;
        for await (const part of response) {
          bytes += part.length;
          if (bytes > most) throw new Failed("other", "the body is too long");
          parts.push(part);
        }
        return Buffer.concat(parts);
      });
    });
  }

  async process(item, body) {
    const task = { stage: "process", body };
    return await this.#passing("process", item, () => this.threads.run(task));
  }

  async save(item, body, content) {
    const file = await this.#passing("save", item, async () => {
      const task = { stage: "save", name: this.job.names[item].Ok, body };
      const { file, failed } = await this.threads.run(task);
      if (failed) throw new Failed(failed.kind, failed.why);
      return file;
    });
    return { ok: { item, file, content } };
  }
}

/** What becomes of an item with this error, the same as in the other variants. */
function lost(stage, error) {
  if (!(error instanceof RequestError || error instanceof Failed)) return error;
  const { kind, message } = error;
  if (kind === "cancelled") return error;
  if (kind === "timed_out") return new Lost(kind);
  return new Lost({ failed: { class: kind, why: `${message}, in ${stage}` } });
}

/** Runs on a worker thread, which it blocks. */
function content(job, { body }) {
  sleep(job.process_ms);
  const words = Buffer.from(body).toString("latin1").match(/[^ \t\n\f\r]+/g) ?? [];
  const sha256 = createHash("sha256").update(body).digest("hex");
  return { sha256, words: words.length };
}

/** Runs on a worker thread, which it blocks. */
function write(job, { name, body }) {
  sleep(job.save_ms);
  try {
    const file = new NewFile(job.saving);
    try {
      file.write(body);
      return { file: file.keep(name) };
    } finally {
      file.close();
    }
  } catch (error) {
    // Of an error that is passed between threads, the kind would be lost.
    if (!(error instanceof SaveError)) throw error;
    return { failed: { kind: error.kind, why: error.message } };
  }
}

function sleep(ms) {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** What has come out so far. */
class Tally {
  constructor(job) {
    this.outcomes = job.names.map(({ Err: why }) =>
      why === undefined ? "cancelled" : { failed: { class: "name", why } },
    );
    this.open = [...job.names.keys()].filter((item) => "Ok" in job.names[item]);
    this.wanted = job.take ?? Infinity;
  }

  add(item, outcome) {
    if (this.wanted === 0) throw ENOUGH;
    this.outcomes[item] = outcome;
    if (outcome.ok && --this.wanted === 0) throw ENOUGH;
  }
}

async function run(job) {
  const client = new Client(job);
  // Two stages work on threads, each as wide as it is asked to be.
  const threads = new WorkerPool(new URL(import.meta.url), 2 * job.workers, job);
  const stop = new AbortController();
  const works = new Works(job, client, threads, stop.signal);
  const tally = new Tally(job);
  const shape = job.shape === "chained" ? chained : staged;
  try {
    await shape(job, works, tally, stop);
  } finally {
    client.close();
    await threads.close();
  }
  return { outcomes: tally.outcomes, passages: works.passages };
}

async function main() {
  const trial = new Trial();
  try {
    trial.reply(await trial.run(() => run(trial.job)));
  } catch (error) {
    console.error(`a stage panicked: ${error.message}`);
    process.exitCode = 1;
  }
}

if (isMainThread) {
  await main();
} else {
  const works = { process: content, save: write };
  serve((task) => works[task.stage](workerData, task));
}
