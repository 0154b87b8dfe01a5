"""asyncio.Queue between stages, or a chain of coroutines for each item, over aiohttp."""

import asyncio
import hashlib
import os
import stat
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import aiohttp

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from aiohttp_outcomes import NO_TIMEOUT, Answer, Connector
from aiohttp_outcomes import answer, check_status, failure, noting_reuse, trust
from peer_trial import Trial


class Lost(Exception):
    """An item goes no further; its outcome."""

    def __init__(self, outcome):
        self.outcome = outcome


class Works:
    """The work of the three stages, which notes who was where when."""

    def __init__(self, job, session):
        self.job, self.session = job, session
        self.folder = Path(job["saving"]["dir"])
        self.faults = {(f["stage"], f["item"]): f["kind"] for f in job["faults"]}
        self.passages = []

    @contextmanager
    def passing(self, stage, item):
        """An item in a stage."""
        passage = {"item": item, "stage": stage, "whole": False}
        passage["entered"] = time.monotonic_ns()
        try:
            match self.faults.get((stage, item)):
                case "panic":
                    raise AssertionError(f"{stage}: asked to panic by item {item}")
                case "fail":
                    raise failed("other", "asked to fail")
            yield
            passage["whole"] = True
        except (Lost, OSError, UnicodeError, aiohttp.ClientError) as error:
            raise lost(stage, error) from error
        finally:
            passage["left"] = time.monotonic_ns()
            self.passages.append(passage)

    async def fetch(self, item):
        with self.passing("fetch", item):
            url, body = self.job["urls"][item], bytearray()
            async with answer(self.session, self.job, url) as response:
                if not 200 <= response.status < 300:
                    raise failed("status", f"status {response.status}")
                async for part in response.content.iter_any():
                    if len(body) + len(part) > self.job["most_bytes"]:
                        raise failed("other", "the body is too long")
                    body += part
        return body

    async def process(self, item, body):
        with self.passing("process", item):
            return await asyncio.to_thread(self.content, body)

    async def save(self, item, body, content):
        with self.passing("save", item):
            file = await asyncio.to_thread(self.write, item, body)
        return {"ok": {"item": item, "file": file, "content": content}}

    def content(self, body):
        time.sleep(self.job["process_ms"] / 1000)
        return {"sha256": hashlib.sha256(body).hexdigest(), "words": len(body.split())}

    def write(self, item, body):
        """Writes the body under a hidden name; it gets its own when it is whole."""
        time.sleep(self.job["save_ms"] / 1000)
        name, saving = self.job["names"][item]["Ok"], self.job["saving"]
        try:
            file = tempfile.NamedTemporaryFile(
                dir=self.folder, prefix=".", suffix=".unfinished", delete=False
            )
        except OSError as error:
            raise unsaved(error) from error
        try:
            with file:
                file.write(body)
                file.flush()
                if saving["sync"]:
                    os.fsync(file.fileno())
            if saving["force"]:
                self.check_replaceable(name)
                os.replace(file.name, self.folder / name)
            else:
                # Fails if the name is taken, which a rename does not.
                os.link(file.name, self.folder / name)
            if saving["sync"]:
                folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
                os.fsync(folder)
                os.close(folder)
        except FileExistsError:
            self.check_kept(name)
            return {"kept": {"name": name}}
        except OSError as error:
            raise unsaved(error) from error
        finally:
            Path(file.name).unlink(missing_ok=True)
        return {"saved": {"name": name, "bytes": len(body)}}

    def check_replaceable(self, name):
        """Nothing may be replaced, or a plain file: no link, wherever it leads."""
        with suppress(OSError):
            if not stat.S_ISREG(os.lstat(self.folder / name).st_mode):
                raise failed("name", f"what stands under the name {name!r} is no plain file")

    def check_kept(self, name):
        """What stands may be kept if it is a file, or a link to one."""
        path = self.folder / name
        if os.path.lexists(path) and not os.path.isfile(path):
            raise failed("name", f"what stands under the name {name!r} is no file")


