"""Lines of pages put together to paragraphs, by where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from writingbench.construct.extract.tidy import CJK, Block, between

HYPHEN = "\x02"  # for a hyphen at the end of a line
ENDS = ".!?:;。！？：；…"
CLOSING = "\"'”’)]）】》」』"
MARK = re.compile(r"(?:[•●○■□◆◇▪▫‣⁃·–—*-]|\(?\d{1,3}[.)、．]|[（(]?[一二三四五六七八九十]{1,3}[、.)）]|[a-z][.)])\s*\S")
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
HYPHENS = ("-", "\xad", "\u2010", HYPHEN)
DIVIDED = re.compile(r"([^\W\d_]+).$")
WIDE = re.compile(f"[{CJK}]")


@dataclass(slots=True)
class Line:
    """A line of a page; all measures are in points, y from the bottom."""

    text: str
    page: int
    left: float
    right: float
    y: float
    size: float

    @property
    def ended(self) -> bool:
        """Whether a sentence ends with it."""
        return self.text.rstrip(CLOSING)[-1:] in ENDS

    def like(self, other: Line) -> bool:
        """Of the same size of type."""
        return abs(self.size - other.size) <= 0.06 * max(self.size, other.size)


def blocks(lines: Sequence[Line]) -> Iterator[Block]:
    """Lines put together to paragraphs."""
    words = {word for line in lines for word in WORD.findall(line.text)}
    said: list[str] = []  # of the paragraph that goes on
    kind = ""
    last: tuple[list[Line], float] | None = None
    for number, part in enumerate(_parts(lines)):
        left, edge = min(line.left for line in part), max(line.right for line in part)
        if said and not (last and _goes_on(*last, part[0], left)):
            yield Block(_paragraph(said, words), kind)
            said, kind = [], ""
        said.append(part[0].text)
        head = part[0]  # of the paragraph
        narrow = edge - left < 12 * head.size  # a table, a poem, an address
        for before, line in pairwise(part):
            if _divided(before.text) and line.text[:1].isalpha():
                broken = ""
            else:
                broken = "line" if narrow else _break(before, line, head, edge)
            if broken:
                close = broken == "line"
                yield Block(_paragraph(said, words), str(number) if close or kind else "")
                said, kind, head = [], str(number) if close else "", line
            said.append(line.text)
        last = None if narrow else (part, edge)
    if said:
        yield Block(_paragraph(said, words), kind)


def _parts(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that stand right below each other in the same size of type."""
    gaps: dict[int, list[float]] = {}
    for before, line in pairwise(lines):
        gap = before.y - line.y
        if before.page == line.page and before.like(line) and 0.5 * line.size < gap < 4 * line.size:
            gaps.setdefault(round(line.size), []).append(gap)
    usual = {size: sorted(found)[len(found) // 5] for size, found in gaps.items()}
    part: list[Line] = []
    for line in lines:
        before = part[-1] if part else line
        most = 1.35 * usual.get(round(line.size), line.size)
        if len(part) > 1 and before.ended:  # a little more room, between two paragraphs or before a table
            most = min(most, 1.1 * (part[-2].y - before.y))
        below = before.page == line.page and before.like(line) and 0 < before.y - line.y <= most
        if part and not (below and line.left < before.right and before.left < line.right):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _break(before: Line, line: Line, head: Line, edge: float) -> str:
    """Whether a line begins a paragraph, or only a line of its own ("line"), or goes on with the one `before` ("")."""
    centred = abs(before.left + before.right - line.left - line.right) < line.size and before.left < line.left
    hanging = MARK.match(head.text) and before is head
    indented = line.left > before.left + 0.8 * line.size and not hanging and not centred
    short = _short(before, line, edge)
    if MARK.match(line.text) and (short or before.ended or line.left < before.left - 0.5 * line.size):
        return "line"
    if indented or (short and before.ended):
        return "paragraph"
    return "line" if short and not centred else ""


def _short(before: Line, line: Line, edge: float) -> bool:
    """Whether the next line's first word would have found room on the line before."""
    if WIDE.match(line.text):
        return edge - before.right > 3 * line.size  # what must not begin a line takes another with it to the next
    word = len(line.text.split(" ", 1)[0]) / len(line.text) * (line.right - line.left)
    return edge - before.right > word + line.size


def _goes_on(part: Sequence[Line], edge: float, line: Line, left: float) -> bool:
    """Whether a paragraph goes on at the top of the next column or page."""
    last = part[-1]
    return (
        len(part) > 1
        and last.like(line)
        and (last.page != line.page or last.y < line.y)
        and not last.ended
        and not _short(last, line, edge)
        and line.left <= left + 0.8 * line.size
        and not MARK.match(line.text)
    )


def _paragraph(said: Sequence[str], words: set[str]) -> str:
    """The lines of a paragraph as one; a word is put together where a hyphen at the end of a line divides it."""
    text = [said[0]]
    for before, line in pairwise(said):
        if (divided := _divided(before)) and line[:1].isalpha():
            second = WORD.match(line)
            joined = divided + (second[0] if second else "")
            whole = line[:1].islower() and (joined in words or f"{divided}-{joined[len(divided) :]}" not in words)
            text[-1] = text[-1][:-1] + ("" if whole else "-")
        else:
            text.append(between(before, line))
        text.append(line)
    return "".join(text).replace(HYPHEN, "-")


def _divided(line: str) -> str:
    """The letters before the hyphen at the end of a line; "" where there is none."""
    found = DIVIDED.search(line) if line[-1:] in HYPHENS else None
    return found[1] if found else ""
