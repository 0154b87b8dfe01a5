// The hazards of promises and worker threads, each piece in a process of its own.
//
// A promise that nothing settles hangs nobody where the event loop has nothing else to wait for:
// Node then ends, with exit code 13 under a top-level await, and else with 0 and without a word.
// Here the loop waits for the watchdog as well, as in most programs it waits for a connection, and
// so the program is there still, and silent.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { PassThrough, Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { setImmediate, setTimeout } from "node:timers/promises";
import { isMainThread } from "node:worker_threads";
import { now, Trial } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";
import * as pool from "../../../shared/test-fixtures/peers/node/worker_pool.mjs";
import { serve, watch } from "./watchdog.mjs";

const FILE = new URL(import.meta.url);
// Milliseconds.
const [PERIOD, TICK, PAUSE] = [5, 2, 3];
// Nanoseconds.
const HANDLING = 20_000;
const BLOCK = Buffer.alloc(8 * 1024);
const CLIENTS = 16;
const PROGRAM = "sleep 3 & echo $!; wait";

const SPARED = {
  "guard-across-await": "who waits for a lock leaves the loop to the others",
  "join-under-lock": "who waits for a promise takes no other work onto its stack",
  "futurelock": "a promise goes on, whether somebody awaits it or not",
  "cancelled-send": "a stream takes a message at once, and says only then that it is full",
  "starved-connection": "a promise goes on, whatever the loop's body awaits",
  "shared-budget": "it has no budget; see starved-deadline for what that does",
  "lagging-broadcast": "a BroadcastChannel keeps all messages for each receiver",
  "unseen-panic": "a rejection that nobody handles ends the process",
};

const record = { beats: [], blocks: [], retries: [], survivors: [] };

/** How many frames of a job keep a core for as long as it says. */
function framesIn(job) {
  return (job.block_ms * 1e6) / HANDLING;
}

/** For how long they are read. A timer counts whole milliseconds, and may be early by one. */
function limitOf(job) {
  return Math.ceil(job.block_ms / 4) + 1;
}

/** Handles a frame, which computes for a while. */
function handle() {
  const start = now();
  const end = start + HANDLING;
  while (now() < end);
  record.blocks[0] ??= [start, end];
  record.blocks[0][1] = end;
}

/** Runs each of these works on a thread, of which there are at most `size`. */
async function onThreads(size, works) {
  const threads = new pool.WorkerPool(FILE, size);
  try {
    return await Promise.all(works.map((work) => threads.run(work)));
  } finally {
    await threads.close();
  }
}

async function lostUpdate(job, cure) {
  let total = 0;
  const one = async () => 1;
  async function count() {
    for (let nth = 0; nth < job.increments; nth++) {
      if (cure) {
        const amount = await one();
        total += amount;
      } else {
        // The old total is read before the await, and what others add meanwhile is lost.
        total += await one();
      }
    }
  }
  await Promise.all(Array.from({ length: job.workers }, count));
  return total;
}

/** What many write themselves: each waits for the promise of the one before it. */
class Mutex {
  #last = Promise.resolve();

