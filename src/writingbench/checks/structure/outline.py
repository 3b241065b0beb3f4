"""Read the sections that a request names: "follow this outline: 1. … 2. …", "分为背景、方法、结果三个部分".

    "The report should include the following sections: 1. Abstract 2. Methods (200 words) 3. Results"
        -> Outline(names=("Abstract", "Methods", "Results"), ordered=True, headed=True)

A list whose items are sentences that tell what to do is a list of contents and names no sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from writingbench.checks.passages import HAN

_COUNT = r"(?:[一二两三四五六七八九十]{1,2}|\d{1,2})"
_EN_COUNT = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
_EN_WORDS = r"(?:[\w-]{2,20}[ ]){0,4}?"
_LEAD = re.compile(  # after it a list of names comes
    rf"(?:\b(?:following|this|these|below)[ ]{_EN_WORDS}"
    r"(?P<en>sections|chapters|headings|subheadings|parts|structure|outline|framework|sequence|format)\b[^.:\n]{0,40}:"
    r"|(?:^|\b(?:content|article|report|statement|overall|document|script|paper|text|writing|main)[ ]"
    r"|^[ \t*#>\-]{1,8}|^[ \t*#>]{0,6}\d{1,2}[.)][ *]{1,3})"
    r"(?P<en2>outline|structure)(?:[ ](?:structure|format|requirements?))?(?:[ ](?:should|must)[ ](?:include"
    r"|contain|follow|be))?\**:\**(?=\s*\n)"
    r"|\b(?P<en5>outline|structure|format|sections|headings)[ ]below\b[^.:\n]{0,20}:"
    rf"|\b{_EN_COUNT}[ ]{_EN_WORDS}(?P<en3>sections|chapters|parts)\b[^.:\n]{{0,20}}?:"
    rf"|\b(?:divided|organi[sz]ed|structured)[ ]into[ ]{_EN_COUNT}[ ]{_EN_WORDS}(?P<en4>modules)\b[^.:\n]{{0,20}}?:"
    r"|(?:以下|如下|下列|下面)[^，。：:；\n]{0,16}?(?P<zh>部分|结构|大纲|提纲|框架|章节|板块|版块|小标题|标题"
    r"|格式)(?!内容|要求|规范)[^，。：:；\n]{0,30}"
    r"(?:[：:]|(?=\s*\n))"
    r"|(?P<zh5>格式)(?:需要?|须|应)?(?:遵循|包含|包括)[：:]"
    r"|(?P<zh2>结构|框架|大纲|提纲|章节)(?:安排|设置|要求|上)?(?:为|如下|需?包[括含]|须包[括含]|应包[括含]|分为)?[：:]"
    r"|分(?P<zh4>章节)[^，。“‘\n]{0,6}(?=[“‘《【「])"
    rf"|分(?:(?:为|成)(?:以下)?{_COUNT}?|{_COUNT})(?:个|大|章)?(?:主要|核心)?(?P<zh3>部分|章节?|板块|版块|模块"
    rf"|篇章)[^：:。，\n]{{0,6}}[：:])",
    re.IGNORECASE | re.MULTILINE,
)
_IN_A_SENTENCE = re.compile(
    rf"\b(?:(?P<count>{_EN_COUNT})[ ]{_EN_WORDS}(?P<noun>sections|chapters|parts)\b[ ]?(?:[:,]|\(|-|–"
    rf"|—)?[ ]?(?:including|namely|titled|covering)?"
    r"|\b(?P<form>structure|format)\b(?! changes?\b)[^.:;()\n]{0,60}?\b(?:including|includes"
    r"|containing)(?:[ ]but not limited to)?:?"
    r"(?![^.:;\n]{0,40}\b(?:sections|parts|chapters)\b)"
    r"|(?:include|with|contain|containing|including)[ ](?:the[ ])?(?:sections|headings|chapters)[ ](?:titled"
    r"|named|called|headed|on|for|covering|:)?)"
    r"(?![ ]?(?:such as|like)\b)[ ]?(?P<list>[^.;\n]{8,300})",
    re.IGNORECASE,
)
_AFTER_A_LIST = re.compile(
    rf"(?:(?P<count>{_COUNT})(?:个|大)?(?:主要|核心|完整|基本)?|几(?:个|大)(?:主要)?|等(?:完整|核心|主要|规范"
    rf"|必要)?的?(?:{_COUNT}个)?)"
    r"(?P<noun>部分|章节|章|板块|版块|篇章|(?<=等完整)条款|(?<=等必要)条款|(?<=等核心)条款)(?!的?(?:内容|组成)?[：:])"
    r"|[”\"'’》】」]?的?(?:标准|清晰|逻辑|整体|这一|完整)?(?:顺序|结构|框架|大纲|格式)(?:结构)?(?=来?(?:展开"
    r"|撰写|写|组织|进行|编写|行文|呈现|组|，|。|；|\n|$))"
)
_BEFORE_A_LIST = re.compile(r"分为|分成|包括|包含|按照?(?=['\"“‘【「])|按照|按|遵循|采用|涵盖|需有|以(?=['\"“‘【「])")
_HEADED = frozenset(
    {
        "sections",
        "chapters",
        "headings",
        "subheadings",
        "modules",
        "章节",
        "章",
        "板块",
        "版块",
        "模块",
        "小标题",
        "标题",
        "篇章",
    }
)
_ORDERED = frozenset({"structure", "outline", "framework", "sequence", "结构", "大纲", "提纲", "框架"})
_TOLD = re.compile(
    r"\b(?:consists|consisted|comprises|comprised|was|were|had|contained)\b|教材|本书|全书", re.IGNORECASE
)  # of something that exists

_PROPOSED = re.compile(
    r"\b(?:recommended|suggested|can|may|might|could|consider|for example|e\.g)\b|建议|可(?![持靠行控视读操])"
    r"|推荐|例如|比如",
    re.IGNORECASE,
)

_NUMBERS = {word: number for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_HAN_NUMBERS = {
    **{sign: number for number, sign in enumerate("一二三四五六七八九十", 1)},
    "两": 2,
    "十一": 11,
    "十二": 12,
}


_CHAINED = re.compile(
    r"\b(?:structur\w{1,3}|organi[sz]ed?|outline|format|order|sequence)\b[^.;'\"‘“\n]{0,60}['\"‘“]"
    r"(?P<list>[^'\"’”\n/-]{3,60}(?:(?:[ ](?:-|–|—|→|>)[ ]|/)[^'\"’”\n/-]{3,60}){2,9})['\"’”]",
    re.IGNORECASE,
)
_LEAST_FORMAT = 4  # parts of "a format including A, B, C, D": fewer are properties of it
_AND_OTHERS = re.compile(
    r"\b(?:including|includes?)[ ](?P<list>(?:(?!\bincluding)[^.;:\n]){8,240}?),?[ ]and[ ]other[ ](?:complete"
    r"|necessary|required|standard|key)?[ ]?sections\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The sections that a passage of a request names."""

    start: int
    end: int
    names: tuple[str, ...]
    ordered: bool
    headed: bool


