"""What the peers in Python serve: the socket that they inherit, and the answers."""

import os
import socket
import sys
import time

# What a server finds listening when it is started by systemd, or by a trial.
LISTENING = 3
PANIC = "/panic/"
# Seconds that the handler computes or waits for one path, whatever the job says.
BUSY = {"/busy": 0.02}
SLOW = {"/pid": 0, "/slow": 3}
MASK = 0xFFFFFFFFFFFFFFFF


def inherited():
    """The socket that listens, which this process has inherited."""
    try:
        listener = socket.socket(fileno=LISTENING)
        listener.getsockname()
    except OSError as error:
        sys.exit(f"descriptor {LISTENING} is not a socket that listens: {error}")
    listener.setblocking(False)
    return listener


class Work:
    """What the handler does before its answer."""

    def __init__(self, job):
        self.wait_for = job["wait_ms"] / 1000
        self.compute_for = job["compute_ms"] / 1000

    def wait(self, path):
        """Seconds that the handler waits, as its server does it."""
        return SLOW.get(path, self.wait_for)

    def answer(self, path):
        """Computes, and returns the body."""
        if path == "/pid":
            return str(os.getpid())
        if path.startswith(PANIC):
            raise AssertionError("asked to panic")
        compute(BUSY.get(path, self.compute_for))
        digest = 0
        for byte in path.encode("latin-1"):
            digest = mixed(digest ^ byte)
        return f"{digest:016x}"


def compute(seconds):
    """Computes until this thread has had a core for so long."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def mixed(x):
    """splitmix64's step, on 64 bits."""
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)
