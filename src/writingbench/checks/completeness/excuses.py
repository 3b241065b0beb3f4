"""What a writer says instead of writing on: to be continued, in my next message, left out here, I cannot do that.

Each function gives passages. A refusal counts only as what the response comes to: a short text, or the first words of
a long one, and not what somebody in a story says.
"""

from __future__ import annotations

import re

from writingbench.checks.passages import HAN, Span, han, words

MOST = 6  # passages of a kind
SHORT = 700  # a text that weighs less (a Chinese character weighs 2) can be a refusal as a whole
HEAD = 300  # characters in which a longer text refuses
BEFORE = 12  # words or Chinese characters that may come first: a greeting


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE | re.MULTILINE)


_CONTINUED = _any(
    r"[（(【\[—《*_]\s{0,2}(?:故事)?(?:未完待续|待续|续)\s{0,2}[…。.\s]{0,8}[）)】\]—》*_]",
    r"^[^\n，。]{0,6}未完待续[^\n]{0,8}$",
    r"未完待续[…。.！!—*_）)】\s]{0,12}\Z",
    r"敬请期待下(?:一)?[章集回篇期]",
    r"^[*_（(【]{0,4}(?:下[章集回期])?预告[：:]",
    r"\bto be continued\b",
    r"\bcontinued in (?:the )?(?:next|part|chapter)\b",
)

_WRITE_ON = "(?:continue|proceed|go on|finish|complete|expand|write|provide|add)"
_REST = (
    "(?:next (?:message|response|reply|part|section)|rest of (?:the|this|your)|(?:remaining|other) (?:parts?|chapters?"
    "|sections?|scenes?)|full (?:version|text|screenplay|story|article|essay))"
)
_MESSAGE = "(?:message|reply|response|answer)"
_LATER = _any(
    rf"\bI(?:'ll| will|'m going to| can) (?:then )?{_WRITE_ON}\b[^.!?\n]{{0,80}}?\b{_REST}",
    rf"\b(?:will (?:follow|come|be (?:continued|provided))|follows?) in (?:the|my|a) (?:next|following"
    rf"|separate) {_MESSAGE}",
    r"\bI(?:'ll| will) continue to (?:write|develop) the \w+",
    r"\bI(?:'ll| will) (?:stop|pause) here(?: for now)?\b[^.!?\n]{0,40}(?:[.;,]|continue|more)",
    r"\b(?:would you like|do you want|shall I|should I|let me know if you(?:'d| would)? (?:like|want)) (?:me )?(?:to )?"
    r"(?:continue\b|proceed\b|keep going|write the (?:rest|next|full|remaining)|go on with the (?:rest|next|second"
    r"|story))",
    r"\b(?:due to|because of|given|owing to) (?:the )?(?:length|space|character|token|word|output|response)"
    r"(?:[- ](?:length|count|limit))? ?(?:limit(?:s|ations?)?|constraints?|restrictions?)",
    r"\b(?:just )?(?:say|type|reply(?: with)?|send) [\"“']continue[\"”']",
    r"[（(\[]\s?continued (?:below|overleaf|next)\b",
)
_LATER_ZH = _any(
    r"(?:由于|因|因为|受|限于)[^，。\n]{0,8}(?:篇幅|字数|长度)(?:所限|限制|有限|原因)",
    r"(?:篇幅|字数)(?:有限|所限|限制)[，,](?:只|仅|先|暂)",
    r"(?:需要|要不要|是否(?:需要|要)?|要)(?:我)?继续(?:写|创作|输出|生成|下去|吗|完成|补充|撰写)[^。\n]{0,20}[吗？?]",
    r"(?:是否|需不需要|要不要)(?:需要|要)?我[^。，\n]{0,12}(?:后半|下半|剩余|其余|后面|剩下)[^。，\n]{0,16}[？?]",
    r"我?(?:将|会)?在?下一?(?:条|次|轮)(?:消息|回复|回答|对话)(?:中|里)?(?:再|会|将)?(?:继续|补充|完成|输出|接着)",
    r"(?:回复|输入|发送)[“\"「‘]继续[”\"」’]",
    r"[（(]下接[^）)\n]{1,16}[)）]",
)

