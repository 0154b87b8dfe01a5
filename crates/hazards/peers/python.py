"""The hazards of threads and asyncio, each piece in a process of its own."""

import asyncio
import hashlib
import os
import queue
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from watchdog import serve, watch

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial

PERIOD, TICK, PAUSE = 0.005, 0.002, 0.003
BLOCK = bytes(8 * 1024)
HANDLING = 20_000
FITTING, TASKS, CLIENTS = 2, 2, 16
PROGRAM = "sleep 3 & echo $!; wait"

SPARED = {
    "join-under-lock": "who waits for a future takes no other work",
    "futurelock": "who waits is a task, and the loop runs them all",
    "starved-connection": "as_completed makes tasks, and the loop runs them all",
    "biased-select": "asyncio.wait returns all that are done, not the first of them",
    "shared-budget": "it has no budget; see starved-deadline for what that does",
    "lagging-broadcast": "it has no broadcast, and a queue for each receiver loses nothing",
}

beats, blocks, retries, panics, survivors = [], [], [], [], []


def threads(targets):
    """Runs each in a thread, and waits for all."""
    running = [threading.Thread(target=target) for target in targets]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


class Cell:
    """A number behind two methods, as most numbers that are shared are."""

    def __init__(self):
        self.value = 0
        self.lock = threading.Lock()

    def load(self):
        return self.value

    def store(self, value):
        self.value = value


def lost_update(job, cure):
    cell = Cell()

    def count():
        for _ in range(job["increments"]):
            if cure:
                with cell.lock:
                    cell.store(cell.load() + 1)
            else:
                cell.store(cell.load() + 1)

    threads([count] * job["workers"])
    return cell.load()


def two_locks(job, cure):
    accounts = [Cell(), Cell()]

    def add(first, second):
        with first.lock:
            time.sleep(0.001)
            with second.lock:
                first.value += 1
                second.value += 1

    one, other = accounts
    threads([lambda: add(one, other), lambda: add(*((one, other) if cure else (other, one)))])
    return one.value + other.value


def blocked_executor(job, cure):
    # The loop has one thread, so its workers block it one after the other.
    seconds = job["block_ms"] / 1000 / (1 if cure else job["workers"])

    async def heart():
        while True:
            beats.append(time.monotonic_ns())
            await asyncio.sleep(PERIOD)

    def sleep():
        start = time.monotonic_ns()
        time.sleep(seconds)
        blocks.append((start, time.monotonic_ns()))

    async def block(pool):
        if cure:
            await asyncio.get_running_loop().run_in_executor(pool, sleep)
        else:
            sleep()
        return 1

    async def main():
        beating = asyncio.create_task(heart())
        await asyncio.sleep(2 * PERIOD)
        with ThreadPoolExecutor(job["workers"]) as pool:
            async with asyncio.TaskGroup() as group:
                calls = [group.create_task(block(pool)) for _ in range(job["workers"])]
        await asyncio.sleep(2 * PERIOD)
        beating.cancel()
        return sum(call.result() for call in calls)

    return asyncio.run(main())


def guard_across_await(job, cure):
    cell = Cell()

    async def add():
        with cell.lock:
            cell.value += 1
            if not cure:
                await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(add())
            group.create_task(add())
        return cell.value

    return asyncio.run(main())


def turn(task, nth):
    name = task.to_bytes(8, "little") + nth.to_bytes(8, "little")
    return int.from_bytes(hashlib.sha256(name + BLOCK).digest()[:8], "little")


def computing_at_once(job):
    """How many threads can compute at once: where the interpreter has its lock, one."""
    has_lock = getattr(sys, "_is_gil_enabled", lambda: True)()
    return 1 if has_lock else job["workers"]


def oversubscribed(job, cure):
    tasks = job["tasks"]
    count = computing_at_once(job) if cure else tasks
    barrier = threading.Barrier(count)
    sums = [0] * count

    def take_turns(thread):
        for nth in range(job["turns"]):
            for task in range(thread, tasks, count):
                sums[thread] += turn(task, nth)
            barrier.wait()

    threads([lambda thread=thread: take_turns(thread) for thread in range(count)])
    return sum(sums) % 2**64


def leaked_sender(job, cure):
    """A channel that closes when the last sender does: a pipe, and copies of its end."""
    receiver, sender = os.pipe()

    def send(sender):
        with os.fdopen(sender, "w") as messages:
            for number in range(job["messages"]):
                print(number, file=messages)

    copies = [os.dup(sender) for _ in range(job["workers"])]
    if cure:
        os.close(sender)
    with ThreadPoolExecutor(job["workers"]) as pool, os.fdopen(receiver) as messages:
        pool.map(send, copies)
        return sum(1 for _ in messages)


def cancelled_read(job, cure):
    async def write(writer):
        for number in range(job["messages"]):
            frame = number.to_bytes(8, "little")
            writer.write(frame[:3])
            await asyncio.sleep(PAUSE)
            writer.write(frame[3:])
        writer.close()

    async def read(reader):
        if cure:
            return await reader.readexactly(8)
        while True:
            try:
                async with asyncio.timeout(TICK):
                    return await reader.readexactly(8)
            except TimeoutError:
                pass

    async def main():
        ends = socket.socketpair()
        (reader, mine), (_, writer) = [await asyncio.open_connection(sock=end) for end in ends]
        writing = asyncio.create_task(write(writer))
        right = 0
        try:
            while True:
                right += await read(reader) == right.to_bytes(8, "little")
        except asyncio.IncompleteReadError:
            pass
        await writing
        mine.close()
        return right

    return asyncio.run(main())


