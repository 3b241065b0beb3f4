"""Parts that a text announces and does not have: "Chapter 1 of 5", five points of which three are there, a table of
contents without its last chapters, "本文将从成本、质量、风险三个方面" without a word of risks.

Only what is certain: a number is compared with numbers, a name is looked for anywhere in what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from writingbench.checks.passages import HAN, Span

Kind = Literal["part_of", "first_part_only", "fewer_points", "missing_points", "missing_chapters"]

MOST_PARTS = 40
NEAR = 700  # characters after "the following five steps" in which the first of them has to come
LEAST_AFTER = 300  # characters (Chinese ones count twice) that a text needs behind a list of what it will treat

_NUMBERS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {"两": 2, "十一": 11, "十二": 12}
_WORDS = {
    word: number
    for number, names in enumerate(
        ("one i", "two ii", "three iii", "four iv", "five v", "six vi", "seven vii", "eight viii", "nine ix", "ten x"),
        1,
    )
    for word in names.split()
}
_ENGLISH_NUMBER = r"(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)"
_CHINESE_NUMBER = r"(?:\d{1,2}|十[一二]|[一二两三四五六七八九十])"
_UNIT = "Part|Chapter|Episode|Volume|Act|Book"
_UNIT_ZH = "部分|章|篇|集|幕|卷|回|部"

_PART_OF = re.compile(
    rf"\b(?:{_UNIT}|Section|Message|Page) (?P<a>\d{{1,2}}) ?(?:of|/) ?(?P<b>\d{{1,2}})\b"
    rf"|第(?P<c>{_CHINESE_NUMBER})(?:{_UNIT_ZH})[（(，, ]{{0,2}}共(?P<d>{_CHINESE_NUMBER})(?:{_UNIT_ZH})"
    r"|^(?:#{1,6} |\*\*)[^\n%％]{0,40}[（(](?P<e>\d{1,2})/(?P<f>\d{1,2})[)）](?:\*\*)?[ \t]{0,4}$",
    re.MULTILINE,
)
_FIRST = re.compile(
    rf"^[#*\s【\[]{{0,8}}(?:(?P<unit>{_UNIT}) (?:1|One|I)\b|第(?:一|1)(?P<unit_zh>{_UNIT_ZH})(?=[：:\s】*。·\-—（(]"
    rf"|$))",
    re.MULTILINE,
)
_HALF = re.compile(r"^[#*\s]{0,8}[^\n，。]{1,30}(?:[（(]上[)）]|上篇)[*\s]{0,4}$", re.MULTILINE)
_OTHER_HALF = re.compile(r"[（(][中下][)）]|[中下]篇")

_COUNTED = re.compile(
    rf"(?:以下|如下|下列|下面(?:的)?)(?:这)?(?P<zh>{_CHINESE_NUMBER})(?:个|大|点|种|项|条|步|类|招)"
    r"(?!字)(?:方面|部分|步骤|方法|要点|建议|原因|理由|问题|措施|原则|阶段|维度|技巧|策略|特点"
    r"|章)?[^\n。]{0,20}[：:。\n]"
    rf"|(?:分为|分成|包括|包含|从)(?:以下)?(?P<zh2>{_CHINESE_NUMBER})(?:个|大)(?:方面|部分|步骤|阶段|维度"
    rf"|章节)[^\n。]{{0,20}}[：:。\n]"
    rf"|(?:有|存在)(?P<zh3>{_CHINESE_NUMBER})(?:个|大)(?:方面|部分|步骤|阶段|原因|理由|问题)[^\n。]{{0,20}}[：:。\n]"
    rf"|(?:原因|理由|问题|好处|特点)(?:主要)?有(?P<zh4>{_CHINESE_NUMBER})[：:。\n]"
    rf"|\b(?:[Tt]he following|[Tt]hese|[Hh]ere are(?: my| the)?|[Tt]here are|in"
    rf"|into) (?P<en>{_ENGLISH_NUMBER}) (?:\w+ ){{0,2}}(?:parts|sections|points|reasons|ways|steps"
    r"|aspects|factors|causes|benefits|challenges|lessons|rules|chapters|tips|principles|stages|phases|strategies"
    r"|areas|categories|recommendations)\b[^\n.]{0,40}[:.\n]"
)
_MARKS = {
    "一、": re.compile(r"^[#*\s]{0,8}(十[一二]|[一二三四五六七八九十])[、.．]", re.MULTILINE),
    "（一）": re.compile(r"^[#*\s]{0,8}[（(](十[一二]|[一二三四五六七八九十])[)）]", re.MULTILINE),
    "第一": re.compile(
        r"(?:^|[。；\n])[#*\s]{0,8}第(十[一二]|[一二三四五六七八九十])(?:步|点|条|项|部分|章|阶段|方面)?[，、：:,. *]",
        re.MULTILINE,
    ),
    "1.": re.compile(r"^[#*\s]{0,12}(\d{1,2})[.、．)）:：](?!\d)", re.MULTILINE),
    "(1)": re.compile(r"^[#*\s]{0,12}[（(](\d{1,2})[)）]", re.MULTILINE),
    "①": re.compile(r"([①②③④⑤⑥⑦⑧⑨⑩])"),
    "1️⃣": re.compile(r"(\d)\ufe0f?\u20e3"),
    "Step 1": re.compile(
        r"^[#*\s]{0,8}(?:Step|Part|Chapter|Section|Phase|Stage|Tip|Point|Reason|Day|Principle) (\d{1,2}|One|Two|Three"
        r"|Four|Five|Six|Seven|Eight|Nine|Ten)\b",
        re.MULTILINE,
    ),
    "First,": re.compile(r"\b(First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth)(?:ly)?,"),
}
_ORDINALS = {
    name: at for at, name in enumerate("First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth".split(), 1)
}
_LAST = re.compile(r"最后[，,一]|最后，|\b(?:Finally|Lastly|Last but not least)\b")
_BULLETS = re.compile(r"^\s{0,8}(?:[-*+•●·▪◆]\s|\*\*[^*\n]{1,60}\*\*)", re.MULTILINE)

_WILL = re.compile(
    r"\b(?:this|the|my) (?:essay|article|paper|report|post|guide|piece|blog)(?: will| shall"
    r"|'ll)? [a-z]{3,12} (?P<kind>[^.\n:]{0,80}): (?P<en>[^.\n:;]{10,260})[.\n]"
    r"|\bI (?:will|shall|'ll) [a-z]{3,12} (?P<kinds>[^.\n:]{0,80}): (?P<i>[^.\n:;]{10,260})[.\n]"
    rf"|(?:将|本文|下面|分别)[^，。；\n]{{0,16}}?从(?P<zh>[^，。；\n]{{3,60}}?)(?:等)?(?:这)?{_CHINESE_NUMBER}?(?:个"
    rf"|大)(?:方面|维度|角度|层面|部分)",
    re.IGNORECASE,
)
_EMPTY = frozenset(
    "this that these those with from have which their there where about into such also more most some three several"
    " various main both will each other issue issues aspect aspects question questions reason reasons role roles impact"
    " impacts effect effects".split()
)
_EMPTY_ZH = ("方面", "分析", "问题", "影响", "以及", "角度", "维度", "内容", "情况", "进行", "探讨")

_CONTENTS = re.compile(
    r"^[#*\s【\[]{0,8}(?:目\s{0,4}录|table of contents|contents)[】\]*\s：:]{0,6}$", re.MULTILINE | re.IGNORECASE
)
_ENTRY = re.compile(
    r"\s{0,12}(?:[-*+•]\s{0,4})?(?:\[)?(?:\*\*)?(?P<mark>第[一二三四五六七八九十百\d]{1,4}[章节部篇回]"
    r"|[一二三四五六七八九十]{1,3}、|\d{1,2}(?:\.\d{1,2})?[.、)）]?(?=\s|[^\d.])|"
    r"(?:Chapter|Part|Section) (?:\d{1,2}|[A-Z][a-z]{2,8}|[IVX]{1,4}))?[\s：:.*—-]{0,6}(?P<title>[^\n]{1,120})$"
)
_DOTS = re.compile(r"(?:[.…·\-—_ ]{2,200}|\]\([^)\n]{0,120}\)|\s)\s{0,6}\d{0,4}\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What is announced and not there, and the passage that announces it."""

    kind: Kind
    span: Span
    promised: int | None = None
    there: int | None = None
    facts: dict[str, str] = field(default_factory=dict)


