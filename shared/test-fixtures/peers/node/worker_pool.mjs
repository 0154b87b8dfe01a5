// What the peers with worker threads share: a pool of them, each with one task at a time.

import { once } from "node:events";
import { parentPort, Worker } from "node:worker_threads";

/** Threads that run `file`, which calls `serve`; each is started when a task needs it. */
export class WorkerPool {
  #workers = new Set();
  #idle = [];
  #queue = [];

  /** `answer` is called with what a worker asks. */
  constructor(file, size, workerData, answer) {
    this.file = file;
    this.size = size;
    this.workerData = workerData;
    this.answer = answer;
  }

  /** Resolves to what the worker's function makes of a message. */
  run(message) {
    return new Promise((resolve, reject) => {
      this.#queue.push({ message, resolve, reject });
      if (this.#idle.length === 0 && this.#workers.size < this.size) this.#start();
      this.#next();
    });
  }

  #start() {
    const worker = new Worker(this.file, { workerData: this.workerData });
    this.#workers.add(worker);
    this.#idle.push(worker);
    worker.on("message", ({ value, error, question }) => {
      if (question) return worker.postMessage({ answer: this.answer(question) });
      const { resolve, reject } = worker.task;
      worker.task = undefined;
      this.#idle.push(worker);
      if (error) reject(error);
      else resolve(value);
      this.#next();
    });
    // It has not caught an error, or could not be started.
    worker.on("error", (error) => {
      this.#workers.delete(worker);
      this.#idle = this.#idle.filter((one) => one !== worker);
      worker.task?.reject(error);
    });
  }

  #next() {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop();
      worker.task = this.#queue.shift();
      worker.postMessage({ task: worker.task.message });
    }
  }

  /** Ends the threads, once each has done what it has begun. */
  async close() {
    this.#queue = [];
    await Promise.all(Array.from(this.#workers, (worker) => ended(worker)));
  }
}

function ended(worker) {
  return new Promise((resolve) => {
    worker.once("exit", resolve);
    worker.postMessage({ isOver: true });
  });
}

/** Runs in a worker: does the work on each message, one after the other. */
export function serve(work) {
  parentPort.on("message", async ({ task, isOver }) => {
    if (isOver) return parentPort.close();
    if (task === undefined) return;
    try {
      parentPort.postMessage({ value: await work(task) });
    } catch (error) {
      parentPort.postMessage({ error });
    }
  });
}

/** Runs in a worker that is at work: resolves to the answer of the pool's owner. */
export async function ask(question) {
  parentPort.postMessage({ question });
  const [{ answer }] = await once(parentPort, "message");
  return answer;
}