_MOST = 50  # lists of a request that are looked at: no request has more, a hostile one may


def outlines(text: str) -> list[Outline]:
    """The lists of sections that a request gives, none within another."""
    found: list[Outline] = []
    for one in [*_lists_after(text), *_lists_before(text)]:
        if all(one.start >= other.end or one.end <= other.start for other in found):
            found.append(one)
    return found


def _lists_after(text: str) -> Iterator[Outline]:
    """Where the list follows what it is a list of: "the following sections: …", "three parts: A, B and C"."""
    openings = [match for one in (_LEAD, _IN_A_SENTENCE, _AND_OTHERS, _CHAINED) for match in one.finditer(text)]
    taken = -1
    for match in sorted(openings, key=lambda one: one.start())[:_MOST]:
        if match.start() < taken or _unasked(text, match.start()):
            continue
        groups = match.groupdict()
        if listed := groups.get("list"):
            count, end = groups.get("count"), match.end()
            noun = groups.get("noun") or groups.get("form") or "sections"
            items, counted = _parts(listed, _number(count) if count else None), bool(count)
            if groups.get("form") and len(items) < _LEAST_FORMAT:
                continue
        else:
            noun = next(value for name, value in groups.items() if value and name.startswith(("en", "zh"))).lower()
            items, end, counted = _items(text, match.end())
        if names := _names(items):
            taken = end
            chained = match.re is _CHAINED
            headed = noun in _HEADED or bool(re.search("(?:章节|板块)$", text[match.start() : end]))
            ordered = counted or chained or noun in _ORDERED
            yield Outline(start=match.start(), end=end, names=names, ordered=ordered, headed=headed and not chained)


