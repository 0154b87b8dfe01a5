"""Holds `load` against wrk and oha, and a server of ours against nginx, in one run.

    cargo build --release -p load -p serving
    python3 shared/load/examples/against.py --rounds 9

The server has one core and the load the other. Generators take turns on one server, and
servers take turns under one generator. What is not installed is left out, and said.
"""

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[2] / "target")) / "release"
CLIENTS = 32
SECONDS = 1
# The slowest of a hundred requests may take this long.
P99_MS = 2.0
STEP = 1.1


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=9, help="9 unless given")
    rounds = options.parse_args().rounds
    if rounds < 1:
        sys.exit("--rounds must be at least 1")
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("the server and the load need a core each")
    for program in ("load", "serving"):
        if not (RELEASE / program).exists():
            sys.exit(f"{RELEASE / program} is missing: cargo build --release -p {program}")
    generators = {"load": closed_by_load, "wrk": closed_by_wrk, "oha": closed_by_oha}
    for name in ("wrk", "oha"):
        if not shutil.which(name):
            print(f"{name} is not installed, and is left out")
            del generators[name]
    with tempfile.TemporaryDirectory(prefix="load-against-") as folder:
        servers = start_all(Path(folder))
        try:
            closed = measure_closed(servers, generators, rounds)
            at_rate = measure_at_rate(servers, closed, rounds)
        finally:
            for child, _ in servers.values():
                child.terminate()
            for child, _ in servers.values():
                child.wait(10)
    print_closed(closed, generators)
    print_at_rate(at_rate)


def start_all(folder):
    """Each server's process and URL."""
    server, _ = cores()
    pinned = ["taskset", "-c", str(server)]
    of_ours = ["tokio_current_thread", "tokio", "std_only"]
    commands = {
        name: [RELEASE / "serving", "--variants", name, "--listen", f"127.0.0.1:{port}"]
        for port, name in enumerate(of_ours, 8081)
    }
    ports = dict(zip(of_ours, range(8081, 8090)))
    if shutil.which("nginx"):
        config = folder / "nginx.conf"
        config.write_text((HERE / "nginx.conf").read_text())
        commands["nginx"] = ["nginx", "-p", folder, "-c", config]
        ports["nginx"] = 8090
    else:
        print("nginx is not installed, and is left out")
    servers, quiet = {}, subprocess.DEVNULL
    for name, command in commands.items():
        child = subprocess.Popen(pinned + command, stdout=quiet, stderr=quiet)
        servers[name] = child, f"http://127.0.0.1:{ports[name]}/"
    for child, url in servers.values():
        wait_for(child, url)
    return servers


def wait_for(child, url):
    for _ in range(100):
        if child.poll() is not None:
            sys.exit(f"the server of {url} ended; is its port taken?")
        try:
            urllib.request.urlopen(url, timeout=1).read()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing answers at {url}")


def cores():
    """The server's core, and the load's."""
    return sorted(os.sched_getaffinity(0))[:2]


def run(*command):
    _, load = cores()
    command = ["taskset", "-c", str(load), *map(str, command)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return ended.stdout


def by_load(url, *arguments):
    program = RELEASE / "load"
    common = ["--connections", CLIENTS, "--duration", f"{SECONDS}s", "--json"]
    return json.loads(run(program, url, *common, *arguments))


def closed_by_load(url):
    report = by_load(url, "--closed")
    return report["achieved_per_second"], report["busy"]


def closed_by_wrk(url):
    said = run("wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", url)
    return float(re.search(r"Requests/sec:\s*([\d.]+)", said)[1]), None


def closed_by_oha(url):
    flags = ["--no-tui", "--output-format", "json", "-c", CLIENTS, "-z", f"{SECONDS}s"]
    return json.loads(run("oha", *flags, url))["summary"]["requestsPerSec"], None


def measure_closed(servers, generators, rounds):
    """Requests a second, by server and generator, a figure a round."""
    measured = {(server, by): [] for server in servers for by in generators}
    for count in range(rounds):
        for server, (_, url) in servers.items():
            turn = list(generators)
            for by in turn[count % len(turn) :] + turn[: count % len(turn)]:
                measured[server, by].append(generators[by](url))
    return measured


def measure_at_rate(servers, closed, rounds):
    """The highest rate whose 99th percentile is low enough, by server, a figure a round."""
    found = {server: [] for server in servers}
    for _ in range(rounds):
        for server, (_, url) in servers.items():
            most = statistics.median(rate for rate, _ in closed[server, "load"])
            rate, best = most / 2, 0
            while rate < 2 * most:
                report = by_load(url, "--rate", int(rate))
                p99_ms = report["response"]["p99_ns"] / 1e6
                if not report["schedule_kept"] or p99_ms > P99_MS:
                    break
                best, rate = rate, rate * STEP
            found[server].append(best)
    return found


def median_and_ends(values):
    """The median, and order statistics that hold it 19 times of 20."""
    values = sorted(values)
    count, low, chance = len(values), 0, 0.0
    while low < count // 2:
        chance += math.comb(count, low) / 2**count
        if chance > 0.025:
            break
        low += 1
    low = max(low - 1, 0)
    return statistics.median(values), values[low], values[-1 - low]


def ratio(above, below):
    middle, low, high = median_and_ends(a / b for a, b in zip(above, below))
    return f"{middle:.2f}, {low:.2f} to {high:.2f}"


def print_closed(closed, generators):
    print("\n| server | generator | requests a second | to load's | load's core is busy |")
    print("| --- | --- | ---: | ---: | ---: |")
    for (server, by), figures in closed.items():
        rates = [rate for rate, _ in figures]
        ours = [rate for rate, _ in closed[server, "load"]]
        busy = [busy for _, busy in figures if busy is not None]
        share = f"{statistics.median(busy):.0%}" if busy else ""
        middle = f"{statistics.median(rates):,.0f}"
        print(f"| {server} | {by} | {middle} | {ratio(rates, ours)} | {share} |")


def print_at_rate(found):
    print(f"\n| server | highest rate with p99 below {P99_MS:g} ms | to nginx's |")
    print("| --- | ---: | ---: |")
    for server, rates in found.items():
        known = all(rates) and all(found.get("nginx", [0]))
        beside = ratio(rates, found["nginx"]) if known else ""
        print(f"| {server} | {statistics.median(rates):,.0f} | {beside} |")


if __name__ == "__main__":
    main()
