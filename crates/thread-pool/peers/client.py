"""requests, within the job's limits: whole heads, a deadline, and trust when it is needed."""

import http.client
import http.cookiejar
import io
import re
import socket
import ssl
import threading
import time
import weakref
from contextlib import suppress
from urllib.parse import urlsplit

import requests
import urllib3


# The longest line of an answer that is kept.
MOST_LINE = 64 * 1024

# What is one, where http.client is content with less.
STATUS = re.compile(rb"HTTP/1\.[0-9] [0-9]{3}[ \r\n]")
# Of more than 4,300 digits `int` makes no number, and http.client no length.
LENGTH = re.compile(r"[ \t]*0{0,181}[0-9]{1,19}[ \t]*")
SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;.*)?\r?\n")
NO_HOST = re.compile(r"https?:/+", re.IGNORECASE)

# How long an address is waited for that has others behind it, in seconds.
PAUSE = 0.25

# Until when this thread's request may be silent.
busy = threading.local()


def limit(timeout, deadline):
    """From here on, `timeout` limits silence and heads, and `deadline` the whole."""
    Answer.timeout = timeout
    Answer.deadline = deadline and time.monotonic() + deadline
    # Of every connection, since requests has no way to hand one a class.
    urllib3.connection.HTTPConnection.response_class = Answer
    # Nor a function that connects.
    urllib3.util.connection.create_connection = connect


def wait_no_longer():
    """This thread's request begins, or its next part: it may take the time-out from here."""
    busy.ends = time.monotonic() + Answer.timeout


def is_late():
    return Answer.deadline is not None and time.monotonic() >= Answer.deadline


def connect(name, timeout, *args, of_one=urllib3.util.connection.create_connection, **kwargs):
    """urllib3 waits for every address of a name as long as for a name that has one."""
    host, port = name
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except UnicodeError:
        found = []
    for *_, address in found[:-1]:
        try:
            connected = of_one(address[:2], min(timeout, PAUSE), *args, **kwargs)
        except OSError:
            continue
        connected.settimeout(timeout)
        return connected
    return of_one(found[-1][-1][:2] if found else name, timeout, *args, **kwargs)


def session(context):
    session = Session()
    session.trust_env = False
    # As no other client here does, it would send back what an answer asks it to keep.
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.max_redirects = 10
    session.headers["Accept-Encoding"] = "identity"
    session.mount("https://", Trusting(context))
    return session


def get(session, url, timeout):
    """The head of the answer. What is lost on a kept connection before a byte of its answer
    has come is asked for once more; the connection is gone then, so on a new one."""
    wait_no_longer()
    busy.is_stale = False
    try:
        return session.get(url, stream=True, timeout=timeout)
    except requests.ConnectionError:
        if not busy.is_stale:
            raise
    return session.get(url, stream=True, timeout=timeout)


class Timed(io.RawIOBase):
    """What a socket sends, read by read: none waits longer than `time_left` says."""

    def __init__(self, sock, time_left):
        self.socket, self.time_left = sock, time_left
        self.raw = sock.makefile("rb", buffering=0)
        self.has_come = self.is_over = False

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.is_over:
            return 0
        left = self.time_left()
        if left <= 0:
            raise TimeoutError("timed out")
        self.socket.settimeout(left)
        count = self.raw.readinto(buffer)
        self.has_come = self.has_come or bool(count)
        return count

    def close(self):
        self.raw.close()
        super().close()


class Lines(io.BufferedReader):
    """Lines of bounded length, also where urllib3 asks for one of any."""

    # Whether the connection has ended before a line did.
    is_cut = False

    @property
    def has_come(self):
        """Whether any byte has."""
        return self.raw.has_come

    def cut_if_more_has_come(self):
        """Shuts down a connection of which more was read than its answer: http.client would
        drop that, and take what follows for the next one's. urllib3 looks at the socket
        alone, where neither this buffer nor a half-read record of TLS is seen."""
        self.raw.is_over = True
        sock = self.raw.socket
        if self.peek(1) or (isinstance(sock, ssl.SSLSocket) and sock.pending()):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def readline(self, size=-1):
        line = super().readline(MOST_LINE if size is None or size < 0 else size)
        if len(line) == MOST_LINE:
            raise http.client.LineTooLong("line")
        self.is_cut = not line.endswith(b"\n")
        return line