def missing(text: str) -> list[Announced]:
    """The announcements that the text does not keep, one of each kind at most."""
    found = (_part_of(text), _first_only(text), _fewer(text), _unspoken(text), _chapters(text))
    return [one for one in found if one]


def _number(written: str) -> int:
    if written in "①②③④⑤⑥⑦⑧⑨⑩" and len(written) == 1:
        return "①②③④⑤⑥⑦⑧⑨⑩".index(written) + 1
    if written.isdecimal():
        return int(written)
    return _NUMBERS.get(written) or _WORDS.get(written.lower()) or _ORDINALS.get(written) or 0


def _part_of(text: str) -> Announced | None:
    """ "Chapter 2 of 5" is the farthest that it comes."""
    best: tuple[int, int, Span] | None = None
    for match in _PART_OF.finditer(text):
        here, whole = (_number(value) for value in match.groups() if value)
        if not 1 <= here <= whole <= MOST_PARTS or whole == 1:
            continue
        if best is None or here > best[0]:
            best = (here, whole, match.span())
    if best and best[0] < best[1]:
        return Announced(kind="part_of", span=best[2], promised=best[1], there=best[0])
    return None


def _first_only(text: str) -> Announced | None:
    """A first chapter, and no second anywhere."""
    for match in _FIRST.finditer(text):
        if unit := match["unit"]:
            second = re.search(rf"\b{unit}s? (?:2|Two|II)\b", text, re.IGNORECASE)
        else:
            second = re.search(rf"第(?:二|2|三|3|四|4|[^\S\n]*N){match['unit_zh']}", text)
        return (
            None
            if second
            else Announced(
                kind="first_part_only", span=match.span(), facts={"part": match.group().strip("#*【[ \n：:")}
            )
        )
    if (half := _HALF.search(text)) and not _OTHER_HALF.search(text):
        return Announced(kind="first_part_only", span=half.span(), facts={"part": half.group().strip("#* \n")})
    return None


