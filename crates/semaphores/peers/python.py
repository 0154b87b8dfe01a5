"""asyncio.Semaphore over aiohttp: fetch every URL, at most `limit` at once."""

import asyncio
import hashlib
import sys

import aiohttp

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from aiohttp_outcomes import check_status, outcome, trust
from peer_trial import Trial


async def fetch(session, semaphore, pace, url, rounds):
    async with semaphore, pace.item(), session.get(url, allow_redirects=False) as response:
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
        for _ in range(rounds):
            again = hashlib.sha256(again).digest()
        return page, again.hex()


async def run(job, pace):
    semaphore = asyncio.Semaphore(job["limit"])
    rounds = job.get("rehash", 0)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=trust(job)),
        timeout=aiohttp.ClientTimeout(total=job["timeout_ms"] / 1000),
        auto_decompress=False,
        raise_for_status=check_status,
    ) as session:
        urls = job["urls"]
        requests = [fetch(session, semaphore, pace, url, rounds) for url in urls]
        results = await asyncio.gather(*requests, return_exceptions=True)
    reply = {"outcomes": [outcome(page_or_error(result)) for result in results]}
    if rounds:
        answers = [result for result in results if isinstance(result, tuple)]
        reply["digests"] = [digest for _, digest in answers]
    return reply


def page_or_error(result):
    return result[0] if isinstance(result, tuple) else result


def main():
    trial = Trial()
    trial.reply(trial.run(lambda: asyncio.run(run(trial.job, trial.pace()))))


main()
