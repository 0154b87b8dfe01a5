// An AbortController that is aborted at the deadline: each task ends by its signal, and is
// waited for. What computes or blocks is on worker threads, which look at a flag.

import { spawn } from "node:child_process";
import { once, setMaxListeners } from "node:events";
import { closeSync, openSync, writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { isMainThread, workerData } from "node:worker_threads";
import {
  Client,
  readPage,
  RequestError,
} from "../../../shared/test-fixtures/peers/node/http_client.mjs";
import { now, resident, Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";
import { serve, WorkerPool } from "../../../shared/test-fixtures/peers/node/worker_pool.mjs";

const PHASES = ["queued", "connecting", "reading_head", "reading_body", "working"];
const [QUEUED, CONNECTING, READING_HEAD, READING_BODY, WORKING] = PHASES.keys();

/** Starts all tasks at once, stops at the deadline those that are not done, and resolves when
 *  each has ended. */
async function until(deadline, tasks, spawned) {
  const stop = new AbortController();
  // Each task that waits listens.
  setMaxListeners(0, stop.signal);
  const running = tasks.map((task) => task(stop.signal));
  spawned();
  const ended = new AbortController();
  const stopped = stopAt(deadline, stop, ended.signal);
  await Promise.all(running);
  ended.abort();
  await stopped;
}

async function stopAt(deadline, stop, signal) {
  try {
    // A timer counts whole milliseconds, and may be early by a part of one.
    for (let left; (left = deadline - now()) > 0; ) {
      await setTimeout(Math.ceil(left / 1e6), undefined, { signal });
    }
    stop.abort();
  } catch {
    // All have ended before.
  }
}

/** What the tasks share, and what becomes of them. Worker threads see it as well. */
class Tasks {
  static shared({ tasks, journal }) {
    const memory = (bytes) => new SharedArrayBuffer(bytes * Math.max(1, tasks));
    return {
      phases: new Uint8Array(memory(1)),
      ends: new BigInt64Array(memory(8)),
      stopped: new Int32Array(new SharedArrayBuffer(4)),
      journal: openSync(journal, "a"),
    };
  }

  constructor(job, shared) {
    Object.assign(this, shared);
    this.shared = shared;
    this.length = job.length_us / 1000;
    this.pieces = job.pieces;
    this.panics = job.panic;
  }

  begin(index, phase = WORKING) {
    this.phases[index] = phase;
    if (this.panics && index === 0) throw new Error("task 0 was asked to panic");
  }

  note(index, process) {
    writeSync(this.journal, `${index} ${process} ${now()}\n`);
  }

  end(index) {
    this.ends[index] = process.hrtime.bigint();
  }
}

const works = {
  sleep: (tasks) => async (index, signal) => {
    tasks.begin(index);
    await setTimeout(Math.ceil(tasks.length), undefined, { signal });
    tasks.note(index, process.pid);
  },

  fetch: (tasks, { urls }, client) => async (index, signal) => {
    tasks.begin(index, CONNECTING);
    const url = urls[index];
    const read = (response) => {
      tasks.phases[index] = READING_BODY;
      return readPage(url, response);
    };
    const connected = () => (tasks.phases[index] = READING_HEAD);
    return await client.getOnce(url, signal, read, connected);
  },

  process: (tasks) => async (index, signal) => {
    tasks.begin(index);
    const child = spawn("sleep", [tasks.length / 1000], { stdio: "ignore" });
    const exit = once(child, "exit");
    const kill = () => child.kill("SIGKILL");
    signal.addEventListener("abort", kill);
    if (child.pid !== undefined) tasks.note(index, child.pid);
    const [code, killedBy] = await exit;
    signal.removeEventListener("abort", kill);
    if (code === 0) return;
    signal.throwIfAborted();
    throw new Failed(`its process ended with ${killedBy ?? code}`);
  },
};

class Failed extends Error {}

/** What becomes of a task, as the other variants report it. */
function outcomeOf(error, signal) {
  if (error instanceof RequestError) {
    const { kind, message } = error;
    return kind === "cancelled" ? kind : { failed: { class: kind, why: message } };
  }
  if (error.name === "AbortError" && signal.aborted) return "cancelled";
  if (error.code === "EMFILE") return { failed: { class: "descriptors", why: error.message } };
  if (error instanceof Failed || error.syscall) {
    return { failed: { class: "other", why: error.message } };
  }
  return { panicked: error.message };
}

/** Runs on a worker thread: pieces, and a look at the flag between two. Returns whether all
 *  are done. */
function inPieces(work, tasks, index) {
  const isStopped = () => Atomics.load(tasks.stopped, 0) === 1;
  try {
    if (isStopped()) return false;
    tasks.begin(index);
    for (let piece = 0; piece < tasks.pieces; piece++) {
      if (piece > 0 && isStopped()) return false;
      PIECES[work](tasks.length / tasks.pieces);
      tasks.note(index, process.pid);
    }
    return true;
  } finally {
    tasks.end(index);
  }
}

const PIECES = {
  cpu(ms) {
    const end = now() + ms * 1e6;
    while (now() < end);
  },
  blocking(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
};

async function run(job, wantsSpans) {
  const shared = Tasks.shared(job);
  const tasks = new Tasks(job, shared);
  const outcomes = new Array(job.tasks).fill("cancelled");
  const begun = wantsSpans ? new Array(job.tasks) : undefined;
  const client = new Client(job);
  const threads = new WorkerPool(new URL(import.meta.url), job.workers, { job, shared });
  const before = resident("VmRSS:");
  const start = now();
  const deadline = start + job.deadline_us * 1000;

  const work = works[job.work]?.(tasks, job, client);
  async function onLoop(index, signal) {
    if (begun) begun[index] = now();
    try {
      const page = await work(index, signal);
      outcomes[index] = { ok: page ?? null };
    } catch (error) {
      outcomes[index] = outcomeOf(error, signal);
    } finally {
      tasks.end(index);
    }
  }
  async function onThread(index, signal) {
    if (begun) begun[index] = now();
    try {
      if (await threads.run(index)) outcomes[index] = { ok: null };
    } catch (error) {
      outcomes[index] = outcomeOf(error, signal);
    }
  }
  const one = work ? onLoop : onThread;
  const all = Array.from({ length: job.tasks }, (_, index) => (signal) => {
    return one(index, signal);
  });
  if (!work) {
    // The flag of the threads is up as soon as the signal is.
    all.push(async (signal) => {
      signal.addEventListener("abort", () => Atomics.store(tasks.stopped, 0, 1));
    });
  }
  let spawned;
  await until(deadline, all, () => (spawned = now()));
  await threads.close();
  client.close();
  const ended = now();
  closeSync(tasks.journal);
  return { tasks, outcomes, begun, before, start, spawned, ended };
}

function output({ tasks, outcomes, before, start, spawned, ended }, peak) {
  const us = (nanos) => Math.floor((nanos - start) / 1000);
  return {
    started_ns: start,
    spawned_us: us(spawned),
    ended_us: us(ended),
    memory: { before, peak },
    tasks: outcomes.map((outcome, index) => ({
      outcome,
      phase: PHASES[tasks.phases[index]],
      at_us: us(Number(tasks.ends[index])),
    })),
  };
}

/** When each task was under way, if that was asked for. */
function spans({ tasks, outcomes, begun }) {
  return begun?.map((start, index) => ({
    task: `${index}`,
    lane: `task ${index}`,
    start,
    end: Number(tasks.ends[index]),
    note: outcomes[index] === "cancelled" ? "stopped" : undefined,
  }));
}

if (isMainThread) {
  const trial = new Trial();
  const ended = await trial.run(() => run(trial.job, trial.wantsSpans));
  trial.reply(output(ended, trial.measured.memory.peak), spans(ended));
} else {
  const { job, shared } = workerData;
  const tasks = new Tasks(job, shared);
  serve((index) => inPieces(job.work, tasks, index));
}
