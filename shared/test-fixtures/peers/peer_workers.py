"""What the peers with worker processes share: none outlives its parent, and none is waited
for that waits for one that is lost."""

import os
import threading
from multiprocessing import parent_process
from multiprocessing.connection import wait


def end_with_parent():
    """Runs in a worker. Starts a thread that ends it once its parent is gone, however that
    was ended."""

    def watch():
        parent_process().join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def lost_worker(processes):
    """Waits until all workers have ended; if one is lost, ends the others and says which.

    They can't be joined one after the other: one that was killed while it held a lock is
    waited for by all others, for ever.
    """
    left = {worker.sentinel: number for number, worker in enumerate(processes)}
    while left:
        for sentinel in wait(left):
            number = left.pop(sentinel)
            worker = processes[number]
            worker.join()
            if worker.exitcode:
                for other in processes:
                    other.kill()
                    other.join()
                return f"worker {number} {ending(worker.exitcode)}"
    return None


def ending(exitcode):
    """How a worker ended. Nobody says so unless they are asked: `join` returns None."""
    if exitcode < 0:
        return f"was killed by signal {-exitcode}"
    return f"ended with exit code {exitcode}"
