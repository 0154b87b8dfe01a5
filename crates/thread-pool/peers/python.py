"""ThreadPoolExecutor and as_completed over requests: download files, as they land."""

import errno
import functools
import http.client
import itertools
import os
import ssl
import stat
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import Path

import requests
import urllib3

import client

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial

PART = 64 * 1024

# Bytes of a file's name.
LONGEST = 255


class Unnamed(Exception):
    """No file can have that name."""


class Unsaved(Exception):
    """The file can't be written; the cause says why."""


class Stopped(Exception):
    """Still under way at the deadline."""


class Downloads:
    """The files of one job, to be downloaded from any thread."""

    def __init__(self, job):
        self.job = job
        self.folder = Path(job["saving"]["dir"])
        if job["saving"]["sync"]:
            # Opened first, so that no file stands that can't be flushed.
            self.opened = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        self.contexts = functools.cache(lambda: client.trust(job))
        self.stopped = threading.Event()
        self.sessions = threading.local()
        self.lock = threading.Lock()
        self.taken = {name["Ok"] for name in job["names"] if "Ok" in name}
        self.timeout = job["timeout_ms"] / 1000
        client.limit(self.timeout, job["deadline_ms"] and job["deadline_ms"] / 1000)

    def context(self):
        """One for all threads."""
        with self.lock:
            return self.contexts()

    def fetch(self, place):
        if self.stopped.is_set() or client.is_late():
            return "cancelled"
        url, name = self.job["urls"][place], self.job["names"][place]
        if "Err" in name:
            raise Unnamed(name["Err"])
        name = name["Ok"]
        force = self.job["saving"]["force"]
        if force:
            self.check_replaceable(name)
        elif self.stands(name):
            return {"ok": {"kept": {"name": name}}}
        with client.get(self.session(), url, self.timeout) as response:
            if not 200 <= response.status_code < 300:
                raise requests.HTTPError(f"the status is {response.status_code}")
            given = name_of(response.headers.get("content-disposition"))
            if given is not None and given != name:
                # The user has not named it, so it replaces nothing.
                name, force = self.take(given, place), False
                if self.stands(name):
                    return {"ok": {"kept": {"name": name}}}
            return self.save(url, name, force, response)

    def session(self):
        """This thread's own: requests doesn't say that one can be shared."""
        if not hasattr(self.sessions, "own"):
            self.sessions.own = client.session(self.context)
        return self.sessions.own

    def stands(self, name):
        """Whether a file stands there, or a link to one."""
        path = self.folder / name
        if os.path.lexists(path) and not os.path.isfile(path):
            raise Unnamed(f"what stands under the name {name!r} is no file, and stays")
        return os.path.isfile(path)

    def check_replaceable(self, name):
        """Nothing may be replaced, or a plain file: no link, wherever it leads."""
        with suppress(OSError):
            if not stat.S_ISREG(os.lstat(self.folder / name).st_mode):
                raise Unnamed(f"what stands under the name {name!r} is no plain file, and stays")

    def take(self, name, place):
        """Gives away a name, with a number behind it if another file has it."""
        numbered = (f"{name}.{number}" for number in itertools.count(place + 1))
        with self.lock:
            if name in self.taken:
                name = next(name for name in numbered if name not in self.taken)
            if len(os.fsencode(name)) > LONGEST:
                raise Unnamed(f"the answer's name with a number, {name!r}, is too long")
            self.taken.add(name)
        return name

    def save(self, url, name, force, response):
        """Writes the body under a hidden name; it gets its own when it is whole."""
        length = 0
        try:
            file = tempfile.NamedTemporaryFile(
                dir=self.folder, prefix=".", suffix=".unfinished", delete=False
            )
        except OSError as error:
            raise Unsaved(name) from error
        try:
            if "/note/panic" in url:
                raise AssertionError(f"asked to panic by {url}")
            # iter_content would wait until each part is full.
            while part := self.next_part(response):
                if self.stopped.is_set():
                    raise Stopped(url)
                try:
                    file.write(part)
                except OSError as error:
                    raise Unsaved(name) from error
                length += len(part)
            return self.keep(file, name, force, length)
        finally:
            # What is left in its buffer is written once more, and fails again.
            with suppress(OSError):
                file.close()
            Path(file.name).unlink(missing_ok=True)

    def next_part(self, response):
        client.wait_no_longer()
        return response.raw.read1(PART)

    def keep(self, file, name, force, length):
        sync, final = self.job["saving"]["sync"], self.folder / name
        try:
            file.flush()
            if sync:
                os.fsync(file.fileno())
            if force:
                self.check_replaceable(name)
                os.replace(file.name, final)
            else:
                # Fails if the name is taken, which a rename does not.
                os.link(file.name, final)
            if sync:
                os.fsync(self.opened)
        except FileExistsError:
            self.stands(name)
            return {"ok": {"kept": {"name": name}}}
        except OSError as error:
            raise Unsaved(name) from error
        return {"ok": {"saved": {"name": name, "bytes": length}}}


