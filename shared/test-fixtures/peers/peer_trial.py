"""What the peers in Python share: a trial's job, its measurements and its reply.

docs/src/protocol.md describes both ends.
"""

import asyncio
import itertools
import json
import os
import sys
import threading
import time
from contextlib import asynccontextmanager


def end_by(error):
    """Ends the process by an exception, as the interpreter would, but waits for no thread."""
    sys.excepthook(type(error), error, error.__traceback__)
    sys.stderr.flush()
    os._exit(1)


class Trial:
    """One trial: it reads its job from standard input, and replies on standard output."""

    def __init__(self):
        # Who waits for what a thread should have done would wait for ever.
        threading.excepthook = lambda failure: end_by(failure.exc_value)
        self.job = json.load(sys.stdin)
        self.wants_spans = "INTERLEAVE_SPANS" in os.environ
        self.items = []
        self.measured = {}

    def pace(self):
        """When each item of the job is due, from now on."""
        return Pace(self.job.get("rate"), self.items if self.wants_spans else None)

    def run(self, work):
        """Does the work, the one part that is measured. Returns what it returns."""
        set_peak_back()
        before = resident("VmRSS:")
        start = time.monotonic_ns()
        result = work()
        nanos = time.monotonic_ns() - start
        memory = {"before": before, "peak": resident("VmHWM:")}
        self.measured = {"nanos": nanos, "started": start, "memory": memory}
        return result

    def reply(self, output, spans=()):
        """Replies with the output, and with the pieces of work if the parent wants them."""
        reply = {**self.measured, "output": output}
        if self.wants_spans:
            reply["spans"] = list(spans)
            reply["items"] = self.items
        sys.stdout.write(json.dumps(reply))


class Pace:
    """Items are due at a rate, or all at once. The parent is told of them if it asks."""

    def __init__(self, rate, items):
        self.rate, self.items = rate, items
        self.start, self.places = time.monotonic_ns(), itertools.count()

    @asynccontextmanager
    async def item(self):
        """One item: waits until the next is due, and lasts as long as the block."""
        due = self.start
        if self.rate:
            due += next(self.places) * 1_000_000_000 // self.rate
            while (wait := due - time.monotonic_ns()) > 0:
                await asyncio.sleep(wait / 1e9)
        begin = time.monotonic_ns()
        try:
            yield
        finally:
            if self.items is not None:
                self.items.append((due, begin, time.monotonic_ns()))


def resident(field, file="/proc/self/status"):
    """Bytes of this process that are in memory: now, or at the most. Or the system's."""
    with open(file) as status:
        line = next(line for line in status if line.startswith(field))
    return int(line.split()[1]) * 1024


def set_peak_back():
    """From here on, the most memory is the job's and not that of the start."""
    with open("/proc/self/clear_refs", "w") as references:
        references.write("5")
