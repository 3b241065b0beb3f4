"""Take a text apart into paragraphs, sentences and words, in Chinese and English alike.

Passages are (start, end) in characters of the text, the end not included. Every function here goes through the text
once: what it reads may be hostile, and a hundred kilobytes of anything must not stall it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003134f"
WORD = re.compile(rf"[^\W_{_CJK}]+(?:['’.,\-‐‑][^\W_{_CJK}]+)*")
"""A word of a language that is written with spaces, or a number: "don't", "well-known", "3,629.5"."""

_PARAGRAPH = re.compile(r"[^\n]+")
_STOP = re.compile(r"[。！？!?…]+[\"'”’」』）)\]*_]*|\.+[\"'”’)\]*_]*(?=\s|$)|\n+|[；;](?=\s*\n)")
_SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|No|Fig|Eq|Vol|pp|cf|al|Inc|Ltd|Co|etc|e\.g|i\.e)|\b[A-Z]|^\s*\d{1,3})$"
)
_LOOK_BACK = 12  # characters: longer than any abbreviation above


def paragraphs(text: str) -> list[Span]:
    """The lines that hold anything, without the white space around them."""
    return [span for line in _PARAGRAPH.finditer(text) if (span := trimmed(text, *line.span()))]


def sentences(text: str) -> list[Span]:
    """The sentences; a line ends one, an abbreviation, an initial or the number of a list's item does not."""
    found, start = [], 0
    for stop in _STOP.finditer(text):
        if text[stop.start()] == "." and stop.end() - stop.start() == 1:
            line = max(start, stop.start() - _LOOK_BACK)
            if _SHORT.search(text[line : stop.start()]):
                continue
        if span := trimmed(text, start, stop.end()):
            found.append(span)
        start = stop.end()
    if span := trimmed(text, start, len(text)):
        found.append(span)
    return found


def trimmed(text: str, start: int, end: int) -> Span | None:
    """A passage without the white space at its ends; None where nothing else is there."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def words(text: str) -> int:
    """How many words the text has that are written with spaces between them, numbers among them."""
    return sum(1 for _ in WORD.finditer(text))


def han(text: str) -> int:
    """How many Chinese characters the text has, without punctuation."""
    return sum(1 for _ in HAN.finditer(text))


def each(text: str, spans: list[Span]) -> Iterator[str]:
    """The passages' texts."""
    return (text[start:end] for start, end in spans)