def failed(kind, why):
    return Lost({"failed": {"class": kind, "why": why}})


def unsaved(error):
    """The file can't be written: it is the disk, unless there are no descriptors left."""
    kind = "descriptors" if failure(error) == "descriptors" else "disk"
    return failed(kind, str(error))


def lost(stage, error):
    """What becomes of an item with this error, the same as in the other variants."""
    match error:
        case Lost(outcome=outcome):
            why = outcome["failed"]["why"]
            return failed(outcome["failed"]["class"], f"{why}, in {stage}")
        case TimeoutError():
            return Lost("timed_out")
        case _:
            why = f"{type(error).__name__}: {error}, in {stage}"
            return failed(failure(error), why)


class Enough(Exception):
    """As many items are saved as were wanted."""


class Tally:
    """What has come out so far."""

    def __init__(self, job):
        self.outcomes, self.wanted = ["cancelled"] * len(job["urls"]), job["take"]
        self.open = []
        for item, name in enumerate(job["names"]):
            if "Err" in name:
                why = {"class": "name", "why": name["Err"]}
                self.outcomes[item] = {"failed": why}
            else:
                self.open.append(item)

    def add(self, item, outcome):
        if self.wanted == 0:
            raise Enough
        self.outcomes[item] = outcome
        if self.wanted is not None and "ok" in outcome:
            self.wanted -= 1
            if self.wanted == 0:
                raise Enough


async def chained(job, works, tally):
    """Takes each item through all stages, as many at once as there are workers."""
    items = iter(tally.open)

    async def chains():
        for item in items:
            try:
                body = await works.fetch(item)
                content = await works.process(item, body)
                outcome = await works.save(item, body, content)
            except Lost as error:
                outcome = error.outcome
            tally.add(item, outcome)

    async with asyncio.TaskGroup() as group:
        for _ in range(job["workers"]):
            group.create_task(chains())


async def staged(job, works, tally):
    """Has workers in each stage, with a bounded queue before the next."""
    to_fetch, to_process, to_save, done = (asyncio.Queue(job["queue"]) for _ in range(4))

    async def source():
        for item in tally.open:
            await to_fetch.put((item,))

    async def stage(work, items, into):
        while True:
            item, *rest = await items.get()
            try:
                await into.put((item, *await work(item, *rest)))
            except Lost as error:
                await done.put((item, error.outcome))

    async def fetch(item):
        return (await works.fetch(item),)

    async def process(item, body):
        return body, await works.process(item, body)

    async def save(item, body, content):
        return (await works.save(item, body, content),)

    async def collect():
        for _ in tally.open:
            tally.add(*await done.get())
        raise Enough

    async with asyncio.TaskGroup() as group:
        group.create_task(source())
        for _ in range(job["workers"]):
            group.create_task(stage(fetch, to_fetch, to_process))
            group.create_task(stage(process, to_process, to_save))
            group.create_task(stage(save, to_save, done))
        group.create_task(collect())


async def run(job):
    tally = Tally(job)
    # Two stages work on threads, each as wide as it is asked to be.
    threads = ThreadPoolExecutor(2 * job["workers"])
    asyncio.get_running_loop().set_default_executor(threads)
    async with aiohttp.ClientSession(
        connector=Connector(limit=0, ssl=trust(job)),
        timeout=NO_TIMEOUT,
        # As no other client here does, it would send back what an answer asks it to keep.
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        raise_for_status=check_status,
        response_class=Answer,
        trace_configs=noting_reuse(),
    ) as session:
        works = Works(job, session)
        shape = chained if job["shape"] == "chained" else staged
        try:
            await shape(job, works, tally)
        except* Enough:
            # The group has cancelled the tasks that were still at work.
            pass
    return {"outcomes": tally.outcomes, "passages": works.passages}


def main():
    trial = Trial()
    try:
        output = trial.run(lambda: asyncio.run(run(trial.job)))
    except ExceptionGroup as errors:
        sys.exit(f"a stage panicked: {errors.exceptions[0]}")
    trial.reply(output)


main()
