"""Say whether an amount of text in a request is a demand, and what the request wants to be written at all.

    "Summarise this 5,000-word article in 200 words. It tells of three brothers." -> only the 200 words are a demand

A count of words or 字 in a request mostly is one, unless it tells how long the material is. Minutes are one where
something is spoken; pages, paragraphs, sentences and things are one where something is to be made of them.
"""

from __future__ import annotations

import re
from itertools import islice

from writingbench.checks.length.amounts import Amount
from writingbench.checks.material import wish

__all__ = ["CLAUSE", "MAKE", "REACH", "SENTENCE", "asked_for", "behind", "is_demand"]

REACH = 140  # characters looked at before an amount
SENTENCE = re.compile(r"[\n。！？!?；;]|\.(?=\s)")
CLAUSE = re.compile(r"[\n。！？!?；;，、]|[.,](?=\s)|(?<=[\u4e00-\u9fff]),|(?<=\))\s")
MAKE = re.compile(
    r"\b(?:write|draft|create|compose|generate|produce|prepare|design|develop|craft|build|make|provide|give|need|want"
    r"|complete|compile|form|help me with|rewrite|adapt|summari[sz]e|formulate|come up with|brainstorm|turn|output)\b"
    r"|写|撰|拟|编[写制]|创作|生成|设计|提供|补充|完成|制作|准备|起草|策划|形成|整理|总结|修改|输出|改编"
    r"|需要一[份篇个封段]",
    re.IGNORECASE,
)
_POLITE = re.compile(r"\b(?:please|help|i|you should)\b|请|帮|我[想要需]", re.IGNORECASE)
_STOP_AT = re.compile(
    r"\b(?:with|including|include|which|that|where|consisting|containing|each)\b|包含|包括|其中|[，,。；;：:\n(（]"
    r"|\.(?=\s)"
)
_GIVEN = re.compile(
    r"(?:\b(?:this|that|these|those|following|above|attached|original|existing|given|below|provided|uploaded|current"
    r"|entire|source)|\b(?:summari[sz]e|condense|shorten|cut|trim|read|reading|edit|proofread|translate|analy[sz]e"
    r"|critique|review|reviewing|reduce|compress|based on|received|wrote|written|published|submitted|finished"
    r"|(?:summary|review|analysis|critique|translation|copy|excerpt) of)(?: (?:a|an|the|my|our|his|her|their|your))?"
    r"|(?:这|那|该|此|上述|上面|以上|以下|下面|原|现有|已有|已经?写了?|写了|读了|看了|前面)(?:的|一"
    r"|几)?[篇段份部个本些]?)[ \t]{0,2}$",
    re.IGNORECASE,
)
_WRITTEN = re.compile(r"\b(?:wrote|written)\b[^.;\n]{0,60} which (?:is|was|has) $", re.IGNORECASE)
_OF_MATERIAL = re.compile(
    r"\bhere(?: is|\'s) (?:a|an|the|my)\b|原文|原稿|原作|现有|目前(?:字数|有|为)|已有|已写|全书|这[本部首](?:书|小说"
    r"|诗)|专著|\b(?:original|draft|article|essay|text|manuscript|paper|document|it) (?:is|was|has|contains|had|runs"
    r"|comes in at)(?: (?:about|around|already|currently|roughly))?[^,.;]{0,8}$|\bmy (?:draft|manuscript|current)\b"
    r"|\b(?:already|currently)\b",
    re.IGNORECASE,
)
_NOT_AFTER = re.compile(  # a pace, or a grain of something else
    r"[ \t]{0,2}(?:per|a|an|every|each|/)[ \t]?(?:minute|day|night|hour|week|month|year|second|line|page)s?\b"
    r"|[ \t]{0,2}/[ \t]?(?:min|day|分钟|天)|problems?\b|[- ]of[- ]mouth|[ \t](?:document|file)s? (?:attached|above"
    r"|below)|方针|真言|口诀|箴言|诀|[ \t]{0,2}(?:long )?ago\b|[ \t]{0,2}之?[后前](?![言面续])|一[段节组]"
    r"|[ \t](?:before|after|later|earlier)\b",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(
    r"(?:每[天日周月年分小行页面]|第|前|(?<!最)后|(?<!开)头|(?<![期周])末|first"
    r"|(?<!should )(?<!must )(?<!will )(?<!to )last|next|previous|final|opening|closing|other|both|all|top-level"
    r"|increase[sd]? (?:by|of)|(?:增加|新增|减少|删[去除减]?|再[加写]|多写)(?:了|约|大约)?)[ \t]{0,2}$",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"speech|talk\b|present|address|script|podcast|defen[cs]e|\bhost|video|monologue|toast|lecture|narrat|voice-?over"
    r"|spoken|speak|pitch|broadcast|remarks|sermon|eulogy|advert|commercial|episode|sketch|skit|recit|read\b"
    r"|reading time|performance|opera\b|drama|\bplay\b|film|clip|演讲|发言|讲话|致辞|致词|口播|讲稿|答辩|脚本|视频"
    r"|播客|主持|宣讲|朗诵|朗读|路演|汇报|解说|旁白|配音|台词|短片|vlog|音频|开场白|话术|广播|剧本|话剧|舞台剧|短剧"
    r"|微电影|直播|语音|宣传片|阅读时|演出|表演|剧目|讲述|述职|陈述|串词|小品|相声|演说|祝词|课件",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"script|speech|脚本|稿|台词|串词", re.IGNORECASE)
_TIMED = re.compile(
    r"duration|length|\blong\b|\blast|total|overall|\bkeep|within|\beach\b|时长|时间|控制|篇幅|[总共每]|左右|以内",
    re.IGNORECASE,
)
_SLOT = re.compile(  # before the minutes that a speaker gets: "she has 6 minutes", 她讲6分钟
    r"(?:\b(?:has|have|gets?|got|allowed|allotted|speaks?|talks?|fills?)\b|['’]ve\b)"
    r"(?: for| only| just| got){0,2}[ \t]$"
    r"|(?:讲|说|念|上台|发言|限时|[只你我他她您]有|给[你我他她您])[ \t]?$",
    re.IGNORECASE,
)
_SLOT_ENDS = re.compile(  # and behind them: not "to live"
    r"[ \t]?(?:[^\w \t]|\Z|(?:to (?:speak|talk|present|say)|at|on|between|for (?!questions))\b|左右|时间|发言)",
    re.IGNORECASE,
)
_LESSON = re.compile(
    r"\b(?:lesson|class|classroom|teaching|course period|workout|exercise|meeting|session|game|activity|activities"
    r"|discussion|interview|visit|trip|walk|drive|commute|battery|charging|recipe|cook|boil|bake|hours? daily|shares?"
    r"|hotline|playback|extraction)\b|课时|课堂|教案|一节|一堂|班会|活动|游戏|讨论|练习|会议|采访|车程|步行|加热|烹|煮"
    r"|路程|每天|课程|实验课|互动|休息|自习|热线|小时内|分钟内(?:到|完成|送)",
    re.IGNORECASE,
)
_VERSE = re.compile(r"poem|poetry|verse|lyric|song|\brap\b|sonnet|ballad|诗|词|歌|对联|rap|打油", re.IGNORECASE)
_ANYTHING = re.compile(r"大?[个项点种类组份](?:大)?")
_LISTING = re.compile(
    r"(?:列出|列举|给出|写出?|想出?|起|取|推荐|提供|举出?|说出|给我|介绍|总结出?|提出|准备|生成|设计|创作|编|出"
    r"|数量?[^，。\n]{0,8})[ \t]{0,2}\Z"
)
_THINGS = re.compile(
    r"[\u4e00-\u9fff]{0,6}?(?:案例|例子|要点|问题|建议|标题|方案|角度|方面|部分|步骤|章节|场景|版本|故事|理由|原因"
    r"|技巧|方法|观点|论点|论据|示例|实例|事例|习题|题目|任务|活动|关键词|话题|标签|选项|名字|口号|环节|板块|模块|维度"
    r"|小节|情节|片段|创意|亮点|卖点|知识点|标语|文案|评论|情景|要素|文献|金句|例题|层次|层面|阶段|措施|策略|对策|评价"
    r"|段子|诗|对话|事件|主题|篇章|优点|缺点|特点|意象|比喻)|(?<=点)[，,。；;\n]|(?<=点)$"
)
_PLACE = re.compile(r"(?:[：:]|开头|开场|结尾|引言|标题|总结|开篇|首段|末段)[用以为]?\s{0,3}$")
_OBJECT = re.compile(r"\b(?:write|create|design|draft|produce|compose|generate|give me|list)[ \t]$", re.IGNORECASE)
_EACH = re.compile(r"[每各单]|\b(?:each|every|per)\b", re.IGNORECASE)
_COUNTING = re.compile(  # what makes a number of items, paragraphs, sentences something to be written
    r"\b(?:write|draft|create|compose|generate|produce|prepare|design|develop|craft|provide|give|list|suggest|propose"
    r"|offer|brainstorm|come up with|share|recommend|think of|make|need|want|include|includes|including|contain"
    r"|contains|containing|use|using|in|into|of|cite|add|with|select|choose|cover|at least|pick|have|has|present"
    r"|describe|outline|name|be|about|within|answer|mention|incorporate|feature|combine|top|show|raise|ask|keep)\b"
    r"|[写撰拟编创起出取想给列举提设选挑分需共含用有讲]|生成|不少于|不超过|至少|包[含括]|准备|推荐|总结|提炼|制定|整理"
    r"|介绍|结合|围绕|展开|从|控制|：|:|约|大约|最多",
    re.IGNORECASE,
)
_NOT_COUNTED = re.compile(
    r"(?:\b(?:the|these|those|following|above|all|both|other|first|last|my|our|his|her|their|its|next|previous|any of"
    r"|one of|some of|page|chapter|section|part|item|article|step|scene|act|has|had|have|sold|won|published|received)"
    r"|这|那|以[下上]|上述|下[列面]|上面|该|其中|前|后|第|某|本|全国|全省|已|发表|获得?|接待|拥有|开过|受理"
    r"|[\u4e00-\u9fff]的)[ \t]{0,2}$",
    re.IGNORECASE,
)


def asked_for(request: str) -> str:
    """What a request asks to be written, in its own words: "the theory section" of "write the theory section"."""
    verbs = list(islice(MAKE.finditer(request), 40))
    if not verbs:
        stop = _STOP_AT.search(request, 1)
        return request[: min(stop.start() if stop else 60, 60)]
    # "we are a company that makes …, please write": the verb that somebody is asked to do, else the first
    clauses = [behind(CLAUSE, request[max(0, verb.start() - 60) : verb.start()]) for verb in verbs]
    asking = (not clause.strip() or _POLITE.search(clause) for clause in clauses)
    at = next((at for at, asks in enumerate(asking) if asks or verbs[at].start() < 30), 0)
    rest = request[verbs[at].start() : verbs[at].start() + 80]
    stop = _STOP_AT.search(rest, 1)
    return clauses[at] + (rest[: stop.start()] if stop else rest)


def is_demand(text: str, amount: Amount, wanted: str, *, long: bool) -> bool:
    """Whether an amount in `text` says how long or how many something is to be that is not yet written.

    `wanted` is what the request asks to be written; in a `long` one a number of items needs a sentence that asks.
    """
    before = text[max(0, amount.start - REACH) : amount.start]
    after = text[amount.end : amount.end + 40]
    clause = behind(CLAUSE, before)
    bound = amount.min != amount.max
    if _NOT_AFTER.match(after) or _GIVEN.search(before) or _NOT_BEFORE.search(before):
        return False
    if amount.unit in {"words", "characters"}:
        if _WRITTEN.search(before) or (_OF_MATERIAL.search(clause) and not MAKE.search(clause)):
            return False
        return _long_enough(amount, clause, bound)
    if amount.unit == "minutes":
        return _spoken(amount, before, after, wanted)
    if amount.unit == "pages":
        return bool(
            MAKE.search(before) or bound or _COUNTING.search(clause) or not clause.strip()
        ) and not _OF_MATERIAL.search(clause)
    if (
        long
        and not _OBJECT.search(before)
        and wish(behind(SENTENCE, before) + text[amount.start : amount.end] + _before(SENTENCE, after)) <= 0
    ):
        return False
    if amount.noun.lower().rstrip("s") in {"line", "行"} and not _VERSE.search(text[:400] + wanted):
        return False
    if before.endswith("等"):  # "包含背景、现状、建议等三个部分"
        clause = behind(SENTENCE, before)
    return _countable(amount, clause, before, text[amount.end : amount.end + 12])


def _spoken(amount: Amount, before: str, after: str, wanted: str) -> bool:
    """Whether minutes are those of a speech or a script, and not of a lesson, a drive or a step in a recipe."""
    clause = behind(CLAUSE, before)
    near = clause + _before(CLAUSE, after)
    if _LESSON.search(near):
        return False
    in_brackets = max(before.rfind("("), before.rfind("（")) > max(before.rfind(")"), before.rfind("）"))
    if (_SPOKEN.search(wanted) and in_brackets) or (_SPOKEN.search(wanted + before) and _TIMED.search(near)):
        return True
    if _SPOKEN.search(wanted) and _SLOT.search(before) and _SLOT_ENDS.match(after):
        return True
    # in brackets stand the minutes of an event's items, unless a script is spoken of
    return bool((_SCRIPT if in_brackets else _SPOKEN).search(behind(SENTENCE, before) + near))


def _long_enough(amount: Amount, clause: str, bound: bool) -> bool:
    size = amount.max or amount.min or 0
    if amount.unit == "characters" and amount.noun.lower().startswith(("char", "letter")):
        if re.search(r"\b(?:main|supporting|with|featuring|major|key|between|of) $", clause) and not bound:
            return False  # people in a story
        return bound or size >= 40
    if amount.unit == "characters" and amount.noun and amount.noun[0].isascii() and "character" in amount.noun.lower():
        return size >= 40
    return size >= 10 or bound or (size >= 5 and bool(_EACH.search(clause)))


def _countable(amount: Amount, clause: str, before: str, after: str) -> bool:
    if _NOT_COUNTED.search(before) or (amount.noun == "points" and before.endswith("(")):
        return False
    if amount.noun.strip() in {"段", "paragraph"} and (amount.max or 0) == 1 == (amount.min or 0):
        return False  # "一段评语" is a piece of writing
    if amount.unit == "items" and (amount.max or amount.min or 0) < 2:
        return False
    if amount.noun == "句" and not after.startswith("话") and not _EACH.search(clause) and not _PLACE.search(clause):
        return False  # "融入一两句诗" is no length
    if amount.unit == "sentences" and amount.max == 1 and amount.min == 1:
        return bool(re.search(r"\bin $|[用以]$", before.lower()))
    if amount.unit == "items" and _ANYTHING.fullmatch(amount.noun) and not _THINGS.match(after):
        return bool(_LISTING.search(before))
    if amount.min != amount.max:
        return True
    return bool(_COUNTING.search(clause) or not clause.strip(" \t*-•\"'“（("))


def behind(pattern: re.Pattern[str], text: str) -> str:
    """The text behind the last match."""
    end = 0
    for match in pattern.finditer(text):
        end = match.end()
    return text[end:]


def _before(pattern: re.Pattern[str], text: str) -> str:
    """The text before the first match."""
    match = pattern.search(text)
    return text[: match.start()] if match else text
