"""Read which form a request demands: JSON, a table, a list, named sections, headings, a letter, a script, no Markdown.

    "The report should include the following sections: 1. Abstract 2. Methods (200 words) 3. Results"
        -> Form(kind="sections", demand="include the following sections: 1. Abstract …",
                names=("Abstract", "Methods", "Results"), ordered=True)

Only what is said plainly counts. A wish ("you may use a table"), a thing that is only talked about ("write about
JSON") and a list of contents ("cover the following aspects") demand no form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from writingbench.checks.material import split
from writingbench.checks.structure.outline import outlines

QUOTED = 120  # characters of the request that a finding quotes at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One demand of form."""

    kind: str  # a key of _JUDGES in structure.py: json, table, sections, letter, no_markdown, …
    demand: str  # in the request's own words
    names: tuple[str, ...] = ()  # of sections, of columns or of keys, where the request gives them
    ordered: bool = False  # the sections are to come in this order
    headed: bool = False  # the sections are to be told apart by headings, not only by what they say


@lru_cache(maxsize=64)
def demanded(text: str) -> tuple[Form, ...]:
    """The demands of form in a request, in its order, materials left aside."""
    request = split(text).request_text
    found = [*_plain(request), *_forbidden(request)]
    for one in outlines(request):
        quoted = _quoted(request, one.start, one.end)
        named = Form(kind="sections", demand=quoted, names=one.names, ordered=one.ordered, headed=one.headed)
        found.append((one.start, named))
    kept: list[tuple[int, Form]] = []
    for place, form in sorted(found, key=lambda one: one[0]):
        if all(form.kind != other.kind or form.names for _, other in kept):
            kept.append((place, form))
    return tuple(form for _, form in kept)


# ---- what is demanded by a word or two

_WRITE = r"\b(?:write|draft|compose|create|prepare|generate|produce|develop|design|make|craft|adapt|revise|polish)\b"
_BETWEEN = (
    r"(?:[ ,]+(?!(?:about|of|for|on|to|in|from|with|that|which|and|or|story|article|essay|guide|review)\b)"
    r"[\w'’\[\]-]{1,30}){0,9}?[ ]"
)
_ZH_WRITE = r"(?:(?<!描)写|撰写|起草|拟写|草拟|创作|准备|修改|生成|编写|拟定)"

_MAYBE = re.compile(
    r"\b(?:if|when|where(?:ver)?|as) (?:necessary|needed|possible|appropriate|required|applicable|relevant)"
    r"|\bwhere helpful"
    r"|\bmay\b|\bcan (?:be|also|use|include)|\bcould\b|\bconsider\b|\boptional|\bappropriate(?:ly)?\b"
    r"|\bpreferabl|\bsuch as\b|\bor\b"
    r"|\be\.g\.|\bneed not\b"
    r"|必要时|可以|可适当|适当|可[用配采加使]|如有|若有|如需|视情况|建议|或者?|最好|尽量|例如|比如|酌情|可考虑",
    re.IGNORECASE,
)
_IF_NEEDED = re.compile(
    r"\b(?:if|when|where(?:ver)?|as) (?:necessary|needed|possible|appropriate|required|applicable|relevant)"
    r"|\bor\b|必要时|如有|如需|或者?",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.。;；!！?？\n,，]")