_LEFT = "(?:此处|以下|中间|下文|后文|后续|其余|其他|剩余|余下)"
_IN = r"[^（）()【】\[\]\n]{0,24}"
_LEFT_OUT = _any(
    # "省略一万字" is a joke, and part of the text
    rf"[（(【\[](?![^）)\n]{{0,24}}[一二三四五六七八九十百千万\d]个?(?:字|感叹|表情)){_IN}"
    rf"(?:{_LEFT}[^（）()【】\[\]\n]{{0,12}}(?:省略|略)|(?:内容|部分|章节|情节)(?:从?略|省略)|以此类推"
    rf"|类似[，,]?(?:不再|略)"
    rf"|同上[，,]略){_IN}[)）】\]]",
    r"(?:其余|其他|剩余|余下|后续)(?:各)?(?:部分|章节|内容|段落|章)(?:与(?:上|前)[文述])?(?:类似|同理|从略|略去"
    r"|以此类推|省略)",
    r"[（(\[][^()（）\[\]\n]{0,40}(?:continue (?:in (?:the|a) (?:same|similar)|with|this pattern|the (?:story|essay"
    r"|article))"
    r"|(?:the )?rest of (?:the|this|your)|remaining (?:sections?|chapters?|parts?)|omitted for brevity|and so on for"
    r"|similar content for|goes here|(?:story|text|scene|essay) continues|follows? the same (?:structure|pattern"
    r"|format)"
    r"|repeat (?:this|the same) (?:for|pattern|structure))[^()（）\[\]\n]{0,80}[)）\]]",
    r"\bomitted for (?:brevity|space)\b",
    r"\bcontinue (?:in|with) (?:the same|this) (?:way|manner|pattern|fashion) (?:for|until)",
)

_INSERT = re.compile(
    r"[\[【<（(]\s?(?:please )?(?:insert|add|include|fill in|expand|elaborate"
    r"|write)\b(?P<what>[^\]】>）)\n]{1,90})[\]】>）)]"
    r"|[\[【（(]\s?(?:请)?(?:在此处?|此处|这里)(?:可(?:以)?|应|需)?(?:插入|填入|填写|补充|添加|展开"
    r"|续写)(?P<here>[^\]】）)\n]{1,50})[\]】)）]"
    r"|[\[【]\s?(?:请)?(?:插入|填入|填写|补充|添加|续写)(?P<zh>[^\]】\n]{1,50})[\]】]",
    re.IGNORECASE,
)
_FORM = re.compile(  # what the writer of a letter cannot know, and what no text can hold
    r"\b(?:names?|dates?|address|company|e-?mail|phone|contact|numbers?|logo|images?|photos?|pictures?|links?|url"
    r"|signature"
    r"|title|position|city|charts?|graphs?|figures?|videos?)\b"
    r"|姓名|日期|地址|公司|单位|邮箱|电话|联系|编号|图|照片|链接|二维码|签名|职位|城市|视频|音频|时间|地点|号|名|画面"
    r"|镜头|音乐|音效|广告|采访",
    re.IGNORECASE,
)

