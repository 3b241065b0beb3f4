"""How long the tables of many writers take, from their marks in a Parquet file.

1,000 writers on 1,000 queries with five marks each are 5 million marks.

    python bench/size.py                    # the whole table with its intervals, ranks, heatmap
    python bench/size.py --writers 50

The measured process does what `writingbench report --marks` does before it writes: read the marks, add them up,
resample, compare, shrink, and make the page. Beside it stands one plain pass over the same marks in SQL (DuckDB: mean
and number by writer and subdomain), as a baseline in the same run.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

from writingbench.scores import Asked, Label, Table, columns
from writingbench.scores.table import Answers, Marks

PLAIN = "SELECT writer, domain2, avg(score), count(score) FROM read_parquet(?) GROUP BY ALL"


def made(writers: int, queries: int, criteria: int = 5) -> Table:
    """Marks by chance, around each writer's own middle."""
    chance = np.random.default_rng(0)
    writer, query, criterion = (part.ravel() for part in np.indices((writers, queries, criteria), np.int32))
    middle = chance.normal(6, 0.8, writers)[writer] + chance.normal(0, 1, queries)[query]
    score = np.clip(np.rint(middle + chance.normal(0, 1, len(middle))), 1, 10).astype(np.int32)
    one, other = (part.ravel() for part in np.indices((writers, queries), np.int32))
    zero = np.zeros(len(score), np.int32)
    names = dict.fromkeys(("judge", "protocol", "benchmark", "prompt"), "x")
    rules = dict.fromkeys(("judge_fingerprint", "protocol_fingerprint", "benchmark_fingerprint"), "0")
    kinds = ("style", "format", "length", None, None)
    return Table(
        labels=tuple(Label(writer=f"writer-{n}", fingerprint=f"{n:032x}", **names, **rules) for n in range(writers)),
        queries=tuple(
            Asked(
                index=n,
                domain1=f"domain {n % 100 % 6}",
                domain2=f"subdomain {n % 100}",
                language="zh" if n % 2 else "en",
                tokens=500 + n,
                criteria=tuple(f"criterion {c}" for c in range(criteria)),
                kinds=kinds[:criteria],
            )
            for n in range(queries)
        ),
        marks=Marks(writer=writer, query=query, criterion=criterion, draw=zero, repeat=zero, score=score),
        asked=np.full((writers, queries), criteria, np.int32),
        failures={},
        answers=Answers(
            writer=one,
            query=other,
            draw=np.zeros(len(one), np.int32),
            tokens=chance.integers(100, 6000, len(one)).astype(np.int32),
            state=np.zeros(len(one), np.int32),
        ),
    )


def measured(path: Path) -> None:
    """The work itself, in a process of its own, each step with its seconds."""
    began = time.perf_counter()

    def step(name: str) -> None:
        nonlocal began
        print(f"{name} {time.perf_counter() - began:.2f}", flush=True)
        began = time.perf_counter()

    from writingbench.reports.front import front  # noqa: PLC0415 - what is measured
    from writingbench.scores.board import rank  # noqa: PLC0415

    step("imports")
    (table,) = columns.read([path])
    step("read")
    board = rank(table)
    step("rank")
    html = front([board], "en")
    step("page")
    print(f"megabytes {len(html) / 1e6:.2f}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--writers", type=int, default=1000)
    asked.add_argument("--queries", type=int, default=1000)
    asked.add_argument("--measured", type=Path, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.measured:
        measured(options.measured)
        return

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.parquet"
        began = time.perf_counter()
        columns.write([made(options.writers, options.queries)], path)
        print(f"made and written in {time.perf_counter() - began:.1f} s, {path.stat().st_size / 1e6:.0f} MB")
        plain = []
        for _ in range(3):
            began = time.perf_counter()
            duckdb.execute(PLAIN, [str(path)]).fetchall()
            plain.append(time.perf_counter() - began)
        ended = subprocess.run(
            [sys.executable, __file__, "--measured", str(path)], capture_output=True, text=True, check=True
        )
    found = {name: float(value) for name, value in (line.split() for line in ended.stdout.splitlines())}
    steps = ("imports", "read", "rank", "page")
    whole = sum(found[name] for name in steps)
    for name in steps:
        print(f"{name:<8} {found[name]:6.2f} s")
    print(f"whole    {whole:6.2f} s   {whole / min(plain):.0f} times one plain pass in SQL ({min(plain):.2f} s)")
    print(f"peak     {found['peak']:6.0f} MiB   page {found['megabytes']:.1f} MB")


if __name__ == "__main__":
    main()
