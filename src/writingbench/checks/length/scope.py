"""Say what an amount of text in a request is about: the whole answer, one part of it, or each of several.

"摘要200字左右" -> 摘要    "each slogan 10-15 words" -> each slogan    "a 500-word essay" -> the whole
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from writingbench.checks.length.amounts import Amount
from writingbench.checks.length.asked import CLAUSE, MAKE, REACH, SENTENCE, behind

__all__ = ["Scope", "scope"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What an amount is about: `part` None is the whole text, `each` that it holds for every such part."""

    part: str | None = None
    each: bool = False
    wanted: str | None = None  # a part's name that is all that the request wants: a part only beside other parts
    one_of: str | None = None  # a kind of text: where the request wants several, each of them


WHOLE = Scope()
_LONGEST = 30  # characters of a part's name

_PIECES = re.compile(r"[；;：:。]|(?<=[）)])(?:[，,、]|(?=\d{1,2}[)）.、]))")
_SENTENCE_LIKE = re.compile(
    r"^(?:请|帮|写|撰写)|[应需须]|建议(?!$)|控制|时长|\b(?:should|must|please|write|need)\b", re.IGNORECASE
)
_MARK = re.compile(
    r"[ \t\u3000]{0,8}(?:[-*•·#>+○●▪]{1,6}[ \t]{0,3})?(?:(?:\(?\d{1,2}[.、)）]|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|[一二三四五六七八九十]{1,3}[、.．]|[①-⑳]|[a-hA-H][.)]"
    r"|第[一二三四五六七八九十\d]{1,3}[部章节条步][分骤]?[:：]?)[ \t]{0,3})?[*_「【《]{0,3}"
)
_NOT_A_PART = re.compile(  # labels under which the length of the whole is given
    r"字数|篇幅|长度|时长|要求|规定|限制|说明|注意|格式|文风|语言|风格|内容|结构|规范|总(?:[字体计共长量页时篇数]|$)"
    r"|全[文篇部]|整体|其他|其它|生成|输出|文章|报告|规格|目标|受众|补充|提示|\blength\b|\bword|requirement|\bformat"
    r"|\bcontent|\bstyle|\btone\b|\bnotes?\b|\blimit|total|overall|entire|whole|\bduration\b|structure|language|output"
    r"|\bsize\b|\btask\b|\bdetails?\b|scope|article|essay|report|guideline|deliverable|constraint|criteria"
    r"|approximately|around|about|^\W*$",
    re.IGNORECASE,
)
_OF_THE_WHOLE = re.compile(  # headings that name no part: "3. 字数要求（2000字）"
    r"(?:总|全文|文章|报告|整体|内容|成文|写作)?(?:字数|篇幅|长度|时长|内容|要求|文章|报告|全文|整体|形式|格式)(?:要求"
    r"|限制|控制|规定)?|(?:the |total |overall |full |article |report |text |content |essay )*(?:length|word count"
    r"|words?|article|report|essay|text|content|size|duration|format)(?: requirements?| limit)?",
    re.IGNORECASE,
)
_PARTS = (
    r"(?:executive summary|meta description|main (?:text|body|content|slogan|part|section|analysis section|review"
    r"|story)|sub-?slogans?|sub-?titles?|sub-?heads?|sub-?headings?|abstract|introduction|intro|description|conclusion"
    r"|summary|body(?: text| paragraphs?)?|title|headlines?|slogans?|taglines?|captions?|opening|ending|closing"
    r"|preface|foreword|prologue|epilogue|hook|subject line|call to action|cta|lead|bio|biography section"
    r"|discussion section|background|acknowledg(?:e)?ments?|(?:\w+ )?section|chapter \w+|part \w+|scene \w+|appendix"
    r"|syllabus length|course description)"
)
_HAN_PARTS = (
    r"(?:(?:长版|短版|中文|英文)文案|(?:长版|短版|中文|英文)?(?:摘要|广告语|标语|标题|简介)|引言|前言|绪论|序言|导论"
    r"|导语|导言|结论|结语|结束语|尾声|结尾|末尾|开头|开篇|开场白?|序章|楔子|正文|主体|中间|副?标题|题目|主?标语|口号"
    r"|广告语|主题语|简介|总结|背景|致谢|小结|提要|概要|概述|内容提要|[\u4e00-\u9fff]{1,8}(?:部分|章节|环节|板块|段落"
    r"|模块)|第[一二三四五六七八九十\d]{1,3}[章节部段幕][分]?)"
)
_EACH_BEFORE = re.compile(
    r"(?:\b(?P<en>each|every)(?: of the| of these)?(?: (?P<noun>(?!(?:with|of|in|about|should|must|at|is|being|has"
    r"|have|no|between)\b)(?:[a-z][a-z'/-]{1,20} ?){1,4}?))?(?=\s*(?:$|[:,(]|\b(?:should|must|is|to|of|with|in|within"
    r"|contain|has|have|around|about|approximately|no|at|limited|length|being|needs?|can|may|will|between|not|text"
    r"|also|including|described|lasting|controlled|kept|maintained|ranging|approx|up|under|over|over|roughly"
    r"|exactly)\b))|(?P<zh>(?:[每单]|各(?![地级位种国类界方省市大自式色])|分别(?=写?\s*(?:[不约\d]|$)))(?:一)?(?:个|篇"
    r"|条|段|章|节|部分|首|则|句|点|项|封|份|幕|集|期|页|次|天|位|种|组|套|道"
    r"|日)?)(?P<han>[\u4e00-\u9fffA-Za-z]{0,12}))",
    re.IGNORECASE,
)
_EACH_AFTER = re.compile(
    r"[ \t]{0,2}(?:\(?(?P<each>each|apiece)\b|(?:per|for each|for every|in each|in every"
    r"|each for) (?P<noun>[a-z-]{2,20}(?: [a-z-]{2,20})?)|(?:/|每)(?P<zh>条|篇|段|章|节|个|部分))",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"[二两三四五六七八九十\d]个?(部分|章节?|篇|段|节|条|首|则|版本|幕|方面|点|项|封|份)")
