"""asyncio.timeout around a TaskGroup: every task stopped at the deadline, and awaited."""

import asyncio
import errno
import hashlib
import os
import sys
import threading
import time
from array import array
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import aiohttp

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from aiohttp_outcomes import NO_TIMEOUT, Connector
from peer_trial import Trial, resident
from peer_workers import ending

PHASES = ["queued", "connecting", "reading_head", "reading_body", "working"]
QUEUED, CONNECTING, READING_HEAD, READING_BODY, WORKING = range(5)


class Job:
    """The job, the start of its clock, and what the tasks share."""

    def __init__(self, job):
        self.work = job["work"]
        self.tasks = job["tasks"]
        self.length = job["length_us"] / 1e6
        self.pieces = job["pieces"]
        self.workers = job["workers"]
        self.urls = job["urls"]
        self.panics = job["panic"]
        self.journal = os.open(job["journal"], os.O_WRONLY | os.O_APPEND)
        # Nine bytes a task: a million must not weigh more than asyncio's own.
        self.phases = bytearray(self.tasks)
        self.outcomes = {}
        self.begun = {} if "INTERLEAVE_SPANS" in os.environ else None
        self.ends = array("q", bytes(8 * self.tasks))
        self.idle = resident("VmRSS:")
        self.start = time.monotonic_ns()
        self.deadline = self.start + job["deadline_us"] * 1000
        self.spawned = self.start

    def time_left(self):
        return max(0, self.deadline - time.monotonic_ns()) / 1e9

    def note(self, index, process):
        os.write(self.journal, b"%d %d %d\n" % (index, process, time.monotonic_ns()))


class Task:
    """One task, and what becomes of it, whatever ends the block that it is entered for."""

    __slots__ = ("index", "job")

    def __init__(self, job, index):
        self.job, self.index = job, index

    def begin(self, phase=WORKING):
        job, index = self.job, self.index
        job.phases[index] = phase
        if job.begun is not None:
            job.begun[index] = time.monotonic_ns()
        if job.panics and index == 0:
            raise AssertionError("task 0 was asked to panic")

    def enter(self, phase):
        self.job.phases[self.index] = phase

    def done(self, page=None):
        self.job.outcomes[self.index] = {"ok": page}

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        job, index = self.job, self.index
        job.ends[index] = time.monotonic_ns()
        match error:
            case aiohttp.ClientError() | OSError():
                failed = {"class": failure(error), "why": str(error)}
                job.outcomes[index] = {"failed": failed}
            case Exception():
                job.outcomes[index] = {"panicked": str(error)}
        # Out of here, it would cancel the whole group; but a cancel must go on.
        return isinstance(error, Exception)


async def sleep(job, index):
    with Task(job, index) as task:
        task.begin()
        await asyncio.sleep(job.length)
        task.done()
        job.note(index, os.getpid())


async def compute(job, index):
    with Task(job, index) as task:
        task.begin()
        for _ in range(job.pieces):
            end = time.perf_counter() + job.length / job.pieces
            while time.perf_counter() < end:
                pass
            job.note(index, os.getpid())
            await asyncio.sleep(0)
        task.done()


async def run_process(job, index):
    with Task(job, index) as task:
        task.begin()
        process = await asyncio.create_subprocess_exec("sleep", str(job.length))
        job.note(index, process.pid)
        try:
            if code := await process.wait():
                raise OSError(f"its process: {ending(code)}")
            task.done()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise


def fetching(session):
    async def fetch(job, index):
        with Task(job, index) as task:
            task.begin(CONNECTING)
            url = job.urls[index]
            async with session.get(
                url, allow_redirects=False, trace_request_ctx=task
            ) as response:
                task.enter(READING_BODY)
                if "/note/panic" in url:
                    raise AssertionError(f"asked to panic by {url}")
                digest, length = hashlib.sha256(), 0
                async for part in response.content.iter_any():
                    digest.update(part)
                    length += len(part)
            page = {
                "status": response.status,
                "bytes": length,
                "sha256": digest.hexdigest(),
            }
            task.done(page)

    return fetch


