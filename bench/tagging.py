"""How often the embedded model finds the domain of an official request, and what the rules around tagging are worth.

    python bench/tagging.py            what docs/construct/import.md shows, some four minutes on two cores

The embedded model is a small one that is here without a network: its share shows the machinery at work and what chance
is, not what a capable model is worth. Requests are 60 of those with up to 1,000 characters, drawn by --seed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from writingbench import calls, evaluate
from writingbench.benchmark import load
from writingbench.benchmark.taxonomy import builtin
from writingbench.construct.item import Item, key
from writingbench.construct.lists.foreign import foreign
from writingbench.construct.places import Place, domain_question
from writingbench.construct.refined import sized
from writingbench.construct.tag import LANGUAGES
from writingbench.records import Failure, Query
from writingbench.store import Store

OFFICIAL = Path(__file__).parents[2] / "shared/data/official"
MOST = 1000  # characters: with longer ones it takes many minutes


def rules(queries: Sequence[Query], data: Path) -> None:
    """What is decided without a model."""
    print(f"taken for neither English nor Chinese: {sum(foreign(one.text) for one in queries)} of {len(queries):,}")
    lines = (data / "length_subset.jsonl").read_text("utf-8").splitlines()
    wanted = {json.loads(line)["index"] for line in lines if line}
    found = {one.index for one in queries if sized(one.text)}
    print(
        f"demands on length: {len(found)} found, {len(wanted)} published; {len(found & wanted)} of these are found, "
        f"{len(found - wanted)} are more"
    )


async def domains(queries: Sequence[Query], model: str) -> list[Place | Failure]:
    """Where a model puts queries; each language by its own prompt."""
    by = evaluate.endpoint(model)
    answers: list[Place | Failure] = []
    with TemporaryDirectory() as folder, Store(Path(folder) / "store.db") as store:
        for language in LANGUAGES:
            asked = [_item(one) for one in queries if one.language == language]
            came = await calls.carry_out(asked, domain_question(builtin(), language), by, store)
            answers += [one for one in came.answers if one is not None]
    return answers


def _item(query: Query) -> Item:
    id = key("", query.language, query.text)
    return Item(id=id, domain1="", domain2="", language=query.language, request=query.text)


def share(right: int, of: int) -> str:
    """A share, with its 95% interval as Wilson gives it (J. Am. Stat. Assoc. 22, 1927)."""
    p, z = right / of, 1.96
    middle, half = p + z * z / (2 * of), z * (p * (1 - p) / of + z * z / (4 * of * of)) ** 0.5
    low, high = ((middle + sign * half) / (1 + z * z / of) for sign in (-1, 1))
    return f"{right} of {of} ({p:.1%}, {low:.0%} to {high:.0%})"


def main() -> None:
    """Do what is asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=OFFICIAL)
    options.add_argument("--model", default="local/smollm2")
    options.add_argument("--queries", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    if not (chosen.data / "benchmark_all.jsonl").is_file():
        options.error(f"needs the published files in {chosen.data}")
    queries = load(chosen.data / "benchmark_all.jsonl").queries
    rules(queries, chosen.data)

    short = [one for one in queries if len(one.text) <= MOST]
    places = np.random.default_rng(chosen.seed).choice(len(short), chosen.queries, replace=False)
    drawn = [short[place] for place in sorted(places)]
    began = time.monotonic()
    answers = asyncio.run(domains(drawn, chosen.model))
    took = time.monotonic() - began
    in_order = [one for language in LANGUAGES for one in drawn if one.language == language]
    pairs = list(zip(in_order, answers, strict=True))
    names = Counter(one.domain1 for one in drawn)
    print(f"\n{chosen.model}, {len(drawn)} of {len(short)} requests of up to {MOST:,} characters, {took:.0f} s")
    right = [query for query, said in pairs if isinstance(said, Place) and said.name == query.domain1]
    print(f"  domain right        {share(len(right), len(drawn))}")
    for language in LANGUAGES:
        inside = [one for one in drawn if one.language == language]
        print(f"    {language}                {share(sum(one.language == language for one in right), len(inside))}")
    commonest = max(names.values()) / len(drawn)
    print(f"  chance              {1 / len(builtin().domains):.1%}; always the commonest domain {commonest:.1%}")
    said = Counter(
        one.kind if isinstance(one, Failure) else one.name or f"other ({one.proposed[:20]})" for one in answers
    )
    print(f"  what was said       {', '.join(f'{name} {count}' for name, count in said.most_common())}")


if __name__ == "__main__":
    main()