def name_of(disposition):
    """The file name in a Content-Disposition header, if there is one."""
    if disposition is None:
        return None
    # http.client takes headers for Latin-1: they are by the book, and UTF-8 in life.
    with suppress(UnicodeError):
        disposition = disposition.encode("latin-1").decode()
    message = Message()
    message["content-disposition"] = disposition
    params = message.get_params([], "content-disposition")
    names = [value for key, value in params if key.lower() == "filename"]
    if not names:
        return None
    # `filename*` is a tuple here, and goes before `filename`.
    name = collapse_rfc2231_value(max(names, key=lambda name: isinstance(name, tuple)))
    if name == "" or name.startswith(".") or set(name) & set("/\\\0") or len(os.fsencode(name)) > LONGEST:
        raise Unnamed(f"the answer names its file {name!r}; fetch it under another URL")
    return name


def outcome(future):
    """What became of a file, as the other variants report it."""
    error = future.exception()
    if error is None:
        return future.result()
    # requests leaves some odd addresses and names to Python's parsers.
    known = requests.RequestException, urllib3.exceptions.HTTPError, ValueError, LookupError
    if not isinstance(error, (*known, Unnamed, Unsaved, Stopped)):
        return {"panicked": str(error)}
    kind = failure(error)
    if kind == "timed_out":
        return kind
    cause = f", {error.__cause__}" if isinstance(error, Unsaved) else ""
    why = " ".join(f"{type(error).__name__}: {error}{cause}".split())
    return {"failed": {"class": kind, "why": why}}


def failure(error):
    """The class of a failure, the same as the other variants'."""
    causes = list(causes_of(error))
    numbers = {cause.errno for cause in causes if isinstance(cause, OSError)}

    def has(*kinds):
        return any(isinstance(cause, kinds) for cause in causes)

    def is_late(cause):
        # urllib3 has both a connection that took too long and one that failed as time-outs.
        late = Stopped, TimeoutError, urllib3.exceptions.TimeoutError, requests.Timeout
        failed = urllib3.exceptions.NewConnectionError
        return isinstance(cause, late) and not isinstance(cause, failed)

    if has(Unsaved) and not numbers & {errno.EMFILE, errno.ENFILE}:
        return "disk"
    if has(Unnamed):
        return "name"
    if has(requests.HTTPError):
        return "status"
    if errno.ECONNREFUSED in numbers:
        return "refused"
    if numbers & {errno.EMFILE, errno.ENFILE}:
        return "descriptors"
    # Before resets: of a server that closes without an answer, http.client makes one.
    if has(http.client.RemoteDisconnected, http.client.IncompleteRead):
        return "truncated"
    if has(urllib3.exceptions.IncompleteRead, urllib3.exceptions.InvalidChunkLength):
        return "truncated"
    if numbers & {errno.ECONNRESET, errno.EPIPE}:
        return "reset"
    if any(map(is_late, causes)):
        return "timed_out"
    if has(ssl.SSLCertVerificationError):
        return "certificate"
    if has(http.client.HTTPException, ssl.SSLError):
        return "malformed"
    if has(requests.exceptions.InvalidURL):
        return "malformed"
    if not has(requests.RequestException) and has(ValueError, LookupError):
        return "malformed"
    return "other"


def causes_of(error):
    """The error, and what it was made of: not all of it is kept as a cause."""
    yield error
    parts = {error.__cause__, error.__context__, getattr(error, "reason", None)}
    for part in parts.union(error.args):
        if isinstance(part, Exception) and part is not error:
            yield from causes_of(part)


def run(job, spans):
    downloads = Downloads(job)
    fetch = timed(downloads.fetch, spans) if spans is not None else downloads.fetch
    reports = []

    def report(future):
        reports.append({"place": places[future], "outcome": outcome(future)})

    limit = job["deadline_ms"] and job["deadline_ms"] / 1000
    with ThreadPoolExecutor(job["workers"], "download") as pool:
        places = {pool.submit(fetch, place): place for place in range(len(job["urls"]))}
        left = set(places)
        try:
            for future in as_completed(places, limit):
                left.discard(future)
                report(future)
        except TimeoutError:
            downloads.stopped.set()
            for future in as_completed(left):
                report(future)
    return {"reports": reports}


def timed(fetch, spans):
    """The same, with a span, where spans are asked for."""

    def fetch_timed(place):
        start = time.monotonic_ns()
        try:
            return fetch(place)
        finally:
            lane = threading.current_thread().name
            end = time.monotonic_ns()
            spans.append({"task": str(place), "lane": lane, "start": start, "end": end})

    return fetch_timed


def main():
    trial = Trial()
    spans = [] if trial.wants_spans else None
    output = trial.run(lambda: run(trial.job, spans))
    trial.reply(output, spans)


main()
