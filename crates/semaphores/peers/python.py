"""asyncio.Semaphore over aiohttp: fetch every URL, at most `limit` at once."""

import asyncio
import hashlib
import sys

import aiohttp

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from aiohttp_outcomes import NO_TIMEOUT, Answer, Connector
from aiohttp_outcomes import answer, check_status, noting_reuse, outcome, trust
from peer_trial import Trial


async def fetch(session, semaphore, pace, job, url):
    async with semaphore, pace.item(), answer(session, job, url) as response:
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
        again = digest.digest()
        for _ in range(job.get("rehash", 0)):
            again = hashlib.sha256(again).digest()
        return page, again.hex()


async def run(job, pace):
    semaphore = asyncio.Semaphore(job["limit"])
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
        urls = job["urls"]
        requests = [fetch(session, semaphore, pace, job, url) for url in urls]
        results = await asyncio.gather(*requests, return_exceptions=True)
    reply = {"outcomes": [outcome(page_or_error(result)) for result in results]}
    if job.get("rehash"):
        answers = [result for result in results if isinstance(result, tuple)]
        reply["digests"] = [digest for _, digest in answers]
    return reply


def page_or_error(result):
    return result[0] if isinstance(result, tuple) else result


def main():
    trial = Trial()
    trial.reply(trial.run(lambda: asyncio.run(run(trial.job, trial.pace()))))


main()
