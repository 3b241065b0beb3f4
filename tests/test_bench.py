"""The benchmarks run and say what they are for; how fast anything is, no test says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the benchmarks choose cores and read /proc")


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("overhead.py --queries 2 --rounds 1 --tokens 50", ("bare", "whole", "command")),
        ("pipelining.py --queries 3 --latency 0.05 --connections 4 --tokens 50", ("shared", "apart")),
        ("memory.py --queries 2 --tokens 50 --connections 4", ("peak",)),
        ("resampling.py --models 3 5 --queries 50 --resamples 100 --loop 10 --rounds 1", ("3", "5")),
        ("startup.py --rounds 1", ("python", "--help", "report", "run", "data list")),
    ],
    ids=lambda value: value.partition(".")[0] if isinstance(value, str) else "",
)
def test_a_benchmark_measures_a_small_size_and_prints_its_ratios(command: str, lines: tuple[str, ...]) -> None:
    script, *options = command.split()
    run = [sys.executable, BENCH / script, *options]
    done = subprocess.run(run, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = {name.strip(): float(ratio) for name, ratio in re.findall(r"^(.{10}).*\bratio ([\d.]+)", done.stdout, re.M)}
    assert set(found) == set(lines)
    assert all(ratio > 0 for ratio in found.values())