def _fewer(text: str) -> Announced | None:
    """Five points are announced and numbered, and their numbers end before five."""
    rows: dict[str, list[tuple[int, int]]] | None = None
    for match in _COUNTED.finditer(text):
        promised = next(_number(value) for value in match.groups() if value)
        if not 3 <= promised <= 12:
            continue
        if rows is None:
            rows = {
                style: [(mark.start(), _number(mark.group(1))) for mark in pattern.finditer(text)]
                for style, pattern in _MARKS.items()
            }
        there = _series(rows, match.end())
        if there is None or not 2 <= there[0] < promised:
            continue
        rest = text[match.end() :]
        beyond = any(number == promised and at > match.end() for row in rows.values() for at, number in row)
        bullets = sum(1 for _ in _BULLETS.finditer(rest))
        if beyond or _LAST.search(rest) or promised <= bullets <= promised + 1:
            continue
        return Announced(kind="fewer_points", span=match.span(), promised=promised, there=there[0])
    return None


def _series(rows: dict[str, list[tuple[int, int]]], start: int) -> tuple[int, int] | None:
    """How far the numbering comes that begins first after `start`, and where it begins."""
    best: tuple[int, int] | None = None
    for row in rows.values():
        following = [(at, number) for at, number in row if at >= start - 1]
        if not following or following[0][1] != 1 or following[0][0] > start + NEAR:
            continue
        reached = 0
        for _, number in following:
            if number == reached + 1:
                reached = number
            elif number == 1 and reached > 1:
                break
        if best is None or following[0][0] < best[1]:
            best = (reached, following[0][0])
    return best


