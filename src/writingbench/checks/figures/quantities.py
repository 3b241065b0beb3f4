"""Read numbers, amounts of money and percentages out of a text, in digits or words, Chinese and English alike.

    "近三成的客户"             -> Quantity(kind="percentage", value=30.0, step=10.0, about="under")
    "$1.25 million"            -> Quantity(kind="amount", value=1_250_000.0, step=10_000.0)
    "三百二十万元"             -> Quantity(kind="amount", value=3_200_000.0, step=100_000.0)

What only looks like a number is left out: numbering, clock times, parts of names (GPT-4), proportions (16:9), how many
words a text has. Signs are dropped: "fell by 3%" and "-3%" are one value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from writingbench.checks.passages import Span
from writingbench.checks.spelled import HAN_DIGIT, ONES, TENS, number_of, words_value

__all__ = ["Quantity", "plain", "read"]

About = Literal["", "about", "under", "over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A value that a text names."""

    kind: Literal["number", "amount", "percentage", "times"]  # times: "doubled", "三倍"
    value: float  # in ones; a percentage in percent, so that 三成 is 30
    step: float  # what one more of the last digit written makes
    span: Span
    unit: str = ""  # what is counted, as it stands behind the number; of no use but to tell like from unlike
    about: About = ""  # "nearly" is under, "more than" over
    spelled: bool = False  # in words, not digits
    digits: int = 1  # significant ones


_WIDE = {0xFF10 + n: 0x30 + n for n in range(10)} | {ord("％"): ord("%"), ord("．"): ord("."), ord("﹪"): ord("%")}


def plain(text: str) -> str:
    """Full-width digits made half-width; each character stays in its place."""
    return text.translate(_WIDE)


# ---- what only looks like a number ----

_ADDRESSES = re.compile(
    r"https?://[^\s<>()（）\u4e00-\u9fff]{1,300}|www\.[^\s<>()（）\u4e00-\u9fff]{1,300}"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}"
)
_FORMULA = re.compile(r"\$[^$\n]{0,120}[\\^_][^$\n]{0,120}\$")
_LISTED = re.compile(
    r"[^\S\n]{0,12}(?:[#>*\-•|·●]{1,6}[^\S\n]{0,3}){0,3}\*{0,3}[(（\[【]?(?:\d{1,3}\.){0,4}"
)  # a line up to its number
_BEHIND_LISTED = re.compile(
    r"(?:\.\d{1,3}){0,4}(?:[)）\]】、．:：]|\.(?!\d)|\s?\||\.?[^\S\n]+[A-Z][a-z])|(?<=\.\d)[^\S\n]+(?!百分"
    r"|[万亿千])[\u4e00-\u9fff]"
)
_NUMBERED = frozenset(  # what stands before the number of a step, a chapter or a page
    "step steps week weeks chapter chapters slide slides day days phase phases level levels grade grades table tables "
    "figure "
    "figures fig section sections sec appendix part parts scene scenes act episode episodes question questions no "
    "page pages p "
    "pp item items article articles rule rules principle version unit units lesson lessons module modules stage "
    "stages round "
    "rounds class type exhibit clause paragraph equation eq chart annex volume vol issue top line room track option "
    "tier".split()
)
_NUMBERED_HAN = tuple(
    "第 图 表 例 式 初 高 幕 附件 附录 步骤 版本 场景 场次 案例 问题 阶段 环节 任务 模块 单元 课时 镜头 章节 方案 选项 "
    "实验 练习 活动 板块 批次".split()
)
_PAIRED = re.compile(r"\s?[:：]\s?\d|/7\b|\s?[x×*]\s?(?:24|7)\b")  # clocks, proportions, 24/7
_PAIRED_BEFORE = re.compile(r"\d\s?[:：]\s?$|\b1/$|\b(?:24|7)\s?[/x×*]\s?$")
_MARK_BEFORE = re.compile(r"[\[［][\d,，\-–\s]{0,30}$")  # of a bibliography: [3, 14]
_MARK_BEHIND = re.compile(r"[\d,，\-–\s]{0,30}[\]］]")
_SELF = re.compile(r"\s?(?:余|多|个)?(?:汉?字(?![节符])|[- ]?words?\b|[- ]?characters?\b)")