class Answer(http.client.HTTPResponse):
    """A socket's time-out begins anew with each read; here it is that of all reads until
    something has come of them: the head, redirects included, or a part of the body. And
    nothing is read after the deadline."""

    timeout = deadline = None
    # The sockets that have brought an answer.
    kept = weakref.WeakSet()

    def __init__(self, sock, *args, **kwargs):
        super().__init__(sock, *args, **kwargs)
        self.is_reused = sock in self.kept
        self.kept.add(sock)
        self.fp.close()
        self.fp = Lines(Timed(sock, self.time_left))

    def begin(self):
        try:
            super().begin()
        except (http.client.RemoteDisconnected, ConnectionError):
            busy.is_stale = self.is_reused and not self.fp.has_come
            raise
        # http.client passes over 100 alone, and would take what follows another interim
        # answer for the next request's.
        while 100 <= self.status < 200 and self.status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers = None
            super().begin()
        self.check_framing()

    def _close_conn(self):
        if isinstance(self.fp, Lines):
            self.fp.cut_if_more_has_come()
        super()._close_conn()

    def check_framing(self):
        """http.client takes whatever `int` takes for a length, anything else for none, and the
        end of the connection for the head's."""
        if self.fp.is_cut:
            raise http.client.IncompleteRead(b"")
        lengths = self.headers.get_all("content-length", [])
        codings = self.headers.get_all("transfer-encoding", [])
        if [coding.strip().lower() for coding in codings] == ["chunked"]:
            self.chunked, self.chunk_left, self.length = True, None, None
            self.will_close = self._check_close()
        elif codings:
            raise http.client.HTTPException(f"no coding that is known: {codings}")
        elif len(set(lengths)) > 1 or not all(map(LENGTH.fullmatch, lengths)):
            raise http.client.HTTPException(f"no length: {lengths}")
        if self.headers.defects:
            raise http.client.HTTPException(f"no header: {self.headers.defects}")

    def _read_status(self):
        line = self.fp.readline()
        rest, self.fp = self.fp, io.BytesIO(line)
        try:
            status = super()._read_status()
        finally:
            self.fp = rest
        if STATUS.match(line):
            return status
        raise http.client.BadStatusLine(repr(line))

    def _get_chunk_left(self):
        if self.chunk_left == 0:
            if self._safe_read(2) != b"\r\n":
                self._close_conn()
                raise http.client.HTTPException("a chunk that does not end")
            self.chunk_left = None
        return super()._get_chunk_left()

    def _read_next_chunk_size(self):
        line = self.fp.readline()
        if size := SIZE.fullmatch(line):
            return int(size[1], 16)
        self._close_conn()
        if not line.endswith(b"\n"):
            raise http.client.IncompleteRead(b"")
        raise http.client.HTTPException(f"no chunk's size: {line[:80]}")

    def time_left(self):
        left = busy.ends - time.monotonic()
        return left if self.deadline is None else min(left, self.deadline - time.monotonic())


class Trusting(requests.adapters.HTTPAdapter):
    """requests takes certificates as files only, a context of ssl's from here: made when
    a first URL or redirect is https, since reading the system's roots takes a while."""

    def __init__(self, context):
        self.context = context
        super().__init__()

    def build_connection_pool_key_attributes(self, *args, **kwargs):
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {**pool, "ssl_context": self.context()}


class Session(requests.Session):
    """Follows redirects, but never from https to http."""

    def get_redirect_target(self, response):
        target = super().get_redirect_target(response)
        if target:
            # Its body is of no interest, and may never end.
            response._content = b""
            response.raw.close()
            target = target.strip()
            # It would lead to where it comes from.
            if NO_HOST.fullmatch(target):
                raise requests.exceptions.InvalidURL(f"{target!r}: a Location without a host")
        if target and urlsplit(response.url).scheme == "https":
            if urlsplit(target).scheme == "http":
                raise requests.exceptions.InvalidSchema(f"{target}: redirected off https")
        return target


def trust(job):
    """What https is verified by: the system's roots, and more where the job says so."""
    context = ssl.create_default_context()
    if "cacert" in job:
        context.load_verify_locations(cadata=job["cacert"])
    return context
