"""Tell whether a value stands in given numbers or follows from them: a sum, a difference, a ratio, a share, a mean.

Of a few hundred numbers nearly every value is the ratio or the difference of some two. So numbers are put together only
where they stand together (a sentence, a row, a column) and where that place speaks of what the value's own sentence
speaks of; and a value counts as derived only where most of its neighbours (the same number of digits, a few steps up or
down) could not be derived in the same way. "37%" beside forty percentages is no evidence of anything, "37.42%" may be.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from heapq import nsmallest
from itertools import combinations, pairwise
from math import log
from statistics import fmean

from writingbench.checks.figures.dates import dates
from writingbench.checks.figures.quantities import Quantity, plain, read
from writingbench.checks.passages import HAN, Span, sentences

__all__ = ["Given", "agrees", "combined", "follows_from"]

TOGETHER = 14  # numbers of one place that are put together; what is longer is cut
PLACES = 3  # places whose numbers are put together for one value
FEW = 6  # places of a query that are all looked at, whatever they speak of
NEIGHBOURS = 20  # values on either side that are tried in a value's stead
CHANCE = 0.15  # share of the neighbours that may be derivable too
ROWS = 40  # of a table: a column longer than that is cut

_WORD = re.compile(r"[a-z]{4,30}")  # no "the" and "and"
_SCALED = re.compile(
    r"(?:单位|金额|[(（])\s?[:：]?\s?(?:人民币)?(?P<zh>千|万|百万|千万|亿)(?:元|美元|人|户|吨|平方米|辆|台|件|股)?"
    r"|\b(?:in|RMB|USD|yuan|\$|€|£|')\s?(?P<en>thousands?|millions?|billions?|'?000)\b",
    re.IGNORECASE,
)
_SCALE = {
    "千": 1e3,
    "万": 1e4,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "thou": 1e3,
    "mill": 1e6,
    "bill": 1e9,
    "'000": 1e3,
    "000": 1e3,
}
_SHARE_WORDS = re.compile(
    r"%|％|率|占|比[例重]|percent|per cent|ratio|rate|share|proportion|margin|growth", re.IGNORECASE
)

Kind = str


def agrees(said: Quantity, given: float) -> bool:
    """Whether a value is what was said, in as many digits as were written."""
    value, reach = said.value, said.step
    if said.about or value >= 100:
        reach = max(reach, _place(said))
    if said.about in {"under", "over"}:  # "over 1,000" is 1,000 to 1,250, "over 1,027" to 1,028, 近八成 75% to 80%
        wide = min(reach, 0.25 * value) if said.about == "over" else -min(0.5 * reach, 0.15 * value)
        if min(value, value + wide) <= given <= max(value, value + wide):
            return True
        reach = said.step
    elif said.about:
        reach = max(min(reach, 0.12 * value), said.step)
    return abs(given - value) <= 0.5 * reach * (1 + 1e-9) + 1e-9 * value


def _place(said: Quantity) -> float:
    """The last place that means something in 3,200 (100), two digits at least, one where it is said to be rough."""
    reach = said.step
    shown = round(said.value / reach)
    least = 10 if said.about else 100
    while shown >= least and shown % 10 == 0:
        shown, reach = shown // 10, reach * 10
    return reach


def combined(quantities: Sequence[Quantity]) -> dict[Kind, list[float]]:
    """What follows from numbers that stand together: percentages, other values, and multiples, each sorted."""
    few = quantities[:TOGETHER]
    percentages = [one.value for one in few if one.kind == "percentage"]
    shares, values, times = [100 - one for one in percentages], list[float](), list[float]()
    for first, second in combinations(few, 2):
        made = _of_two(first, second)
        shares += made[0]
        values += made[1]
        times += made[2]
    for alike in _alike(few):
        shares += (100 * one / sum(alike) for one in alike)
        for n in range(len(alike)):
            for to in range(n + 3, len(alike) + 1):  # totals and means of numbers that follow one another
                total = sum(alike[n:to])
                values += (total, total / (to - n))
    if len(percentages) > 2:
        shares += (fmean(percentages), *(sum(percentages[:n]) for n in range(3, len(percentages) + 1)))
    return {"percentage": sorted(shares), "number": sorted(values), "times": sorted([*times, *values])}


def _of_two(first: Quantity, second: Quantity) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    """Percentages, values and multiples that two numbers make."""
    a, b = first.value, second.value
    low, high = min(a, b), max(a, b)
    kinds = {first.kind, second.kind}
    if kinds == {"percentage"}:
        return (a + b, high - low, (a + b) / 2), (), (a / b, b / a)
    if "percentage" in kinds:
        part, of = (a, b) if first.kind == "percentage" else (b, a)
        part /= 100
        before_a_fall = (of / (1 - part),) if part < 1 else ()
        return (), (of * part, of * (1 + part), of * abs(1 - part), of / (1 + part), *before_a_fall), ()
    if "times" in kinds:
        return (), (a * b, a / b, b / a), ()
    product = (a * b,) if len(kinds) == 2 else ()  # so many at such a price
    if product and first.unit and second.unit:
        return (), product, ()
    share = 100 * low / high
    if first.unit and second.unit and first.unit != second.unit and first.kind != "amount":
        return (share,), product, ()
    growth, fall = 100 * (high - low) / low, 100 * (high - low) / high
    parts = (100 * high / (a + b), 100 * low / (a + b))
    return (share, growth, fall, *parts), (*product, a + b, high - low, (a + b) / 2, high / low), (high / low,)


def _alike(quantities: Sequence[Quantity]) -> list[list[float]]:
    groups: dict[tuple[str, str], list[float]] = {}
    for one in quantities:
        if one.kind in {"number", "amount"}:
            groups.setdefault((one.kind, one.unit if one.kind == "number" else ""), []).append(one.value)
    return [values for values in groups.values() if len(values) > 2]


def follows_from(said: Quantity, pools: Iterable[dict[Kind, list[float]]]) -> bool:
    """Whether the value follows from one of the pools, and not just because so much does."""
    kind = "number" if said.kind == "amount" else said.kind
    looked: list[list[float]] = []
    for pool in pools:
        values = pool[kind]
        looked.append(values)
        if any(agrees(said, one) for one in _near(values, said)):
            rough = said.step > 0.1 * said.value  # "a third": its neighbours are few and far away
            return _by_chance(said, looked) <= (2 * CHANCE if rough else CHANCE)
    return False


def _near(values: list[float], said: Quantity) -> list[float]:
    wide = 0.26 * said.value + said.step
    return values[bisect_left(values, said.value - wide) : bisect_right(values, said.value + wide)]


def _by_chance(said: Quantity, looked: list[list[float]]) -> float:
    """Which share of the value's neighbours could be had from these values as well."""
    step = max(said.step, _place(said) if said.value >= 100 else 0.0)
    low, high = said.value - (NEIGHBOURS + 0.5) * step, said.value + (NEIGHBOURS + 0.5) * step
    hit = {
        round((one - said.value) / step)
        for values in looked
        for one in values[bisect_left(values, low) : bisect_right(values, high)]
    } - {0}
    possible = NEIGHBOURS + min(NEIGHBOURS, int(said.value / step) - 1)
    return len(hit) / max(possible, 1)


