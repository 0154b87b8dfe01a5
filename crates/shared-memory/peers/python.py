"""Fill one array of squares from several processes: multiprocessing.Array."""

import os
import signal
import sys
import tempfile
import time
from array import array as Doubles
from multiprocessing import Array, Process

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial
from peer_workers import end_with_parent, in_dev_shm, lost_worker


def fill(array, start, end, number, job, times):
    """Runs in a worker. Each assignment takes the array's lock, by default."""
    end_with_parent()
    times[2 * number] = time.monotonic_ns()
    middle = start + (end - start) // 2
    for i in range(start, middle):
        array[i] = float(i * i)
    halt(number, job)
    for i in range(middle, end):
        array[i] = float(i * i)
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
    ensure_room(n * 8, n)
    try:
        with in_dev_shm():
            array = Array("d", n)
    except (MemoryError, OSError):
        sys.exit(f"not enough memory for {n} doubles")
    share = max(1, -(-n // workers))
    processes = []
    for number, start in enumerate(range(0, n, share)):
        end = min(n, start + share)
        worker = Process(
            target=fill, args=(array, start, end, number, job, times), daemon=True
        )
        worker.start()
        processes.append(worker)
    if lost := lost_worker(processes):
        sys.exit(f"{lost}: the array has a hole")
    return array, sum(array[:])


def ensure_room(size, n):
    """Array asks for no room, and who writes where there is none is killed by SIGBUS. It
    takes /dev/shm, or the temporary directory where that has too little."""
    places = "/dev/shm", tempfile.gettempdir()
    room = (os.statvfs(place) for place in places if os.path.isdir(place))
    if not any(place.f_bavail * place.f_frsize >= size for place in room):
        sys.exit(
            f"not enough memory for {n} doubles: neither /dev/shm nor {places[1]} has room"
            f" for {size} bytes"
        )


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
    array = array[:]
    output = {
        "sum": float(total),
        "samples": [array[place] for place in job["samples"]],
        "checksum": checksum(array),
    }
    trial.reply(output, spans(job, times))


if __name__ == "__main__":
    main()