def _numbered(before: str) -> bool:
    """Whether what stands before a number is "Chapter ", "第" or, in a range, "pages 12–"."""
    head = before.rstrip("0123456789.-–—~～至到、,& #")
    between = before[len(head) :]
    if not head or (between not in {"", " ", "#", " #", ".", ". "} and not between.lstrip(" .#")[:1].isdigit()):
        return False
    return head.endswith(_NUMBERED_HAN) or head.rpartition(" ")[2].lstrip("([*_").lower() in _NUMBERED


def _label(text: str, start: int, end: int) -> bool:
    """Whether digits only number something, tell the time or give a proportion."""
    if text[end : end + 1] in "%‰万亿" and end < len(text):
        return False
    before = text[max(0, start - 30) : start].rpartition("\n")
    if _numbered(before[2]) or _PAIRED.match(text, end) or _PAIRED_BEFORE.search(before[2]):
        return True
    if end - start > 5:
        return False
    if before[2][-1:] in "([（【［" and text[end : end + 1] in ")]）】］" and before[2] and end - start < 3:
        return True
    if _MARK_BEFORE.search(before[2]) and _MARK_BEHIND.match(text, end):
        return True
    at_start = bool(before[1]) or start <= 30
    return at_start and bool(_LISTED.fullmatch(before[2]) and _BEHIND_LISTED.match(text, end))


# ---- numbers in digits ----