_PLAIN: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "json",
        re.compile(
            r"\b(?:in|as|into|return|output|produce|valid|using|only)\b[ ](?:an?[ ]|the[ ]|following[ ]|valid[ ]"
            r"|pure[ ]|raw[ ]|single[ ]){0,3}"
            r"JSON\b(?![ -]?(?:schema|parser|file format|library|api))"
            r"|\b(?:give|include|provide|write|generate|create|append|(?:respond|reply|answer|end) with)\b[ ](?:me[ ])?"
            r"(?:an?[ ]|one[ ])(?:valid[ ]|single[ ]){0,2}JSON[ ](?:object|array|list|block)\b"
            r"|(?:以|用|按|按照|返回|输出|采用|使用|为)(?:一个|标准|合法|纯|有效|的|严格){0,2}\s?JSON(?!\s?(?:是"
            r"|解析|教程))"
            r"|(?:给出|提供|生成|附上|包含|写)一个(?:标准|合法|有效)?的?\s?JSON\s?(?:对象|数组|数据|格式)",
            re.IGNORECASE,
        ),
    ),
    (
        "table",
        re.compile(
            r"\b(?:in|as|into|using|use|with|via|include|provide|create|add|make)[ ](?:an?[ ]"
            r"|the[ ](?:form[ ]of[ ](?:an?[ ])?)?|form[ ]of[ ])?"
            r"(?:(?!following|above|below|periodic|given|same|next|round|dining"
            r"|long)[\w-]{2,20}[ ]){0,2}?(?:table[ ](?:format|form)\b|tabular[ ]form(?:at)?\b|table\b(?![ ]of\b"
            r"|[-\w]|[ ](?:tennis|structure|\d)))"
            r"|(?:以|用|使用|采用|按照?|通过|做成|制成|制作|列成|整理成|绘制|附上|列出|输出|设计|呈现为|做一[个张份]"
            r"|形成)[^，。；：\n、]{0,14}?(?<!图)(?<!电子)(?<!数据)表格"
            r"(?:的?形式|格式|呈现|展示|列出)?"
            r"|表格(?:的?形式|格式)(?:呈现|展示|列出|输出)",
            re.IGNORECASE,
        ),
    ),
    (
        "numbered",
        re.compile(
            r"\b(?:in|as|using|use|with|into|make|provide|write)[ ](?:an?[ ]"
            r"|the[ ]){0,2}(?:form[ ]of[ ]an?[ ])?(?:clear[ ])?numbered[ ]"
            r"(?:lists?|items|points|steps|format)\b"
            r"|(?:使用|用|以|采用|按)(?:数字|阿拉伯数字)?(?:编号|序号)(?:列表|的?形式|的?方式)?(?:列出|呈现|说明"
            r"|标注|列举|分点|逐条)"
            r"|分步骤编号|编号列表",
            re.IGNORECASE,
        ),
    ),
    (
        "list",
        re.compile(
            r"\b(?:in|as|using|use|with|into)[ ](?:an?[ ]|the[ ]){0,2}(?:form[ ]of[ ])?(?:[a-z]{3,12}[ ])?"
            r"(?:bullet(?:ed)?[ -](?:points?|lists?|form(?:at)?)|bullets|list[ ]form(?:at)?)\b"
            r"|(?:分点|分条|逐条|逐点|条列式?地?)(?:列出|列举|陈述|说明|阐述|论述|呈现|作答|展开|叙述|写|有条理)"
            r"|要点列表|项目符号(?:列出|列表|呈现)|(?:使用|用)项目符号",
            re.IGNORECASE,
        ),
    ),
    (
        "headings",
        re.compile(
            r"\b(?:use|using|with|include|add|have|needs?|contain|requires?)[ ](?:(?:a|an|the|clear|prominent"
            r"|proper|hierarchical|concise"
            r"|eye-catching|different|unified|engaging|attractive|separate|own|its|third-level|level)[ ]){0,3}"
            r"(?:sub-?headings?|section[ ](?:headings|titles)|headings)\b"
            r"|\b(?:use|using|with)[ ](?:H[1-6]|markdown)[ ](?:sub)?headings\b"
            r"|\b(?:two|three|four|multi)-level[ ]headings?\b"
            r"|\b(?:clear|prominent)[ ](?:sub-?headings|headings)\b"
            r"|(?:要有|需有|应有|需要有?|都有|使用|用|设置|设|配|多用|带|加上?|明确的?|采用"
            r"|拟定?)[^，。；、\n]{0,8}(?:小标题|[二三]级标题|分标题)(?!字)",
            re.IGNORECASE,
        ),
    ),
    (
        "letter",
        re.compile(
            rf"{_WRITE}{_BETWEEN}(?:letter|e-?mail)\b(?![ ](?:templates|series|subject|campaigns?|newsletter"
            rf"|marketing|sequence|writing|samples)"
            r"|-|['’]s)"
            rf"|{_ZH_WRITE}(?:(?!关于|故事|小说)[^，。；：\n]){{0,24}}?一?封(?:(?!故事|小说"
            rf"|律师函)[^，。；\n]){{0,40}}?"
            r"(?:信函|信笺|书信|公函|邮件|信(?![息用任号誉心念仰托访贷]|的(?:故事|小说)))"
            rf"|{_ZH_WRITE}(?:(?!关于|故事|小说)[^，。；：\n]){{0,20}}?(?:求职|感谢|致谢|道歉|推荐|自荐|公开|慰问"
            rf"|表扬|募捐|辞职|介绍)信(?!的(?:故事|小说))"
            r"|(?:采用|使用|以|按照?|格式为|格式要求[：:])(?:正式|标准|规范)?(?:的)?(?:书信|信件|公开信|信函"
            r"|感谢信)(?:的)?格式",
            re.IGNORECASE,
        ),
    ),
    (
        "play",
        re.compile(
            r"\b(?:adapt|turn|convert|rewrite)\b[^.\n]{0,80}?\binto[ ]an?[ ](?:[\w-]{1,20}[ ]){0,4}?"
            r"(?:(?:opera|stage|film|movie|drama|play)[ ]script|screenplay|stage play)\b"
            rf"|{_WRITE}{_BETWEEN}(?:screenplay|stage play|(?:one|two|three|four|five)-act play|(?:stage|play"
            rf"|movie|film|opera|drama|sketch"
            r"|radio drama)[ ]script|script for an? (?:stage )?(?:play|drama|sitcom|film"
            r"|movie))\b(?![ ](?:outline|analysis|review))"
            r"|(?:(?<!描)写|创作|撰写|改编|编写|编创|创编)(?:(?!大纲|观后|影评|评论|分析)[^。；\n]){0,40}?"
            r"(?:剧本|小品|相声|话剧|广播剧)(?!《|杀|大纲|的?(?:分析|评|大纲|故事梗概|逻辑|观后))",
            re.IGNORECASE,
        ),
    ),
    (
        "video",
        re.compile(
            rf"{_WRITE}{_BETWEEN}(?:video|shooting|tiktok|vlog|documentary|commercial|trailer|livestream(?:ing)?"
            rf"|live[ -]?stream)[ ]script\b"
            r"|(?:写|创作|撰写|编写|设计|制作|生成|策划|改编)(?:(?!大纲)[^。；\n]){0,40}?(?:分镜|视频|拍摄|直播"
            r"|宣传片|纪录片|微电影)[^，。；\n]{0,8}?脚本",
            re.IGNORECASE,
        ),
    ),
    (
        "markdown",
        re.compile(
            r"\b(?:in|using|use|as)[ ](?:clean[ ]|proper[ ]|standard[ ])?markdown\b|(?:以|用|使用|采用"
            r"|按)\s?markdown\s?(?:格式|语法|形式|输出)?",
            re.IGNORECASE,
        ),
    ),
    (
        "verse",
        re.compile(
            r"(?:(?<!描)写|创作|作|赋|吟)[^。；\n]{0,30}?[五七]言(?:绝句|律诗|古诗|诗)(?!的?(?:赏析|分析|评))"
            r"|\b(?:five|seven)-character[ ](?:[a-z]{3,12}[ ]){0,3}?(?:poem|verse|quatrain)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "no_markdown",
        re.compile(
            r"\b(?:in|as|only|use)[ ]plain text\b|\bplain text only\b|(?:以|用|使用|输出|只要|采用)纯文本",
            re.IGNORECASE,
        ),
    ),
)
_FIRM = frozenset(
    {"letter", "play", "video", "verse"}
)  # the thing that is asked for itself: "can" beside it does not matter
_NEGATION = re.compile(
    r"(?:\b(?:no|not|without|avoid|don't|never|instead of|rather than)\b[^.,;:\n]{0,24}|(?:不|勿|别|避免|禁止"
    r"|无需)[^，。；\n]{0,8})$",
    re.IGNORECASE,
)
_ASKED_BEFORE = re.compile(
    r"(?:reference|example|following|above|given|以上|上述|参考|附|给定)[^.。\n]{0,20}$", re.IGNORECASE
)


