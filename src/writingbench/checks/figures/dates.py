"""Read dates out of a text, Chinese and English alike: a day, a month with its year, or a year.

    "March 5, 2024", "5th of March", "2024年3月", "二〇二四年五月一日", "2024-03-05", "in 1998", "（851年）"

A number of four digits is a year only where it may be one: "1,998 shops", "2000元" and "2024级" are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import itemgetter

from writingbench.checks.passages import Span
from writingbench.checks.spelled import number_of

__all__ = ["Date", "dates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A day, a month or a year; what is not said is None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    span: Span


_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = (
    r"(?P<{}>January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
_H = r"[一二三四五六七八九十]{1,3}"
_Y = r"(?P<year>(?:1[5-9]|20)\d\d)"
_FROM_DIGITS = (  # tried where a number begins
    re.compile(
        r"(?P<year>\d{3,4}|[〇零一二三四五六七八九]{4})\s?年(?!级|以上|来)度?(?:\s?(?P<month>\d{1,2}"
        rf"|{_H})\s?月份?(?:\s?(?P<day>\d{{1,2}}|{_H})\s?[日号])?)?"
    ),
    re.compile(rf"(?P<month>\d{{1,2}}|{_H})\s?月\s?(?P<day>\d{{1,2}}|{_H})\s?[日号]"),
    re.compile(rf"{_Y}(?P<sign>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=sign)(?P<day>0?[1-9]|[12]\d|3[01])(?![\d/-])"),
    re.compile(rf"{_Y}[-/](?P<month>0[1-9]|1[0-2])(?![\d/-])"),
    re.compile(rf"{_Y}\.(?P<month>1[0-2]|0?[1-9])(?![\d.%])(?!\s?(?:[万亿元]|million|billion|yuan))"),
    re.compile(
        rf"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd"
        rf"|th)?[^\S\n](?:of[^\S\n])?{_MONTH.format('month')}(?:,?[^\S\n]{_Y}\b)?"
    ),
    re.compile(rf"{_Y}(?![\d%‰]|,\d|\.\d|-\d{{3}}(?!\d))"),
)
_FROM_MONTHS = (
    re.compile(
        rf"\b{_MONTH.format('month')}[^\S\n](?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d:])(?:,?[^\S\n]{_Y}\b)?"
    ),
    re.compile(rf"\b{_MONTH.format('month')},?[^\S\n](?:of[^\S\n])?{_Y}\b"),
)
_NUMERALS = re.compile(r"\d{1,16}|[〇零一二三四五六七八九十]{1,8}")
_NO_DATE_BEFORE = re.compile(r"(?:[$¥￥€£#]|\d[.,/]|\.|(?<![A-Za-z])(?!mid|pre|post)[A-Za-z]{1,12}-|[A-Za-z](?<!FY))\Z")
_SURELY_BEFORE = re.compile(
    r"(?:\b(?:in|since|by|from|until|till|of|year|before|after|during|through|around|circa|early|late|mid-?|to|and"
    r"|FY)\s?"
    r"|[,(（/\-–—~～]\s?|年[)）、]?)\Z",
    re.IGNORECASE,
)
_COUNTED = re.compile(  # what makes a bare 1,500 to 2,099 a number of something and no year
    r"[^\S\n]?(?:余|多)?(?:[级个人字元家件名台吨亩米千万亿克次条份户位套种篇公平度号倍分秒毫块辆对双斤页]|美元|(?:words?|people|yuan|dollars?|units?|members?"
    r"|students?|employees?|copies|characters?|meters?|metres?|kilometers?|km|kg|tons?|tonnes|hours?|square|sq|cases"
    r"|users|customers"
    r"|participants|respondents|times|households|families|million|billion|thousand|kcal|calories|ml|mg|mm|usd|rmb"
    r"|items|pages|pieces"
    r"|companies|patients|schools|stores|mu|hectares|or more|℃|°))"
)


def _int(written: str | None) -> int | None:
    if not written:
        return None
    if written.isascii():
        return int(written)
    value = number_of(written)
    return int(value[0]) if value else None


def dates(text: str) -> list[Date]:
    """The dates of a text that `plain` has gone over, in order; a year alone is one, a month alone is none."""
    found: list[Date] = []
    starts: list[tuple[int, tuple[re.Pattern[str], ...]]] = [
        *((match.start(), _FROM_MONTHS) for match in _MONTH_NAME.finditer(text)),
        *((match.start(), _FROM_DIGITS) for match in _NUMERALS.finditer(text)),
    ]
    done = 0
    for start, patterns in sorted(starts, key=itemgetter(0)):
        if start < done:
            continue
        for pattern in patterns:
            if (match := pattern.match(text, start)) and (date := _date(text, match)):
                done = date.span[1]
                found.append(date)
                break
    return found


_MONTH_NAME = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?=[a-z]{0,6}\b)")


def _date(text: str, match: re.Match[str]) -> Date | None:
    named, start, end = match.groupdict(), match.start(), match.end()
    month = named.get("month")
    number = _MONTHS.get(month[:3].lower()) if month and month.isascii() and month[0].isalpha() else _int(month)
    year, day = _int(named.get("year")), _int(named.get("day"))
    if (number or 1) > 12 or (day or 1) > 31 or (month and not number):
        return None
    before = text[max(0, start - 14) : start]
    in_han = "年" in match.group()
    if not in_han and _NO_DATE_BEFORE.search(before):
        return None
    if in_han and month is None and (year or 0) < 1000 and not before.endswith(("公元", "公元前", "（", "(", "约")):
        return None  # 300年 is how long something lasts, (851年) is a year
    if month is None and not in_han:
        if _COUNTED.match(text, end):
            return None
        behind = text[end : end + 2]
        if behind[:1].isalpha() and not _BEHIND_YEAR.match(behind):
            return None
        if not 1950 <= (year or 0) <= 2050 and not _SURELY_BEFORE.search(before):
            return None
    return Date(year=year, month=number, day=day, span=(start, end))


_BEHIND_YEAR = re.compile(r"s\b|[a-f]\b|[QH][1-4]|[\u3400-\u9fff]")
