"""Tell what a request asks from what is pasted into it: articles, data, statutes, transcripts, samples of style.

    "Summarise this paper in 200 words. **Abstract** The 5,000-word corpus …"  ->  request (0, 35), material (35, …)

A text is cut into sentences, and each gets marks for and against being a wish ("please write", "文风" against
"et al.", "第三条", "said"). The cheapest way of being now request, now material is then sought, where every change
costs something, less at the end of a line and least where the request itself says that material follows
("参考资料：", "as follows:"). In doubt it is request. docs/checks/length.md says how often it errs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from writingbench.checks.passages import HAN, Span, trimmed

__all__ = ["Split", "split", "wish"]

SHORT = 900  # a request that weighs less (a Chinese character weighs 3) and announces no material has none
LEAST = 400  # what weighs less is not material of its own
LEAST_SET_OFF = 60  # the same between marks that say where material begins and ends
CHANGE, AT_A_LINE, ANNOUNCED = 6.0, 4.0, 0.5  # what it costs to go from request to material
BACK = 4.0  # what it costs more to come back: material seldom stands in the midst of a request
MOST = 2000  # colons that are looked at
_LOOK_BACK = 60  # characters in which a sentence announces what follows
ITEM = 1.2  # what speaks for the item of a list that a wish has opened
OPENING = 1.2  # what speaks for a sentence of the first line: people ask before they paste
LIKELY = 0.5  # what speaks against any sentence: of a long text most is material; against a short one it is less

_PIECE = re.compile(
    r"[。！？!?；]+[”’\"'）)】]{0,3}|(?<![\s(:：]\d)\.(?=[\s\"”*,])[\"”*,]{0,3}|\n\s{0,200}|(?<=[\]］])[,，]"
    r"|(?<=\S)(?=请(?:帮我|根据|你根据|基于|参考|结合))|(?P<doubtful>[:：]{1,9}|\*\*)(?=[^/\d])"
)

_WISH = re.compile(
    r"\bplease\b|\bhelp me\b|\bfor me\b|\bi (?:need|want|would like|hope|wish|am an?|plan|have to)\b|\bi'm an?\b"
    r"|\bi'd like\b|\b(?:you are|you're|assume|suppose|imagine)(?: you are| that you are| yourself)? an? \w+|\b(?:\d"
    r"|hundred|thousand)[ -]?(?:words?|characters|pages?|minutes?)\b|\bword count\b|\bwords? (?:limit|requirement)"
    r"|\b(?:the|this|your|its|overall) (?:\w+ ){0,2}(?:article|essay|report|paper|text|content|tone|language|style"
    r"|story|script|plan|speech|letter|email|review|proposal|writing|document|copy|post|introduction|conclusion"
    r"|structure|format|length|analysis|poem|novel|video|course|title|slogan|summary|blog|guide|outline|biography"
    r"|judgment|response|output|piece) (?:should|must|needs? to|has to)\b|\bshould (?:be (?:written|suitable|clear"
    r"|concise|formal|professional|easy|detailed|about|around|no|at|between|tailored|based|able|in)|include|cover"
    r"|contain|reflect|highlight|focus|not exceed|have|demonstrate|combine|follow|feature)\b"
    r"|\b(?:target(?:ed)? (?:audience|readers?|users?)|requirements?:|suitable for|aimed at|based on the (?:above"
    r"|following|provided|attached|materials?)|according to the (?:above|following|provided)|i (?:provide|provided"
    r"|uploaded|gave)|writing style|in the style of|language style|(?:do not|don't) (?:use|write|include|add)"
    r"|make sure|with (?:a|the) length|can refer to|refer to the|must (?:include|contain|be|have|not|cover)"
    r"|word-for-word|be sure to)\b|帮[我忙]|请(?:你|您|帮|以|根据|按|为|写|将|把|用|结合|基于|围绕|参考|就|撰|设|生|给"
    r"|从|对|针对|提供|分析|总结|创作|注意|确保|直接|勿)|\d ?[kK]?\s?字|[一二两三四五六七八九十百千万]字|字(?:数|左右"
    r"|以内|以上)|文风|行文|篇幅|文章(?:需|要|应|字)|(?:内容|语言|语气|结构|格式|风格|报告|文案|脚本|方案|全文|论文"
    r"|文体|标题|开头|结尾|剧本|小说|故事)(?:上|方面)?(?:要|需|应|必须|请|不要|符合|简洁|清晰|生动)|要求(?:如下|[：:]"
    r"|是|包)|需(?:要)?(?:包含|包括|体现|突出|涵盖|结合|符合|有|写|用|重点|具备|覆盖)|要(?:包含|包括|有|写|用)"
    r"|适合[^，。]{0,12}(?:阅读|发布|使用|读者|人群|场合|受众)|受众|我(?:想|要|需要|希望|是一[名位个家]|打算|正在"
    r"|们需要)|(?:你|假设你|作为)是?一[名位个家]|撰写|编写|写(?:一|出|成|份|篇|个|封)|(?:生成|创作|设计|拟定|起草|制定"
    r"|策划|整理)(?:一|出|成|份|篇|个|该)|不要(?:使用|出现|写|太|有)|必须(?:包[含括]|有|使用|分为|体现)|需分为|(?:以上"
    r"|上述|上面|下面|以下|提供|给出|我)的?(?:这[些篇份])?(?:材料|资料|内容|信息|要求|文章|素材|数据|大纲|案例)"
    r"|可(?:以)?(?:参[考照]|适当|结合)|供参考|字体|重点(?:突出|描写|说明|介绍)"
)
_HINT = re.compile(  # said in requests, and in material too
    r"\b(?:ensure|avoid|include|should|must)\b|面向|避免|确保|必须|突出|体现|结合|要求|重点|适合|建议"
)
_LENGTH = re.compile(  # hardly ever said in material
    r"(?:\b(?:in|of|about|around|approximately|roughly|within|over|under|least|than|exceed|up to|between"
    r"|limit(?:ed)? to|length:?|count:?)|[(（]|\d ?[-–—~]) ?\d[\d,]{0,6}(?:(?: ?[-–—~] ?| (?:and"
    r"|to) )\d[\d,]{0,6})?[ -]?(?:words?|characters|pages)\b|\d[\d,]{0,6}-word\b|word count|\d words?[.\s]{0,3}$"
    r"|\d ?[千万kK]?字(?:左右|以内|以上|之间|内|的|为宜)|(?:不少于|不低于|不超过|不多于|控制在|大约|字数"
    r"|篇幅)[^，。\n]{0,12}\d ?[千万kK]?字"
)
_ASKED = re.compile(  # at the start of a sentence or of a list's item
    r"(?:[\s*#>\-•·]{0,8}(?:\(?\d{1,2}[.、)）:：]|[一二三四五六七八九十][、.)）]|[①-⑩])?[\s*]{0,4})(?:write|draft"
    r"|create|design|compose|generate|produce|prepare|summari[sz]e|analy[sz]e|explain|describe|discuss|provide|develop"
    r"|follow|choose|select|divide|organize|structure|give|include|list|compare|highlight|focus|use|avoid|ensure|keep"
    r"|introduce|explore|evaluate|outline|briefly|conclude|present|rewrite|translate|expand|continue|polish|imitate"
    r"|combine|emphasi[sz]e|propose|offer|organize|add|incorporate|make|tone|style|audience|format|length"
    r"|requirements?|note|based on|using|according to|assume|imagine|suppose|you are|as an?\b|写|请|帮|撰|拟|编|创"
    r"|设计|根据|按照|结合|参考|基于|围绕|以|为|将|把|用|要求|注意|字数|风格|语言|格式|文风|结构|内容要求|简述|简要"
    r"|详细|描写|描述|探讨|阐述|分析|总结|解读|介绍|说明|列出|列举|突出|强调|体现|包括|包含|提供|避免|确保|不要|重点"
    r"|整体|全文|语气|受众|生成|改写|扩写|续写|润色|模仿|仿照|针对|假[设如]|你是|作为)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\bet al\b|\[\d{1,3}(?:[-–,]\s?\d{1,3})?\]|［\d{1,3}］|\b(?:was|were|had|said|he|she|his|her|him|they|we|our"
    r"|shall|has been|have been|did|became|figure \d|table \d|article \d{1,3}|according to (?:data|statistics"
    r"|the (?:data|report|survey)))\b|\b(?:19|20)\d\d\b|\d%|第[一二三四五六七八九十百零〇\d]{1,6}[条章节款回]|应当"
    r"|或者|不得|规定|他们?|她们?|它|说道?[：:，]|记者|本法|依法|日[，,]|\d{4}年|月\d|据|了[，。；]|我们|认为|表示"
    r"|没有|已经?|这[种个一样]|就是|[“”]|通过|其中|由于|因此|随着",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"\s{0,20}(?:[-*•·]|\(?\d{1,2}[.、)）:：]|[一二三四五六七八九十]{1,2}[、.)）]|[①-⑩]|（[一二三四五六七八九十\d]）)"
)
_LIST_FOLLOWS = re.compile(
    r"(?:要求|大纲|结构|包括|包含|方面|要点|格式|框架|如下|requirements?|outline|structure|points|elements|aspects"
    r"|include|sections|format|following)[^。！？.!?\n]{0,30}[:：]\**\s*$",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(  # the end of a sentence after which material comes
    r"(?:参[考照阅见]|记录|笔记|纪要|notes|minutes|资料|素材|材料|原文|正文|附件?|信息|数据|案例|全文|[如以]下|报道|论文|情况|简介|背景|摘录|文献"
    r"|范文|示例|节选|链接|references?|materials?|follow(?:s|ing)|below|articles?|paper|thesis|text|data|information"
    r"|details|facts|background|cases?|excerpts?|samples?|examples?|sources?|documents?|passage|report|story|letter"
    r"|transcript)[^。！？!?\n:：]{0,30}(?:[:：]|\n\s*|\*\*)$|如下[。.]\s*$",
    re.IGNORECASE,
)
_POINTS_BELOW = re.compile(  # in the words above an empty line: what stands below it is material
    r"\b(?:the|this) (?:following|\w{1,12} below)\b|[以如]下|下[面列]"
    r"|(?:根据|结合|基于)[^，。\n]{0,12}(?:材料|资料|内容|信息)",
    re.IGNORECASE,
)
_EMPTY_LINE = re.compile(r"\n[ \t\r]{0,40}\n")
_SET_OFF = re.compile(
    r"(?P<sign>\"{3}|'{3})|<(?P<tag>article|text|material|document|context|source|passage|report|notes|transcript)>",
    re.IGNORECASE,
)
_WISHES_FOLLOW = re.compile(
    r"要求|大纲|结构|包括|包含|方面|要点|要素|格式|框架|步骤|requirements?|outline|structure|points|elements|aspects"
    r"|include|sections|parts|cover|format|should|guidelines|framework|questions|steps|topic|title",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Split:
    """A text taken apart into the request proper and what is pasted into it; together they are the whole text."""

    text: str
    request: tuple[Span, ...]
    material: tuple[Span, ...]

    @property
    def request_text(self) -> str:
        return "\n".join(self.text[start:end] for start, end in self.request)

    @property
    def material_text(self) -> str:
        return "\n".join(self.text[start:end] for start, end in self.material)

    @property
    def has_material(self) -> bool:
        return bool(self.material)


@lru_cache(maxsize=64)
def split(text: str) -> Split:
    """Which passages of a request ask, and which are pasted material; passages are without the space around them."""
    if inside := _set_off(text):
        edges = [0, *(edge for span in inside for edge in span), len(text)]
        return Split(text, _joined(text, list(zip(edges[::2], edges[1::2], strict=True))), _joined(text, inside))
    pieces = _pieces(text)
    marks = _marks(text, pieces)
    opens = [bool(_announces(text[max(start, end - _LOOK_BACK) : end])) for start, end in pieces]
    if _weight(text) < SHORT and not any(opens) and not _points_below(text):
        return Split(text, _joined(text, [(0, len(text))]), ())
    asks = _cheapest(text, pieces, marks, opens)
    if True not in asks:
        asks = _one_end(marks)
    request: list[Span] = []
    material: list[Span] = []
    at = 0
    while at < len(pieces):
        to = at
        while to < len(pieces) and asks[to] == asks[at]:
            to += 1
        span = (pieces[at][0], pieces[to - 1][1])
        pasted = not asks[at] and _weight(text[slice(*span)]) >= LEAST
        (material if pasted else request).append(span)
        at = to
    if not (asking := _joined(text, request)):
        return Split(text, _joined(text, material), ())
    return Split(text, asking, _joined(text, material))


def _set_off(text: str) -> list[Span]:
    """What stands between three quotation marks or a pair of tags, where what is around it is as short as a wish."""
    found: list[Span] = []
    unclosed: set[str] = set()
    at = 0
    for opening in _SET_OFF.finditer(text):
        sign = (opening["sign"] or f"</{opening['tag']}>").lower()
        if opening.start() < at or sign in unclosed:
            continue
        if not (closing := re.compile(re.escape(sign), re.IGNORECASE).search(text, opening.end())):
            unclosed.add(sign)  # nor is any later one closed
            continue
        at = closing.end()
        if _weight(text[opening.end() : closing.start()]) >= LEAST_SET_OFF:
            found.append((opening.start(), at))
    around = _weight(text) - sum(_weight(text[slice(*span)]) for span in found)
    return found if 0 < around < SHORT else []


def _points_below(text: str) -> bool:
    """Whether the first lines speak of what follows, and enough follows behind an empty line."""
    empty = _EMPTY_LINE.search(text)
    return bool(empty and _POINTS_BELOW.search(text[: empty.start()]) and _weight(text[empty.end() :]) >= LEAST)


def _pieces(text: str) -> list[Span]:
    """The sentences with the space behind them: they touch, and together they are the text."""
    found: list[Span] = []
    start, before, doubtful = 0, 0, 0
    for stop in _PIECE.finditer(text):
        if stop["doubtful"]:
            doubtful += 1
            if doubtful > MOST or not _announces(text[max(start, stop.end() - _LOOK_BACK) : stop.end()]):
                continue
        if text[before : stop.end()].strip():
            found.append((start, stop.end()))
            start = stop.end()
        before = stop.end()
    if start < len(text):
        found.append((start, len(text)))
    return found


def _announces(end: str) -> bool:
    return bool(_FOLLOWS.search(end)) and not _WISHES_FOLLOW.search(end)


def _marks(text: str, pieces: list[Span]) -> list[float]:
    """How much each sentence is a wish; the items of a list of wishes are wishes, whatever they say."""
    marks, listing = [], False
    opening = text.find("\n")
    for start, end in pieces:
        item = _ITEM.match(text, start, end) is not None
        first = OPENING if start < opening and not listing else 0
        marks.append(wish(text[start:end]) + (ITEM if listing and item else first))
        opens = marks[-1] > 0 and _LIST_FOLLOWS.search(text, max(start, end - _LOOK_BACK), end) is not None
        listing = opens or (listing and item)
    return marks


def wish(sentence: str) -> float:
    """How much a sentence is somebody's wish; below 0, how much it is not."""
    head = sentence[:400].lower()  # a sentence longer than that is material by its length
    wishes = min(len(_WISH.findall(head)), 3) * 2.0 + min(len(_HINT.findall(head)), 2) * 0.4
    wishes += 1.5 * bool(_ASKED.match(head)) + 5.0 * bool(_LENGTH.search(head))
    against = min(len(_AGAINST.findall(head)), 4) * 0.8
    return wishes - against - LIKELY * min(1.0, len(sentence) / 60)


