"""Which language a request asks for: "用英文写", "in Spanish", "a Chinese abstract", "中英双语"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from writingbench.checks.language.tongues import NAMES

_ZH = {
    "en": "英[文语]",
    "zh": "(?:简体|繁体)?中文|汉语|华语|普通话",
    "ja": "日[文语]",
    "ko": "[韩朝][文语]|朝鲜语",
    "ru": "俄[文语]",
    "ar": "阿拉伯[文语]",
    "th": "泰[文语]",
    "hi": "印地[文语]",
    "es": "西班牙[文语]|西语",
    "fr": "法[文语]",
    "de": "德[文语]",
    "pt": "葡萄牙[文语]|葡语",
    "it": "意大利[文语]",
}
_EN = {**{code: english for code, (english, _) in NAMES.items()}, "zh": "Mandarin Chinese|Chinese|Mandarin"}
_EN_CODES = {name.lower(): code for code, names in _EN.items() for name in names.split("|")}

_Z = "(?:" + "|".join(_ZH.values()) + ")"
_E = "(?:" + "|".join(_EN.values()) + ")"
_KIND_ZH = (
    "(?:作文|文章|短文|摘要|邮件|电子邮件|信件|书信|信函|求职信|推荐信|感谢信|演讲稿|发言稿|简历|报告|实习报告|论文"
    "|诗歌|诗|歌词|小说|故事|剧本|文案"
    "|新闻稿|说明书|介绍|简介|综述|稿件|译文|版本|版)"
)
_KIND_EN = (
    "(?:abstract|summary|version|translation|essay|article|letter|e-?mail|composition|speech|report|text|story"
    "|paragraph|review"
    "|cover letter|press release)"
)
_AFTER_ZH = (
    r"(?=\s*(?:[，。；！？,.;!?（(\n:：”]|\d|$|并|且|，|要求|关于|以|其中|不))"  # "英语作文评分标准" is about essays
)
_AFTER_EN = (
    r"(?=\s*(?:[.,;:!?)\n\"”]|$|\b(?:based|using|with|for|on|about|of|that|to|only|please|no|not|within|at|from"
    r"|which|by)\b))"
)

_WRITE_ZH = "(?:写|撰写|创作|生成|拟|起草|提供|给出|输出|完成|准备|回答|回复|作答|编写|书写|呈现|介绍|总结|翻译)"
_DEMANDS = (
    re.compile(
        rf"(?:用|以(?!及|便|上|下|外|内)|使用|采用"
        rf"|改用)(?!于)[^，。；！？\n]{{0,12}}?(?P<one>{_Z})[^，。；！？\n]{{0,6}}?{_WRITE_ZH}"
    ),
    re.compile(rf"请?(?:使用|用)[^，。；！？\n]{{0,12}}?(?P<one>{_Z})(?=[，。；！？\n]|$)"),
    re.compile(
        rf"{_WRITE_ZH}[^，。；！？\n]{{0,40}}?(?P<part>附|包括|包含|以及|和|及|与|含)?[^，。；！？\n的]{{0,3}}"
        rf"(?P<one>{_Z})的?{_KIND_ZH}{_AFTER_ZH}"
    ),
    re.compile(
        rf"\d{{2,6}}\s?[字词][^，。；！？\n]{{0,4}}?(?P<one>{_Z})的?(?:{_KIND_ZH})?(?=\s*(?:[，。；！？）)\n]|$))"
    ),
    re.compile(rf"(?:译|翻译)(?:成|为|作)\s?(?P<one>{_Z})(?!并?加以)"),
    re.compile(rf"(?:输出|写作|行文|撰写|使用|文章|回答|回复)?语言(?:为|是|要求)?[：:]\s?(?P<one>{_Z})"),
    re.compile(
        rf"\b(?:(?i:write|written|answer|respond|reply|compose|draft|produce|provide|generate|create|output|response"
        rf"|prepare|summari[sz]e|describe|explain|must be|should be))\b[^.!?\n]{{0,150}}?"
        rf"\bin (?:both )?(?:(?:fluent|simple|plain|clear|formal|British|American|Simplified|Traditional|Modern"
        rf"|standard|idiomatic"
        rf"|good|proper) )?(?P<one>{_E})(?: and (?P<two>{_E}))?{_AFTER_EN}"
    ),
    re.compile(
        rf"\b(?:(?i:write|compose|draft|produce|provide|generate|create|prepare|give))\b[^.!?\n]{{0,60}}?"
        rf"(?P<part>\b(?:and|with|including|plus|include|both)\b[^.!?\n]{{0,12}}?)?\b(?:an?|the|my|our"
        rf"|this) (?P<one>{_E})(?:[ -]language)?"
        rf" {_KIND_EN}\b"
    ),
    re.compile(
        rf"\b[Tt]ranslate\b[^.!?\n]{{0,200}}?\b(?:in)?to (?:(?:fluent|simplified|traditional) )?(?P<one>{_E})\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\b[Ll]anguage\s?(?:of (?:the )?(?:text|output|response|article))?:\s?(?P<one>{_E})\b"),
)
_BOTH = (
    re.compile(
        r"(?:写|撰写|创作|生成|提供|输出|使用|用|以|要求|请)[^。！？\n]{0,60}?(?P<both>中英(?:文)?(?:双语"
        r"|对照))(?!学校|教学|课程|教育|幼儿园|学习|环境)"
    ),
    re.compile(
        r"\b[Ww]rite\b[^.!?\n]{0,100}?\b(?P<both>bilingual(?: \(?(?:Chinese|English)[^.!?\n]{1,3}(?:Chinese"
        r"|English)\)?)?)",
        re.IGNORECASE,
    ),
)
_NOT = re.compile(
    r"(?:不要|不得|不能|不可|别|勿|避免|禁止|无需|不用|\bnot|n't|\bavoid|\bnever|\bwithout|\brather than"
    r"|\binstead of)[^，。,.]{0,14}$",
    re.IGNORECASE,
)
_MENTIONS = re.compile(
    rf"(?P<zh>{_Z})|\b(?P<en>{_E})\b|(?P<any>双语|多语|外语|翻译|译文|\bbilingual|\bmultilingual|\btranslat"
    rf"|\bforeign language)",
    re.IGNORECASE,
)
_LONGEST = 6000  # characters of a request that are read for demands: what is longer is material that nobody recognized


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request says of the language of the text."""

    demanded: tuple[str, ...] = ()  # codes; two where the text is to be bilingual
    demand: str = ""  # in its own words
    named: frozenset[str] = frozenset()  # languages that it speaks of in any way
    mixing: bool = False  # it speaks of translating, or of two languages


