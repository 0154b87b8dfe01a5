#!/usr/bin/env python3
"""Count primes by range on Dask: what a task costs on another engine that reaches past one
machine. It is no peer: it needs `pip install distributed`, and is compared on request:

    cargo run --release -- process-pool --noop --ranges 1000 --workers 2 \\
        --variants std_only,nats --with dask=crates/process-pool/examples/on_dask.py

Its scheduler and its workers are there before the clock starts, which is in its favour.
"""

import sys
from pathlib import Path

from distributed import Client, LocalCluster

PEERS = Path(__file__).resolve().parents[1] / "peers"
sys.path.append(str(PEERS))
from python import Trial, count_primes, tasks


def main():
    trial = Trial()
    if trial.job["faults"]:
        sys.exit("faults are for the pools of this crate")
    cluster = LocalCluster(
        n_workers=trial.job["workers"],
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs="CRITICAL",
    )
    with cluster, Client(cluster) as client:
        # Not pure: a task is done each time, and no earlier result is taken for it.
        def work():
            return client.gather(client.map(count_primes, list(tasks(trial.job)), pure=False))

        outcomes = trial.run(work)
    for outcome in outcomes:
        outcome["ok"]["ballast"] = 0
    trial.reply({"outcomes": outcomes})


if __name__ == "__main__":
    main()
