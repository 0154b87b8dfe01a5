"""asyncio.gather over aiohttp, on uvloop: fetch every URL at once."""

import asyncio
import hashlib
import os
import sys
import threading
import time

import aiohttp
import uvloop

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from aiohttp_outcomes import NO_TIMEOUT, Answer, Connector
from aiohttp_outcomes import as_written, check_status, outcome, trust
from peer_trial import Trial


async def fetch(session, pace, job, url):
    async with (
        pace.item(),
        asyncio.timeout(job["timeout_ms"] / 1000),
        session.get(as_written(url), allow_redirects=False) as response,
    ):
        if "/note/panic" in url:
            raise AssertionError(f"asked to panic by {url}")
        digest, length = hashlib.sha256(), 0
        async for part in response.content.iter_any():
            digest.update(part)
            length += len(part)
        return {
            "status": response.status,
            "bytes": length,
            "sha256": digest.hexdigest(),
        }


async def run(job, pace):
    async with aiohttp.ClientSession(
        connector=Connector(limit=0, ssl=trust(job)),
        timeout=NO_TIMEOUT,
        # As no other client here does, it would send back what an answer asks it to keep.
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        raise_for_status=check_status,
        response_class=Answer,
    ) as session:
        requests = [fetch(session, pace, job, url) for url in job["urls"]]
        results = await asyncio.gather(*requests, return_exceptions=True)
    return {"outcomes": [outcome(result) for result in results]}


def ensure_threads():
    """libuv starts four, and aborts without a word where it gets one of them not."""
    stop, threads = threading.Event(), []
    try:
        for _ in range(4):
            threads.append(threading.Thread(target=stop.wait))
            threads[-1].start()
    except RuntimeError:
        stop.set()
        sys.exit("can't start four threads, as many as libuv has")
    stop.set()
    # One that has ended in Python still counts for the system.
    while len(os.listdir("/proc/self/task")) > 1:
        time.sleep(0.0001)


def main():
    trial = Trial()
    ensure_threads()
    trial.reply(trial.run(lambda: uvloop.run(run(trial.job, trial.pace()))))


main()