  withLock(work) {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}

class Account {
  mutex = new Mutex();
  value = 0;
}

async function twoLocks(_job, cure) {
  const [one, other] = [new Account(), new Account()];
  const add = (first, second) =>
    first.mutex.withLock(async () => {
      await setImmediate();
      await second.mutex.withLock(() => {
        first.value += 1;
        second.value += 1;
      });
    });
  await Promise.all([add(one, other), cure ? add(one, other) : add(other, one)]);
  return one.value + other.value;
}

/** Blocks its thread, as a long computation or a function with `Sync` in its name does. */
function block(ms) {
  const start = now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return [start, now()];
}

async function blockedExecutor(job, cure) {
  // The loop has one thread, so its workers block it one after the other.
  const ms = cure ? job.block_ms : job.block_ms / job.workers;
  const beating = setInterval(() => record.beats.push(now()), PERIOD);
  await setTimeout(2 * PERIOD);
  const times = Array(job.workers).fill(ms);
  const blocks = cure
    ? await onThreads(job.workers, times.map((ms) => ["block", ms]))
    : times.map((ms) => block(ms));
  record.blocks.push(...blocks);
  await setTimeout(2 * PERIOD);
  clearInterval(beating);
  return blocks.length;
}

/** Where threads wait until `count` of them have come, again and again. */
function waitForAll(barrier, count) {
  const round = Atomics.load(barrier, 1);
  if (Atomics.add(barrier, 0, 1) + 1 < count) {
    Atomics.wait(barrier, 1, round);
  } else {
    Atomics.store(barrier, 0, 0);
    Atomics.add(barrier, 1, 1);
    Atomics.notify(barrier, 1);
  }
}

function turn(task, nth) {
  const name = Buffer.alloc(16);
  name.writeUInt32LE(task, 0);
  name.writeUInt32LE(nth, 8);
  return createHash("sha256").update(name).update(BLOCK).digest().readBigUInt64LE();
}

function takeTurns({ tasks, turns }, barrier, thread, count) {
  let sum = 0n;
  for (let nth = 0; nth < turns; nth++) {
    for (let task = thread; task < tasks; task += count) sum += turn(task, nth);
    waitForAll(barrier, count);
  }
  return sum;
}

/** A thread for each task: each is a V8 of its own. */
async function oversubscribed(job, cure) {
  const count = cure ? job.workers : job.tasks;
  const barrier = new Int32Array(new SharedArrayBuffer(8));
  const works = Array.from({ length: count }, (_, thread) => {
    return ["takeTurns", job, barrier, thread, count];
  });
  const sums = await onThreads(count, works);
  const sum = sums.reduce((one, other) => one + other);
  return BigInt.asUintN(64, sum);
}

/** A stream that several are piped into, of which none may end it. */
async function leakedSender(job, cure) {
  const messages = new PassThrough({ objectMode: true }).setMaxListeners(0);
  const senders = Array.from({ length: job.workers }, () => {
    return Readable.from(Array(job.messages).keys());
  });
  async function sendAll() {
    for (const sender of senders) sender.pipe(messages, { end: false });
    await Promise.all(senders.map((sender) => finished(sender)));
    if (cure) messages.end();
  }
  const sending = sendAll();
  let count = 0;
  for await (const _ of messages) count += 1;
  await sending;
  return count;
}

/** Two ends of a connection. */
async function connection(options) {
  const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { address: host, port } = server.address();
  const mine = connect({ host, port, ...options });
  const [peer] = await once(server, "connection");
  server.close();
  return [mine, peer];
}

/** The frames of eight bytes that come. */
async function* framesOf(socket) {
  let rest = Buffer.alloc(0);
  for await (const part of socket) {
    rest = Buffer.concat([rest, part]);
    for (; rest.length >= 8; rest = rest.subarray(8)) yield rest.subarray(0, 8);
  }
}

async function writeFrames(socket, count) {
  for (let number = 0; number < count; number++) {
    const frame = Buffer.alloc(8);
    frame.writeUInt32LE(number);
    socket.write(frame.subarray(0, 3));
    await setTimeout(PAUSE);
    socket.write(frame.subarray(3));
  }
  socket.end();
}

/** Nothing cancels a promise: a read that loses the race goes on, and nobody has its frame. */
async function cancelledRead(job, cure) {
  const [mine, peer] = await connection();
  const writing = writeFrames(peer, job.messages);
  const frames = framesOf(mine);
  let right = 0;
  let reading;
  for (;;) {
    reading = cure ? (reading ?? frames.next()) : frames.next();
    const read = await Promise.race([reading, setTimeout(TICK)]);
    if (read === undefined) continue;
    if (read.done) break;
    if (read.value.readBigUInt64LE() === BigInt(right)) right += 1;
    reading = undefined;
  }
  await writing;
  return right;
}

/** An await of what is there already gives way to other promises, and to no timer. */
async function starvedDeadline(job, cure) {
  const bytes = 8 * framesIn(job);
  const [mine, peer] = await connection({ readableHighWaterMark: bytes });
  peer.end(Buffer.alloc(bytes));
  // Only the loop fills the stream's buffer; what it has is read without the loop.
  while (mine.readableLength < bytes) await setTimeout(1);
  const deadline = AbortSignal.timeout(limitOf(job));
  let handled = 0;
  for await (const _ of framesOf(mine)) {
    if (deadline.aborted) break;
    handle();
    handled += 1;
    if (cure && handled % 64 === 0) await setImmediate();
  }
  mine.destroy();
  return handled;
}

/** Of those that are settled, `Promise.race` takes the first. */
async function biasedSelect(job, cure) {
  const frames = Array(framesIn(job)).keys();
  const receive = async () => frames.next().value;
  const stop = setTimeout(limitOf(job));
  let handled = 0;
  for (;;) {
    const frame = await Promise.race(cure ? [stop, receive()] : [receive(), stop]);
    if (frame === undefined) return handled;
    handle();
    handled += 1;
    // The loop gets round, so the stop is settled in time.
    await setImmediate();
  }
}

function produce(sent, count) {
  for (let number = 0; number < count; number++) {
    Atomics.add(sent, 0, 1);
    Atomics.notify(sent, 0);
  }
}

function consume(sent, count) {
  for (let received = 0; received < count; received++) Atomics.wait(sent, 0, received);
  return count;
}

/** The pool's one thread waits for what is behind it in the pool's queue. */
async function poolOfOne(job, cure) {
  const sent = new Int32Array(new SharedArrayBuffer(4));
  const works = [["consume", sent, job.messages]];
  if (cure) produce(sent, job.messages);
  else works.push(["produce", sent, job.messages]);
  const [received] = await onThreads(1, works);
  return received;
}

async function grandchildren(_job, cure) {
  const stdio = ["ignore", "pipe", "inherit"];
  const shell = spawn("sh", ["-c", PROGRAM], { detached: cure, stdio });
  const exit = once(shell, "exit");
  const [line] = await once(createInterface(shell.stdout), "line");
  if (cure) process.kill(-shell.pid, "SIGKILL");
  else shell.kill("SIGKILL");
  await exit;
  shell.stdout.destroy();
  return Number(line);
}

async function retryStorm(job, cure) {
  const pause = job.block_ms / 2;
  const refused = new Set();
  function call(client) {
    const isAnswered = refused.has(client);
    if (isAnswered) record.retries.push(now());
    refused.add(client);
    return isAnswered;
  }
  async function callUntilAnswered(_, client) {
    while (!call(client)) await setTimeout(cure ? pause * Math.random() : pause);
  }
  await Promise.all(Array.from({ length: CLIENTS }, callUntilAnswered));
  return CLIENTS;
}

const PIECES = {
  "lost-update": lostUpdate,
  "two-locks": twoLocks,
  "blocked-executor": blockedExecutor,
  "oversubscribed": oversubscribed,
  "leaked-sender": leakedSender,
  "cancelled-read": cancelledRead,
  "starved-deadline": starvedDeadline,
  "biased-select": biasedSelect,
  "pool-of-one": poolOfOne,
  "grandchildren": grandchildren,
  "retry-storm": retryStorm,
};

const ON_THREADS = { block, takeTurns, produce, consume };

async function run(job, spans) {
  const findings = [];
  for (const hazard of job.hazards) {
    const finding = { hazard, spared: SPARED[hazard] };
    for (const kind of finding.spared ? [] : job.pieces) {
      const start = now();
      finding[kind] = await watch(job, hazard, kind);
      const note = "hung" in finding[kind].ended ? "hung" : undefined;
      spans.push({ task: hazard, lane: kind, start, end: now(), note });
    }
    findings.push(finding);
  }
  return { findings };
}

if (!isMainThread) {
  pool.serve(([work, ...given]) => ON_THREADS[work](...given));
} else if (process.argv[2] === "piece") {
  await serve(PIECES, record, ...process.argv.slice(3));
} else {
  const trial = new Trial();
  const spans = [];
  const output = await trial.run(() => run(trial.job, spans));
  trial.reply(output, spans);
}