def _lists_before(text: str) -> Iterator[Outline]:
    """Where the list stands before what it is a list of: "分为A、B、C三个部分"."""
    for match, _ in zip(_AFTER_A_LIST.finditer(text), range(_MOST), strict=False):
        before = re.split(r"[。；;\n]", text[max(0, match.start() - 240) : match.start()])[-1]
        count = _number(match["count"]) if match["count"] else None
        for opening in reversed(list(_BEFORE_A_LIST.finditer(before))):
            listed = before[opening.end() :]
            if any(listed.count(one) != listed.count(other) for one, other in ("（）", "()")):
                continue
            if match["noun"] is None and re.search("[，,]", listed):
                continue
            items = _parts(listed, count)
            if len(items) > 2 - bool(count) and (names := _names(items)):
                start = match.start() - len(before) + opening.start()
                if not _unasked(text, start):
                    ordered = match["noun"] is None or not match[0].startswith("等")
                    headed = (match["noun"] or "") in _HEADED
                    yield Outline(start=start, end=match.end(), names=names, ordered=ordered, headed=headed)
                break


def _unasked(text: str, start: int) -> bool:
    """Does the line before say that something else has these sections, or that they are only proposed?"""
    before = text[max(0, start - 60) : start].rpartition("\n")[2]
    return bool(_TOLD.search(before) or _PROPOSED.search(re.split(r"[.;,。；，！？!?]", before)[-1]))


def _number(said: str) -> int | None:
    return int(said) if said.isdecimal() else _NUMBERS.get(said.lower()) or _HAN_NUMBERS.get(said)


_MARKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (
        re.compile(
            rf"(?:^|(?<=[\s：:;；,，。.、)）*]))[\s*#]{{0,6}}{form}",
            re.MULTILINE | (re.IGNORECASE if "chapter" in form else 0),
        ),
        signs,
    )
    for form, signs in (
        (r"(\d{1,2})(?:[.．、)）](?!\d))", "number"),
        (r"[（(](\d{1,2})[)）]", "number"),
        (r"([一二三四五六七八九十]{1,2})[、．.]", "han"),
        (r"[（(]([一二三四五六七八九十]{1,2})[)）]", "han"),
        (r"第([一二三四五六七八九十]{1,2})(?:章|部分|节|篇|板块)[：:、\s—–-]{1,3}", "han"),
        (r"(?:part|chapter|section)[ ](\d{1,2})\b[:.]?", "number"),
        (r"([①-⑳])", "ring"),
        (r"([IVX]{1,4})[.、]", "roman"),
        (r"([a-z])[.)]\s", "letter"),
    )
)
_ROMAN = {sign: number for number, sign in enumerate("I II III IV V VI VII VIII IX X XI XII".split(), 1)}
_DASH = re.compile(r"\s{0,12}[-*•·–]\s{1,4}(?=\S)")
_REACH = 6000  # characters after a lead in which its list is sought
_NEAR = 8  # characters that may stand between a lead and its list


