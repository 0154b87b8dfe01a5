// Count primes by range in worker processes: child_process.fork, and messages both ways.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { now, Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";

// A task is tried again once, if its worker was lost.
const ATTEMPTS = 2;
// After so many workers lost without one reply between them, the place is given up.
const LOST_IN_A_ROW = 8;
// 8 MiB that go both ways with a task of the fault `big`.
const BALLAST = Buffer.alloc(8 << 20, Uint8Array.from({ length: 251 }, (_, byte) => byte));

/** Does the tasks in at most so many worker processes. Resolves to how each ended, in input
 *  order. A task whose worker is lost is tried once more. */
async function map(workers, tasks, timeout) {
  const ends = new Array(tasks.length);
  const queue = tasks.entries();
  async function place() {
    let worker;
    let lost = 0;
    for (const [index, task] of queue) {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        ends[index] = "worker_lost";
        if (lost === LOST_IN_A_ROW) break;
        worker ??= await started();
        ends[index] = await answer(worker, { ...task, attempt }, timeout);
        if (worker.exitCode !== null || worker.signalCode !== null) worker = undefined;
        lost = ends[index] === "worker_lost" ? lost + 1 : 0;
        if (lost === 0) break;
      }
    }
    if (worker) await ended(worker);
  }
  await Promise.all(Array.from({ length: Math.min(workers, tasks.length) }, place));
  return ends;
}

async function started() {
  const worker = fork(fileURLToPath(import.meta.url), ["worker"], {
    serialization: "advanced",
  });
  await once(worker, "spawn");
  // A message to one that is gone: its end follows.
  worker.on("error", () => {});
  return worker;
}

async function ended(worker) {
  const exit = once(worker, "exit");
  // It has nothing else to wait for, so it ends.
  worker.disconnect();
  await exit;
}

/** Resolves to the worker's answer, or to what became of the worker. */
function answer(worker, task, timeout) {
  return new Promise((resolve) => {
    let isLate = false;
    // A timer may be early by a part of a millisecond.
    const timer = setTimeout(() => {
      isLate = true;
      worker.kill("SIGKILL");
    }, timeout + 1);
    const end = (outcome) => {
      clearTimeout(timer);
      worker.off("message", end);
      worker.off("exit", exited);
      resolve(outcome);
    };
    const exited = () => end(isLate ? "timed_out" : "worker_lost");
    worker.on("message", end);
    worker.on("exit", exited);
    worker.send(task);
  });
}

function isPrime(number) {
  if (number < 4) return number >= 2;
  if (number % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= number; divisor += 2) {
    if (number % divisor === 0) return false;
  }
  return true;
}

/** Runs in a worker. */
function countPrimes({ from, until, noop, wait, fault, load, attempt }) {
  const start = now();
  const span = (note) => ({
    task: `${from}..${until}`,
    lane: `worker ${process.pid}`,
    start,
    end: now(),
    note,
  });
  try {
    if (wait > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
    if (fault && (fault.always || attempt === 1)) goWrong(fault.kind);
    let primes = 0;
    for (let number = from; !noop && number < until; number++) {
      if (isPrime(number)) primes++;
      if (number % 65536 === 0) endWithParent();
    }
    const ok = { from, until, primes, attempt, pid: process.pid, load };
    return { ok, span: span() };
  } catch (error) {
    return { panicked: error.message, span: span("panicked") };
  }
}

const PARENT = process.ppid;

/** An idle worker ends as the channel does; one at work must look. */
function endWithParent() {
  if (process.ppid !== PARENT) process.exit(1);
}

function goWrong(kind) {
  if (kind === "kill") process.kill(process.pid, "SIGKILL");
  if (kind === "stop") process.kill(process.pid, "SIGSTOP");
  if (kind === "exit") process.exit(0);
  if (kind === "abort") process.abort();
  if (kind === "panic") throw new Error("asked to panic");
  if (kind === "flood-stderr") process.stderr.write(`${".".repeat(1023)}\n`.repeat(4096));
}

function tasksOf({ below, ranges, noop, wait_us: wait = 0, faults }) {
  const border = (index) => Number((BigInt(below) * BigInt(index)) / BigInt(ranges));
  return Array.from({ length: ranges }, (_, index) => {
    // The last that fits counts.
    const fits = faults.filter(({ task }) => task === null || task === index);
    const fault = fits.at(-1);
    const load = fault?.kind === "big" ? BALLAST : undefined;
    const [from, until] = [border(index), border(index + 1)];
    return { from, until, noop, wait: wait / 1000, fault, load };
  });
}

/** An outcome as the trial protocol has it. */
function reported({ ok, panicked }) {
  if (!ok) return { panicked };
  const { load, ...count } = ok;
  const isBack = load !== undefined && BALLAST.equals(load);
  return { ok: { ...count, ballast: isBack ? load.length : 0 } };
}

if (process.argv[2] === "worker") {
  process.on("message", (task) => process.send(countPrimes(task)));
} else {
  const trial = new Trial();
  const ends = await trial.run(() => {
    const { workers, timeout_ms: timeout } = trial.job;
    return map(workers, tasksOf(trial.job), timeout);
  });
  const outcomes = ends.map((end) => (typeof end === "string" ? end : reported(end)));
  trial.reply({ outcomes }, ends.flatMap(({ span }) => span ?? []));
}
