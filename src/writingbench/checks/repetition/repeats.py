"""Search a text for what it says again: signs without end, loops, paragraphs and sentences that stood before.

Runs of a few tokens that stood before are looked up once (`Folded.before`). A loop is such runs at one distance,
followed in both directions; a paragraph or sentence is compared with the one that most of its runs stood in. So every
token is looked at a few times, however long the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from writingbench.checks.passages import Span, paragraphs, sentences
from writingbench.checks.repetition.folded import NUMBER, WIDE, Folded, runs

RUN = {False: 4, True: 6}  # tokens that must stand again to look closer: words, Chinese characters
CHARACTER = 0.6  # of a word that a Chinese character weighs

ROUNDS, FARTHEST = 3, 400  # of a loop at least; tokens from one round to the next at most
LOOP, CHANT = 24.0, 60.0  # words that a loop says again at least, and one of a word or two
SIGNS, BLANKS = 100, 1000  # of one character in a row at least, and of one that draws lines or fills tables
PARAGRAPH, TWICE, THRICE, SIMILAR = 30.0, 12.0, 8.0, 16.0  # words; of a sentence that stands twice, oftener, nearly so
SHARED = 0.3  # of their runs that two passages share
ALIKE = {False: 0.8, True: 0.85}  # of their words, of their Chinese characters
TABLE_BAR = 4  # as much more must a loop say again in a table

_SIGNS = re.compile(rf"(.)\1{{{SIGNS - 1},}}", re.DOTALL)
_DRAWN = re.compile(r"[\s\-=_.*~·…—–─━═│|#+<>/\\。]")
OPPOSITES = tuple(
    frozenset(pair.split())
    for pair in (
        "high low/higher lower/increase decrease/increases decreases/rise decline/rise fall/rises falls/more less/"
        "more fewer/above below/before after/left right/import export/imports exports/male female/men women/his her/"
        "he she/positive negative/advantages disadvantages/best worst/supply demand/surplus shortage/"
        "高 低/大 小/上 下/左 右/前 后/男 女/多 少/增 减/正 负/甲 乙/优 劣/早 晚/内 外"
    ).split("/")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A passage that stands more than once. Passages are (start, end) in characters of the text."""

    kind: str  # one of words/repetition.toml
    first: Span
    again: tuple[Span, ...]  # of a loop, all rounds after the first as one passage
    times: int

    @property
    def size(self) -> int:
        """Characters that say something again."""
        return sum(end - start for start, end in self.again)


def repeats(folded: Folded, request: str, bar: int = 1) -> list[Repeat]:
    """Loops, then paragraphs that are in none, then sentences that are in neither.

    What repeats the request's own words is left out. `bar` is how many times more there must be where repeating is the
    custom.
    """
    found = list(signs(folded.text, bar))
    size = RUN[folded.chinese]
    before = folded.before(size)
    if max(before, default=-1) < 0:
        return found
    covered = bytearray(len(before))  # tokens that are in something found
    _cover(folded, covered, [(one.first[0], one.again[-1][1]) for one in found])
    stops = sentences(folded.text)
    found += _loops(folded, before, size, bar, stops, covered)
    asked = _asked(request, size)
    for kind, passages in (("paragraph", paragraphs(folded.text)), ("sentence", stops)):
        for one in _again(folded, before, size, kind, passages, covered):
            if one.times >= bar and not _quoted(folded.text[slice(*one.first)], size, asked):
                found.append(one)
                _cover(folded, covered, one.again)
    return found


def weight(tokens: Sequence[str]) -> float:
    """About how many words the tokens are."""
    return len(tokens) - (1 - CHARACTER) * sum(token >= WIDE for token in tokens)


def alike(one: Sequence[str], other: Sequence[str], least: float) -> bool:
    """Whether two passages share `least` of their tokens (Dice's coefficient of the two bags) and are not parallel.

    Parallel passages say the same of something else: another number, another letter, the opposite ("低剂量组" and
    "高剂量组"), or one name wherever the other has another.
    """
    if 2 * min(len(one), len(other)) < least * (len(one) + len(other)):
        return False
    left, right = Counter(one), Counter(other)
    if 2 * (left & right).total() < least * (len(one) + len(other)):
        return False
    gone, come = left.keys() - right.keys(), right.keys() - left.keys()
    if any(word[0].isdigit() or (len(word) == 1 and word < WIDE and word not in "ai") for word in gone | come):
        return False
    if any(left[word] > 1 for word in gone) and any(right[word] > 1 for word in come):
        return False
    return not any(pair & gone and pair & come for pair in OPPOSITES)


def signs(text: str, bar: int = 1) -> Iterator[Repeat]:
    """One character without end: "！！！！…", "Nooooo…", a thousand blanks; no drawn lines and no padded tables."""
    half = SIGNS // 2
    # one in a hundred texts goes on to the search, which takes longer than all the rest
    if not any(text.count(text[at], at, at + half) == half for at in range(0, len(text), half)):
        return
    for start, end in (found.span() for found in _SIGNS.finditer(text)):
        if end - start >= (BLANKS if _DRAWN.match(text, start) else SIGNS) * bar:
            yield Repeat(kind="loop", first=(start, start + 1), again=((start + 1, end),), times=end - start)


