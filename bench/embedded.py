"""How fast the embedded model reads and writes with other settings of its server.

    .venv/bin/python bench/embedded.py

First table, tokens a second (medians of three rounds, the settings by turns): one thread and as many as there are
cores, which look for one another often and long (what libgomp does by itself) or not (`embedded.SPIN`), alone and
beside another program that keeps one core busy. Second table, seconds for four documents of about 600 tokens by five
criteria: one slot and four, each document's criteria one after the other or everything at once. It took seven minutes
on two cores that others used too. Only ratios within one run mean anything, and only where nothing else runs.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import aiohttp
import msgspec

from writingbench import evaluate
from writingbench.benchmark import named
from writingbench.models import embedded

ROUNDS = 3
READ, WRITE = 2_400, 60  # characters of a prompt; tokens of an answer
DOCUMENT, VERDICT = 2_400, 40  # characters; tokens
CRITERIA = [f"How {what} is the text above? Say why in two sentences." for what in ("clear", "true", "kind", "short")]
CRITERIA.append("Is the text above in good order? Say why in two sentences.")
LIBRARY = {"GOMP_SPINCOUNT": "300000"}


class Talk:
    """A running server, asked directly."""

    def __init__(self, session: aiohttp.ClientSession, base: str, key: str) -> None:
        self._session, self._base = session, base
        self._headers = {"Authorization": f"Bearer {key}"}

    async def ask(self, text: str, limit: int, **more: Any) -> dict[str, Any]:
        """What the server says of the time that an answer took it."""
        body = {"messages": [{"role": "user", "content": text}], "max_tokens": limit, "ignore_eos": True, **more}
        async with self._session.post(f"{self._base}/chat/completions", json=body, headers=self._headers) as answer:
            timings: dict[str, Any] = (await answer.json())["timings"]
            return timings


@asynccontextmanager
async def server(threads: int, spin: dict[str, str], slots: int = 1) -> AsyncIterator[Talk]:
    """The embedded server with these settings."""
    endpoint = evaluate.endpoint("local/smollm2")
    endpoint = replace(endpoint, provider=msgspec.structs.replace(endpoint.provider, connections=slots))
    with patch.object(embedded, "threads", lambda: threads), patch.object(embedded, "SPIN", spin):
        running = embedded.Embedded(endpoint)
        async with aiohttp.ClientSession() as session:
            try:
                talk = Talk(session, *await running.address())
                await talk.ask("Hello.", 2)
                yield talk
            finally:
                await running.stop()


@contextmanager
def neighbour(there: bool) -> Iterator[None]:
    """Another program that keeps a core busy, or none."""
    busy = multiprocessing.Process(target=_spin, daemon=True) if there else None
    if busy:
        busy.start()
    try:
        yield
    finally:
        if busy:
            busy.kill()
            busy.join()


def _spin() -> None:
    while True:
        pass


async def speeds(texts: Sequence[str]) -> None:
    """The first table."""
    every = embedded.threads()
    settings = {
        "1 thread": (1, embedded.SPIN),
        f"{every} threads, spinning": (every, LIBRARY),
        f"{every} threads": (every, embedded.SPIN),
    }
    found = defaultdict(list)
    for turn in range(ROUNDS):
        for beside in (False, True):
            for name, (threads, spin) in settings.items():
                async with server(threads, spin) as talk:
                    with neighbour(beside):
                        read = await talk.ask(texts[turn][:READ], 1, cache_prompt=False)
                        written = await talk.ask("Write a long story about rain.", WRITE, seed=turn)
                found[name, beside].append((read["prompt_per_second"], written["predicted_per_second"]))
    print(f"{'tokens a second':24} {'read':>6} {'write':>6}   {'read':>6} {'write':>6}  beside a busy program")
    for name in settings:
        alone, beside = ([median(each) for each in zip(*found[name, there], strict=True)] for there in (False, True))
        print(f"{name:24} {alone[0]:6.0f} {alone[1]:6.0f}   {beside[0]:6.0f} {beside[1]:6.0f}", flush=True)


async def orders(texts: Sequence[str]) -> None:
    """The second table."""
    documents = [text[:DOCUMENT] for text in texts[:4]]
    print(f"\n{'4 documents x 5 criteria':28} {'seconds':>8} {'tokens read':>12}")
    for slots in (1, 4):
        for order in ("in a chain", "all at once"):
            async with server(embedded.threads(), embedded.SPIN, slots) as talk:
                calls = [[f"{text}\n\n{criterion}" for criterion in CRITERIA] for text in documents]
                chains = calls if order == "in a chain" else [[one] for each in calls for one in each]
                start = time.perf_counter()
                read = sum(await asyncio.gather(*(_one_by_one(talk, chain) for chain in chains)))
                print(f"{f'{slots} slots, {order}':28} {time.perf_counter() - start:8.1f} {read:12,}", flush=True)


async def _one_by_one(talk: Talk, prompts: Sequence[str]) -> int:
    return sum([(await talk.ask(prompt, VERDICT))["prompt_n"] for prompt in prompts])


async def main() -> None:
    """Measure and print."""
    english = [query.text for query in named("starter", Path, criteria=None).queries if query.language == "en"]
    texts = ["\n\n".join((*english[number:], *english[:number])) for number in range(ROUNDS + 1)]
    print(f"load {os.getloadavg()[0]:.1f}, {embedded.threads()} threads can run at once")
    await speeds(texts)
    await orders(texts)


if __name__ == "__main__":
    asyncio.run(main())
