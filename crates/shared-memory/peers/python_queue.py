"""Fill one array of squares from several processes: multiprocessing.Queue."""

import os
import signal
import sys
import time
from array import array as Doubles
from multiprocessing import Array, Process, Queue
from threading import Thread

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial
from peer_workers import end_with_parent, in_dev_shm, lost_worker


def make(queue, start, end, number, job, times):
    """Runs in a worker. A message is where its squares belong, and a list of them."""
    end_with_parent()
    times[2 * number] = time.monotonic_ns()
    middle, batch = start + (end - start) // 2, job["batch"]
    for first in range(start, end, batch):
        last = min(end, first + batch)
        if first <= middle < last:
            halt(number, job)
        queue.put((first, [float(i * i) for i in range(first, last)]))
    times[2 * number + 1] = time.monotonic_ns()


def halt(number, job):
    time.sleep(job["pause_ms"] / 1000)
    fault = job["fault"]
    if fault and fault["worker"] == number:
        if fault["kind"] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault["kind"] == "exit":
            os._exit(1)
        raise RuntimeError("asked to panic")


def run(job, times):
    n, workers = job["n"], job["workers"]
    try:
        array = Doubles("d", bytes(8 * n))
    except MemoryError:
        sys.exit(f"not enough memory for {n} doubles")
    with in_dev_shm():
        queue = Queue()
    share = max(1, -(-n // workers))
    processes = []
    for number, start in enumerate(range(0, n, share)):
        end = min(n, start + share)
        worker = Process(
            target=make, args=(queue, start, end, number, job, times), daemon=True
        )
        worker.start()
        processes.append(worker)
    watcher = Thread(target=watch, args=(processes,), daemon=True)
    watcher.start()
    filled = 0
    while filled < n:
        first, squares = queue.get()
        array[first : first + len(squares)] = Doubles("d", squares)
        filled += len(squares)
    watcher.join()
    return array, sum(array)


def watch(processes):
    """Ends the program if a worker is lost. The reader of the queue can't do it: if a
    worker is lost within a message, `get` waits for the rest for ever."""
    if lost := lost_worker(processes):
        print(f"{lost}: the array has a hole", file=sys.stderr)
        os._exit(1)


def checksum(array):
    """The sum of the elements' bits, each times its place from 1, modulo 2**64."""
    words = Doubles("Q", Doubles("d", array).tobytes())
    return sum(place * bits for place, bits in enumerate(words, 1)) % 2**64


def spans(job, times):
    share = max(1, -(-job["n"] // job["workers"]))
    for number, start in enumerate(range(0, job["n"], share)):
        yield {
            "task": f"{start}..{min(job['n'], start + share)}",
            "lane": f"worker {number}",
            "start": times[2 * number],
            "end": times[2 * number + 1],
        }


def main():
    trial = Trial()
    job = trial.job
    with in_dev_shm():
        times = Array("q", 2 * job["workers"], lock=False)
    array, total = trial.run(lambda: run(job, times))
    output = {
        "sum": float(total),
        "samples": [array[place] for place in job["samples"]],
        "checksum": checksum(array),
    }
    trial.reply(output, spans(job, times))


if __name__ == "__main__":
    main()
