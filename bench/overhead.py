"""What everything around a call costs: an evaluation against a bare loop that posts the same bodies.

    python bench/overhead.py --queries 1000 --rounds 5 --connections 200

Against a server without latency, on one core, in turn: `bare`, an aiohttp loop with as many connections that posts
what an evaluation sends and throws the answers away; `whole`, the evaluation itself, with a new store on disk, progress
on a terminal, everything read and kept; `command`, `writingbench run` from its start to its report. Each round takes
all of them once. Printed are medians, and the median, least and greatest of the rounds' own ratios to `bare`:
of the time on the clock, and of the time spent computing. On a machine where others compute too, `bare` waits for the
server longer than for itself, which flatters everybody else: then only the ratio of computing says anything.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import aiohttp

from material import COMMAND, evaluation, queries, terminal, write
from server import cores, serving
from writingbench.benchmark import Benchmark
from writingbench.models import drain

MODEL = "vllm/tiny"
WAITING = 0.25  # of the bare loop's time, for the server and the network, where the machine has nothing else to do


async def bare(bodies: Sequence[bytes], url: str, connections: int) -> None:
    """Post every body, throw every answer away."""
    headers = {"Content-Type": "application/json"}
    timeout = aiohttp.ClientTimeout(total=1800, sock_connect=10)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:

        async def post(body: bytes) -> None:
            async with session.post(f"{url}/chat/completions", data=body, headers=headers) as answer:
                await answer.read()

        await drain(bodies, post, connections)


def command(connections: int, asked: Benchmark, url: str) -> None:
    """All of `writingbench run`, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = write(asked, Path(folder) / "asked.jsonl")
        run = ["run", "--writer", MODEL, "--judge", MODEL, "--base-url", url]
        run += ["--benchmark", str(file), "--out", folder, "--max-connections", str(connections)]
        subprocess.run([*COMMAND, *run], check=True, stdout=subprocess.DEVNULL)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and seconds that this process and those it waited for were computing."""
    start, busy = time.perf_counter(), computing()
    work()
    return time.perf_counter() - start, computing() - busy


def computing() -> float:
    """Seconds of computing so far."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Measure as the command line says, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--queries", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--tokens", type=int, default=1500, help="of an answer")
    options.add_argument("--file", type=Path, help="queries, instead of the official ones")
    options.add_argument("--no-command", action="store_true", help="without the whole command")
    options.add_argument("--connections", type=int, default=200)
    chosen = options.parse_args()
    connections = chosen.connections
    asked = queries(chosen.queries, chosen.file)
    with tempfile.TemporaryDirectory() as folder, serving(tokens=chosen.tokens) as url, terminal():
        sent = Path(folder) / "sent.jsonl"
        with serving(tokens=chosen.tokens, record=sent) as recording:
            asyncio.run(evaluation(asked, recording, MODEL, MODEL, connections)())
        bodies = sent.read_bytes().split(b"\n")[:-1]
        whole = evaluation(asked, url, MODEL, MODEL, connections)
        ways: dict[str, Callable[[], object]] = {
            "bare": lambda: asyncio.run(bare(bodies, url, connections)),
            "whole": lambda: asyncio.run(whole()),
            "command": lambda: command(connections, asked, url),
        }
        if chosen.no_command:
            del ways["command"]
        os.sched_setaffinity(0, {cores()[0]})
        rounds = [{name: timed(way) for name, way in ways.items()} for _ in range(chosen.rounds)]
    size = sum(map(len, bodies)) / len(bodies)
    print(
        f"{asked.name}: {len(bodies):,} calls of {size:,.0f} bytes, {connections} connections, {chosen.rounds} rounds"
    )
    for name in ways:
        clock, busy = (median(one[name][kind] for one in rounds) / len(bodies) * 1000 for kind in (0, 1))
        ratios, of_busy = ([one[name][kind] / one["bare"][kind] for one in rounds] for kind in (0, 1))
        spread = f"({min(ratios):.2f} to {max(ratios):.2f})"
        print(
            f"{name:10} {clock:.3f} ms a call, {busy:.3f} of it computing; "
            f"ratio {median(ratios):.2f} {spread}, of computing {median(of_busy):.2f}"
        )
    waited = median(1 - one["bare"][1] / one["bare"][0] for one in rounds)
    if waited > WAITING:
        print(f"The bare loop waited for {waited:.0%} of its time: others use this machine, only computing compares.")


if __name__ == "__main__":
    main()
