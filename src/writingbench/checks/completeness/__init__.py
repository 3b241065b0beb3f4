"""Is the whole text there? Cut off, promised and not kept, only sketched, put off till the next message, refused.

    "…一把青色长剑悬于半空，散"                        -> found: it ends in the midst of a sentence
    "Chapter 1 of 5", and no other chapter           -> found
    "（此处省略）", "I'll continue in the next message"  -> found
    "I'm sorry, but I can't help with that."         -> found: a refusal

Nothing of this is found where the request wants it so: an outline, one chapter, "to be continued" at the end.
"""

from __future__ import annotations

import re
from functools import lru_cache

from writingbench.checks.completeness import announced, endings, excuses
from writingbench.checks.material import split
from writingbench.checks.passages import HAN, Span, han, paragraphs, words
from writingbench.records import Answer, Finding, Query

SKETCH_LINES = 6
PROSE = 0.15  # the share of prose below which a text is a list
SHORT_ITEM = 18  # words of a point in a sketch; Chinese characters 1.8 times

_SKETCH_SAID = re.compile(
    r"\b(?:here(?:'s| is)|below is|this is|following is|I(?:'ve| have) (?:prepared|created|drafted|outlined)) (?:an?"
    r"|the|my|your)? ?(?:\w+ ){0,3}?(?:outline|skeleton|writing plan|story plan)\b"
    r"|(?:以下|下面|这)(?:是|为)[^。，\n]{0,24}(?:大纲|提纲|写作(?:计划|思路|框架)|文章框架)",
    re.IGNORECASE,
)
_WANTS_SKETCH = re.compile(
    r"大纲|提纲|框架|纲要|思路|计划|方案|策划|目录|要点|清单|列表|列出|列举|问题|提问|采访|标题|口号|标语|广告语"
    r"|slogan|文案|ppt|幻灯|思维导图|流程|步骤|教案|菜单|表格|行程|日程|简历|名单|关键词|话术|规划|模板|诗|词|歌|对联"
    r"|\boutline|\bplan\b|\bplans\b|\bstructure\b|\blist\b|\blists\b|bullet|\bpoints\b|\bquestions?\b|\btitles?\b"
    r"|headline|\bagenda\b|\bschedule|\bslides?\b|presentation|powerpoint"
    r"|\btemplate|\bframework|\bchecklist|\bitinerary|\bsteps\b|\bresume\b|\bcv\b|\btable\b|\bmenu\b|\bideas\b"
    r"|\brecipe|\bnotes\b|\bpoem|\blyric|\bsong|\bposts?\b|\btweets?\b|\bprompts?\b",
    re.IGNORECASE,
)
_WANTS_TEXT = re.compile(
    r"文章|小说|故事|散文|作文|论文|演讲|发言|致辞|报告|新闻|评论|书评|影评|日记|游记|随笔|传记|剧本|读后感|观后感"
    r"|综述|悼词|信\b|一封"
    r"|\bessays?\b|\barticles?\b|\bstor(?:y|ies)\b|\bnovel|\bspeech|\breport\b|\bletter\b|\breview\b|\bpaper\b"
    r"|\bscreenplay|\bbiography|\bmemoir|\bblog",
    re.IGNORECASE,
)
_WANTS_SERIAL = re.compile(
    r"连载|续集|未完待续|悬念|系列|上篇|第[一二三四五六七八九十\d]{1,3}(?:章|回|集|幕|部)|单集|预告|开头|开篇|序章|楔子"
    r"|\bserial|\bseries\b|to be continued|cliff-?hanger|\bsequel|\bepisodes?\b|\bpilot\b|\bchapter (?:one|1)\b"
    r"|\b(?:first|opening) chapters?\b",
    re.IGNORECASE,
)
_WANTS_PART = re.compile(
    r"第[一二三四五六七八九十\d]{1,3}(?:章|部分|节|回|集|幕|篇)|章节|分章|连载|续集|续写|开头|开篇|开场|序章|楔子"
    r"|未完待续|悬念|系列|上篇|一幕|单元|引言|导言|摘要"
    r"|\bchapters?\b|\bparts?\b|\bepisodes?\b|\bscenes?\b|\bacts?\b|\bserial|\bseries\b|to be continued|cliff-?hanger"
    r"|\bsequel|\bopening\b|\bbeginning\b|\bintroduction\b|\babstract\b|\bprologue|\bpilot\b|\bvolumes?\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"^\s{0,20}(?:#{1,6}\s|[-*+•·●○▪◆✅]\s|\d{1,3}[.)、）]|[（(]?[一二三四五六七八九十\d]{1,3}[)）、.]|\|"
    r"|[A-Za-zIVX]{1,4}[.)]\s)"
)


def check(query: Query, answer: Answer) -> list[Finding]:
    """What says that the text is not whole, the surest first."""
    text = answer.text
    if not text.strip():
        return []
    wants = _wants(query.text)
    if refusal := excuses.refusal(text):
        return [_found("refusal", refusal)]
    findings = []
    if not answer.complete:
        findings.append(_found("limit", endings.last_passage(text)))
    elif end := endings.ending(text):
        findings.append(_found(end.kind, end.span))
    for one in announced.missing(text):
        if one.kind in ("part_of", "first_part_only") and "part" in wants:
            continue
        findings.append(_found(one.kind, one.span, one.there, {"promised": one.promised or 0, **one.facts}))
    if "serial" not in wants:
        findings += [_found("to_be_continued", span) for span in excuses.continued(text)]
    findings += [_found("next_message", span) for span in excuses.later(text)]
    if "sketch" not in wants:
        findings += [_found("left_out", span) for span in excuses.left_out(text)]
        findings += [_found("insert", span) for span in excuses.gaps(text)]
        if "text" in wants and (sketch := _sketch(text)):
            findings.append(_found("sketch", sketch))
    return findings


@lru_cache(maxsize=64)
def _wants(text: str) -> frozenset[str]:
    """What the request asks for that would else be a lack."""
    request = split(text).request_text[:6000]
    patterns = {"sketch": _WANTS_SKETCH, "text": _WANTS_TEXT, "part": _WANTS_PART, "serial": _WANTS_SERIAL}
    return frozenset(name for name, pattern in patterns.items() if pattern.search(request))


def _found(kind: str, span: Span, counted: float | None = None, facts: dict[str, str | float] | None = None) -> Finding:
    return Finding(check="completeness", kind=kind, verdict="found", span=span, counted=counted, facts=facts or {})


def _sketch(text: str) -> Span | None:
    """An outline, or headings and short points without prose, where a text was asked for."""
    prose = whole = points = 0
    for start, end in paragraphs(text):
        line = text[start:end]
        size = len(line) + len(HAN.findall(line))
        whole += size
        if _MARKUP.match(line):
            short = words(line) <= SHORT_ITEM if not han(line) else han(line) <= 1.8 * SHORT_ITEM
            points += short
            prose += 0 if short else size
        else:
            prose += size
    if points < SKETCH_LINES or prose >= PROSE * whole:
        said = _SKETCH_SAID.search(text[:400])
        return said.span() if said and points >= SKETCH_LINES and prose < 0.5 * whole else None
    return (0, len(text))