_CUT_HAN = re.compile(
    r"的|字数|长度|篇幅|控制|不|应|需|(?<![重主摘概提纪])要|约|大|在|为|至|写|：|左右|建议|最|限|请|均|都|可|则|有"
    r"|时长|文字|进行|分别|字|包含|包括|提供|设计|分配|配|举|必须|超|多于"
)
_KINDS = (
    r"review|article|essay|poem|stor(?:y|ie)|comment|post|tweet|email|letter|caption|slogan|tagline|headline|title"
    r"|blog post|description|summar(?:y|ie)|answer|paragraph|blurb|testimonial|message|joke|scene"
)
_SEVERAL_AFTER = re.compile(
    rf"[ \t](?:(?!(?:and|or|to|with|for|in|of|that|which|per|on|by)\b)[a-z-]{{2,16}} ){{0,3}}?({_KINDS})s\b",
    re.IGNORECASE,
)
_KIND_BEFORE = re.compile(
    r"(评论|评价|点评|短评|标语|口号|标题|文案|推文|笑话|段子|答案|回答|祝福语?|广告语|诗歌?|留言|帖子"
    r"|故事)(?:[的字数长度篇幅控制限应在为约不超过少于均需每条]{0,10})$"
    rf"|\b({_KINDS})s? (?:\w+ ){{0,3}}$",
    re.IGNORECASE,
)
_NAMED_AFTER = re.compile(
    rf"[ \t]{{0,2}}(?:(?:[a-z]+ )?(?P<en>{_PARTS})\b|(?:for|in|as) (?:the|an?|your) (?P<for>{_PARTS})\b"
    rf"|的?(?P<zh>{_HAN_PARTS}))",
    re.IGNORECASE,
)
_NAME = re.compile(rf"(?P<en>\b{_PARTS}\b)|(?P<zh>{_HAN_PARTS})", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:with|and|plus|including|includes?|in|where|whose)\b|包[含括]|其中|[及和与，,]", re.IGNORECASE
)
_FILL = re.compile(  # what may stand between a part's name and its length
    r"(?:[ \t*:：\-—(（\"”'’）)】》]|\b(?:should|must|shall|can|may|will|be|is|of|to|not|a|an|the|length|word count"
    r"|text|in|with|at|least|most|no|more|less|than|about|around|approximately|between|from|within|kept|limited"
    r"|controlled|section|needs?|recommended|suggested|roughly|has|have|part|up|under|over|total|contain|paragraphs?"
    r"|itself)\b|的|字数|长度|篇幅|控制|限制|应|需要?|要求|要|在|为|是|约|大约|大概|至少|不少于|不超过|建议|请|可|写"
    r"|用|部分|左右|文字|内容|有|共|以|一般|为宜|不低于|不多于|最多|达到|：|一?段|各|均|都)*",
    re.IGNORECASE,
)


def scope(text: str, amount: Amount, wanted: str) -> Scope:
    """What an amount in `text` is about; `wanted` is what the request asks to be written."""
    reach = max(0, amount.start - REACH)
    line_start = text.rfind("\n", reach, amount.start) + 1 or reach
    at_start = line_start > reach or reach == 0
    line = text[line_start : amount.start]
    sentence = behind(SENTENCE, line)
    clause = behind(CLAUSE, line)
    after = text[amount.end : amount.end + 60]
    return (
        _each(sentence, clause, after)
        or _in_brackets(line, wanted, at_start=at_start)
        or _under_label(line, at_start=at_start)
        or _named(clause, after, wanted)
        or WHOLE
    )