def starved_deadline(job, cure):
    frames, limit = job["block_ms"] * 1_000_000 // HANDLING, job["block_ms"] / 4000
    handled = 0

    def handle():
        start = time.monotonic_ns()
        while time.monotonic_ns() < start + HANDLING:
            pass
        blocks[:] = [(blocks[0][0] if blocks else start, start + HANDLING)]

    async def read(reader):
        nonlocal handled
        while True:
            await reader.readexactly(8)
            handle()
            handled += 1
            if cure and handled % 64 == 0:
                await asyncio.sleep(0)

    async def main():
        mine, peer = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=mine, limit=8 * frames)
        sending = threading.Thread(target=send, args=(peer, bytes(8 * frames)))
        sending.start()
        # Only the loop fills the reader's buffer; what it has is read without the loop.
        await asyncio.sleep(2 * PERIOD)
        try:
            async with asyncio.timeout(limit):
                await read(reader)
        except (TimeoutError, asyncio.IncompleteReadError):
            pass
        writer.close()
        sending.join()

    def send(peer, bytes):
        with peer:
            try:
                peer.sendall(bytes)
            except ConnectionError:
                pass

    asyncio.run(main())
    return handled


def cancelled_send(job, cure):
    async def receive(messages):
        received = 0
        while await messages.get() is not None:
            received += 1
            await asyncio.sleep(PAUSE)
        return received

    async def main():
        messages = asyncio.Queue(1)
        receiving = asyncio.create_task(receive(messages))
        for number in range(FITTING + job["messages"]):
            if cure:
                sending, is_sent = asyncio.create_task(messages.put(number)), False
                while not is_sent:
                    is_sent, _ = await asyncio.wait([sending], timeout=TICK)
            else:
                try:
                    async with asyncio.timeout(TICK):
                        await messages.put(number)
                except TimeoutError:
                    pass
        await messages.put(None)
        return await receiving

    return asyncio.run(main())


def pool_of_one(job, cure):
    """The pool's one thread waits for what is behind it in the pool's queue."""

    def send():
        for number in range(job["messages"]):
            messages.put(number)
        messages.put(None)

    def receive():
        if not cure:
            pool.submit(send)
        return sum(1 for _ in iter(messages.get, None))

    messages = queue.SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        receiving = pool.submit(receive)
        if cure:
            threads([send])
        return receiving.result()


def unseen_panic(job, cure):
    """Who drops a future drops the exception with it, and not even a line is written."""

    def work(task):
        if task == 0:
            panics.append(time.monotonic_ns())
            raise RuntimeError("the first task fails")
        return task

    outcomes = queue.SimpleQueue()
    with ThreadPoolExecutor(TASKS) as pool:
        if cure:
            futures = [pool.submit(work, task) for task in range(TASKS)]
            return len([future.exception() for future in futures])
        for task in range(TASKS):
            pool.submit(lambda task=task: outcomes.put(work(task)))
    return outcomes.qsize()


def grandchildren(job, cure):
    words = ["sh", "-c", PROGRAM]
    with subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=cure) as shell:
        line = shell.stdout.readline()
        if cure:
            os.killpg(shell.pid, signal.SIGKILL)
        else:
            shell.kill()
    return int(line)


def retry_storm(job, cure):
    pause, refused = job["block_ms"] / 2000, set()

    def call(client):
        if client in refused:
            retries.append(time.monotonic_ns())
            return True
        refused.add(client)
        return False

    async def call_until_answered(client):
        while not call(client):
            await asyncio.sleep(pause * random.random() if cure else pause)

    async def main():
        async with asyncio.TaskGroup() as group:
            for client in range(CLIENTS):
                group.create_task(call_until_answered(client))

    asyncio.run(main())
    return CLIENTS


PIECES = {
    "lost-update": lost_update,
    "two-locks": two_locks,
    "blocked-executor": blocked_executor,
    "guard-across-await": guard_across_await,
    "oversubscribed": oversubscribed,
    "leaked-sender": leaked_sender,
    "cancelled-read": cancelled_read,
    "starved-deadline": starved_deadline,
    "cancelled-send": cancelled_send,
    "pool-of-one": pool_of_one,
    "unseen-panic": unseen_panic,
    "grandchildren": grandchildren,
    "retry-storm": retry_storm,
}

RECORD = {
    "beats": beats,
    "blocks": blocks,
    "retries": retries,
    "panics": panics,
    "survivors": survivors,
}


def run(job, spans):
    findings = []
    for hazard in job["hazards"]:
        finding = {"hazard": hazard}
        if hazard in SPARED:
            finding["spared"] = SPARED[hazard]
        for kind in [] if hazard in SPARED else job["pieces"]:
            start = time.monotonic_ns()
            finding[kind] = watch(job, hazard, kind)
            span = {"task": hazard, "lane": kind, "start": start, "end": time.monotonic_ns()}
            if "hung" in finding[kind]["ended"]:
                span["note"] = "hung"
            spans.append(span)
        findings.append(finding)
    return {"findings": findings}


def main():
    if sys.argv[1:2] == ["piece"]:
        return serve(PIECES, RECORD, *sys.argv[2:])
    trial, spans = Trial(), []
    output = trial.run(lambda: run(trial.job, spans))
    trial.reply(output, spans)


if __name__ == "__main__":
    main()