def _cheapest(text: str, pieces: list[Span], marks: list[float], opens: list[bool]) -> list[bool]:
    """For each sentence whether it asks: the best of all sequences, found in one walk (Viterbi's algorithm)."""
    asks, pasted = 0.0, -1.0
    steps: list[tuple[bool, bool]] = []  # where the better way to here came from: for asking, for pasted
    for at, mark in enumerate(marks):
        change = opening = CHANGE
        if at:
            if "\n" in text[max(pieces[at][0] - 4, 0) : pieces[at][0]]:
                change = opening = AT_A_LINE
            if opens[at - 1]:
                opening = ANNOUNCED
        stay, turn = asks, pasted - change - BACK
        stay_out, turn_out = pasted, asks - opening
        steps.append((stay >= turn, turn_out > stay_out))
        asks, pasted = max(stay, turn) + mark, max(stay_out, turn_out) - mark
    result, now = [False] * len(marks), asks >= pasted
    for at in range(len(marks) - 1, -1, -1):
        result[at] = now
        now = steps[at][0] if now else steps[at][1]
    return result


def _one_end(marks: list[float]) -> list[bool]:
    """What asks where none seemed to: as much of the beginning or of the end as has the best marks together."""
    heads, tails = list(accumulate(marks)), list(accumulate(reversed(marks)))
    head, tail = max(heads, default=0.0), max(tails, default=0.0)
    size = 1 + (heads.index(head) if head >= tail else tails.index(tail)) if marks else 0
    if head >= tail:
        return [at < size for at in range(len(marks))]
    return [at >= len(marks) - size for at in range(len(marks))]


def _weight(text: str) -> int:
    return len(text) + 2 * len(HAN.findall(text))


def _joined(text: str, spans: list[Span]) -> tuple[Span, ...]:
    """Passages that follow one another are one; none is empty."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(found for start, end in merged if (found := trimmed(text, start, end)))
