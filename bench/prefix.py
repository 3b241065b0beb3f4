"""What it saves that all calls about one response begin alike, on the embedded model.

    .venv/bin/python bench/prefix.py [--responses 10]

Responses of about 1,200 tokens are judged by five criteria each in two layouts: ours, the criterion last and the first
criterion's call alone before the other four, and the published one, where the criterion stands before request and
response. Same words, same server, the two by turns. "afresh" is the share of prompt tokens that the server had to
compute. Ten responses take some six minutes on two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from writingbench import evaluate, protocols
from writingbench.benchmark import named
from writingbench.judgements import Judge, judge
from writingbench.models.lines import connect
from writingbench.models.memory import Recall
from writingbench.records import Answer, Query, Response, Verdict
from writingbench.store import Store

LONG = 4_700  # characters of English, which are about 1,200 tokens of this model


def material(wanted: int) -> list[tuple[Query, Response]]:
    """English queries, each with an answer made of what the queries after it say."""
    english = [query for query in named("starter", Path, criteria=None).queries if query.language == "en"]
    made = []
    for number in range(wanted):
        query = english[number % len(english)]
        others = (english[(number + step) % len(english)].text for step in range(1, len(english)))
        answer = Answer(text=" ".join(" ".join(others).split())[:LONG])
        made.append((query, Response(query=query.index, writer="made", draw=number, outcome=answer)))
    return made


def layouts() -> tuple[evaluate.Endpoint, dict[str, Judge]]:
    """The embedded model as a judge with our prompt, and with the same paragraphs in the published order."""
    endpoint = evaluate.endpoint("local/smollm2")
    ours = evaluate.as_judge(endpoint, protocols.load("demo"))
    ours = replace(ours, sampling=replace(ours.sampling, max_tokens=100))
    request, response, criterion, closing = ours.prompt.user.split("\n\n")
    turned = replace(ours.prompt, user="\n\n".join((criterion, request, response, closing)))
    return endpoint, {"criterion last": ours, "criterion first": replace(ours, prompt=turned)}


async def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--responses", type=int, default=10)
    pairs = material(options.parse_args().responses)
    endpoint, judges = layouts()
    seconds: Counter[str] = Counter()
    marks: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as out, Store(Path(out) / "store.db") as store:
        tallies = {name: Recall(store) for name in judges}
        async with connect([endpoint], store) as lines:
            for query, response in pairs:
                for name, by in judges.items():
                    start = time.perf_counter()
                    await judge(query, response, by, lines[endpoint])
                    seconds[name] += time.perf_counter() - start
                    found = await judge(query, response, by, tallies[name])
                    marks[name] += sum(isinstance(one.outcome, Verdict) for one in found)
        print(f"{len(pairs)} responses, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"{'layout':16} {'seconds':>8} {'prompt':>8} {'cached':>8} {'afresh':>7} {'written':>8} {'marks':>6}")
        for name, tally in tallies.items():
            used = tally.usage
            afresh = (used.input_tokens - used.cached_tokens) / used.input_tokens
            print(
                f"{name:16} {seconds[name]:8.1f} {used.input_tokens:8,} {used.cached_tokens:8,} {afresh:7.1%} "
                f"{used.output_tokens:8,} {marks[name]:6}"
            )
        print(f"criterion last is {seconds['criterion first'] / seconds['criterion last']:.2f} times faster")


if __name__ == "__main__":
    asyncio.run(main())
