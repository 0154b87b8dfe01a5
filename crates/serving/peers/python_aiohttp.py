"""aiohttp's server: an application on a socket site, and its graceful shutdown.

aiohttp has no limit of connections; one stands in a proxy before it.
"""

import asyncio
import signal
import sys

from aiohttp import web

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import Trial
from work import Work, inherited

# The site listens again, with a queue of this length: aiohttp's own, of 128, is too short for
# clients that come at once. Where no descriptor is left, asyncio tries to accept as often in
# one turn of its loop (CPython 3.11, asyncio/selector_events.py, _accept_connection).
BACKLOG = 512


async def serve(grace, listener, stop, handle):
    """Answers what comes to `listener` with `handle`, until `stop` is set. Returns how many
    connections it had to cut after `grace` seconds."""
    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=grace)
    await runner.setup()
    await web.SockSite(runner, listener, backlog=BACKLOG).start()
    await stop.wait()
    server = runner.server
    try:
        # aiohttp waits twice for a handler; what is left is cancelled with the loop.
        await asyncio.wait_for(runner.cleanup(), grace)
    except asyncio.TimeoutError:
        return len(server.connections)
    return 0


async def run(job, listener):
    loop = asyncio.get_running_loop()
    work = Work(job)
    stop = asyncio.Event()

    def stopped():
        # The second signal ends the process.
        loop.add_signal_handler(signal.SIGTERM, sys.exit, 128 + signal.SIGTERM)
        stop.set()

    async def handle(request):
        seconds = work.wait(request.path)
        if seconds:
            await asyncio.sleep(seconds)
        return web.Response(text=work.answer(request.path))

    loop.add_signal_handler(signal.SIGTERM, stopped)
    return {"cut": await serve(job["grace_ms"] / 1000, listener, stop, handle)}


def main():
    trial = Trial()
    listener = inherited()
    trial.reply(trial.run(lambda: asyncio.run(run(trial.job, listener))))


if __name__ == "__main__":
    main()
