// What the peers in JavaScript share: a trial's job, its measurements and its reply.
//
// docs/src/protocol.md describes both ends.

import { readFileSync, writeFileSync } from "node:fs";

/** One trial: it reads its job from standard input, and replies on standard output. */
export class Trial {
  constructor() {
    this.job = JSON.parse(readFileSync(0, "utf8"));
    this.wantsSpans = "INTERLEAVE_SPANS" in process.env;
    this.measured = {};
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
    if (this.wantsSpans) reply.spans = spans;
    process.stdout.write(JSON.stringify(reply));
  }
}

/** Bytes of this process that are in memory: now, or at the most. */
function resident(field) {
  const lines = readFileSync("/proc/self/status", "utf8").split("\n");
  return parseInt(lines.find((line) => line.startsWith(field)).split(/\s+/)[1]) * 1024;
}

/** From here on, the most memory is the job's and not that of the start. */
function setPeakBack() {
  writeFileSync("/proc/self/clear_refs", "5");
}
