// A mutex of Atomics.wait and Atomics.notify, in memory that worker threads share.

import { isMainThread, workerData } from "node:worker_threads";
import { now, Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";
import { serve, WorkerPool } from "../../../shared/test-fixtures/peers/node/worker_pool.mjs";

// An increment is far shorter than a look at the clock, so a worker's are marked in stretches.
const STRETCHES = 50;

const [UNLOCKED, LOCKED, CONTENDED] = [0, 1, 2];

/** A lock that blocks threads. JavaScript has none; whoever shares the memory has this one. */
class Mutex {
  static BYTES = 8;
  #state;
  #poisoned;

  constructor(memory, offset) {
    this.#state = new Int32Array(memory, offset, 1);
    this.#poisoned = new Int32Array(memory, offset + 4, 1);
  }

  get isPoisoned() {
    return Atomics.load(this.#poisoned, 0) === 1;
  }

  /** Does the work while no other thread does. If it throws, the next ones are told. */
  withLock(work) {
    this.#lock();
    try {
      if (this.isPoisoned) throw new PoisonError();
      return work();
    } catch (error) {
      Atomics.store(this.#poisoned, 0, 1);
      throw error;
    } finally {
      this.#unlock();
    }
  }

  #lock() {
    if (Atomics.compareExchange(this.#state, 0, UNLOCKED, LOCKED) === UNLOCKED) return;
    while (Atomics.exchange(this.#state, 0, CONTENDED) !== UNLOCKED) {
      Atomics.wait(this.#state, 0, CONTENDED);
    }
  }

  #unlock() {
    // Nobody is woken where nobody waits.
    if (Atomics.exchange(this.#state, 0, UNLOCKED) === CONTENDED) {
      Atomics.notify(this.#state, 0, 1);
    }
  }
}

class PoisonError extends Error {
  message = "the lock is poisoned: a worker failed while it held it";
}

/** What the lock protects: between increments, entered == left. */
class Counter {
  static memory() {
    return new SharedArrayBuffer(16 + Mutex.BYTES);
  }

  constructor(memory) {
    this.fields = new Float64Array(memory, 0, 2);
    this.mutex = new Mutex(memory, 16);
  }
}

/** What one worker's reads saw. */
class Reads {
  done = 0;
  last = 0;
  back = 0;
  half_done = 0;
  // The highest count of all that it has read or made.
  #most = 0;

  read(entered, left) {
    this.done += 1;
    this.last = left;
    if (entered !== left) this.half_done += 1;
    this.#saw(left, left < this.#most);
  }

  /** Where it has read this count, it did not make it. */
  made(count) {
    this.#saw(count, count <= this.#most);
  }

  #saw(count, isBack) {
    if (isBack) this.back += 1;
    else this.#most = count;
  }
}

/** Runs on a worker thread. */
function count(job, counter, worker, stretches) {
  const panicsAt = job.panic && worker === 0 ? Math.floor(job.increments / 2) : undefined;
  const hold = job.hold ?? 0;
  const readsBeforeEach = job.reads ?? 0;
  const reads = new Reads();
  const { fields, mutex } = counter;
  const spans = [];
  let last = null;
  const increment = (nth) => () => {
    fields[0] += 1;
    if (nth === panicsAt) {
      throw new Error(`worker ${worker} panics at its increment ${nth}`);
    }
    if (hold > 0) compute(hold);
    fields[1] += 1;
    last = fields[1];
    if (readsBeforeEach > 0) reads.made(last);
  };
  const look = () => {
    const entered = fields[0];
    if (hold > 0) compute(hold);
    reads.read(entered, fields[1]);
  };
  try {
    for (const [from, until] of stretches) {
      const start = now();
      for (let nth = from; nth < until; nth++) {
        for (let read = 0; read < readsBeforeEach; read++) mutex.withLock(look);
        mutex.withLock(increment(nth));
      }
      const lane = `worker ${worker}`;
      spans.push({ task: `${from}..${until}`, lane, start, end: now() });
    }
    return { outcome: { ok: last }, reads, spans };
  } catch (error) {
    return { outcome: outcomeOf(error), reads, spans };
  }
}

function outcomeOf(error) {
  if (error instanceof PoisonError) {
    return { failed: { class: "other", why: error.message } };
  }
  return { panicked: error.message };
}

/** The rounds of the Rust variants: each needs what came of the one before it. */
function compute(rounds) {
  let state = 1n;
  for (let round = 0; round < rounds; round++) {
    state ^= BigInt.asUintN(64, state << 13n);
    state ^= state >> 7n;
    state ^= BigInt.asUintN(64, state << 17n);
  }
}

/** The increments in as many parts as have spans: in one, if spans are not asked for. */
function stretchesOf(increments, withSpans) {
  const length = Math.max(1, withSpans ? Math.ceil(increments / STRETCHES) : increments);
  const stretches = [];
  for (let from = 0; from < increments; from += length) {
    stretches.push([from, Math.min(from + length, increments)]);
  }
  return stretches;
}

async function run(job, stretches) {
  const memory = Counter.memory();
  const threads = new WorkerPool(new URL(import.meta.url), job.threads, { job, memory });
  const counts = Array.from({ length: job.workers }, (_, worker) =>
    threads.run({ worker, stretches }),
  );
  const workers = await Promise.all(counts);
  await threads.close();
  const { fields, mutex } = new Counter(memory);
  const [entered, left] = fields;
  return { counter: { entered, left }, poisoned: mutex.isPoisoned, workers };
}

if (isMainThread) {
  const trial = new Trial();
  const stretches = stretchesOf(trial.job.increments, trial.wantsSpans);
  const { workers, ...output } = await trial.run(() => run(trial.job, stretches));
  output.outcomes = workers.map(({ outcome }) => outcome);
  if (trial.job.reads > 0) output.reads = workers.map(({ reads }) => reads);
  trial.reply(output, workers.flatMap(({ spans }) => spans));
} else {
  const { job, memory } = workerData;
  const counter = new Counter(memory);
  serve(({ worker, stretches }) => count(job, counter, worker, stretches));
}
