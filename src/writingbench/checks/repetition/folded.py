"""A text as what can be compared: words in small letters, Chinese characters one by one, every number the same sign.

"Step 12: Don't stop!"  -> step  #  don't  stop
"第三步：加油！"          -> 第  #  步  加  油
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from writingbench.checks.passages import Span

NUMBER = "#"
WIDE = "\u3040"  # tokens from here on are single characters of a script without spaces

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003134f"
_COUNT = "〇零一二三四五六七八九十百千两"
_ENGLISH = frozenset(
    "one two three four five six seven eight nine ten eleven twelve "
    "first second third fourth fifth sixth seventh eighth ninth tenth".split()
)
_TOKEN = re.compile(rf"[^\W\d_{_CJK}]+(?:['’][^\W\d_{_CJK}]+)?|\d+(?:[.,]\d+)*|[{_COUNT}]+|[{_CJK}]")

Item = TypeVar("Item")


class Folded:
    """The tokens of a text (`raw` with their numbers), and where each stands in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.raw = [token.lower() for token in _TOKEN.findall(text)]
        self.tokens = [
            NUMBER if token[0] in _COUNT or token in _ENGLISH or token[0].isdigit() else token for token in self.raw
        ]
        self.chinese = 2 * sum(token >= WIDE for token in self.raw) > len(self.raw)

    @cached_property
    def spans(self) -> list[Span]:
        """Characters of the text, for each token."""
        return [one.span() for one in _TOKEN.finditer(self.text)]

    @cached_property
    def starts(self) -> list[int]:
        """The first character of each token."""
        return [start for start, _ in self.spans]

    def before(self, size: int) -> list[int]:
        """For each token, where the run of `size` tokens that begins with it stood last before; -1 where nowhere."""
        last: dict[tuple[str, ...], int] = {}
        found = []
        for place, run in enumerate(runs(self.tokens, size)):
            found.append(last.get(run, -1))
            last[run] = place
        return found + [-1] * (len(self.tokens) - len(found))

    def varieties(self, start: int, end: int, size: int, step: int) -> list[float]:
        """The share of distinct ones among `size` words in a row, every `step` words, from token to token.

        Where the text is mostly Chinese it is pairs of characters, not words. All are of one size, so they compare;
        their mean is a moving-average type-token ratio (Covington and McFall 2010).
        """
        if self.chinese:
            wide = [token for token in self.raw[start:end] if token >= WIDE]
            terms: Sequence[object] = runs(wide, 2)
        else:
            terms = [token for token in self.raw[start:end] if token < WIDE]
        return [len(set(terms[at : at + size])) / size for at in range(0, len(terms) - size + 1, step)]


def runs(items: Sequence[Item], size: int) -> list[tuple[Item, ...]]:
    """All runs of `size` items, one for each item that has as many from it on."""
    return list(zip(*(items[start:] for start in range(size)), strict=False))