class _Place:
    """A sentence, a row or a column of what was given, with its numbers."""

    def __init__(self, quantities: Sequence[Quantity], words: frozenset[str]) -> None:
        self.quantities = quantities
        self.words = words

    @cached_property
    def pool(self) -> dict[Kind, list[float]]:
        return combined(self.quantities)


def words_of(text: str) -> frozenset[str]:
    """English words, and pairs of Chinese characters that stand side by side."""
    han = [match.start() for match in HAN.finditer(text)]
    pairs = {text[a : a + 2] for a, b in pairwise(han) if b == a + 1}
    return frozenset({*_WORD.findall(text.lower()), *pairs})


class Given:
    """The numbers that a request with its material names, and the places where they stand."""

    def __init__(self, text: str) -> None:
        text = plain(text)
        self.dates = dates(text)
        found = read(text, spaced=True, skip=[one.span for one in self.dates])
        scales = {_SCALE[(m["zh"] or m["en"].lower().rstrip("s")[:4])] for m in _SCALED.finditer(text)}
        self.values: dict[Kind, list[float]] = {"percentage": [], "number": [], "times": []}
        for one in found:
            self._stands(one, text, scales)
        for stands in self.values.values():
            stands.sort()
        self.places = _places(text, found)
        self._where: dict[str, list[int]] = {}
        for n, place in enumerate(self.places):
            for word in place.words:
                self._where.setdefault(word, []).append(n)
        many = len(self.places)
        self._rare = {word: log(1 + many / len(where)) for word, where in self._where.items()}

    def _stands(self, one: Quantity, text: str, scales: set[float]) -> None:
        shares, numbers, times = self.values["percentage"], self.values["number"], self.values["times"]
        numbers.append(one.value)  # in a table the sign stands at the head of the column, if anywhere
        if one.kind == "percentage":
            shares.append(one.value)
            times.append(1 + one.value / 100)  # what grew by 100% has doubled
        elif one.kind == "times":
            times.append(one.value)
            shares += (100 * one.value, 100 * abs(one.value - 1))
        elif one.kind == "number":
            if one.value < 1:
                shares.append(100 * one.value)
            if not one.unit or one.unit in "至到":
                around = text[max(0, one.span[0] - 60) : one.span[1] + 20]
                if one.step < 1 or _SHARE_WORDS.search(around):
                    shares.append(one.value)
                numbers += (one.value * scale for scale in scales)

    def holds(self, said: Quantity) -> bool:
        """Whether the value itself is given, in other digits or another unit perhaps."""
        values = self.values["number" if said.kind == "amount" else said.kind]
        return any(agrees(said, one) for one in _near(values, said))

    def follows(self, said: Quantity, sentence: frozenset[str], beside: Sequence[Sequence[Quantity]]) -> bool:
        """Whether the value follows from given numbers that stand around it, or from those of like places.

        `sentence` are the words of the value's own sentence, `beside` the runs of given numbers around it, the nearest
        first.
        """
        if follows_from(said, (combined(run) for run in beside if run)):
            return True
        return follows_from(said, (self.places[n].pool for n in self._like(sentence)))

    def _like(self, words: frozenset[str]) -> list[int]:
        """The places that share most with a sentence, rare words before common ones."""
        marks: dict[int, float] = {}
        for word in words & self._where.keys():
            rare = self._rare[word]
            for n in self._where[word][:60]:
                marks[n] = marks.get(n, 0.0) + rare
        few = len(self.places) <= FEW
        able = range(len(self.places)) if few else [n for n, mark in marks.items() if mark > 0.5]
        # of two that are equally like it, the one with fewer numbers; rounded, since a set has no order to add up in
        return nsmallest(
            FEW if few else PLACES,
            able,
            key=lambda n: (-round(marks.get(n, 0.0), 6), len(self.places[n].quantities), n),
        )


