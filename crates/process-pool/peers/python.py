"""Count primes by range in worker processes: ProcessPoolExecutor.map."""

import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial, end_by
from peer_workers import end_with_parent, in_dev_shm


@cache
def ballast():
    """8 MiB that go both ways with a task of the fault `big`."""
    return (bytes(range(251)) * ((8 << 20) // 251 + 1))[: 8 << 20]


def is_prime(number):
    if number < 4:
        return number >= 2
    if number % 2 == 0:
        return False
    divisor = 3
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 2
    return True


def count_primes(task):
    """Runs in a worker. A function at the top of a module, so that it can be pickled."""
    start, end, noop, wait, fault, load = task
    try:
        if wait:
            time.sleep(wait)
        if fault:
            go_wrong(fault)
        primes = 0 if noop else sum(map(is_prime, range(start, end)))
    except Exception as error:
        return {"panicked": str(error)}
    count = {"from": start, "until": end, "primes": primes, "attempt": 1}
    return {"ok": {**count, "pid": os.getpid(), "ballast": load}}


def count_primes_timed(task):
    """The same with its span, where spans are asked for."""
    start = time.monotonic_ns()
    outcome = count_primes(task)
    span = {
        "task": f"{task[0]}..{task[1]}",
        "lane": f"worker {os.getpid()}",
        "start": start,
        "end": time.monotonic_ns(),
    }
    if "panicked" in outcome:
        span["note"] = "panicked"
    return outcome, span


def go_wrong(fault):
    if fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif fault == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif fault == "exit":
        os._exit(0)
    elif fault == "abort":
        os.abort()
    elif fault == "panic":
        raise RuntimeError("asked to panic")
    elif fault == "flood-stderr":
        sys.stderr.write(("." * 1023 + "\n") * 4096)


def tasks(job):
    below, ranges = job["below"], job["ranges"]
    wait = job.get("wait_us", 0) / 1e6
    faults = {}
    for fault in job["faults"]:
        everywhere = fault["task"] is None
        for index in range(ranges) if everywhere else [fault["task"]]:
            faults[index] = fault["kind"]
    for index in range(ranges):
        fault = faults.get(index)
        load = ballast() if fault == "big" else b""
        start, end = below * index // ranges, below * (index + 1) // ranges
        yield start, end, job["noop"], wait, fault, load


def run(job, count):
    workers = job["workers"]
    # One task a message balances best; above some thousands, messages are what costs.
    chunksize = job.get("chunksize") or max(1, job["ranges"] // (workers * 256))
    with in_dev_shm():
        pool = ProcessPoolExecutor(workers, initializer=end_with_parent)
    with pool:
        try:
            # No deadline: `map` has a timeout, but nothing that ends the worker.
            counts = pool.map(count, tasks(job), chunksize=chunksize)
        except (OSError, RuntimeError) as error:
            # A shutdown would wait for the threads and workers that could not be started.
            end_by(error)
        return list(counts)


def main():
    trial = Trial()
    count = count_primes_timed if trial.wants_spans else count_primes
    outcomes = trial.run(lambda: run(trial.job, count))
    spans = []
    if trial.wants_spans:
        spans = [span for _, span in outcomes]
        outcomes = [outcome for outcome, _ in outcomes]
    for outcome in outcomes:
        if count := outcome.get("ok"):
            load = count["ballast"]
            count["ballast"] = len(load) if load and load == ballast() else 0
    trial.reply({"outcomes": outcomes}, spans)


if __name__ == "__main__":
    main()
