"""requests, within the job's limits: whole heads, a deadline, and trust when it is needed."""

import http.client
import io
import ssl
import time
from urllib.parse import urlsplit

import requests
import urllib3


def limit(timeout, deadline):
    """From here on, these seconds of silence or of a head, and so many in all, if any."""
    Answer.timeout = timeout
    Answer.deadline = deadline and time.monotonic() + deadline
    # Of every connection, since requests has no way to hand one a class.
    urllib3.connection.HTTPConnection.response_class = Answer


def is_late():
    return Answer.deadline is not None and time.monotonic() >= Answer.deadline


def session(context):
    session = Session()
    session.trust_env = False
    session.max_redirects = 10
    session.headers["Accept-Encoding"] = "identity"
    session.mount("https://", Trusting(context))
    return session


class Timed(io.RawIOBase):
    """What a socket sends, read by read: none waits longer than `time_left` says."""

    def __init__(self, socket, time_left):
        self.socket, self.time_left = socket, time_left
        self.raw = socket.makefile("rb", buffering=0)

    def readable(self):
        return True

    def readinto(self, buffer):
        left = self.time_left()
        if left <= 0:
            raise TimeoutError("timed out")
        self.socket.settimeout(left)
        return self.raw.readinto(buffer)

    def close(self):
        self.raw.close()
        super().close()


class Answer(http.client.HTTPResponse):
    """A socket's time-out begins anew with each read; here it is the whole head's as well,
    and nothing is read after the deadline."""

    timeout = deadline = None

    def __init__(self, sock, *args, **kwargs):
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(Timed(sock, self.time_left))
        self.head_ends = time.monotonic() + self.timeout

    def begin(self):
        super().begin()
        self.head_ends = None

    def time_left(self):
        now = time.monotonic()
        left = self.timeout if self.head_ends is None else self.head_ends - now
        return left if self.deadline is None else min(left, self.deadline - now)


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