def _places(text: str, found: Sequence[Quantity]) -> list[_Place]:
    spans = sentences(text)
    starts = [start for start, _ in spans]
    of: list[list[Quantity]] = [[] for _ in spans]
    for one in found:
        n = bisect_right(starts, one.span[0]) - 1
        if n >= 0:
            of[n].append(one)
    places: list[_Place] = []
    run: list[int] = []
    for n, (start, end) in enumerate(spans):
        if not of[n]:
            continue
        for at in range(0, len(of[n]), TOGETHER - 2):
            piece = of[n][at : at + TOGETHER]
            places.append(_Place(piece, words_of(text[start if not at else piece[0].span[0] : end][:600])))
        # with the sentence before, where both are short: "Sales were 300 in May. In June they were 360."
        if n and of[n - 1] and len(of[n]) + len(of[n - 1]) <= TOGETHER:
            both = [*of[n - 1], *of[n]]
            places.append(_Place(both, words_of(text[spans[n - 1][0] : end][:600])))
        if run and n == run[-1] + 1 and len(of[n]) == len(of[run[-1]]):
            run.append(n)
        else:
            places += _columns(text, spans, of, run)
            run = [n]
    return places + _columns(text, spans, of, run)


def _columns(text: str, spans: Sequence[Span], of: Sequence[Sequence[Quantity]], rows: Sequence[int]) -> list[_Place]:
    """Lines with as many numbers each are taken for the rows of a table."""
    if len(rows) < 3:
        return []
    words = words_of(text[spans[max(0, rows[0] - 1)][0] : spans[rows[-1]][1]][:1200])
    return [
        _Place([of[row][column] for row in rows[:ROWS][at : at + TOGETHER]], words)
        for column in range(min(len(of[rows[0]]), 12))
        for at in range(0, min(len(rows), ROWS), TOGETHER)
    ]
