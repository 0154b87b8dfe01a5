"""What the peers on aiohttp share: what became of a request, and what https is verified by."""

import asyncio
import errno
import ssl
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import HttpProcessingError
from yarl import URL


def as_written(url):
    """The URL as the job has it: aiohttp would write parts of it in another way."""
    return URL(url, encoded=True)


# aiohttp's own ends with the connection that it was for, and that is given back where a body
# ends, or seems to: so each request is within one of asyncio's.
NO_TIMEOUT = aiohttp.ClientTimeout(total=None)

# Interim answers before an answer, far more than any server sends, and bytes that are parsed at
# once until the answer's head is there.
MOST_INTERIM, PART = 100, 4096

# What no body can have. aiohttp takes 2⁶⁴ − 1 for no length, and the body for an empty one.
LONGEST = 2**63 - 1


class Connection(ResponseHandler):
    """A connection that is closed if anything comes behind its answer. aiohttp looks for that
    when the body ends, before it has read on, and the next request gets what it reads then.
    It is closed, too, where only interim answers come: no timer runs while they are parsed."""

    interim, answer_body, has_surplus = 0, None, False

    def set_response_params(self, **params):
        self.interim, self.answer_body, self.has_surplus = 0, None, False
        super().set_response_params(**params)

    def feed_data(self, answer, size=0):
        message, body = answer
        if self.answer_body is not None:
            self.has_surplus = True
            return
        if not is_interim(message):
            self.answer_body = body
        elif self.interim < MOST_INTERIM:
            self.interim += 1
        else:
            if self.transport is not None:
                self.transport.close()
            self.set_exception(HttpProcessingError(message="interim answers without an end"))
            return
        super().feed_data(answer, size)

    def data_received(self, data):
        at = 0
        while self.answer_body is None and at + PART < len(data) and self.is_connected():
            self.parse(data[at : at + PART])
            at += PART
        if at == 0 or self.is_connected():
            self.parse(data[at:])

    def parse(self, data):
        was_whole = self.is_whole()
        super().data_received(data)
        self.has_surplus = self.has_surplus or (was_whole and bool(data))
        if self.is_whole() and (self.has_surplus or self.has_begun_another()):
            self.close()

    def is_whole(self):
        return self.answer_body is not None and self.answer_body.is_eof()

    def has_begun_another(self):
        """Whether the parser has a part of a head. It says so at what would be the end."""
        if self.should_close or self._parser is None:
            return False
        try:
            return self._parser.feed_eof() is not None
        except HttpProcessingError:
            return True


def is_interim(message):
    return 100 <= message.code < 200 and message.code != HTTPStatus.SWITCHING_PROTOCOLS


class Connector(aiohttp.TCPConnector):
    """Makes such connections: aiohttp has no other way to be handed their class."""

    def __init__(self, **options):
        super().__init__(**options)
        self._factory = lambda: Connection(self._loop)


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
        # Of more than 4,300 digits `int` makes no number.
        length = self.headers.get("Content-Length", "").strip().lstrip("0")
        if len(length) > len(str(LONGEST)) or int(length or 0) > LONGEST:
            protocol.close()
            raise aiohttp.ClientResponseError(
                self.request_info,
                self.history,
                status=self.status,
                message=f"Content-Length is {length[:20]}, which no body has",
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
    """The answer to a request, within its time. Where a kept connection was lost, aiohttp asks
    once more, but perhaps on another kept one that is lost as well: then it is asked for on a
    new one."""
    noted = {}
    async with asyncio.timeout(job["timeout_ms"] / 1000):
        try:
            response = await session.get(
                as_written(url), allow_redirects=False, trace_request_ctx=noted
            )
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if not noted.get("reused"):
                raise
            async with (
                aiohttp.ClientSession(
                    connector=Connector(ssl=trust(job), force_close=True),
                    timeout=NO_TIMEOUT,
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
