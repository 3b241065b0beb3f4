"""Find the part of an answer that a demand speaks of: "abstract", "标题", each of ten slogans.

A part is found by its heading (Markdown, bold, numbered, 一、, 【…】), by a label at the start of a line ("摘要：…"),
or as an item of the only list. What cannot be found with certainty is None: a wrong passage is worse than no finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from writingbench.checks.passages import Span, trimmed

__all__ = ["Section", "each", "named", "sections"]

_HEADING = re.compile(
    r"^[ \t]{0,3}(?:(?P<marks>#{1,6})[ \t]{1,4}(?P<title>[^\n]{1,120})|\*\*(?P<bold>[^*\n]{1,80})\*\*[:：]?[ \t]{0,4}"
    r"|【(?P<box>[^】\n]{1,40})】[ \t]{0,4}|(?P<numbered>(?:[一二三四五六七八九十]{1,3}、"
    r"|第[一二三四五六七八九十\d]{1,3}[章节部篇幕天][：:、 \t]?|[（(][一二三四五六七八九十]{1,3}[)）]|(?:chapter|part"
    r"|section|scene|act|day)[ \t]\w{1,8}[:：.]?)[^\n。！？.!?]{0,40}))$",
    re.MULTILINE | re.IGNORECASE,
)
_LABEL = re.compile(
    r"^[ \t]{0,3}(?:[-*+•][ \t]{1,3}|\d{1,2}[.)、][ \t]{0,3})?(?:\*\*"
    r"|【)?(?P<label>[^\s:：*【】\n][^:：*【】\n]{0,30})(?:\*\*|】)?[:：](?:\*\*)?[ \t]{0,4}(?P<rest>[^\n]{1,4000})$",
    re.MULTILINE,
)
_ITEM = re.compile(
    r"^[ \t]{0,3}(?:\**(?P<number>\d{1,3})[.)、．][ \t]{0,4}|[-*+•][ \t]{1,4})(?P<text>[^\n]{1,4000})$", re.MULTILINE
)
_MOST = 400  # headings, labels and items that are looked at
_DECORATION = re.compile(
    r"^(?:[\d.、)）(（一二三四五六七八九十第章节部分：: \t#*]{1,12})|[\s*#:：。.、【】\[\]()（）《》“”\"]+"
)
_ORDINARY = re.compile(
    r"^(?:the|each|every|main|每[个篇条段章节部首则句点项封份幕集期]?|各|部分|section|part)\s*|(?:部分|章节|section"
    r"|part|的?内容)$",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"第[一二三四五六七八九十\d]{1,3}|^[一二三四五六七八九十]{1,3}、|^\d{1,2}[.、)）:：]|\b(?:chapter|part|section|day"
    r"|review|story|scene|article|post|option|email|letter|version|entry|episode|act|poem)[ \t]?#?(?:\d{1,2}|one|two"
    r"|three|four|five|six|seven|eight|nine|ten|[ivx]{1,4})\b|[条篇首则段版评论案][一二三四五六七八九十\d]{1,2}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text below it, as far as the next heading of its rank."""

    title: str
    rank: int  # 1 for "#" to 6; 7 bold; 8 numbered
    span: Span  # of the text, without the heading


def sections(text: str) -> list[Section]:
    """The sections of an answer, in its order; one of lower rank lies within the one above it."""
    found = []
    for match in _HEADING.finditer(text):
        title = match["title"] or match["bold"] or match["box"] or match["numbered"]
        rank = len(match["marks"]) if match["marks"] else 7 if match["bold"] or match["box"] else 8
        found.append((match.start(), match.end(), title.strip(), rank))
        if len(found) == _MOST:
            break
    result = []
    for at, (_, start, title, rank) in enumerate(found):
        end = next((begin for begin, _, _, other in found[at + 1 :] if other <= rank), len(text))
        if span := trimmed(text, start, end):
            result.append(Section(title, rank, span))
    return result


def named(text: str, part: str) -> Span | None:
    """The passage of the part that is called so; None where there is none or more than one."""
    name = _bare(part)
    if not name:
        return None
    hits = [one.span for one in sections(text) if _called(one.title, name)]
    for count, match in enumerate(_LABEL.finditer(text)):
        if count == _MOST:
            break
        if _bare(match["label"]) == name and match["rest"].strip("* \t"):
            hits.append(match.span("rest"))
    hits = sorted(set(hits))
    return hits[0] if len(hits) == 1 else None


def each(text: str, part: str, *, long: bool, expected: int | None = None) -> list[Span]:
    """The parts of a kind, "each review": sections that count them, or the items of the only list; [] when unsure.

    Where one of them is `long` it is looked for under a heading too. `expected` is how many the request asks for,
    where it says so.
    """
    name = _bare(part)
    found = sections(text) if long else []
    for rank in sorted({one.rank for one in found}):
        same = [one for one in found if one.rank == rank]
        counted = [one for one in same if _ORDINAL.search(one.title) or (name and name in _bare(one.title))]
        if len(counted) >= 2 and len(counted) == (expected or len(counted)) and len(counted) >= len(same) - 2:
            return [one.span for one in counted]
    if len(found) > 2:
        return []
    items = _items(text)
    return items if len(items) >= 2 and len(items) == (expected or len(items)) else []


def _items(text: str) -> list[Span]:
    """The items of the only list: numbered from 1 without a gap, or all with the same mark."""
    numbers: list[int] = []
    spans: list[Span] = []
    for match in _ITEM.finditer(text):
        if len(spans) == _MOST:
            return []
        if match["number"]:
            numbers.append(int(match["number"]))
        spans.append(match.span("text"))
    if numbers and (len(numbers) != len(spans) or numbers != list(range(1, len(numbers) + 1))):
        return []
    return spans


def _called(title: str, name: str) -> bool:
    bare = _bare(title)
    return bare == name or (len(name) >= 2 and bare.startswith(name) and len(bare) <= len(name) + 12)


def _bare(title: str) -> str:
    """A heading's own words: without number, marks and "the … section"."""
    bare = title.strip().lower()
    for _ in range(3):
        bare = _ORDINARY.sub("", _DECORATION.sub(" ", bare).strip()).strip()
    return bare