def _each(sentence: str, clause: str, after: str) -> Scope | None:
    if found := _EACH_AFTER.match(after):
        name = found["noun"] or found["zh"] or ""
        if not name:
            return Scope("each" + (f" {noun}" if (noun := _antecedent(sentence)) else ""), True)
        return Scope(f"每{name}" if found["zh"] else f"each {name.split(' ')[0]}", True)
    before = list(_EACH_BEFORE.finditer(clause))
    if not before:
        return None
    found = before[-1]
    if found["en"]:
        noun = (found["noun"] or "").strip() or _antecedent(sentence)
        return Scope(f"each {noun}".strip(), True)
    han = found["han"] or ""
    cut = _CUT_HAN.search(han)
    name = found["zh"] + (han[: cut.start()] if cut else han)
    if name in {"每", "各", "分别"}:
        several = _SEVERAL.findall(sentence)
        before_it = re.search(r"[\u4e00-\u9fffA-Za-z]{2,12}$", clause[: found.start()])
        name = "每" + several[-1] if several else (before_it[0] if before_it else name)
    return Scope(name[:_LONGEST], True)


def _antecedent(sentence: str) -> str:
    """What "each" with nothing behind it stands for: the last plural before it."""
    plurals = re.findall(r"\b([a-z-]{2,20}[^s\W])s\b", sentence, re.IGNORECASE)
    return str(plurals[-1]).lower() if plurals else ""


def _in_brackets(line: str, wanted: str, *, at_start: bool) -> Scope | None:
    """The name before "(200 words)": the heading of a list's item, or a part's name within a sentence."""
    opening = max(line.rfind("("), line.rfind("（"))
    if opening < 0 or any(sign in line[opening:] for sign in ")）"):
        return None
    pieces = _PIECES.split(line[:opening])
    name, first = pieces[-1], len(pieces) == 1
    mark = _MARK.match(name) if at_start or not first else None
    heading = name[mark.end() :].strip(" \t*_」】》") if mark else name
    beside = not first and pieces[-2].endswith((")", "）"))  # "引言（300字）、主要事迹（2000字）"
    listed = (mark and mark.end() > 0) or (beside and len(heading) <= _LONGEST)
    if listed and heading and not _OF_THE_WHOLE.fullmatch(heading) and not _SENTENCE_LIKE.search(heading):
        return Scope(re.split("[,，:：、]", heading)[0][:_LONGEST].strip())
    found = re.search(rf"(?P<en>\b{_PARTS})[ \t]?$|(?P<zh>{_HAN_PARTS})$", re.split("[、,，]", name)[-1], re.IGNORECASE)
    return _unless_wanted(found.group().strip(), name[: found.start()], wanted) if found else None


def _generic(label: str) -> bool:
    """Whether a label speaks of the whole: "Length", "3. 字数要求"; a long one names a part."""
    return len(label) <= (24 if label[:1].isascii() else 8) and bool(_NOT_A_PART.search(label))


def _under_label(line: str, *, at_start: bool) -> Scope | None:
    """The name before the colon of a list's item: "- 标题：简洁有力，20字以内"."""
    if not at_start or not (mark := _MARK.match(line)):
        return None
    label, colon, _ = line[mark.end() :].replace("：", ":").partition(":")
    label = label.strip(" \t*_」】》")
    named = re.fullmatch(rf"(?:the )?(?:{_PARTS}|{_HAN_PARTS})", label, re.IGNORECASE)
    if not colon or not label or len(label) > _LONGEST or _generic(label):
        return None
    return Scope(label) if mark.end() > 0 or named else None


def _named(clause: str, after: str, wanted: str) -> Scope | None:
    if found := _SEVERAL_AFTER.match(after):
        return Scope(f"each {_singular(found[1])}", True)
    if found := _NAMED_AFTER.match(after):
        return _unless_wanted(found["en"] or found["for"] or found["zh"], "" if found["for"] else clause, wanted)
    names = list(_NAME.finditer(clause, max(0, len(clause) - 80)))
    if names and _FILL.fullmatch(clause, names[-1].end()):
        return _unless_wanted(names[-1].group(), clause[: names[-1].start()], wanted)
    if found := _KIND_BEFORE.search(clause):
        return Scope(one_of=f"每{found[1]}" if found[1] else f"each {found[2].lower()}")
    return None


def _singular(noun: str) -> str:
    return noun.lower().removesuffix("ie") + ("y" if noun.lower().endswith("ie") else "")


def _unless_wanted(name: str, before: str, wanted: str) -> Scope:
    """A part, unless it is what the request wants altogether: "write an abstract of 200 words"."""
    name = name.strip()
    verbs = list(MAKE.finditer(before))
    is_object = verbs and not _BESIDE.search(before, verbs[-1].end())
    return Scope(wanted=name) if is_object or name.lower() in wanted.lower() else Scope(name)
