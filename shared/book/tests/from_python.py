"""What "From Python to Rust" says of Python: each function holds one claim."""

import asyncio
import contextvars
import concurrent.futures
import functools
import inspect
import multiprocessing.pool
import os
import subprocess
import sys
import threading
import time


async def gather_leaves_the_others_running():
    done = []

    async def work(seconds, fails):
        await asyncio.sleep(seconds)
        if fails:
            raise ValueError
        done.append(seconds)

    try:
        await asyncio.gather(work(0, True), work(0.02, False))
    except ValueError:
        pass
    assert not done
    await asyncio.sleep(0.1)
    assert done


async def wait_for_waits_for_the_end():
    ended = []

    async def slow_to_end():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            ended.append(True)

    try:
        await asyncio.wait_for(slow_to_end(), timeout=0.01)
        raise AssertionError("it took no time")
    except TimeoutError:
        assert ended


async def wait_cancels_nothing():
    task = asyncio.create_task(asyncio.sleep(0.02))
    done, pending = await asyncio.wait([task], timeout=0.001)
    assert not done and pending == {task}
    await task
    assert not task.cancelled()


async def a_coroutine_can_refuse_to_be_cancelled():
    async def stubborn():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "still here"

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "still here"


async def a_group_raises_all_that_failed():
    async def fails():
        raise ValueError

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            group.create_task(fails())
    except ExceptionGroup as error:
        assert len(error.exceptions) == 2
        return
    raise AssertionError("nothing was raised")


async def a_cancelled_waiter_leaves_a_barrier():
    barrier = asyncio.Barrier(2)
    gone = asyncio.create_task(barrier.wait())
    await asyncio.sleep(0.01)
    assert barrier.n_waiting == 1
    gone.cancel()
    await asyncio.sleep(0.01)
    assert barrier.n_waiting == 0


async def a_cancelled_read_loses_nothing():
    reader = asyncio.StreamReader()
    reader.feed_data(b"he")
    try:
        await asyncio.wait_for(reader.readexactly(4), timeout=0.01)
        raise AssertionError("there were two bytes")
    except TimeoutError:
        pass
    reader.feed_data(b"ad, body")
    assert await reader.readexactly(4) == b"head"


async def a_line_of_more_than_64_kib_is_refused():
    reader = asyncio.StreamReader()
    reader.feed_data(b"x" * (2**16 + 1) + b"\n")
    try:
        await reader.readline()
        raise AssertionError("it was read")
    except ValueError:
        pass


async def a_task_gets_a_copy_of_the_context():
    number = contextvars.ContextVar("number", default=0)
    number.set(7)

    async def inner():
        seen = number.get()
        number.set(8)
        return seen

    assert await asyncio.create_task(inner()) == 7
    assert number.get() == 7
    assert await asyncio.to_thread(number.get) == 7


async def a_queue_of_size_0_has_no_limit():
    queue = asyncio.Queue(maxsize=0)
    for number in range(1000):
        queue.put_nowait(number)
    assert queue.qsize() == 1000


async def debug_mode_reports_what_takes_100_ms():
    assert asyncio.get_running_loop().slow_callback_duration == 0.1


def an_exception_of_a_thread_is_not_raised_by_join():
    threading.excepthook = lambda args: None
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    assert thread.join() is None


def a_call_that_runs_is_not_cancelled():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        runs = pool.submit(time.sleep, 0.05)
        waits = pool.submit(time.sleep, 0)
        time.sleep(0.01)
        assert not runs.cancel() and waits.cancel()


def map_submits_everything_at_once():
    taken = []

    def items():
        for item in range(20):
            taken.append(item)
            yield item

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.map(abs, items())
        assert len(taken) == 20


def a_pool_raises_when_all_else_is_done():
    done = []

    def work(item):
        if item == 0:
            raise ValueError
        time.sleep(0.01)
        done.append(item)

    with multiprocessing.pool.ThreadPool(2) as pool:
        try:
            pool.map(work, range(6), chunksize=3)
            raise AssertionError("nothing was raised")
        except ValueError:
            assert done == [3, 4, 5]


def a_time_out_of_a_future_is_the_built_in_one():
    assert concurrent.futures.TimeoutError is TimeoutError
    assert asyncio.TimeoutError is TimeoutError


def a_cache_computes_twice_what_two_threads_ask_for_at_once():
    both = threading.Barrier(2)
    calls = []

    @functools.lru_cache(maxsize=None)
    def load(key):
        calls.append(key)
        both.wait(20)
        return key

    threads = [threading.Thread(target=load, args=("a",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == ["a", "a"]


async def a_cache_of_a_coroutine_function_keeps_the_coroutine():
    @functools.lru_cache(maxsize=None)
    async def load(key):
        return key

    assert await load("a") == "a"
    try:
        await load("a")
        raise AssertionError("it was awaited again")
    except RuntimeError:
        pass


async def a_full_queue_refuses_put_nowait():
    queue = asyncio.Queue(1)
    queue.put_nowait(1)
    try:
        queue.put_nowait(2)
        raise AssertionError("it was taken")
    except asyncio.QueueFull:
        pass


def start_methods_are_as_said():
    expected = "fork" if sys.version_info < (3, 14) else "forkserver"
    assert sys.platform != "linux" or multiprocessing.get_start_method() == expected


def communicate_leaves_the_child_running():
    child = subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE)
    try:
        child.communicate(timeout=0.01)
        raise AssertionError("it ended")
    except subprocess.TimeoutExpired:
        assert child.poll() is None
    finally:
        child.kill()
        child.communicate()
    assert child.returncode == -9


def communicate_again_returns_all_of_the_output():
    command = ["sh", "-c", "echo begun; exec sleep 60"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        child.communicate(timeout=1)
        raise AssertionError("it ended")
    except subprocess.TimeoutExpired:
        child.kill()
    assert child.communicate()[0] == b"begun\n"


def a_pool_waits_for_what_a_lost_worker_owed():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        lost = pool.apply_async(os._exit, [1])
        assert pool.apply(abs, [-1]) == 1
        try:
            lost.get(timeout=0.5)
            raise AssertionError("it came")
        except multiprocessing.TimeoutError:
            pass


if sys.version_info < (3, 11):
    print("too old for TaskGroup, timeout and Barrier")
    sys.exit()

claims = [
    function
    for function in list(globals().values())
    if inspect.isfunction(function) and function.__module__ == "__main__"
]
for claim in claims:
    if inspect.iscoroutinefunction(claim):
        asyncio.run(claim())
    else:
        claim()
print(f"{len(claims)} claims hold")