def _items(text: str, start: int) -> tuple[list[str], int, bool]:
    """The items of the list that begins at `start`, where it ends, and whether they are numbered."""
    area = text[start : start + _REACH]
    for pattern, signs in _MARKS:
        found: list[re.Match[str]] = []
        for match in pattern.finditer(area):
            if _value(match[1], signs) == len(found) + 1:
                found.append(match)
            elif not found:
                break
        if len(found) > 1 and len(area[: found[0].start()].strip(" \n*#\t：:-")) < _NEAR:
            last = re.compile(r"[\n。]|\.\s").search(area, found[-1].end())
            ends = [one.start() for one in found[1:]] + [last.start() if last else len(area)]
            return [area[one.end() : end] for one, end in zip(found, ends, strict=True)], start + ends[-1], True
    lines, place, depth = [], 0, None
    for line in area.split("\n"):
        if dash := _DASH.match(line):
            indent = len(line) - len(line.lstrip())
            depth = indent if depth is None else depth
            if indent < depth:
                break
            if indent == depth:
                lines.append(line[dash.end() :])
        elif line.strip() and (lines or place or len(line.strip()) > _NEAR):
            break
        place += len(line) + 1
    if len(lines) > 1:
        return lines, start + place, False
    line = area.lstrip(" ").split("\n")[0]
    sentence = re.split(r"[。；;]|\.(?=\s|$)", line)[0]
    if HAN.search(sentence):
        sentence = re.split("[，,](?![^（(]{0,60}[)）])", sentence)[0]  # a list of names is joined by 、
    return _parts(sentence), start + len(sentence), False


def _value(sign: str, signs: str) -> int | None:
    match signs:
        case "number":
            return int(sign)
        case "ring":
            return ord(sign) - ord("①") + 1
        case "roman":
            return _ROMAN.get(sign)
        case "letter":
            return ord(sign) - ord("a") + 1
    return _HAN_NUMBERS.get(sign)


_QUOTES = re.compile(
    r"'([^'\n]{2,60})'|\"([^\"\n]{2,60})\"|“([^”\n]{2,60})”|‘([^’\n]{2,60})’|【([^】\n]{2,60})】|「([^」\n]{2,60})」"
)
_HYPHENS = re.compile(r"[－—–]{1,2}|(?<=[^\x00-\x7f])[-/→+](?=[^\x00-\x7f])|\s[-→+>]{1,2}\s|/")
_HAN_JOINTS = re.compile(r"[、，,]\s?(?:以及|和|及)?|以及")
_HAN_LAST = re.compile(r"^(.{2,}?)(和|与|及)(.{2,})$")
_WIDEST_LISTED = 6  # words of a name that stands in a sentence: longer ones are contents
_EN_LAST = re.compile(r",\s(?:and|as well as)\s")
_ASIDE = re.compile(
    r"^(?:with|ensuring|along|each|while|so|which|where|making|in|to|for|using|written|all|that|as)\b", re.IGNORECASE
)


def _parts(listed: str, count: int | None = None) -> list[str]:
    """The parts of a list in a sentence: A, B and C; A、B和C; A-B-C; 'A', 'B'. None where they are not `count`.

    What stands in brackets belongs to its part.
    """
    quoted = [next(one for one in groups if one) for groups in _QUOTES.findall(listed)]
    listed = re.sub(r"[（(][^（）()\n]{0,200}[)）]", "", listed).strip(" \n\t'\"“”‘’【】「」*:：")
    listed = re.sub(r"(?:等|etc\.?)$", "", listed)
    found = [quoted] if len(quoted) > 1 and sum(map(len, quoted)) > len(listed) / 2 else []
    if len(quoted) == 1 and len(quoted[0]) > len(listed) / 2:
        listed = re.sub(r"(?:等|etc\.?)$", "", quoted[0])
    if _HYPHENS.search(listed):
        found.append(_HYPHENS.split(listed))
    if HAN.search(listed):
        plain = _HAN_JOINTS.split(listed)
        last = _HAN_LAST.match(plain[-1])
        split_up = [*plain[:-1], last[1], last[3]] if last else plain
        found += (
            [split_up, plain] if last and last[2] == "和" and count is None and len(plain) > 1 else [plain, split_up]
        )
    else:
        before, *after = _EN_LAST.split(listed, maxsplit=1)
        parts = re.split(r",\s", before)
        if after:
            found.append([*parts, re.split(r",\s", after[0])[0]])
        else:
            parts = [part for place, part in enumerate(parts) if not (place and _ASIDE.match(part))]
            head, joined, tail = parts[-1].rpartition(" and ")
            found += [[*parts[:-1], head, tail], parts] if joined else [parts]
    for parts in found:
        clean = [part for one in parts if (part := one.strip(_EDGE))]
        short = all(HAN.search(part) or len(part.split()) <= _WIDEST_LISTED for part in clean)
        if len(clean) > 1 and (count is None or len(clean) == count) and (short or parts is quoted):
            return clean
    return []


