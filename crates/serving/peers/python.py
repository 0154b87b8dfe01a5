"""asyncio's streams: a task for each connection, which answers its requests in turn.

asyncio.start_server accepts all that come, and can't be paused. So the socket's reader is
registered only while there is a place, as asyncio does itself when it runs out of descriptors.
"""

import asyncio
import contextlib
import http
import signal
import sys
from email.utils import formatdate

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial
from work import Work, inherited

# Bytes of a request's head.
MOST_HEAD = 16 * 1024
# Seconds without accepting, after a connection that could not be accepted.
PAUSE = 0.01
# Turns of the loop after which the first bytes of a connection have been read.
TURNS_TO_FIRST_READ = 8


class Refused(Exception):
    """A request that is not handled; its connection ends with this status."""


class Server:
    """Answers what comes to `listener` with `handle`, on at most `connections` at once."""

    def __init__(self, connections, listener, handle):
        self.connections = connections
        self.listener = listener
        self.handle = handle
        self.loop = asyncio.get_running_loop()
        self.stopping = False
        self.tasks = set()
        # The connections that wait for the head of a request.
        self.idle = set()

    def accept_while_there_are_places(self):
        if self.stopping:
            return
        if len(self.tasks) < self.connections:
            self.loop.add_reader(self.listener, self.accept)
        else:
            self.loop.remove_reader(self.listener)

    def accept(self):
        try:
            client, _ = self.listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError:
            # No descriptor is left: the socket stays readable, so the loop would spin.
            self.loop.remove_reader(self.listener)
            self.loop.call_later(PAUSE, self.accept_while_there_are_places)
            return
        client.setblocking(False)
        task = self.loop.create_task(self.converse(client))
        self.tasks.add(task)
        task.add_done_callback(self.ended)
        self.accept_while_there_are_places()

    def ended(self, task):
        self.tasks.discard(task)
        self.accept_while_there_are_places()

    async def converse(self, client):
        reader, writer = await asyncio.open_connection(sock=client, limit=MOST_HEAD)
        try:
            is_kept = True
            while is_kept:
                self.idle.add(writer)
                head = await reader.readuntil(b"\r\n\r\n")
                self.idle.discard(writer)
                status, body, is_kept = await self.answer(head)
                is_kept = is_kept and not self.stopping
                writer.write(response(status, body, is_kept))
                await writer.drain()
                # Requests that stand in the buffer take turns with other connections.
                await asyncio.sleep(0)
        except asyncio.LimitOverrunError:
            writer.write(response(431, "", False))
        except (asyncio.IncompleteReadError, OSError):
            # The client has ended it, or the server has while it was idle.
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            self.idle.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def answer(self, head):
        """The status, the body, and whether the connection is kept."""
        try:
            path, is_kept = parse(head)
            return 200, await self.handle(path), is_kept
        except Refused as refused:
            return refused.args[0], "", False
        except Exception:
            # A bug in the handler is the affair of this request.
            return 500, "", False

    async def drain(self, grace):
        """Accepts no more, and answers each request that was sent before. Returns how many
        connections it had to cut after `grace` seconds."""
        self.stopping = True
        self.loop.remove_reader(self.listener)
        self.listener.close()
        # What has arrived is read first, and its connection is not idle any more.
        for _ in range(TURNS_TO_FIRST_READ):
            await asyncio.sleep(0)
        for writer in self.idle:
            writer.close()
        if not self.tasks:
            return 0
        _, cut = await asyncio.wait(self.tasks, timeout=grace)
        for task in cut:
            task.cancel()
        await asyncio.gather(*cut, return_exceptions=True)
        return len(cut)


def parse(head):
    """The path of a request, and whether the client wants the connection to be kept."""
    request, *lines = head.decode("latin-1").split("\r\n")[:-2]
    try:
        _, path, version = request.split(" ")
        headers = {
            name.lower(): value.strip()
            for name, value in (line.split(":", 1) for line in lines)
        }
    except ValueError:
        raise Refused(400) from None
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise Refused(400)
    if "transfer-encoding" in headers or headers.get("content-length", "0") != "0":
        raise Refused(501)
    wishes = headers.get("connection", "").lower().split(",")
    is_kept = version == "HTTP/1.1" and "close" not in map(str.strip, wishes)
    return path, is_kept


def response(status, body, is_kept):
    phrase = http.HTTPStatus(status).phrase
    close = "" if is_kept else "Connection: close\r\n"
    return (
        f"HTTP/1.1 {status} {phrase}\r\nDate: {formatdate(usegmt=True)}\r\n"
        f"Content-Length: {len(body)}\r\n{close}\r\n{body}"
    ).encode("latin-1")


async def run(job, listener):
    loop = asyncio.get_running_loop()
    work = Work(job)
    stop = asyncio.Event()

    def stopped():
        # The second signal ends the process.
        loop.add_signal_handler(signal.SIGTERM, sys.exit, 128 + signal.SIGTERM)
        stop.set()

    async def handle(path):
        seconds = work.wait(path)
        if seconds:
            await asyncio.sleep(seconds)
        return work.answer(path)

    loop.add_signal_handler(signal.SIGTERM, stopped)
    server = Server(job["connections"], listener, handle)
    server.accept_while_there_are_places()
    await stop.wait()
    return {"cut": await server.drain(job["grace_ms"] / 1000)}


def main():
    trial = Trial()
    listener = inherited()
    trial.reply(trial.run(lambda: asyncio.run(run(trial.job, listener))))


if __name__ == "__main__":
    main()
