"""What the peers on aiohttp share: what became of a request, and what https is verified by."""

import errno
import ssl

import aiohttp


async def check_status(response):
    """For a session's `raise_for_status`: any status is an answer's, but aiohttp takes three
    digits of any kind for one."""
    if response.status < 100:
        raise aiohttp.ClientResponseError(
            response.request_info,
            response.history,
            status=response.status,
            message=f"{response.status:03} is no status",
        )


def outcome(result):
    """What became of a request, as the variants report it."""
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
    """The class of a failure, the same as the variants'."""
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