_CANNOT = "(?:can(?:'t|not)|won't|will not|(?:am|'m) (?:not able|unable)(?: to)?|won't be able to|will not be able to)"
_DO = (
    "(?:help|assist|provide|create|write|generate|produce|complete|fulfill?|comply|continue|engage|discuss|answer"
    "|process"
    "|support|offer)"
)
_THIS = "(?:that|this|the (?:requested|content|text|essay|story|article)|such|content|a |an |your|any|explicit)"
_UNABLE = "(?:不能|无法|没有?办法|没法|不便|不可以|不会|帮不)"
_TASK = "(?:要求|请求|写作|任务|内容|文章|话题|问题|主题)"
_REFUSAL = _any(
    rf"\b(?:sorry|apologi[sz]e|unfortunately|regret)\b[^.!?\n]{{0,40}}?\bI(?:'m"
    rf"| am)? ?{_CANNOT} (?!help but)(?:\w+ ){{0,3}}?{_DO}",
    rf"\b(?:sorry|apologi[sz]e)\b[^.!?\n]{{0,40}}?\b(?:I'm|I am) (?:not able|unable) to (?:\w+ ){{0,3}}?{_DO}",
    rf"\bI {_CANNOT}(?: in good conscience)? (?!help but|help it)(?:help (?:you )?with (?:that|this|your)"
    rf"|assist (?:you )?(?:with|in)"
    rf"|fulfil|comply with|(?:provide|create|write|generate|produce|complete) {_THIS})",
    rf"\bI(?:'m| am) (?:unable|not able) to {_DO}\b",
    r"\bAs an? (?:AI|artificial intelligence|(?:large )?language model)\b[^.!?\n]{0,60}?\b(?:I )?(?:can(?:'t|not)"
    r"|am (?:unable|not able)|do(?:n't| not) (?:have|feel)|must (?:decline|refuse)|won't)",
    r"\bI must (?:respectfully )?decline\b",
    r"\bagainst my (?:guidelines|programming|policy)\b",
    r"\bviolates? (?:my|our|the) (?:guidelines|content policy|policies)",
    rf"(?:抱歉|对不起|不好意思|遗憾)[，,。！!\s]{{0,2}}[^。！？\n]{{0,32}}?{_UNABLE}(?:了|为)?(?:您"
    rf"|你)?[^。！？\n]{{0,10}}?"
    r"(?:提供|完成|协助|帮助|回答|生成|创作|撰写|写|满足|继续|讨论|处理|回应|执行|帮|[。！]|$)",
    rf"作为(?:一个|一名|一款|一位)?(?:AI|人工智能|大?语言模型|大模型|智能助手|助手)[^。！？\n]{{0,24}}?{_UNABLE}",
    rf"我{_UNABLE}(?:为(?:您|你))?(?:完成|满足|提供|协助|回答|处理|回应|撰写|写)(?:您|你|这|该|此"
    rf"|相关)[^。！？\n]{{0,10}}{_TASK}",
    rf"(?:该|这个|此|您的|你的){_TASK}[^。！？\n]{{0,16}}(?:违反|不符合)[^。！？\n]{{0,16}}(?:政策|规定|准则|法律"
    rf"|规范|原则)",
    r"\b(?:output data|the (?:output|response|content)) may contain inappropriate content\b",
    r"^sensitive content\W{0,9}$",
)
_QUOTED_START = re.compile(r"\s*[#>*_\s]{0,6}[“\"「『‘']")


def continued(text: str) -> list[Span]:
    """Where the text says that it is to be continued."""
    return _all(_CONTINUED, text)


def later(text: str) -> list[Span]:
    """Where part of the text is put off till another message, or offered for it."""
    return (_all(_LATER, text.replace("’", "'")) + (_all(_LATER_ZH, text) if HAN.search(text) else []))[:MOST]


def left_out(text: str) -> list[Span]:
    """Where the text says that it leaves something out."""
    return _all(_LEFT_OUT, text)


def gaps(text: str) -> list[Span]:
    """Places that are left to be filled in, other than names, dates and pictures."""
    found = []
    for match in _INSERT.finditer(text):
        what = next((value for value in match.groupdict().values() if value), "")
        if not _FORM.search(what):
            found.append(match.span())
        if len(found) == MOST:
            break
    return found


def refusal(text: str) -> Span | None:
    """The sentence that refuses: anywhere in a short text, or with the first words of a long one."""
    weight = len(text) + len(HAN.findall(text))
    window = text if weight < SHORT else text[:HEAD]
    straight = window.replace("’", "'")  # the same length
    match = _REFUSAL.search(straight)
    if not match or _QUOTED_START.match(text):
        return None
    before = straight[: match.start()]
    if before.count("“") > before.count("”") or before.count("「") > before.count("」") or before.count('"') % 2:
        return None  # somebody in the text says it
    if weight >= SHORT and han(before) + words(before) > BEFORE:
        return None
    start = max(before.rfind("\n"), before.rfind("。"), before.rfind(". ")) + 1
    return (start + len(before[start:]) - len(before[start:].lstrip()), match.end())


def _all(pattern: re.Pattern[str], text: str) -> list[Span]:
    found = []
    for match in pattern.finditer(text):
        found.append(match.span())
        if len(found) == MOST:
            break
    return found
