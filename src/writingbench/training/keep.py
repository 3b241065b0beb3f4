"""Which candidates are kept: the best, and controls that tell what choosing the best was worth.

    top      the share with the highest marks, of each subdomain
    random   as many of each subdomain, by lot: what as much data does without choosing
    length   as many of each subdomain, by lot among those about as long as the top ones: what length alone does
    all      every one: what more data does

Without subdomains apart the best would come from the subdomains that a judge marks high. Controls are drawn from the
whole pool, the top ones with it, as a share of it kept at random is.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from writingbench.benchmark.size import tokens
from writingbench.training.candidates import Candidate

Set = Literal["top", "random", "length", "all"]
SETS: tuple[Set, ...] = ("top", "random", "length", "all")
NEAR = 5  # candidates nearest in length, one of which stands for a top one


def kept(pool: Sequence[Candidate], share: float, seed: int) -> Mapping[Set, list[int]]:
    """The places in the pool of each set's candidates, in the order of the pool; at least one of each subdomain."""
    subdomains: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(pool):
        subdomains[one.subdomain].append(place)
    lengths = [tokens(one.answer.text) for one in pool]
    chance = random.Random(seed)
    lots = [chance.random() for _ in pool]  # equal marks are many: among them the lot decides
    made: dict[Set, list[int]] = {name: [] for name in SETS}
    made["all"] = list(range(len(pool)))
    for _, places in sorted(subdomains.items()):
        count = max(1, round(share * len(places)))
        best = sorted(places, key=lambda place: (-pool[place].mark, lots[place]))[:count]
        made["top"] += best
        made["random"] += chance.sample(places, count)
        made["length"] += alike_in_length(best, places, lengths, chance)
    return {name: sorted(places) for name, places in made.items()}


def alike_in_length(
    wanted: Sequence[int], places: Sequence[int], lengths: Sequence[int], chance: random.Random
) -> list[int]:
    """As many of `places` as are `wanted`, each drawn among those nearest in length to one that is; none twice."""
    left = sorted((lengths[place], place) for place in places)
    made = []
    for one in chance.sample(wanted, len(wanted)):
        length = lengths[one]
        at = bisect_left(left, (length, -1))
        # not itself: of those nearest to it it would always be one, and the set would be half of the best again
        about = [spot for spot in range(max(at - NEAR, 0), min(at + NEAR + 1, len(left))) if left[spot][1] != one]
        near = sorted(about, key=lambda spot, length=length: abs(left[spot][0] - length))[:NEAR]  # type: ignore[misc]
        made.append(left.pop(chance.choice(near or [0]))[1])
    return made
