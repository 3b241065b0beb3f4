"""How a text changes along its length: what it says again and how its words vary, window by window.

    Stretch(start=0, tokens=506, repetition=0.0, variety=0.71), Stretch(start=506, tokens=488, ...), ...

A window is about 500 tokens (`benchmark.size`) and ends where a sentence does. `average` lays the courses of many
responses over one another, position by position. Whatever else is known of each window, such as a judge's marks, goes
through `levels` in the same way.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from writingbench.benchmark.size import tokens as about
from writingbench.checks.passages import Span, sentences, trimmed
from writingbench.checks.repetition.folded import NUMBER, Folded
from writingbench.checks.repetition.repeats import signs

SIZE = 500  # tokens
RUN = {False: 8, True: 12}  # words, Chinese characters that stand again in the same order
WINDOW, STEP = 200, 25  # words of which variety is the distinct share


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One window of a text."""

    span: Span  # characters
    start: int  # tokens before it
    tokens: int
    repetition: float  # share of its characters that stood before: in runs of eight words or twelve Chinese ones
    variety: float | None  # distinct words (Chinese: pairs of characters) of 200 in a row; None where there are fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A mean over responses. Its 95% interval is absent where there is one response."""

    mean: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What many responses are like in the window that begins at `start` tokens."""

    start: int
    repetition: Level | None
    variety: Level | None


def windows(text: str, size: int = SIZE) -> list[Span]:
    """The text in windows of about `size` tokens, without the white space between them.

    A window ends with the sentence that ends nearest to a multiple of `size`, so that the windows of two texts stand at
    the same positions. What remains at the end is a window if it is at least half as large; else the last one takes it.
    """
    ends = _ends(text, size)
    if not ends:
        return []
    cuts, place = [0], 0
    for target in range(size, ends[-1][0] - size // 2 + 1, size):
        place = bisect_left(ends, (target, 0), place)
        nearer = place - 1 if place and target - ends[place - 1][0] < ends[place][0] - target else place
        cuts.append(ends[nearer][1])
    cuts.append(len(text))
    return [span for start, end in pairwise(cuts) if (span := trimmed(text, start, end))]


def course(text: str, size: int = SIZE) -> tuple[Stretch, ...]:
    """The windows of a text, each with what it repeats of the text before it and how its words vary."""
    folded = Folded(text)
    run = RUN[folded.chinese]
    again = bytearray(len(text))
    passages = [one.again[0] for one in signs(text)]
    for place, earlier in enumerate(folded.before(run)):
        # the rows of a table of numbers are not the same row
        if earlier >= 0 and 3 * folded.tokens[place : place + run].count(NUMBER) <= run:
            passages.append((folded.starts[place], folded.spans[place + run - 1][1]))
    for start, end in passages:
        again[start:end] = b"\1" * (end - start)
    found = []
    for start, end in windows(text, size):
        first, last = bisect_left(folded.starts, start), bisect_left(folded.starts, end)
        varieties = folded.varieties(first, last, WINDOW, STEP)
        found.append(
            Stretch(
                span=(start, end),
                start=about(text[:start]),
                tokens=about(text[start:end]),
                repetition=again.count(1, start, end) / (end - start),
                variety=sum(varieties) / len(varieties) if varieties else None,
            )
        )
    return tuple(found)


def average(courses: Sequence[Sequence[Stretch]], size: int = SIZE, *, seed: int = 0) -> list[Position]:
    """The courses of many responses by position: the first windows, the second windows, and so on.

    Fewer responses reach the later positions, and other ones than begin: compare positions with `n` in view.
    """
    repetition = levels([[one.repetition for one in stretches] for stretches in courses], seed=seed)
    variety = levels([[one.variety for one in stretches] for stretches in courses], seed=seed)
    return [
        Position(start=number * size, repetition=one, variety=other)
        for number, (one, other) in enumerate(zip(repetition, variety, strict=True))
    ]


def levels(rows: Sequence[Sequence[float | None]], *, draws: int = 1000, seed: int = 0) -> list[Level | None]:
    """The mean of each column over the rows that have it, rows being responses; None where none has it.

    Intervals are percentiles over draws of whole rows with replacement (Efron 1979).
    """
    import numpy as np  # noqa: PLC0415  # checks are imported on the way to commands that need no numpy

    values = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
    for row, given in zip(values, rows, strict=True):
        row[: len(given)] = [np.nan if one is None else one for one in given]
    present = ~np.isnan(values)
    counts = present.sum(0)
    filled = np.where(present, values, 0.0)
    if not rows:
        return []
    drawn = np.random.default_rng(seed).multinomial(len(rows), [1 / len(rows)] * len(rows), draws)
    found: list[Level | None] = []
    for column in range(values.shape[1]):
        n = int(counts[column])
        low = high = None
        if n > 1:
            weights = drawn @ present[:, column]
            means = (drawn @ filled[:, column])[weights > 0] / weights[weights > 0]
            low, high = (float(one) for one in np.quantile(means, [0.025, 0.975]))
        mean = float(filled[:, column].sum() / n) if n else 0.0
        found.append(Level(mean=mean, low=low, high=high, n=n) if n else None)
    return found


def _ends(text: str, size: int) -> list[tuple[int, int]]:
    """Where the text may be cut: (tokens before, character), in order.

    A sentence longer than a quarter of a window may be cut inside, since a model that loops may never end one.
    """
    found = []
    at = anchor = base = 0
    for _, end in sentences(text):
        begun, parts = at, 1 + 4 * about(text[at:end]) // size
        for part in range(1, parts + 1):
            at = begun + (end - begun) * part // parts
            here = about(text[anchor:at])
            found.append((base + here, at))
            if here >= size:  # counted from a near place, or long texts would be counted over and over
                anchor, base = at, base + here
    return found
