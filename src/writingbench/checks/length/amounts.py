"""Find amounts of text in a request: how much of which unit, from what to what.

    "at least 800 words" -> 800 and up    "1,500–2,000字" -> 1500 to 2000    "within two pages" -> up to 2

Whether somebody demands it, and of which part, is for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from writingbench.checks.length.numerals import DIGITS, ENGLISH, HAN_NUMBER, number, scaled
from writingbench.records import LengthUnit

__all__ = ["Amount", "amounts"]

Number = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """So much text; a bare number is its own lower and upper end."""

    unit: LengthUnit
    min: Number | None
    max: Number | None
    about: bool
    start: int  # with the words that bound it ("at least")
    end: int
    number: int  # where the number itself starts
    noun: str  # the unit's own words: "words", "tips", "条建议"
    after: int  # where the unit ends


_GAP = r"[ \t\u3000]{0,3}"
_BETWEEN = rf"{_GAP}(?:-{{1,2}}|–|—{{1,2}}|~|～|－|−|至|到|to|and|or|或)者?{_GAP}"
_DIGITS = rf"(?:{DIGITS}){_GAP}(?:[kKwW](?![A-Za-z])|千|万|百|thousand\b|hundred\b|dozen\b)?"
_LISTED = (
    r"(?:bullet points?|talking points?|key points?|case studies|data points|sub-?headings?|call-?outs?|plot ?lines?"
    r"|tips|items|points|bullets|ideas|slogans|tag ?lines|catchphrases|examples|reasons|questions|suggestions"
    r"|questions|recommendations|titles|headlines|names|options|versions|variations|hashtags|slides|steps|ways|facts"
    r"|quotes|poems|haikus?|limericks|tweets|posts|reviews|comments|captions|emails|letters|stories|jokes|riddles"
    r"|chapters|sections|parts|keywords|faqs|strategies|methods|benefits|advantages|mistakes|lessons|habits|emojis?"
    r"|articles|essays|acts|diaries|diary entries|entries|scenes|episodes|stanzas|verses|cases|references|sources"
    r"|citations|exercises|tasks|problems|activities|scenarios|dialogues|messages|drafts|proposals|angles|topics"
    r"|themes|aspects|perspectives|arguments|viewpoints|counterarguments|events|images|charts|tables|solutions"
    r"|measures|blurbs|descriptions|ads|testimonials|summaries|takeaways|principles|rules|goals|objectives|features"
    r"|challenges|trends|characteristics)"
)
_ENGLISH = re.compile(
    rf"(?<![A-Za-z0-9_.,$¥€£#])(?:(?P<low>{_DIGITS}|{ENGLISH})(?P<plus>{_GAP}(?:\+|plus\b"
    rf"|or more\b))?(?:[ -]?(?:words?|characters?|pages?|minutes?|字))?(?:{_BETWEEN}|,? but (?:no"
    rf"|not) more than ))?(?P<high>{_DIGITS}|{ENGLISH})(?P<more>{_GAP}(?:\+|plus\b|or more\b))?"
    r"(?P<link>[ \t]{0,3}-?[ \t]{0,2})(?P<kind>(?:[a-z][a-z-]{1,14} ){0,2}?)(?:(?P<words>words?\b|单词)"
    r"|(?P<characters>characters?\b|chars?\b|letters\b)|(?P<sentences>sentences?\b)|(?P<lines>lines?\b)"
    r"|(?P<paragraphs>(?:natural )?paragraphs?\b|paras?\b)|(?P<pages>pages?\b)"
    rf"|(?P<minutes>(?:minutes?|mins?|seconds?|secs?|hours?)\b)|(?P<items>{_LISTED}\b))",
    re.IGNORECASE,
)
_COUNTED = (
    r"条|则|款|首|篇|道|步(?![骤])|章节?|节|幕|集|封|部分|大(?:章节?|部分|方面|板块|模块|版块)"
    r"|大?[个项点种类组份板模](?:块|大)?(?![月年天日星小钟周季度人代世])"
)
_CHINESE = re.compile(
    rf"(?<![^字词页]数)(?<![A-Za-z\d.,\-–—第每几〇零一二两三四五六七八九十百千万])(?:(?P<low>{_DIGITS}"
    rf"|{HAN_NUMBER})(?:字|词|页|分钟|分|秒|条|个|段|句|张)?(?:{_BETWEEN}))?(?P<high>{_DIGITS}"
    rf"|{HAN_NUMBER}){_GAP}(?P<more>[多余来]|\+|＋)?{_GAP}个?"
    r"(?P<kind>(?:中文|英文|英语|汉语|简短|完整|自然|小|大|左右的?"
    r"|多)?)(?:(?P<characters>汉?字符?(?![节母体号典幕画眼面样形迹里据段路楼型头根])|字[符]?(?=数|号召|样本))"
    r"|(?P<words>单?词(?![语条典汇组性句类义牌云])|words\b)|(?P<sentences>句(?!型|式|法|子以外))"
    r"|(?P<paragraphs>自?然?段(?!时|路|位|子)落?)|(?P<lines>行(?![业为动程政走李驶情]))|(?P<pages>页(?![码眉脚边])"
    r"|[Pp](?![A-Za-z0-9])|张(?=幻灯片|PPT|ppt|slide))"
    rf"|(?P<minutes>分钟|分半钟?|秒钟?|小时|个小时)|(?P<items>{_COUNTED}))"
)
_LABELLED = re.compile(
    rf"(?:(?P<zh>字数|词数)|word (?:count|limit)"
    rf"|number of words)(?P<link>[^\d\n。；;，,]{{0,16}}?)(?:(?P<low>{_DIGITS}"
    rf"|{HAN_NUMBER}){_BETWEEN})?(?P<high>{_DIGITS}|(?<=[：:在为约是于过])(?:{HAN_NUMBER}))"
    r"(?![ \t]{0,3}(?:-{1,2}|–|—|~|～|至|到|to\b|and\b|[\d.,]*\d|字|词|个|汉|英|中|单|多|余|左右的?字|[a-z]))",
    re.IGNORECASE,
)

_BEFORE = re.compile(
    r"(?:(?P<max>\bat (?:the )?most|\bno(?:t|t be)? (?:more|longer|greater|larger) than"
    r"|\bnot (?:to )?(?:exceed(?:ing)?|surpass)|(?:n't|cannot|never|without|nor) exceed(?:ing)?|\bnot (?:be "
    r"|go )?(?:over|above|beyond)|\bup to|\bmax(?:imum)?\.?(?: (?:length|word count|limit|size|number))?(?: of| is)?"
    r"|\bunder|\bbelow|\bwithin|\binside|\b(?:less|fewer|shorter) than|\b(?:limit|restrict|confin)(?:ed)?(?: it"
    r"| (?:the|your) \w+)?(?: (?:is|of|to|at))?|\bcap(?:ped)? (?:at|of)|\b(?:character|word|page) (?:limit"
    r"|maximum)(?: (?:is|of))?|[≤<]=?|不(?:得|能|可|要|应|宜|准)?(?:超过?出?|多于|高于|大于|长于)|别超过?|至多|最多"
    r"|最长|(?<!不)(?:少|小|低|短)于|限(?:制|定)?(?:在|于|为)?|上限(?:为|是)?|[≤＜])|(?P<min>\bat (?:the |very )?least"
    r"|\bno(?:t|t be)? (?:less|fewer|shorter|lower|smaller) than|\bnot (?:be )?(?:below|under)"
    r"|\bmin(?:imum)?\.?(?: (?:length|word count|limit|of))*(?: is)?|\b(?:more|longer|greater|larger) than|\bover"
    r"|\babove|\bexceed(?:ing|s)?|\bupwards? of|\bbeyond|[≥>]=?|不(?:得|能|可|要|应|宜|准)?(?:少|低|小|短)于|至少|最少"
    r"|最低|最短|起码|不下于?|超过|大于|多于|高于|长于|达到|下限(?:为|是)?|[≥＞]))(?:[ :：]|\ba\b|\ban\b|\bthe\b"
    r"|\btotal\b|\bof\b|\bis\b|为|在|是|有|写|约|大约|从|举|引用|字数|about|around|approximately|roughly){0,6}$"
    r"|(?P<about>\b(?:about|around|approximately|approx\.?|roughly|circa|nearly|almost|close to)|[~～≈]|大?约[为是]?"
    r"|大概|大致|将近|接近|差不多|近|左右)(?:[ :：]|\ba\b|\ban\b|\ba total of\b|为|在|是|有|写){0,3}$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[ \t]{0,2}[)）]?[的]?[ \t]{0,2}(?:in length |long |in total |of text )?[(（,，]?[ \t]{0,2}(?:(?P<max>or (?:less"
    r"|fewer|under|shorter|below)|max(?:imum)?\b|at (?:the )?most|tops\b|limit\b|以内|之内|以下|内(?!容|心|部|涵|在)"
    r"|为限|封顶|为上限)|(?P<min>or (?:more|longer|above|over)|at least|min(?:imum)?\b|and (?:above|up)|以上|及以上"
    r"|起步?(?![来初])|打底|往上)|(?P<about>or so|or thereabouts|approximately(?=[ \t]{0,2}[).,;]|$)|give or take|左右"
    r"|上下|前后))",
    re.IGNORECASE,
)
MOST = 400
_REACH = 48  # characters in which an amount is bounded
_SIXTIETH = 1 / 60


def amounts(text: str) -> Iterator[Amount]:
    """The amounts of text that are named in a `numerals.plain` text, from left to right; none overlaps another.

    In a text with more than `MOST` of them (tables of figures) only the first and the last are looked at.
    """
    found = sorted(
        (match for pattern in (_ENGLISH, _CHINESE, _LABELLED) for match in pattern.finditer(text)),
        key=lambda match: (_first(match), -match.end()),
    )
    end = -1
    for match in found if len(found) <= MOST else (*found[: MOST // 2], *found[-MOST // 2 :]):
        if _first(match) >= end and (amount := _read(match, text)):
            yield amount
            end = amount.after


def _first(match: re.Match[str]) -> int:
    """Where the number starts."""
    return match.start("low") if match["low"] else match.start("high")


def _read(match: re.Match[str], text: str) -> Amount | None:
    fields = match.groupdict()
    high = number(fields["high"])
    if high is None:
        return None
    low = number(fields["low"]) if fields["low"] else high
    if low is None:
        return None
    ends = (scaled(low[0], fields["high"], high[1]) if fields["low"] else low[0], high[1])
    if "zh" in fields:
        unit: LengthUnit = "characters" if fields["zh"] == "字数" else "words"
        noun = match[0][:4]
    else:
        name = next(name for name in _UNITS if fields.get(name))
        unit = "sentences" if name == "lines" else name
        noun = (fields["kind"] or "") + fields[name]
        if unit == "items" and ("-" in fields.get("link", "") or "." in fields["high"]):
            return None  # "14-day trends", "8.0-13.0 versions"
    first = _first(match)
    factor = _factor(noun) if unit == "minutes" else 1
    ranged = bool(fields["low"]) or ends[0] != ends[1]
    if ranged and ends[0] > ends[1]:
        return None
    before = _BEFORE.search(text[max(0, first - _REACH) : first])
    after = _AFTER.match(text, match.end(), match.end() + _REACH)
    bound = (before.lastgroup if before else None) or (after.lastgroup if after else None)
    if not bound or (bound == "about" and after and after.lastgroup != "about"):
        bound = after.lastgroup if after else bound
    if fields.get("more") or fields.get("plus"):
        bound = "about" if (fields.get("more") or "") in {"多", "余", "来"} else "min"
    if before and before[0].startswith("达到") and after and after.lastgroup == "about":
        bound = "about"
    if before and before.lastgroup == "max" and re.search(r"about|around|approx|roughly|大?约", before[0]):
        bound = "about"
    least, most = (_whole(end * factor) for end in ends)
    return Amount(
        unit=unit,
        min=None if bound == "max" and not ranged else least,
        max=None if bound == "min" and not ranged else most,
        about=bound == "about" or (bound is None and not ranged),
        start=max(0, first - _REACH) + before.start()
        if before and first >= _REACH
        else (before.start() if before else first),
        end=after.end() if after else match.end(),
        number=first,
        noun=noun.strip(),
        after=match.end(),
    )


_UNITS: tuple[LengthUnit | Literal["lines"], ...] = (
    *("words", "characters", "sentences", "lines", "paragraphs", "pages", "minutes", "items"),
)


def _factor(noun: str) -> float:
    if "sec" in noun.lower() or "秒" in noun:
        return _SIXTIETH
    return 60 if "hour" in noun.lower() or "小时" in noun else 1


def _whole(value: float) -> Number:
    return int(value) if value == int(value) else round(value, 3)