async def on_headers_sent(session, context, params):
    context.trace_request_ctx.enter(READING_HEAD)


def failure(error):
    """The class of a failure, the same as the variants'."""
    match error:
        case OSError(errno=errno.ECONNREFUSED):
            return "refused"
        case OSError(errno=errno.ECONNRESET | errno.EPIPE):
            return "reset"
        # Of a reset in the body, aiohttp keeps the words alone.
        case aiohttp.ClientPayloadError() if "ConnectionResetError" in str(error):
            return "reset"
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return "truncated"
        case aiohttp.ClientResponseError():
            return "malformed"
        case _:
            return "other"


def block(job, index, stop):
    """A blocking call in pieces, in a thread, which looks at a flag between two."""
    with Task(job, index) as task:
        if stop.is_set():
            return
        task.begin()
        for piece in range(job.pieces):
            if piece and stop.is_set():
                return
            time.sleep(job.length / job.pieces)
            job.note(index, os.getpid())
        task.done()


async def block_all(job):
    """A cancel lets a thread go that was begun; so each has a flag, and is awaited."""
    stop, loop = threading.Event(), asyncio.get_running_loop()
    with ThreadPoolExecutor(job.workers) as pool:
        calls = [
            loop.run_in_executor(pool, block, job, index, stop)
            for index in range(job.tasks)
        ]
        job.spawned = time.monotonic_ns()
        if calls:
            await asyncio.wait(calls, timeout=job.time_left())
        stop.set()
        await asyncio.gather(*calls)


async def until_deadline(job, work):
    try:
        async with asyncio.timeout(job.time_left()), asyncio.TaskGroup() as group:
            for index in range(job.tasks):
                group.create_task(work(job, index))
            job.spawned = time.monotonic_ns()
    except TimeoutError:
        pass


async def run(job):
    job = Job(job)
    match job.work:
        case "sleep":
            await until_deadline(job, sleep)
        case "cpu":
            await until_deadline(job, compute)
        case "process":
            await until_deadline(job, run_process)
        case "blocking":
            await block_all(job)
        case "fetch":
            tracing = aiohttp.TraceConfig()
            tracing.on_request_headers_sent.append(on_headers_sent)
            async with aiohttp.ClientSession(
                connector=Connector(limit=0, force_close=True),
                timeout=NO_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trace_configs=[tracing],
            ) as session:
                await until_deadline(job, fetching(session))
    job.ended = time.monotonic_ns()
    os.close(job.journal)
    return job


def output(job, peak):
    # A task that was cancelled before it began has run no line of its own.
    queued = max(job.deadline, job.spawned)
    tasks = [
        {
            "outcome": job.outcomes.get(index, "cancelled"),
            "phase": PHASES[job.phases[index]],
            "at_us": ((job.ends[index] or queued) - job.start) // 1000,
        }
        for index in range(job.tasks)
    ]
    return {
        "started_ns": job.start,
        "spawned_us": (job.spawned - job.start) // 1000,
        "ended_us": (job.ended - job.start) // 1000,
        "memory": {"before": job.idle, "peak": peak},
        "tasks": tasks,
    }


def spans(job):
    """When each task was under way, if that was asked for."""
    for index, start in (job.begun or {}).items():
        done = isinstance(job.outcomes.get(index), dict)
        yield {
            "task": str(index),
            "lane": f"task {index}",
            "start": start,
            "end": job.ends[index],
            "note": None if done else "stopped",
        }


def wait_without_threads():
    """Python before 3.12 starts a thread for each process, which waits for its end, and leaves
    the process to itself where it gets none. Later ones have a descriptor, as here."""
    if sys.version_info < (3, 12):
        with suppress(OSError):
            os.close(os.pidfd_open(os.getpid()))
            asyncio.set_child_watcher(asyncio.PidfdChildWatcher())


def main():
    trial = Trial()
    wait_without_threads()
    job = trial.run(lambda: asyncio.run(run(trial.job)))
    trial.reply(output(job, trial.measured["memory"]["peak"]), spans(job))


main()
