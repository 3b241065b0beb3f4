"""Queries to train on and queries to test on: no query is in both, and none that is nearly the same.

What is split are requests, never responses: a critic that has seen other responses to a request knows the request.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from writingbench.records import UserError
from writingbench.training.alike import near


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Requests, by their texts."""

    train: frozenset[str]
    test: frozenset[str]


def split(sources: Mapping[str, Iterable[str]], share: float, seed: int) -> Split:
    """Split the requests of each source by lot, so that about `share` of them are to test on.

    Requests that are alike stay together, across sources too.
    """
    of = {text: name for name, texts in sources.items() for text in texts}
    wanted = {name: round(share * count) for name, count in Counter(of.values()).items()}
    groups = together(sorted(of))
    random.Random(seed).shuffle(groups)
    test: set[str] = set()
    taken: Counter[str] = Counter()
    for group in groups:
        mine = Counter(of[text] for text in group)
        if all(taken[name] + count <= wanted[name] for name, count in mine.items()):
            test.update(group)
            taken += mine
    return Split(train=frozenset(of.keys() - test), test=frozenset(test))


def together(texts: Sequence[str]) -> list[list[str]]:
    """The texts in groups: whoever is alike with one of a group is in it."""
    leads = {text: text for text in texts}

    def lead(text: str) -> str:
        while leads[text] != text:
            text = leads[text]
        return text

    for pair in near(texts):
        leads[lead(texts[pair.later])] = lead(texts[pair.earlier])
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        groups[lead(text)].append(text)
    return list(groups.values())


def refuse(given: Split) -> None:
    """Raises UserError where a request to test on is alike with one to train on, or the same."""
    train, every = sorted(given.train), sorted(given.train) + sorted(given.test)
    for pair in near(sorted(given.test), train):
        if pair.earlier < len(train):
            raise UserError(
                f"this split would test on what was trained on ({pair.share:.2f} alike): "
                f"{every[pair.earlier][:80]!r} is to train on, {every[pair.later][:80]!r} to test on. "
                "Take the request out of one of the two"
            )
