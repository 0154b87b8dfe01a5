"""asyncio.Semaphore over aiohttp: fetch every URL, at most so many at once."""

import asyncio
import errno
import hashlib
import ssl
import sys

import aiohttp

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial


async def fetch(session, semaphore, url):
    async with semaphore, session.get(url, allow_redirects=False) as response:
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


def outcome(result):
    """What became of a request, as the other variants tell it."""
    match result:
        case dict():
            return {"ok": result}
        case TimeoutError():
            return "timed_out"
        case aiohttp.ClientError() | OSError():
            why = f"{type(result).__name__}: {result}"
            return {"failed": {"class": failure(result), "why": why}}
        case _:
            return {"panicked": str(result)}


def failure(error):
    """The class of a failure, the same as the other variants'."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "certificate"
        case aiohttp.ClientSSLError():
            return "malformed"
        case OSError(errno=errno.ECONNREFUSED):
            return "refused"
        case OSError(errno=errno.ECONNRESET | errno.EPIPE):
            return "reset"
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return "descriptors"
        # Of a reset in the body, aiohttp keeps the words alone.
        case aiohttp.ClientPayloadError() if "ConnectionResetError" in str(error):
            return "reset"
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return "truncated"
        case aiohttp.ClientResponseError():
            return "malformed"
        case _:
            return "other"


def trust(job):
    """What https is verified by: aiohttp's choice, the system's roots, or more than that."""
    if "cacert" not in job:
        return True
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=job["cacert"])
    return context


async def run(job):
    semaphore = asyncio.Semaphore(job["limit"])
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=trust(job)),
        timeout=aiohttp.ClientTimeout(total=job["timeout_ms"] / 1000),
        auto_decompress=False,
    ) as session:
        requests = [fetch(session, semaphore, url) for url in job["urls"]]
        results = await asyncio.gather(*requests, return_exceptions=True)
    return {"outcomes": [outcome(result) for result in results]}


def main():
    trial = Trial()
    trial.reply(trial.run(lambda: asyncio.run(run(trial.job))))


main()
