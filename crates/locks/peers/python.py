"""threading.Lock: each worker is a thread, and `with` holds the lock for its block."""

import sys
import threading
import time

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial

# An increment is far shorter than a look at the clock, so a worker's are marked in stretches.
STRETCHES = 50


class Counter:
    """What the lock protects: between increments, entered == left."""

    def __init__(self):
        self.lock = threading.Lock()
        self.entered = 0
        self.left = 0


def compute(rounds):
    """The rounds of the Rust variants: each needs what came of the one before it."""
    state = 1
    for _ in range(rounds):
        state ^= state << 13 & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 7
        state ^= state << 17 & 0xFFFFFFFFFFFFFFFF


class Reads:
    """What one worker's reads saw."""

    def __init__(self):
        self.done = 0
        self.last = 0
        self.back = 0
        self.half_done = 0
        # The highest count of all that it has read or made.
        self.most = 0

    def read(self, entered, left):
        self.done += 1
        self.last = left
        self.half_done += entered != left
        self.saw(left, left < self.most)

    def made(self, count):
        # Where it has read this count, it did not make it.
        self.saw(count, count <= self.most)

    def saw(self, count, is_back):
        if is_back:
            self.back += 1
        else:
            self.most = count

    def reported(self):
        """As the trial protocol has it."""
        fields = ["done", "last", "back", "half_done"]
        return {field: getattr(self, field) for field in fields}


def count(job, counter, worker, outcomes, reads, stretches, spans):
    panics_at = job["increments"] // 2 if job["panic"] and worker == 0 else None
    hold = job.get("hold", 0)
    reads_before_each = range(job.get("reads", 0))
    last = None
    try:
        for stretch in stretches:
            start = time.monotonic_ns()
            for nth in stretch:
                for _ in reads_before_each:
                    with counter.lock:
                        entered = counter.entered
                        if hold:
                            compute(hold)
                        reads.read(entered, counter.left)
                with counter.lock:
                    counter.entered += 1
                    if nth == panics_at:
                        why = f"worker {worker} panics at its increment {nth}"
                        raise RuntimeError(why)
                    if hold:
                        compute(hold)
                    counter.left += 1
                    last = counter.left
                    if reads_before_each:
                        reads.made(last)
            spans.append((worker, stretch, start, time.monotonic_ns()))
        outcomes[worker] = {"ok": last}
    except RuntimeError as error:
        outcomes[worker] = {"panicked": str(error)}


def stretches_of(increments, with_spans):
    """The increments in as many parts as have spans: in one, if spans are not asked for."""
    length = max(1, -(-increments // STRETCHES)) if with_spans else max(1, increments)
    starts = range(0, increments, length)
    return [range(start, min(start + length, increments)) for start in starts]


def run(job, stretches, spans):
    counter = Counter()
    outcomes = [None] * job["workers"]
    reads = [Reads() for _ in outcomes]
    threads = [
        threading.Thread(
            target=count,
            args=(job, counter, worker, outcomes, reads[worker], stretches, spans),
        )
        for worker in range(job["workers"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    output = {
        "counter": {"entered": counter.entered, "left": counter.left},
        "poisoned": False,
        "outcomes": outcomes,
    }
    if job.get("reads", 0):
        output["reads"] = [worker.reported() for worker in reads]
    return output


def reported(span):
    """A span as the trial protocol has it."""
    worker, stretch, start, end = span
    task = f"{stretch.start}..{stretch.stop}"
    return {"task": task, "lane": f"worker {worker}", "start": start, "end": end}


def main():
    trial = Trial()
    stretches = stretches_of(trial.job["increments"], trial.wants_spans)
    spans = []
    output = trial.run(lambda: run(trial.job, stretches, spans))
    trial.reply(output, map(reported, spans))


if __name__ == "__main__":
    main()
