"""Run the rules of `criteria lint` over published criteria, count what they find, and say what they are worth.

    python bench/criteria_lint.py        what docs/criteria-lint.md shows, about five minutes on two cores

Precision is by reading: `RIGHT` and `WRONG` hold the queries whose flaw somebody has looked at, by rule. What the rules
miss is measured by spoiling criteria in a known way. Nothing of the published text stands here.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np

from writingbench.benchmark import load, named
from writingbench.benchmark.language import language_of
from writingbench.checks.length.demands import demands
from writingbench.checks.material import split
from writingbench.checks.structure.forms import demanded
from writingbench.criteria.lint import RULES, Flaw, lint
from writingbench.criteria.lint.demanded import UNITS
from writingbench.records import BANDS, Criterion, Query

DATA = Path(__file__).parents[2] / "shared/data/official"

# by rule, the queries whose flaw was read and is one, or is none
RIGHT: Mapping[str, str] = {
    "language": "76 80 100 109 121 143 155 207 226 265 268 273 308 338 353 354 371 373 376 427 438 445 449 457 463 570"
    " 572 602 861 862",
    "length": "19 31 36 89 151 182 185 282 311 354 409 410 444 464 467 494 544 555 600 630 660 673 687 694 708 720 725"
    " 772 779 782 788 793 823 824 851 858 915 953 959 960 970 979 996 999",
    "overlap": "105 111 468 710 890 892",
    "not-in-the-text": "38 114 129 330 448 512 584 604 878",
    "answer": "145",
    "material": "638",
}
WRONG: Mapping[str, str] = {"overlap": "214 520", "answer": "22 877", "band-order": "432 443 617"}


def numbers(listed: str) -> set[int]:
    return set(map(int, listed.split()))


def counted(queries: Sequence[Query], found: Iterable[Flaw]) -> None:
    """What each rule finds, and of those that were read how many are flaws."""
    of: dict[str, list[Flaw]] = {rule: [] for rule in RULES}
    for flaw in found:
        of[flaw.rule].append(flaw)
    table(("rule", "found", "queries", "read", "right"))
    for rule, flaws in of.items():
        among = {flaw.query for flaw in flaws}
        right, wrong = among & numbers(RIGHT.get(rule, "")), among & numbers(WRONG.get(rule, ""))
        read = f"{len(right | wrong)}" if right | wrong else "–"
        row(rule, f"{len(flaws):,}", f"{len(among):,}", read, f"{len(right)}" if right | wrong else "–")
    print(f"\n{len(queries):,} queries, {sum(len(query.criteria) for query in queries):,} criteria\n")


def languages(queries: Sequence[Query], found: Iterable[Flaw]) -> None:
    """In which language the criteria of Chinese queries are."""
    chinese = [query for query in queries if query.language == "zh"]
    plain = [q for q in chinese if {language_of(text) for one in q.criteria for text in texts(one)} == {"en"}]
    all_of: Counter[int] = Counter(flaw.query for flaw in found if flaw.rule == "language")
    whole_queries = [query for query in queries if all_of[query.index] == len(query.criteria)]
    print(f"{len(chinese)} Chinese queries; of {len(whole_queries)} every criterion is in English,")
    print(f"of {len(plain)} without so much as a Chinese name quoted in them\n")


def texts(one: Criterion) -> tuple[str, ...]:
    return (one.name, one.description, *one.bands)


def swapped(one: Criterion, low: int, high: int) -> Criterion:
    bands = list(one.bands)
    bands[low], bands[high] = bands[high], bands[low]
    return replace(one, bands=tuple(bands))  # type: ignore[arg-type]


def caught(queries: Iterable[Query], rule: str, spoil: Callable[[Query], Query | None]) -> tuple[int, int]:
    """Of the queries that can be spoiled, how many the rule finds something in; and how many there are."""
    spoiled = [made for query in queries if (made := spoil(query))]
    return len({flaw.query for flaw in lint(spoiled, [rule])}), len(spoiled)


def bands(queries: Sequence[Query]) -> None:
    """How many criteria with two bands exchanged, or all of them turned over, are found."""
    by = {"en": [], "zh": []}
    for query in queries:
        for one in query.criteria:
            alone = replace(query, index=len(by["en"]) + len(by["zh"]), criteria=(one,))
            by[language_of(one.description)].append(alone)
    table(("bands exchanged", "English criteria", "Chinese criteria"))
    spoiled: dict[str, Callable[[Criterion], Criterion]] = {
        f"{BANDS[low]} and {BANDS[high]}": lambda one, low=low, high=high: swapped(one, low, high)
        for low, high in combinations(range(5), 2)
    }
    spoiled["all five"] = lambda one: replace(one, bands=one.bands[::-1])  # type: ignore[arg-type]
    spoiled["none"] = lambda one: one
    for name, spoil in spoiled.items():
        shares = [
            caught(some, "band-order", lambda query, spoil=spoil: replace(query, criteria=(spoil(query.criteria[0]),)))
            for some in by.values()
        ]
        row(name, *(f"{found / count:.1%}" if found else "0" for found, count in shares))
    print()


def spoiled(queries: Sequence[Query], seed: int) -> None:
    """What the other rules find in criteria that were spoiled for them."""
    rng = np.random.default_rng(seed)

    def thinned(text: str, share: float) -> str:
        words = text.split() if " " in text else list(text)
        return (" " if " " in text else "").join(word for word in words if rng.random() >= share)

    def copied(query: Query, share: float) -> Query:
        first, last = query.criteria[0], query.criteria[-1]
        again = replace(last, description=thinned(first.description, share))
        return replace(query, criteria=(*query.criteria[:-1], again))

    def same_band(query: Query) -> Query:
        one = query.criteria[0]
        made = replace(one, bands=(*one.bands[:3], thinned(one.bands[4], 0.05), one.bands[4]))
        return replace(query, criteria=(made, *query.criteria[1:]))

    def exchanged(fits: Callable[[Query], bool], other: bool = False) -> Callable[[Query], Query | None]:
        """The criteria of the next query that fits (in the other language), where the query itself fits."""
        queue = [query for query in queries if fits(query)]
        said = {query.index: language_of(query.criteria[0].description) for query in queue}

        def spoil(query: Query) -> Query | None:
            if query.index not in said or said[query.index] != query.language:
                return None
            at = next(place for place, one in enumerate(queue) if one.index == query.index)
            turned = queue[at + 1 :] + queue[:at]
            found = next((one for one in turned if (said[one.index] != query.language) == other), None)
            return replace(query, criteria=found.criteria) if found else None

        return spoil

    def without(query: Query, watched: set[tuple[int, str]]) -> Query | None:
        left = tuple(one for one in query.criteria if (query.index, one.name) not in watched)
        return replace(query, criteria=left) if len(left) < len(query.criteria) and has_length(query) else None

    length_criteria = {
        (query.index, one.name)
        for query in load(DATA / "length_subset_C.jsonl", criteria=None).queries
        for one in query.criteria
    }
    cases: list[tuple[str, str, Callable[[Query], Query | None]]] = [
        ("the last criterion has the first one's description", "duplicate", lambda query: copied(query, 0.0)),
        ("the same, a word or sign in ten left out", "duplicate", lambda query: copied(query, 0.1)),
        ("the same, one in five left out", "duplicate", lambda query: copied(query, 0.2)),
        ("band 7-8 is band 9-10, one word or sign in twenty left out", "same-bands", same_band),
        ("criteria of a query in the other language", "language", exchanged(lambda query: True, other=True)),
        ("criteria of another query with material", "material", exchanged(has_material)),
        ("criteria of another query with a form", "format", exchanged(lambda query: bool(demanded(query.text)))),
        ("criteria of another query with a length", "length", exchanged(has_length)),
        ("without the criteria labelled length", "length", lambda query: without(query, length_criteria)),
        ("nothing spoiled, queries with a criterion labelled length", "length",
         lambda query: query if without(query, length_criteria) else None),
    ]  # fmt: skip
    table(("spoiled", "rule", "found", "of queries"))
    for name, rule, spoil in cases:
        found, count = caught(queries, rule, spoil)
        row(name, rule, f"{found:,}", f"{count:,}")
    print()


def has_material(query: Query) -> bool:
    return split(query.text).has_material


def has_length(query: Query) -> bool:
    return any(one.unit in UNITS for one in demands(query.text, query.language))


def table(head: Sequence[str]) -> None:
    row(*head)
    row("---", *["--:"] * (len(head) - 1))


def row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |")


def main() -> None:
    """Print everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    if not (DATA / "benchmark_all.jsonl").is_file():
        options.error(f"needs the published files in {DATA}")
    queries = load(DATA / "benchmark_all.jsonl").queries
    found = list(lint(queries))
    counted(queries, found)
    languages(queries, found)
    asked = [query for query in queries if has_length(query)]
    print(f"{len(asked)} queries ask for a length in words, characters, pages or minutes\n")
    bands(queries)
    spoiled(queries, chosen.seed)
    ours = named("starter", Path, criteria=None).queries
    print("the starter set\n")
    counted(ours, lint(ours))


if __name__ == "__main__":
    main()
