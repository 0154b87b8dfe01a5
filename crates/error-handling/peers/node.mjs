// Promise.allSettled to collect; an AbortController that stops the others to fail fast.

import { setTimeout } from "node:timers/promises";
import { now, Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";

// At how many attempts a flaky task does not reach its store.
const FLAKY = 2;
// The longest that a timer takes: 24 days.
const FOR_EVER = 2 ** 31 - 1;

/** The store could not be reached; another attempt may do better. */
class Unreachable extends Error {}

/** What was read makes no sense; another attempt reads the same. */
class Unreadable extends Error {}

/** Reads the record, and keeps the cause of every error. */
function read(task, fault) {
  if (fault === "panic") throw new Error(`task ${task} panics`);
  if (fault === "panic_any") throw new Error();
  if (fault === "flaky") {
    const cause = Object.assign(new Error("connection reset"), { code: "ECONNRESET" });
    throw new Unreachable(`task ${task} can't reach its store`, { cause });
  }
  const record = `${task}=${fault ? "unknown" : task ** 2}`;
  try {
    return valueOf(record);
  } catch (cause) {
    throw new Unreadable(`task ${task} can't read its record`, { cause });
  }
}

function valueOf(record) {
  try {
    return JSON.parse(record.split("=")[1]);
  } catch (cause) {
    throw new Unreadable("the value is not a number", { cause });
  }
}

async function attempt(job, task, nth, signal, spans) {
  let fault = job.faults[task];
  if (fault === "flaky" && nth > FLAKY) fault = undefined;
  const wait = fault === "hang" ? FOR_EVER : fault ? job.fault_after_ms : job.wait_ms;
  const start = now();
  let note = "cut";
  try {
    if (wait > 0) await setTimeout(wait, undefined, { signal });
    note = "panicked";
    const value = read(task, fault);
    note = undefined;
    return { value, attempts: nth };
  } catch (error) {
    if (isOurs(error)) note = "failed";
    throw error;
  } finally {
    spans?.push({ task: `${task}`, lane: `task ${task}`, start, end: now(), note });
  }
}

function isOurs(error) {
  return error instanceof Unreachable || error instanceof Unreadable;
}

/** A task, tried again while its error is transient and a retry is left. */
async function persist(job, task, stop, spans) {
  const limit = AbortSignal.timeout(job.timeout_ms);
  const signal = AbortSignal.any([stop, limit]);
  try {
    for (let nth = 1; ; nth++) {
      try {
        return await attempt(job, task, nth, signal, spans);
      } catch (error) {
        if (!(error instanceof Unreachable) || nth > job.retries) throw error;
      }
      const most = job.backoff_ms * 2 ** (nth - 1);
      await setTimeout((most * (1 + Math.random())) / 2, undefined, { signal });
    }
  } catch (error) {
    // A timer says only that it was aborted.
    throw signal.aborted && error.name === "AbortError" ? signal.reason : error;
  }
}

/** An error and all its causes, the innermost last. */
function chain({ message, cause }) {
  return cause ? `${message}: ${chain(cause)}` : message;
}

/** What became of a task, as the other variants report it. */
function outcome({ status, value, reason }) {
  if (status === "fulfilled") return { ok: value };
  if (reason.name === "TimeoutError") return "timed_out";
  if (reason.name === "AbortError") return "cancelled";
  if (reason instanceof Unreadable) return failed("malformed", reason);
  if (reason instanceof Unreachable) return failed("reset", reason);
  return { panicked: reason.message || "an error without a message" };
}

function failed(kind, error) {
  return { failed: { class: kind, why: chain(error) } };
}

/** Does all tasks at once, and stops none. */
async function collect(tasks, work) {
  const { signal } = new AbortController();
  const settled = await Promise.allSettled(tasks.map((task) => work(task, signal)));
  return { first: null, settled };
}

/** Does all tasks at once. The first that fails stops the others, and all are waited for. */
async function failFast(tasks, work) {
  const stop = new AbortController();
  let first = null;
  const settled = await Promise.allSettled(
    tasks.map(async (task) => {
      try {
        return await work(task, stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) first = task;
        stop.abort();
        throw error;
      }
    }),
  );
  return { first, settled };
}

const trial = new Trial();
const spans = trial.wantsSpans ? [] : undefined;
const output = await trial.run(async () => {
  const { job } = trial;
  const policy = { collect, fail_fast: failFast }[job.policy];
  const tasks = Array.from({ length: job.tasks }, (_, task) => task);
  const work = (task, stop) => persist(job, task, stop, spans);
  const { first, settled } = await policy(tasks, work);
  return { first, outcomes: settled.map(outcome) };
});
trial.reply(output, spans);
