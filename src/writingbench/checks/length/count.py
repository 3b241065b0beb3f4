"""Count how long a text is, the way its language counts.

    "## 标题\n- 用 GPT-4 写 3 段" -> 6 Chinese characters and 2 other words (GPT-4, 3): 8 字, and 8 words as well

A Chinese character is one, and so is a word or a number of a language that is written with spaces. Markdown's signs and
punctuation are none of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from writingbench.checks import passages
from writingbench.checks.passages import WORD, Span

__all__ = ["PAGE", "SPEECH", "Mixture", "letters", "lines", "mixture", "paragraphs", "sentences", "without_markup"]

PAGE: Mapping[str, tuple[int, int]] = {"words": (250, 500), "characters": (500, 1000)}
"""What a page holds: double-spaced to single-spaced, 12 points on A4; Chinese at 小四, loosely to tightly set."""
SPEECH: Mapping[str, tuple[int, int]] = {"words": (110, 170), "characters": (180, 280)}
"""What a minute of speech holds. Speakers take 130 to 150 words or 200 to 260 字; haste and pauses are let."""

_WIDE = re.compile(r"[\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_HANGUL = re.compile(r"[\uac00-\ud7af]+")
_TAG = re.compile(r"<[a-zA-Z/!][^<>\n]{0,200}>")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}\)")
_SIGNS = re.compile(
    r"^[ \t]{0,12}(?:```[^\n]{0,40}$|~~~[^\n]{0,40}$|[-=*_:| \t]{3,200}$|(?:>[ \t]?){0,4}(?:#{1,6}[ \t]{1,4}"
    r"|[-*+•][ \t]{1,4}(?:\[[ xX]\][ \t])?|\d{1,3}[.)、．][ \t]{0,4})?)",
    re.MULTILINE,
)
_MARKS = re.compile(r"\*{1,3}|_{2,3}|`{1,3}|~~|\|")
_APART = re.compile(r"#{1,6}[ \t]|[-=*_ \t]{3,80}$|```|\*\*[^*\n]{1,80}\*\*[:：]?$|[《【][^\n]{1,60}[》】]$")
_SAYS = re.compile(r"\w")
_LISTED = re.compile(r"[-*+•][ \t]|\d{1,3}[.)、．]|\||[（(]?[一二三四五六七八九十\d]{1,3}[)）、]")
_ENDED = re.compile(r"[.。!！?？…”\"’'）):：;；~～]$")
_BLANK = re.compile(r"\n[ \t\u3000]*\n")
_SHORT = 40  # characters of a line that may be a title, a greeting or a name below a letter


@dataclass(frozen=True, slots=True)
class Mixture:
    """What a text is made of: characters of Chinese (and kana), and words and numbers of other scripts."""

    wide: int
    words: int

    @property
    def total(self) -> int:
        return self.wide + self.words

    @property
    def mixed(self) -> bool:
        return self.wide > 0 and self.words > 0

    @property
    def unit(self) -> str:
        """What the text is mostly made of."""
        return "characters" if self.wide > self.words else "words"


def without_markup(text: str) -> str:
    """The text without Markdown's signs, the numbers of its lists, tags and addresses behind links."""
    text = _LINK.sub(r"\1", _TAG.sub("", text))
    return _MARKS.sub("", _SIGNS.sub("", text))


def mixture(text: str) -> Mixture:
    """How many Chinese characters and how many other words a text has, without Markdown's signs."""
    bare = without_markup(text)
    return Mixture(len(_WIDE.findall(bare)), len(WORD.findall(bare)) + len(_HANGUL.findall(bare)))


def letters(text: str) -> int:
    """Every character with the spaces between, as a limit of 280 characters counts them."""
    return len("\n".join(line.strip() for line in without_markup(text).splitlines() if line.strip()))


def lines(text: str) -> list[Span]:
    """The lines that hold anything, without headings: the lines of a poem."""
    return [span for span in passages.paragraphs(text) if not _APART.match(text, *span)]


def sentences(text: str) -> list[Span]:
    """The sentences, without headings and rules."""
    return [span for span in passages.sentences(text) if not _APART.match(text, *span) and _SAYS.search(text, *span)]


def paragraphs(text: str) -> list[Span] | None:
    """The paragraphs of running text; None where lists or tables leave open what one is.

    They are divided by empty lines where there are any, else by lines. Headings and short lines that end in no full
    stop (a title, a name below a letter) are none.
    """
    found: list[Span] = []
    start = 0
    divided = _BLANK.search(text.strip()) is not None
    ends = [match.span() for match in re.finditer(r"\n[ \t\u3000]*\n\s*" if divided else r"\n", text)]
    for end, after in [*ends, (len(text), len(text))]:
        span = passages.trimmed(text, start, end)
        start = after
        if not span or _APART.match(text, *span):
            continue
        if _LISTED.match(text, *span):
            return None
        if span[1] - span[0] <= _SHORT and not _ENDED.search(text, *span):
            continue
        found.append(span)
    return found