_MONEY = r"US\$|HK\$|NT\$|RMB|USD|CNY|HKD|EUR|GBP|人民币|[$¥￥€£]"
_DIGITS = re.compile(
    rf"(?P<money>(?:{_MONEY})\s?)?(?<![\d_])(?<!\d[.,])(?<![A-Za-z\u0370-\u04ff]-)"
    rf"(?:(?<![A-Za-z])|(?<=RMB)|(?<=USD)|(?<=CNY)|(?<=EUR)|(?<=GBP)|(?<=HKD))"
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}}){{1,6}}(?:\.\d{{1,8}})?|\d{{1,15}}(?:\.\d{{1,10}})?)(?![\d])(?!\.\d)(?!,\d{{3}})"
)
_SPACED = re.compile(r"(?<![\d.,] )(?<![\d.,])\d{1,3}(?: \d{3}){1,4}(?![\d.,]| \d)")
_SCALES = {
    "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "十亿": 1e9, "亿": 1e8, "千万": 1e7, "百万": 1e6, "十万": 1e5, "万": 1e4,
    "千": 1e3, "百": 1e2, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "mn": 1e6, "bn": 1e9, "tn": 1e12, "k": 1e3, "m": 1e6, "b": 1e9,
}  # fmt: skip
_SCALE = re.compile(
    r"\s?(?:(?P<zh>万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千(?![克米瓦帕卡伏焦赫字])|百(?![分帕]))"
    r"|[- ]?(?P<en>(?i:hundred|thousand|million|billion|trillion|mn|bn|tn)\b)|(?P<short>[kKMB]"
    r"|(?<=\d)m)(?![A-Za-z\d²³^]))"
)
_AFTER = re.compile(
    r"[^\S\n]{0,2}(?:(?P<permille>‰)|(?P<percent>%|percent(?:age)?\b(?: points?)?|per cent\b|pct\b|个?百分点)"
    r"|(?P<tenths>成(?![立为功本长绩员果熟就交型都分语套效品年名份人天]))"
    r"|(?P<times>倍|[- ]?fold\b|[x×](?![A-Za-z\d])|times\b(?= (?:as|more|higher|larger|greater|the|faster|longer|bigger"
    r"|that)))"
    r"|(?P<money>(?:多|余|左右)?(?:元|块钱|美元|欧元|英镑|日元|港元|韩元|卢布|人民币|美金)|(?i:yuan|dollars?|rmb|usd|cny|eur|euros?|hkd"
    r"|pounds? sterling|"
    r"cents|US dollars?)\b))"
)
_UNIT = re.compile(
    r"[^\S\n]{0,2}(?:余|多)?(?P<unit>[人个家名台吨亩米辆件户次年周月天日岁分小公平项套本篇条座所间度股位场种类只头棵株枚张份克升点部款起批处艘架块瓶箱盒页载]"
    r"|(?!(?:and|of|to|in|from|for|is|was|were|are|or|the|at|on|by|with|as|but|than|per|a|an"
    r"|respectively)\b)[a-zA-Z°²]{1,14}(?!\w))"
)
_GLUED = re.compile(  # letters right behind the digits: a unit, or the number is part of a name
    r"(?i:kg|km|cm|mm|mg|ml|hz|khz|mhz|ghz|gb|tb|mb|kb|px|kwh|mwh|mw|gw|kw|w|v|a|ha|mph|min|mins|h|hrs?|hours?|days?|g"
    r"|l|m|s|x|"
    r"sqm|m2|°c|t|pt|ms|ppm|db|kcal|cal|yrs?|years?|months?|weeks?|people|usd|rmb|yuan|million|billion|thousand"
    r"|percent|mn|bn|k|b)"
    r"(?![a-zA-Z])"
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th|s|'s|’s)\b")
_OVER = re.compile(r"/(\d{1,2})(?![\d/])")
_RANGE = re.compile(r"\s?(?:[-–—~～至到]|to|and)\s?")

_ROUGHLY: Mapping[About, str] = {
    "under": "近|将近|接近|逼近|不到|不足|低于|nearly|almost|close to|just under|under|less than|below|fewer than"
    "|up to",
    "over": "超|超过|逾|高于|突破|多于|大于|至少|不少于|不低于|>|≥|over|more than|above|exceed|exceeds|exceeded"
    "|exceeding|at least|surpassed|surpassing",
    "about": "约|大概|~|≈|about|around|approximately|roughly|some|circa",
}
_BEFORE: Mapping[About, tuple[str, ...]] = {  # a space begins an English word
    about: tuple(f" {word}" if word[0].isalpha() and word.isascii() else word for word in words.split("|"))
    for about, words in _ROUGHLY.items()
}
_BEHIND_OVER = re.compile(r"[^\S\n]?(?:多|余|以上|\+|or more)")
_BEHIND_ABOUT = re.compile(r"[^\S\n]?[\u4e00-\u9fff]{0,3}(?:左右|上下)|[^\S\n]or so\b")

# ---- numbers in words ----

_HAN = re.compile(r"[零〇一二两三四五六七八九十百千万亿]{1,24}")
_HAN_POINT = re.compile(r"点[零〇一二三四五六七八九]{1,6}")
_TENTHS_OF = frozenset("一二两三四五六七八九")
_BEFORE_HAN = frozenset("几数第月初")  # 几十, 第十五, 正月十五
_BEHIND_HAN = frozenset("几大届")  # 十几, 十九大
_NO_COUNT = re.compile(
    r"\s?(?:世纪|(?:、\s?\d0\s?)?年代|[0-9]?0?后(?![面来续])|、\d0年代|后\b)"
)  # 20世纪、30年代, 90后
_ERA = re.compile(
    r"(?:民国|[\u4e00-\u9fff]{2}(?<=[宣光道乾康雍顺崇万嘉正洪永成弘治隆建贞开天大元会至咸同][统绪光隆熙正治祯历靖德武乐化治庆文观元宝中和昌德丰治历宁祐符圣兴平和安]))$"
)
_PART = re.compile(
    r"分之(?P<part>[零〇一二两三四五六七八九十百千]{1,6}(?:点[零〇一二三四五六七八九]{1,6})?|\d{1,4}(?:\.\d{1,6})?)"
)
_TENTHS = re.compile(
    r"成(?P<half>[一二三四五六七八九半](?!成))?(?![立为功本长绩员果熟就交型都分语套效品年名份人天不是])"
)
_DOUBLED = re.compile(r"翻(?:了)?([一两三])?番|一半")
_SMALL = "|".join([*ONES, *TENS])
_WORDS = re.compile(
    rf"\b(?:(?:{_SMALL}|an?(?= (?:hundred|thousand|million|billion|dozen)))"
    rf"(?:[ -](?:and )?(?:{_SMALL}|hundred|thousand|million|billion|trillion|dozen)){{0,10}})\b",
    re.IGNORECASE,
)
_HAS_WORDS = re.compile(
    r"(?:hundred|thousand|million|billion|dozen|teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety| per ?cent)"
)
_HAS_SHARE = re.compile(r"(?:third|quarter|fifth|sixth|eighth|tenth|fourth|half|doubl|tripl|quadrupl|halv|fold)")
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10, "fourth": 4}
_SHARE = re.compile(
    r"\b(?P<n>one|two|three|four|five|six|seven|eight|nine|an?)[- ](?P<part>third|quarter|fifth|sixth|eighth|tenth"
    r"|fourth)s?"
    r"(?=[ -](?:of|more|less|the)\b)|\b(?P<half>half)\b"
    r"|\b(?P<times>doubl(?:ed|ing)(?! down)|tripl(?:ed|ing)|quadrupl(?:ed|ing)|halv(?:ed|ing)|twofold|threefold"
    r"|fourfold|tenfold)\b",
    re.IGNORECASE,
)
_TIMES = {
    "doubl": 2,
    "tripl": 3,
    "quadr": 4,
    "halve": 0.5,
    "halvi": 0.5,
    "twofo": 2,
    "three": 3,
    "fourf": 4,
    "tenfo": 10,
}


