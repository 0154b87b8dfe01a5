"""What the peers with worker processes share: none outlives its parent, none is waited for
that waits for one that is lost, and a /dev/shm that is no use is named."""

import errno
import os
import sys
import threading
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait


# How a system answers where nothing can be made in /dev/shm.
NO_USE = errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.ENOSYS


@contextmanager
def in_dev_shm():
    """Ends the program with a line if /dev/shm is no use: multiprocessing has its locks there
    and nowhere else, and CPython does not name it."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_USE:
            raise
        why = os.strerror(error.errno)
        sys.exit(
            f"multiprocessing can't use /dev/shm, where its locks are: {why}; mount a tmpfs"
            " there that can be written and has room (docker run --shm-size=64m)"
        )


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
