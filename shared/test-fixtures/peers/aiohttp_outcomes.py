"""What the peers on aiohttp share: what became of a request, and what https is verified by."""

import asyncio
import errno
import ssl
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
from yarl import URL


def as_written(url):
    """The URL as the job has it: aiohttp would write parts of it in another way."""
    return URL(url, encoded=True)


# What no body can have. aiohttp takes 2⁶⁴ − 1 for no length, and the body for an empty one.
LONGEST = 2**63 - 1


class Answer(aiohttp.ClientResponse):
    """An answer behind which no other comes where it is 101: what follows is another
    protocol. aiohttp would keep the connection if no `Upgrade` names one. A length that is
    none is refused."""

    async def start(self, connection):
        # The connection has none any more once it is kept.
        protocol = connection.protocol
        await super().start(connection)
        if self.status == HTTPStatus.SWITCHING_PROTOCOLS:
            protocol.close()
        if (self.content_length or 0) > LONGEST:
            protocol.close()
            raise aiohttp.ClientResponseError(
                self.request_info,
                self.history,
                status=self.status,
                message=f"Content-Length is {self.content_length}, which no body has",
            )
        return self


def noting_reuse():
    """For a session's `trace_configs`: notes in each request's context whether the latest
    connection that it had has served others before."""

    async def reused(_session, context, _params):
        context.trace_request_ctx["reused"] = True

    async def made(_session, context, _params):
        context.trace_request_ctx["reused"] = False

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(reused)
    trace.on_connection_create_end.append(made)
    return [trace]


@asynccontextmanager
async def answer(session, job, url):
    """The answer to a request. Where a kept connection was lost, aiohttp asks once more, but
    perhaps on another kept one that is lost as well: then it is asked for on a new one."""
    clock = asyncio.get_running_loop().time
    ends, noted = clock() + job["timeout_ms"] / 1000, {}
    try:
        response = await session.get(
            as_written(url), allow_redirects=False, trace_request_ctx=noted
        )
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
        if not noted.get("reused"):
            raise
        connector = aiohttp.TCPConnector(ssl=trust(job), force_close=True)
        timeout = aiohttp.ClientTimeout(total=max(ends - clock(), 0.001))
        async with (
            aiohttp.ClientSession(
                connector=connector,
                timeout=timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                raise_for_status=check_status,
                response_class=Answer,
            ) as fresh,
            fresh.get(as_written(url), allow_redirects=False) as response,
        ):
            yield response
            return
    async with response:
        yield response


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
        # Python's look-up refuses some names as no text that IDNA can encode.
        case aiohttp.ClientError() | OSError() | UnicodeError():
            why = f"{type(result).__name__}: {result}"
            return {"failed": {"class": failure(result), "why": why}}
        case _:
            return {"panicked": str(result)}


def failure(error):
    """The class of a failure, the same as the variants'."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "certificate"
        case aiohttp.ClientSSLError() | aiohttp.ClientOSError(__cause__=ssl.SSLError()):
            return "malformed"
        case OSError(errno=errno.ECONNREFUSED):
            return "refused"
        case OSError(errno=errno.ECONNRESET | errno.EPIPE):
            return "reset"
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return "descriptors"
        # Of what ends the connection in the body, aiohttp keeps the words alone.
        case aiohttp.ClientPayloadError() if "ConnectionResetError" in str(error):
            return "reset"
        case aiohttp.ClientPayloadError() if "SSLError" in str(error):
            return "malformed"
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