# ---- reading ----


def read(text: str, *, spaced: bool = False, skip: list[Span] | None = None) -> list[Quantity]:
    """The quantities of a text that `plain` has gone over, in order, without dates (`skip`: where those stand).

    `spaced`: also read "25 300" as one number, beside the two that it may be.
    """
    taken = _Taken(skip or ())
    if "http" in text or "www." in text or "@" in text:
        taken.add(*(match.span() for match in _ADDRESSES.finditer(text)))
    if "$" in text and ("\\" in text or "^" in text or "_" in text):
        taken.add(*(match.span() for match in _FORMULA.finditer(text)))
    found = [*_han(text, taken), *_words(text, taken), *_in_digits(text, taken)]
    found.sort(key=lambda one: one.span)
    found = _ranges(text, _sums(text, found))
    if spaced:
        found += [
            Quantity(kind="number", value=float(match.group().replace(" ", "")), step=1.0, span=match.span(), digits=4)
            for match in _SPACED.finditer(text)
        ]
    return found


class _Taken:
    """Which characters belong to something already."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self.at: set[int] = set()
        self.add(*spans)

    def add(self, *spans: Span) -> None:
        for span in spans:
            self.at.update(range(*span))

    def holds(self, span: Span) -> bool:
        return span[0] in self.at or span[1] - 1 in self.at


def _about(text: str, span: Span) -> About:
    before = " " + text[max(0, span[0] - 14) : span[0]].rstrip(" ").lower()
    for about, words in _BEFORE.items():
        if before.endswith(words):
            return about
    if _BEHIND_OVER.match(text, span[1]):
        return "over"
    return "about" if _BEHIND_ABOUT.match(text, span[1]) else ""


def _han(text: str, taken: _Taken) -> Iterator[Quantity]:
    """What Chinese numerals say: 三百二十万元, 近三成, 百分之十二点五, 三分之二, 两倍, 翻一番."""
    for match in _HAN.finditer(text):
        start, end = match.span()
        if start in taken.at:
            continue
        if share := _han_share(text, match.group(), end):
            yield from _one(text, taken, (start, share[0]), share[1], share[2])
        elif _counts(text, start, end):
            if after := _HAN_POINT.match(text, end):
                end = after.end()
            value = number_of(text[start:end])
            if value and (quantity := _ended(text, (start, end), *value, spelled=True)) is not None:
                taken.add(quantity.span)
                yield quantity
    for match in _DOUBLED.finditer(text) if "番" in text or "一半" in text else ():
        if match.group() == "一半":
            yield from _one(text, taken, match.span(), "percentage", (50.0, 5.0))
        else:
            factor = {None: 2.0, "一": 2.0, "两": 4.0, "三": 8.0}[match.group(1)]
            yield from _one(text, taken, match.span(), "times", (factor, 0.3))


def _han_share(
    text: str, written: str, end: int
) -> tuple[int, Literal["percentage", "times"], tuple[float, float]] | None:
    """Where a part or a multiple ends that begins with a numeral, what it is, its value and its step."""
    if behind := _PART.match(text, end):
        of, part = number_of(written) or {"百": (100.0, 1.0), "千": (1e3, 1.0)}.get(written), behind["part"]
        share = (float(part), _step(part)) if part[0].isascii() else number_of(part)
        if not of or not share or not 0 < share[0] <= of[0]:
            return None
        step = 5.0 if of[0] < 100 else 100 * share[1] / of[0]  # "a third" is rough, 百分之三 is not
        return behind.end(), "percentage", (100 * share[0] / of[0], step)
    if written in _TENTHS_OF and (behind := _TENTHS.match(text, end)):
        half = behind["half"]
        value = 10.0 * HAN_DIGIT[written] + (5 if half == "半" else HAN_DIGIT.get(half or "", 0))
        return behind.end(), "percentage", (value, 1.0 if half else 10.0)
    if text[end : end + 1] == "倍" and (times := number_of(written)):
        return end + 1, "times", times
    return None


def _counts(text: str, start: int, end: int) -> bool:
    """Whether a Chinese numeral counts something: not 第十五, 几十, 十九大, 民国十九年, （二十八）."""
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    if end - start < 2 or before in _BEFORE_HAN or behind in _BEHIND_HAN:
        return False
    if behind == "年" and _ERA.search(text, max(0, start - 4), start):
        return False
    if behind in {"）", ")", "、"} and before in {"（", "(", "\n", ""}:
        return False
    return not _numbered(text[max(0, start - 6) : start])


def _words(text: str, taken: _Taken) -> Iterator[Quantity]:
    """What English words say: two-thirds, doubled, a quarter of, one hundred and twenty, three million."""
    low = text.lower() if len(text.lower()) == len(text) else text
    for near in _windows(_HAS_SHARE, low):
        for match in _SHARE.finditer(text, *near):
            if match["half"]:
                yield from _one(text, taken, match.span(), "percentage", (50.0, 5.0))
            elif match["times"]:
                yield from _one(text, taken, match.span(), "times", (_TIMES[match["times"][:5].lower()], 0.3))
            else:
                share = 100 * ONES.get(match["n"].lower(), 1) / _PARTS[match["part"].lower()]
                yield from _one(text, taken, match.span(), "percentage", (share, 5.0))
    for near in _windows(_HAS_WORDS, low):
        for match in _WORDS.finditer(text, *near):
            if taken.holds(match.span()) or not (value := words_value(match.group())):
                continue
            if (quantity := _ended(text, match.span(), *value, spelled=True)) is not None:
                taken.add(quantity.span)
                yield quantity


def _windows(has: re.Pattern[str], text: str) -> Iterator[Span]:
    """The stretches around what a quick pattern finds, in order; they do not overlap."""
    start = end = 0
    for match in has.finditer(text):
        low = max(0, match.start() - 60)
        if low > end:
            if end:
                yield start, end
            start = low if low == 0 else text.find(" ", low, match.start() + 1)
            start = start if start >= 0 else match.start()
        end = min(len(text), match.end() + 40)
    if end:
        yield start, end


def _one(
    text: str, taken: _Taken, span: Span, kind: Literal["percentage", "times"], read_as: tuple[float, float]
) -> Iterator[Quantity]:
    if read_as[0] > 0 and not taken.holds(span):
        taken.add(span)
        yield Quantity(kind=kind, value=read_as[0], step=read_as[1], span=span, about=_about(text, span), spelled=True)


def _step(written: str) -> float:
    return 10.0 ** -len(written.partition(".")[2])


def _in_digits(text: str, taken: _Taken) -> Iterator[Quantity]:
    for match in _DIGITS.finditer(text):
        span = match.span("digits")
        if taken.holds(span):
            continue
        written = match["digits"].replace(",", "")
        end = match.end()
        if text[end : end + 1].isascii() and text[end : end + 1].isalpha() and not _GLUED.match(text, end):
            continue
        if _ORDINAL.match(text, end) or _label(text, *span):
            continue
        step = _step(written)
        if (under := _OVER.match(text, end)) and 0 < float(written) < float(under.group(1)) <= 10:
            yield from _one(
                text, taken, (span[0], under.end()), "percentage", (100 * float(written) / float(under.group(1)), 5.0)
            )
            continue
        quantity = _ended(text, span, float(written), step, money=bool(match["money"]))
        if quantity is not None:
            if match["money"]:
                quantity = replace(quantity, span=(match.start(), quantity.span[1]))
            yield quantity


def _ended(
    text: str, span: Span, value: float, step: float, *, money: bool = False, spelled: bool = False
) -> Quantity | None:
    """The quantity with what stands behind its digits: a scale, then a sign or a unit. None for a text's own length."""
    start, end = span
    digits = len(f"{value / step:.0f}".rstrip("0")) or 1
    if scale := _SCALE.match(text, end):
        key = (scale["zh"] or scale["en"] or scale["short"]).lower()
        if not (scale["short"] == "m" and not money):
            factor = _SCALES[key]
            value, step, end = value * factor, step * factor, scale.end()
    if _SELF.match(text, end) or _NO_COUNT.match(text, end):
        return None
    kind: Literal["number", "amount", "percentage", "times"] = "amount" if money else "number"
    unit = ""
    if after := _AFTER.match(text, end):
        end = after.end()
        if after["permille"]:
            kind, value, step = "percentage", value / 10, step / 10
        elif after["percent"]:
            kind = "percentage"
        elif after["tenths"]:
            kind, value, step = "percentage", value * 10, step * 10
        elif after["times"]:
            kind = "times"
        else:
            kind = "amount"
    elif counted := _UNIT.match(text, end):
        unit = counted["unit"]
    if value <= 0:
        return None
    about = _about(text, (start, end))
    return Quantity(
        kind=kind, value=value, step=step, span=(start, end), unit=unit, about=about, spelled=spelled, digits=digits
    )