def _plain(text: str) -> Iterator[tuple[int, Form]]:
    for kind, pattern in _PLAIN:
        for match in pattern.finditer(text):
            start, end = match.span()
            before, after = _clause(text, start, end)
            if kind != "no_markdown" and _NEGATION.search(before):
                continue
            if kind not in _FIRM and (_MAYBE.search(before[-60:] + match[0]) or _IF_NEEDED.search(after[:40])):
                continue
            names = _columns(text, end) if kind in ("json", "table") else ()
            yield start, Form(kind=kind, demand=_quoted(text, start, end), names=names)
            break


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands in the same clause before and after a passage, 80 characters of each at most."""
    before, after = text[max(0, start - 80) : start], text[end : end + 80]
    last = 0
    for stop in _CLAUSE_END.finditer(before):
        last = stop.end()
    stop_after = _CLAUSE_END.search(after)
    return before[last:], after[: stop_after.start()] if stop_after else after


_COLUMNS = re.compile(
    r"[^.。\n]{0,30}?(?:\b(?:with|has|have|containing|following)[ ](?:the[ ])?(?:\w{1,12}[ ]){0,2}?(?:columns"
    r"|keys|fields|headers)\b[ ]?"
    r"(?:for|named|called|of|are|:|：|\()?|(?:表头|列名|各列|列|字段|键名?)(?:为|包括|包含|是|分别为|[:：])+"
    r"|包[含括](?:以下)?(?:字段"
    r"|列)[:：]?)[ ]?(?P<list>[^.。;；\n]{3,160})",
    re.IGNORECASE,
)


_LIST_ENDS = re.compile(r"\b(?:and nothing|at the (?:end|start|top|bottom|beginning)|in (?:this|that) order|only)\b")
_AROUND = " \t`'\"“”‘’()（）:：{}[]*"


def _columns(text: str, end: int) -> tuple[str, ...]:
    """The names of the columns of a table or the keys of an object, where they follow."""
    match = _COLUMNS.match(text, end)
    if not match:
        return ()
    listed = _LIST_ENDS.split(match["list"])[0]
    names = [name.strip(_AROUND) for name in re.split(r"[、,，]|\band\b|(?<!\w)和|和(?!\w)|以及", listed)]
    names = [name for name in names if name]
    return tuple(names) if len(names) > 1 and all(0 < len(name) <= 30 for name in names) else ()


# ---- what is forbidden

_FORBIDS = re.compile(
    r"\b(?:no|without(?: any)?|avoid|(?:do not|don't|never|must not|should not|cannot)[ ](?:\w{1,9}[ ])?(?:use"
    r"|include|add|contain|insert|output|write|put)|not use)\b"
    r"(?![ ](?:more|fewer|less|only|later)\b)(?P<what>[^.;:\n]{3,80})"
    r"|(?:不要|不得|请勿|勿|禁止|不能|不可|不使用|不用|避免|别)(?P<zh>[^，。；：\n]{2,30})",
    re.IGNORECASE,
)
_THINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("no_markdown", re.compile(r"(?<![A-Za-z])markdown(?![A-Za-z]|[ ]tables)", re.IGNORECASE)),
    ("no_emoji", re.compile(r"(?<![A-Za-z])(?:emoji|emoticon)s?(?![A-Za-z])|表情符号|表情包|颜文字", re.IGNORECASE)),
    (
        "no_lists",
        re.compile(r"\bbullet(?:ed)?[ -](?:points?|lists?)\b|\bbullets\b|项目符号|列表|分点|分条", re.IGNORECASE),
    ),
    ("no_headings", re.compile(r"\b(?:sub-?)?headings\b|\bsubtitles\b|\bheaders\b|小标题|分标题", re.IGNORECASE)),
    ("no_tables", re.compile(r"\btables\b|表格", re.IGNORECASE)),
)
_ONLY_TOO_MUCH = re.compile(
    r"\b(?:too many|overuse|excessive|overly|only|more than|just|complex|large|lengthy)\b|过多|过度|过于|太多"
    r"|滥用|大量|只|仅"
    r"|超过|堆砌",
    re.IGNORECASE,
)
_TURN = re.compile(r"\b(?:but|instead|unless|except|while|and use|rather)\b|而是|改用|除非|只|但", re.IGNORECASE)


def _forbidden(text: str) -> Iterator[tuple[int, Form]]:
    for match in _FORBIDS.finditer(text):
        said = match["what"] or match["zh"]
        turn = _TURN.search(said)
        said = said[: turn.start()] if turn else said
        if _ONLY_TOO_MUCH.search(said):
            continue
        for kind, thing in _THINGS:
            if named := thing.search(said):
                start = match.start()
                stop = match.start("what" if match["what"] else "zh") + named.end()
                yield stop, Form(kind=kind, demand=_quoted(text, start, stop))


def _quoted(text: str, start: int, end: int) -> str:
    """The request's words on one line, cut where they are long."""
    return " ".join(text[start:end].split())[:QUOTED].strip(" ,，、:：")
