"""Take a text apart for changing it: blocks, lines of prose, what stands before a line's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from writingbench.checks import passages
from writingbench.records import Language

MARKER = re.compile(r"[ \t]*(?:[-*+•][ \t]+|\d{1,3}(?:[.)．][ \t]+|、)|[一二三四五六七八九十]{1,3}、)")
BULLET = re.compile(r"([ \t]*)[-*+•][ \t]+(?=\S)")
_STRUCTURE = re.compile(r"[ \t]*(?:#|\||```|[-=*_|:\s]+$)")
END = re.compile(r"[.!?。！？；;…][\"'”’」』）)*_]*[ \t]*$")
TAIL = 12  # characters at a text's end that tell how it ends
FEW = 3  # words (a Chinese sign is half of one) below which a line is a label and no sentence


def blocks(text: str, least: int) -> tuple[list[str], str]:
    """The text in pieces, and what joins them: parts between empty lines, or lines, or sentences.

    The first of these that makes at least so many; none where not even the sentences are as many.
    """
    parts = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
    lines = [line for line in text.split("\n") if line.strip()]
    sentences = list(passages.each(text, passages.sentences(text)))
    joint = "" if passages.han(text) > passages.words(text) else " "
    for pieces, between in ((parts, "\n\n"), (lines, "\n"), (sentences, joint)):
        if len(pieces) >= least:
            return pieces, between
    return [], ""


def prose(line: str) -> bool:
    """Whether a line is running text: no heading, table, rule or label."""
    words = passages.words(line) + passages.han(line) / 2
    return words >= FEW and not structure(line) and bool(END.search(line))


def structure(line: str) -> bool:
    """Whether a line is a heading, part of a table, or a rule."""
    return bool(_STRUCTURE.match(line))


def parted(line: str) -> tuple[str, str]:
    """What marks a line as an item, and the line without it."""
    marker = MARKER.match(line)
    return (line[: marker.end()], line[marker.end() :]) if marker else ("", line)


def clause(text: str, language: Language, words: int, signs: int) -> str:
    """The beginning of a text: up to its first comma or stop, at most so many words (or Chinese signs)."""
    first = re.split(r"[;；。，！？!?]|[,:：](?!\d)|\.(?:\s|$)", text.strip(), maxsplit=1)[0].strip()
    return first[:signs] if language == "zh" else " ".join(first.split()[:words])


def joint(before: str, language: Language) -> str:
    """What stands between the end of a text and a further sentence."""
    return "" if language == "zh" and END.search(before[-TAIL:]) else " "


def spread(places: Sequence[int], count: int) -> list[int]:
    """So many of the places, evenly from the first to the last; all of them where there are no more."""
    if len(places) <= count:
        return list(places)
    if count == 1:
        return [places[len(places) // 2]]
    return [places[round(n * (len(places) - 1) / (count - 1))] for n in range(count)]
