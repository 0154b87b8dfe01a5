// What the peers in JavaScript share: a trial's job, its measurements and its reply.
//
// docs/src/protocol.md describes both ends.

import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** One trial: it reads its job from standard input, and replies on standard output. */
export class Trial {
  constructor() {
    this.job = JSON.parse(readFileSync(0, "utf8"));
    this.wantsSpans = "INTERLEAVE_SPANS" in process.env;
    this.items = [];
    this.measured = {};
  }

  /** When each item of the job is due, from now on. */
  pace() {
    return new Pace(this.job.rate, this.wantsSpans ? this.items : undefined);
  }

  /** Does the work, the one part that is measured. Resolves to what it resolves to. */
  async run(work) {
    setPeakBack();
    const before = resident("VmRSS:");
    const start = process.hrtime.bigint();
    const result = await work();
    const nanos = process.hrtime.bigint() - start;
    const memory = { before, peak: resident("VmHWM:") };
    this.measured = { nanos: Number(nanos), started: Number(start), memory };
    return result;
  }

  /** Replies with the output, and with the pieces of work if the parent wants them. */
  reply(output, spans = []) {
    const reply = { ...this.measured, output };
    if (this.wantsSpans) {
      reply.spans = spans;
      reply.items = this.items;
    }
    process.stdout.write(json(reply));
  }
}

/** JSON.stringify, which takes no BigInt. */
function json(value) {
  const marked = (_key, part) => (typeof part === "bigint" ? `${part}n` : part);
  return JSON.stringify(value, marked).replace(/"(\d+)n"/g, "$1");
}

/** Items are due at a rate, or all at once. The parent is told of them if it asks. */
class Pace {
  #begun = 0;

  constructor(rate, items) {
    this.rate = rate;
    this.items = items;
    this.start = now();
  }

  /** One item: waits until the next is due, then does its work. */
  async item(work) {
    let due = this.start;
    if (this.rate) {
      due += Math.floor((this.#begun++ * 1e9) / this.rate);
      // A timer counts whole milliseconds.
      for (let wait; (wait = due - now()) > 0; ) await setTimeout(wait / 1e6);
    }
    const begin = now();
    try {
      return await work();
    } finally {
      this.items?.push([due, begin, now()]);
    }
  }
}

/** Nanoseconds of CLOCK_MONOTONIC: a number has room for those of a hundred days. */
export function now() {
  return Number(process.hrtime.bigint());
}

/** Bytes of this process that are in memory: now, or at the most. */
export function resident(field) {
  const lines = readFileSync("/proc/self/status", "utf8").split("\n");
  return parseInt(lines.find((line) => line.startsWith(field)).split(/\s+/)[1]) * 1024;
}

/** From here on, the most memory is the job's and not that of the start. */
function setPeakBack() {
  writeFileSync("/proc/self/clear_refs", "5");
}
