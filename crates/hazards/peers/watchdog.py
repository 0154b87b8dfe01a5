"""A process a piece, and a watchdog that kills it once it hangs."""

import itertools
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time

sys.path.append(sys.path[0] + "/../../../shared/test-fixtures/peers")
from peer_trial import end_by
from peer_workers import ending

# A piece hangs if its time is up and none of its threads has run for so long.
STILL = 0.1
# One that is still at work after so long is killed, too.
PATIENCE = 30 * 10**9
# What is not certain to come out as it should is tried over and over for so long.
TRYING = 1.0
# So many switches of threads are too many.
SWITCHES_A_TURN = 0.5
# So much of what comes again in a fourth of the pause comes at once.
STORM = 0.75


def is_worth_another(job, hazard, cure, value, record):
    """A failing piece with the right result, or what was late for want of a core."""
    most = 0.8 * job["block_ms"] * 10**6
    if hazard == "blocked-executor":
        beats = record["beats"]
        gap = max(later - beat for beat, later in zip(beats, beats[1:]))
        return cure == (gap >= 5 * 10**6 + most)
    if hazard == "starved-deadline":
        (start, end), = record["blocks"]
        return cure == (end - start >= most)
    if hazard == "retry-storm":
        retries, moment = record["retries"], job["block_ms"] * 125_000
        at_once = max(sum(0 <= at - first < moment for at in retries) for first in retries)
        return cure == (at_once >= STORM * len(retries))
    if cure:
        return False
    if hazard == "lost-update":
        return value == job["increments"] * job["workers"]
    if hazard == "cancelled-send":
        return value > job["messages"] + 1
    if hazard == "grandchildren":
        return not record["survivors"]
    return hazard == "two-locks" or (hazard == "cancelled-read" and value == job["messages"])


def survives(pid, cure):
    """Whether a process is there still, and is no zombie; then it is killed."""
    until = time.monotonic() + (1 if cure else 0.02)
    while True:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                state = stat.read().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        if state in "ZX":
            return False
        if time.monotonic() >= until:
            os.kill(pid, signal.SIGKILL)
            return True
        time.sleep(0.001)


def end_with_parent():
    """Ends this process when its input does: then its watchdog is gone."""
    sys.stdin.read()
    os._exit(1)


def serve(pieces, record, hazard, kind):
    """A piece's process: reports when an attempt begins, and how the last one ended."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_parent, daemon=True).start()
    started = time.monotonic()
    for attempt in itertools.count(1):
        for times in record.values():
            times.clear()
        print("begun", flush=True)
        begun = time.monotonic_ns()
        try:
            value = pieces[hazard](job, kind == "cure")
        except Exception as error:
            # Threads that are there already may wait for one that can't be started.
            end_by(error)
        nanos = time.monotonic_ns() - begun
        if hazard == "grandchildren" and survives(value, kind == "cure"):
            record["survivors"].append(value)
        if time.monotonic() - started > TRYING:
            break
        if not is_worth_another(job, hazard, kind == "cure", value, record):
            break
    ended = {"done": value}
    said = {"ended": ended, "attempts": attempt, "nanos": nanos, "record": record}
    print(json.dumps(said), flush=True)
    os._exit(0)


def asleep(pid):
    """How often each thread has stopped running, or None if one is not asleep."""
    switches = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/status") as status:
                fields = dict(line.split(":", 1) for line in status)
        except (FileNotFoundError, ProcessLookupError):
            # It has ended since it was listed, so something moves.
            return None
        if fields["State"].split()[0] != "S":
            return None
        switches[thread] = (fields["voluntary_ctxt_switches"], fields["nonvoluntary_ctxt_switches"])
    return switches


def watch(job, hazard, kind):
    """Runs a piece; a cure that others took the core from too often once more, for a while."""
    started, attempts = time.monotonic(), 0
    while True:
        watched = watch_once(job, hazard, kind)
        attempts += watched["attempts"]
        watched["attempts"] = attempts
        usage = watched["usage"]
        switches = usage["voluntary_switches"] + usage["involuntary_switches"]
        is_cure = hazard == "oversubscribed" and kind == "cure"
        is_disturbed = is_cure and switches >= SWITCHES_A_TURN * job["tasks"] * job["turns"]
        if not is_disturbed or time.monotonic() - started > 3 * TRYING:
            return watched


def watch_once(job, hazard, kind):
    """Runs a piece to its end, and kills it if it hangs."""
    words = [sys.executable, sys.argv[0], "piece", hazard, kind]
    child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdin.write(json.dumps(job).encode() + b"\n")
    child.stdin.flush()
    said, attempts, last, since, begun = b"", 0, None, time.monotonic(), None
    watched = None
    while watched is None:
        if select.select([child.stdout], [], [], 0.01)[0]:
            said += os.read(child.stdout.fileno(), 65536)
            *lines, said = said.split(b"\n")
            for line in lines:
                if line == b"begun":
                    attempts, begun = attempts + 1, time.monotonic_ns()
                else:
                    watched = json.loads(line)
            if not lines and not said:
                if child.wait() > 0:
                    # It said why, and that is to be its last word.
                    sys.exit(child.returncode)
                raise RuntimeError(f"{hazard}: its process {ending(child.returncode)}")
            continue
        limit = max(job["watchdog_ms"] * 10**6, PATIENCE)
        if begun is not None and time.monotonic_ns() - begun >= limit:
            child.kill()
            child.wait()
            raise RuntimeError(f"{hazard}: still at work after {limit // 10**9} s, and killed")
        now = asleep(child.pid)
        if now != last:
            last, since = now, time.monotonic()
        if begun is None or not last:
            continue
        nanos = time.monotonic_ns() - begun
        still = time.monotonic() - since
        if nanos >= job["watchdog_ms"] * 10**6 and still >= STILL:
            child.kill()
            watched = {"ended": {"hung": len(last)}, "attempts": attempts, "nanos": nanos}
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdin.close()
    child.stdout.close()
    watched["usage"] = {
        "user_nanos": int(usage.ru_utime * 1e9),
        "system_nanos": int(usage.ru_stime * 1e9),
        "voluntary_switches": usage.ru_nvcsw,
        "involuntary_switches": usage.ru_nivcsw,
    }
    return watched
