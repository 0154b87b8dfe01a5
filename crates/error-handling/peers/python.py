"""gather(return_exceptions=True) to collect, TaskGroup and except* to fail fast."""

import asyncio
import errno
import itertools
import random
import sys
import time

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial

# At how many attempts a flaky task does not reach its store.
FLAKY = 2
# Longer than any deadline.
FOR_EVER = 365 * 24 * 60 * 60


class Unreachable(Exception):
    """The store could not be reached; another attempt may do better."""


class Unreadable(Exception):
    """What was read makes no sense; another attempt reads the same."""


def read(task, fault):
    """Reads the record, and keeps the cause of every error by `from`."""
    match fault:
        case "panic":
            raise RuntimeError(f"task {task} panics")
        case "panic_any":
            raise RuntimeError
        case "flaky":
            cause = ConnectionResetError(errno.ECONNRESET, "connection reset")
            raise Unreachable(f"task {task} can't reach its store") from cause
    record = f"{task}={'unknown' if fault else task**2}"
    try:
        try:
            return int(record.partition("=")[2])
        except ValueError as error:
            raise Unreadable("the value is not a number") from error
    except Unreadable as error:
        raise Unreadable(f"task {task} can't read its record") from error


async def attempt(job, task, nth, spans):
    fault = job["faults"].get(str(task))
    if fault == "flaky" and nth > FLAKY:
        fault = None
    wait = job["fault_after_ms" if fault else "wait_ms"] / 1000
    start, note = time.monotonic_ns(), "failed"
    try:
        if wait or fault == "hang":
            await asyncio.sleep(FOR_EVER if fault == "hang" else wait)
        value = read(task, fault)
        note = None
        return {"value": value, "attempts": nth}
    except asyncio.CancelledError:
        note = "cut"
        raise
    except RuntimeError:
        note = "panicked"
        raise
    finally:
        if spans is not None:
            spans.append((task, start, time.monotonic_ns(), note))


async def persist(job, task, spans):
    """A task, tried again while its error is transient and a retry is left."""
    async with asyncio.timeout(job["timeout_ms"] / 1000):
        for nth in itertools.count(1):
            try:
                return await attempt(job, task, nth, spans)
            except Unreachable:
                if nth > job["retries"]:
                    raise
            most = job["backoff_ms"] / 1000 * 2 ** (nth - 1)
            await asyncio.sleep(most * random.uniform(0.5, 1))


def chain(error):
    """An error and all its causes, the innermost last."""
    cause = error.__cause__
    return f"{error}: {chain(cause)}" if cause else str(error)


def outcome(result):
    """What became of a task, as the other variants report it."""
    match result:
        case dict():
            return {"ok": result}
        case TimeoutError():
            return "timed_out"
        case asyncio.CancelledError():
            return "cancelled"
        case Unreadable():
            return {"failed": {"class": "malformed", "why": chain(result)}}
        case Unreachable():
            return {"failed": {"class": "reset", "why": chain(result)}}
        case _:
            return {"panicked": str(result) or "an exception without a message"}


async def collect(job, spans):
    tasks = [persist(job, task, spans) for task in range(job["tasks"])]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return {"first": None, "outcomes": [outcome(result) for result in results]}


async def fail_fast(job, spans):
    tasks, first = [], None
    try:
        async with asyncio.TaskGroup() as group:
            for task in range(job["tasks"]):
                tasks.append(group.create_task(persist(job, task, spans)))
    except* Exception as group:
        first = group.exceptions[0]
    results = [ended(task) for task in tasks]
    return {
        "first": next((n for n, one in enumerate(results) if one is first), None),
        "outcomes": [outcome(result) for result in results],
    }


def ended(task):
    """A finished task's result, or what it raised."""
    if task.cancelled():
        return asyncio.CancelledError()
    return task.exception() or task.result()


def reported(span):
    """A span as the trial protocol has it."""
    task, start, end, note = span
    lane = f"task {task}"
    return {"task": str(task), "lane": lane, "start": start, "end": end, "note": note}


def main():
    trial = Trial()
    spans = [] if trial.wants_spans else None
    run = {"collect": collect, "fail_fast": fail_fast}[trial.job["policy"]]
    output = trial.run(lambda: asyncio.run(run(trial.job, spans)))
    trial.reply(output, map(reported, spans or []))


if __name__ == "__main__":
    main()
