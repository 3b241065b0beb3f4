"""List the facts of a response that its request and material do not bear out.

    material: "Revenue rose from 1.2 billion yuan to 1.5 billion."
    response: "Revenue rose by 25% to 15亿元, says the Institute of Retail, and 62% of customers came back."
        -> found: organisation "Institute of Retail", percentage "62%"       (25% and 15亿 follow from what is given)

Numbers, amounts, percentages, dates, organisations, quoted sentences and citations are looked for in the whole text of
the query. What is missing there need not be wrong: a plan invents its dates and a proposal its budget, which is why
findings name what kind of text was asked for, and what everybody knows stands in no material.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from writingbench.benchmark.language import language_of
from writingbench.checks.figures.dates import Date, dates
from writingbench.checks.figures.derived import Given, words_of
from writingbench.checks.figures.names import organisations, stands_in
from writingbench.checks.figures.quantities import Quantity, plain, read
from writingbench.checks.figures.sources import Source, citations, quotations
from writingbench.checks.material import split
from writingbench.checks.passages import Span, han, sentences, words
from writingbench.records import Answer, Finding, Query

__all__ = ["asked_for", "check", "rate"]

SMALL = 12  # whole numbers up to this one count reasons, steps and chapters: they are no findings
_KINDS = {"number": "number", "amount": "amount", "percentage": "percentage", "times": "number"}
_LOW_WORD = re.compile(r"(?<![A-Za-z])[a-z]{2,30}")

_INVENTED: Mapping[Literal["fiction", "plan"], re.Pattern[str]] = {
    "fiction": re.compile(
        r"小说|(?<!品牌)(?<!创业)(?<!真实)(?<!动人)(?<!动人的)(?<!背后的)(?<!人物)(?<!成长)故事(?!性|化)|剧本|童话|寓言|诗歌|古诗|现代诗|首诗|律诗|绝句|宋词|话剧|微电影"
        r"|短剧|同人文|相声|小品文?"
        r"|\b(?:(?<!brand )(?<!success )(?<!news )(?<!user )(?<!life )story(?! behind|telling)|fiction|screenplay"
        r"|novel(?=[,.;:]| (?:about|set|chapter|outline|manuscript|with|that|in|excerpt|opening|titled|where|featuring"
        r"|of)\b)"
        r"|(?:film|movie|drama|play|comedy|sketch|stage) script|fairy tale|fable|poem|skit|monologue)\b",
        re.IGNORECASE,
    ),
    "plan": re.compile(
        r"方案|计划|策划|教案|教学设计|规划|预算|日程|议程|课程设计|活动设计|行程"
        r"|\b(?:plan|proposal|budget|schedule|agenda|syllabus|curriculum|lesson|itinerary|roadmap|programme?)\b",
        re.IGNORECASE,
    ),
}
_NEXT = re.compile(
    r"明年|来年|下一?年|次年|去年|上年|前一?年|同比|next year|last year|previous year|coming year|upcoming year"
    r"|prior year|year-on-year"
    r"|year-over-year",
    re.IGNORECASE,
)
_DECADES = re.compile(r"年代|s\b")
_YEARS = frozenset({"年", "周", "岁", "载", "years", "year", "yrs", "anniversary"})
_EVERYDAY = {
    ("number", 24.0),
    ("number", 360.0),
    ("number", 365.0),
    ("number", 996.0),
    ("percentage", 100.0),
    ("percentage", 0.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """What is worked out once for a query."""

    numbers: Given
    years: frozenset[int]
    days: frozenset[tuple[int | None, int | None, int | None]]
    beside: bool  # the request speaks of a year by its neighbour: "next year"
    source: Source
    low: str
    words: frozenset[str]
    common: frozenset[str]
    language: str
    asked: str


def check(query: Query, answer: Answer) -> list[Finding]:
    """One finding for each unsupported item, at the first passage that has it; none where there is no material."""
    if not split(query.text).has_material:
        return []
    given, text = _given(query.text), answer.text
    found: list[tuple[str, str, Span]] = []  # kind, what makes it the same item, where
    taken = bytearray(len(text))  # 1 where something longer stands already
    for one in citations(text, given.source):
        _take(taken, one.span)
        if not one.given:
            found.append(("citation", text[slice(*one.span)].lower(), one.span))
    if language_of(text) == given.language:  # a translation quotes and names in other words
        if given.asked != "fiction":  # there they speak in dialogue
            for span in quotations(text, given.source):
                _take(taken, span)
                found.append(("quotation", text[slice(*span)].lower(), span))
        common = given.common | frozenset(_LOW_WORD.findall(text))
        for name, span in organisations(text, common):
            if not any(taken[slice(*span)]) and not stands_in(name, given.low, given.words):
                found.append(("organisation", name.lower(), span))
    shown = plain(text)
    said_dates = dates(shown)
    for date in said_dates:
        if not any(taken[slice(*date.span)]) and not _dated(date, given, shown):
            found.append(("date", f"{date.year}-{date.month}-{date.day}", date.span))
    for quantity in _unsupported(shown, said_dates, given):
        if not any(taken[slice(*quantity.span)]):
            found.append((_KINDS[quantity.kind], f"{quantity.value:.10g}", quantity.span))
    return _listed(found, text, given.asked)


def rate(findings: Sequence[Finding], text: str) -> float | None:
    """Unsupported items for 1,000 words of English or 1,000 characters of Chinese; None for a text without words."""
    long = words(text) + han(text)
    return 1000 * sum(one.check == "figures" for one in findings) / long if long else None


def asked_for(text: str) -> str:
    """What a request asks for, if it is something that invents its facts: "fiction", "plan", else "" """
    request = split(text).request_text
    head = request[:400] + "\n" + request[-200:]
    found = [(match.start(), kind) for kind, pattern in _INVENTED.items() if (match := pattern.search(head))]
    return min(found)[1] if found else ""


@lru_cache(maxsize=64)
def _given(text: str) -> _Query:
    numbers = Given(text)
    years = {date.year for date in numbers.dates if date.year}
    years |= {int(one) for one in re.findall(r"(?<![\d.])(?:1[0-9]|20)\d\d(?!\d)", plain(text))}
    for first, last in re.findall(
        r"((?:19|20)\d\d)年?\s?(?:[-–—~～至到]|to|through|and)\s?((?:19|20)\d\d)", plain(text)
    ):
        if 0 < int(last) - int(first) <= 60:
            years.update(range(int(first), int(last)))
    source = Source(text)
    return _Query(
        numbers=numbers,
        years=frozenset(years),
        days=frozenset((date.year, date.month, date.day) for date in numbers.dates),
        beside=bool(_NEXT.search(text)),
        source=source,
        low=source.low,
        words=source.words,
        common=frozenset(_LOW_WORD.findall(text)),
        language=language_of(text),
        asked=asked_for(text),
    )


def _listed(found: Iterable[tuple[str, str, Span]], text: str, asked: str) -> list[Finding]:
    times: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], Span] = {}
    for kind, same, span in sorted(found, key=lambda one: one[2]):
        times[kind, same] = times.get((kind, same), 0) + 1
        first.setdefault((kind, same), span)
    return [
        Finding(
            check="figures",
            kind=kind,
            verdict="found",
            span=span,
            facts={"item": text[slice(*span)], "times": times[kind, same], "asked": asked},
        )
        for (kind, same), span in first.items()
    ]


def _take(taken: bytearray, span: Span) -> None:
    taken[slice(*span)] = b"\x01" * (span[1] - span[0])


# ---- dates ----


def _dated(date: Date, given: _Query, text: str) -> bool:
    year, month, day = date.year, date.month, date.day
    if year is not None and year not in given.years and not (given.beside and {year - 1, year + 1} & given.years):
        # "the 1990s" is given with 1994
        return bool(_DECADES.match(text, date.span[1])) and any(one // 10 == year // 10 for one in given.years)
    if month is None:
        return True
    return any(
        month == m
        and (day is None or d is None or day == d)
        and (day is None or d is not None)
        and (year is None or y is None or y == year)
        for y, m, d in given.days
    )


# ---- numbers ----


def _unsupported(text: str, said_dates: Sequence[Date], given: _Query) -> Iterator[Quantity]:
    quantities = read(text, skip=[one.span for one in said_dates])
    spans = sentences(text)
    starts = [start for start, _ in spans]
    sure: dict[int, list[Quantity]] = {}  # by sentence: what is given or follows
    columns = _Columns(text)
    waiting: list[tuple[int, Quantity]] = []
    for one in quantities:
        n = max(0, bisect_right(starts, one.span[0]) - 1)
        if given.numbers.holds(one):
            sure.setdefault(n, []).append(one)
            columns.add(one)
        elif not _trivial(one, text):
            waiting.append((n, one))
    words_in: dict[int, frozenset[str]] = {}
    for n, one in waiting:
        if one.unit in _YEARS and _years_between(one.value, n, spans, said_dates, given):
            continue
        if n not in words_in:
            words_in[n] = words_of(text[slice(*spans[n])][:600])
        beside = [sure.get(n, []), [*sure.get(n - 1, [])[-4:], *sure.get(n, [])], columns.of(one)]
        if given.numbers.follows(one, words_in[n], beside):
            sure.setdefault(n, []).append(one)
            columns.add(one)
        else:
            yield one


def _trivial(one: Quantity, text: str) -> bool:
    """What counts reasons and steps, what everybody says, and round numbers in words."""
    if (one.kind, one.value) in _EVERYDAY:
        return True
    if one.spelled and one.kind == "percentage" and one.value == 50:
        return True
    if one.spelled and one.kind == "times" and one.value >= 10:
        return True  # 十倍
    if one.kind != "number":
        return False
    if one.value <= SMALL and one.step >= 1:
        return True
    if one.spelled and one.digits == 1:
        return True  # 一百, three thousand
    if one.step == 0.1 and one.value == int(one.value) and not one.unit:
        return True  # Web 3.0
    return text[one.span[0] - 1 : one.span[0]] == "#"


def _years_between(value: float, n: int, spans: Sequence[Span], said_dates: Sequence[Date], given: _Query) -> bool:
    """Whether so many years lie between two given ones, of the same sentence or of a query that names few."""
    start, end = spans[n]
    here = {date.year for date in said_dates if date.year and start <= date.span[0] < end} & given.years
    some = here if len(here) > 1 else given.years if len(given.years) <= 8 else set()
    return any(value in {abs(a - b), abs(a - b) + 1} for a in some for b in some if a and b and a != b)


class _Columns:
    """The numbers of the response's own tables, by column: a last row may add them up."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.of_column: dict[tuple[int, int], list[Quantity]] = {}

    def _key(self, one: Quantity) -> tuple[int, int] | None:
        start = self.text.rfind("\n", max(0, one.span[0] - 400), one.span[0]) + 1
        if self.text[start : start + 1] != "|":
            return None
        blank = self.text.rfind("\n\n", max(0, start - 4000), start)
        return blank, self.text.count("|", start, one.span[0])

    def add(self, one: Quantity) -> None:
        if (key := self._key(one)) is not None:
            self.of_column.setdefault(key, []).append(one)

    def of(self, one: Quantity) -> Sequence[Quantity]:
        key = self._key(one)
        return self.of_column.get(key, [])[-14:] if key is not None else []
