"""Holds the JSON of a quick comparison against what it must have in it, and its page
against the size that it may have."""

import json
import sys
from pathlib import Path

MODELS = {
    "gather",
    "semaphores",
    "serving",
    "thread-pool",
    "pipelines",
    "process-pool",
    "shared-memory",
    "locks",
    "error-handling",
    "hazards",
    "cancellation",
}

for path in sys.argv[1:]:
    with open(path) as file:
        results = json.load(file)
    assert results["version"] == 1 and not results["interrupted"], path
    assert {model["name"] for model in results["models"]} == MODELS, path
    for model in results["models"]:
        assert model["rounds"] == 2, model["name"]
        kinds = [row["kind"] for row in model["rows"]]
        assert kinds.count("control") == 1, model["name"]
        assert "peer" in kinds, model["name"]
        for row in model["rows"]:
            where = f"{model['name']}/{row['name']}"
            assert not row["failures"], f"{where}: {row['failures']}"
            assert len(row["samples"]) == 2, where
            assert row["summary"]["time"]["median"] > 0, where
            assert all(sample["facts"]["seen"] for sample in row["samples"]), where
            if row["kind"] != "control":
                assert row["source"]["text"], where
                assert row["timeline"]["bars"], where
    rows = sum(len(model["rows"]) for model in results["models"])
    print(f"{path}: {rows} rows of {len(MODELS)} models, every trial checked")

page = Path(sys.argv[-1]).with_name("report.html").stat().st_size
assert page <= 1_500_000, f"the page has {page} bytes"
