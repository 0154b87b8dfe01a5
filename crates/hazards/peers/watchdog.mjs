// A process a piece, and a watchdog that kills it once it hangs.

import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { now } from "../../../shared/test-fixtures/peers/node/peer_trial.mjs";

// All of these are nanoseconds.
//
// A piece hangs if its time is up and none of its threads has run for so long.
const STILL = 100e6;
// One that is still at work after so long is killed, too.
const PATIENCE = 30e9;
// What is not certain to come out as it should is tried over and over for so long.
const TRYING = 1e9;
// A tick of the processor times that the kernel reports.
const CPU_TICK = 10e6;

// How often the watchdog looks, in milliseconds.
const LOOK = 10;
// So many switches of threads are too many.
const SWITCHES_A_TURN = 0.5;
// So much of what comes again in a fourth of the pause comes at once.
const STORM = 0.75;

/** A failing piece that came out well, or a cure that was late for want of a core. */
function isWorthAnother(job, hazard, cure, value, { beats, blocks, retries, survivors }) {
  const block = job.block_ms * 1e6;
  switch (hazard) {
    case "blocked-executor": {
      const gaps = beats.slice(1).map((beat, before) => beat - beats[before]);
      return cure === (Math.max(...gaps) >= 5e6 + 0.8 * block);
    }
    case "starved-deadline":
    case "biased-select": {
      const [[start, end]] = blocks;
      return cure === (end - start >= 0.8 * block);
    }
    case "retry-storm": {
      const isAtOnce = (first) => (at) => at >= first && at - first < block / 8;
      const most = Math.max(...retries.map((first) => retries.filter(isAtOnce(first)).length));
      return cure === (most >= STORM * retries.length);
    }
    case "cancelled-read":
      return !cure && value === job.messages;
    case "grandchildren":
      return !cure && survivors.length === 0;
    default:
      return false;
  }
}

/** Whether a process is there still, and is no zombie; then it is killed. */
async function survives(pid, cure) {
  // A cure has killed it, and on a busy machine it is a while before it has a core to end on.
  const until = now() + (cure ? 1e9 : 20e6);
  for (;;) {
    const state = statOf(pid)?.[0] ?? "X";
    if (/[ZX]/.test(state)) return false;
    if (now() >= until) {
      process.kill(pid, "SIGKILL");
      return true;
    }
    await setTimeout(1);
  }
}

/** A piece's process: says when an attempt begins, and how the last one ended. */
export async function serve(pieces, record, hazard, kind) {
  // Then its watchdog is gone. Until then the loop has something to wait for.
  process.on("disconnect", () => process.exit(1));
  const [job] = await once(process, "message");
  const cure = kind === "cure";
  const started = now();
  for (let attempts = 1; ; attempts++) {
    for (const times of Object.values(record)) times.length = 0;
    await new Promise((resolve) => process.send("begun", resolve));
    const begun = now();
    const value = await pieces[hazard](job, cure);
    const nanos = now() - begun;
    if (hazard === "grandchildren" && (await survives(value, cure))) {
      record.survivors.push(value);
    }
    const isOver = now() - started > TRYING;
    if (isOver || !isWorthAnother(job, hazard, cure, value, record)) {
      return process.send({ ended: { done: value }, attempts, nanos, usage: usage(), record });
    }
  }
}

/** What this process used: Node asks the kernel for it of no other. */
function usage() {
  const used = process.resourceUsage();
  return {
    user_nanos: used.userCPUTime * 1000,
    system_nanos: used.systemCPUTime * 1000,
    voluntary_switches: used.voluntaryContextSwitches,
    involuntary_switches: used.involuntaryContextSwitches,
  };
}

/** Runs a piece; a cure that others took the core from too often once more, for a while. */
export async function watch(job, hazard, kind) {
  const started = now();
  let attempts = 0;
  for (;;) {
    const watched = await watchOnce(job, hazard, kind);
    attempts += watched.attempts;
    const { voluntary_switches, involuntary_switches } = watched.usage;
    const most = SWITCHES_A_TURN * job.tasks * job.turns;
    const isCure = hazard === "oversubscribed" && kind === "cure";
    const isDisturbed = isCure && voluntary_switches + involuntary_switches >= most;
    if (!isDisturbed || now() - started > 3 * TRYING) return { ...watched, attempts };
  }
}

/** Runs a piece to its end, and kills it if it hangs. */
async function watchOnce(job, hazard, kind) {
  // A value may be a BigInt, which JSON has no room for.
  const options = { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] };
  const piece = fork(process.argv[1], ["piece", hazard, kind], options);
  const exit = once(piece, "exit");
  // One that can't be started has no channel, and `exit` is its error.
  if (piece.connected) piece.send(job);
  try {
    return await Promise.race([said(piece, job, hazard), lost(exit, hazard)]);
  } finally {
    piece.kill("SIGKILL");
    await exit;
  }
}

async function lost(exit, hazard) {
  const [code, signal] = await exit;
  // It said why, and that is to be its last word.
  if (code > 0) process.exit(code);
  throw new Error(`${hazard}: its process ended with ${code ?? signal}`);
}

/** Resolves to a piece's last words, or to what is to be said of one that hangs. */
function said(piece, job, hazard) {
  const limit = job.watchdog_ms * 1e6;
  let attempts = 0;
  let begun = Infinity;
  let last;
  let since;
  return new Promise((resolve, reject) => {
    piece.on("message", (message) => {
      if (message !== "begun") return resolve(message);
      attempts += 1;
      begun = now();
    });
    const looking = setInterval(() => {
      const nanos = now() - begun;
      if (nanos >= Math.max(limit, PATIENCE)) {
        reject(new Error(`${hazard}: still at work after ${nanos / 1e9} s, and killed`));
      }
      // Before that, nobody needs to know.
      if (nanos < limit - STILL) return;
      const asleep = asleepOf(piece.pid);
      if (`${asleep}` !== `${last}`) {
        last = asleep;
        since = now();
      }
      if (!last || nanos < limit || now() - since < STILL) return;
      resolve({ ended: { hung: last.length }, attempts, nanos, usage: usageOf(piece.pid, last) });
    }, LOOK);
    piece.once("exit", () => clearInterval(looking));
  });
}

/** How often each thread has given up its core and lost it, or nothing if one is not asleep. */
function asleepOf(pid) {
  const folder = `/proc/${pid}/task`;
  const switches = [];
  try {
    for (const thread of readdirSync(folder)) {
      const status = readFileSync(`${folder}/${thread}/status`, "utf8");
      if (!/^State:\s*S/m.test(status)) return undefined;
      const counts = status.matchAll(/ctxt_switches:\s*(\d+)/g);
      switches.push(Array.from(counts, ([, count]) => Number(count)));
    }
  } catch {
    // It has ended since it was listed, so something moves.
    return undefined;
  }
  return switches;
}

/** A process's state and what comes behind it, or nothing if it is gone. */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  } catch {
    return undefined;
  }
}

/** What a process that hangs has used so far. */
function usageOf(pid, switches) {
  const [user = 0, system = 0] = statOf(pid)?.slice(11, 13) ?? [];
  const sum = (nth) => switches.reduce((all, counts) => all + counts[nth], 0);
  return {
    user_nanos: user * CPU_TICK,
    system_nanos: system * CPU_TICK,
    voluntary_switches: sum(0),
    involuntary_switches: sum(1),
  };
}
