"""A small set of queries with the proportions of the whole benchmark.

Each domain gets its share in each language, exactly (by largest remainders). Within these numbers the set is drawn at
random, and then a query is exchanged for another of its domain and language for as long as that brings the counts of
subdomains, of length classes and of requirements nearer to their shares. Another seed draws another set that is as
well balanced, so there are many to choose from.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from writingbench.benchmark.size import tokens as by_characters
from writingbench.benchmark.stats import EDGES
from writingbench.records import REQUIREMENTS, Query, UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLASSES = ("under 1K tokens", "1K to 3K", "3K to 5K", "5K and more")  # between the EDGES
NONE = "none"  # of the requirements
MARGINS = ("domain", "subdomain", "length", "requirement")

Trait = tuple[str, str]  # margin and name: ("length", "1K to 3K")
Cell = tuple[str, str]  # domain and language


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of the whole and of a set has one trait."""

    margin: str  # one of MARGINS
    name: str  # of a domain with its language, of a subdomain with its domain, of a class or a requirement
    whole: float  # share, 0 to 1
    chosen: float  # the same


def balanced(
    queries: Sequence[Query], size: int, seed: int = 0, tokens: Callable[[str], int] = by_characters
) -> tuple[Query, ...]:
    """`size` of the queries, in their order and in the proportions of them all.

    Raises UserError for a size that is not between 1 and the number of queries.
    """
    (chosen,) = candidates(queries, size, (seed,), tokens)
    return tuple(queries[place] for place in chosen)


def candidates(
    queries: Sequence[Query], size: int, seeds: Iterable[int], tokens: Callable[[str], int] = by_characters
) -> list[NDArray[np.intp]]:
    """For each seed the places, in rising order, of the queries that `balanced` chooses."""
    import numpy as np  # noqa: PLC0415 - `--help` imports this package and needs none of it

    if not 1 <= size <= len(queries):
        raise UserError(
            f"a set of {size} queries: there are {len(queries):,}, so from 1 to {len(queries):,} can be had"
        )
    traits = [_traits(query, tokens) for query in queries]
    columns = {trait: column for column, trait in enumerate(dict.fromkeys(trait for have in traits for trait in have))}
    has = np.zeros((len(queries), len(columns)))
    cells = defaultdict[Cell, list[int]](list)
    for place, (query, have) in enumerate(zip(queries, traits, strict=True)):
        has[place, [columns[trait] for trait in have]] = 1
        cells[query.domain1, query.language].append(place)
    return [_draw(has, cells, size, np.random.default_rng(seed)) for seed in seeds]


def imbalance(
    queries: Sequence[Query], chosen: Sequence[Query], tokens: Callable[[str], int] = by_characters
) -> list[Share]:
    """How near the proportions of `chosen` are to those of `queries`, which hold them: a row for each trait."""
    whole, part = (Counter(trait for query in some for trait in _traits(query, tokens)) for some in (queries, chosen))
    fixed = (*CLASSES, *REQUIREMENTS, NONE)  # names with an order of their own; others as they first occur
    order = sorted(whole, key=lambda one: (MARGINS.index(one[0]), fixed.index(one[1]) if one[1] in fixed else 0))
    return [
        Share(
            margin=margin, name=name, whole=whole[margin, name] / len(queries), chosen=part[margin, name] / len(chosen)
        )
        for margin, name in order
    ]


def _traits(query: Query, tokens: Callable[[str], int]) -> list[Trait]:
    """What a query counts as."""
    return [
        ("domain", f"{query.domain1}, {query.language}"),
        ("subdomain", f"{query.domain1}: {query.domain2}"),  # two domains may have a subdomain of one name
        ("length", CLASSES[bisect(EDGES, tokens(query.text))]),
        *(("requirement", kind) for kind in query.requirements or (NONE,)),
    ]


def _draw(
    has: NDArray[np.float64], cells: Mapping[Cell, list[int]], size: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """The places of one set. `has[Q, traits]` is 1 where a query has a trait; `cells` hold every place once."""
    import numpy as np  # noqa: PLC0415 - as above

    quotas = _apportion({cell: len(places) for cell, places in cells.items()}, size, rng)
    shuffled = [rng.permutation(places) for places in cells.values()]
    taken = [np.arange(len(places)) < quotas[cell] for cell, places in cells.items()]
    rows = [has[places] for places in shuffled]
    over = sum(own[mine].sum(0) for own, mine in zip(rows, taken, strict=True)) - has.mean(0) * size  # of each trait
    better = True
    while better:
        better = False
        for own, mine in zip(rows, taken, strict=True):
            for place in np.flatnonzero(mine):
                # what the sum of over² grows by with each query in the place of this one; the first of equals is a
                # random one, for the cell is shuffled
                without = over - own[place]
                costs = own @ (2 * without + 1)
                best = int(np.where(mine, np.inf, costs).argmin())
                if not mine[best] and costs[best] < costs[place] - 1e-9:
                    mine[place], mine[best] = False, True
                    over = without + own[best]
                    better = True
    return np.sort(np.concatenate([places[mine] for places, mine in zip(shuffled, taken, strict=True)]))


def _apportion(sizes: Mapping[Cell, int], seats: int, rng: np.random.Generator) -> dict[Cell, int]:
    """Seats in proportion to `sizes`, by largest remainders (Hamilton).

    Among equal remainders the domain and language that have got fewest of these last seats come first, then the lot.
    """
    whole = sum(sizes.values())
    quotas = {cell: size * seats // whole for cell, size in sizes.items()}
    lots = dict(zip(sizes, rng.random(len(sizes)), strict=True))
    got: Counter[str] = Counter()
    for _ in range(seats - sum(quotas.values())):
        last = max(lots, key=lambda cell: (sizes[cell] * seats % whole, -got[cell[0]] - got[cell[1]], lots[cell]))
        quotas[last] += 1
        got.update(last)
        del lots[last]
    return quotas
