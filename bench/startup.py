"""How long the command takes before its own work begins.

    python bench/startup.py --rounds 10

In turn: an interpreter that does nothing; `writingbench --help`; `report` where there is no store and `run` on a
benchmark that is not there, both of which have imported what they need by the time they fail; `data list`, which
does its little work. Printed are medians and the ratios to the bare interpreter.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

SCRIPT = Path(sys.executable).with_name("writingbench")


def main() -> None:
    """Measure as the command line says, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=10)
    rounds = options.parse_args().rounds
    command = (str(SCRIPT),) if SCRIPT.exists() else (sys.executable, "-P", "-m", "writingbench")
    with tempfile.TemporaryDirectory() as empty:
        nowhere = f"{empty}/none.jsonl"
        ways: dict[str, tuple[tuple[str, ...], int]] = {
            "python": ((sys.executable, "-c", "pass"), 0),
            "--help": ((*command, "--help"), 0),
            "report": ((*command, "report", "--out", empty), 2),
            "run": ((*command, "run", "--writer", "vllm/x", "--benchmark", nowhere, "--out", empty), 2),
            "data list": ((*command, "data", "list"), 0),
        }
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, (arguments, status) in ways.items():
                start = time.perf_counter()
                done = subprocess.run(arguments, check=False, capture_output=True)
                took[name].append(time.perf_counter() - start)
                if done.returncode != status:
                    raise SystemExit(f"{name} ended with {done.returncode}: {done.stderr.decode()}")
    print(f"{rounds} rounds, medians")
    for name, seconds in took.items():
        print(f"{name:10} {median(seconds) * 1000:4.0f} ms, ratio {median(seconds) / median(took['python']):.1f}")


if __name__ == "__main__":
    main()
