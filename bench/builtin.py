"""Measure the set of our own: what docs/builtin.md shows.

    python bench/builtin.py             everything, about two minutes
    python bench/builtin.py --names     also names that stand in more than two requests of different subdomains

Runs shared with the official queries: 12 words, or 20 Chinese characters, whatever stands between them. Requests that
are alike: `construct.alike`. Lengths: what `checks.length` reads out of the texts against what their writer noted.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from writingbench.benchmark import load, named
from writingbench.checks.length.demands import demands
from writingbench.checks.material import split
from writingbench.construct import alike
from writingbench.criteria.lint import lint
from writingbench.records import REQUIREMENTS, Query

OFFICIAL = Path(__file__).parents[2] / "shared/data/official/benchmark_all.jsonl"
WORDS, CHARACTERS = 12, 20
_WORD = re.compile(r"[A-Za-z0-9'’]+")
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})+")


def runs(text: str) -> Iterator[str]:
    words = [word.lower() for word in _WORD.findall(text)]
    yield from (" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1))
    han = _NOT_HAN.sub("", text)
    yield from (han[at : at + CHARACTERS] for at in range(len(han) - CHARACTERS + 1))


def shared(queries: Iterable[Query], known: Iterable[str]) -> dict[int, set[str]]:
    """By index, the runs of a query that some text of `known` has too."""
    taken = {run for text in known for run in runs(text)}
    return {query.index: both for query in queries if (both := taken.intersection(runs(query.text)))}


def lengths(queries: Iterable[Query]) -> Counter[str]:
    """Demands noted and read, by whether they are the same in unit and bounds."""
    counted: Counter[str] = Counter()
    for query in queries:
        noted = Counter((one.unit, one.min, one.max) for one in query.demands)
        read = Counter((one.unit, one.min, one.max) for one in demands(query.text, query.language) if not one.implied)
        both = (noted & read).total()
        counted += Counter(noted=noted.total(), read=read.total(), both=both)
        counted += Counter(
            {"queries noted": bool(noted), "queries read": bool(read), "queries both": bool(noted and read)}
        )
    return counted


def show_names(queries: Iterable[Query]) -> None:
    where: defaultdict[str, set[str]] = defaultdict(set)
    for query in queries:
        for name in set(_NAME.findall(query.text)):
            where[name].add(query.domain2)
    for name, places in sorted(where.items(), key=lambda one: -len(one[1])):
        if len(places) > 2:
            print(f"  {name}: {', '.join(sorted(places))}")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--names", action="store_true")
    options = reader.parse_args()
    queries = named("builtin", Path).queries
    total = len(queries)
    print(f"{total} queries, {Counter(query.language for query in queries)}")
    for kind in REQUIREMENTS:
        print(f"  {kind}: {sum(kind in query.requirements for query in queries) / total:.1%}")
    parts = sum(len({one.part for one in query.demands if one.part}) > 1 for query in queries)
    print(f"  lengths of two parts or more: {parts / total:.1%}")
    material = sum(bool(split(query.text).material) for query in queries)
    print(f"  with material, as `checks` tell it from the request: {material / total:.1%}")

    print("criteria lint:", dict(Counter(flaw.rule for flaw in lint(queries))) or "nothing")
    if OFFICIAL.is_file():
        official = [query.text for query in load(OFFICIAL).queries]
        found = shared(queries, official)
        print(
            f"queries that share a run of {WORDS} words or {CHARACTERS} characters with an official one: {len(found)}"
        )
        for index, both in found.items():
            print(f"  {index}: {sorted(both)[:2]}")
        texts = [*official, *(query.text for query in queries)]
        pairs = alike.duplicates(texts, stay=len(official))
        near = [pair for pair in pairs if pair.later >= len(official)]
        print(f"alike with an official query: {sum(pair.earlier < len(official) for pair in near)}, "
              f"with one of our own: {sum(pair.earlier >= len(official) for pair in near)}")  # fmt: skip
    counted = lengths(queries)
    print(f"lengths: {counted['noted']} noted, {counted['read']} read, {counted['both']} the same; "
          f"queries: {counted['queries noted']} noted, {counted['queries read']} read, "
          f"{counted['queries both']} both")  # fmt: skip
    if options.names:
        show_names(queries)


if __name__ == "__main__":
    main()