@lru_cache(maxsize=64)
def asked(request: str) -> Asked:
    """Read a request, without its material."""
    request = request[:_LONGEST]
    named, mixing = set(), False
    for match in _MENTIONS.finditer(request):
        if match["any"]:
            mixing = True
        else:
            named.add(_code(match.group()))
    mixing |= "中英" in request
    for pattern in _BOTH:
        if (both := pattern.search(request)) and not _denied(request, both):
            return Asked(demanded=("zh", "en"), demand=both["both"], named=frozenset({"zh", "en"}), mixing=True)
    for pattern in _DEMANDS if named else ():
        for match in pattern.finditer(request):
            parts = match.groupdict()
            if parts.get("part") or _denied(request, match):  # "with an English abstract" is no demand for the whole
                mixing |= bool(parts.get("part"))
                continue
            codes = tuple(dict.fromkeys(_code(parts[name]) for name in ("one", "two") if parts.get(name)))
            words = " ".join(request[_phrase(match) : match.end()].split())
            return Asked(demanded=codes, demand=words, named=frozenset(named), mixing=mixing)
    return Asked(named=frozenset(named), mixing=mixing)


def _phrase(match: re.Match[str]) -> int:
    """Where the words begin that name the language: not with the verb a line before, nor inside of a word."""
    if match.end() - match.start() <= 60:
        return match.start()
    start = max(match.start(), match.start("one") - 24)
    while start > match.start() and match.string[start - 1].isascii() and match.string[start - 1].isalnum():
        start -= 1
    return start


def _denied(request: str, match: re.Match[str]) -> bool:
    return bool(_NOT.search(request[max(0, match.start() - 20) : match.start()]))


def _code(name: str) -> str:
    if code := _EN_CODES.get(name.lower()):
        return code
    return next(code for code, pattern in _ZH.items() if re.fullmatch(pattern, name))
