"""What one writer has over another, on what both answered: overall, by domain, and by genre.

For a writer that thinks before it writes and the same without, and for a writer before and after it was trained. The
published finding is that thinking helps creative writing and does little for efficiency writing. So the difference is
shown for both, and, since "it helps here and not there" is itself a claim about a difference, so is the difference
between the two differences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from writingbench.benchmark import taxonomy
from writingbench.scores import resample
from writingbench.scores.pairs import compare
from writingbench.scores.table import Floats, Table

Genre = Literal["creative", "efficiency"]

CREATIVE_DOMAINS = ("Literature & Arts",)
CREATIVE_SUBDOMAINS = {
    "Advertising & Marketing": (
        "Slogans",
        "Brand Story",
        "Promotional Copy",
        "Promotional Voiceover",
        "Multimedia Script",
        "Social Media Content",
    ),
    "Education": ("Class Activity",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """One writer minus another, on some of the queries."""

    sort: Literal["overall", "domain", "genre", "contrast"]  # contrast: creative minus efficiency, of the differences
    name: str  # of the domain or the genre, else ""
    difference: float | None  # None where no query is shared
    low: float | None  # the 95% interval; None below two shared queries
    high: float | None
    n: int  # shared queries


def genre(domain1: str, domain2: str) -> Genre | None:
    """The genre of a query; None where its domain is not one of the built-in taxonomy, which leaves it out.

    Creative is what is mainly made up, and judged as such: everything of literature and the arts, the pieces of
    advertising whose substance is an idea or a story of the writer's own, and from education the games and parties.
    Advertising that conveys what a product is, where to travel or how something was (Product Description, Travel Guide,
    Marketing Commentary, Personal Blog), and letters that are to bring about one action (Sales Letter), count as
    efficiency: facts must be right and an aim reached, as in the business and office writing that the published finding
    sets against creative content.
    """
    if not taxonomy.builtin().subdomains(domain1):
        return None
    if domain1 in CREATIVE_DOMAINS or domain2 in CREATIVE_SUBDOMAINS.get(domain1, ()):
        return "creative"
    return "efficiency"


def apart(
    table: Table, writers: tuple[str, str] | None, *, resamples: int = 10_000, seed: int = 0
) -> tuple[Apart, ...]:
    """What the first of `writers`, two names, has over the second: overall, by domain, by genre, and between the
    genres. Empty where `writers` is None or not both are in the table.

    Intervals are those of `pairs.compare`; that of the contrast draws all shared queries of either genre together, and
    is as wide as the smaller genre's number of queries asks for.
    """
    names = [label.writer for label in table.labels]
    if writers is None or not set(writers) <= set(names):
        return ()
    both = table.means[[names.index(writer) for writer in writers]]
    queries = table.queries
    genres = np.array([genre(query.domain1, query.domain2) or "" for query in queries], np.str_)
    domains = np.array([query.domain1 for query in queries], np.str_)

    def one(sort: Literal["overall", "domain", "genre"], name: str, means: Floats) -> Apart:
        (found,) = compare(means, [(0, 1)], resamples=resamples, seed=seed)
        return Apart(sort=sort, name=name, difference=found.difference, low=found.low, high=found.high, n=found.shared)

    creative, efficiency = (one("genre", name, both[:, genres == name]) for name in ("creative", "efficiency"))
    return (
        one("overall", "", both),
        *(one("domain", name, both[:, domains == name]) for name in dict.fromkeys(domains.tolist())),
        creative,
        efficiency,
        _contrast(both[0] - both[1], genres, resamples, seed),
    )


def _contrast(
    differences: Floats, genres: np.ndarray[tuple[int], np.dtype[np.str_]], resamples: int, seed: int
) -> Apart:
    """The difference between the genres in `differences` [Q], which is NaN where a query is not shared."""
    there = ~np.isnan(differences) & (genres != "")
    differences, genres = differences[there], genres[there]
    inside = np.array([genres == "creative", genres == "efficiency"])
    n = inside.sum(axis=1)
    if not n.all():
        return Apart(sort="contrast", name="", difference=None, low=None, high=None, n=int(n.sum()))
    sums = np.where(inside, differences, 0)
    drawn = resample.means(resample.weights(len(differences), resamples, seed=seed), sums[None], inside[None])
    low, high = (float(end) for end in resample.interval(drawn[:, 0] - drawn[:, 1], n.min()))
    first, second = (sums.sum(axis=1) / n).tolist()
    return Apart(
        sort="contrast",
        name="",
        difference=first - second,
        low=None if math.isnan(low) else low,
        high=None if math.isnan(high) else high,
        n=int(n.sum()),
    )
