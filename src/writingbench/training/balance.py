"""As many marks of each kind as a critic should see: where most are 8s it learns to say 8.

Each source has a balance of its own, since its scale has: people who scored 0 to 3 never gave what becomes a 6.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # the command line reads `Balance` whenever it starts
    from writingbench.training.conversations import Conversation

Balance = Literal["median", "even", "none"]


def cap(counts: Mapping[int, int], how: Balance) -> int:
    """How many conversations one score may have, given how many each has: as many as the score in the middle (those
    with more are cut down to it, those with less keep what they have), as many as the rarest, or all.
    """
    sizes = sorted(counts.values())
    return {"median": sizes[(len(sizes) - 1) // 2], "even": sizes[0], "none": sizes[-1]}[how]


def balanced(every: Sequence[Conversation], how: Balance, seed: int) -> list[Conversation]:
    """Those that stay, in their order; which of a score's do is drawn by lot."""
    places: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, one in enumerate(every):
        places[one.source][one.score].append(place)
    chance, stay = random.Random(seed), set[int]()
    for of in places.values():
        most = cap({score: len(these) for score, these in of.items()}, how)
        for _, these in sorted(of.items()):
            stay.update(these if len(these) <= most else chance.sample(these, most))
    return [every[place] for place in sorted(stay)]


def counts(every: Sequence[Conversation]) -> dict[str, dict[str, int]]:
    """How many conversations each score has, by source."""
    made: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for one in every:
        made[one.source][one.score] += 1
    return {source: {str(score): of[score] for score in sorted(of)} for source, of in sorted(made.items())}
