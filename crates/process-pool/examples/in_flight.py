"""Where sweeps over --window level off, held against the formula.

    cargo run --release -- sweep process-pool --over window=… --variants nats --noop \\
        --wait 2ms --delay 20ms … --out target/sweeps/nats-20ms
    python3 crates/process-pool/examples/in_flight.py target/sweeps/nats-*

The formula: a worker with n tasks in hand asks for more once half of them are done, and they
are there a round trip R later. Meanwhile it has n ÷ 2 tasks of a time S each, so it never
waits if n ≥ 2 R ÷ S. With fewer, a worker has n ÷ 2 tasks in each round trip, so a run takes
a + b ÷ n; with more, it takes the same whatever n is.

In each round, a and b are taken of the sizes up to four fifths of the formula's, the level of
those from six fifths. Where the two meet is the round's knee. S is what was asked for; R is
the delay that was asked for, to which this machine adds its own.
"""

import json
import sys
from math import ceil
from pathlib import Path
from statistics import median

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def seconds(text):
    unit = next(unit for unit in UNITS if text.endswith(unit))
    return float(text.removesuffix(unit)) * UNITS[unit]


def flag(args, name):
    return seconds(args[args.index(name) + 1])


def line(points):
    """The a and b of a + b ÷ n that are nearest to (n, time)."""
    points = [(1 / n, time) for n, time in points]
    x = sum(x for x, _ in points) / len(points)
    y = sum(y for _, y in points) / len(points)
    b = sum((p - x) * (q - y) for p, q in points) / sum((p - x) ** 2 for p, _ in points)
    return y - b * x, b


def knee(times, formula):
    few = [(n, time) for n, time in times.items() if n <= formula * 0.8]
    many = [time for n, time in times.items() if n >= formula * 1.2]
    if len(few) < 2 or not many:
        sys.exit(f"needs two sizes up to {formula * 0.8:g}, and one from {formula * 1.2:g}")
    a, b = line(few)
    return b / (median(many) - a)


def interval(values):
    """Holds the true median 95 times in a hundred, by ranks; all there is with too few."""
    values = sorted(values)
    total, tail, rank = 2 ** len(values), 1, 0
    count = 1
    while 2 * (tail + count * (len(values) - rank) // (rank + 1)) <= 0.05 * total:
        count = count * (len(values) - rank) // (rank + 1)
        tail += count
        rank += 1
    return values[rank], values[-1 - rank]


def main():
    print("| round trip | task | formula | measured | in between | rounds |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for folder in sys.argv[1:]:
        sweep = json.loads((Path(folder) / "sweep.json").read_text())
        delay, wait = flag(sweep["args"], "--delay"), flag(sweep["args"], "--wait")
        formula = 2 * delay / wait
        rounds = {}
        for point in sweep["points"]:
            (row,) = [row for row in point["results"]["rows"] if row["name"] == "nats"]
            for sample in row["samples"]:
                rounds.setdefault(sample["round"], {})[point["value"]] = sample["nanos"] / 1e9
        whole = [times for times in rounds.values() if len(times) == len(sweep["points"])]
        knees = [knee(times, formula) for times in whole]
        low, high = interval(knees)
        print(
            f"| {delay * 1e3:g} ms | {wait * 1e3:g} ms | {ceil(formula)} | {median(knees):.1f} "
            f"| {low:.1f} to {high:.1f} | {len(knees)} |"
        )


if __name__ == "__main__":
    main()
