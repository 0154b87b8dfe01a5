// Fill one array of squares from several worker threads: a SharedArrayBuffer.

import { once } from "node:events";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { now, Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";

/** Runs in a worker: each writes its own part, so none waits for another. */
function fillPart({ memory, times, from, until, number, job }) {
  const array = new Float64Array(memory);
  times[2 * number] = BigInt(now());
  const middle = from + Math.floor((until - from) / 2);
  for (let i = from; i < middle; i++) array[i] = i * i;
  halt(number, job);
  for (let i = middle; i < until; i++) array[i] = i * i;
  times[2 * number + 1] = BigInt(now());
}

function halt(number, { pause_ms: pause, fault }) {
  if (pause > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  if (fault?.worker !== number) return;
  // It is the process that is killed: its threads can't be, one by one.
  if (fault.kind === "kill") process.kill(process.pid, "SIGKILL");
  // In a worker this ends the thread.
  if (fault.kind === "exit") process.exit(1);
  throw new Error(`worker ${number} was asked to panic`);
}

/** The parts of the array: each worker's first element, and the one behind its last. */
function parts({ n, workers }) {
  const share = Math.max(1, Math.ceil(n / workers));
  const parts = [];
  for (let from = 0; from < n; from += share) parts.push([from, Math.min(n, from + share)]);
  return parts;
}

/** Fills the memory, and resolves when each worker has ended. */
async function fill(job, memory, times) {
  const workers = parts(job).map(async ([from, until], number) => {
    const workerData = { memory, times, from, until, number, job };
    const worker = new Worker(new URL(import.meta.url), { workerData });
    const [code] = await once(worker, "exit");
    if (code === 0) return;
    throw new Error(`worker ${number} ended with exit code ${code}: the array has a hole`);
  });
  await Promise.all(workers);
}

function allocate(n) {
  try {
    return new SharedArrayBuffer(n * Float64Array.BYTES_PER_ELEMENT);
  } catch (error) {
    throw new Error(`not enough memory for ${n} doubles`, { cause: error });
  }
}

/** The sum of the elements' bits, each times its place from 1, modulo 2⁶⁴. */
function checksum(array) {
  let sum = 0n;
  let place = 0n;
  for (const bits of new BigUint64Array(array.buffer)) {
    sum = BigInt.asUintN(64, sum + bits * ++place);
  }
  return sum;
}

async function main() {
  const trial = new Trial();
  const { job } = trial;
  const times = new BigInt64Array(new SharedArrayBuffer(16 * job.workers));
  const { array, sum } = await trial.run(async () => {
    const memory = allocate(job.n);
    await fill(job, memory, times);
    const array = new Float64Array(memory);
    let sum = 0;
    for (const square of array) sum += square;
    return { array, sum };
  });
  const output = {
    sum,
    samples: job.samples.map((place) => array[place]),
    checksum: checksum(array),
  };
  const spans = parts(job).map(([from, until], number) => ({
    task: `${from}..${until}`,
    lane: `worker ${number}`,
    start: Number(times[2 * number]),
    end: Number(times[2 * number + 1]),
  }));
  trial.reply(output, spans);
}

if (isMainThread) {
  try {
    await main();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
} else {
  fillPart(workerData);
}