def _loops(
    folded: Folded, before: Sequence[int], size: int, bar: int, stops: Sequence[Span], covered: bytearray
) -> Iterator[Repeat]:
    """Loops, the longest first, and none that is mostly inside another."""
    spans = folded.spans
    openings = [start for start, _ in stops]
    for start, end, period in sorted(_rounds(folded, before, size, bar), key=lambda one: one[0] - one[1]):
        if 2 * covered.count(1, start, end) > end - start:
            continue
        covered[start:end] = b"\1" * (end - start)
        changing = folded.raw[start + period : end] != folded.raw[start : end - period]
        # a round begins where a sentence does, if one does
        sentence = bisect_left(openings, spans[start][0])
        opening = bisect_left(folded.starts, openings[sentence]) if sentence < len(openings) else end
        first = opening if opening < start + period and end - opening >= ROUNDS * period else start
        yield Repeat(
            kind="counter" if changing else "loop",
            first=(spans[first][0], spans[first + period - 1][1]),
            again=((spans[first + period][0], spans[end - 1][1]),),
            times=(end - first) // period,
        )


def _rounds(folded: Folded, before: Sequence[int], size: int, bar: int) -> Iterator[tuple[int, int, int]]:
    """Loops as (start, end, tokens of a round), each followed as far as it goes in both directions."""
    tokens, spans = folded.tokens, folded.spans
    until: dict[int, int] = {}  # where the last stretch of each period ended
    for place, earlier in enumerate(before):
        period = place - earlier
        if earlier < 0 or period > FARTHEST or place < until.get(period, 0):
            continue
        start, end = earlier, place + size
        while end < len(tokens) and tokens[end] == tokens[end - period]:
            end += 1
        while start and tokens[start - 1] == tokens[start - 1 + period]:
            start -= 1
        until[period] = end
        if end - start < ROUNDS * period:
            continue
        unit = tokens[start : start + period]
        if 3 * unit.count(NUMBER) > period:
            continue
        table = _table(folded.text, (spans[start][0], spans[start + period - 1][1]))
        least = (LOOP if weight(unit) >= 3 else CHANT) * max(bar, TABLE_BAR if table else 1)
        if weight(tokens[start + period : end]) >= least:
            yield start, end, period


def _again(
    folded: Folded, before: Sequence[int], size: int, kind: str, passages: Sequence[Span], covered: bytearray
) -> list[Repeat]:
    """The passages that say what an earlier one says, word for word or nearly so; each with all that say it again."""
    raw = folded.raw
    units = [_unit(folded, passage) for passage in passages]
    owner = [-1] * len(raw)
    for number, (start, end) in enumerate(units):
        owner[start:end] = [number] * (end - start)
    least = PARAGRAPH if kind == "paragraph" else THRICE
    seen: dict[tuple[str, ...], int] = {}
    root: dict[int, int] = {}  # the first of those that say the same
    copies: dict[int, list[int]] = {}
    loose: set[int] = set()  # roots with a copy that is not word for word
    for number, (start, end) in enumerate(units):
        if (
            end - start < least
            or 2 * covered.count(1, start, end) > end - start
            or _table(folded.text, passages[number])
        ):
            continue
        first = seen.setdefault(tuple(raw[start:end]), number)
        if first == number:
            votes = Counter(owner[place] for place in before[start : max(start, end - size + 1)] if place >= 0)
            likeliest = [(other, shared) for other, shared in votes.most_common(2) if 0 <= other < number][:1]
            if not likeliest or likeliest[0][1] < SHARED * (end - start - size + 1):
                continue
            first = likeliest[0][0]
            if weight(raw[start:end]) < SIMILAR or not alike(
                raw[slice(*units[first])], raw[start:end], ALIKE[folded.chinese]
            ):
                continue
            loose.add(root.get(first, first))
        root[number] = root.get(first, first)
        copies.setdefault(root[number], []).append(number)
    return [
        Repeat(
            kind=f"{kind}_alike" if first in loose else kind,
            first=passages[first],
            again=tuple(passages[other] for other in others),
            times=1 + len(others),
        )
        for first, others in copies.items()
        if weight(raw[slice(*units[first])]) >= (TWICE if kind == "sentence" and len(others) == 1 else least)
        and not (len(others) == 1 and any(_shown(folded.text, passages[number]) for number in (first, others[0])))
    ]


def _tokens(folded: Folded, passage: Span) -> Span:
    """The tokens of a passage."""
    start, end = passage
    return bisect_left(folded.starts, start), bisect_left(folded.starts, end)


def _cover(folded: Folded, covered: bytearray, passages: Iterable[Span]) -> None:
    for passage in passages:
        start, end = _tokens(folded, passage)
        covered[start:end] = b"\1" * (end - start)


def _unit(folded: Folded, passage: Span) -> Span:
    """The tokens of a passage without the number of a list's item."""
    start, end = _tokens(folded, passage)
    return (start + 1 if start < end and folded.tokens[start] == NUMBER else start), end


def _shown(text: str, passage: Span) -> bool:
    """Whether a passage is set in bold to its end: a line that is shown once, and said or explained once."""
    return text[slice(*passage)].rstrip(" ”’\"'」』)）]】。.！!？?").endswith("**")


def _table(text: str, passage: Span) -> bool:
    """Whether a passage is a row of cells, which may well say the same."""
    return text.count("|", *passage) > 1 or text.count("\t", *passage) > 1


@lru_cache(maxsize=64)
def _asked(request: str, size: int) -> frozenset[tuple[str, ...]]:
    return frozenset(runs(Folded(request).tokens, size))


def _quoted(passage: str, size: int, asked: frozenset[tuple[str, ...]]) -> bool:
    """Whether most of a passage stands in the request."""
    found = runs(Folded(passage).tokens, size)
    return 2 * sum(run in asked for run in found) > len(found)
