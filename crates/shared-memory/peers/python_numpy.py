"""Fill one array of squares from several processes: NumPy over SharedMemory."""

import os
import signal
import sys
import time
from mmap import mmap
from multiprocessing import Array, get_context
from multiprocessing.shared_memory import SharedMemory

import numpy as np

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial, resident
from peer_workers import end_with_parent, in_dev_shm, lost_worker


def fill(buffer, start, end, number, job, times):
    """Runs in a worker, on its part of the memory that it was forked with."""
    end_with_parent()
    times[2 * number] = time.monotonic_ns()
    part = np.frombuffer(buffer, np.float64, end - start, start * 8)
    middle = (end - start) // 2
    squares(part[:middle], start)
    halt(number, job)
    squares(part[middle:], start + middle)
    times[2 * number + 1] = time.monotonic_ns()


def squares(part, first, block=8192):
    """Squares block by block, each while it is in the cache."""
    for at in range(0, len(part), block):
        here = part[at : at + block]
        here[:] = np.arange(first + at, first + at + len(here))
        np.square(here, out=here)


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
        # Asked for first, as SharedMemory's own failure makes its resource tracker fail, too.
        np.empty(n)
        memory, buffer = shared(max(1, n * 8))
    except (MemoryError, OSError):
        sys.exit(f"not enough memory for {n} doubles")
    share = max(1, -(-n // workers))
    processes = []
    for number, start in enumerate(range(0, n, share)):
        end = min(n, start + share)
        worker = get_context("fork").Process(
            target=fill, args=(buffer, start, end, number, job, times), daemon=True
        )
        worker.start()
        processes.append(worker)
    if lost := lost_worker(processes):
        sys.exit(f"{lost}: the array has a hole")
    array = np.frombuffer(buffer, np.float64, n)
    return memory, array, array.sum()


def shared(size):
    """Memory that the workers are forked with, and its bytes. SharedMemory takes /dev/shm and
    asks for no room, and a worker that finds none is killed by SIGBUS: where that has too
    little, it is memory without a name."""
    room = os.statvfs("/dev/shm")
    if room.f_bavail * room.f_frsize < size:
        if resident("MemAvailable:", "/proc/meminfo") < size:
            raise MemoryError
        memory = mmap(-1, size)
        return memory, memory
    memory = SharedMemory(create=True, size=size)
    # It lives as long as somebody has it mapped; without its name, no longer than that.
    memory.unlink()
    return memory, memory.buf


def checksum(array):
    """The sum of the elements' bits, each times its place from 1, modulo 2**64."""
    places = np.arange(1, len(array) + 1, dtype=np.uint64)
    return int((places * array.view(np.uint64)).sum())


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
    memory, array, total = trial.run(lambda: run(job, times))
    output = {
        "sum": float(total),
        "samples": [float(array[place]) for place in job["samples"]],
        "checksum": checksum(array),
    }
    trial.reply(output, spans(job, times))
    # Memory that an array still looks at can't be given back.
    del array
    memory.close()


if __name__ == "__main__":
    main()
