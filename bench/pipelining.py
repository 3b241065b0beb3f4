"""How near a run comes to the time that latency and connections allow.

    python bench/pipelining.py --queries 1000 --latency 2 --connections 200

Against a server that answers everything after the same time, `shared`: one endpoint writes and judges, ideal is calls
x latency / connections; `apart`: two endpoints with so many connections each, ideal is the judge's calls x latency /
connections, after the first response. The ratio is the time on the clock to the ideal.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from material import evaluation, queries, terminal
from server import serving


def main() -> None:
    """Measure as the command line says, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--queries", type=int, default=1000)
    options.add_argument("--latency", type=float, default=2.0, help="seconds")
    options.add_argument("--connections", type=int, default=200)
    options.add_argument("--tokens", type=int, default=1500, help="of an answer")
    options.add_argument("--file", type=Path, help="queries, instead of the official ones")
    chosen = options.parse_args()
    asked = queries(chosen.queries, chosen.file)
    marks = sum(len(query.criteria) for query in asked.queries)
    each = chosen.latency / chosen.connections
    ways = {
        "shared": ("vllm/tiny", "vllm/tiny", (chosen.queries + marks) * each),
        "apart": ("vllm/writer", "vllm/judge", chosen.latency + marks * each),
    }
    print(f"{asked.name}: {chosen.queries:,} queries, {chosen.latency} s latency, {chosen.connections} connections")
    with serving(chosen.latency, chosen.tokens) as url, terminal():
        for name, (writer, judge, ideal) in ways.items():
            whole = evaluation(asked, url, writer, judge, chosen.connections)
            start = time.perf_counter()
            calls = asyncio.run(whole())
            took = time.perf_counter() - start
            print(f"{name:10} {calls:,} calls, {took:.2f} s, ideal {ideal:.2f} s, ratio {took / ideal:.3f}", flush=True)


if __name__ == "__main__":
    main()
