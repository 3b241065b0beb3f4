"""Bands that cannot tell texts apart: the same twice, the wrong way round, or nothing but praise and blame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from writingbench.criteria.lint.flaw import Flaw, flaw
from writingbench.criteria.lint.grades import grade, pattern
from writingbench.criteria.lint.text import LONGEST, alike, cut, language, units
from writingbench.records import BANDS, Query

NEAR = 0.7  # of the pairs of words of two bands: above it, only words that grade may tell them apart
WORSE = 1.0  # of the four grades between the worst and the best word
WORDS = 2  # that grade, below which a band is not put in order
OWN = 3  # words of their own that all bands together must have to be about something

_COUNTS = re.compile(
    r"\d.*|one|two|three|four|five|six|seven|eight|nine|ten|none|once|twice|half|both|all|most|every|any|[零一二两三四五六七八九十全都半几多少]"
)
_EMPTY = {
    *"a an the is are be of in on to and or with for it its this that very quite rather most more all than as".split(),
    *"at but not no has have does do meet meets shows some few many much level quality content response text".split(),
    *"writing work answer score mark performance overall criterion requirement requirements".split(),
    *"很非常较为的了是和与或不太差好中等高低上下质量内容回答文章表现整体要求符合达到水平一般极优良格满足在有无比",
}


def identical(query: Query) -> Iterator[Flaw]:
    """`same-bands`: two bands of a criterion say the same, or differ in nothing that grades."""
    for criterion in query.criteria:
        for (at, one), (to, other) in combinations(enumerate(criterion.bands), 2):
            if units(one) == units(other):
                how = "say the same"
            elif alike(one, other) >= NEAR and not _told_apart(one, other):
                how = "say nearly the same"
            else:
                continue
            yield flaw(query, criterion, "same-bands", f"bands {BANDS[at]} and {BANDS[to]} {how}", cut(other))
            break


def order(query: Query) -> Iterator[Flaw]:
    """`band-order`: a higher band that is plainly worse than a lower one, by the words that grade in them."""
    for criterion in query.criteria:
        said = language(" ".join(criterion.bands)) or query.language
        grades = [grade(band, said) for band in criterion.bands]
        plain = [(at, found[0]) for at, found in enumerate(grades) if found and found[1] >= WORDS]
        worst = max(((low - high, at, to) for (at, low), (to, high) in combinations(plain, 2)), default=(0.0, 0, 0))
        if worst[0] >= WORSE:
            _, at, to = worst
            evidence = f"{cut(criterion.bands[at])} < {cut(criterion.bands[to])}"
            yield flaw(query, criterion, "band-order", f"band {BANDS[to]} reads worse than {BANDS[at]}", evidence)


def empty(query: Query) -> Iterator[Flaw]:
    """`empty-bands`: bands that only grade, or that another criterion of the query has word for word."""
    seen: dict[tuple[str, ...], str] = {}
    for criterion in query.criteria:
        said = language(" ".join(criterion.bands)) or query.language
        left = set(units(pattern(said).sub(" ", " ".join(band[:LONGEST] for band in criterion.bands)))) - _EMPTY
        words = tuple(" ".join(units(band)) for band in criterion.bands)
        if len({word for word in left if not word.isdigit()}) < OWN:
            yield flaw(
                query, criterion, "empty-bands", "the bands only grade, and name nothing", cut(criterion.bands[-1])
            )
        elif words in seen:
            yield flaw(query, criterion, "empty-bands", f"the same bands as {seen[words]!r}", cut(criterion.bands[-1]))
        seen.setdefault(words, criterion.name)


def _told_apart(one: str, other: str) -> bool:
    """Whether what two bands do not share grades them: a word of praise or blame, a denial, a number."""
    ours, theirs = units(one), units(other)
    both = set(ours) & set(theirs)
    graded = [
        [word[0].lower() for said in ("en", "zh") for word in pattern(said).finditer(text[:LONGEST])]
        for text in (one, other)
    ]
    numbers = any(_COUNTS.fullmatch(unit) for unit in {*ours, *theirs} - both)
    return numbers or graded[0] != graded[1]