def _unspoken(text: str) -> Announced | None:
    """ "This essay will discuss A, B and C", and nothing that follows has a word of C."""
    for match in _WILL.finditer(text[:6000]):
        after = text[match.end() :]
        if len(after) + len(HAN.findall(after)) < LEAST_AFTER:
            continue
        if match["zh"]:
            items = [item.strip() for item in re.split(r"[、和与及]|以及", match["zh"]) if item.strip()]
            absent = [item for item in items if 2 <= len(item) <= 10 and not _any_pair(item, after)]
        else:
            if not re.search(rf"\b{_ENGLISH_NUMBER}\b", match["kind"] or match["kinds"] or ""):
                continue
            listed = match["en"] or match["i"]
            listed = re.sub(
                r"(,? and [^,]{1,60}),.*", r"\1", listed, flags=re.DOTALL
            )  # what follows the last item is no item
            items = [item.strip() for item in re.split(r",| and ", listed) if item.strip()]
            lower = after.lower()
            absent = [item for item in items if (stems := _stems(item)) and not any(stem in lower for stem in stems)]
        if len(items) >= 3 and absent and len(absent) < len(items):
            return Announced(kind="missing_points", span=match.span(), facts={"absent": absent[-1]})
    return None


def _any_pair(item: str, after: str) -> bool:
    if len(item) == 2:
        return item in after
    pairs = [item[at : at + 2] for at in range(len(item) - 1) if item[at : at + 2] not in _EMPTY_ZH]
    return not pairs or any(pair in after for pair in pairs)


def _stems(item: str) -> list[str]:
    words = re.findall(r"[a-z]{4,}", item.lower())
    return [word[:5] for word in words if word not in _EMPTY] if len(words) <= 8 else []


def _chapters(text: str) -> Announced | None:
    """A table of contents, and of its last entries neither number nor title anywhere behind it."""
    head = _CONTENTS.search(text)
    if not head:
        return None
    entries: list[tuple[Span, str, str]] = []
    at = head.end()
    blank = 0
    while at < len(text) and len(entries) < MOST_PARTS:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        bare = _DOTS.sub("", line).strip(" *_[]|\t")
        if not bare:
            blank += 1
            if blank > 2 and entries:
                break
        elif line.lstrip().startswith("#") or not any(char.isalnum() for char in bare) or len(bare) > 80:
            if entries:
                break
        elif entry := _ENTRY.match(bare):
            title = _plain(entry["title"])
            if any(title == earlier for _, _, earlier in entries):  # the text itself has begun
                break
            if not line.startswith(("   ", "\t")):
                entries.append(((at, end), entry["mark"] or "", title))
            blank = 0
        at = end + 1
    if len(entries) < 3:
        return None
    first = entries[0]
    rest = text[entries[-1][0][1] :]
    plain = _plain(rest)
    absent = [entry for entry in entries if not _is_there(entry, rest, plain)]
    if not absent or absent[-1] is not entries[-1] or first in absent:
        return None
    span = absent[0][0]
    return Announced(
        kind="missing_chapters",
        span=span,
        promised=len(entries),
        there=len(entries) - len(absent),
        facts={"absent": text[slice(*span)].strip()},
    )


def _is_there(entry: tuple[Span, str, str], rest: str, plain: str) -> bool:
    _, mark, title = entry
    if title and title in plain:
        return True
    return (
        bool(mark)
        and re.search(rf"^[#*\s]{{0,8}}{re.escape(mark.rstrip('.、)） '))}(?!\d)", rest, re.MULTILINE) is not None
    )


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
