"""How many queries of each kind a benchmark holds, and how long they are, beside the published numbers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from writingbench.records import GUIDANCES, REQUIREMENTS, Query

EDGES = (1000, 3000, 5000)  # tokens; the length classes of the published data table
SECTIONAL = "lengths of parts"

# WritingBench v2 as its authors count it (arXiv 2503.05244, the table of its data), with another tokenizer
PUBLISHED = {
    "all": 1000,
    "Academic & Engineering": 167,
    "Finance & Business": 210,
    "Politics & Law": 201,
    "Literature & Arts": 183,
    "Education": 111,
    "Advertising & Marketing": 128,
    "en": 555,
    "zh": 445,
    "style": 442,
    "format": 498,
    "length": 222,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    name: str
    queries: int
    mean: float  # tokens
    longest: int  # tokens
    classes: tuple[int, ...]  # queries under 1K, of 1 to 3K, of 3 to 5K, above 5K tokens
    published: int | None = None  # how many of the kind WritingBench v2 holds


WHOLE = Row(  # the same table's row for everything
    name="WritingBench v2", queries=1000, mean=1699, longest=19361, classes=(550, 292, 87, 71), published=1000
)


def counter(vocabulary: Path) -> Callable[[list[str]], list[int]]:
    """A function that counts the o200k_base tokens of texts; `vocabulary` is the folder of its asset."""
    import tiktoken  # noqa: PLC0415 - only this command needs it

    os.environ["TIKTOKEN_CACHE_DIR"] = str(vocabulary)  # where tiktoken looks before it would download
    encoding = tiktoken.get_encoding("o200k_base")
    return lambda texts: [len(tokens) for tokens in encoding.encode_ordinary_batch(texts)]


def stats(queries: Iterable[Query], count: Callable[[list[str]], list[int]]) -> list[Row]:
    """A row for all queries, then one for each domain, language, requirement and other guidance that occurs.

    The last is of queries that set lengths to two parts or more of the answer, as far as their demands are noted.
    """
    queries = list(queries)
    sized = list(zip(queries, count([query.text for query in queries]), strict=True))
    groups: dict[str, Callable[[Query], bool]] = {"all": lambda query: True}
    for domain in dict.fromkeys(query.domain1 for query in queries):
        groups[domain] = lambda query, domain=domain: query.domain1 == domain  # type: ignore[misc]
    for language in ("en", "zh"):
        groups[language] = lambda query, language=language: query.language == language  # type: ignore[misc]
    for kind in REQUIREMENTS:
        groups[kind] = lambda query, kind=kind: kind in query.requirements  # type: ignore[misc]
    for guidance in GUIDANCES:
        groups[guidance] = lambda query, guidance=guidance: guidance in query.guidances  # type: ignore[misc]
    groups[SECTIONAL] = lambda query: len({demand.part for demand in query.demands if demand.part}) > 1
    rows = []
    for name, belongs in groups.items():
        sizes = [size for query, size in sized if belongs(query)]
        if sizes:
            classes = tuple(
                sum(low <= size < high for size in sizes)
                for low, high in zip((0, *EDGES), (*EDGES, float("inf")), strict=True)
            )
            mean = sum(sizes) / len(sizes)
            rows.append(
                Row(
                    name=name,
                    queries=len(sizes),
                    mean=mean,
                    longest=max(sizes),
                    classes=classes,
                    published=PUBLISHED.get(name),
                )
            )
    return rows