_EDGE = " \t\n*#_`'\"“”‘’《》「」【】[]<>-–—:：.。;；、,，"
_CUT = re.compile(
    r"[:：（(\n—–;；。,，!！?？【]|\s-\s|\.\s|\.$|\s{3,}|\s(?:summarizing|describing|introducing|including|covering"
    r"|highlighting|such as)\b"
)
_GOES_ON = re.compile(
    r"^\W{0,2}(?:includ|such|with|specif|using|based|which|where|accompan|combin|no |overview|brief"
    r"|\w{3,14}ing\b)",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^(?:第[一二三四五六七八九十\d]{1,2}(?:部分|章|节|板块|模块)|(?:part|section|chapter|module)[ ](?:\d{1,2}"
    r"|[ivx]{1,4}|one|two"
    r"|three|four|five|six))"
    r"[\s:：、.\-—–]{0,4}|^(?:但不限于|不限于|即|分别是|分别为)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"(?:等?(?:完整|核心|主要|标准|必要|规范)?(?:法律)?的?(?:这?[一二三四五六七八九十几\d]{1,2}个)?(?:大?部分"
    r"|章节|板块|篇章|(?<=法律)条款)|等(?:完整|标准)?)$"
    r"|^(?:the|an?|and)\s|^(?:以及|和|及)\s?|\s(?:section|part|chapter)$",
    re.IGNORECASE,
)
_ORDER = re.compile(  # an item that tells what to do names no section
    r"^(?:please|briefly|explain|describe|discuss|analy[sz]e|provide|present|introduce|write|use(?! cases?)"
    r"|include|highlight|explore|list|give|add|show|state"
    r"|summari[sz]e|compare|emphasi[sz]e|make|ensure|start|begin|end|open|detail|outline|how|what|why|when|focus"
    r"|combine|address|examine|identify"
    r"|evaluate|offer|create|design|propose|clearly|conclude|set|each|all|first|second|finally|such|other|define"
    r"|demonstrate|elaborate|illustrate|review"
    r"|depict|clarify|assess|share|outlining|describing|explaining)\b(?!\s(?:of|and|&)\b)(?=.{8})"
    r"|^(?:请|需|要|应|必须|用|使用|以|对|从(?!轻)|在|通过|结合|围绕|根据|针对|如何|简要|简述|详细|介绍|描写"
    r"|描述|阐述|说明|探讨|讨论|列出|列举|提出|提供|突出"
    r"|强调|体现|开篇|结尾|分析|总结|梳理|剖析|解读|对比|展示|展现|论述|回顾|概述|点明|指出|包括|包含|每|依次"
    r"|详述|举例|鼓励|适当|设计|引导|引入)(?![与和及、的])(?=.{5})",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\b(?:should|must|need(?:s|ed)?|words?|minutes?|at least|no less|that|which|describing|calling|ensuring"
    r"|explaining|briefly"
    r"|phone|e-?mail|mailing|postal|font|spacing|margins?|protagonist\W?s?)\b"
    r"|需要|必须|应当|不少于|左右|[一二两三四五六七八九十\d]{1,4}[句段字]|明确|分段|以.{1,8}为|清晰|详细",
    re.IGNORECASE,
)
_OTHER_MATTERS = re.compile(  # with these the outline is over and other wishes begin
    r"^\W{0,6}(?:(?:the )?(?:tone|style|target audience|audience|length|word count|language|format)\b"
    r"|(?:整体|总体|写作|行文)?(?:文风|语言|字数|受众|语气|风格|格式|篇幅|长度)|(?:生成长度|结果|写作|内容|其他"
    r"|特殊)要求)",
    re.IGNORECASE,
)
_NO_HEADING = re.compile(  # parts that a text has without their being called so
    r"^(?:开头|中间|结尾|结束|正文|主体|标题|题目|封面页?|标题页|署名|落款|称谓|称呼|日期|问候语?|主送机关|页码"
    r"|目录|附录|附件|附则|首部|尾部|序号|题记|开篇|过渡|高潮|发展"
    r"|开端|结局|起因|经过|结果|开场|互动|[起承转合总分序]|参考文献"
    r"|title(?: page)?|cover(?: page)?|(?:main )?(?:body|text|content)|beginning|middle|end|ending|opening"
    r"|closing|date|signature|author|name"
    r"|(?:proposal )?table of contents|contents|references|appendix|appendices|attachments|salutation|greeting"
    r"|header|footer|byline|(?:sub)?headline|lead|rising action"
    r"|climax|(?:page|paragraph|slide|day|case study|week) ?\d{1,2})$",
    re.IGNORECASE,
)
OPENS = re.compile(
    r"^(?:(?:opening )?introduction|intro|preface|foreword|prologue|preamble|overview|引言|前言|导言|序言|绪论"
    r"|导语|导读|序章"
    r"|.{0,8}引入|.{0,8}开场白?|开场欢迎词|.{0,4}开头|开场致辞)$",
    re.IGNORECASE,
)
CLOSES = re.compile(
    r"^(?:conclusions?|summary|closing(?: remarks| summary)?|epilogue|concluding remarks|afterword|结论|结语|总结|小结"
    r"|结束语|尾声|结束|总结陈词|.{0,6}致谢|.{0,6}呼吁|.{0,4}号召|行动召唤|.{0,4}寄语|.{0,4}祝愿|.{0,4}结尾)$",
    re.IGNORECASE,
)
_WIDEST_ZH, _WIDEST_EN = 18, 9  # Chinese characters and words of a name
_SHARE = 0.6  # of a list's items that must be names, else it is a list of contents


def _names(items: list[str]) -> tuple[str, ...]:
    """The names of the sections that can be looked for; none where the items are no names."""
    for place, item in enumerate(items):
        if place and _OTHER_MATTERS.match(item[:40]):
            items = items[:place]
            break
    read = [_name(item) for item in items]
    names = [name for name in read if name]
    if not 2 <= len(items) <= 30 or len(names) < _SHARE * len(items):
        return ()
    shown = [name for name in names if not _NO_HEADING.match(name)]
    own = [name for name in shown if not OPENS.match(name) and not CLOSES.match(name)]
    return tuple(dict.fromkeys(shown)) if own and len(shown) > 1 else ()


def _name(item: str) -> str:
    item = _PREFIX.sub("", item.strip(_EDGE)).strip(_EDGE)
    item = re.sub(r"^[（(\[][^)）\]\n]{0,30}[)）\]]\s{0,2}", "", item)
    cut = _CUT.search(item, 1)
    name = (item[: cut.start()] if cut else item).strip(_EDGE)
    wide = len(HAN.findall(name))
    called = re.search(r"\b(?:section|part|chapter)$", name, re.IGNORECASE)
    if cut and cut[0] == "," and not wide and not called and not _GOES_ON.match(item[cut.end() :]):
        return ""
    name = _SUFFIX.sub("", name).strip(_EDGE)
    if wide:
        fits = len(name) > 1 and wide <= _WIDEST_ZH
    else:
        fits = len(name) > 2 and len(name.split()) <= _WIDEST_EN
    return name if fits and not _ORDER.match(name) and not _RULE.search(name) else ""
