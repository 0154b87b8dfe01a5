"""threading.Lock: each worker is a thread, and `with` holds the lock for its block."""

import json
import sys
import threading
import time


class Counter:
    """What the lock protects: between increments, entered == left."""

    def __init__(self):
        self.lock = threading.Lock()
        self.entered = 0
        self.left = 0


def count(job, counter, worker, outcomes):
    panics_at = job["increments"] // 2 if job["panic"] and worker == 0 else None
    last = None
    try:
        for nth in range(job["increments"]):
            with counter.lock:
                counter.entered += 1
                if nth == panics_at:
                    raise RuntimeError(f"worker {worker} panics at its increment {nth}")
                counter.left += 1
                last = counter.left
        outcomes[worker] = {"ok": last}
    except RuntimeError as error:
        outcomes[worker] = {"panicked": str(error)}


def run(job):
    counter = Counter()
    outcomes = [None] * job["workers"]
    threads = [
        threading.Thread(target=count, args=(job, counter, worker, outcomes))
        for worker in range(job["workers"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "counter": {"entered": counter.entered, "left": counter.left},
        "poisoned": False,
        "outcomes": outcomes,
    }


def resident(field):
    """Bytes of this process that are in memory: now, or at the most."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith(field))
    return int(line.split()[1]) * 1024


def main():
    job = json.load(sys.stdin)
    before = resident("VmRSS:")
    clock = time.monotonic_ns()
    output = run(job)
    nanos = time.monotonic_ns() - clock
    memory = {"before": before, "peak": resident("VmHWM:")}
    json.dump({"nanos": nanos, "output": output, "memory": memory}, sys.stdout)


if __name__ == "__main__":
    main()