def _sums(text: str, found: list[Quantity]) -> list[Quantity]:
    """1亿2000万元 is one value."""
    made: list[Quantity] = []
    for one in found:
        last = made[-1] if made else None
        if (
            last is not None
            and last.span[1] == one.span[0]
            and last.kind == "number"
            and last.step >= 1e4
            and text[last.span[1] - 1] in "亿万"
            and one.value < last.step
        ):
            made[-1] = replace(one, value=last.value + one.value, span=(last.span[0], one.span[1]), digits=4)
        else:
            made.append(one)
    return made


def _ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    """In 20–30% and 3至5万元 the first number is of the second one's kind and scale."""
    made = list(found)
    for n in range(len(found) - 1, 0, -1):
        first, second = found[n - 1], made[n]
        gap = (first.span[1], second.span[0])
        if gap[1] - gap[0] > 5 or not _RANGE.fullmatch(text, *gap) or first.kind == second.kind == "percentage":
            continue
        if first.kind != "number" or first.unit not in {"", "至", "到", "to", "and"}:
            continue
        scale = next((f for f in (1e12, 1e8, 1e4, 1e9, 1e6, 1e3) if second.step >= f and second.value >= f), 1.0)
        scale = scale if first.step <= 1 and first.value < 1e4 and first.value * scale <= second.value else 1.0
        made[n - 1] = replace(
            first, kind=second.kind, unit=second.unit, value=first.value * scale, step=first.step * scale
        )
    return made
